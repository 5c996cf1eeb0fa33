// A network's type as text, one line for the input and one for each layer: what a file states of the network in it.
//
//   input 1 x 28 x 28
//   0 conv2d 6 x 5 x 5, padding 2, kernel order 2: 6 x 28 x 28
//   1 relu: 6 x 28 x 28
#pragma once

#include <string>
#include <utility>

#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

inline std::string text_of(shape s) {
  return std::to_string(s.channels) + " x " + std::to_string(s.height) + " x " + std::to_string(s.width);
}

inline std::string text_of(char const* where, factor const& f) {
  if (!f.used) return "";
  return std::string(", ") + where + (f.segment == 0 ? "" : " segments of " + std::to_string(f.segment)) + " order " +
         std::to_string(f.order) + (f.basis == basis_kind::cosine ? " cosine" : "");
}

inline std::string text_of(approximation const& a) {
  std::string text = text_of("flat", a.flat) + text_of("kernel", a.kernel) + text_of("channel", a.channel) +
                     text_of("output", a.output) + text_of("bias", a.bias);
  if (a.arranged.used)
    text += ", arranged in " + std::to_string(a.arranged.pieces) + " pieces order " + std::to_string(a.arranged.order) +
            " of " + std::to_string(a.arranged.bits) + " bits" + (a.arranged.per_filter ? " per filter" : "");
  return text;
}

template <class L>
std::string parameters_of() {
  if constexpr (weighted_layer<L>) {
    constexpr convolution_spec s = L::spec;
    std::string text = " " + std::to_string(s.filters);
    if constexpr (requires { L::sliding; }) {
      text += " x " + std::to_string(s.kernel_height) + " x " + std::to_string(s.kernel_width);
      if (s.stride != 1) text += ", stride " + std::to_string(s.stride);
      if (s.padding != 0) text += ", padding " + std::to_string(s.padding);
      if (s.groups != 1) text += ", groups " + std::to_string(s.groups);
    }
    if (!s.bias) text += ", no bias";
    return text + text_of(s.approximated);
  } else if constexpr (requires { L::pooled; }) {
    constexpr pooling_spec s = L::pooled;
    return " " + std::to_string(s.size) + ", stride " + std::to_string(s.stride) +
           (s.padding == 0 ? "" : ", padding " + std::to_string(s.padding));
  } else {
    return "";
  }
}

}  // namespace detail

template <class Network>
[[nodiscard]] std::string describe() {
  std::string text = "input " + detail::text_of(Network::input_shape) + "\n";
  [&]<int... I>(std::integer_sequence<int, I...>) {
    ((text += std::to_string(I) + " " + Network::template layer_at<I>::name +
              detail::parameters_of<typename Network::template layer_at<I>>() + ": " +
              detail::text_of(Network::layer_output_shape(I)) + "\n"),
     ...);
  }
  (std::make_integer_sequence<int, Network::layers>{});
  return text;
}

}  // namespace polyfold
