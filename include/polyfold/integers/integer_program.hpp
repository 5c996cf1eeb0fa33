// A network's program in integers: its groups (groups.hpp), how every value lies in memory, and which stored parameters
// belong to which group.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/fold/expand.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/fold/product.hpp>
#include <polyfold/integers/groups.hpp>
#include <polyfold/integers/kernel_moments.hpp>
#include <polyfold/integers/product_inputs.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/pooling.hpp>

namespace polyfold::integer {

namespace detail {

/// What an activation's function is in integers: a slope below 0, in parts of 2^15; relu's is 0.
template <class Function>
struct integer_function {
  static constexpr integer_activation kind = integer_activation::none;
  static constexpr int slope = 0;
};
template <>
struct integer_function<layer_types::relu_function> {
  static constexpr integer_activation kind = integer_activation::rectified;
  static constexpr int slope = 0;
};
/// Its bound is that of the codes: quantising gives 255 a scale that stands for no more.
template <int Numerator, int Denominator>
struct integer_function<layer_types::bounded_relu_function<Numerator, Denominator>>
    : integer_function<layer_types::relu_function> {};
template <int Numerator, int Denominator>
struct integer_function<layer_types::leaky_relu_function<Numerator, Denominator>> {
  static constexpr integer_activation kind = integer_activation::leaky;
  static constexpr int slope = ((1 << 16) * Numerator / Denominator + 1) / 2;
};

template <class Operation>
[[nodiscard]] consteval groupable_step groupable(fold::detail::step_facts const& f) {
  groupable_step s;
  s.role = Operation::role;
  s.executed = f.executed;
  s.sources[0] = f.sources[0];
  s.sources[1] = f.sources[1];
  s.value = f.value;
  s.nondecreasing = Operation::nondecreasing;
  s.halves = Operation::input_window == window{{2, 2}, {2, 2}};
  if constexpr (Operation::role == fold::operation_role::activation)
    s.activation = integer_function<typename Operation::function>::kind;
  // Bases of kernels that running sums do not serve, and arranged weights, have none yet.
  if constexpr (Operation::role == fold::operation_role::column_moments ||
                Operation::role == fold::operation_role::row_moments)
    if (!Operation::basis::running_sums) s.role = fold::operation_role::other;
  if constexpr (Operation::map_bytes > 0) s.role = fold::operation_role::other;
  return s;
}

}  // namespace detail

template <class Program, int Moment_bits>
struct integer_program {
  static constexpr int moment_bits = Moment_bits;
  static constexpr int steps = Program::steps;
  static constexpr auto const& facts = Program::facts;
  template <int J>
  using operation_at = typename Program::template operation_at<J>;

  static constexpr auto grouping = []<int... J>(std::integer_sequence<int, J...>) {
    return detail::group_steps<steps>({detail::groupable<operation_at<J>>(facts[J])...}, Program::result);
  }
  (std::make_integer_sequence<int, steps>{});
  static constexpr bool right = grouping.unmet == integer_need::nothing;
  static constexpr int groups = right ? grouping.count : 0;
  template <int G>
  static constexpr integer_group group = grouping.groups[G];
  static constexpr int result = right ? grouping.groups[groups - 1].value : 0;

  template <int V>
  [[nodiscard]] static constexpr shape value_shape() {
    return Program::template value_shape<V>();
  }
  /// The group that makes value V; -1: the image.
  [[nodiscard]] static constexpr int maker(int v) {
    for (int g = 0; g < groups; ++g)
      if (grouping.groups[g].value == v) return g;
    return -1;
  }
  [[nodiscard]] static constexpr int stage_of(int g) { return facts[grouping.groups[g].head].stage; }

