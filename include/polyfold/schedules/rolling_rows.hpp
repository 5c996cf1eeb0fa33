// The schedule by rolling rows: every row is computed as soon as what it reads is there, and of every map only the rows that
// are still to be read are kept. Same results as over whole maps, in less memory; an image may come row by row (row_stream.hpp).
//
//   network<digits, in_floats, rolling_rows> net;
//
// A schedule that takes images row by row has beside the members of others (whole_maps.hpp) a `stream<Pixel>`, which row_stream.hpp
// holds. Numbers that are decoded are decoded for each row anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/pixels.hpp>
#include <polyfold/schedules/row_plan.hpp>
#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold::schedules {

struct rolling_rows_schedule : schedule {
  static constexpr bool runs_integers = true;
  friend constexpr bool operator==(rolling_rows_schedule const&, rolling_rows_schedule const&) = default;
};

/// Working memory of a network by rows: scalars, and how often each step has run.
template <class Scalar, int Scalars, int Steps>
struct rolling_workspace {
  using value_type = Scalar;
  std::array<Scalar, std::size_t(Scalars)> scalars;
  std::array<std::int16_t, std::size_t(Steps)> done{};
};

namespace detail {

/// How the rows of a map lie of which `Rows` are kept, and where that are all `Height` of it.
template <int Rows>
using kept_layout = std::conditional_t<Rows == 1, core::single_row_layout, core::rolling_layout<Rows>>;
template <int Rows, int Height>
using layout_of = std::conditional_t<Rows == Height, core::whole_layout, kept_layout<Rows>>;

/// A view of a map's rows from `first` on.
template <class View, class Pointer>
[[nodiscard]] View view_of(Pointer data, [[maybe_unused]] int first) {
  if constexpr (std::is_constructible_v<typename View::mapping_type, int>)
    return View(data, typename View::mapping_type(first));
  else
    return View(data);
}

/// Where the rows of all values lie.
template <class Plan>
struct rolling_maps {
  using program = typename Plan::program;
  static constexpr int steps = Plan::steps;

  /// The rows that row y of call J reads.
  template <int J>
  [[nodiscard]] static constexpr row_range reads(int y) {
    using operation = typename program::template operation_at<J>;
    if constexpr (Plan::calls[J].maximum >= 0)
      return {operation::rows(2 * y).first, operation::rows(2 * y + 1).last};
    else
      return operation::rows(y);
  }

 private:
  /// Of each value, what makes it: the value of call J is made in the place of step `value` - 1.
  static constexpr row_plan<steps> plan = [] {
    core::fixed_array<row_maker, steps> makers{};
    Plan::for_each_call([&]<int J>() {
      constexpr auto const& call = Plan::calls[J];
      makers[call.value - 1] = {{call.sources[0], call.sources[1]},
                                program::template value_shape<call.value>().height,
                                [](int runs) { return runs; },
                                &reads<J>,
                                &reads<J>};
    });
    return plan_rows(makers, program::template value_shape<0>().height);
  }();

  /// An operation on one map that works in place does so row by row, too.
  static constexpr auto homes = [] {
    core::fixed_array<int, steps + 1> at{};
    for (int v = 0; v <= steps; ++v) at[v] = v;
    for (fold::inference_call const& call : Plan::calls)
      if (call.runs && call.sources[1] < 0 && Plan::homes[call.value] != call.value)
        at[call.value] = at[call.sources[0]];
    return at;
  }();

 public:
  /// How many rows of a value there are: all of the result.
  template <int V>
  [[nodiscard]] static constexpr int rows_in_memory() {
    if (homes[V] == homes[program::result]) return program::output.height;
    int rows = 1;
    for (int v = 1; v <= steps; ++v)
      if (homes[v] == homes[V]) rows = core::larger(rows, plan.maps[v].kept);
    return rows;
  }

  struct placement {
    core::fixed_array<int, steps + 1> map{};
    int size = 0;
  };
  static constexpr placement places = [] {
    core::fixed_array<fold::detail::buffer, steps + 1> all{};
    core::for_constexpr<1, steps + 1>([&]<int V>() {
      row_use const& use = plan.maps[V];
      if (use.born < 0) return;
      constexpr shape of = program::template value_shape<V>();
      fold::detail::buffer& own = all[homes[V]];
      if (own.size == 0) own.born = use.born;
      own.size = of.channels * rows_in_memory<V>() * of.width;
      own.dies = core::larger(own.dies, V == program::result ? plan.events : use.dies);
    });
    placement p;
    p.size = fold::detail::place(all);
    for (int v = 1; v <= steps; ++v) p.map[v] = all[homes[v]].offset;
    return p;
  }();

