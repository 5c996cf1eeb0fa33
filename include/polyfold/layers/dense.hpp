// dense<outputs>: every output reads the whole input.
//
//   out(m) = b(m) + sum over c, y, x of w(m, c, y, x) * in(c, y, x)
//
// The weights keep the C x H x W of the input (an H x W kernel), so that they can be cut along the kernel and channel
// axes as well as along the output. Options: no_bias, along<axis, ...>, bias_along<...>, arranged<...>.
#pragma once

#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>

namespace polyfold {

template <int Outputs, class... Options>
struct dense_layer : layer {
  static constexpr convolution_spec spec = detail::with(convolution_spec{.filters = Outputs}, Options{}...);
  static_assert(spec.filters >= 1, "polyfold: a dense layer has at least one output");
  static_assert(spec.stride == 1 && spec.padding == 0 && spec.groups == 1,
                "polyfold: a dense layer takes no stride, padding or groups");

  static constexpr char const* name = "dense";

  template <class... More>
  consteval dense_layer<Outputs, Options..., More...> operator()(More...) const {
    return {};
  }

  [[nodiscard]] static constexpr shape output(shape) { return {spec.filters, 1, 1}; }

  template <shape In>
  using folded = folded_convolution<In, spec.filters, window{In.height, In.width}, 1, spec.bias, spec.approximated>;
  template <shape In>
  using operations = decltype(folded<In>::steps());
};

template <int Outputs>
inline constexpr dense_layer<Outputs> dense{};

}  // namespace polyfold