  /// How value V lies. Of moments the bound is the largest of all channels.
  template <int V>
  [[nodiscard]] static consteval integer_map map_of() {
    if constexpr (V == 0) {
      return {8, true, 255, 0};  // less the code that stands for zero
    } else {
      constexpr integer_group g = grouping.groups[maker(V)];
      if constexpr (g.kind == integer_group_kind::product) {
        if constexpr (V == result) return {16, true, 32767, 0};
        if constexpr (g.activation >= 0)
          if (detail::integer_function<typename operation_at<g.activation>::function>::kind ==
              integer_activation::rectified)
            return {8, false, 255, 0};
        return {8, true, 128, 0};
      } else if constexpr (g.kind == integer_group_kind::maximum || g.kind == integer_group_kind::average) {
        return map_of<g.source>();
      } else {
        using basis = moment_basis<maker(V)>;
        long long bound = 0;
        for (int k = 0; k < basis::size; ++k)
          bound = core::larger(bound, basis::moment_bound(k, map_of<g.source>().bound));
        int const shift = shift_to_bits(bound, Moment_bits - 1);
        return {Moment_bits, true, shifted_bound(bound, shift), shift};
      }
    }
  }
  template <int V>
  static constexpr integer_map map = map_of<V>();

  /// The functions of the moments that group G makes.
  template <int G>
  static consteval auto moment_basis_of() {
    constexpr integer_group g = grouping.groups[G];
    constexpr fold::operation_form form = operation_at<g.head>::form;
    constexpr int length =
        g.kind == integer_group_kind::channel_moments ? form.in.channels / form.groups : form.under.x.size;
    return std::type_identity<integer_basis<length, form.along, int(map_of<g.source>().bound)>>{};
  }
  template <int G>
  using moment_basis = typename decltype(moment_basis_of<G>())::type;

  /// Moments of kernel planes that the product of group G takes in.
  template <int G>
  static constexpr bool of_bytes = map<grouping.groups[G].source>.bits == 8;
  template <int G>
  using kernel_moments =
      integer_kernel_moments<operation_at<grouping.groups[G].rows>, operation_at<grouping.groups[G].columns>,
                             of_bytes<G> ? 255 : int(map<grouping.groups[G].source>.bound), of_bytes<G>, Moment_bits>;
  template <int G>
  static constexpr bool takes_moments = grouping.groups[G].columns >= 0;
  /// Kernel moments of bytes are those of numbers from 0 to 255: what stands for zero is taken off their sums by the biases, of
  /// which a product then has one for each output.
  template <int G>
  static constexpr bool takes_zero_off = takes_moments<G>&& of_bytes<G>&& map<grouping.groups[G].source>.is_signed;
  /// How the biases of the product of group G are stored.
  template <int G>
  static constexpr fold::bias_rule product_biases =
      takes_zero_off<G> ? fold::bias_rule{fold::bias_kind::dense} : operation_at<grouping.groups[G].head>::form.bias;

  [[nodiscard]] static constexpr bool makes_moments(int g) {
    return g >= 0 && (grouping.groups[g].kind == integer_group_kind::channel_moments ||
                      grouping.groups[g].kind == integer_group_kind::row_moments);
  }
  /// The power of two by which the numbers of value V are to be multiplied: 0 but for moments.
  template <int V>
  [[nodiscard]] static consteval int exponent() {
    constexpr int g = maker(V);
    if constexpr (makes_moments(g))
      return exponent<grouping.groups[g].source>() + map<V>.shift - moment_basis<g>::fraction;
    else
      return 0;
  }
  /// Degrees of the channels of value V, which follow each other: 1 but for moments with binomials.
  template <int V>
  [[nodiscard]] static consteval int degrees() {
    constexpr int g = maker(V);
    if constexpr (makes_moments(g))
      return moment_basis<g>::binomials ? moment_basis<g>::cut.terms : 1;
    else
      return 1;
  }

  /// Whether all channels of a pixel of value V lie side by side, else all pixels of a row of a channel: as it is read.
  template <int V>
  static constexpr bool side_by_side = [] {
    bool by_rows = V == 0 || V == result;
    for (int g = 0; g < groups; ++g)
      if (grouping.groups[g].source == V)
        by_rows =
            by_rows || grouping.groups[g].columns >= 0 || grouping.groups[g].kind == integer_group_kind::row_moments;
    return !by_rows;
  }();

