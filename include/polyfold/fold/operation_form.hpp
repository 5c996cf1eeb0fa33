// The operations of a folded layer as values: what each writes, stores and takes, and which constants it reads. The types in
// moments.hpp, product.hpp, arranged_product.hpp and expand.hpp say what their forms say, and run-time code counts by forms.
#pragma once

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/core/cost.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/window.hpp>
#include <polyfold/fold/bias_rule.hpp>
#include <polyfold/fold/window_line.hpp>

namespace polyfold::fold {

enum class operation_kind {
  channel_moments,
  row_moments,
  column_moments,
  flat_moments,
  product,
  arranged_product,
  expand
};

/// Functions of a plane with total degree at most `order` whose degree along the row is below `degree`.
[[nodiscard]] constexpr int terms_up_to(int degree, int column_terms, int order) {
  int terms = 0;
  for (int j = 0; j < degree; ++j) terms += core::smaller(column_terms, order + 1 - j);
  return terms;
}

/// One operation. It holds no more than its values depend on: moments of equal forms, of one map, are the same moments.
struct operation_form {
  operation_kind kind = operation_kind::product;
  shape in{};
  window under{};  ///< of moments and products
  int groups = 1;
  cut along{};      ///< of the axis that moments, curves and expansions run along
  int outputs = 1;  ///< that have a bias: filters, or partial products
  bias_rule bias{};
  arrangement arranged{};

  /// The axis that is cut: of column moments the longest, beside degree 0 along the row; of a product none.
  [[nodiscard]] constexpr basis::axis_cut axis() const {
    switch (kind) {
      case operation_kind::channel_moments:
        return {in.channels / groups, along};
      case operation_kind::row_moments:
        return {under.x.size, along};
      case operation_kind::column_moments:
        return {under.y.size, along};
      case operation_kind::flat_moments:
        return {fan_in(), along};
      case operation_kind::arranged_product:
        return {levels(), along};
      case operation_kind::expand:
        return {outputs / groups, along};
      default:
        return {1, along};
    }
  }
  /// Inputs under the window of one output.
  [[nodiscard]] constexpr int fan_in() const { return in.channels / groups * under.area(); }
  /// Of an arranged product.
  [[nodiscard]] constexpr int levels() const { return 1 << arranged.bits; }
  /// With fewer inputs than levels there is little to group: the levels are then looked up and multiplied.
  [[nodiscard]] constexpr bool groups_inputs() const { return fan_in() > levels(); }

  /// Of column moments: degrees along the row, planes that each of them has, and degrees up to the order in all.
  [[nodiscard]] constexpr int row_terms() const { return core::smaller(along.order + 1, under.x.size); }
  [[nodiscard]] constexpr int planes() const { return in.channels / row_terms(); }
  [[nodiscard]] constexpr int plane_terms() const { return terms_up_to(row_terms(), axis().size(), along.order); }

  [[nodiscard]] constexpr window_line row_line() const {
    return {under.x.outputs(in.width), under.x.size, along.order, along.basis, under.x.slides_by_one()};
  }
  /// Beside degree j along the row, the columns take degrees up to order - j.
  [[nodiscard]] constexpr window_line column_line(int j) const {
    return {under.y.outputs(in.height), under.y.size, along.order - j, along.basis, under.y.slides_by_one()};
  }

  [[nodiscard]] constexpr shape output() const {
    switch (kind) {
      case operation_kind::channel_moments:
        return {groups * axis().size(), in.height, in.width};
      case operation_kind::row_moments:
        return {in.channels * axis().size(), in.height, under.x.outputs(in.width)};
      case operation_kind::column_moments:
        return {planes() * plane_terms(), under.y.outputs(in.height), in.width};
      case operation_kind::flat_moments:
        return under.output(in, groups * axis().size());
      case operation_kind::expand:
        return {outputs, in.height, in.width};
      default:
        return under.output(in, outputs);
    }
  }

  /// Stored parameters: coefficients, then biases.
  [[nodiscard]] constexpr int coefficients() const {
    switch (kind) {
      case operation_kind::product:
        return outputs * fan_in();
      case operation_kind::arranged_product:
        return (arranged.per_filter ? outputs : 1) * axis().size();
      default:
        return 0;
    }
  }
  [[nodiscard]] constexpr int parameters() const { return coefficients() + bias.parameters(outputs); }

