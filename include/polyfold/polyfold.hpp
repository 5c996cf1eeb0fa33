// Everything: inference, fitting, training, files and reports. On the host; an application on a device includes
// polyfold/inference.hpp alone.
#pragma once

#include <polyfold/inference.hpp>

#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/fold_batch_norm.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/io/c_interface.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/report/plot.hpp>
#include <polyfold/report/row_stationary.hpp>
#include <polyfold/report/summary.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/progress_bar.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/train/trainer.hpp>
#include <polyfold/tune/spelling.hpp>
#include <polyfold/tune/tuner.hpp>
#include <polyfold/tune/tuning_report.hpp>
