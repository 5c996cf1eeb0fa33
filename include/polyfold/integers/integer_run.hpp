// An integer network at work: where its rows of codes lie, and what a group reads and writes. A schedule says which rows are kept,
// where, and when each is computed; no bit of a result depends on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/integers/integer_program.hpp>
#include <polyfold/integers/memory.hpp>
#include <polyfold/numbers/int8.hpp>

namespace polyfold::integer {

namespace detail {

/// The rows of value V in a workspace, of which the last `Kept` are there: row after row, all channels of one together.
template <class Integers, int V, int Offset, int Kept>
struct integer_rows {
  static constexpr shape extent = Integers::template value_shape<V>();
  static constexpr integer_map map = Integers::template map<V>;
  using number =
      std::conditional_t<map.bits == 16, std::int16_t, std::conditional_t<map.is_signed, std::int8_t, std::uint8_t>>;
  static constexpr int row_numbers = extent.channels * extent.width;
  static constexpr int bytes = Kept * row_numbers * int(sizeof(number));

  /// y modulo Kept, without a division: exact for all rows of the map.
  [[gnu::always_inline, nodiscard]] static constexpr int slot(int y) {
    if constexpr (Kept >= extent.height)
      return y;
    else
      return y - (y * reciprocal >> 16) * Kept;
  }
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<number> row(std::uint8_t* memory, int y) {
    return numbers_in_bytes<number>(memory + Offset) + slot(y) * row_numbers;
  }
  [[gnu::always_inline, nodiscard]] static constexpr auto row(std::uint8_t* memory, int c, int y) {
    if constexpr (Integers::template side_by_side<V> && extent.channels > 1)
      return spaced_numbers<number, extent.channels>{row(memory, y) + c};
    else
      return row(memory, y) + c * extent.width;
  }

 private:
  static constexpr int reciprocal = (1 << 16) / Kept + 1;
  static_assert([] {
    for (int y = 0; y < extent.height && Kept < extent.height; ++y)
      if (y - (y * reciprocal >> 16) * Kept != y % Kept) return false;
    return true;
  }());
};

/// A row of pixels, less the one that stands for zero.
struct pixel_row {
  std::uint8_t const* pixels;
  int zero;
  [[gnu::always_inline, nodiscard]] constexpr int operator[](int x) const { return pixels[x] - zero; }
};

/// Signed codes as numbers from 0 on.
template <class Code>
struct offset_row {
  numbers_in_bytes<Code> codes;
  [[gnu::always_inline, nodiscard]] constexpr int operator[](int x) const { return codes[x] + 128; }
};

struct logit_row {
  std::int16_t* logits;
  [[gnu::always_inline]] constexpr void set(int x, int value) const { logits[x] = static_cast<std::int16_t>(value); }
};

/// What a group reads and writes while it runs: the network's parameters, the image, and the workspace of `Places`.
template <class Places, class Net>
struct integer_run {
  Net const& net;
  std::uint8_t const* image;
  std::uint8_t* memory;
  std::int16_t* logits;

  /// Row y of channel c of value V.
  template <int V>
  [[gnu::always_inline, nodiscard]] constexpr auto row(int c, int y) const {
    if constexpr (V == 0)
      return pixel_row{image + Places::image_row(c, y), net.zeros[std::size_t(c)]};
    else
      return Places::template rows<V>::row(memory, c, y);
  }
  /// The same as numbers from 0 to 255, where they are bytes; and what stands for zero among them.
  template <int V>
  [[gnu::always_inline, nodiscard]] constexpr auto nonnegative_row(int c, int y) const {
    constexpr integer_map map = Places::integers::template map<V>;
    if constexpr (V == 0)
      return pixel_row{image + Places::image_row(c, y), 0};
    else if constexpr (map.bits == 8 && map.is_signed)
      return offset_row<std::int8_t>{row<V>(c, y)};
    else
      return row<V>(c, y);
  }
  template <int V>
  [[gnu::always_inline, nodiscard]] constexpr int zero(int c) const {
    constexpr integer_map map = Places::integers::template map<V>;
    if constexpr (V == 0)
      return net.zeros[std::size_t(c)];
    else
      return map.bits == 8 && map.is_signed ? 128 : 0;
  }
  /// Where row y of channel c of value V is written to.
  template <int V>
  [[gnu::always_inline, nodiscard]] constexpr auto target(int c, int y) const {
    constexpr shape out = Places::integers::template value_shape<V>();
    if constexpr (V == Places::integers::result)
      return logit_row{logits + (c * out.height + y) * out.width};
    else
      return Places::template rows<V>::row(memory, c, y);
  }
};

/// Where rows lie is asked of a group whose sizes alone are known.
template <class Integers>
struct integer_sizes {
  using integers = Integers;
};
/// Buffers begin at words.
[[nodiscard]] constexpr int aligned_bytes(int bytes) { return core::ceil_div(bytes, 4) * 4; }

/// Group G: `row(run, y)` takes step y, a row of sums or of what it makes; steps come in order.
template <class Places, int G, integer_group_kind Kind>
struct integer_group_rows;

template <class Places, int G>
using rows_of_group = integer_group_rows<Places, G, Places::integers::template group<G>.kind>;

}  // namespace detail

/// What the engines of all schedules have: `Workspace` has the members `bytes` and `logits`.
template <class Structure, int8_numbers Numbers, class Places, class Workspace>
struct integer_engine {
  using parameters = polyfold::storage::stored_parameters<Structure, Numbers>;
  using storage = parameters;
  using integers = typename Places::integers;
  using places = Places;

  using scalar = std::uint8_t;
  static constexpr int workspace_size = places::places.size;
  template <class Pixel>
  static constexpr bool takes = std::is_same_v<Pixel, std::uint8_t>;
  template <class>
  using workspace = Workspace;
  template <class>
  using memory_unit = Workspace;
  [[nodiscard]] static constexpr Workspace* memory_of(Workspace& memory) { return &memory; }

 protected:
  [[nodiscard]] static constexpr detail::integer_run<places, storage> run_of(storage const& held,
                                                                             std::uint8_t const* image,
                                                                             Workspace* memory) {
    return {held, image, memory->bytes.data(), memory->logits.data()};
  }
};

}  // namespace polyfold::integer
