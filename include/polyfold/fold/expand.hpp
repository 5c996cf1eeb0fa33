// U.p: the partial products of every segment of the output axis expanded to its filters, and the biases added.
// Computational reuse: P + 1 partial products serve L filters.
#pragma once

#include <polyfold/fold/bias.hpp>
#include <polyfold/fold/operation_form.hpp>

namespace polyfold::fold {

/// (Groups * basis size) x H x W to Filters x H x W, where F cuts the filters of each group.
template <shape In, int Filters, int Groups, cut F, bias_rule Bias>
struct expand : pixelwise_operation {
  using basis = polyfold::basis::segmented_basis<Filters / Groups, F>;
  using bias = biases<Filters, Bias>;
  static constexpr operation_form form = expand_of(In, Filters, Groups, F, Bias);
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::expansion;
  static constexpr bool backward_reads_input = false;
  static constexpr int parameters = form.parameters();
  static constexpr int scratch = bias::scratch;
  static constexpr auto constants = sets_of<form.set_count()>(form);

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const& at, row_range rows, Out out, Input in) {
    bias::prepare(at.parameters, at.scratch);
    for (int g = 0; g < Groups; ++g)
      basis::template synthesise_map<In>(
          rows, [&](int k, int y, int x) { return in(g * basis::size + k, y, x); },
          [&](int i, int y, int x, Scalar const& value) {
            int const m = g * basis::length + i;
            if constexpr (Bias.kind == bias_kind::none)
              out(m, y, x) = value;
            else
              out(m, y, x) = value + bias::template start<Scalar>(at.parameters, at.scratch, m);
          });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const& at, Out, Out dout, Input, Gradient din) {
    bias::backward(at.gradient, [&](int m) { return detail::sum_of_channel(dout, m); });
    if (din.data() == nullptr) return;
    for (int g = 0; g < Groups; ++g)
      for (int y = 0; y < In.height; ++y)
        for (int x = 0; x < In.width; ++x)
          basis::analyse([&](int i) { return dout(g * basis::length + i, y, x); },
                         [&](int k, Scalar const& m) { din(g * basis::size + k, y, x) += m; });
  }
};

}  // namespace polyfold::fold
