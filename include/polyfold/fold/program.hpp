// A program: all operations of a network in order, with equal ones merged. Where values lie at inference: inference_plan.hpp.
//
// Sharing is found in the types: an operation that reads no stored parameters, of the same type and on the same value as an
// earlier one, is that earlier one. Two layers that cut the same input alike thus share one set of moments.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/fold/step.hpp>

namespace polyfold::fold {

namespace detail {

/// What a program knows of one step.
struct step_facts {
  int type = -1;  // number of the first step with an operation of this type; -1: reads or keeps numbers of its own
  int stage = 0;
  int sources[2] = {-1, -1};  // values: 0 is the input, j + 1 what step j computes
  int output_size = 0;
  int parameters = 0;
  int first_parameter = 0;
  int map_bytes = 0;
  int first_map_byte = 0;
  int scratch = 0;
  int backward_scratch = 0;
  int saved = 0;
  bool in_place = false;
  bool backward_reads_output = false;
  bool backward_reads_input = true;
  row_order by_rows = row_order::whole;
  operation_role role = operation_role::other;
  operation_epilogue takes_in = operation_epilogue::nothing;
  bool nondecreasing = false;
  bool in_squares = false;  // a maximum of each 2 x 2 numbers
  bool even = false;        // rows and columns of the output
  bool executed = true;     // false: merged with an earlier step
  int value = 0;            // the value that holds its output
};

template <class Operation, int First, int Second>
consteval step_facts facts_of() {
  step_facts f;
  f.sources[0] = First;
  f.sources[1] = Second;
  f.output_size = Operation::output.size();
  f.parameters = Operation::parameters;
  f.map_bytes = Operation::map_bytes;
  f.scratch = Operation::scratch;
  f.backward_scratch = Operation::backward_scratch;
  f.saved = Operation::saved;
  f.in_place = Operation::in_place;
  f.backward_reads_output = Operation::backward_reads_output;
  f.backward_reads_input = Operation::backward_reads_input;
  f.by_rows = Operation::by_rows;
  f.role = Operation::role;
  f.takes_in = Operation::takes_in;
  f.nondecreasing = Operation::nondecreasing;
  f.in_squares = Operation::role == operation_role::maximum && Operation::input_window == window{{2, 2}, {2, 2}};
  f.even = Operation::output.height % 2 == 0 && Operation::output.width % 2 == 0;
  return f;
}

inline constexpr int no_source = -3;
template <class Step>
struct step_parts;
template <class Operation, int Source>
struct step_parts<step<Operation, Source>> {
  using type = Operation;
  static constexpr int first = Source, second = no_source;
};
template <class Operation, int First, int Second>
struct step_parts<step<Operation, First, Second>> {
  using type = Operation;
  static constexpr int first = First, second = Second;
};

/// Number of the first step whose operation is of the type given.
template <class Operation, class... Steps>
consteval int first_step_with(type_list<Steps...>) {
  int j = 0;
  (void)((std::is_same_v<Operation, typename step_parts<Steps>::type> || (++j, false)) || ...);
  return j;
}

/// A stretch of memory that is in use from step `born` to step `dies`, both included.
struct buffer {
  int size = 0;
  int born = 0;
  int dies = 0;
  int offset = 0;

  [[nodiscard]] constexpr bool used_at(int step) const { return size > 0 && born <= step && step <= dies; }
};

/// Places buffers so that no two that live at once overlap: largest first, each at the lowest free offset.
/// Returns the size of the whole.
template <int Count>
constexpr int place(core::fixed_array<buffer, Count>& buffers) {
  core::fixed_array<int, Count> by_size{};
  for (int i = 0; i < Count; ++i) {
    int j = i;
    for (; j > 0 && buffers[by_size[j - 1]].size < buffers[i].size; --j) by_size[j] = by_size[j - 1];
    by_size[j] = i;
  }
  core::fixed_array<int, Count> by_offset{};  // of those placed
  int total = 0;
  for (int i = 0; i < Count; ++i) {
    buffer& b = buffers[by_size[i]];
    if (b.size == 0) break;
    int offset = 0;
    for (int j = 0; j < i; ++j) {
      buffer const& other = buffers[by_offset[j]];
      if (other.dies < b.born || b.dies < other.born) continue;
      if (offset + b.size <= other.offset) break;
      if (other.offset + other.size > offset) offset = other.offset + other.size;
    }
    b.offset = offset;
    if (offset + b.size > total) total = offset + b.size;
    int j = i;
    for (; j > 0 && buffers[by_offset[j - 1]].offset > offset; --j) by_offset[j] = by_offset[j - 1];
    by_offset[j] = by_size[i];
  }
  return total;
}

/// Memory from `offset` on.
struct stretch {
  int offset = 0;
  int size = 0;
};

/// Where at least `least` numbers can lie while step `step` runs: in the longest stretch of the first `total` that no buffer
/// uses then, if that is long enough, else behind all of them. The size that is returned is that of the stretch.
template <int Count>
[[nodiscard]] constexpr stretch space_beside(core::fixed_array<buffer, Count> const& buffers, int step, int total,
                                             int least) {
  core::fixed_array<buffer, Count> used{};
  int count = 0;
  int end = 0;
  for (buffer const& b : buffers)
    if (b.used_at(step)) {
      used[count++] = b;
      end = core::larger(end, b.offset + b.size);
    }
  stretch best;
  // It begins at 0 or behind a buffer.
  for (int k = 0; k <= count; ++k) {
    int const from = k == 0 ? 0 : used[k - 1].offset + used[k - 1].size;
    int to = total;
    for (int i = 0; i < count; ++i)
      if (used[i].offset + used[i].size > from) to = core::smaller(to, core::larger(from, used[i].offset));
    if (to - from > best.size) best = {from, to - from};
  }
  return best.size >= least ? best : stretch{end, total - end};
}

}  // namespace detail

/// Stages: type_list<stage<type_list<step<...>...>, first input, second input>...>; an input that is not read is -1.
template <shape Input, class Stages>
struct program;

template <shape Input, class... Steps, int... Firsts, int... Seconds>
struct program<Input, type_list<stage<Steps, Firsts, Seconds>...>> {
  static constexpr int stages = static_cast<int>(sizeof...(Steps));
  using step_list = core::concat<Steps...>;
  static constexpr int steps = step_list::size;

