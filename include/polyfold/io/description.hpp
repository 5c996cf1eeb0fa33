// A network's type as text, one line for the input and one for each layer: what a file states of the network in it.
//
//   input 1 x 28 x 28
//   0 conv2d 6 x 5 x 5, padding 2, kernel order 2: 6 x 28 x 28
//   1 relu: 6 x 28 x 28
//
// A layer reads what the one before it computes; one that does not, in a residual block, says what it reads:
//
//   5 conv2d 16 x 1 x 1 of 2: 16 x 14 x 14
//   6 add of 4 and 5: 16 x 14 x 14
//
// A network of bytes says so in a last line:
//
//   numbers of 8 bits, a scale per degree
#pragma once

#include <ostream>
#include <string>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/network.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

namespace detail {

inline void write(std::ostream& out, shape s) { out << s.channels << " x " << s.height << " x " << s.width; }

inline void write(std::ostream& out, char const* where, cut const& f) {
  if (!f.used) return;
  out << ", " << where;
  if (f.segment != 0) out << " segments of " << f.segment;
  out << " order " << f.order << (f.basis == basis_kind::cosine ? " cosine" : "");
}

inline void write(std::ostream& out, approximation const& a) {
  write(out, "flat", a.flat);
  write(out, "kernel", a.kernel);
  write(out, "channel", a.channel);
  write(out, "output", a.output);
  write(out, "bias", a.bias);
  if (a.arranged.used)
    out << ", arranged in " << a.arranged.pieces << " pieces order " << a.arranged.order << " of " << a.arranged.bits
        << " bits" << (a.arranged.per_filter ? " per filter" : "");
}

/// What holds down and across: one number where both are alike.
inline void write_pair(std::ostream& out, int y, int x) {
  out << y;
  if (x != y) out << " x " << x;
}
inline void write_padding(std::ostream& out, window const& w, bool same) {
  bool const even = w.y.before == w.y.after && w.x.before == w.x.after;
  if (same)
    out << ", same padding";
  else if (!even)
    out << ", padding " << w.y.before << ' ' << w.y.after << ' ' << w.x.before << ' ' << w.x.after;
  else if (w.y.before != 0 || w.x.before != 0)
    write_pair(out << ", padding ", w.y.before, w.x.before);
  if (w.y.dilation != 1 || w.x.dilation != 1) write_pair(out << ", dilation ", w.y.dilation, w.x.dilation);
}

/// The values that node I reads, unless it is just the one before.
template <int I, class Layer, int First, int Second>
void write_sources(std::ostream& out, layer_types::node<Layer, First, Second>) {
  auto const name = [](int value) { return value == 0 ? std::string("input") : std::to_string(value - 1); };
  if (Second >= 0)
    out << " of " << name(First) << " and " << name(Second);
  else if (First != I)
    out << " of " << name(First);
}

/// What the type of layer L says beyond its name.
template <class L>
void write_parameters(std::ostream& out) {
  if constexpr (weighted_layer<L>) {
    constexpr layer_types::convolution_spec s = L::spec;
    out << ' ' << s.filters;
    if (s.slides) {
      out << " x " << s.slid.y.size << " x " << s.slid.x.size;
      if (s.slid.y.stride != 1 || s.slid.x.stride != 1)
        write_pair(out << ", stride ", s.slid.y.stride, s.slid.x.stride);
      write_padding(out, s.slid, s.same);
      if (s.groups != 1) out << ", groups " << s.groups;
    }
    if (!s.bias) out << ", no bias";
    write(out, s.approximated);
  } else if constexpr (requires { L::pooled; }) {
    constexpr window w = L::pooled.slid;
    write_pair(out << ' ', w.y.size, w.x.size);
    write_pair(out << ", stride ", w.y.stride, w.x.stride);
    write_padding(out, w, L::pooled.same);
    if (L::pooled.ceil_mode) out << ", ceil mode";
    if constexpr (requires { L::pooled.counts_padding; })
      if (!L::pooled.counts_padding) out << ", padding excluded";
  } else if constexpr (requires { L::function::parameter; }) {
    out << ' ' << L::function::parameter;
  } else if constexpr (requires { L::zeros_before; }) {
    out << ' ' << L::filters << ", stride " << L::stride;
    if (L::zeros_before >= 0) out << ", " << L::zeros_before << " zeros before";
  } else if constexpr (requires { L::alpha; }) {
    out << ' ' << L::size << ", " << L::offset << " + " << L::alpha;
  }
}

[[nodiscard]] constexpr char const* name_of(scales_per rule) {
  switch (rule) {
    case scales_per::degree:
      return "degree";
    case scales_per::filter:
      return "filter";
    default:
      return "layer";
  }
}

}  // namespace detail

/// The text above, alike in every locale.
template <class Network>
[[nodiscard]] std::string describe() {
  text_stream out;
  out << "input ";
  detail::write(out, Network::input_shape);
  core::for_constexpr<Network::layers>([&]<int I>() {
    using layer_type = typename Network::template layer_at<I>;
    out << '\n' << I << ' ' << layer_type::name;
    detail::write_parameters<layer_type>(out);
    detail::write_sources<I>(out, core::type_at<typename Network::graph_type::nodes, I>{});
    out << ": ";
    detail::write(out, Network::layer_output_shape(I));
  });
  out << '\n';
  if constexpr (requires { Network::rule.scales; })
    out << "numbers of 8 bits, a scale per " << detail::name_of(Network::rule.scales) << '\n';
  else if constexpr (requires { typename Network::integers; })
    out << "integers of 8 bits, moments of " << Network::integers::moment_bits << ", codes in the order of products\n";
  return out.str();
}

}  // namespace polyfold