  /// How the rows of a value lie; whole where all of them are there.
  template <int V>
  using layout = layout_of<rows_in_memory<V>(), program::template value_shape<V>().height>;
  /// Whether rows that call J reads at once lie on both sides of the end of a buffer of so many rows.
  template <int J>
  [[nodiscard]] static constexpr bool wraps(int rows) {
    for (int y = 0; y < program::template value_shape<Plan::calls[J].value>().height; ++y)
      if (row_range const r = reads<J>(y); r.first % rows + r.last - r.first > rows) return true;
    return false;
  }
  /// Rows of the image that are kept where it comes row by row.
  static constexpr int image_rows = core::larger(1, plan.maps[0].kept);
};

/// Row `row` of a step.
template <class Plan, int J, int Beside, int BesideSize, class Scalar, class Image>
struct step_on_rows : planned_step<Plan, J, Scalar> {
  using step_type = planned_step<Plan, J, Scalar>;
  using maps = rolling_maps<Plan>;
  static constexpr int beside_size = BesideSize;

  Image image;
  Scalar* workspace;
  int row;

  step_on_rows(Image image_, Scalar* workspace_, int row_) : image(image_), workspace(workspace_), row(row_) {}

  [[nodiscard]] row_range rows() const { return {row, row + 1}; }
  template <int V>
  [[nodiscard]] auto map() const {
    int const first = maps::template reads<J>(row).first;
    if constexpr (V == 0) {
      return image.from(first);
    } else {
      constexpr shape of = step_type::program::template value_shape<V>();
      constexpr int kept = maps::template rows_in_memory<V>();
      Scalar const* const at = workspace + maps::places.map[V];
      if constexpr (kept == 1 || kept == of.height || maps::template wraps<J>(kept))
        return view_of<tensor_view<Scalar const, of, typename maps::template layout<V>>>(at, first);
      else
        return view_of<tensor_view<Scalar const, of, core::strip_layout<kept>>>(at, first - first % kept);
    }
  }
  [[nodiscard]] auto in() const { return map<step_type::source>(); }
  [[nodiscard]] auto out() const {
    constexpr int made = step_type::call.value;
    using layout = kept_layout<maps::template rows_in_memory<made>()>;
    return view_of<tensor_view<Scalar, step_type::output, layout>>(core::opaque(workspace + maps::places.map[made]),
                                                                   core::larger(0, row - 1));
  }
  [[nodiscard]] Scalar* scratch() const { return workspace + maps::places.size; }
  [[nodiscard]] Scalar* beside() const { return workspace + Beside; }

  void run(float const* parameters, std::uint8_t const* index_map) const { run_step(*this, parameters, index_map); }
};

/// An image in memory as a whole, or its last rows.
template <class Scalar, class Pixel, shape S, class Layout>
struct image_rows {
  using pointer = core::image_pointer<Scalar, Pixel>;
  Pixel const* data;

  [[nodiscard]] auto from(int first) const {
    return view_of<tensor_view<Scalar const, S, Layout, pointer>>(pointer(data), first);
  }
};

}  // namespace detail

