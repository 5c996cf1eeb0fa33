// Lists of types: concatenation and access without deep recursion.
#pragma once

#include <cstddef>
#include <utility>

namespace polyfold {

template <class... Types>
struct type_list {
  static constexpr int size = static_cast<int>(sizeof...(Types));
};

namespace detail {
template <std::size_t I, class Type>
struct indexed {
  using type = Type;
};
template <class Indices, class... Types>
struct indexer;
template <std::size_t... I, class... Types>
struct indexer<std::index_sequence<I...>, Types...> : indexed<I, Types>... {};

template <std::size_t I, class Type>
indexed<I, Type> select(indexed<I, Type>*);
/// Eight lists at a time: one at a time, networks of hundreds of steps would take the compiler seconds.
template <class... Lists>
struct joined;
template <>
struct joined<> {
  using type = type_list<>;
};
template <class... A>
struct joined<type_list<A...>> {
  using type = type_list<A...>;
};
template <class... A, class... B, class... Rest>
struct joined<type_list<A...>, type_list<B...>, Rest...> : joined<type_list<A..., B...>, Rest...> {};
template <class... A, class... B, class... C, class... D, class... E, class... F, class... G, class... H, class... Rest>
struct joined<type_list<A...>, type_list<B...>, type_list<C...>, type_list<D...>, type_list<E...>, type_list<F...>,
              type_list<G...>, type_list<H...>, Rest...>
    : joined<type_list<A..., B..., C..., D..., E..., F..., G..., H...>, Rest...> {};

template <int I, class... Types>
auto at(type_list<Types...>)
    -> decltype(select<I>(static_cast<indexer<std::index_sequence_for<Types...>, Types...>*>(nullptr)));
}  // namespace detail

}  // namespace polyfold

namespace polyfold::core {

/// One list of all the types in `Lists`, in order.
template <class... Lists>
using concat = typename polyfold::detail::joined<Lists...>::type;

/// Type number I of a list.
template <class List, int I>
using type_at = typename decltype(polyfold::detail::at<I>(List{}))::type;

}  // namespace polyfold::core
