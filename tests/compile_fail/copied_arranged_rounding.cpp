// expect: deleted (function .*arranged_rounding|constructor of .*arranged_rounding)
// A trainer that rounds with a copy, which finds the levels that the original is then asked for.

#include <polyfold/fit/arranged_rounding.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

using arranged_type = network<input<1, 8, 8> | conv2d<4, 3>(arranged_per_filter<2, constant, 1>) | dense<4>>;

void train() {
  arranged_rounding<arranged_type> rounding;
#ifdef POLYFOLD_COMPILE_PASS
  auto& given = rounding;
#else
  auto given = rounding;
#endif
  given.restart();
}
