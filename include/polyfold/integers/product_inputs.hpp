// What each input of a product in integers is, a number of a map or a moment, and where the codes of its weights lie.
//
// Codes follow the order in which a product reads its inputs. Moments of whole rows are read as fold counts them; other inputs
// degree by degree, place by place of the window, all channels of a place side by side, as far as they lie side by side in
// memory too: a run. Within a run, four codes change places (product_block.hpp).
#pragma once

#include <polyfold/fold/operation_form.hpp>
#include <polyfold/integers/groups.hpp>
#include <polyfold/integers/product_block.hpp>

namespace polyfold::integer {

struct product_input {
  int channel = 0;       ///< of the value that the group reads, within the filter's group of channels
  int degree = 0;        ///< whose left shift the codes take
  int exponent = 0;      ///< the number is to be multiplied by 2^exponent
  long long bound = 0;   ///< its largest magnitude
  long long of_one = 1;  ///< what it is where the map is one everywhere, times 2^exponent
};

/// Of the product of group G of `Integers` (integer_program.hpp); input k is that of coefficient k of a filter.
template <class Integers, int G>
struct product_inputs {
  static constexpr integer_group group = Integers::template group<G>;
  static constexpr fold::operation_form form = Integers::template operation_at<group.head>::form;
  static constexpr window under = form.under;
  static constexpr bool takes_moments = Integers::template takes_moments<G>;
  static constexpr int source_degrees = Integers::template degrees<group.source>();
  static constexpr int degrees = Integers::template degree_count<G>;
  /// Of a pixel, for a filter: channels or moments.
  static constexpr int numbers = form.in.channels / form.groups;

  [[nodiscard]] static constexpr product_input at(int k) {
    int const number = k / under.area();
    if constexpr (takes_moments) {
      using moments = typename Integers::template kernel_moments<G>;
      auto const& term = moments::of_terms[number % moments::terms];
      return {number / moments::terms, degree_of(number), term.exponent, term.bound, term.of_one};
    } else {
      return {number, degree_of(number), 0, Integers::template map<group.source>.bound, 1};
    }
  }

  /// Whether a row of moments is read as it is; then codes lie in fold's order.
  static constexpr bool reads_rows = takes_moments && form.output().width > 1;

  /// Numbers of a pixel with the same degree lie side by side.
  [[nodiscard]] static constexpr int degree_of(int number) {
    if constexpr (takes_moments) {
      using moments = typename Integers::template kernel_moments<G>;
      return number / moments::terms % source_degrees * (degrees / source_degrees) +
             moments::of_terms[number % moments::terms].degree;
    } else {
      return number % source_degrees;
    }
  }
  template <int Degree>
  static constexpr int numbers_of = [] {
    int count = 0;
    for (int n = 0; n < numbers; ++n) count += int(degree_of(n) == Degree);
    return count;
  }();
  /// Runs under a row of the window; where it moves along no row, all of its rows are one.
  static constexpr int runs = under.x.dilation == 1 ? 1 : under.x.size;
  static constexpr bool one_run =
      runs == 1 && under.y.dilation == 1 && form.output().width == 1 && under.y.before == 0 && under.y.after == 0;
  template <int Degree>
  static constexpr int run_length = numbers_of<Degree>*(one_run ? under.area() : under.x.size / runs);
  /// First code of a degree.
  template <int Degree>
  static constexpr int first_code = [] {
    int before = 0;
    for (int n = 0; n < numbers; ++n) before += int(degree_of(n) < Degree);
    return before * under.area();
  }();

  /// Where the code of input k lies in its filter.
  static constexpr auto place = [] {
    core::fixed_array<int, form.fan_in()> all{};
    core::fixed_array<int, degrees> count{};
    for (int n = 0; n < numbers; ++n) ++count[degree_of(n)];
    core::fixed_array<int, degrees> first{};
    for (int d = 1; d < degrees; ++d) first[d] = first[d - 1] + count[d - 1] * under.area();
    core::fixed_array<int, degrees> seen{};
    for (int n = 0; n < numbers; ++n) {
      int const degree = degree_of(n);
      int const length = count[degree] * (one_run ? under.area() : under.x.size / runs);
      for (int tap = 0; tap < under.area(); ++tap) {
        int const at = tap * count[degree] + seen[degree];
        all[n * under.area() + tap] =
            reads_rows ? n : first[degree] + at / length * length + place_in_run(at % length, length);
      }
      ++seen[degree];
    }
    return all;
  }();
};

}  // namespace polyfold::integer
