// Integer networks by rolling rows. When each row is computed, how many rows of each map are kept and where they lie is found at
// compile time, by going through the rows of one image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/integers/map_rows.hpp>
#include <polyfold/integers/product_rows.hpp>
#include <polyfold/numbers/int8.hpp>
#include <polyfold/schedules/rolling_rows.hpp>

namespace polyfold {

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
  struct sizes {
    using integers = Integers;
  };
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
    return std::array<group_facts, std::size_t(groups)>{group_facts{
        integers::maker(integers::template group<G>.source) + 1,
        integers::template group<G>.added < 0 ? -1 : integers::maker(integers::template group<G>.added) + 1,
        rows_of<G>::steps, &rows_of<G>::made, &rows_of<G>::reads}...};
  }
  (std::make_integer_sequence<int, groups>{});
  [[nodiscard]] static constexpr int aligned(int bytes) { return ceil_div(bytes, 4) * 4; }

  struct usage {
    std::array<rolling_use, std::size_t(groups) + 1> maps{};  // the image's first
    std::array<rolling_use, std::size_t(groups)> states{};
  };
  /// The rows of an image, one after the other, as rolling_run takes them.
  struct walk {
    usage u;
    std::array<int, std::size_t(groups) + 1> done{};  // steps; the image's rows first
    int event = 0;

    [[nodiscard]] constexpr int made(int v) const {
      return v == 0 ? done[0] : facts[std::size_t(v) - 1].made(done[std::size_t(v)]);
    }
    [[nodiscard]] constexpr int first_needed(int v) const {
      int first = made(v);
      for (int g = 0; g < groups; ++g) {
        group_facts const& f = facts[std::size_t(g)];
        int const y = done[std::size_t(g) + 1];
        if (y == f.steps) continue;
        if (f.source == v) first = smaller(first, f.reads(y).first);
        if (f.added == v) first = smaller(first, f.made(y));
      }
      return first;
    }
    [[nodiscard]] constexpr bool ready(int g) const {
      group_facts const& f = facts[std::size_t(g)];
      int const y = done[std::size_t(g) + 1];
      return y < f.steps && f.reads(y).last <= made(f.source) && (f.added < 0 || f.made(y) < made(f.added));
    }
    /// The new row lies beside those that are still read, by this step or later.
    constexpr void take_row(int v, int rows) {
      rolling_use& of = u.maps[std::size_t(v)];
      of.kept = larger(of.kept, rows - first_needed(v));
      of.use(event);
    }
    constexpr void pass_on(int v) {
      for (int g = groups - 1; g >= v; --g) {
        group_facts const& f = facts[std::size_t(g)];
        if (f.source != v && f.added != v) continue;
        while (ready(g)) {
          ++event;
          take_row(g + 1, f.made(done[std::size_t(g) + 1] + 1));
          u.maps[std::size_t(f.source)].use(event);
          if (f.added >= 0) u.maps[std::size_t(f.added)].use(event);
          u.states[std::size_t(g)].use(event);
          ++done[std::size_t(g) + 1];
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
      w.done[0] = row + 1;
      w.pass_on(0);
    }
    return w.u;
  }();

  struct placement {
    std::array<int, std::size_t(groups) + 1> map{};
    std::array<int, std::size_t(groups)> state{};
    int scratch = 0;
    int size = 0;
  };

  [[nodiscard]] static constexpr int kept(int v) { return larger(1, used.maps[std::size_t(integers::maker(v) + 1)].kept); }

 public:
  static constexpr placement places = []<int... G>(std::integer_sequence<int, G...>) {
    std::array<buffer, std::size_t(2 * groups) + 2> all{};
    int scratch = 0;
    int last = 0;
    constexpr shape image = integers::template value_shape<0>();
    rolling_use const& pixels = used.maps[0];
    if (Streamed) all[0] = {aligned(kept(0) * image.channels * image.width), pixels.born, pixels.dies, 0};
    auto const add = [&]<int I>() {
      constexpr int value = integers::template group<I>.value;
      rolling_use const& map = used.maps[std::size_t(I) + 1];
      if (value != integers::result)
        all[std::size_t(I) + 1] = {aligned(integer_rows<integers, value, 0, kept(value)>::bytes), map.born, map.dies, 0};
      rolling_use const& state = used.states[std::size_t(I)];
      all[std::size_t(groups + 1 + I)] = {aligned(rows_of<I>::state_bytes), state.born, state.dies, 0};
      scratch = larger(scratch, aligned(rows_of<I>::scratch_bytes));
      last = larger(last, state.dies);
    };
    (add.template operator()<G>(), ...);
    // What a row needs while it is computed is there all the time.
    all[std::size_t(2 * groups) + 1] = {scratch, 0, last, 0};
    placement p;
    p.size = place(all);
    for (int i = 0; i <= groups; ++i) p.map[std::size_t(i)] = all[std::size_t(i)].offset;
    for (int i = 0; i < groups; ++i) p.state[std::size_t(i)] = all[std::size_t(groups + 1 + i)].offset;
    p.scratch = all[std::size_t(2 * groups) + 1].offset;
    return p;
  }
  (std::make_integer_sequence<int, groups>{});

  template <int V>
  using rows = integer_rows<integers, V, places.map[std::size_t(integers::maker(V) + 1)], kept(V)>;
  [[nodiscard]] static constexpr int state(int g) { return places.state[std::size_t(g)]; }
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
    [&]<int... I>(std::integer_sequence<int, I...>) { (offer<V, integers::groups - 1 - I>(rows), ...); }
    (std::make_integer_sequence<int, integers::groups>{});
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

template <class Structure>
struct engine<Structure, in_int8, rolling_rows_schedule> {
  using numbers = stored_numbers<Structure, in_int8>;
  using storage = numbers;
  using integers = typename numbers::integers;
  using places = detail::rolling_integer_maps<integers, false>;

  using scalar = std::uint8_t;
  static constexpr int workspace_size = places::places.size;
  template <class Pixel>
  static constexpr bool takes = std::is_same_v<Pixel, std::uint8_t>;
  template <class Pixel>
  using workspace = rolling_workspace<workspace_size, integers::groups, Structure::output_shape.size()>;
  template <class Pixel>
  using memory = workspace<Pixel>;
  template <class Room>
  [[nodiscard]] static constexpr Room* memory_of(Room& room) {
    return &room;
  }

  [[nodiscard]] static constexpr std::int16_t const* run(storage const& held, std::uint8_t const* image,
                                                         workspace<scalar>* room) {
    room->done = {};
    auto const nothing = [] {};
    detail::rolling_run<places, storage, decltype(nothing)> const run{
        {held, image, room->bytes.data(), room->logits.data()}, room->done.data(), nothing};
    for (int y = 1; y <= Structure::input_shape.height; ++y) run.advance(y);
    return room->logits.data();
  }
};

}  // namespace polyfold
