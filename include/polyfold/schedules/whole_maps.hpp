// The schedule over whole feature maps, which a network has where it names none: every step once, in order.
//
// A schedule is a value of a type derived from `schedule`, the third argument of network<pipeline, numbers, schedule>, and a
// specialisation of engine, by that type, for the kinds of numbers that it runs:
//
//   parameters            what it is made from, the stored_parameters of a kind of numbers
//   storage               what the network holds, its base class: those, or what the schedule makes of them
//   scalar, takes<Scalar> what its images are of, and whether it runs those of another scalar
//   workspace<Scalar>     working memory of one inference
//   workspace_size        scalars in it
//   memory_unit<Scalar>, memory_of(workspace)
//                         what bare memory is made of, and where a workspace has it
//   run(held, image, memory)
//                         runs one image, or several side by side in wider scalars; returns where the result lies
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/program.hpp>
#include <polyfold/numbers/float32.hpp>

namespace polyfold::schedules {

struct schedule {
  static constexpr bool runs_integers = false;
  static constexpr bool runs_scalars = true;
  friend constexpr bool operator==(schedule const&, schedule const&) = default;
};

struct whole_maps_schedule : schedule {
  static constexpr bool runs_integers = true;
  friend constexpr bool operator==(whole_maps_schedule const&, whole_maps_schedule const&) = default;
};

/// How a network with this structure (layers/network_structure.hpp) and this kind of numbers runs.
template <class Structure, auto Numbers, class Schedule>
struct engine;

namespace detail {

/// Where value V begins: the image, or a buffer in the workspace.
template <class Program, int V, class Scalar>
[[nodiscard]] Scalar const* value_of(Scalar const* image, Scalar* workspace) {
  if constexpr (V == 0)
    return image;
  else
    return workspace + Program::inference.value[V];
}

/// Runs step J on its stored parameters and index map. Never inlined: in one function of all steps g++ keeps the sums of a
/// product in memory, and how fast one layer is depends on the others.
template <class Program, int J, class Scalar>
[[gnu::noinline]] void run_on_whole_maps(Scalar const* image, Scalar* workspace, float const* parameters,
                                         std::uint8_t const* map) {
  constexpr auto const& facts = Program::facts[J];
  using run_by = typename Program::template operation_at<J>;
  fold::context<Scalar> at;
  at.parameters = parameters;
  at.map = map;
  at.scratch = workspace + Program::inference.scratch[J];
  tensor_view<Scalar, run_by::output> const out(workspace + Program::inference.value[facts.value]);
  row_range const all{0, run_by::output.height};
  constexpr int first = facts.sources[0];
  constexpr int second = facts.sources[1];
  tensor_view<Scalar const, Program::template value_shape<first>()> const in(
      value_of<Program, first>(image, workspace));
  if constexpr (second >= 0)
    run_by::forward(at, all, out, in,
                    tensor_view<Scalar const, Program::template value_shape<second>()>(
                        value_of<Program, second>(image, workspace)));
  else
    run_by::forward(at, all, out, in);
}

/// Step J and its memory, as kinds of numbers see them.
template <class Program, int J, int Beside, int BesideSize, class Scalar>
struct step_on_whole_maps {
  using scalar = Scalar;
  static constexpr int step = J;
  static constexpr auto const& facts = Program::facts[J];
  using operation = typename Program::template operation_at<J>;
  static constexpr shape input = Program::template value_shape<facts.sources[0]>();
  static constexpr int beside_size = BesideSize;

  Scalar const* image;
  Scalar* workspace;

  [[nodiscard]] tensor_view<Scalar const, input> in() const {
    return tensor_view<Scalar const, input>(value_of<Program, facts.sources[0]>(image, workspace));
  }
  [[nodiscard]] tensor_view<Scalar, operation::output> out() const {
    return tensor_view<Scalar, operation::output>(workspace + Program::inference.value[facts.value]);
  }
  [[nodiscard]] Scalar* scratch() const { return workspace + Program::inference.scratch[J]; }
  /// `beside_size` scalars that no map and no scratch uses now.
  [[nodiscard]] Scalar* beside() const { return workspace + Beside; }

