// expect: polyfold: this header was written of another network than it names now
// facts: array_sizes<3, 0>, .*array_sizes<2, 0>
// A layer has gone since the header was written.

#include <polyfold/inference.hpp>

namespace my {
using namespace polyfold;
#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pair = input<2, 1, 1> | dense<1>;
#else
constexpr auto pair = input<2, 1, 1> | dense<1>(no_bias);
#endif
}  // namespace my

inline constexpr polyfold::exported_network<polyfold::network<my::pair>, 3, 0> pair_net{
    {{0x1p+0f, 0x1.8p-1f, 0x0p+0f}, {}}};

using net_type = std::remove_const_t<decltype(pair_net)>;
static net_type::workspace<float> workspace;
int main() {
  polyfold::tensor<float, net_type::input_shape> const image{};
  return pair_net.run(image, workspace)[0] > 0;
}
