// run_batch: many images over several threads, with the kernels of a single image.
//
//   thread_pool pool(2);
//   std::vector<network<digits, in_floats, packed>::workspace<>> workspaces(std::size_t(pool.count()));
//   run_batch(fast, images, 64, logits, workspaces, pool);
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/thread_pool.hpp>

namespace polyfold {

/// Runs `count` images, N x C x H x W floats at `images`, and writes N x (size of the output) floats to `results`.
/// `workspaces` holds a workspace for each worker of `pool`. The results are those of `net.run`, bit for bit, whatever the
/// number of workers. Throws `failure`, and runs nothing, where workspaces are fewer than workers, `count` is negative, or
/// there are images but no memory that they or the results lie in.
template <class Net, class Workspace>
void run_batch(Net const& net, float const* images, int count, float* results, std::span<Workspace> workspaces,
               thread_pool& pool) {
  if (workspaces.size() < std::size_t(pool.count()))
    throw failure("run_batch has " + std::to_string(workspaces.size()) + " workspaces for " +
                  std::to_string(pool.count()) + " workers; expected one for each");
  if (count < 0) throw failure("run_batch was given " + std::to_string(count) + " images; expected 0 or more");
  if (count > 0 && (images == nullptr || results == nullptr))
    throw failure("run_batch was given " + std::to_string(count) + " images, and a null pointer for " +
                  (images == nullptr ? "them" : "the results") + "; expected memory for both");
  // A share of neighbouring images each: workers then write to memory of their own.
  std::ptrdiff_t const share = (std::ptrdiff_t(count) + pool.count() - 1) / pool.count();
  pool.run(pool.count(), [&](int job, int worker) {
    std::ptrdiff_t const end = core::smaller<std::ptrdiff_t>(count, (job + 1) * share);
    for (std::ptrdiff_t i = job * share; i < end; ++i) {
      tensor_view<float const, Net::input_shape> const image(images + i * Net::input_shape.size());
      auto const result = net.run(image, workspaces[std::size_t(worker)]);
      std::copy(result.begin(), result.end(), results + i * Net::output_shape.size());
    }
  });
}

/// The same, with the workspaces in a vector or an array.
template <class Net, class Workspaces>
requires requires(Workspaces& workspaces) { std::span(workspaces); }
void run_batch(Net const& net, float const* images, int count, float* results, Workspaces& workspaces,
               thread_pool& pool) {
  run_batch(net, images, count, results, std::span(workspaces), pool);
}

}  // namespace polyfold
