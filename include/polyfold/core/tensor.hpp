// Fixed-size tensors (C x H x W, row-major) and views of them.
#pragma once

#include <array>
#include <cstddef>

#include <polyfold/core/shape.hpp>

namespace polyfold {

/// A view of a feature map of shape S; does not own. T may be const.
template <class T, shape S>
class tensor_view {
 public:
  using value_type = T;
  static constexpr shape extent = S;

  constexpr explicit tensor_view(T* data) : data_(data) {}

  [[nodiscard]] constexpr T* data() const { return data_; }
  [[nodiscard]] static constexpr int size() { return S.size(); }
  [[nodiscard]] constexpr T* begin() const { return data_; }
  [[nodiscard]] constexpr T* end() const { return data_ + S.size(); }
  [[nodiscard]] constexpr T& operator[](int i) const { return data_[i]; }
  /// The `width` values of row y of channel c.
  [[nodiscard]] constexpr T* row(int c, int y) const { return data_ + (c * S.height + y) * S.width; }
  [[nodiscard]] constexpr T& operator()(int c, int y, int x) const { return row(c, y)[x]; }

 private:
  T* data_;
};

/// A feature map that owns its numbers, in place: no heap.
template <class T, shape S>
struct tensor {
  std::array<T, static_cast<std::size_t>(S.size())> values{};

  static constexpr shape extent = S;
  [[nodiscard]] constexpr tensor_view<T, S> view() { return tensor_view<T, S>(values.data()); }
  [[nodiscard]] constexpr tensor_view<T const, S> view() const { return tensor_view<T const, S>(values.data()); }
  [[nodiscard]] constexpr T& operator()(int c, int y, int x) { return view()(c, y, x); }
  [[nodiscard]] constexpr T const& operator()(int c, int y, int x) const { return view()(c, y, x); }
};

}  // namespace polyfold
