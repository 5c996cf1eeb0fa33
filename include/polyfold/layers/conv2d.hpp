// conv2d<filters, kernel>: two-dimensional convolution (cross-correlation, as the field computes it).
//
//   out(m, y, x) = b(m) + sum over c, r, s of w(m, c, r, s) * in(c, y * stride - padding + r, x * stride - padding + s)
//   H_out = (H + 2 * padding - kernel) / stride + 1, likewise W_out
//
// Options: stride<n>, padding<n>, groups<n>, no_bias, along<axis, ...>, bias_along<...>, arranged<...>.
#pragma once

#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>

namespace polyfold {

template <int Filters, int KernelHeight, int KernelWidth, class... Options>
struct conv2d_layer : layer {
  static constexpr convolution_spec spec = detail::with(
      convolution_spec{.filters = Filters, .kernel_height = KernelHeight, .kernel_width = KernelWidth}, Options{}...);
  static_assert(spec.filters >= 1 && spec.kernel_height >= 1 && spec.kernel_width >= 1,
                "polyfold: a convolution has at least one filter and a kernel of at least 1 x 1");
  static_assert(spec.filters % spec.groups == 0,
                "polyfold: the filters of a convolution divide evenly into its groups");

  static constexpr char const* name = "conv2d";
  static constexpr window sliding{spec.kernel_height, spec.kernel_width, spec.stride,
                                  spec.stride,        spec.padding,      spec.padding};

  template <class... More>
  consteval conv2d_layer<Filters, KernelHeight, KernelWidth, Options..., More...> operator()(More...) const {
    return {};
  }

  [[nodiscard]] static constexpr requirement needs(shape in) {
    if (in.channels % spec.groups != 0) return {need::divisible_channels, {spec.groups, 0, 0}};
    return {need::at_least, {1, spec.kernel_height - 2 * spec.padding, spec.kernel_width - 2 * spec.padding}};
  }
  [[nodiscard]] static constexpr shape output(shape in) {
    return {spec.filters, sliding.output_height(in.height), sliding.output_width(in.width)};
  }

  template <shape In>
  using folded = folded_convolution<In, spec.filters, sliding, spec.groups, spec.bias, spec.approximated>;
  template <shape In>
  using operations = decltype(folded<In>::steps());
};

template <int Filters, int Kernel, int KernelWidth = Kernel>
inline constexpr conv2d_layer<Filters, Kernel, KernelWidth> conv2d{};

}  // namespace polyfold
