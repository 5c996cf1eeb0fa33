// expect: deleted (function .*tensor<.*view|member function .*view)
// A view of numbers that are gone as soon as it is made.

#include <polyfold/core/tensor.hpp>

using namespace polyfold;

tensor<float, shape{1, 2, 2}> load();

float first() {
#ifdef POLYFOLD_COMPILE_PASS
  tensor<float, shape{1, 2, 2}> const image = load();
  auto const numbers = image.view();
#else
  auto const numbers = load().view();
#endif
  return numbers[0];
}
