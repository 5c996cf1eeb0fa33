// The one error that a wrongly joined network gives.
//
// A layer is asked whether it can read the shape that reaches it; the first that can't stops the build, and the compiler
// names the instantiation: wrong_joint<layer_index<7>, given<16, 2, 2>, needs_at_least<16, 5, 5>>.
#pragma once

#include <polyfold/core/shape.hpp>

namespace polyfold {

template <int Index>
struct layer_index {};
template <int Channels, int Height, int Width>
struct given {};
template <int Channels, int Height, int Width>
struct needs_at_least {};
template <int Channels, int Height, int Width>
struct needs_exactly {};
template <int Number>
struct needs_channels_divisible_by {};
template <int Number>
struct needs_channels_at_most {};

/// What a layer needs of the shape it reads, and whether `in` gives it.
enum class need { nothing, at_least, exactly, divisible_channels, at_most_channels };
struct requirement {
  need kind = need::nothing;
  shape wanted{};

  [[nodiscard]] constexpr bool met_by(shape in) const {
    switch (kind) {
      case need::at_least:
        return in.channels >= wanted.channels && in.height >= wanted.height && in.width >= wanted.width;
      case need::exactly:
        return in == wanted;
      case need::divisible_channels:
        return in.channels % wanted.channels == 0;
      case need::at_most_channels:
        return in.channels <= wanted.channels;
      default:
        return true;
    }
  }
};

namespace detail {
template <class Index, class Given, class Needed>
struct wrong_joint {
  static_assert(!sizeof(Index),
                "polyfold: a layer cannot read the shape that reaches it: see wrong_joint<layer_index<I>, given<C, H, "
                "W>, needs...<...>> in this message for the layer (0 is the first after the input), what it gets and "
                "what it needs");
};

template <int Index, shape In, requirement R>
consteval void check_joint() {
  if constexpr (!R.met_by(In)) {
    using at = layer_index<Index>;
    using got = given<In.channels, In.height, In.width>;
    constexpr shape w = R.wanted;
    if constexpr (R.kind == need::at_least)
      (void)sizeof(wrong_joint<at, got, needs_at_least<w.channels, w.height, w.width>>);
    else if constexpr (R.kind == need::exactly)
      (void)sizeof(wrong_joint<at, got, needs_exactly<w.channels, w.height, w.width>>);
    else if constexpr (R.kind == need::divisible_channels)
      (void)sizeof(wrong_joint<at, got, needs_channels_divisible_by<w.channels>>);
    else
      (void)sizeof(wrong_joint<at, got, needs_channels_at_most<w.channels>>);
  }
}
}  // namespace detail

}  // namespace polyfold
