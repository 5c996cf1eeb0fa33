// expect: polyfold: this header was written of another network than it names now
// facts: array_sizes<2, 1, 1, 2, 0, 2, 1>, .*array_sizes<3, 1, 1, 2, 0, 3, 1>
// The same of a network in integers.

#include <polyfold/integers.hpp>

namespace my {
using namespace polyfold;
#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pair = input<2, 1, 1> | dense<1>;
#else
constexpr auto pair = input<3, 1, 1> | dense<1>;
#endif
}  // namespace my

inline constexpr polyfold::exported_network<polyfold::network<my::pair, polyfold::in_int8, polyfold::rolling_rows>, 2,
                                            1, 1, 2, 0, 2, 1>
    pair_net{{{-127, 5}, {100}, {16384}, {0, 14}, {}, {10, 20}, {0x1p-2f}}};

using net_type = std::remove_const_t<decltype(pair_net)>;
static net_type::workspace<> workspace;
int main() {
  polyfold::tensor<std::uint8_t, net_type::input_shape> const image{};
  return pair_net.run(image, workspace)[0] > 0;
}
