// expect: polyfold: a packed network packs a network of the same description and kind of numbers
// The numbers of another network do not fit.

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
static network<description> net;
#else
static network<other> net;
#endif

int main() {
  static network<description, in_floats, packed> fast;
  fast.pack(net);
}
