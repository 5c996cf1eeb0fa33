// expect: polyfold: this header was written of another network than it names now
// facts: array_sizes<3, 2, 0, 0>, .*array_sizes<4, 2, 0, 0>
// The same with numbers of 8 bits.

#include <polyfold/inference.hpp>

namespace my {
using namespace polyfold;
#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pair = input<2, 1, 1> | dense<1>;
#else
constexpr auto pair = input<3, 1, 1> | dense<1>;
#endif
}  // namespace my

inline constexpr polyfold::exported_network<
    polyfold::network<my::pair, polyfold::byte_numbers{polyfold::scales_per::filter}>, 3, 2, 0, 0>
    pair_net{{{-127, 5, 0}, {255, 1}, {}, {}}};

using net_type = std::remove_const_t<decltype(pair_net)>;
static net_type::workspace<float> workspace;
int main() {
  polyfold::tensor<float, net_type::input_shape> const image{};
  return pair_net.run(image, workspace)[0] > 0;
}
