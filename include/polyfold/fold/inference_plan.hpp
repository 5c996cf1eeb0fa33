// Inference over a program: which steps run as one call, and where every value lies.
//
// A product takes in the activation behind it and the maximum of each 2 x 2 numbers, so that the map in between is never written.
// Any other maximum takes in the activation in front of it, if that never falls: the results are the same, of fewer numbers.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fold/program.hpp>

namespace polyfold::fold {

/// A step as inference runs it.
struct inference_call {
  bool runs = false;  ///< false: merged, or part of another call
  int sources[2] = {-1, -1};
  int value = 0;        ///< that it computes
  int activation = -1;  ///< step that it takes in
  int maximum = -1;     ///< likewise, of each 2 x 2 numbers, in front of the activation

  [[nodiscard]] constexpr bool reads(int v) const { return runs && (sources[0] == v || sources[1] == v); }
};

namespace detail {

template <int Steps>
[[nodiscard]] constexpr core::fixed_array<inference_call, Steps> calls_of(
    core::fixed_array<step_facts, Steps> const& facts, int result, bool fused) {
  core::fixed_array<inference_call, Steps> calls{};
  core::fixed_array<bool, Steps> taken{};
  /// The one step that reads a value, first of all; -1 where there are others.
  auto const only_reader = [&](int value) {
    int reader = -1;
    if (value == result) return -1;
    for (int k = 0; k < Steps; ++k) {
      step_facts const& f = facts[k];
      if (!f.executed || (f.sources[0] != value && f.sources[1] != value)) continue;
      if (reader >= 0 || f.sources[1] == value) return -1;
      reader = k;
    }
    return reader;
  };
  auto const has_role = [&](int step, operation_role role) { return step >= 0 && facts[step].role == role; };
  for (int j = 0; j < Steps; ++j) {
    step_facts const& f = facts[j];
    if (!f.executed || taken[j]) continue;
    inference_call& call = calls[j];
    call = {true, {f.sources[0], f.sources[1]}, j + 1};
    if (!fused) continue;
    auto const take = [&](int step, int& as) {
      as = step;
      call.value = step + 1;
      taken[step] = true;
    };
    if (f.takes_in == operation_epilogue::nothing) {
      // An activation that goes behind the maximum is what that call takes in.
      int const next = only_reader(j + 1);
      call.runs = f.role != operation_role::activation || !f.nondecreasing || !has_role(next, operation_role::maximum);
      continue;
    }
    if (f.role == operation_role::maximum) {
      int const before = call.sources[0] - 1;
      if (before >= 0 && !calls[before].runs && facts[before].role == operation_role::activation && !taken[before]) {
        call.activation = before;
        call.sources[0] = facts[before].sources[0];
      }
      continue;
    }
    int const next = only_reader(call.value);
    int const behind = next < 0 ? -1 : only_reader(next + 1);
    bool const squares = f.takes_in == operation_epilogue::squares && f.even;
    if (squares && has_role(next, operation_role::maximum) && facts[next].in_squares) {
      take(next, call.maximum);
      if (has_role(behind, operation_role::activation)) take(behind, call.activation);
    } else if (has_role(next, operation_role::activation)) {
      bool const moves = facts[next].nondecreasing && has_role(behind, operation_role::maximum);
      if (moves && squares && facts[behind].in_squares) {
        take(next, call.activation);
        take(behind, call.maximum);
      } else if (!moves) {
        take(next, call.activation);
      }
    }
  }
  return calls;
}

}  // namespace detail

/// Fused: calls take in steps. Otherwise every value is computed.
template <class Program, bool Fused = true>
struct inference_plan {
  using program = Program;
  static constexpr int steps = Program::steps;
  static constexpr auto calls = detail::calls_of(Program::facts, Program::result, Fused);

  /// Calls f.operator()<J>() for every step that begins a call, in order.
  template <class F>
  static constexpr void for_each_call(F f) {
    core::for_constexpr<steps>([&]<int J>() {
      if constexpr (calls[J].runs) f.template operator()<J>();
    });
  }
  /// What the activation of call J computes.
  template <int J>
  [[nodiscard]] static consteval auto function_of() {
    if constexpr (calls[J].activation < 0)
      return identity{};
    else
      return typename Program::template operation_at<calls[J].activation>::function{};
  }

  /// For each value, the value whose buffer it is in: its own, or that of the input which its call writes over.
  static constexpr auto homes = [] {
    core::fixed_array<int, steps + 1> at{};
    for (int v = 0; v <= steps; ++v) at[v] = v;
    for (int j = 0; j < steps; ++j) {
      inference_call const& call = calls[j];
      int const source = call.sources[0];
      if (!call.runs || !Program::facts[j].in_place || source <= 0 || source == Program::result) continue;
      int readers = 0;
      for (inference_call const& other : calls) readers += other.reads(source);
      if (readers == 1) at[call.value] = at[source];
    }
    return at;
  }();

  /// Buffers, in scalars: those of values (see homes), then the scratch of each step. Memory of dead values is used again.
  static constexpr auto buffers = [] {
    core::fixed_array<detail::buffer, 2 * steps + 1> all{};
    for (int j = 0; j < steps; ++j) {
      inference_call const& call = calls[j];
      if (!call.runs) continue;
      all[steps + 1 + j] = {Program::facts[j].scratch, j, j, 0};
      detail::buffer& own = all[homes[call.value]];
      if (own.size == 0) own = {Program::facts[call.value - 1].output_size, j, j, 0};
      own.dies = j;
      for (int source : call.sources)
        if (source > 0) all[homes[source]].dies = j;
    }
    all[homes[Program::result]].dies = steps;
    (void)detail::place(all);
    return all;
  }();

  /// Where each value and each step's scratch lies among them, and the size of the whole.
  struct placement {
    core::fixed_array<int, steps + 1> value{};
    core::fixed_array<int, steps> scratch{};
    int size = 0;
  };
  static constexpr placement places = [] {
    placement p;
    for (int v = 0; v <= steps; ++v) p.value[v] = buffers[homes[v]].offset;
    for (int j = 0; j < steps; ++j) p.scratch[j] = buffers[steps + 1 + j].offset;
    for (detail::buffer const& b : buffers) p.size = core::larger(p.size, b.offset + b.size);
    return p;
  }();
};

}  // namespace polyfold::fold