  void run(float const* parameters, std::uint8_t const* map) const {
    run_on_whole_maps<Program, J>(image, workspace, parameters, map);
  }
};

}  // namespace detail

template <class Structure, auto Numbers>
struct engine<Structure, Numbers, whole_maps_schedule> {
  using parameters = polyfold::storage::stored_parameters<Structure, Numbers>;
  using storage = parameters;
  using program_type = typename Structure::program_type;

  template <class Scalar>
  static constexpr bool takes = !std::is_integral_v<Scalar>;

 private:
  template <int J>
  static constexpr fold::detail::stretch beside = [] {
    constexpr int least = storage::template least_beside<J>;
    if constexpr (least == 0) {
      return fold::detail::stretch{};
    } else {
      auto const free = fold::detail::space_beside(program_type::buffers, J, program_type::inference.size, least);
      return fold::detail::stretch{free.offset, storage::template beside<J>(free.size)};
    }
  }();

 public:
  static constexpr int workspace_size = [] {
    int size = program_type::inference.size;
    core::for_constexpr<program_type::steps>(
        [&]<int J>() { size = core::larger(size, beside<J>.offset + beside<J>.size); });
    return size;
  }();

  using scalar = float;
  template <class Scalar>
  using workspace = std::array<Scalar, std::size_t(workspace_size)>;
  template <class Scalar>
  using memory_unit = Scalar;
  template <class Workspace>
  [[nodiscard]] static constexpr auto* memory_of(Workspace& workspace) {
    return workspace.data();
  }

  template <class Scalar>
  [[nodiscard]] static Scalar const* run(storage const& held, Scalar const* image, Scalar* workspace) {
    program_type::for_each_step([&]<int J>() {
      held.run_step(
          detail::step_on_whole_maps<program_type, J, beside<J>.offset, beside<J>.size, Scalar>{image, workspace});
    });
    return detail::value_of<program_type, program_type::result>(image, workspace);
  }
};

namespace detail {
/// Does not compile: the sentence for a second or third argument of a network that is none.
template <class Numbers, class Schedule, bool Kind, bool Scheduled>
struct wrong_engine {
  using type = void;
  static_assert(
      Kind, "polyfold: a network's second argument says what kind of numbers it has: in_floats, in_bytes or in_int8");
  static_assert(!Kind || Scheduled,
                "polyfold: a network's third argument says how it is run: whole_maps, rolling_rows or packed");
  static_assert(!Kind || !Scheduled,
                "polyfold: this schedule does not run that kind of numbers: "
                "rolling_rows is for in_int8, packed for in_floats and in_bytes");
};
template <class Numbers, class Schedule>
[[nodiscard]] consteval bool has_engine() {
  if constexpr (polyfold::storage::number_kind<Numbers> && std::is_base_of_v<schedule, Schedule>)
    return Numbers::integers ? Schedule::runs_integers : Schedule::runs_scalars;
  else
    return false;
}
template <class Numbers, class Schedule, bool Right = has_engine<Numbers, Schedule>()>
struct fault_of_engine {
  using type = std::type_identity<void>;
};
template <class Numbers, class Schedule>
struct fault_of_engine<Numbers, Schedule, false> {
  using type =
      wrong_engine<Numbers, Schedule, polyfold::storage::number_kind<Numbers>, std::is_base_of_v<schedule, Schedule>>;
};

/// Stops the build where a network's kind of numbers or schedule is none.
template <class Numbers, class Schedule>
consteval bool check_engine() {
  using stopped [[maybe_unused]] = typename fault_of_engine<Numbers, Schedule>::type::type;
  return true;
}

/// The engine of a network, or where there is none that of a stand-in, so that no other error follows.
template <class Structure, auto Numbers, auto Schedule>
consteval auto engine_for() {
  using schedule_type = std::remove_cv_t<decltype(Schedule)>;
  if constexpr (has_engine<std::remove_cv_t<decltype(Numbers)>, schedule_type>())
    return std::type_identity<engine<Structure, Numbers, schedule_type>>{};
  else
    return std::type_identity<engine<Structure, in_floats, whole_maps_schedule>>{};
}
}  // namespace detail

}  // namespace polyfold::schedules

namespace polyfold {
inline constexpr schedules::whole_maps_schedule whole_maps{};
}
