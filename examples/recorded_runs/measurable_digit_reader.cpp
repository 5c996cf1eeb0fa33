#include "digit_reader.hpp"
#include "measurable.hpp"

std::vector<measurable_type> recorded::measurable_digit_reader() {
  return {measurable_folded<digit_reader>(), measurable_folded<wide_digit_reader>()};
}
