// remeasure [RECORDS]: loads the networks that recorded runs have left in docs/records, or RECORDS, and measures them.
#include "../program.hpp"
#include "measurable.hpp"

int main(int argc, char** argv) {
  using namespace recorded;
  return run_program("remeasure", [&] {
    std::vector<measurable_type> types;
    for (auto const& some : {measurable_digit_reader(), measurable_lenet5(), measurable_resnet8(),
                             measurable_resnet20(), measurable_resnet20_bytes(), measurable_vgg16()})
      types.insert(types.end(), some.begin(), some.end());
    return remeasure(argc, argv, all_studies(), types, counted_networks());
  });
}
