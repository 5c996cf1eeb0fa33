// Fixed-size tensors (C x H x W, row-major) and views of maps, however their rows lie in memory.
//
// A layout is to a view what it is to std::mdspan: a type whose `mapping<S>` says where the rows of a map of shape S begin.
// A mapping may hold what only run time knows; one that moves its rows about holds where each of them is by now.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <polyfold/core/shape.hpp>

namespace polyfold::core {

/// All rows side by side.
struct whole_layout {
  template <shape S>
  struct mapping {
    [[nodiscard]] static constexpr int row(int c, int y) { return (c * S.height + y) * S.width; }
  };
};

/// Of each channel the rows from `first` on, as many as fit in `Rows`; rows keep their number.
template <int Rows>
struct strip_layout {
  template <shape S>
  struct mapping {
    int first = 0;
    [[nodiscard]] constexpr int row(int c, int y) const { return (c * Rows + y - first) * S.width; }
  };
};

}  // namespace polyfold::core

namespace polyfold {

/// A view of a feature map of shape S; does not own. Value may be const.
template <class Value, shape S, class Layout = core::whole_layout>
class tensor_view {
 public:
  using value_type = Value;
  using mapping_type = typename Layout::template mapping<S>;
  static constexpr shape extent = S;
  static constexpr bool whole = std::is_same_v<Layout, core::whole_layout>;

  constexpr explicit tensor_view(Value* data, mapping_type mapping = {}) : data_(data), mapping_(mapping) {}
  /// A view of constant numbers also comes from one of numbers that are not.
  template <class U>
  requires std::is_same_v<U const, Value>
  constexpr tensor_view(tensor_view<U, S, Layout> other) : data_(other.data()), mapping_(other.mapping()) {}

  [[nodiscard]] constexpr Value* data() const { return data_; }
  [[nodiscard]] constexpr mapping_type mapping() const { return mapping_; }
  /// The `width` values of row y of channel c.
  [[nodiscard]] constexpr Value* row(int c, int y) const { return data_ + mapping_.row(c, y); }
  [[nodiscard]] constexpr Value& operator()(int c, int y, int x) const { return row(c, y)[x]; }

  // Of a whole map: its values in order.
  [[nodiscard]] static constexpr int size() requires whole { return S.size(); }
  [[nodiscard]] constexpr Value* begin() const requires whole { return data_; }
  [[nodiscard]] constexpr Value* end() const requires whole { return data_ + S.size(); }
  [[nodiscard]] constexpr Value& operator[](int i) const requires whole { return data_[i]; }

 private:
  Value* data_;
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
