// A schematic of one folded convolution with the numbers that really flow through it.
#pragma once

#include <string>

/// The picture as SVG. Throws polyfold::failure if the folded network and its materialised weights do not agree.
[[nodiscard]] std::string folded_convolution_picture();
