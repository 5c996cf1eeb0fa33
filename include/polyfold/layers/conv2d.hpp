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
  static constexpr convolution_spec spec = detail::with<Options...>(
      convolution_spec{.filters = Filters, .kernel_height = KernelHeight, .kernel_width = KernelWidth});

  static constexpr char const* name = "conv2d";
  static constexpr window sliding{spec.kernel_height, spec.kernel_width, spec.stride,
                                  spec.stride,        spec.padding,      spec.padding};

  template <class... More>
  consteval conv2d_layer<Filters, KernelHeight, KernelWidth, Options..., More...> operator()(More const&...) const {
    return {};
  }

  [[nodiscard]] static constexpr requirement needs(shape in) {
    constexpr requirement of_options = detail::needs_of_options<convolution_spec, Options...>();
    if (of_options.kind != need::nothing) return of_options;
    if (spec.filters < 1 || spec.kernel_height < 1 || spec.kernel_width < 1) return unmet(need::filters_and_kernel);
    if (spec.filters % spec.groups != 0) return unmet(need::groups_of_filters);
    if (in.channels % spec.groups != 0) return {need::divisible_channels, {spec.groups, 0, 0}};
    requirement const of_shape{need::at_least,
                               {1, spec.kernel_height - 2 * spec.padding, spec.kernel_width - 2 * spec.padding}};
    if (!of_shape.met_by(in)) return of_shape;
    return needs_of(spec.approximated, {spec.filters, spec.groups, in.channels / spec.groups, sliding, spec.bias});
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
