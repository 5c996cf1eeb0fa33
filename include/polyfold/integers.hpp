// Networks in integers, over whole maps or by rolling rows: network<digits, in_int8>, network<digits, in_int8, rolling_rows>.
// As inference.hpp, it needs a compiler and nothing else.
#pragma once

#include <polyfold/inference.hpp>
#include <polyfold/integers/rolling_rows.hpp>
#include <polyfold/integers/sum_bounds.hpp>
#include <polyfold/integers/whole_maps.hpp>
