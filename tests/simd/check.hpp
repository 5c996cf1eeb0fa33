// The SIMD kernels against the portable ones, through the networks that users run. No test framework: the same programs are
// compiled for every instruction set, also for processors that this machine only emulates.
//
// Inputs, workspaces and packed weights lie between pages that must not be touched, and workspaces are full of NaN before a
// run: a read or write outside a buffer ends the program, a read of what nobody has written shows in the result.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

namespace polyfold::test {

/// Largest difference between the two, in parts of the largest output: sums are added in another order.
inline constexpr float bound = 1e-5f;

inline int failures = 0;

/// `bytes` of memory that end (or begin) where a page begins (or ends) that must not be touched.
class guarded_memory {
 public:
  explicit guarded_memory(std::size_t bytes) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    inner_ = (bytes + page_ - 1) / page_ * page_;
    void* const all = mmap(nullptr, inner_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(static_cast<char*>(all) + page_, inner_, PROT_READ | PROT_WRITE) != 0) {
      std::fprintf(stderr, "no guarded memory of %zu bytes\n", bytes);
      std::exit(2);
    }
    base_ = static_cast<char*>(all);
    bytes_ = bytes;
  }
  guarded_memory(guarded_memory const&) = delete;
  guarded_memory& operator=(guarded_memory const&) = delete;
  ~guarded_memory() { munmap(base_, inner_ + 2 * page_); }

  [[nodiscard]] char* at_end() const { return base_ + page_ + inner_ - bytes_; }
  [[nodiscard]] char* at_start() const { return base_ + page_; }

 private:
  std::size_t page_, inner_, bytes_;
  char* base_;
};

template <auto Pipeline>
void check(char const* name) {
  using net_type = network<Pipeline>;
  using packed_type = network<Pipeline, in_floats, packed>;
  auto const net = std::make_unique<net_type>();
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> number(-1.0f, 1.0f);
  for (float& v : net->parameters) v = number(generator);
  // Variances are among the numbers of batch norm.
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          if constexpr (detail::any_statistic(net_type::template layer_parts<I>()))
            for (int i = net_type::first_parameter(I); i < net_type::first_parameter(I + 1); ++i)
              net->parameters[std::size_t(i)] = 0.1f + std::abs(net->parameters[std::size_t(i)]);
        }(),
        ...);
  }
  (std::make_integer_sequence<int, net_type::layers>{});
  for (std::uint8_t& byte : net->maps) byte = static_cast<std::uint8_t>(generator());

  guarded_memory const weights(sizeof(packed_type));
  auto* const packed = new (weights.at_end()) packed_type{*net};

  constexpr int size = net_type::input_shape.size();
  guarded_memory const images(size * sizeof(float));
  guarded_memory const workspaces(std::size_t(packed_type::workspace_size) * sizeof(float));
  auto const reference_workspace = std::make_unique<typename net_type::template workspace<float>>();
  float worst = 0.0f, largest = 0.0f;
  for (bool const end : {true, false}) {
    auto* const image = reinterpret_cast<float*>(end ? images.at_end() : images.at_start());
    auto* const workspace = reinterpret_cast<float*>(end ? workspaces.at_end() : workspaces.at_start());
    for (int i = 0; i < size; ++i) image[i] = number(generator);
    std::fill_n(workspace, packed_type::workspace_size, std::numeric_limits<float>::quiet_NaN());
    auto const got = packed->run(image, workspace);
    auto const expected = net->run(image, reference_workspace->data());
    for (int i = 0; i < net_type::output_shape.size(); ++i) {
      if (std::isnan(got[i])) {
        worst = std::numeric_limits<float>::infinity();
        break;
      }
      worst = std::max(worst, std::abs(got[i] - expected[i]));
      largest = std::max(largest, std::abs(expected[i]));
    }
  }
  bool const good = worst <= bound * largest;
  if (!good) ++failures;
  std::printf("%s %s: differs by %g of %g\n", good ? "ok  " : "FAIL", name, double(worst), double(largest));
}

}  // namespace polyfold::test

/// Checks the pipeline of this name.
#define CHECK_PACKED(pipeline) polyfold::test::check<pipeline>(#pipeline)