  template <int J>
  using operation_at = typename detail::step_parts<core::type_at<step_list, J>>::type;

  /// The same for equal types and for no others; -1 where a value cannot be shared. Not by addresses of templates: under
  /// some compiler options their comparison is no constant.
  template <class Operation>
  [[nodiscard]] static consteval int type_number() {
    if constexpr (!Operation::repeatable || Operation::parameters > 0 || Operation::map_bytes > 0 ||
                  Operation::saved > 0)
      return -1;
    else
      return detail::first_step_with<Operation>(step_list{});
  }

  /// Number of the first step of each stage; the last entry is the number of steps.
  static constexpr auto first_step = [] {
    core::fixed_array<int, stages + 1> first{};
    int i = 0;
    ((first[i + 1] = first[i] + Steps::size, ++i), ...);
    return first;
  }();

  static constexpr auto facts = []<int... J>(std::integer_sequence<int, J...>) {
    constexpr int inputs[][2] = {{Firsts, Seconds}...};
    core::fixed_array<detail::step_facts, steps> all{
        detail::facts_of<operation_at<J>, detail::step_parts<core::type_at<step_list, J>>::first,
                         detail::step_parts<core::type_at<step_list, J>>::second>()...};
    ((all[J].type = type_number<operation_at<J>>()), ...);
    for (int i = 0; i < stages; ++i)
      for (int j = first_step[i]; j < first_step[i + 1]; ++j) {
        detail::step_facts& f = all[j];
        f.stage = i;
        f.value = j + 1;
        for (int& source : f.sources) {
          if (source == detail::no_source)
            source = -1;
          else if (source >= 0)
            source = first_step[i] + source + 1;
          else  // what the stage reads: the last step of that stage
            source = first_step[inputs[i][source == layer_input ? 0 : 1]];
          if (source > 0) source = all[source - 1].value;
        }
        if (j > 0) {
          detail::step_facts const& before = all[j - 1];
          f.first_parameter = before.first_parameter + before.parameters;
          f.first_map_byte = before.first_map_byte + before.map_bytes;
        }
        if (f.type < 0) continue;
        for (int k = 0; k < j; ++k) {
          detail::step_facts const& other = all[k];
          if (!other.executed || other.type != f.type || other.sources[0] != f.sources[0] ||
              other.sources[1] != f.sources[1])
            continue;
          f.executed = false;
          f.value = other.value;
          break;
        }
      }
    return all;
  }
  (std::make_integer_sequence<int, steps>{});

  /// Bytes of the constants that step j reads and no step before it.
  static constexpr auto constant_bytes = []<int... J>(std::integer_sequence<int, J...>) {
    core::fixed_array<basis::function_set, (1 + ... + int(operation_at<J>::constants.size()))> known{};
    basis::function_set* end = known.begin();
    core::fixed_array<long long, steps> bytes{};
    auto const add = [&](int j, auto const& sets) {
      if (!facts[j].executed) return;
      for (basis::function_set const& set : sets) {
        if (set.functions == 0 || std::find(known.begin(), end, set) != end) continue;
        *end++ = set;
        bytes[j] += set.constant_bytes();
      }
    };
    (add(J, operation_at<J>::constants), ...);
    return bytes;
  }
  (std::make_integer_sequence<int, steps>{});

  static constexpr int parameters = facts.back().first_parameter + facts.back().parameters;
  static constexpr int map_bytes = facts.back().first_map_byte + facts.back().map_bytes;
  static constexpr shape output = operation_at<steps - 1>::output;
  static constexpr int result = facts.back().value;

  /// Steps that read value v.
  [[nodiscard]] static constexpr int readers(int v) {
    int count = 0;
    for (auto const& f : facts) count += f.executed && (f.sources[0] == v || f.sources[1] == v);
    return count;
  }

  /// In training, for each value the value whose buffer it is in: its own, or that of the input which its step writes over. What
  /// backward reads is kept, and the values `kept`.
  [[nodiscard]] static constexpr core::fixed_array<int, steps + 1> homes(
      core::fixed_array<bool, steps + 1> const& kept = {}) {
    core::fixed_array<int, steps + 1> at{};
    for (int j = 0; j < steps; ++j) {
      auto const& f = facts[j];
      int const source = f.sources[0];
      bool const over_input = f.executed && f.in_place && source > 0 && !kept[core::larger(0, source)] &&
                              readers(source) == 1 && source != result && !f.backward_reads_input &&
                              !facts[source - 1].backward_reads_output;
      at[j + 1] = over_input ? at[source] : j + 1;
    }
    return at;
  }

  /// Calls f.operator()<J>() for every step that is executed, in order.
  template <class F>
  static constexpr void for_each_step(F f) {
    core::for_constexpr<steps>([&]<int J>() {
      if constexpr (facts[J].executed) f.template operator()<J>();
    });
  }

  /// Shape of value V.
  template <int V>
  [[nodiscard]] static constexpr shape value_shape() {
    if constexpr (V == 0)
      return Input;
    else
      return operation_at<V - 1>::output;
  }
};

}  // namespace polyfold::fold
