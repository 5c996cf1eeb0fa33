// Two networks in one firmware: one reads digits, the other one tells clothes apart (Fashion-MNIST). They run one after the
// other in the same working memory. The exit code tells whether both compute what they computed on the host.
#include <cstdint>

#include "../clothes_int8.hpp"
#include "../digits_int8.hpp"
#include "../drawn_digits.hpp"
#include "board.hpp"

namespace {

polyfold::shared_workspace<decltype(digits), decltype(clothes)> workspace;
polyfold::tensor<std::uint8_t, polyfold::shape{1, 28, 28}> image;

template <class Network>
int classify(Network const& net) {
  auto const logits = net.run(image, workspace.of(net));
  int best = 0;
  for (int k = 1; k < logits.size(); ++k)
    if (logits[k] > logits[best]) best = k;
  return best;
}

}  // namespace

int main() {
  bool const digits_are_right = digits_self_test(workspace.of(digits));
  bool const clothes_are_right = clothes_self_test(workspace.of(clothes));
  int right = 0;
  for (drawn_digit const& digit : drawn_digits) {
    for (int y = 0; y < drawn_digit::image_side; ++y)
      for (int x = 0; x < drawn_digit::image_side; ++x) image(0, y, x) = digit.pixel(y, x);
    int const as_clothes = classify(clothes);
    int const as_digit = classify(digits);
    board::print("a drawn ", digit.shows, " is taken for ", as_digit, ", as clothes for ", as_clothes, "\n");
    right += as_digit == digit.shows;
  }
  board::print("self-test of digits: ", digits_are_right ? "passed" : "failed",
               "\nself-test of clothes: ", clothes_are_right ? "passed" : "failed", "\nworkspace: ", sizeof workspace,
               "\n");
  return digits_are_right && clothes_are_right && right == 10 ? 0 : 1;
}
