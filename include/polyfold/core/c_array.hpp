// Arrays whose extents are ints, as those of shapes and blocks are.
#pragma once

#include <cstddef>

namespace polyfold {

namespace detail {
template <class Element, int... Extents>
struct c_array_of {
  using type = Element;
};
template <class Element, int Extent, int... Others>
struct c_array_of<Element, Extent, Others...> {
  using type = typename c_array_of<Element, Others...>::type[std::size_t(Extent)];
};
}  // namespace detail

}  // namespace polyfold

namespace polyfold::core {

/// c_array<float, 2, 3> is float[2][3].
template <class Element, int... Extents>
using c_array = typename polyfold::detail::c_array_of<Element, Extents...>::type;

}  // namespace polyfold::core
