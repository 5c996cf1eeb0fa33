// A network's type as text: every layer and every option, and networks that differ never read the same.

#include <polyfold/inference.hpp>
#include <polyfold/io/description.hpp>

#include "catch.hpp"

using namespace polyfold;

TEST_CASE("every layer without cuts") {
  constexpr auto pipeline = input<2, 24, 24> | conv2d<8, 3, 5> | relu | max_pool<2> |
                            conv2d<8, 3>(stride<2>, padding<1>, groups<4>, no_bias) | leaky_relu<1, 10> |
                            max_pool<3>(stride<1>, padding<1>) | tanh_activation | average_pool<2>(stride<1>) |
                            sigmoid | residual(conv2d<8, 1> | batch_norm) | dropout<1, 4> | global_average_pool |
                            dense<7> | dense<5>(no_bias) | softmax;
  CHECK(describe<network<pipeline>>() ==
        "input 2 x 24 x 24\n"
        "0 conv2d 8 x 3 x 5: 8 x 22 x 20\n"
        "1 relu: 8 x 22 x 20\n"
        "2 max_pool 2, stride 2: 8 x 11 x 10\n"
        "3 conv2d 8 x 3 x 3, stride 2, padding 1, groups 4, no bias: 8 x 6 x 5\n"
        "4 leaky_relu 0.1: 8 x 6 x 5\n"
        "5 max_pool 3, stride 1, padding 1: 8 x 6 x 5\n"
        "6 tanh: 8 x 6 x 5\n"
        "7 average_pool 2, stride 1: 8 x 5 x 4\n"
        "8 sigmoid: 8 x 5 x 4\n"
        "9 conv2d 8 x 1 x 1: 8 x 5 x 4\n"
        "10 batch_norm: 8 x 5 x 4\n"
        "11 add of 10 and 8: 8 x 5 x 4\n"
        "12 dropout: 8 x 5 x 4\n"
        "13 global_average_pool: 8 x 1 x 1\n"
        "14 dense 7: 7 x 1 x 1\n"
        "15 dense 5, no bias: 5 x 1 x 1\n"
        "16 softmax: 5 x 1 x 1\n");
}

TEST_CASE("every cut") {
  constexpr auto pipeline = input<4, 12, 12> | conv2d<8, 3>(along<axis::flat, segment<6>, quadratic>) |
                            conv2d<8, 3>(along<axis::kernel, linear, cosine>, along<axis::channel, segment<4>, linear>,
                                         along<axis::output, order<3>>, bias_along<segment<3>, constant>) |
                            conv2d<6, 3>(arranged<5, linear, 5>) | dense<12>(arranged_per_filter<2, quadratic, 4>) |
                            dense<10>(along<axis::channel, segment<3>>);
  CHECK(describe<network<pipeline>>() ==
        "input 4 x 12 x 12\n"
        "0 conv2d 8 x 3 x 3, flat segments of 6 order 2: 8 x 10 x 10\n"
        "1 conv2d 8 x 3 x 3, kernel order 1 cosine, channel segments of 4 order 1, output order 3, bias segments of 3 "
        "order 0: 8 x 8 x 8\n"
        "2 conv2d 6 x 3 x 3, arranged in 5 pieces order 1 of 5 bits: 6 x 6 x 6\n"
        "3 dense 12, arranged in 2 pieces order 2 of 4 bits per filter: 12 x 1 x 1\n"
        "4 dense 10, channel segments of 3 order 0: 10 x 1 x 1\n");
}

TEST_CASE("layers of the models") {
  constexpr auto pipeline = input<4, 6, 6> | local_response_norm<> | local_response_norm<3, 1, 1, 50000> |
                            padded_identity<8, 2> | padded_identity<9, 1, 1>;
  CHECK(describe<network<pipeline>>() ==
        "input 4 x 6 x 6\n"
        "0 local_response_norm 5, 2 + 0.0001: 4 x 6 x 6\n"
        "1 local_response_norm 3, 1 + 2e-05: 4 x 6 x 6\n"
        "2 padded_identity 8, stride 2: 8 x 3 x 3\n"
        "3 padded_identity 9, stride 1, 1 zeros before: 9 x 3 x 3\n");
}

TEST_CASE("blocks that join the same layers in another way read differently") {
  constexpr auto around_both = input<4, 6, 6> | residual(conv2d<4, 1> | relu);
  constexpr auto around_one = input<4, 6, 6> | conv2d<4, 1> | residual(relu);
  CHECK(describe<network<around_both>>() ==
        "input 4 x 6 x 6\n"
        "0 conv2d 4 x 1 x 1: 4 x 6 x 6\n"
        "1 relu: 4 x 6 x 6\n"
        "2 add of 1 and input: 4 x 6 x 6\n");
  CHECK(describe<network<around_one>>() ==
        "input 4 x 6 x 6\n"
        "0 conv2d 4 x 1 x 1: 4 x 6 x 6\n"
        "1 relu: 4 x 6 x 6\n"
        "2 add of 1 and 0: 4 x 6 x 6\n");
  constexpr auto projected = input<4, 6, 6> | relu | residual(conv2d<8, 1> | relu, conv2d<8, 1>);
  CHECK(describe<network<projected>>() ==
        "input 4 x 6 x 6\n"
        "0 relu: 4 x 6 x 6\n"
        "1 conv2d 8 x 1 x 1: 8 x 6 x 6\n"
        "2 relu: 8 x 6 x 6\n"
        "3 conv2d 8 x 1 x 1 of 0: 8 x 6 x 6\n"
        "4 add of 2 and 3: 8 x 6 x 6\n");
}