  // Stored parameters of a group.
  template <int G>
  static constexpr int code_count = [] {
    if constexpr (group<G>.kind == integer_group_kind::product)
      return operation_at<group<G>.head>::form.coefficients();
    else
      return 0;
  }();
  template <int G>
  static constexpr int bias_count = [] {
    int count = 0;
    if constexpr (group<G>.kind == integer_group_kind::product) {
      count += product_biases<G>.parameters(operation_at<group<G>.head>::form.outputs);
      if constexpr (group<G>.expansion >= 0)
        count += operation_at<group<G>.expansion>::form.bias.parameters(operation_at<group<G>.expansion>::form.outputs);
    }
    return count;
  }();
  /// Requantisations: one for each filter or partial product, one of what an expansion makes, one of what is added.
  template <int G>
  static constexpr int scale_count = [] {
    if constexpr (group<G>.kind == integer_group_kind::product)
      return operation_at<group<G>.head>::form.outputs + (group<G>.expansion >= 0) + (group<G>.added >= 0);
    else
      return int(group<G>.kind == integer_group_kind::average);
  }();
  /// Left shifts of codes, for each degree of the moments that they multiply.
  template <int G>
  static constexpr int degree_count = [] {
    if constexpr (group<G>.kind == integer_group_kind::product) {
      int count = degrees<group<G>.source>();
      if constexpr (takes_moments<G>) {
        int planes = 0;
        for (auto const& t : kernel_moments<G>::of_terms) planes = core::larger(planes, t.degree + 1);
        count *= planes;
      }
      return count;
    } else {
      return 0;
    }
  }();

  /// What the product of group G reads.
  template <int G>
  using inputs = product_inputs<integer_program, G>;

  struct stored {
    int code = 0;
    int bias = 0;
    int scale = 0;
    int degree = 0;
  };
  /// First stored parameters of each group; the last entry holds the totals.
  static constexpr auto places = []<int... G>(std::integer_sequence<int, G...>) {
    core::fixed_array<stored, groups + 1> all{};
    ((all[std::size_t(G) + 1] = {all[G].code + code_count<G>, all[G].bias + bias_count<G>,
                                 all[G].scale + scale_count<G>,
                                 all[G].degree + (degree_count<G> > 1 ? degree_count<G> : 0)}),
     ...);
    return all;
  }
  (std::make_integer_sequence<int, groups>{});
  /// Those of a layer begin with those of its first group.
  [[nodiscard]] static constexpr stored first_of_layer(int layer) {
    for (int g = 0; g < groups; ++g)
      if (stage_of(g) >= layer) return places[g];
    return places[groups];
  }

  /// Bytes of the constants of functions that group g reads and no group before it.
  static constexpr auto table_bytes = [] {
    struct counted {
      polyfold::basis::function_set set;
      int fraction = 0;
    };
    core::fixed_array<counted, 4 * groups + 1> known{};
    int count = 0;
    core::fixed_array<long long, groups + 1> bytes{};
    auto const add = [&](int g, counted const& t, int constant_bytes) {
      for (int k = 0; k < count; ++k)
        if (known[k].set == t.set && known[k].fraction == t.fraction) return;
      known[count++] = t;
      bytes[g] += constant_bytes;
    };
    auto const add_basis = [&]<class Basis>(int g, std::type_identity<Basis>) {
      if constexpr (!Basis::binomials) {
        constexpr auto first = Basis::cut.set_of(0);
        constexpr auto last = Basis::cut.set_of(Basis::segments - 1);
        add(g, {first, Basis::fraction}, integer_functions<first, Basis::fraction>::constant_bytes);
        add(g, {last, Basis::fraction}, integer_functions<last, Basis::fraction>::constant_bytes);
      }
    };
    core::for_constexpr<groups>([&]<int G>() {
      if constexpr (makes_moments(G)) {
        add_basis(G, std::type_identity<moment_basis<G>>{});
      } else if constexpr (group<G>.expansion >= 0) {
        constexpr fold::operation_form of = operation_at<group<G>.expansion>::form;
        add_basis(G, std::type_identity<integer_basis<of.outputs / of.groups, of.along, 0>>{});
      }
    });
    return bytes;
  }();
};

}  // namespace polyfold::integer
