// A network in integers: codes of one byte, maps of one byte, sums of 32 bits; the same to the last bit on every machine.
//
//   network<digits, in_int8> net;                     // from quantise() (fit/quantise_int8.hpp), a file or a generated header
//   network<digits, in_int8>::workspace<> workspace;
//   auto logits = net.run(pixels, workspace);         // 8-bit pixels as a camera gives them; logits of 16 bits
//
// A number that a map's code stands for is code * scale, without a zero point, where the scale is the host's business alone:
// codes are unsigned behind a relu, else signed. A pixel stands for (pixel - zero code of its channel) * scale, and padding
// for zero. Weights are code * 2^degree shift * a scale for each filter; sums become codes by requantisations
// (integers/requantise.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/integers/integer_program.hpp>
#include <polyfold/numbers/float32.hpp>

namespace polyfold {

struct int8_numbers {
  static constexpr bool integers = true;
  int moment_bits = 16;

  /// Moments are rounded to 8 bits, by a power of two that follows from the type: for processors whose products are of bytes.
  /// On others it is no faster, and rounds more.
  [[nodiscard]] constexpr int8_numbers with_8_bit_moments() const { return {8}; }
  friend constexpr bool operator==(int8_numbers const&, int8_numbers const&) = default;
};
inline constexpr int8_numbers in_int8{};

}  // namespace polyfold

namespace polyfold::storage {

namespace detail {
/// Does not compile: the sentence for a network without an integer form.
template <integer::integer_need Kind, class Layer, class Operation>
struct no_integer_form {
  using type = void;
  static_assert(Kind != integer::integer_need::integer_form,
                "polyfold: this operation has no integer form: no_integer_form<...> in this message names it");
  static_assert(
      Kind != integer::integer_need::activation_form,
      "polyfold: in integers activations are relu, bounded relu and leaky relu, behind a convolution or a dense layer");
  static_assert(Kind != integer::integer_need::product_to_add,
                "polyfold: in integers an addition follows a convolution, without an activation between them");
  static_assert(Kind != integer::integer_need::product_at_end,
                "polyfold: in integers a network ends with a convolution or a dense layer, whose sums are its logits");
};
}  // namespace detail

template <class Structure, int8_numbers Numbers>
struct stored_parameters<Structure, Numbers> {
  using program_type = typename Structure::program_type;
  using integers = integer::integer_program<program_type, Numbers.moment_bits>;

 private:
  static constexpr auto end = integers::places.back();
  static constexpr int channels = Structure::input_shape.channels;

 public:
  /// Codes of the coefficients, layer by layer, in the basis that inference uses.
  std::array<std::int8_t, std::size_t(end.code)> codes{};
  /// Biases in the units of the sums that they are added to.
  std::array<std::int32_t, std::size_t(end.bias)> biases{};
  /// Requantisations: of each filter or partial product, of what an expansion makes, of what is added; two shifts for each.
  std::array<std::int16_t, std::size_t(end.scale)> multipliers{};
  std::array<std::uint8_t, std::size_t(2 * end.scale)> shifts{};
  /// Left shifts of codes by the degree of the moments that they multiply.
  std::array<std::uint8_t, std::size_t(end.degree)> degree_shifts{};
  /// The pixel that stands for zero, for each channel of the image.
  std::array<std::uint8_t, std::size_t(channels)> zeros{};
  /// What one unit of a logit stands for.
  std::array<float, 1> logit_scale{};

  using counts = array_sizes<end.code, end.bias, end.scale, 2 * end.scale, end.degree, channels, 1>;

  [[gnu::always_inline, nodiscard]] constexpr integer::requantisation scale(int i) const {
    return {multipliers[std::size_t(i)], shifts[std::size_t(2 * i)], shifts[std::size_t(2 * i + 1)]};
  }

  template <class Network, class Visit>
  static void for_each_array(Network& net, Visit visit) {
    visit(net.codes);
    visit(net.biases);
    visit(net.multipliers);
    visit(net.shifts);
    visit(net.degree_shifts);
    visit(net.zeros);
    visit(net.logit_scale);
  }
  template <int I, class Network, class Visit>
  static void visit_layer(Network& net, Visit visit) {
    constexpr auto from = integers::first_of_layer(I);
    constexpr auto to = integers::first_of_layer(I + 1);
    visit("codes", detail::part_of(net.codes, from.code, to.code));
    visit("biases", detail::part_of(net.biases, from.bias, to.bias));
    visit("multipliers", detail::part_of(net.multipliers, from.scale, to.scale));
    visit("shifts", detail::part_of(net.shifts, 2 * from.scale, 2 * to.scale));
    visit("degree_shifts", detail::part_of(net.degree_shifts, from.degree, to.degree));
    visit("zeros", detail::part_of(net.zeros, 0, I == 0 ? channels : 0));
    visit("logit_scale", detail::part_of(net.logit_scale, 0, int(I + 1 == Structure::layers)));
  }

  /// Requantisations, shifts and tables; a product for every number that is requantised.
  template <int I>
  static constexpr void add_cost(cost& c) {
    constexpr auto from = integers::first_of_layer(I);
    constexpr auto to = integers::first_of_layer(I + 1);
    c.byte_parameters = to.code - from.code;
    // Biases beside those that floats have too take off what stands for zero.
    c.scale_bytes = 4LL * (to.scale - from.scale) + (to.degree - from.degree) + (I == 0 ? channels : 0) +
                    (I + 1 == Structure::layers ? 4 : 0) +
                    4LL * (to.bias - from.bias - (Structure::parameter_count(I) - c.byte_parameters));
    c.table_bytes = 0;
    for (int g = 0; g < integers::groups; ++g)
      if (integers::stage_of(g) == I) c.table_bytes += integers::table_bytes[g];
    c.multiplications += requantised<I>();
  }

 private:
  template <int I>
  [[nodiscard]] static constexpr long long requantised() {
    long long count = 0;
    core::for_constexpr<integers::groups>([&]<int G>() {
      if constexpr (integers::stage_of(G) == I) {
        constexpr integer::integer_group g = integers::template group<G>;
        long long const outputs = program_type::template value_shape<g.value>().size();
        if constexpr (g.kind == integer::integer_group_kind::product) {
          count += outputs * (1 + (g.added >= 0));
          if constexpr (g.expansion >= 0) count += program_type::template operation_at<g.head>::output.size();
        } else if constexpr (g.kind == integer::integer_group_kind::average) {
          count += outputs;
        }
      }
    });
    return count;
  }
};

namespace detail {
template <class Structure, int8_numbers Numbers>
requires(!stored_parameters<Structure,
                            Numbers>::integers::right) struct fault_of_numbers<stored_parameters<Structure, Numbers>> {
  using integers = typename stored_parameters<Structure, Numbers>::integers;
  static constexpr int step = integers::grouping.unmet_step;
  using type =
      no_integer_form<integers::grouping.unmet, typename Structure::template layer_at<integers::facts[step].stage>,
                      typename integers::template operation_at<step>>;
};
}  // namespace detail

}  // namespace polyfold::storage
