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
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/fold/program.hpp>
#include <polyfold/simd/packed_elementwise.hpp>
#include <polyfold/simd/packed_moments.hpp>
#include <polyfold/simd/packed_product.hpp>

namespace polyfold::simd {

namespace detail {

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

/// What the rules of fusion know of a step.
struct fusion_facts {
  fold::operation_role role = fold::operation_role::other;
  int sources[2] = {-1, -1};
  int value = 0;
  shape output{};
  int border_y = 0;  // zeros around its input that its kernel reads
  int border_x = 0;
  int filters = 0;             // of a group, where a product's window is one pixel
  int window_area = 0;         // of column moments
  bool nondecreasing = false;  // of an activation
  bool halves = false;         // a maximum of each 2 x 2 numbers
  bool fills_tiles = false;    // rows that leave few lanes of a tile empty
  bool in_vectors = false;     // moments along rows whose stride kernels know
};
template <class Operation, class Vector>
[[nodiscard]] consteval fusion_facts fusion_facts_of(fold::detail::step_facts const& f, shape in) {
  constexpr shape out = Operation::output;
  constexpr fold::operation_role role = Operation::role;
  constexpr bool in_border = role == fold::operation_role::product || role == fold::operation_role::row_moments ||
                             role == fold::operation_role::column_moments;
  return {.role = role,
          .sources = {f.sources[0], f.sources[1]},
          .value = f.value,
          .output = out,
          .border_y = in_border ? border_for(Operation::input_window.y) : 0,
          .border_x = in_border ? border_for(Operation::input_window.x) : 0,
          .filters = Operation::input_window == window{} ? out.channels / Operation::filter_groups : 0,
          .window_area = Operation::window_area,
          .nondecreasing = Operation::nondecreasing,
          .halves = Operation::input_window == window{{2, 2}, {2, 2}} && in.height % 2 == 0 && in.width % 2 == 0,
          .fills_tiles = tile_pixels<Vector, out.width>::well_filled(out.height),
          .in_vectors = Operation::input_window.x.stride <= 2};
}

// The rules: what a call may take in. A value that a rule takes up has no other reader.

/// Column moments, the row moments that they read.
[[nodiscard]] constexpr bool takes_row_moments(fusion_facts const& columns, fusion_facts const& rows) {
  return columns.role == fold::operation_role::column_moments && rows.role == fold::operation_role::row_moments &&
         rows.in_vectors;
}
/// A product or a scale and shift, an addition of a value that is there before it: first of all.
[[nodiscard]] constexpr bool takes_addition(fused_steps const& call, fusion_facts const& head,
                                            fusion_facts const& next) {
  return (head.role == fold::operation_role::product || head.role == fold::operation_role::scale_shift) &&
         next.role == fold::operation_role::addition && call.added < 0 && call.activation < 0 && !call.pools;
}
/// All that write out, one activation.
[[nodiscard]] constexpr bool takes_activation(fused_steps const& call, fusion_facts const& next) {
  return next.role == fold::operation_role::activation && call.activation < 0;
}
/// A product, the maximum of each 2 x 2 outputs. The kernel takes it before the activation, so that has to be one that never
/// falls; no addition may come before it.
[[nodiscard]] constexpr bool takes_maximum(fused_steps const& call, fusion_facts const& head, fusion_facts const& next,
                                           bool rising) {
  return head.role == fold::operation_role::product && next.role == fold::operation_role::maximum && next.halves &&
         !call.pools && call.added < 0 && rising;
}
/// A product, the window moments that it reads, tile by tile: where rows fill vectors, and where the product outweighs row
/// moments that are computed twice.
[[nodiscard]] constexpr bool takes_window_moments(fused_steps const& call, fusion_facts const& head,
                                                  fused_steps const& moments, fusion_facts const& columns, int lanes) {
  return head.role == fold::operation_role::product && columns.role == fold::operation_role::column_moments &&
         moments.executed && moments.rows >= 0 && head.filters >= columns.window_area && head.fills_tiles &&
         (!call.pools || head.output.width >= lanes);
}

}  // namespace detail

template <class Program, class Vector>
struct packed_program {
  static constexpr int steps = Program::steps;
  static constexpr auto const& facts = Program::facts;
  static constexpr int alignment = 16;  // of buffers: the floats of a cache line

  template <int J>
  using operation_at = typename Program::template operation_at<J>;

  static constexpr auto known = []<int... J>(std::integer_sequence<int, J...>) {
    return core::fixed_array<detail::fusion_facts, steps>{detail::fusion_facts_of<operation_at<J>, Vector>(
        facts[J], Program::template value_shape<facts[J].sources[0]>())...};
  }
  (std::make_integer_sequence<int, steps>{});

