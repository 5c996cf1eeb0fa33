// Fixed-size tensors (C x H x W, row-major) and views of maps, however their rows lie in memory and whatever they hold.
//
// A layout is to a view what it is to std::mdspan: a type whose `mapping<S>` says where the rows of a map of shape S begin.
// A mapping may hold what only run time knows; one that moves its rows about holds where each of them is by now. A layout says,
// too, whether the row before the first that is written is there, in its place or in that of the new one.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <polyfold/core/shape.hpp>

namespace polyfold::core {

/// All rows side by side.
struct whole_layout {
  static constexpr bool keeps_row_before = false;
  template <shape S>
  struct mapping {
    [[gnu::always_inline, nodiscard]] static constexpr int row(int c, int y) { return (c * S.height + y) * S.width; }
    template <shape Part>
    [[nodiscard]] constexpr mapping<Part> of() const {
      return {};
    }
  };
};

/// Of each channel the row that was written last.
struct single_row_layout {
  static constexpr bool keeps_row_before = true;
  template <shape S>
  struct mapping {
    [[gnu::always_inline, nodiscard]] static constexpr int row(int c, int) { return c * S.width; }
    template <shape Part>
    [[nodiscard]] constexpr mapping<Part> of() const {
      return {};
    }
  };
};

/// Of each channel the last rows that were written, `Rows` at most: row y lies in the place of row y - Rows. A mapping reaches
/// the rows from its `first` on.
template <int Rows>
struct rolling_layout {
  static constexpr bool keeps_row_before = true;
  template <shape S>
  struct mapping {
    int first;
    int place;  // of that row
    constexpr explicit mapping(int first_) : first(first_), place(first_ % Rows) {}
    [[gnu::always_inline, nodiscard]] constexpr int row(int c, int y) const {
      int const at = place + y - first;
      return c * (Rows * S.width) + (at < Rows ? at : at - Rows) * S.width;
    }
    template <shape Part>
    [[nodiscard]] constexpr mapping<Part> of() const {
      return mapping<Part>(first);
    }
  };
};

/// Of each channel the rows from `first` on, as many as fit in `Rows`; rows keep their number.
template <int Rows>
struct strip_layout {
  static constexpr bool keeps_row_before = false;
  template <shape S>
  struct mapping {
    int first;
    constexpr mapping(int first_ = 0) : first(first_) {}
    [[gnu::always_inline, nodiscard]] constexpr int row(int c, int y) const { return (c * Rows + y - first) * S.width; }
    template <shape Part>
    [[nodiscard]] constexpr mapping<Part> of() const {
      return {first};
    }
  };
};

}  // namespace polyfold::core

namespace polyfold {

/// A view of a feature map of shape S; does not own. Value may be const. Pointer is what values are read through.
template <class Value, shape S, class Layout = core::whole_layout, class Pointer = Value*>
class tensor_view {
 public:
  using value_type = Value;
  using mapping_type = typename Layout::template mapping<S>;
  static constexpr shape extent = S;
  static constexpr bool whole = std::is_same_v<Layout, core::whole_layout>;
  static constexpr bool keeps_row_before = Layout::keeps_row_before;

  constexpr explicit tensor_view(Pointer data, mapping_type mapping = {}) : data_(data), mapping_(mapping) {}
  /// A view of constant numbers also comes from one of numbers that are not.
  template <class U>
  requires std::is_same_v<U const, Value>
  constexpr tensor_view(tensor_view<U, S, Layout> other) : data_(other.data()), mapping_(other.mapping()) {}

  [[nodiscard]] constexpr Pointer data() const { return data_; }
  [[nodiscard]] constexpr mapping_type mapping() const { return mapping_; }
  /// The `width` values of row y of channel c.
  [[gnu::always_inline, nodiscard]] constexpr Pointer row(int c, int y) const { return data_ + mapping_.row(c, y); }
  [[gnu::always_inline, nodiscard]] constexpr decltype(auto) operator()(int c, int y, int x) const {
    return row(c, y)[x];
  }
  /// The channels from c on, as many as Part has.
  template <shape Part>
  [[nodiscard]] constexpr tensor_view<Value, Part, Layout, Pointer> channels_from(int c) const {
    return tensor_view<Value, Part, Layout, Pointer>(data_ + (mapping_.row(c, 0) - mapping_.row(0, 0)),
                                                     mapping_.template of<Part>());
  }
  /// The same values in another shape.
  template <shape Other>
  requires(whole&& Other.size() == S.size())
      [[nodiscard]] constexpr tensor_view<Value, Other, Layout, Pointer> as() const {
    return tensor_view<Value, Other, Layout, Pointer>(data_);
  }

  // Of a whole map: its values in order.
  [[nodiscard]] static constexpr int size() requires whole { return S.size(); }
  [[nodiscard]] constexpr Pointer begin() const requires whole { return data_; }
  [[nodiscard]] constexpr Pointer end() const requires whole { return data_ + S.size(); }
  [[gnu::always_inline, nodiscard]] constexpr decltype(auto) operator[](int i) const requires whole { return data_[i]; }

 private:
  Pointer data_;
  [[no_unique_address]] mapping_type mapping_;
};

/// A feature map that owns its numbers, in place: no heap.
template <class Value, shape S>
struct tensor {
  std::array<Value, static_cast<std::size_t>(S.size())> values{};

  static constexpr shape extent = S;
  [[nodiscard]] constexpr tensor_view<Value, S> view() & { return tensor_view<Value, S>(values.data()); }
  [[nodiscard]] constexpr tensor_view<Value const, S> view() const& {
    return tensor_view<Value const, S>(values.data());
  }
  tensor_view<Value const, S> view() const&& = delete;  // of a temporary, which takes the numbers with it
  [[nodiscard]] constexpr Value& operator()(int c, int y, int x) { return view()(c, y, x); }
  [[nodiscard]] constexpr Value const& operator()(int c, int y, int x) const { return view()(c, y, x); }
};

}  // namespace polyfold
