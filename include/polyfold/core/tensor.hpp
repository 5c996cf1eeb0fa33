// Fixed-size tensors (C x H x W, row-major) and views of them.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <polyfold/core/shape.hpp>

namespace polyfold {

/// A view of a feature map of shape S; does not own. Value may be const.
template <class Value, shape S>
class tensor_view {
 public:
  using value_type = Value;
  static constexpr shape extent = S;

  constexpr explicit tensor_view(Value* data) : data_(data) {}
  /// A view of constant numbers also comes from one of numbers that are not.
  template <class U>
  requires std::is_same_v<U const, Value>
  constexpr tensor_view(tensor_view<U, S> other) : data_(other.data()) {}

  [[nodiscard]] constexpr Value* data() const { return data_; }
  [[nodiscard]] static constexpr int size() { return S.size(); }
  [[nodiscard]] constexpr Value* begin() const { return data_; }
  [[nodiscard]] constexpr Value* end() const { return data_ + S.size(); }
  [[nodiscard]] constexpr Value& operator[](int i) const { return data_[i]; }
  /// The `width` values of row y of channel c.
  [[nodiscard]] constexpr Value* row(int c, int y) const { return data_ + (c * S.height + y) * S.width; }
  [[nodiscard]] constexpr Value& operator()(int c, int y, int x) const { return row(c, y)[x]; }

 private:
  Value* data_;
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
