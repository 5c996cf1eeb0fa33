// Digits on a microcontroller: checks the network against what it computed on the host, reads ten drawn digits, and says
// what one inference takes. The exit code tells whether all is right.
#include <cstdint>
#include <type_traits>

#ifdef DIGITS_IN_FLOAT32
#include "../digits_float32.hpp"
#else
#include "../digits_int8.hpp"
#endif

#include "../drawn_digits.hpp"
#include "board.hpp"

namespace {

using network_type = std::remove_const_t<decltype(digits)>;
using pixel = network_type::pixel;

// All memory is static: what the program takes is known when it is linked.
network_type::workspace<> workspace;
polyfold::tensor<pixel, network_type::input_shape> image;

/// Integers take a camera's bytes as they are; floats take them as they were in training.
void draw(drawn_digit const& digit) {
  for (int y = 0; y < drawn_digit::image_side; ++y)
    for (int x = 0; x < drawn_digit::image_side; ++x)
      if constexpr (std::is_same_v<pixel, std::uint8_t>)
        image(0, y, x) = digit.pixel(y, x);
      else
        image(0, y, x) = static_cast<float>(digit.pixel(y, x)) / 255;
}

int classify() {
  auto const logits = digits.run(image, workspace);
  int best = 0;
  for (int k = 1; k < logits.size(); ++k)
    if (logits[k] > logits[best]) best = k;
  return best;
}

}  // namespace

int main() {
  using board::print;
  bool const same = digits_self_test(workspace);
  print("self-test: ", same ? "passed" : "failed", "\n");

  int right = 0;
  for (drawn_digit const& digit : drawn_digits) {
    draw(digit);
    int const is = classify();
    print("a drawn ", digit.shows, " is taken for ", is, "\n");
    right += is == digit.shows;
  }

  board::counter counter;
  board::paint_stack();
  counter.start();
  (void)digits.run(image, workspace);
  std::uint32_t const taken = counter.stop();
  print("right: ", right, "\n", board::counted, ": ", taken, "\nworkspace: ", sizeof workspace,
        "\nimage: ", sizeof image, "\nstack: ", board::deepest_stack(), "\n");
  return same && right == 10 ? 0 : 1;
}
