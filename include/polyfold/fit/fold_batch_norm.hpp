// Folds batch norm into the convolution before it, for inference: y = scale (W x + b - mean) + beta with
// scale = gamma / sqrt(variance + 1e-5) is a convolution with scaled coefficients and another bias.
//
//   constexpr auto exported = without_batch_norm(trained);
//   fold_batch_norm(net, target);   // network<trained> to network<exported>
// It needs coefficients of its own for every filter and a bias for every output: a layer that is cut along the output axis,
// has its biases cut or is arranged with one curve for all filters keeps its batch norm.
#pragma once

#include <algorithm>
#include <type_traits>

#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

/// Marks a layer that has taken up the batch norm behind it.
struct takes_up_batch_norm {
  static constexpr void apply(auto& spec) { spec.bias = true; }
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
  static consteval auto rest(chain<L, batch_norm_layer, More...>) {
    return absorbed<Kept..., decltype(L{}(takes_up_batch_norm{}))>::rest(chain<More...>{});
  }

 private:
  template <class L>
  static consteval L inside(L) {
    return {};
  }
  template <class Body, class Shortcut>
  static consteval auto inside(residual_block<Body, Shortcut>) {
    return residual_block<decltype(absorbed<>::rest(Body{})), decltype(absorbed<>::rest(Shortcut{}))>{};
  }
};

template <shape Input, class... Layers>
consteval pipeline<Input, Layers...> on_input(chain<Layers...>) {
  return {};
}

template <int I, int J, class Source, class Target>
void copy_map(Source const& source, Target& target) {
  std::copy_n(source.maps.data() + Source::first_map_byte(I), Source::first_map_byte(I + 1) - Source::first_map_byte(I),
              target.maps.data() + Target::first_map_byte(J));
}

/// Copies the numbers of layers I and on of `source` to layers J and on of `target`.
template <int I, int J, class Source, class Target>
void copy_folded(Source const& source, Target& target) {
  if constexpr (I < Source::layers) {
    using from = typename Source::template layer_at<I>;
    float const* const numbers = source.numbers.data() + Source::first_number(I);
    float* const stored = target.numbers.data() + Target::first_number(J);
    // The layer that takes up a batch norm is another type from then on.
    constexpr bool folds = !std::is_same_v<from, typename Target::template layer_at<J>>;
    if constexpr (folds) {
      constexpr int filters = from::spec.filters;
      constexpr int per_filter = from::template folded<Source::template layer_input_shape<I>()>::coefficients / filters;
      float const* const gamma = source.numbers.data() + Source::first_number(I + 1);
      for (int m = 0; m < filters; ++m) {
        float const beta = gamma[filters + m];
        float const mean = gamma[2 * filters + m];
        float const variance = gamma[3 * filters + m];
        float const scale = gamma[m] / square_root(variance + batch_norm_epsilon);
        for (int k = 0; k < per_filter; ++k) stored[m * per_filter + k] = numbers[m * per_filter + k] * scale;
        float const bias = from::spec.bias ? numbers[filters * per_filter + m] : 0.0f;
        stored[filters * per_filter + m] = (bias - mean) * scale + beta;
      }
      copy_map<I, J>(source, target);
      copy_folded<I + 2, J + 1>(source, target);
    } else {
      std::copy_n(numbers, Source::number_count(I), stored);
      copy_map<I, J>(source, target);
      copy_folded<I + 1, J + 1>(source, target);
    }
  } else {
    static_assert(J == Target::layers);
  }
}

}  // namespace detail

/// The pipeline with every batch norm gone that the layer before can take up.
template <shape Input, class... Layers>
[[nodiscard]] consteval auto without_batch_norm(pipeline<Input, Layers...>) {
  return detail::on_input<Input>(detail::absorbed<>::rest(chain<Layers...>{}));
}

/// Sets `target`, a network of without_batch_norm(pipeline), to what `source`, a network of the pipeline, computes.
template <auto Pipeline, auto Folded>
void fold_batch_norm(network<Pipeline> const& source, network<Folded>& target) {
  static_assert(std::is_same_v<decltype(without_batch_norm(Pipeline)), std::remove_cvref_t<decltype(Folded)>>,
                "polyfold: batch norm is folded into a network of without_batch_norm(pipeline)");
  detail::copy_folded<0, 0>(source, target);
}

}  // namespace polyfold
