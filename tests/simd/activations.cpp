// Every activation beside and behind products, and maxima behind activations that fall.
#include "check.hpp"

namespace polyfold::test {

/// Declares nothing of how it rises or falls.
struct negation_function {
  static constexpr char const* name = "negation";
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return T(0.0f) - x;
  }
};

}  // namespace polyfold::test

using namespace polyfold;

namespace {

constexpr activation_layer<test::negation_function> negation{};

// A maximum behind a function that falls somewhere, for every kernel that takes maxima.
constexpr auto falling = input<1, 12, 12> | conv2d<4, 3>(padding<1>) | silu | max_pool<2>;
constexpr auto falling_wide = input<3, 8, 36> | conv2d<9, 3>(padding<1>) | hard_swish | max_pool<2> | dense<7>;
constexpr auto falling_filters = input<20, 4, 4> | conv2d<33, 3>(padding<1>) | gelu | max_pool<2>;
constexpr auto falling_folded =
    input<3, 14, 32> | conv2d<10, 3>(padding<1>, along<axis::kernel, linear>) | gelu_tanh | max_pool<2>;
constexpr auto falling_dense = input<6, 4, 18> | conv2d<5, 1>() | prelu | max_pool<2>;
constexpr auto undeclared = input<2, 6, 16> | conv2d<5, 3>(padding<1>) | negation | max_pool<2>;
// The maximum before it: always as written.
constexpr auto pooled_before = input<2, 6, 16> | conv2d<5, 3>(padding<1>) | max_pool<2> | silu;
constexpr auto rising = input<2, 6, 16> | conv2d<5, 3>(padding<1>) | elu<1, 2> | max_pool<2> |
                        conv2d<9, 3>(padding<1>) | relu6 | conv2d<3, 2>() | hard_sigmoid;

// Alone, on bordered maps, in the write-out of products, expansions and scales.
constexpr auto alone = input<3, 5, 19> | gelu | conv2d<7, 3>(padding<1>) | silu | hard_swish |
                       conv2d<4, 3>(padding<1>) | elu<> | gelu_tanh | hard_sigmoid | bounded_relu<1, 2>;
constexpr auto behind = input<6, 5, 9> | conv2d<12, 1>(along<axis::output, segment<4>, linear>) | silu |
                        conv2d<12, 3>(padding<1>, along<axis::output, segment<4>, linear>) | scale_shift | gelu |
                        dense<9> | hard_swish | dense<5> | elu<2, 3>;
constexpr auto slopes =
    input<3, 5, 19> | prelu | conv2d<7, 3>(padding<1>) | prelu | conv2d<2, 3>(padding<1>) | prelu | dense<5> | prelu;

}  // namespace

int main() {
  CHECK_PACKED(falling);
  CHECK_PACKED(falling_wide);
  CHECK_PACKED(falling_filters);
  CHECK_PACKED(falling_folded);
  CHECK_PACKED(falling_dense);
  CHECK_PACKED(undeclared);
  CHECK_PACKED(pooled_before);
  CHECK_PACKED(rising);
  CHECK_PACKED(alone);
  CHECK_PACKED(behind);
  CHECK_PACKED(slopes);
  return polyfold::test::failures;
}
