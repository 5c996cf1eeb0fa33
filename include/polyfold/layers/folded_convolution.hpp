// The expression of a convolution under an approximation: y = U.(C.(V.x)) + b.
//
//   V   channel moments, then row and column moments (or flat moments), from the input alone
//   C   the stored coefficients: a product
//   U   expansion along the output axis
// Factors that the approximation does not use drop out of the expression.
#pragma once

#include <polyfold/fold/arranged_product.hpp>
#include <polyfold/fold/expand.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/fold/product.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold {

namespace detail {
/// A factor whose segment is written out where it is the whole axis of `length`.
[[nodiscard]] constexpr factor with_length(factor f, int length) {
  if (f.segment == 0 && f.order < length) f.segment = length;
  return f;
}
}  // namespace detail

template <shape In, int Filters, window W, int Groups, bool Bias, approximation A>
struct folded_convolution {
  static constexpr int filters = Filters / Groups;       // per group
  static constexpr int channels = In.channels / Groups;  // per group
  /// A kernel of one weight has nothing to cut.
  static constexpr bool cuts_kernel = A.kernel.used && W.area() > 1;
  /// A flat segment as long as a kernel row: its moments are those of the rows, shared by overlapping windows.
  static constexpr bool cuts_rows = A.flat.used && A.flat.segment == W.x.size;
  static constexpr bool cuts_flat = A.flat.used && !cuts_rows;

  static constexpr shape output = W.output(In, Filters);

  // Input side.
  // Types hold no more than the values depend on, so that equal moments have equal types.
  using channel_step = channel_moments<In, Groups, detail::with_length(A.channel, channels)>;
  static constexpr shape channelled = [] {
    if constexpr (A.channel.used)
      return channel_step::output;
    else
      return In;
  }();
  static constexpr int row_order = cuts_rows ? A.flat.order : A.kernel.order;
  static constexpr basis_kind row_kind = cuts_rows ? A.flat.basis : A.kernel.basis;
  static constexpr window along_rows{{}, W.x};
  using row_step = row_moments<channelled, along_rows, row_order, row_kind>;
  static constexpr shape rowed = [] {
    if constexpr (cuts_kernel || cuts_rows)
      return row_step::output;
    else
      return channelled;
  }();
  using column_step = column_moments<rowed, W, A.kernel.order, A.kernel.basis>;
  using flat_step = flat_moments<In, W, Groups, A.flat>;
  static constexpr shape moments = [] {
    if constexpr (cuts_kernel)
      return column_step::output;
    else if constexpr (cuts_flat)
      return flat_step::output;
    else
      return rowed;
  }();
  /// What is left of the window once its moments are taken.
  static constexpr window rest = cuts_kernel || cuts_flat ? window{} : cuts_rows ? window{W.y, {}} : W;

  static constexpr int moment_steps = A.channel.used + (cuts_kernel ? 2 : 0) + cuts_rows + cuts_flat;

  // Output side.
  static constexpr int partial_products = [] {
    if constexpr (A.output.used)
      return segmented_basis<filters, A.output>::size;
    else
      return filters;
  }();
  /// Biases cut like the outputs are added to the partial products; others to the outputs.
  static constexpr bool bias_before = !A.output.used || (A.bias == A.output && Groups == 1);
  static constexpr bias_rule outputs_bias = !Bias         ? bias_rule{}
                                            : A.bias.used ? bias_rule{bias_kind::segmented, A.bias}
                                                          : bias_rule{bias_kind::dense};
  static constexpr bias_rule product_bias = !bias_before            ? bias_rule{}
                                            : A.output.used && Bias ? bias_rule{bias_kind::dense}
                                                                    : outputs_bias;

  using product_step = product<moments, Groups * partial_products, rest, Groups, product_bias>;
  using arranged_step = arranged_product<In, Filters, W, Groups, A.arranged, outputs_bias>;
  static constexpr shape partial{Groups * partial_products, output.height, output.width};
  using expand_step = expand<partial, Filters, Groups, A.output, bias_before ? bias_rule{} : outputs_bias>;

  // Stored numbers: the coefficients, then the biases.
  static constexpr int coefficients = [] {
    if constexpr (A.arranged.used)
      return arranged_step::coefficients;
    else
      return product_step::weights;
  }();
  static constexpr int bias_numbers = biases<Filters, outputs_bias>::numbers;

  [[nodiscard]] static consteval auto steps() {
    if constexpr (A.arranged.used) {
      return type_list<step<arranged_step, layer_input>>{};
    } else {
      return concat<decltype(channel_steps()), decltype(window_steps()),
                    type_list<step<product_step, moment_steps - 1>>, decltype(expand_steps())>{};
    }
  }

  [[nodiscard]] static constexpr cost dense_cost() {
    cost c;
    c.weights = static_cast<long long>(Filters) * channels * W.area();
    c.dense_numbers = c.weights + (Bias ? Filters : 0);
    c.dense_multiplications = c.weights * output.pixels();
    c.dense_additions = c.dense_multiplications - (Bias ? 0 : output.size());
    c.coefficients = coefficients;
    return c;
  }

 private:
  static consteval auto channel_steps() {
    if constexpr (A.channel.used)
      return type_list<step<channel_step, layer_input>>{};
    else
      return type_list<>{};
  }
  static consteval auto window_steps() {
    // Step -1 is the layer's input, so that "the step before" needs no special case.
    constexpr int before = A.channel.used ? 0 : layer_input;
    if constexpr (cuts_kernel)
      return type_list<step<row_step, before>, step<column_step, before + 1>>{};
    else if constexpr (cuts_rows)
      return type_list<step<row_step, before>>{};
    else if constexpr (cuts_flat)
      return type_list<step<flat_step, before>>{};
    else
      return type_list<>{};
  }
  static consteval auto expand_steps() {
    if constexpr (A.output.used)
      return type_list<step<expand_step, moment_steps>>{};
    else
      return type_list<>{};
  }
};

}  // namespace polyfold
