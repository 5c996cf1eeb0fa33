// Batches give what single images give, whatever the number of threads.
#include <polyfold/run_batch.hpp>

#include <memory>
#include <thread>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr auto small =
    input<2, 9, 17> | conv2d<5, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2>(padding<1>) | dense<7>;

template <class Net, class Workspace>
void check_batch(Net const& net, int count, int threads) {
  test::random_numbers random(5);
  constexpr int in = Net::input_shape.size(), out = Net::output_shape.size();
  std::vector<float> images(std::size_t(count * in) + 1);
  for (float& v : images) v = random.uniform();
  thread_pool pool(threads);
  std::vector<Workspace> workspaces(static_cast<std::size_t>(threads));
  std::vector<float> results(std::size_t(count * out) + 1, 99.0f);
  run_batch(net, images.data(), count, results.data(), workspaces, pool);
  for (int i = 0; i < count; ++i) {
    auto const single = net.run(images.data() + i * in, workspaces[0].data());
    for (int k = 0; k < out; ++k) CHECK(results[std::size_t(i * out + k)] == single[k]);
  }
  CHECK(results.back() == 99.0f);
}

}  // namespace

TEST_CASE("A batch gives the results of its images") {
  network<small> net;
  test::random_numbers random(3);
  for (float& v : net.parameters) v = random.uniform();
  network<small, in_floats, packed> const fast{net};
  for (int threads : {1, 2, 3})
    for (int count : {0, 1, 2, 7, 8}) {
      check_batch<network<small>, network<small>::workspace<float>>(net, count, threads);
      check_batch<network<small, in_floats, packed>, network<small, in_floats, packed>::workspace<>>(fast, count,
                                                                                                     threads);
    }
}

TEST_CASE("A batch needs a workspace for each worker") {
  network<small> const net;
  thread_pool pool(2);
  std::vector<network<small>::workspace<float>> workspaces(1);
  CHECK_THROWS_WITH(run_batch(net, nullptr, 0, nullptr, workspaces, pool),
                    "run_batch has 1 workspaces for 2 workers; expected one for each");
}

TEST_CASE("A batch of a negative number of images, or without memory, is refused") {
  network<small> const net;
  thread_pool pool(2);
  std::vector<network<small>::workspace<float>> workspaces(2);
  std::vector<float> images(std::size_t(net.input_shape.size()));
  std::vector<float> results(std::size_t(net.output_shape.size()), 99.0f);
  CHECK_THROWS_WITH(run_batch(net, images.data(), -1, results.data(), workspaces, pool),
                    "run_batch was given -1 images; expected 0 or more");
  CHECK_THROWS_WITH(run_batch(net, nullptr, 1, results.data(), workspaces, pool),
                    "run_batch was given 1 images, and a null pointer for them; expected memory for both");
  CHECK_THROWS_WITH(run_batch(net, images.data(), 1, nullptr, workspaces, pool),
                    "run_batch was given 1 images, and a null pointer for the results; expected memory for both");
  CHECK_NOTHROW(run_batch(net, nullptr, 0, nullptr, workspaces, pool));
  CHECK(results == std::vector<float>(results.size(), 99.0f));
}

TEST_CASE("Two batches at once on the same workers, and one within a job, give the results of their images") {
  network<small> net;
  test::random_numbers random(3);
  for (float& v : net.parameters) v = random.uniform();
  constexpr int in = net.input_shape.size(), out = net.output_shape.size(), count = 9;
  std::vector<float> images(std::size_t(count * in));
  for (float& v : images) v = random.uniform();
  thread_pool pool(2);
  std::vector<network<small>::workspace<float>> workspaces(2);
  auto const batch = [&] {
    std::vector<float> results(std::size_t(count * out));
    run_batch(net, images.data(), count, results.data(), workspaces, pool);
    return results;
  };
  std::vector<float> const right = batch();

  std::vector<int> differ(2);
  auto const again = [&](std::size_t caller) {
    for (int round = 0; round < 200; ++round) differ[caller] += batch() != right;
  };
  std::thread other([&] { again(1); });
  again(0);
  other.join();
  CHECK(differ == std::vector<int>{0, 0});

  std::vector<int> differ_within(6);
  pool.run(6, [&](int job, int) { differ_within[std::size_t(job)] = batch() != right; });
  CHECK(differ_within == std::vector<int>(6));
}
