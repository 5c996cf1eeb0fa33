// What is behind digits_int8.h, written by polyfold.
#include "digits_int8.h"

#include <type_traits>

#include <polyfold/shared_workspace.hpp>

#include "digits_int8.hpp"

namespace {

using network_type = std::remove_const_t<decltype(digits)>;
using image_view = polyfold::tensor_view<uint8_t const, network_type::input_shape>;
static_assert(network_type::input_shape == polyfold::shape{DIGITS_CHANNELS, DIGITS_HEIGHT, DIGITS_WIDTH} &&
                  network_type::output_shape.size() == DIGITS_OUTPUTS &&
                  network_type::workspace_bytes() <= long(sizeof(digits_workspace)) &&
                  alignof(network_type::workspace<>) <= alignof(digits_workspace),
              "polyfold: this C interface is of another network than its coefficients; write both again");

auto& memory_of(digits_workspace* workspace) { return polyfold::workspace_in<network_type>(workspace->words); }

}  // namespace

int digits_self_test(digits_workspace* workspace) { return digits_self_test(memory_of(workspace)) ? 1 : 0; }

int16_t const* digits_run(uint8_t const* image, digits_workspace* workspace) {
  return digits.run(image_view(image), memory_of(workspace)).data();
}

int digits_classify(uint8_t const* image, digits_workspace* workspace) {
  int16_t const* const outputs = digits_run(image, workspace);
  int best = 0;
  for (int k = 1; k < DIGITS_OUTPUTS; ++k)
    if (outputs[k] > outputs[best]) best = k;
  return best;
}
