// The types of the recorded networks that are small enough to be kept beside their records.
#pragma once

#include "remeasure.hpp"

namespace recorded {

[[nodiscard]] std::vector<measurable_type> measurable_digit_reader();
[[nodiscard]] std::vector<measurable_type> measurable_lenet5();
[[nodiscard]] std::vector<measurable_type> measurable_resnet8();
[[nodiscard]] std::vector<measurable_type> measurable_resnet20();
[[nodiscard]] std::vector<measurable_type> measurable_resnet20_bytes();
[[nodiscard]] std::vector<measurable_type> measurable_vgg16();

}  // namespace recorded
