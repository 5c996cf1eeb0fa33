// Integer networks over whole maps: every group once, all of its rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/integers/map_rows.hpp>
#include <polyfold/integers/product_rows.hpp>
#include <polyfold/numbers/int8.hpp>
#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold {

/// Working memory of an integer network: bytes, and the logits, which lie there until it runs again.
template <int Bytes, int Logits>
struct integer_workspace {
  using value_type = std::uint8_t;
  alignas(4) std::array<std::uint8_t, std::size_t(Bytes)> bytes{};
  std::array<std::int16_t, std::size_t(Logits)> logits{};
};

namespace detail {

/// Where everything lies while maps are whole.
template <class Integers>
struct whole_integer_maps {
  using integers = Integers;
  static constexpr int groups = integers::groups;

 private:
  /// Sizes do not depend on where things lie.
  struct sizes {
    using integers = Integers;
  };
  [[nodiscard]] static constexpr int aligned(int bytes) { return ceil_div(bytes, 4) * 4; }
  struct placement {
    std::array<int, std::size_t(groups)> map{};
    std::array<int, std::size_t(groups)> state{};
    std::array<int, std::size_t(groups)> scratch{};
    int size = 0;
  };

 public:
  static constexpr placement places = []<int... G>(std::integer_sequence<int, G...>) {
    std::array<buffer, std::size_t(3 * groups)> all{};
    auto const add = [&]<int I>() {
      constexpr integer_group g = integers::template group<I>;
      using rows_of = rows_of_group<sizes, I>;
      if (g.value != integers::result)
        all[std::size_t(I)] = {aligned(integer_rows<integers, g.value, 0, integers::template value_shape<g.value>().height>::bytes), I, I, 0};
      all[std::size_t(groups + I)] = {aligned(rows_of::state_bytes), I, I, 0};
      all[std::size_t(2 * groups + I)] = {aligned(rows_of::scratch_bytes), I, I, 0};
      for (int source : {g.source, g.added})
        if (source > 0) all[std::size_t(integers::maker(source))].dies = I;
    };
    (add.template operator()<G>(), ...);
    placement p;
    p.size = place(all);
    for (int i = 0; i < groups; ++i) {
      p.map[std::size_t(i)] = all[std::size_t(i)].offset;
      p.state[std::size_t(i)] = all[std::size_t(groups + i)].offset;
      p.scratch[std::size_t(i)] = all[std::size_t(2 * groups + i)].offset;
    }
    return p;
  }
  (std::make_integer_sequence<int, groups>{});

  template <int V>
  using rows = integer_rows<integers, V, places.map[std::size_t(integers::maker(V))],
                            integers::template value_shape<V>().height>;
  [[nodiscard]] static constexpr int state(int g) { return places.state[std::size_t(g)]; }
  [[nodiscard]] static constexpr int scratch(int g) { return places.scratch[std::size_t(g)]; }
  [[nodiscard]] static constexpr int image_row(int c, int y) {
    constexpr shape in = integers::template value_shape<0>();
    return (c * in.height + y) * in.width;
  }
};

}  // namespace detail

template <class Structure>
struct engine<Structure, in_int8, whole_maps_schedule> {
  using numbers = stored_numbers<Structure, in_int8>;
  using storage = numbers;
  using integers = typename numbers::integers;
  using places = detail::whole_integer_maps<integers>;

  static constexpr int workspace_size = places::places.size;
  template <class Pixel>
  static constexpr bool takes = std::is_same_v<Pixel, std::uint8_t>;
  template <class Pixel>
  using workspace = integer_workspace<workspace_size, Structure::output_shape.size()>;
  using scalar = std::uint8_t;
  template <class Pixel>
  using memory = workspace<Pixel>;
  template <class Room>
  [[nodiscard]] static constexpr Room* memory_of(Room& room) {
    return &room;
  }

  [[nodiscard]] static constexpr std::int16_t const* run(storage const& held, std::uint8_t const* image,
                                                         workspace<scalar>* room) {
    detail::integer_run<places, storage> const at{held, image, room->bytes.data(), room->logits.data()};
    [&]<int... G>(std::integer_sequence<int, G...>) { (run_group<G>(at), ...); }
    (std::make_integer_sequence<int, integers::groups>{});
    return room->logits.data();
  }

 private:
  template <int G, class Run>
  [[gnu::noinline]] static constexpr void run_group(Run const& at) {
    using rows = detail::rows_of_group<places, G>;
    for (int y = 0; y < rows::steps; ++y) rows::row(at, y);
  }
};

}  // namespace polyfold
