// Everything that inference needs: composition, layers, folding and models. Needs a compiler and nothing else: no heap, no
// exceptions, no RTTI, no iostream, no Eigen.
#pragma once

// 201709 is g++'s number for -std=c++2a.
#if !(defined(_MSVC_LANG) ? _MSVC_LANG >= 202002L : __cplusplus >= 201709L)
#error "polyfold needs C++20: compile with -std=c++20"
#else

#include <polyfold/core/joint.hpp>
#include <polyfold/core/run_arguments.hpp>
#include <polyfold/exported_network.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/dropout.hpp>
#include <polyfold/layers/local_response_norm.hpp>
#include <polyfold/layers/padded_identity.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/layers/prelu.hpp>
#include <polyfold/layers/residual.hpp>
#include <polyfold/layers/scale_shift.hpp>
#include <polyfold/layers/softmax.hpp>
#include <polyfold/layers/without_batch_norm.hpp>
#include <polyfold/models/alexnet.hpp>
#include <polyfold/models/lenet5.hpp>
#include <polyfold/models/resnet.hpp>
#include <polyfold/models/resnet8.hpp>
#include <polyfold/models/vgg16.hpp>
#include <polyfold/network.hpp>
#include <polyfold/row_stream.hpp>
#include <polyfold/schedules/rolling_rows.hpp>
#include <polyfold/shared_workspace.hpp>

#endif
