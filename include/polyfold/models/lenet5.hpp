// LeNet-5 (LeCun et al. 1998) on 28 x 28 images, in the form that is trained today: 6 filters of 5 x 5 with padding 2,
// 16 of 5 x 5, dense 120, 84, 10, max pooling. 61,706 parameters, 416,520 multiplications.
#pragma once

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/pooling.hpp>

namespace polyfold {

/// Options of the five layers with weights, in order: what approximates each.
template <class Conv1 = option_set<>, class Conv2 = option_set<>, class Dense1 = option_set<>,
          class Dense2 = option_set<>, class Dense3 = option_set<>>
struct lenet5_options {
  Conv1 conv1{};
  Conv2 conv2{};
  Dense1 dense1{};
  Dense2 dense2{};
  Dense3 dense3{};
};
// Options may be left out from the end. Written out for compilers that do not deduce for aggregates.
template <class A>
lenet5_options(A) -> lenet5_options<A>;
template <class A, class B>
lenet5_options(A, B) -> lenet5_options<A, B>;
template <class A, class B, class C>
lenet5_options(A, B, C) -> lenet5_options<A, B, C>;
template <class A, class B, class C, class D>
lenet5_options(A, B, C, D) -> lenet5_options<A, B, C, D>;
template <class A, class B, class C, class D, class E>
lenet5_options(A, B, C, D, E) -> lenet5_options<A, B, C, D, E>;

/// LeNet-5 for images of Channels x Size x Size and any number of classes:
/// make_lenet5<10>(relu, lenet5_options{exact, along<axis::kernel, linear>, ...}).
template <int Classes = 10, int Channels = 1, int Size = 28, class Activation, class Options = lenet5_options<>>
[[nodiscard]] consteval auto make_lenet5(Activation activation, Options o = {}) {
  return input<Channels, Size, Size> | conv2d<6, 5>(padding<2>, o.conv1) | activation | max_pool<2> |
         conv2d<16, 5>(o.conv2) | activation | max_pool<2> | dense<120>(o.dense1) | activation | dense<84>(o.dense2) |
         activation | dense<Classes>(o.dense3);
}

inline constexpr auto lenet5 = make_lenet5(relu);
inline constexpr auto lenet5_tanh = make_lenet5(tanh_activation);

/// One linear segment per kernel row in the convolutions, linear segments of a filter's weights in the dense layers.
inline constexpr auto lenet5_paper =
    make_lenet5(relu, lenet5_options{along<axis::flat, segment<5>, linear>, along<axis::flat, segment<5>, linear>,
                                     along<axis::flat, segment<25>, linear>, along<axis::flat, segment<24>, linear>,
                                     along<axis::flat, segment<21>, linear>});

/// 1,014 stored numbers, biases included.
inline constexpr auto lenet5_small = make_lenet5(
    relu, lenet5_options{
              along<axis::kernel, quadratic>, along<axis::kernel, linear>,
              all_of(along<axis::kernel, linear>, along<axis::output, order<9>>, bias_along<segment<24>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<21>, linear>),
              along<axis::channel, order<7>>});

/// Every layer's weights on a curve of five linear pieces: 50 coefficients, and an index of 5 bits for every weight.
inline constexpr auto lenet5_arranged =
    make_lenet5(relu, lenet5_options{arranged<5, linear, 5>, arranged<5, linear, 5>, arranged<5, linear, 5>,
                                     arranged<5, linear, 5>, arranged<5, linear, 5>});

}  // namespace polyfold
