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

/// What one image asks of the memory of a value or a group: rows, from one row that is computed to another.
struct rolling_use {
  int kept = 0;
  int born = -1;
  int dies = -1;
  constexpr void use(int event) {
    if (born < 0) born = event;
    dies = event;
  }
};

/// Where everything lies while rows roll. `Streamed`: the image's rows, too, are kept as long as they are read.
template <class Integers, bool Streamed>
struct rolling_integer_maps {
  using integers = Integers;
  static constexpr int groups = integers::groups;

 private:
  using sizes = integer_sizes<Integers>;
  template <int G>
  using rows_of = rows_of_group<sizes, G>;
  struct group_facts {
    int source = 0;  // the group that makes it, plus 1; 0: the image
    int added = -1;
    int steps = 0;
    int (*made)(int) = nullptr;
    row_range (*reads)(int) = nullptr;
  };
  static constexpr auto facts = []<int... G>(std::integer_sequence<int, G...>) {
    return core::fixed_array<group_facts, groups>{
        group_facts{integers::maker(integers::template group<G>.source) + 1,
                    integers::template group<G>.added < 0 ? -1 : integers::maker(integers::template group<G>.added) + 1,
                    rows_of<G>::steps, &rows_of<G>::made, &rows_of<G>::reads}...};
  }
  (std::make_integer_sequence<int, groups>{});

  struct usage {
    core::fixed_array<rolling_use, groups + 1> values{};  // the image's first
    core::fixed_array<rolling_use, groups> states{};
  };
  /// The rows of an image, one after the other, as rolling_run takes them.
  struct walk {
    usage u;
    core::fixed_array<int, groups + 1> taken{};  // steps; the image's rows first
    int event = 0;

    [[nodiscard]] constexpr int made(int v) const { return v == 0 ? taken[0] : facts[v - 1].made(taken[v]); }
    [[nodiscard]] constexpr int first_needed(int v) const {
      int first = made(v);
      for (int g = 0; g < groups; ++g) {
        group_facts const& f = facts[g];
        int const y = taken[g + 1];
        if (y == f.steps) continue;
        if (f.source == v) first = core::smaller(first, f.reads(y).first);
        if (f.added == v) first = core::smaller(first, f.made(y));
      }
      return first;
    }
    [[nodiscard]] constexpr bool ready(int g) const {
      group_facts const& f = facts[g];
      int const y = taken[g + 1];
      return y < f.steps && f.reads(y).last <= made(f.source) && (f.added < 0 || f.made(y) < made(f.added));
    }
    /// The new row lies beside those that are still read, by this step or later.
    constexpr void take_row(int v, int rows) {
      rolling_use& of = u.values[v];
      of.kept = core::larger(of.kept, rows - first_needed(v));
      of.use(event);
    }
    constexpr void pass_on(int v) {
      for (int g = groups - 1; g >= v; --g) {
        group_facts const& f = facts[g];
        if (f.source != v && f.added != v) continue;
        while (ready(g)) {
          ++event;
          take_row(g + 1, f.made(taken[g + 1] + 1));
          u.values[f.source].use(event);
          if (f.added >= 0) u.values[f.added].use(event);
          u.states[g].use(event);
          ++taken[g + 1];
          pass_on(g + 1);
        }
      }
    }
  };
  static constexpr usage used = [] {
    walk w;
    for (int row = 0; row < integers::template value_shape<0>().height; ++row) {
      ++w.event;
      w.take_row(0, row + 1);
      w.taken[0] = row + 1;
      w.pass_on(0);
    }
    return w.u;
  }();

  struct placement {
    core::fixed_array<int, groups + 1> map{};
    core::fixed_array<int, groups> state{};
    int scratch = 0;
    int size = 0;
  };

  [[nodiscard]] static constexpr int kept(int v) { return core::larger(1, used.values[integers::maker(v) + 1].kept); }

 public:
  static constexpr placement places = [] {
    core::fixed_array<fold::detail::buffer, 2 * groups + 2> all{};
    int scratch = 0;
    int last = 0;
    constexpr shape image = integers::template value_shape<0>();
    rolling_use const& pixels = used.values[0];
    if (Streamed) all[0] = {aligned_bytes(kept(0) * image.channels * image.width), pixels.born, pixels.dies, 0};
    core::for_constexpr<groups>([&]<int I>() {
      constexpr int value = integers::template group<I>.value;
      rolling_use const& map = used.values[I + 1];
      if (value != integers::result)
        all[I + 1] = {aligned_bytes(integer_rows<integers, value, 0, kept(value)>::bytes), map.born, map.dies, 0};
      rolling_use const& state = used.states[I];
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
};

}  // namespace polyfold::schedules
