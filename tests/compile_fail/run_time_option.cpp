// expect: polyfold: what stands in the call of a layer is no option
// facts: dense_layer<10, int>
// An option that only the program knows when it runs.

#include <polyfold/inference.hpp>

using namespace polyfold;

int main(int count, char**) {
#ifdef POLYFOLD_COMPILE_PASS
  auto const description = input<1, 28, 28> | dense<10>(no_bias);
  (void)count;
#else
  auto const description = input<1, 28, 28> | dense<10>(count);
#endif

  (void)network<description>::workspace_size;
}
