// The schedule of inference over whole feature maps: every step once, in order. Networks of all kinds of stored numbers run
// through it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <polyfold/fold/program.hpp>

namespace polyfold::detail {

/// Step J of a program, between whole maps: the image and buffers in the workspace.
template <class Program, int J, class Scalar>
struct whole_map_step {
  using operation = typename Program::template operation_at<J>;
  static constexpr auto const& facts = Program::facts[std::size_t(J)];

  Scalar const* image;
  Scalar* room;

  template <int V>
  [[nodiscard]] tensor_view<Scalar const, Program::template value_shape<V>()> value() const {
    if constexpr (V == 0)
      return tensor_view<Scalar const, Program::template value_shape<V>()>(image);
    else
      return tensor_view<Scalar const, Program::template value_shape<V>()>(room +
                                                                           Program::inference.value[std::size_t(V)]);
  }
  [[nodiscard]] auto in() const { return value<facts.sources[0]>(); }
  [[nodiscard]] auto out() const {
    return tensor_view<Scalar, operation::output>(room + Program::inference.value[std::size_t(facts.value)]);
  }
  [[nodiscard]] Scalar* scratch() const { return room + Program::inference.scratch[std::size_t(J)]; }

  /// On its stored numbers and index map. Never inlined: in one function of all steps g++ keeps the sums of a product in
  /// memory, and how fast one layer is depends on the others.
  [[gnu::noinline]] void forward(float const* numbers, std::uint8_t const* map) const {
    context<Scalar> at;
    at.numbers = numbers;
    at.map = map;
    at.scratch = scratch();
    constexpr row_range all{0, operation::output.height};
    if constexpr (facts.sources[1] >= 0)
      operation::forward(at, all, out(), in(), value<facts.sources[1]>());
    else
      operation::forward(at, all, out(), in());
  }
};

/// Calls run(step) for all steps in order and returns where the network's output lies.
template <class Program, class Scalar, class Run>
[[nodiscard]] Scalar const* run_whole_maps(Scalar const* image, Scalar* room, Run run) {
  Program::for_each_step([&]<int J>() { run(whole_map_step<Program, J, Scalar>{image, room}); });
  if constexpr (Program::result == 0)
    return image;
  else
    return room + Program::inference.value[std::size_t(Program::result)];
}

}  // namespace polyfold::detail