  static constexpr auto calls = [] {
    core::fixed_array<detail::fused_steps, steps> all{};
    auto const alone = [](int value) { return value != Program::result && Program::readers(value) == 1; };
    for (int j = 0; j < steps; ++j) {
      detail::fused_steps& call = all[j];
      detail::fusion_facts const& head = known[j];
      call.executed = call.executed && facts[j].executed;
      call.source = head.sources[0];
      call.value = head.value;
      if (!call.executed) continue;
      if (call.source > 0 && alone(call.source) && detail::takes_row_moments(head, known[call.source - 1])) {
        call.rows = call.source - 1;
        all[call.rows].executed = false;
        call.source = all[call.rows].source;
      }
      if (head.role != fold::operation_role::product && head.role != fold::operation_role::expansion &&
          head.role != fold::operation_role::scale_shift)
        continue;
      for (int k = j + 1; k < steps; ++k) {
        detail::fusion_facts const& next = known[k];
        bool const reads = next.sources[0] == call.value || next.sources[1] == call.value;
        if (!facts[k].executed || !reads) continue;
        if (!alone(call.value)) break;
        int const other = next.sources[0] == call.value ? next.sources[1] : next.sources[0];
        bool const rising = call.activation < 0 || known[call.activation].nondecreasing;
        if (detail::takes_addition(call, head, next) && other <= j && other != call.value)
          call.added = other;
        else if (detail::takes_activation(call, next))
          call.activation = k;
        else if (detail::takes_maximum(call, head, next, rising))
          call.pools = true;
        else
          break;
        call.value = next.value;
        all[k].executed = false;
      }
      if (int const before = call.source - 1;
          before >= 0 && alone(call.source) &&
          detail::takes_window_moments(call, head, all[before], known[before], Vector::size)) {
        detail::fused_steps& moments = all[before];
        moments.executed = false;
        call.columns = before;
        call.rows = moments.rows;
        call.source = moments.source;
      }
    }
    return all;
  }();

  /// How each value lies; those that fusion leaves out have no channels.
  static constexpr auto layouts = []<int... J>(std::integer_sequence<int, J...>) {
    constexpr shape shapes[] = {Program::template value_shape<J + 1>()...};
    core::fixed_array<map_layout, steps + 1> all{};
    all[0].inner = Program::template value_shape<0>();
    for (int j = steps - 1; j >= 0; --j) {
      auto const& call = calls[j];
      if (!call.executed) continue;
      map_layout& out = all[call.value];
      out.inner = shapes[call.value - 1];
      detail::fusion_facts const& first = known[call.rows >= 0 ? call.rows : j];
      map_layout need{{}, call.columns >= 0 ? known[call.columns].border_y : first.border_y, first.border_x};
      if (known[j].role == fold::operation_role::channel_moments && call.source > 0) {
        need.border_y = core::larger(need.border_y, out.border_y);
        need.border_x = core::larger(need.border_x, out.border_x);
      }
      map_layout& in = all[call.source];
      in.border_y = core::larger(in.border_y, need.border_y);
      in.border_x = core::larger(in.border_x, need.border_x);
    }
    // Planes a multiple of 1 KiB apart compete for the same lines of the first cache: move them apart.
    for (int v = 1; v <= steps; ++v) {
      map_layout& layout = all[v];
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
      return layouts[V];
  }

  template <int J>
  static auto step_of() {
    constexpr auto const& call = calls[J];
    constexpr int second = call.added >= 0 ? call.added : facts[J].sources[1];
    constexpr step_wiring wiring{layout_of<call.source>(), layout_of<second>(), layout_of<call.value>(), call.pools};
    return packed_step<Vector, decltype(operation_of<J>()), wiring, decltype(function_of<J>())>{};
  }
  template <int J>
  static auto operation_of() {
    constexpr auto const& call = calls[J];
    using last = operation_at<J>;
    if constexpr (call.columns >= 0)
      return window_product<operation_at<call.rows>, operation_at<call.columns>, last>{};
    else if constexpr (call.rows >= 0)
      return window_moments<operation_at<call.rows>, last>{};
    else
      return last{};
  }
  template <int J>
  static auto function_of() {
    constexpr int activation = calls[J].activation;
    if constexpr (activation >= 0)
      return typename operation_at<activation>::function{};
    else
      return identity_function{};
  }
  template <int J>
  using step = decltype(step_of<J>());

  /// The user's input has no border: it is copied where a step needs one.
  static constexpr bool copies_input = layouts[0].bordered();

  template <class F>
  static constexpr void for_each_call(F f) {
    core::for_constexpr<steps>([&]<int J>() {
      if constexpr (calls[J].executed) f.template operator()<J>();
    });
  }

  struct placement {
    core::fixed_array<int, steps + 1> value{};
    core::fixed_array<int, steps> scratch{};
    core::fixed_array<int, steps> packed{};
    int size = 0;
    int packed_size = 0;
  };
  static constexpr placement places = [] {
    core::fixed_array<fold::detail::buffer, 2 * steps + 1> buffers{};
    placement p;
    auto const whole = [](int size) { return core::ceil_div(size, alignment) * alignment; };
    if (copies_input) buffers[0] = {whole(layouts[0].size()), 0, 0, 0};
    for_each_call([&]<int J>() {
      auto const& call = calls[J];
      p.packed[J] = p.packed_size;
      p.packed_size += whole(step<J>::packed_size);
      buffers[steps + 1 + J] = {whole(step<J>::scratch), J, J, 0};
      buffers[call.value] = {whole(layouts[call.value].size()), J, J, 0};
      for (int source : {call.source, facts[J].sources[1], call.added})
        if (source >= 0) buffers[source].dies = J;
    });
    buffers[Program::result].dies = steps;
    p.size = fold::detail::place(buffers);
    for (int v = 0; v <= steps; ++v) p.value[v] = buffers[v].offset;
    for (int j = 0; j < steps; ++j) p.scratch[j] = buffers[steps + 1 + j].offset;
    return p;
  }();
};

}  // namespace polyfold::simd
