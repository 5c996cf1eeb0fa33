// The schedule of a packed network: which steps of a program are fused into one kernel, which borders maps have, and where
// everything lies. All of it is decided at compile time.
//
// A product, an expansion or a scale and shift takes in the steps behind it as long as each is the only reader of the one
// before: an addition (not expansions), one activation, and (products) the maximum of each 2 x 2 outputs, behind an
// activation only where that says that it never falls. Column moments take in the row moments that they alone read, and a
// product both of them, tile by tile. Moments that several steps read stay a map: they are computed once.
#pragma once

#include <array>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fold/program.hpp>
#include <polyfold/simd/packed_elementwise.hpp>
#include <polyfold/simd/packed_moments.hpp>
#include <polyfold/simd/packed_product.hpp>

namespace polyfold {

namespace detail {

enum class step_role {
  other,
  product,
  expansion,
  scale_shift,
  moments_along_channels,
  moments_along_rows,
  moments_along_columns,
  activation,
  addition,
  halving_pool
};

/// What the schedule has to know of an operation.
template <class Operation>  // void: the defaults
struct operation_traits {
  static constexpr step_role role = step_role::other;
  static constexpr int border_y = 0, border_x = 0;  // that its input has to have
  static constexpr int filters_of_pixel = 0;        // of a group, where a product's window is one pixel
  static constexpr int window_area = 0;             // of column moments
  static constexpr bool nondecreasing = false;      // of an activation: it never falls
};
template <shape In, int Filters, window W, int Groups, bias_rule Bias>
struct operation_traits<product<In, Filters, W, Groups, Bias>> : operation_traits<void> {
  static constexpr step_role role = step_role::product;
  static constexpr int filters_of_pixel = W == window{} ? Filters / Groups : 0;
  static constexpr int border_y = border_for(W.y), border_x = border_for(W.x);
};
template <shape In, int Filters, window W, int Groups, arrangement A, bias_rule Bias>
struct operation_traits<arranged_product<In, Filters, W, Groups, A, Bias>> : operation_traits<void> {
  static constexpr step_role role = step_role::product;
  static constexpr int border_y = border_for(W.y), border_x = border_for(W.x);
};
template <shape In, window W, int Order, basis_kind Kind>
struct operation_traits<row_moments<In, W, Order, Kind>> : operation_traits<void> {
  // Strides above 2 are left to the portable code, one step at a time.
  static constexpr step_role role = W.x.stride <= 2 ? step_role::moments_along_rows : step_role::other;
  static constexpr int border_y = 0, border_x = border_for(W.x);
};
template <shape In, window W, int Order, basis_kind Kind>
struct operation_traits<column_moments<In, W, Order, Kind>> : operation_traits<void> {
  static constexpr step_role role = step_role::moments_along_columns;
  static constexpr int window_area = W.area();
  static constexpr int border_y = border_for(W.y), border_x = 0;
};
template <shape In, int Groups, factor F>
struct operation_traits<channel_moments<In, Groups, F>> : operation_traits<void> {
  static constexpr step_role role = step_role::moments_along_channels;
};
template <shape In, int Filters, int Groups, factor F, bias_rule Bias>
struct operation_traits<expand<In, Filters, Groups, F, Bias>> : operation_traits<void> {
  static constexpr step_role role = step_role::expansion;
};
template <shape In>
struct operation_traits<scale_shift_operation<In>> : operation_traits<void> {
  static constexpr step_role role = step_role::scale_shift;
};
template <shape In, class Function>
struct operation_traits<apply_elementwise<In, Function>> : operation_traits<void> {
  static constexpr step_role role = step_role::activation;
  static constexpr bool nondecreasing = nondecreasing_function<Function>;
  using function = Function;
};
template <shape In>
struct operation_traits<add_operation<In>> : operation_traits<void> {
  static constexpr step_role role = step_role::addition;
};
template <shape In, window W>
struct operation_traits<maximum_under_window<In, W>> : operation_traits<void> {
  static constexpr step_role role = W == window{{2, 2}, {2, 2}} && In.height % 2 == 0 && In.width % 2 == 0
                                        ? step_role::halving_pool
                                        : step_role::other;
};

/// A kernel call: step `head` and what is fused with it.
struct fused_steps {
  bool executed = true;  // false: part of another one, or shared
  int source = 0;        // value that it reads first
  int value = 0;         // that it computes
  int rows = -1;         // column moments: step of the row moments
  int columns = -1;      // product: step of the column moments
  int added = -1;        // value that is added
  int activation = -1;   // step
  bool pools = false;
};

}  // namespace detail

template <class Program, class Vector>
struct packed_program {
  static constexpr int steps = Program::steps;
  static constexpr auto const& facts = Program::facts;
  static constexpr int alignment = 16;  // of buffers: the floats of a cache line

