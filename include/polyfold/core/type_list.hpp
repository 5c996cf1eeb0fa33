// Lists of types: concatenation and access without deep recursion.
#pragma once

#include <cstddef>
#include <utility>

namespace polyfold {

template <class... Types>
struct type_list {
  static constexpr int size = static_cast<int>(sizeof...(Types));
};

template <class... A, class... B>
type_list<A..., B...> operator+(type_list<A...>, type_list<B...>);

namespace detail {
template <std::size_t I, class T>
struct indexed {
  using type = T;
};
template <class Indices, class... Types>
struct indexer;
template <std::size_t... I, class... Types>
struct indexer<std::index_sequence<I...>, Types...> : indexed<I, Types>... {};

template <std::size_t I, class T>
indexed<I, T> select(indexed<I, T>*);
template <int I, class... Types>
auto at(type_list<Types...>)
    -> decltype(select<std::size_t(I)>(static_cast<indexer<std::index_sequence_for<Types...>, Types...>*>(nullptr)));
}  // namespace detail

/// One list of all the types in `Lists`, in order.
template <class... Lists>
using concat = decltype((type_list<>{} + ... + Lists{}));

/// Type number I of a list.
template <class List, int I>
using type_at = typename decltype(detail::at<I>(List{}))::type;

}  // namespace polyfold
