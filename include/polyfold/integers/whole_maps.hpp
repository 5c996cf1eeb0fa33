// Integer networks over whole maps: every group once, all of its rows.
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
#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold::integer {

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
  using sizes = integer_sizes<Integers>;
  struct placement {
    core::fixed_array<int, groups> map{};
    core::fixed_array<int, groups> state{};
    core::fixed_array<int, groups> scratch{};
    int size = 0;
  };

 public:
  static constexpr placement places = [] {
    core::fixed_array<fold::detail::buffer, 3 * groups> all{};
    core::for_constexpr<groups>([&]<int I>() {
      constexpr integer_group g = integers::template group<I>;
      using rows_of = rows_of_group<sizes, I>;
      if (g.value != integers::result)
        all[I] = {
            aligned_bytes(integer_rows<integers, g.value, 0, integers::template value_shape<g.value>().height>::bytes),
            I, I, 0};
      all[groups + I] = {aligned_bytes(rows_of::state_bytes), I, I, 0};
      all[2 * groups + I] = {aligned_bytes(rows_of::scratch_bytes), I, I, 0};
      for (int source : {g.source, g.added})
        if (source > 0) all[integers::maker(source)].dies = I;
    });
    placement p;
    p.size = fold::detail::place(all);
    for (int i = 0; i < groups; ++i) {
      p.map[i] = all[i].offset;
      p.state[i] = all[groups + i].offset;
      p.scratch[i] = all[2 * groups + i].offset;
    }
    return p;
  }();

  template <int V>
  using rows = integer_rows<integers, V, places.map[integers::maker(V)], integers::template value_shape<V>().height>;
  [[nodiscard]] static constexpr int state(int g) { return places.state[g]; }
  [[nodiscard]] static constexpr int scratch(int g) { return places.scratch[g]; }
  [[nodiscard]] static constexpr int image_row(int c, int y) {
    constexpr shape in = integers::template value_shape<0>();
    return (c * in.height + y) * in.width;
  }
};

}  // namespace detail

template <class Structure, int8_numbers Numbers, class Places>
using whole_engine =
    integer_engine<Structure, Numbers, Places, integer_workspace<Places::places.size, Structure::output_shape.size()>>;

}  // namespace polyfold::integer

namespace polyfold::schedules {

template <class Structure, int8_numbers Numbers>
struct engine<Structure, Numbers, whole_maps_schedule>
    : integer::whole_engine<
          Structure, Numbers,
          integer::detail::whole_integer_maps<typename storage::stored_parameters<Structure, Numbers>::integers>> {
  [[nodiscard]] static constexpr std::int16_t const* run(typename engine::storage const& held,
                                                         std::uint8_t const* image,
                                                         typename engine::template workspace<std::uint8_t>* memory) {
    auto const at = engine::run_of(held, image, memory);
    core::for_constexpr<engine::integers::groups>([&]<int G>() { run_group<G>(at); });
    return memory->logits.data();
  }

 private:
  template <int G, class Run>
  [[gnu::noinline]] static constexpr void run_group(Run const& at) {
    using rows = integer::detail::rows_of_group<typename engine::places, G>;
    for (int y = 0; y < rows::steps; ++y) rows::row(at, y);
  }
};

}  // namespace polyfold::schedules
