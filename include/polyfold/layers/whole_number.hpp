// The numbers of layers and options, which are ints: dropout<1, 4> is a quarter. One with a decimal point is taken too, so
// that the network says what is wrong with dropout<0.25> or dense<10.5>.
#pragma once

#include <concepts>
#include <type_traits>

#include <polyfold/layers/layer.hpp>

namespace polyfold::layer_types {

/// A number as it is written in angle brackets.
struct whole_number {
  int value = 0;
  bool whole = true;  ///< and an int

  constexpr whole_number(long long number) : value(static_cast<int>(number)), whole(value == number) {}
  template <std::floating_point Number>
  constexpr whole_number(Number number) : whole(number > Number(-2147483648.0) && number < Number(2147483648.0)) {
    if (whole) value = static_cast<int>(number);
    whole = whole && Number(value) == number;
  }
};

}  // namespace polyfold::layer_types

namespace polyfold {

namespace detail {

/// `Layer`, given numbers that are not whole.
template <class Layer>
struct layer_of_fractions : layer {
  [[nodiscard]] static constexpr requirement needs(shape) { return unmet(need::whole_numbers); }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <class... Options>
  consteval layer_of_fractions operator()(Options const&...) const {
    return {};
  }
};

template <class Layer, layer_types::whole_number... Numbers>
using layer_of_whole = std::conditional_t<(Numbers.whole && ...), Layer, layer_of_fractions<Layer>>;

}  // namespace detail

}  // namespace polyfold
