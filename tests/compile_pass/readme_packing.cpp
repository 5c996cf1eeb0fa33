// README's packed network, and images over several threads, in a file that calls all names of the standard library and of
// polyfold at hand, beside glibc's `error`.
#include <error.h>

#include <algorithm>
#include <numeric>
#include <ranges>
#include <vector>
using namespace std;

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>
#include <polyfold/run_batch.hpp>
using namespace polyfold;

constexpr auto digits = input<1, 28, 28> | conv2d<6, 5>(padding<2>, along<axis::kernel, linear>) | relu | max_pool<2> |
                        dense<10>(along<axis::kernel, linear>);
static network<digits> net;
static network<digits, in_floats, packed> fast;
static network<digits, in_floats, packed>::workspace<> fast_workspace;

int main() {
  tensor<float, shape{1, 28, 28}> image{};
  fast.pack(net);
  auto const logits = fast.run(image, fast_workspace);

  thread_pool threads(2);
  vector<network<digits, in_floats, packed>::workspace<>> workspaces(size_t(threads.count()));
  vector<float> images(64 * 784), results(64 * 10);
  run_batch(fast, images.data(), 64, results.data(), workspaces, threads);
  return logits[0] == results[0] ? 0 : 1;
}
