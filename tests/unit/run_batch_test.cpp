// Batches give what single images give, whatever the number of threads.
#include <polyfold/run_batch.hpp>

#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/packed_network.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr auto small =
    input<2, 9, 17> | conv2d<5, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2>(padding<1>) | dense<7>;

template <class Net, class Room>
void check_batch(Net const& net, int count, int threads) {
  test::random_numbers random(5);
  constexpr int in = Net::input_shape.size(), out = Net::output_shape.size();
  std::vector<float> images(std::size_t(count * in) + 1);
  for (float& v : images) v = random.uniform();
  workers pool(threads);
  std::vector<Room> rooms(static_cast<std::size_t>(threads));
  std::vector<float> results(std::size_t(count * out) + 1, 99.0f);
  run_batch(net, images.data(), count, results.data(), rooms, pool);
  for (int i = 0; i < count; ++i) {
    auto const single = net.run(images.data() + i * in, rooms[0].data());
    for (int k = 0; k < out; ++k) CHECK(results[std::size_t(i * out + k)] == single[k]);
  }
  CHECK(results.back() == 99.0f);
}

}  // namespace

TEST_CASE("A batch gives the results of its images") {
  network<small> net;
  test::random_numbers random(3);
  for (float& v : net.numbers) v = random.uniform();
  packed_network<small> const packed(net);
  for (int threads : {1, 2, 3})
    for (int count : {0, 1, 2, 7, 8}) {
      check_batch<network<small>, network<small>::workspace<float>>(net, count, threads);
      check_batch<packed_network<small>, packed_network<small>::workspace>(packed, count, threads);
    }
}

TEST_CASE("A batch needs a workspace for each worker") {
  network<small> const net;
  workers pool(2);
  std::vector<network<small>::workspace<float>> rooms(1);
  CHECK_THROWS_WITH(run_batch(net, nullptr, 0, nullptr, rooms, pool),
                    "run_batch has 1 workspaces for 2 workers; expected one for each");
}
