// An image that comes row by row, as a camera sends it: every row is worked off as far as it goes, and of the image only the rows
// that are still to be read are kept.
//
//   static row_stream<network<digits, in_int8, rolling_rows>> stream(net);
//   if (stream.push(row)) use(stream.logits());     // true where that was the last row; the next one begins a new image
#pragma once

#include <array>
#include <cstdint>

#include <polyfold/core/tensor.hpp>
#include <polyfold/integers/rolling_rows.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {
template <class Network>
inline constexpr bool takes_rows = false;
template <auto Pipeline, int8_numbers Numbers>
inline constexpr bool takes_rows<network<Pipeline, Numbers, rolling_rows>> = true;
}  // namespace detail

/// One object for each stream: it holds all that is between two rows, and `net` must outlive it.
template <class Network>
class row_stream {
  static_assert(detail::takes_rows<Network>,
                "polyfold: a row_stream runs a network<description, in_int8, rolling_rows>");
  using places = integer::detail::rolling_integer_maps<typename Network::integers, true>;
  static constexpr shape image = Network::input_shape;

 public:
  /// Pixels of a row, those of each channel side by side.
  static constexpr int row_pixels = image.channels * image.width;

  constexpr explicit row_stream(Network const& net) : net_(&net) {}
  explicit row_stream(Network const&&) = delete;  // a temporary would not outlive it

  /// Takes the next row of an image, `row_pixels` of them; true where it was the last one and the logits are there. `between()` is
  /// called after every row of a map that was computed: to feed a watchdog, say.
  template <class Between>
  constexpr bool push(std::uint8_t const* row, Between between) {
    if (rows_ == image.height) restart();
    std::uint8_t* const to = workspace_.bytes.data() + places::image_row(0, rows_);
    for (int i = 0; i < row_pixels; ++i) to[i] = row[i];
    ++rows_;
    integer::detail::rolling_run<places, Network, Between> const run{
        {*net_, workspace_.bytes.data(), workspace_.bytes.data(), workspace_.logits.data()},
        workspace_.done.data(),
        between};
    run.advance(rows_);
    return rows_ == image.height;
  }
  constexpr bool push(std::uint8_t const* row) {
    return push(row, [] {});
  }

  /// Of the last whole image, until the next row comes.
  [[nodiscard]] constexpr tensor_view<std::int16_t const, Network::output_shape> logits() const {
    return tensor_view<std::int16_t const, Network::output_shape>(workspace_.logits.data());
  }
  /// Forgets the rows of an image that was not finished.
  constexpr void restart() {
    rows_ = 0;
    workspace_.done = {};
  }

 private:
  Network const* net_;
  integer::rolling_workspace<places::places.size, Network::integers::groups, Network::output_shape.size()> workspace_{};
  int rows_ = 0;
};

}  // namespace polyfold
