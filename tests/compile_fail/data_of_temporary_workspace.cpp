// expect: deleted (function .*workspace<.*>::data|member function .*data)
// The result would lie in memory that is gone.

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;

constexpr auto description = input<1, 8, 8> | dense<10>;
using net_type = network<description, in_floats, packed>;

float first(net_type const& net, float const* image) {
#ifdef POLYFOLD_COMPILE_PASS
  static net_type::workspace<> workspace;
  return net.run(image, workspace.data())[0];
#else
  return net.run(image, net_type::workspace<>{}.data())[0];
#endif
}