  static constexpr auto calls = []<int... J>(std::integer_sequence<int, J...>) {
    using detail::step_role;
    constexpr step_role roles[] = {detail::operation_traits<typename Program::template operation_at<J>>::role...};
    constexpr int filters[] = {
        detail::operation_traits<typename Program::template operation_at<J>>::filters_of_pixel...};
    constexpr int areas[] = {detail::operation_traits<typename Program::template operation_at<J>>::window_area...};
    constexpr bool rising[] = {detail::operation_traits<typename Program::template operation_at<J>>::nondecreasing...};
    constexpr shape outputs[] = {Program::template operation_at<J>::output...};
    constexpr bool filled[] = {tile_pixels<Vector, outputs[J].width>::well_filled(outputs[J].height)...};
    std::array<detail::fused_steps, std::size_t(steps)> all{};
    for (int j = 0; j < steps; ++j) {
      detail::fused_steps& call = all[std::size_t(j)];
      call.executed = call.executed && facts[std::size_t(j)].executed;
      call.source = facts[std::size_t(j)].sources[0];
      call.value = facts[std::size_t(j)].value;
      if (call.executed && roles[j] == step_role::moments_along_columns && call.source > 0 &&
          roles[call.source - 1] == step_role::moments_along_rows && Program::readers(call.source) == 1) {
        call.rows = call.source - 1;
        all[std::size_t(call.rows)].executed = false;
        call.source = all[std::size_t(call.rows)].source;
      }
      bool const product = roles[j] == step_role::product;
      bool const adds = product || roles[j] == step_role::scale_shift;
      if (!call.executed || !(adds || roles[j] == step_role::expansion)) continue;
      for (int k = j + 1; k < steps; ++k) {
        auto const& next = facts[std::size_t(k)];
        bool const reads = next.sources[0] == call.value || next.sources[1] == call.value;
        if (!next.executed || !reads) continue;
        if (call.value == Program::result || Program::readers(call.value) != 1) break;
        int const other = next.sources[0] == call.value ? next.sources[1] : next.sources[0];
        if (adds && roles[k] == step_role::addition && call.added < 0 && call.activation < 0 && !call.pools &&
            other <= j && other != call.value)
          call.added = other;
        else if (roles[k] == step_role::activation && call.activation < 0)
          call.activation = k;
        // The kernel takes the maximum first: right behind an activation that never falls. No addition may follow it.
        else if (product && roles[k] == step_role::halving_pool && !call.pools && call.added < 0 &&
                 (call.activation < 0 || rising[call.activation]))
          call.pools = true;
        else
          break;
        call.value = next.value;
        all[std::size_t(k)].executed = false;
      }
      // Tiles pay where rows fill vectors, and where the product outweighs row moments that are computed twice.
      int const before = call.source - 1;
      if (before >= 0 && roles[before] == step_role::moments_along_columns && all[std::size_t(before)].rows >= 0 &&
          all[std::size_t(before)].executed && Program::readers(call.source) == 1 && filters[j] >= areas[before] &&
          filled[j] && (!call.pools || outputs[j].width >= Vector::size)) {
        detail::fused_steps& moments = all[std::size_t(before)];
        moments.executed = false;
        call.columns = before;
        call.rows = moments.rows;
        call.source = moments.source;
      }
    }
    return all;
  }
  (std::make_integer_sequence<int, steps>{});