template <class Structure, auto Numbers>
requires(!Numbers.integers) struct engine<Structure, Numbers, rolling_rows_schedule> {
  using parameters = polyfold::storage::stored_parameters<Structure, Numbers>;
  using storage = parameters;
  using program_type = typename Structure::program_type;
  using plan = fold::inference_plan<program_type>;
  using maps = detail::rolling_maps<plan>;

 private:
  static constexpr int scratch_size = [] {
    int most = 0;
    plan::for_each_call([&]<int J>() { most = core::larger(most, program_type::facts[J].scratch); });
    return most;
  }();
  static constexpr int beside_size = [] {
    int most = 0;
    plan::for_each_call([&]<int J>() { most = core::larger(most, storage::template least_beside<J>(1)); });
    return most;
  }();
  static constexpr int beside = maps::places.size + scratch_size;

 public:
  static constexpr int workspace_size = beside + beside_size;
  using scalar = float;
  template <class Scalar>
  using workspace = rolling_workspace<Scalar, workspace_size, maps::steps>;
  template <class Pixel>
  static constexpr bool takes = detail::runs_pixels<Pixel>;
  template <class Pixel>
  using memory_unit = workspace<detail::scalar_for<Pixel>>;
  template <class Workspace>
  [[nodiscard]] static constexpr Workspace* memory_of(Workspace& memory) {
    return &memory;
  }

  template <class Pixel>
  [[nodiscard]] static auto const* run(storage const& held, Pixel const* image, memory_unit<Pixel>* memory) {
    using scalar_type = detail::scalar_for<Pixel>;
    detail::image_rows<scalar_type, Pixel, Structure::input_shape, core::whole_layout> const rows{image};
    auto const nothing = [] {};
    memory->done = {};
    for (int y = 1; y <= Structure::input_shape.height; ++y) advance(held, rows, *memory, y, nothing);
    return result_of(*memory);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar const* result_of(workspace<Scalar> const& memory) {
    return memory.scalars.data() + maps::places.map[program_type::result];
  }

  /// Runs what `rows` rows of the image allow, what reads a row right behind it, and calls `between()` after each row.
  template <class Image, class Scalar, class Between>
  static void advance(storage const& held, Image image, workspace<Scalar>& memory, int rows, Between const& between) {
    walk<Image, Scalar, Between> const w{held, image, memory.scalars.data(), memory.done.data(), rows, between};
    w.template pass_on<0>();
  }

  /// What a row_stream holds: the rows of the image that are still to be read, and the workspace.
  template <class Pixel>
  class stream {
   public:
    /// Row `y` of the image, which follows row y - 1.
    template <class Between>
    void take(storage const& held, Pixel const* row, int y, Between const& between) {
      constexpr shape in = Structure::input_shape;
      for (int c = 0; c < in.channels; ++c)
        for (int x = 0; x < in.width; ++x)
          image_[std::size_t((c * maps::image_rows + y % maps::image_rows) * in.width + x)] = row[c * in.width + x];
      advance(held, rows_of_image{image_.data()}, memory_, y + 1, between);
    }
    [[nodiscard]] auto const* result() const { return result_of(memory_); }
    void restart() { memory_.done = {}; }

   private:
    using rows_of_image = detail::image_rows<detail::scalar_for<Pixel>, Pixel, Structure::input_shape,
                                             detail::layout_of<maps::image_rows, Structure::input_shape.height>>;
    static constexpr shape kept{Structure::input_shape.channels, maps::image_rows, Structure::input_shape.width};

    std::array<Pixel, std::size_t(kept.size())> image_{};
    memory_unit<Pixel> memory_{};
  };

 private:
  template <class Image, class Scalar, class Between>
  struct walk {
    storage const& held;
    Image image;
    Scalar* scalars;
    std::int16_t* done;
    int rows;
    Between const& between;

    /// Value V has a new row.
    template <int V>
    void pass_on() const {
      core::for_constexpr<maps::steps>([&]<int I>() { offer<V, maps::steps - 1 - I>(); });
    }

   private:
    template <int V>
    [[nodiscard]] int rows_of() const {
      if constexpr (V == 0)
        return rows;
      else
        return done[V - 1];
    }
    template <int V, int J>
    void offer() const {
      if constexpr (plan::calls[J].reads(V)) catch_up<J>();
    }
    /// A function of its own: several values may have a new row for step J.
    template <int J>
    [[gnu::noinline]] void catch_up() const {
      while (ready<J>()) {
        held.run_step(detail::step_on_rows<plan, J, beside, storage::template beside<J>(beside_size), Scalar, Image>{
            image, scalars, int(done[plan::calls[J].value - 1])});
        ++done[plan::calls[J].value - 1];
        between();
        pass_on<plan::calls[J].value>();
      }
    }
    template <int J>
    [[nodiscard]] bool ready() const {
      constexpr auto const& call = plan::calls[J];
      int const row = done[call.value - 1];
      if (row == program_type::template value_shape<call.value>().height) return false;
      int const last = maps::template reads<J>(row).last;
      if constexpr (call.sources[1] >= 0)
        if (last > rows_of<call.sources[1]>()) return false;
      return last <= rows_of<call.sources[0]>();
    }
  };
};

}  // namespace polyfold::schedules

namespace polyfold {
inline constexpr schedules::rolling_rows_schedule rolling_rows{};
}
