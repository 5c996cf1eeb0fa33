// Sums of integer products of kernel moments over a row, for a few pixels and filters at a time.
//
// Moments are held a row after the other. Here those of each pixel come to lie side by side, 16 bits each, and the codes of
// weights get their shifts: two products of neighbours are then one instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/integers/integer_run.hpp>
#include <polyfold/integers/product_block.hpp>

namespace polyfold::integer::detail {

/// Of the product of group G, which reads rows of moments: blocks of `Filters` filters and `Rows` x `Columns` pixels.
template <class Places, int G, int Filters, int Rows, int Columns>
struct integer_moment_sums {
  using integers = typename Places::integers;
  using inputs = typename integers::template inputs<G>;
  using moments = typename integers::template kernel_moments<G>;
  static constexpr fold::operation_form form = inputs::form;
  static constexpr auto first = integers::places[G];

 private:
  static constexpr int wide_pitch = core::ceil_div(inputs::numbers, 2) * 2;  // weights of a filter, moments of a pixel
  static constexpr int line_pitch = form.groups * wide_pitch;
  static constexpr int line_numbers = moments::pitch * line_pitch;
  static constexpr int wide_bytes = 2 * wide_pitch * form.outputs;
  /// Weights of 16 bits are kept from row to row where they are few, else made anew for each row.
  static constexpr bool keeps_weights = wide_bytes <= 1024 && form.output().height > 1;

 public:
  static constexpr int state_bytes = keeps_weights ? wide_bytes : 0;
  static constexpr int scratch_bytes = 2 * Rows * line_numbers;

  /// Once for each image.
  template <class Run>
  static constexpr void keep_weights(Run const& run, int state) {
    if constexpr (keeps_weights)
      for (int m = 0; m < form.outputs; ++m) widen(run, m, kept(run, state) + m * wide_pitch);
  }
  /// Lays out a row of moments, the one of this number in a block.
  template <class Moments, class Run>
  static constexpr void prepare_moments(Run const& run, typename Moments::sums held, int row) {
    for (int g = 0; g < form.groups; ++g) {
      auto const to = line(run) + row * line_numbers + g * wide_pitch;
      auto const from = held + g * inputs::numbers * moments::pitch;
      int k = 0;
      if constexpr (!moments::rounds && has_dual_products)
        for (; k + 1 < inputs::numbers; k += 2)
          for (int word = 0; word < moments::pitch / 2; ++word) {
            auto const words = from.words() + (k * (moments::pitch / 2) + word);
            unsigned const a = unsigned(words[0]);
            unsigned const b = unsigned(words[moments::pitch / 2]);
            to.set_two(2 * word * line_pitch + k, low_lanes(a, b));
            to.set_two((2 * word + 1) * line_pitch + k, high_lanes(a, b));
          }
      for (; k < inputs::numbers; ++k) {
        int const shift = moments::rounds ? moments::of_terms[k % moments::terms].shift : 0;
        for (int x = 0, at = k; x < form.output().width; ++x, at += line_pitch)
          to.set(at, rounded_shift(from[k * moments::pitch + x], shift));
      }
    }
  }

  /// Of filters m to m + Filters - 1.
  struct weights {
    template <class Run>
    [[gnu::always_inline]] constexpr weights(Run const& run, int state, int m)
        : wide(keeps_weights ? kept(run, state) + m * wide_pitch : numbers_in_bytes<std::int16_t>(memory)) {
      if constexpr (!keeps_weights)
        for (int f = 0; f < Filters; ++f) widen(run, m + f, wide + f * wide_pitch);
    }
    alignas(4) core::c_array<std::uint8_t, keeps_weights ? 4 : 2 * wide_pitch * Filters> memory;
    numbers_in_bytes<std::int16_t> wide;
  };

  /// Adds up these filters over the block whose first column is x.
  template <class Run>
  [[gnu::always_inline]] static constexpr void add(Run const& run, weights const& of, int m, int, int x, int* sums) {
    using block = product_block<Filters, Rows, Columns, line_pitch, line_numbers, wide_pitch>;
    int const g = form.groups == 1 ? 0 : m / (form.outputs / form.groups);
    block::add_wide(sums, line(run) + (x * line_pitch + g * wide_pitch), of.wide, inputs::numbers);
  }

 private:
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto line(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G));
  }
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto kept(Run const& run, int state) {
    return numbers_in_bytes<std::int16_t>(run.memory + state);
  }
  /// The codes of filter m with their shifts.
  template <class Run>
  static constexpr void widen(Run const& run, int m, numbers_in_bytes<std::int16_t> to) {
    constexpr int plane_degrees = inputs::degrees / inputs::source_degrees;
    std::int8_t const* const codes = run.net.codes.data() + first.code + m * inputs::numbers;
    std::uint8_t const* const shifts = run.net.degree_shifts.data() + first.degree;
    int degree = 0;  // of the plane's channel
    for (int k = 0; k < inputs::numbers;) {
      for (int t = 0; t < moments::terms; ++t, ++k)
        to.set(k, codes[k] * (1 << (inputs::degrees > 1 ? shifts[degree * plane_degrees + moments::degrees[t]] : 0)));
      degree = degree + 1 == inputs::source_degrees ? 0 : degree + 1;
    }
    if constexpr (wide_pitch > inputs::numbers) to.set(inputs::numbers, 0);
  }
};

}  // namespace polyfold::integer::detail
