// What each input of a product in integers is: a number of a map, or a moment.
#pragma once

#include <polyfold/fold/operation_form.hpp>
#include <polyfold/integers/groups.hpp>

namespace polyfold::integer {

struct product_input {
  int channel = 0;       ///< of the value that the group reads, within the filter's group of channels
  int degree = 0;        ///< whose left shift the codes take
  int exponent = 0;      ///< the number is to be multiplied by 2^exponent
  long long bound = 0;   ///< its largest magnitude
  long long of_one = 1;  ///< what it is where the map is one everywhere, times 2^exponent
};

/// Of the product of group G of `Integers` (integer_program.hpp); inputs are counted as a filter's coefficients are.
template <class Integers, int G>
struct product_inputs {
  static constexpr integer_group group = Integers::template group<G>;
  static constexpr fold::operation_form form = Integers::template operation_at<group.head>::form;
  static constexpr int source_degrees = Integers::template degrees<group.source>();
  static constexpr int degrees = Integers::template degree_count<G>;

  [[nodiscard]] static constexpr product_input at(int k) {
    int const number = k / form.under.area();  // of a pixel
    if constexpr (Integers::template takes_moments<G>) {
      using moments = typename Integers::template kernel_moments<G>;
      auto const& term = moments::of_terms[number % moments::terms];
      int const channel = number / moments::terms;
      return {channel, channel % source_degrees * (degrees / source_degrees) + term.degree, term.exponent, term.bound,
              term.of_one};
    } else {
      return {number, number % source_degrees, 0, Integers::template map<group.source>.bound, 1};
    }
  }
};

}  // namespace polyfold::integer
