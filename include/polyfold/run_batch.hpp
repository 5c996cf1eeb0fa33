// run_batch: many images over several threads, with the kernels of a single image.
//
//   workers pool(2);
//   std::vector<network<digits, in_floats, packed>::workspace<>> rooms(std::size_t(pool.count()));
//   run_batch(fast, images, 64, logits, rooms, pool);
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/error.hpp>
#include <polyfold/train/workers.hpp>

namespace polyfold {

/// Runs `count` images, N x C x H x W floats at `images`, and writes N x (size of the output) floats to `results`. `rooms`
/// holds a workspace for each worker of `pool`. The results are those of `net.run`, bit for bit, whatever the number of
/// workers. Throws `error`, and runs nothing, where workspaces are fewer than workers, `count` is negative, or there are
/// images but no memory that they or the results lie in.
template <class Net, class Room>
void run_batch(Net const& net, float const* images, int count, float* results, std::span<Room> rooms, workers& pool) {
  if (rooms.size() < std::size_t(pool.count()))
    throw error("run_batch has " + std::to_string(rooms.size()) + " workspaces for " + std::to_string(pool.count()) +
                " workers; expected one for each");
  if (count < 0) throw error("run_batch was given " + std::to_string(count) + " images; expected 0 or more");
  if (count > 0 && (images == nullptr || results == nullptr))
    throw error("run_batch was given " + std::to_string(count) + " images, and a null pointer for " +
                (images == nullptr ? "them" : "the results") + "; expected memory for both");
  // A share of neighbouring images each: workers then write to memory of their own.
  std::ptrdiff_t const share = (std::ptrdiff_t(count) + pool.count() - 1) / pool.count();
  pool.run(pool.count(), [&](int job, int worker) {
    std::ptrdiff_t const end = smaller<std::ptrdiff_t>(count, (job + 1) * share);
    for (std::ptrdiff_t i = job * share; i < end; ++i) {
      tensor_view<float const, Net::input_shape> const image(images + i * Net::input_shape.size());
      auto const result = net.run(image, rooms[std::size_t(worker)]);
      std::copy(result.begin(), result.end(), results + i * Net::output_shape.size());
    }
  });
}

/// The same, with the workspaces in a vector or an array.
template <class Net, class Rooms>
requires requires(Rooms& rooms) { std::span(rooms); }
void run_batch(Net const& net, float const* images, int count, float* results, Rooms& rooms, workers& pool) {
  run_batch(net, images, count, results, std::span(rooms), pool);
}

}  // namespace polyfold
