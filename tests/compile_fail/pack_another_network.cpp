// expect: polyfold: a packed_network<description> packs a network<description>
// The numbers of another network do not fit.

#include <polyfold/inference.hpp>
#include <polyfold/packed_network.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
static network<description> net;
#else
static network<other> net;
#endif

int main() {
  static packed_network<description> fast;
  fast.pack(net);
}
