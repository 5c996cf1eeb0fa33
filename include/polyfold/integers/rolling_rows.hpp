// Integer networks by rolling rows. When each row is computed, how many rows of each map are kept and where they lie is found at
// compile time, by going through the rows of one image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/integers/map_rows.hpp>
#include <polyfold/integers/product_rows.hpp>
#include <polyfold/numbers/int8.hpp>
#include <polyfold/schedules/rolling_rows.hpp>
#include <polyfold/schedules/row_plan.hpp>

namespace polyfold::integer {

/// Working memory of an integer network by rows: bytes, the steps that each group has taken, and the logits.
template <int Bytes, int Groups, int Logits>
struct rolling_workspace {
  using value_type = std::uint8_t;
  alignas(4) std::array<std::uint8_t, std::size_t(Bytes)> bytes{};
  std::array<std::int16_t, std::size_t(Groups)> done{};
  std::array<std::int16_t, std::size_t(Logits)> logits{};
};

namespace detail {

/// Where everything lies while rows roll. `Streamed`: the image's rows, too, are kept as long as they are read.
template <class Integers, bool Streamed>
struct rolling_integer_maps {
  using integers = Integers;
  static constexpr int groups = integers::groups;

 private:
  using sizes = integer_sizes<Integers>;
  template <int G>
  using rows_of = rows_of_group<sizes, G>;
  static constexpr schedules::row_plan<groups> plan = []<int... G>(std::integer_sequence<int, G...>) {
    auto const maker = [](int value) { return value < 0 ? -1 : integers::maker(value) + 1; };
    core::fixed_array<schedules::row_maker, groups> const makers{
        schedules::row_maker{{maker(integers::template group<G>.source), maker(integers::template group<G>.added)},
                             rows_of<G>::steps,
                             &rows_of<G>::made,
                             &rows_of<G>::reads,
                             [](int step) {
                               return row_range{rows_of<G>::made(step), rows_of<G>::made(step) + 1};
                             }}...};
    return schedules::plan_rows(makers, integers::template value_shape<0>().height);
  }
  (std::make_integer_sequence<int, groups>{});

  struct placement {
    core::fixed_array<int, groups + 1> map{};
    core::fixed_array<int, groups> state{};
    int scratch = 0;
    int size = 0;
  };

  [[nodiscard]] static constexpr int kept(int v) { return core::larger(1, plan.maps[integers::maker(v) + 1].kept); }

 public:
  static constexpr placement places = [] {
    core::fixed_array<fold::detail::buffer, 2 * groups + 2> all{};
    int scratch = 0;
    int last = 0;
    constexpr shape image = integers::template value_shape<0>();
    schedules::row_use const& pixels = plan.maps[0];
    if (Streamed) all[0] = {aligned_bytes(kept(0) * image.channels * image.width), pixels.born, pixels.dies, 0};
    core::for_constexpr<groups>([&]<int I>() {
      constexpr int value = integers::template group<I>.value;
      schedules::row_use const& map = plan.maps[I + 1];
      if (value != integers::result)
        all[I + 1] = {aligned_bytes(integer_rows<integers, value, 0, kept(value)>::bytes), map.born, map.dies, 0};
      schedules::row_use const& state = plan.makers[I];
      all[groups + 1 + I] = {aligned_bytes(rows_of<I>::state_bytes), state.born, state.dies, 0};
      scratch = core::larger(scratch, aligned_bytes(rows_of<I>::scratch_bytes));
      last = core::larger(last, state.dies);
    });
    // What a row needs while it is computed is there all the time.
    all[2 * groups + 1] = {scratch, 0, last, 0};
    placement p;
    p.size = fold::detail::place(all);
    for (int i = 0; i <= groups; ++i) p.map[i] = all[i].offset;
    for (int i = 0; i < groups; ++i) p.state[i] = all[groups + 1 + i].offset;
    p.scratch = all[2 * groups + 1].offset;
    return p;
  }();

