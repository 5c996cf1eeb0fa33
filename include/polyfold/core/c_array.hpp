// Arrays whose extents are ints, as those of shapes and blocks are.
#pragma once

#include <cstddef>

namespace polyfold {

namespace detail {
template <class T, int... Extents>
struct c_array_of {
  using type = T;
};
template <class T, int Extent, int... Others>
struct c_array_of<T, Extent, Others...> {
  using type = typename c_array_of<T, Others...>::type[std::size_t(Extent)];
};
}  // namespace detail

/// c_array<T, 2, 3> is T[2][3].
template <class T, int... Extents>
using c_array = typename detail::c_array_of<T, Extents...>::type;

}  // namespace polyfold
