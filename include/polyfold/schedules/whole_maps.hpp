// The schedule over whole feature maps, which a network has where it names none: every step once, in order.
//
// A schedule is a value of a type derived from `schedule`, the third argument of network<pipeline, numbers, schedule>, and a
// specialisation of engine, by that type, for the kinds of numbers that it runs:
//
//   parameters            what it is made from, the stored_parameters of a kind of numbers
//   storage               what the network holds, its base class: those, or what the schedule makes of them
//   scalar, takes<Pixel>  what its images are of, and whether it runs those of another type
//   workspace<Scalar>     working memory of one inference
//   workspace_size        scalars in it
//   memory_unit<Pixel>, memory_of(workspace)
//                         what bare memory for such images is made of, and where a workspace has it
//   run(held, image, memory)
//                         runs one image, or several side by side in wider scalars; returns where the result lies
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/opaque.hpp>
#include <polyfold/core/pixels.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/inference_plan.hpp>
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

/// What images of Pixel are computed with: pixels of 8 bits are read as floats.
template <class Pixel>
using scalar_for = std::conditional_t<std::is_same_v<Pixel, std::uint8_t>, float, Pixel>;
/// Whether engines on scalars run images of Pixel.
template <class Pixel>
inline constexpr bool runs_pixels = std::is_same_v<Pixel, std::uint8_t> || !std::is_integral_v<Pixel>;

/// Step J of a plan (fold/inference_plan.hpp) with what it takes in, wherever its maps lie.
template <class Plan, int J, class Scalar>
struct planned_step {
  using plan = Plan;
  using program = typename Plan::program;
  using scalar = Scalar;
  using operation = typename program::template operation_at<J>;
  using function = decltype(Plan::template function_of<J>());
  static constexpr int step = J;
  static constexpr auto const& facts = program::facts[J];
  static constexpr auto const& call = Plan::calls[J];
  static constexpr int source = call.sources[0];
  static constexpr int second = call.sources[1];
  static constexpr shape output = program::template value_shape<call.value>();
};

/// Runs a step on its stored parameters and index map. `At` is a planned_step that says where its maps lie. Never inlined: in one
/// function of all steps g++ keeps the sums of a product in memory, and how fast one layer is depends on the others.
template <class At>
[[gnu::noinline]] void run_step(At at, float const* parameters, std::uint8_t const* map) {
  using operation = typename At::operation;
  using function = typename At::function;
  fold::context<typename At::scalar> context;
  context.parameters = parameters;
  context.map = map;
  context.scratch = at.scratch();
  row_range const rows = at.rows();
  if constexpr (At::call.maximum >= 0)
    operation::template forward_squares<function>(context, rows, at.out(), at.in());
  else if constexpr (At::call.activation >= 0)
    operation::template forward_then<function>(context, rows, at.out(), at.in());
  else if constexpr (At::second >= 0)
    operation::forward(context, rows, at.out(), at.in(), at.template map<At::second>());
  else
    operation::forward(context, rows, at.out(), at.in());
}

/// Over whole maps.
template <class Plan, int J, int Beside, int BesideSize, class Scalar, class Image>
struct step_on_whole_maps : planned_step<Plan, J, Scalar> {
  using step_type = planned_step<Plan, J, Scalar>;
  static constexpr int beside_size = BesideSize;

  Image image;
  Scalar* workspace;

  step_on_whole_maps(Image image_, Scalar* workspace_) : image(image_), workspace(workspace_) {}

  [[nodiscard]] static constexpr row_range rows() { return {0, step_type::output.height}; }
  template <int V>
  [[nodiscard]] auto map() const {
    constexpr shape of = step_type::program::template value_shape<V>();
    if constexpr (V == 0)
      return tensor_view<Scalar const, of, core::whole_layout, Image>(image);
    else
      return tensor_view<Scalar const, of>(workspace + Plan::places.value[V]);
  }
  [[nodiscard]] auto in() const { return map<step_type::source>(); }
  /// g++ 12 may compute where a step writes from where it reads, as 2 p - q + n of integers, find no object there, and drop the
  /// stores.
  [[nodiscard]] auto out() const {
    return tensor_view<Scalar, step_type::output>(core::opaque(workspace + Plan::places.value[step_type::call.value]));
  }
  [[nodiscard]] Scalar* scratch() const { return workspace + Plan::places.scratch[J]; }
  /// `beside_size` scalars that no map and no scratch uses now.
  [[nodiscard]] Scalar* beside() const { return workspace + Beside; }

  void run(float const* parameters, std::uint8_t const* index_map) const { run_step(*this, parameters, index_map); }
};

}  // namespace detail

template <class Structure, auto Numbers>
struct engine<Structure, Numbers, whole_maps_schedule> {
  using parameters = polyfold::storage::stored_parameters<Structure, Numbers>;
  using storage = parameters;
  using plan = fold::inference_plan<typename Structure::program_type>;

  template <class Pixel>
  static constexpr bool takes = detail::runs_pixels<Pixel>;

 private:
  /// Fewer filters at a time would read a map more often than it takes to decode them.
  static constexpr int filters_at_once = 4;
  template <int J>
  static constexpr fold::detail::stretch beside = [] {
    constexpr int least = storage::template least_beside<J>(filters_at_once);
    if constexpr (least == 0) {
      return fold::detail::stretch{};
    } else {
      auto const free = fold::detail::space_beside(plan::buffers, J, plan::places.size, least);
      return fold::detail::stretch{free.offset, storage::template beside<J>(core::larger(free.size, least))};
    }
  }();

 public:
  static constexpr int workspace_size = [] {
    int size = plan::places.size;
    plan::for_each_call([&]<int J>() { size = core::larger(size, beside<J>.offset + beside<J>.size); });
    return size;
  }();

  using scalar = float;
  template <class Scalar>
  using workspace = std::array<Scalar, std::size_t(workspace_size)>;
  template <class Pixel>
  using memory_unit = detail::scalar_for<Pixel>;
  template <class Workspace>
  [[nodiscard]] static constexpr auto* memory_of(Workspace& workspace) {
    return workspace.data();
  }

  template <class Pixel>
  [[nodiscard]] static auto const* run(storage const& held, Pixel const* image, memory_unit<Pixel>* workspace) {
    using scalar_type = memory_unit<Pixel>;
    using image_type = core::image_pointer<scalar_type, Pixel>;
    plan::for_each_call([&]<int J>() {
      held.run_step(detail::step_on_whole_maps<plan, J, beside<J>.offset, beside<J>.size, scalar_type, image_type>{
          image_type(image), workspace});
    });
    return static_cast<scalar_type const*>(workspace + plan::places.value[plan::program::result]);
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
                "packed is for in_floats and in_bytes");
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
