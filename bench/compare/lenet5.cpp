#include <polyfold/models/lenet5.hpp>

#include "works.hpp"

namespace polyfold::bench {

namespace {
/// lenet5_small but for the first convolution, which gains nothing in multiplications and stays dense.
constexpr auto folded = make_lenet5(
    relu,
    per_layer(exact, along<axis::kernel, linear>,
              all_of(along<axis::kernel, linear>, along<axis::output, order<9>>, bias_along<segment<24>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<21>, linear>),
              along<axis::channel, order<7>>));
}  // namespace

void add_lenet5(measurements& all) {
  add_work<lenet5>(all, "lenet5", {1, 64});
  add_folded<lenet5, folded>(all, "lenet5", "folded", {1, 64});
}

}  // namespace polyfold::bench
