// An image that comes row by row, as a camera sends it: every row is worked off as far as it goes, and of the image only the rows
// that are still to be read are kept.
//
//   static row_stream<network<digits, in_int8, rolling_rows>> stream(net);
//   if (stream.push(row)) use(stream.logits());     // true where that was the last row; the next one begins a new image
#pragma once

#include <type_traits>

#include <polyfold/core/tensor.hpp>
#include <polyfold/network.hpp>
#include <polyfold/schedules/rolling_rows.hpp>

namespace polyfold {

namespace detail {
struct no_rows {
  template <class Pixel>
  struct stream {};
};
/// What runs a network by rows.
template <class Network>
struct row_engine {
  using type = no_rows;
};
template <auto Pipeline, auto Numbers>
struct row_engine<network<Pipeline, Numbers, rolling_rows>> {
  using type = engine_of<Pipeline, Numbers, rolling_rows>;
};
}  // namespace detail

/// One object for each stream: it holds all that is between two rows, and `net` must outlive it. Networks of floats may be given
/// rows of Pixel = std::uint8_t, too.
template <class Network, class Pixel = typename Network::pixel>
class row_stream {
  using runs_by = typename detail::row_engine<Network>::type;
  static constexpr bool by_rows = !std::is_same_v<runs_by, detail::no_rows>;
  static_assert(by_rows, "polyfold: a row_stream runs a network<description, numbers, rolling_rows>");
  static_assert(!by_rows || Network::template takes<Pixel>,
                "polyfold: the network of a row_stream does not run images of such pixels");
  static constexpr shape image = Network::input_shape;

 public:
  /// Pixels of a row, those of each channel side by side.
  static constexpr int row_pixels = image.channels * image.width;

  constexpr explicit row_stream(Network const& net) : net_(&net) {}
  explicit row_stream(Network const&&) = delete;  // a temporary would not outlive it

  /// Takes the next row of an image, `row_pixels` of them; true where it was the last one and the logits are there. `between()` is
  /// called after every row of a map that was computed: to feed a watchdog, say.
  template <class Between>
  constexpr bool push(Pixel const* row, Between between) {
    if (rows_ == image.height) restart();
    stream_.take(*net_, row, rows_++, between);
    return rows_ == image.height;
  }
  constexpr bool push(Pixel const* row) {
    return push(row, [] {});
  }

  /// Of the last whole image, until the next row comes.
  [[nodiscard]] constexpr auto logits() const {
    auto const* const result = stream_.result();
    return tensor_view<std::remove_reference_t<decltype(*result)>, Network::output_shape>(result);
  }
  /// Forgets the rows of an image that was not finished.
  constexpr void restart() {
    rows_ = 0;
    stream_.restart();
  }

 private:
  Network const* net_;
  typename runs_by::template stream<Pixel> stream_{};
  int rows_ = 0;
};

template <class Network>
row_stream(Network const&) -> row_stream<Network>;

}  // namespace polyfold
