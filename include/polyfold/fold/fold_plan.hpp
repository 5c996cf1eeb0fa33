// The expression of a convolution under an approximation, y = U.(C.(V.x)) + b, as a value: which operations it consists of.
//
//   V   channel moments, then row and column moments (or flat moments), from the input alone
//   C   the stored coefficients: a product
//   U   expansion along the output axis
// Factors that the approximation does not use drop out of the expression. Arranged weights are one operation.
#pragma once

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/fold/operation_form.hpp>

namespace polyfold::fold {

/// An axis of an array that lies as [outer][extent][inner].
struct axis_place {
  int outer;
  int extent;
  int inner;
};

struct fold_plan {
  shape in;
  int filters;
  window kernel;
  int groups;
  bool has_bias;
  approximation cuts;
  bias_rule bias{};  ///< of the outputs

  /// The operations in order, `size` of them. Each reads the one before, the first what the layer reads.
  core::fixed_array<operation_form, 5> operations{};
  int size = 0;

  constexpr fold_plan(shape in_, int filters_, window kernel_, int groups_, bool has_bias_, approximation const& cuts_)
      : in(in_), filters(filters_), kernel(kernel_), groups(groups_), has_bias(has_bias_), cuts(cuts_) {
    if (has_bias) bias = cuts.bias.used ? bias_rule{bias_kind::segmented, cuts.bias} : bias_rule{bias_kind::dense};
    if (cuts.arranged.used)
      add(arranged_product_of(in, filters, kernel, groups, cuts.arranged, bias));
    else
      add_folded();
  }

  /// Channels, and filters, of a group.
  [[nodiscard]] constexpr int channels() const { return in.channels / groups; }
  [[nodiscard]] constexpr int group_filters() const { return filters / groups; }
  /// A kernel of one weight has nothing to cut.
  [[nodiscard]] constexpr bool cuts_kernel() const { return cuts.kernel.used && kernel.area() > 1; }
  /// A flat segment as long as a kernel row: its moments are those of the rows, shared by overlapping windows.
  [[nodiscard]] constexpr bool cuts_rows() const { return cuts.flat.used && cuts.flat.segment == kernel.x.size; }
  [[nodiscard]] constexpr bool cuts_flat() const { return cuts.flat.used && !cuts_rows(); }

  /// The place of the operation of a kind; -1 where there is none.
  [[nodiscard]] constexpr int place_of(operation_kind kind) const {
    for (int j = 0; j < size; ++j)
      if (at(j).kind == kind) return j;
    return -1;
  }
  [[nodiscard]] constexpr operation_form const& at(int j) const { return operations[j]; }
  [[nodiscard]] constexpr operation_form const& operation(operation_kind kind) const { return at(place_of(kind)); }
  /// The one with the coefficients.
  [[nodiscard]] constexpr operation_form const& product() const {
    return operation(cuts.arranged.used ? operation_kind::arranged_product : operation_kind::product);
  }

  /// Of the layer without approximation, biases excluded.
  [[nodiscard]] constexpr int weights() const { return filters * channels() * kernel.area(); }
  /// Where an axis that can be cut lies in the weights, which are filters x channels x rows x columns.
  [[nodiscard]] constexpr axis_place place_in_weights(axis a) const {
    switch (a) {
      case axis::flat:
        return {filters, channels() * kernel.area(), 1};
      case axis::kernel:
        return {filters * channels(), kernel.area(), 1};
      case axis::channel:
        return {filters, channels(), kernel.area()};
      case axis::output:
        return {groups, group_filters(), channels() * kernel.area()};
    }
    return {};
  }

  // Stored parameters: the coefficients, then the biases. Coefficients lie as [group][filter or partial
  // product][channel][rest].
  [[nodiscard]] constexpr int coefficients() const { return product().coefficients(); }
  [[nodiscard]] constexpr int bias_parameters() const { return bias.parameters(filters); }
  /// Coefficients of one filter, partial product or curve.
  [[nodiscard]] constexpr int per_filter() const {
    return cuts.arranged.used ? product().axis().size() : product().fan_in();
  }
  /// Channels that they lie in: those of a group, or their moments.
  [[nodiscard]] constexpr int kept_channels() const {
    return cuts.channel.used ? operation(operation_kind::channel_moments).axis().size() : channels();
  }

  /// Of the layer without approximation, and how many coefficients stand for its weights.
  [[nodiscard]] constexpr cost dense_cost() const {
    shape const output = kernel.output(in, filters);
    cost c;
    c.weights = weights();
    c.dense_parameters = c.weights + (has_bias ? filters : 0);
    c.dense_multiplications = c.weights * output.pixels();
    c.dense_additions = c.dense_multiplications - (has_bias ? 0 : output.size());
    c.coefficients = coefficients();
    return c;
  }

 private:
  constexpr void add(operation_form const& form) { operations[size++] = form; }
  [[nodiscard]] constexpr shape reached() const { return size == 0 ? in : at(size - 1).output(); }

  constexpr void add_folded() {
    window rest = kernel;  // what is left of it once its moments are taken
    // Forms hold no more than the values depend on, so that equal moments have equal forms.
    if (cuts.channel.used) {
      cut whole = cuts.channel;
      if (whole.segment == 0 && whole.order < channels()) whole.segment = channels();
      add(channel_moments_of(in, groups, whole));
    }
    if (cuts_kernel() || cuts_rows()) {
      cut const& along = cuts_rows() ? cuts.flat : cuts.kernel;
      add(row_moments_of(reached(), window{{}, kernel.x}, along.order, along.basis));
      rest = {kernel.y, {}};
    }
    if (cuts_kernel()) {
      add(column_moments_of(reached(), kernel, cuts.kernel.order, cuts.kernel.basis));
      rest = {};
    }
    if (cuts_flat()) {
      add(flat_moments_of(reached(), kernel, groups, cuts.flat));
      rest = {};
    }
    if (!cuts.output.used) {
      add(product_of(reached(), filters, rest, groups, bias));
      return;
    }
    // Biases cut like the outputs are added to the partial products; others to the outputs.
    bool const bias_before = has_bias && cuts.bias == cuts.output && groups == 1;
    int const partial_products = groups * basis::axis_cut(group_filters(), cuts.output).size();
    add(product_of(reached(), partial_products, rest, groups, bias_before ? bias_rule{bias_kind::dense} : bias_rule{}));
    add(expand_of(reached(), filters, groups, cuts.output, bias_before ? bias_rule{} : bias));
  }
};

}  // namespace polyfold::fold
