// conv2d<filters, kernel>: two-dimensional convolution (cross-correlation, as the field computes it).
//
//   out(m, y, x) = b(m) + sum over c, r, s of w(m, c, r, s) * in(c, y * stride - top + r * dilation,
//                                                                   x * stride - left + s * dilation)
//   H_out = (top + H + bottom - dilation * (kernel - 1) - 1) / stride + 1, likewise W_out; with same_padding, H / stride rounded up
//
// conv2d<filters, height, width> has a kernel that is not square; layers over one dimension are those of 1 x L maps:
// conv2d<8, 1, 5>(padding<0, 2>).
// Options: stride<n>, padding<n> or same_padding, dilation<n>, groups<n>, no_bias, along<axis, ...>, bias_along<...>, arranged<...>;
// stride, padding and dilation take a number for each direction, too.
#pragma once

#include <array>

#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

template <int Filters, int KernelHeight, int KernelWidth, class... Options>
struct conv2d_layer : layer {
  static constexpr convolution_spec spec =
      detail::with<Options...>(convolution_spec{.filters = Filters, .slid = {{KernelHeight}, {KernelWidth}}});

  static constexpr char const* name = "conv2d";

  template <class... More>
  consteval conv2d_layer<Filters, KernelHeight, KernelWidth, Options..., More...> operator()(More const&...) const {
    return {};
  }

  [[nodiscard]] static constexpr requirement needs(shape in) {
    constexpr requirement of_options = detail::needs_of_options<convolution_spec, Options...>();
    if (of_options.kind != need::nothing) return of_options;
    if (spec.filters < 1 || KernelHeight < 1 || KernelWidth < 1) return unmet(need::filters_and_kernel);
    if (spec.filters % spec.groups != 0) return unmet(need::groups_of_filters);
    if (in.channels % spec.groups != 0) return {need::divisible_channels, {spec.groups, 0, 0}};
    window const w = sliding(in);
    requirement const of_shape{need::at_least, {1, w.y.least_inputs(), w.x.least_inputs()}};
    if (!of_shape.met_by(in)) return of_shape;
    return basis::needs_of(spec.approximated, {spec.filters, spec.groups, in.channels / spec.groups, w, spec.bias});
  }
  [[nodiscard]] static constexpr window sliding(shape in) {
    return spec.same ? core::with_same_padding(spec.slid, in) : spec.slid;
  }
  [[nodiscard]] static constexpr shape output(shape in) { return sliding(in).output(in, spec.filters); }

  template <shape In>
  using folded = folded_convolution<In, spec.filters, sliding(In), spec.groups, spec.bias, spec.approximated>;
  template <shape In>
  using operations = decltype(folded<In>::steps());
  template <shape In>
  static constexpr std::array parts = folded<In>::parts();
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Filters, layer_types::whole_number Kernel,
          layer_types::whole_number KernelWidth = Kernel>
inline constexpr detail::layer_of_whole<layer_types::conv2d_layer<Filters.value, Kernel.value, KernelWidth.value>,
                                        Filters, Kernel, KernelWidth>
    conv2d{};

}  // namespace polyfold