  /// Multiplications and additions. Windows that hang over the border are counted whole, as published counts are.
  [[nodiscard]] constexpr cost count() const {
    cost c = bias.count(outputs, output().pixels());
    long long const values = output().size();
    switch (kind) {
      case operation_kind::channel_moments:
        c.multiplications += groups * axis().multiplications(in.pixels());
        c.additions += groups * axis().analysis_additions(in.pixels());
        break;
      case operation_kind::row_moments:
        c += row_line().count(static_cast<long long>(in.channels) * in.height);
        break;
      case operation_kind::column_moments:
        for (int j = 0; j < row_terms(); ++j) c += column_line(j).count(static_cast<long long>(planes()) * in.width);
        break;
      case operation_kind::flat_moments:
        c.multiplications += static_cast<long long>(groups) * output().pixels() * axis().multiplications();
        c.additions += static_cast<long long>(groups) * output().pixels() * axis().analysis_additions();
        break;
      case operation_kind::product:
        c.multiplications += values * fan_in();
        c.additions += values * (fan_in() - 1);
        break;
      case operation_kind::arranged_product:
        if (groups_inputs()) {
          c.multiplications += values * axis().size();
          c.additions += values * (fan_in() - levels() + axis().analysis_additions() + axis().size() - 1);
        } else {
          c.multiplications += values * fan_in();
          c.additions += (arranged.per_filter ? outputs : 1) * axis().synthesis_additions() + values * (fan_in() - 1);
        }
        break;
      case operation_kind::expand:
        c.multiplications += groups * axis().multiplications(in.pixels());
        c.additions += groups * axis().synthesis_additions(in.pixels());
        break;
    }
    return c;
  }

  /// Calls f(set) for the sets of functions whose constants it reads, one after the other, some of them empty.
  template <class F>
  constexpr void for_each_set(F f) const {
    auto const each = [&f](basis::axis_cut const& a) {
      for (basis::function_set const& set : a.sets()) f(set);
    };
    if (kind == operation_kind::column_moments)
      for (int j = 0; j < row_terms(); ++j) f(column_line(j).along.sets()[0]);
    else if (kind != operation_kind::product && kind != operation_kind::arranged_product)
      each(axis());
    if (bias.kind == bias_kind::segmented) each({outputs, bias.along});
  }
  [[nodiscard]] constexpr int set_count() const {
    int count = 0;
    for_each_set([&count](basis::function_set const&) { ++count; });
    return count;
  }

  friend constexpr bool operator==(operation_form const&, operation_form const&) = default;
};

/// The sets of an operation that has so many.
template <int Count>
[[nodiscard]] constexpr core::fixed_array<basis::function_set, Count> sets_of(operation_form const& form) {
  core::fixed_array<basis::function_set, Count> all{};
  auto next = all.begin();
  form.for_each_set([&next](basis::function_set const& set) { *next++ = set; });
  return all;
}

/// The forms of operations; the types of these names have the same arguments.
[[nodiscard]] constexpr operation_form row_moments_of(shape in, window under, int order, basis_kind basis) {
  return {.kind = operation_kind::row_moments, .in = in, .under = under, .along = {true, 0, order, basis}};
}
[[nodiscard]] constexpr operation_form column_moments_of(shape in, window under, int order, basis_kind basis) {
  return {.kind = operation_kind::column_moments, .in = in, .under = under, .along = {true, 0, order, basis}};
}
[[nodiscard]] constexpr operation_form channel_moments_of(shape in, int groups, cut const& along) {
  return {.kind = operation_kind::channel_moments, .in = in, .groups = groups, .along = along};
}
[[nodiscard]] constexpr operation_form flat_moments_of(shape in, window under, int groups, cut const& along) {
  return {.kind = operation_kind::flat_moments, .in = in, .under = under, .groups = groups, .along = along};
}
[[nodiscard]] constexpr operation_form product_of(shape in, int filters, window under, int groups, bias_rule bias) {
  return {
      .kind = operation_kind::product, .in = in, .under = under, .groups = groups, .outputs = filters, .bias = bias};
}
[[nodiscard]] constexpr operation_form arranged_product_of(shape in, int filters, window under, int groups,
                                                           arrangement const& arranged, bias_rule bias) {
  return {.kind = operation_kind::arranged_product,
          .in = in,
          .under = under,
          .groups = groups,
          .along = basis::curve_cut(arranged),
          .outputs = filters,
          .bias = bias,
          .arranged = arranged};
}
[[nodiscard]] constexpr operation_form expand_of(shape in, int filters, int groups, cut const& along, bias_rule bias) {
  return {.kind = operation_kind::expand, .in = in, .groups = groups, .along = along, .outputs = filters, .bias = bias};
}

}  // namespace polyfold::fold