  template <int V>
  using rows = integer_rows<integers, V, places.map[integers::maker(V) + 1], kept(V)>;
  [[nodiscard]] static constexpr int state(int g) { return places.state[g]; }
  [[nodiscard]] static constexpr int scratch(int) { return places.scratch; }
  [[nodiscard]] static constexpr int image_row(int c, int y) {
    constexpr shape in = integers::template value_shape<0>();
    if constexpr (Streamed)
      return places.map[0] + (rows<0>::slot(y) * in.channels + c) * in.width;
    else
      return (c * in.height + y) * in.width;
  }
};

/// Computes the rows of groups that `rows` rows of the image allow, what reads a row right behind it. Calls `between()` after each.
template <class Places, class Net, class Between>
struct rolling_run {
  using integers = typename Places::integers;
  integer_run<Places, Net> at;
  std::int16_t* done;
  Between between;

  constexpr void advance(int rows) const { pass_on<0>(rows); }

 private:
  template <int V>
  [[nodiscard]] constexpr int done_of(int rows) const {
    constexpr int maker = integers::maker(V);
    if constexpr (maker < 0)
      return rows;
    else
      return rows_of_group<Places, maker>::made(done[maker]);
  }
  template <int G>
  [[nodiscard]] constexpr bool ready(int rows) const {
    constexpr integer_group g = integers::template group<G>;
    int const y = done[G];
    using rows_of = rows_of_group<Places, G>;
    if (y == rows_of::steps || rows_of::reads(y).last > done_of<g.source>(rows)) return false;
    if constexpr (g.added >= 0)
      if (done_of<g.added>(rows) <= rows_of::made(y)) return false;
    return true;
  }
  template <int G>
  [[gnu::noinline]] constexpr void compute() const {
    rows_of_group<Places, G>::row(at, done[G]);
    ++done[G];
    between();
  }
  /// Value V has a new row.
  template <int V>
  constexpr void pass_on(int rows) const {
    core::for_constexpr<integers::groups>([&]<int I>() { offer<V, integers::groups - 1 - I>(rows); });
  }
  template <int V, int G>
  constexpr void offer(int rows) const {
    constexpr integer_group g = integers::template group<G>;
    if constexpr (g.source == V || g.added == V)
      while (ready<G>(rows)) {
        compute<G>();
        pass_on<g.value>(rows);
      }
  }
};

}  // namespace detail

template <class Structure, int8_numbers Numbers, class Places>
using rolling_engine =
    integer_engine<Structure, Numbers, Places,
                   rolling_workspace<Places::places.size, Places::groups, Structure::output_shape.size()>>;

}  // namespace polyfold::integer

namespace polyfold::schedules {

template <class Structure, int8_numbers Numbers>
struct engine<Structure, Numbers, rolling_rows_schedule>
    : integer::rolling_engine<Structure, Numbers,
                              integer::detail::rolling_integer_maps<
                                  typename storage::stored_parameters<Structure, Numbers>::integers, false>> {
  [[nodiscard]] static constexpr std::int16_t const* run(typename engine::storage const& held,
                                                         std::uint8_t const* image,
                                                         typename engine::template workspace<std::uint8_t>* memory) {
    memory->done = {};
    auto const nothing = [] {};
    integer::detail::rolling_run<typename engine::places, typename engine::storage, decltype(nothing)> const run{
        engine::run_of(held, image, memory), memory->done.data(), nothing};
    for (int y = 1; y <= Structure::input_shape.height; ++y) run.advance(y);
    return memory->logits.data();
  }

  /// What a row_stream holds: the workspace, with the rows of the image that are still to be read.
  template <class Pixel>
  class stream {
    using places = integer::detail::rolling_integer_maps<typename engine::integers, true>;
    static constexpr shape image = Structure::input_shape;

   public:
    template <class Between>
    constexpr void take(typename engine::storage const& held, Pixel const* row, int y, Between const& between) {
      Pixel* const to = workspace_.bytes.data() + places::image_row(0, y);
      for (int i = 0; i < image.channels * image.width; ++i) to[i] = row[i];
      integer::detail::rolling_run<places, typename engine::storage, Between> const run{
          {held, workspace_.bytes.data(), workspace_.bytes.data(), workspace_.logits.data()},
          workspace_.done.data(),
          between};
      run.advance(y + 1);
    }
    [[nodiscard]] constexpr std::int16_t const* result() const { return workspace_.logits.data(); }
    constexpr void restart() { workspace_.done = {}; }

   private:
    integer::rolling_workspace<places::places.size, engine::integers::groups, Structure::output_shape.size()>
        workspace_{};
  };
};

}  // namespace polyfold::schedules
