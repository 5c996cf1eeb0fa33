// dense<outputs>: every output reads the whole input.
//
//   out(m) = b(m) + sum over c, y, x of w(m, c, y, x) * in(c, y, x)
//
// The weights keep the C x H x W of the input (an H x W kernel), so that they can be cut along the kernel and channel
// axes as well as along the output. Options: no_bias, along<axis, ...>, bias_along<...>, arranged<...>.
#pragma once

#include <array>

#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

/// What the options of a dense layer say.
struct dense_spec {
  int outputs = 1;
  bool bias = true;
  approximation approximated{};

  constexpr operator convolution_spec() const {
    return {.filters = outputs, .slides = false, .bias = bias, .approximated = approximated};
  }
};

template <int Outputs, class... Options>
struct dense_layer : layer {
  static constexpr convolution_spec spec = detail::with<Options...>(dense_spec{Outputs});

  static constexpr char const* name = "dense";

  template <class... More>
  consteval dense_layer<Outputs, Options..., More...> operator()(More const&...) const {
    return {};
  }

  [[nodiscard]] static constexpr requirement needs(shape in) {
    constexpr requirement of_options = detail::needs_of_options<dense_spec, Options...>();
    if (of_options.kind != need::nothing) return of_options;
    if (Outputs < 1) return unmet(need::outputs);
    return basis::needs_of(spec.approximated, {Outputs, 1, in.channels, sliding(in), spec.bias});
  }
  [[nodiscard]] static constexpr window sliding(shape in) { return core::whole_map(in); }
  [[nodiscard]] static constexpr shape output(shape) { return {spec.filters, 1, 1}; }

  template <shape In>
  using folded = folded_convolution<In, spec.filters, sliding(In), 1, spec.bias, spec.approximated>;
  template <shape In>
  using operations = decltype(folded<In>::steps());
  template <shape In>
  static constexpr std::array parts = folded<In>::parts();
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Outputs>
inline constexpr detail::layer_of_whole<layer_types::dense_layer<Outputs.value>, Outputs> dense{};

}  // namespace polyfold
