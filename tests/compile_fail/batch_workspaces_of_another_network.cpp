// expect: polyfold: run takes a workspace of the network that it runs, and this is another's or none
// facts: run_takes<.*tensor<float, .*1, 28, 28.*std::array<float, 3466>
// Workspaces of another network are too small or too large for every image.

#include <polyfold/inference.hpp>
#include <polyfold/run_batch.hpp>
#include <vector>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
using workspace = network<description>::workspace<float>;
#else
using workspace = network<other>::workspace<float>;
#endif

void classify(network<description> const& net, float const* images, float* logits, thread_pool& threads) {
  std::vector<workspace> workspaces(std::size_t(threads.count()));
  run_batch(net, images, 64, logits, workspaces, threads);
}