  /// How each value lies; those that fusion leaves out have no channels.
  static constexpr auto layouts = []<int... J>(std::integer_sequence<int, J...>) {
    constexpr map_layout needs[] = {
        map_layout{{},
                   detail::operation_traits<typename Program::template operation_at<J>>::border_y,
                   detail::operation_traits<typename Program::template operation_at<J>>::border_x}...};
    constexpr shape shapes[] = {Program::template value_shape<J + 1>()...};
    constexpr bool same_border[] = {detail::operation_traits<typename Program::template operation_at<J>>::role ==
                                    detail::step_role::moments_along_channels...};
    std::array<map_layout, std::size_t(steps + 1)> all{};
    all[0].inner = Program::template value_shape<0>();
    for (int j = steps - 1; j >= 0; --j) {
      auto const& call = calls[std::size_t(j)];
      if (!call.executed) continue;
      map_layout& out = all[std::size_t(call.value)];
      out.inner = shapes[call.value - 1];
      map_layout need = needs[call.rows >= 0 ? call.rows : j];
      if (call.columns >= 0) need.border_y = needs[call.columns].border_y;
      if (same_border[j] && call.source > 0) {
        need.border_y = larger(need.border_y, out.border_y);
        need.border_x = larger(need.border_x, out.border_x);
      }
      map_layout& in = all[std::size_t(call.source)];
      in.border_y = larger(in.border_y, need.border_y);
      in.border_x = larger(in.border_x, need.border_x);
    }
    // Planes a multiple of 1 KiB apart compete for the same lines of the first cache: move them apart.
    for (int v = 1; v <= steps; ++v) {
      map_layout& layout = all[std::size_t(v)];
      if (v != Program::result && layout.plane() > 0 && layout.plane() % 256 == 0 && layout.inner.channels >= 8)
        layout.gap = alignment;
    }
    return all;
  }
  (std::make_integer_sequence<int, steps>{});

  template <int V>
  static constexpr map_layout layout_of() {
    if constexpr (V < 0)
      return {};
    else
      return layouts[std::size_t(V)];
  }

  template <int J>
  static auto step_of() {
    constexpr auto const& call = calls[std::size_t(J)];
    constexpr int second = call.added >= 0 ? call.added : facts[std::size_t(J)].sources[1];
    constexpr step_wiring wiring{layout_of<call.source>(), layout_of<second>(), layout_of<call.value>(), call.pools};
    return packed_step<Vector, decltype(operation_of<J>()), wiring, decltype(function_of<J>())>{};
  }
  template <int J>
  static auto operation_of() {
    constexpr auto const& call = calls[std::size_t(J)];
    using last = typename Program::template operation_at<J>;
    if constexpr (call.columns >= 0)
      return window_product<typename Program::template operation_at<call.rows>,
                            typename Program::template operation_at<call.columns>, last>{};
    else if constexpr (call.rows >= 0)
      return window_moments<typename Program::template operation_at<call.rows>, last>{};
    else
      return last{};
  }
  template <int J>
  static auto function_of() {
    constexpr int activation = calls[std::size_t(J)].activation;
    if constexpr (activation >= 0)
      return typename detail::operation_traits<typename Program::template operation_at<activation>>::function{};
    else
      return identity_function{};
  }
  template <int J>
  using step = decltype(step_of<J>());

  /// The user's input has no border: it is copied where a step needs one.
  static constexpr bool copies_input = layouts[0].bordered();

  template <class F>
  static constexpr void for_each_call(F f) {
    [&]<int... J>(std::integer_sequence<int, J...>) {
      (
          [&] {
            if constexpr (calls[std::size_t(J)].executed) f.template operator()<J>();
          }(),
          ...);
    }
    (std::make_integer_sequence<int, steps>{});
  }

  struct placement {
    std::array<int, std::size_t(steps + 1)> value{};
    std::array<int, std::size_t(steps)> scratch{};
    std::array<int, std::size_t(steps)> packed{};
    int size = 0;
    int packed_size = 0;
  };
  static constexpr placement places = [] {
    std::array<detail::buffer, std::size_t(2 * steps + 1)> buffers{};
    placement p;
    auto const whole = [](int size) { return ceil_div(size, alignment) * alignment; };
    if (copies_input) buffers[0] = {whole(layouts[0].size()), 0, 0, 0};
    for_each_call([&]<int J>() {
      auto const& call = calls[std::size_t(J)];
      p.packed[std::size_t(J)] = p.packed_size;
      p.packed_size += whole(step<J>::packed_size);
      buffers[std::size_t(steps + 1 + J)] = {whole(step<J>::scratch), J, J, 0};
      buffers[std::size_t(call.value)] = {whole(layouts[std::size_t(call.value)].size()), J, J, 0};
      for (int source : {call.source, facts[std::size_t(J)].sources[1], call.added})
        if (source >= 0) buffers[std::size_t(source)].dies = J;
    });
    buffers[std::size_t(Program::result)].dies = steps;
    p.size = detail::place(buffers);
    for (int v = 0; v <= steps; ++v) p.value[std::size_t(v)] = buffers[std::size_t(v)].offset;
    for (int j = 0; j < steps; ++j) p.scratch[std::size_t(j)] = buffers[std::size_t(steps + 1 + j)].offset;
    return p;
  }();
};

}  // namespace polyfold
