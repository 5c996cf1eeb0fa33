// The schedule of inference over whole feature maps: every step once, in order. Networks of all kinds of stored numbers run
// through it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <polyfold/fold/program.hpp>

namespace polyfold::detail {

/// Where value V begins: the image, or a buffer in the workspace.
template <class Program, int V, class Scalar>
[[nodiscard]] Scalar const* value_of(Scalar const* image, Scalar* room) {
  if constexpr (V == 0)
    return image;
  else
    return room + Program::inference.value[std::size_t(V)];
}

/// Runs step J on its stored numbers and index map. Never inlined: in one function of all steps g++ keeps the sums of a
/// product in memory, and how fast one layer is depends on the others.
template <class Program, int J, class Scalar>
[[gnu::noinline]] void run_step(Scalar const* image, Scalar* room, float const* numbers, std::uint8_t const* map) {
  constexpr auto const& facts = Program::facts[std::size_t(J)];
  using run_by = typename Program::template operation_at<J>;
  context<Scalar> at;
  at.numbers = numbers;
  at.map = map;
  at.scratch = room + Program::inference.scratch[std::size_t(J)];
  tensor_view<Scalar, run_by::output> const out(room + Program::inference.value[std::size_t(facts.value)]);
  row_range const all{0, run_by::output.height};
  constexpr int first = facts.sources[0];
  constexpr int second = facts.sources[1];
  tensor_view<Scalar const, Program::template value_shape<first>()> const in(value_of<Program, first>(image, room));
  if constexpr (second >= 0)
    run_by::forward(
        at, all, out, in,
        tensor_view<Scalar const, Program::template value_shape<second>()>(value_of<Program, second>(image, room)));
  else
    run_by::forward(at, all, out, in);
}

}  // namespace polyfold::detail
