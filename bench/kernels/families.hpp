// Layers in which one kernel does nearly all the work, swept over segment lengths: one function for each kind of kernel
// and order of the polynomials. Each is compiled in a file of its own.
#pragma once

#include <cstdint>
#include <random>

#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>

#include "common/measurement.hpp"
#include "common/polyfold_engine.hpp"

namespace polyfold::bench {

/// A network of this pipeline with any numbers.
template <auto Pipeline>
[[nodiscard]] std::unique_ptr<network<Pipeline>> any_network() {
  auto net = std::make_unique<network<Pipeline>>();
  std::mt19937 random(3);
  std::uniform_real_distribution<float> value(0.1f, 1.0f);
  for (float& x : net->parameters) x = value(random);
  for (std::uint8_t& x : net->maps) x = std::uint8_t(random());
  return net;
}

template <auto Pipeline>
void add_kernel(measurements& all, std::string name) {
  using network_type = network<Pipeline>;
  measurement m;
  m.work = network_type::total_cost();
  m.bytes =
      4.0 * (network_type::input_shape.size() + network_type::output_shape.size()) + double(m.work.stored_bytes());
  m.prepare = [name] {
    auto const net = any_network<Pipeline>();
    return checked<Pipeline>(std::make_unique<polyfold_engine<Pipeline>>(*net, 1), *net, 1, name);
  };
  m.name = std::move(name);
  all.push_back(std::move(m));
}

// Moments: one filter reads them.
struct channel_moments_family {
  static constexpr char const* name = "moments/channel";
  template <int L, int P>
  static constexpr auto layer = input<256, 16, 16> | conv2d<1, 1>(along<axis::channel, segment<L>, order<P>>);
};
struct flat_moments_family {
  static constexpr char const* name = "moments/flat";
  template <int L, int P>
  static constexpr auto layer = input<4096, 1, 1> | dense<1>(along<axis::flat, segment<L>, order<P>>);
};
// Expansion: of the products with one input channel.
struct expansion_family {
  static constexpr char const* name = "expansion";
  template <int L, int P>
  static constexpr auto layer = input<1, 16, 16> | conv2d<256, 1>(along<axis::output, segment<L>, order<P>>);
};
struct convolution_family {
  static constexpr char const* name = "convolution/channel";
  template <int L, int P>
  static constexpr auto layer = input<256, 16, 16> |
                                conv2d<64, 3>(padding<1>, along<axis::channel, segment<L>, order<P>>);
};
struct dense_family {
  static constexpr char const* name = "dense/channel";
  template <int L, int P>
  static constexpr auto layer = input<4096, 1, 1> | dense<1024>(along<axis::channel, segment<L>, order<P>>);
};

/// Segments of 4 to 256 with polynomials of order P.
template <class Family, int P>
void add_swept(measurements& all) {
  auto const add = [&]<int... L>(std::integer_sequence<int, L...>) {
    (add_kernel<Family::template layer<L, P>>(
         all, std::string(Family::name) + "/segment:" + std::to_string(L) + "/order:" + std::to_string(P)),
     ...);
  };
  add(std::integer_sequence<int, 4, 8, 16, 32, 64, 128, 256>{});
}

/// Kernel planes of 3 x 3 to 7 x 7: moments alone, and a folded convolution.
template <int P>
void add_kernel_planes(measurements& all) {
  auto const add = [&]<int K>() {
    std::string const which = "/size:" + std::to_string(K) + "/order:" + std::to_string(P);
    constexpr auto option = along<axis::kernel, order<P>>;
    add_kernel<input<64, 16, 16> | conv2d<1, K>(padding<K / 2>, option)>(all, "moments/kernel" + which);
    add_kernel<input<64, 16, 16> | conv2d<64, K>(padding<K / 2>, option)>(all, "convolution/kernel" + which);
  };
  add.template operator()<3>();
  add.template operator()<5>();
  add.template operator()<7>();
}

/// The dense twins of the folded layers, and index-mapped ones of 2 to 8 bits.
void add_dense_twins(measurements& all);
void add_arranged(measurements& all);

}  // namespace polyfold::bench
