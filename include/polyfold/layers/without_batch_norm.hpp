// without_batch_norm(pipeline): what a trained network is at inference. The layer before a batch norm takes it up, or a
// scale_shift does; fit/fold_batch_norm.hpp computes the numbers.
//
// To take batch norm up, a layer needs coefficients of its own for every filter and a bias for every output. One that is cut
// along the output axis, has its biases cut or is arranged with one curve for all filters does not have them: there, and
// behind layers without weights, a scale_shift takes the place of batch norm, two numbers a channel instead of four, and
// takes up the biases.
#pragma once

#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/scale_shift.hpp>

namespace polyfold {

namespace detail {

/// Marks a layer that has taken up the batch norm behind it.
struct takes_up_batch_norm {
  static constexpr unsigned sets = 0;
  static constexpr void apply(layer_types::has_bias auto& spec) { spec.bias = true; }
};

/// Marks a layer that has left its biases to the scale_shift behind it.
struct leaves_biases {
  static constexpr unsigned sets = 0;
  static constexpr void apply(layer_types::has_bias auto& spec) {
    spec.bias = false;
    spec.approximated.bias = {};
  }
};

/// Whether layer L can take up the batch norm that follows it.
template <class L>
inline constexpr bool takes_batch_norm = false;
template <weighted_layer L>
inline constexpr bool takes_batch_norm<L> =
    !L::spec.approximated.output.used && !L::spec.approximated.bias.used &&
    (!L::spec.approximated.arranged.used || L::spec.approximated.arranged.per_filter);

/// The layers Kept..., and then those of the argument with batch norms taken up.
template <class... Kept>
struct absorbed {
  static consteval chain<Kept...> rest(chain<>) { return {}; }
  template <class L, class... More>
  static consteval auto rest(chain<L, More...>) {
    return absorbed<Kept..., decltype(inside(L{}))>::rest(chain<More...>{});
  }
  template <weighted_layer L, class... More>
  requires takes_batch_norm<L>
  static consteval auto rest(chain<L, layer_types::batch_norm_layer, More...>) {
    return absorbed<Kept..., decltype(L{}(takes_up_batch_norm{}))>::rest(chain<More...>{});
  }
  template <weighted_layer L, class... More>
  requires(!takes_batch_norm<L>) static consteval auto rest(chain<L, layer_types::batch_norm_layer, More...>) {
    return absorbed<Kept..., decltype(L{}(leaves_biases{})), layer_types::scale_shift_layer>::rest(chain<More...>{});
  }

 private:
  template <class L>
  static consteval L inside(L) {
    return {};
  }
  static consteval layer_types::scale_shift_layer inside(layer_types::batch_norm_layer) { return {}; }
  template <class Body, class Shortcut>
  static consteval auto inside(layer_types::residual_block<Body, Shortcut>) {
    return layer_types::residual_block<decltype(absorbed<>::rest(Body{})), decltype(absorbed<>::rest(Shortcut{}))>{};
  }
};

template <shape Input, class... Layers>
consteval pipeline<Input, Layers...> on_input(chain<Layers...>) {
  return {};
}

}  // namespace detail

/// The pipeline without batch norm: the layer before takes it up, or a scale_shift does.
template <shape Input, class... Layers>
[[nodiscard]] constexpr auto without_batch_norm(pipeline<Input, Layers...>) {
  return detail::on_input<Input>(detail::absorbed<>::rest(chain<Layers...>{}));
}

/// Of what is no pipeline, nothing: the network says so.
template <class Other>
[[nodiscard]] constexpr Other without_batch_norm(Other const&) {
  return {};
}

}  // namespace polyfold
