// Moments, expansions and arranged weights.
#include "check.hpp"

using namespace polyfold;

namespace {

constexpr auto kernel_wide = input<3, 9, 37> | conv2d<13, 3>(padding<1>, along<axis::kernel, linear>) | relu;
constexpr auto kernel_narrow =
    input<6, 14, 14> | conv2d<16, 5>(along<axis::kernel, quadratic>) | relu | max_pool<2> | dense<10>;
constexpr auto kernel_strided = input<5, 17, 19> | conv2d<8, 3>(stride<2>, padding<1>, along<axis::kernel, linear>) |
                                relu | conv2d<6, 5>(stride<2>, padding<2>, along<axis::kernel, constant>);
constexpr auto kernel_strided_wide = input<2, 9, 70> | conv2d<5, 5>(stride<2>, padding<2>, along<axis::kernel, linear>);
constexpr auto kernel_stride_three = input<2, 12, 30> | conv2d<5, 3>(stride<3>, along<axis::kernel, linear>);
constexpr auto kernel_cosine = input<2, 12, 20> | conv2d<7, 5>(padding<2>, along<axis::kernel, order<2>, cosine>);
constexpr auto kernel_shared = input<4, 8, 20> |
                               residual(conv2d<6, 3>(padding<1>, along<axis::kernel, linear>),
                                        conv2d<6, 3>(padding<1>, along<axis::kernel, linear>)) |
                               relu;

constexpr auto channel_wide =
    input<32, 6, 20> | conv2d<9, 3>(padding<1>, along<axis::channel, segment<16>, linear>) | relu;
constexpr auto channel_tail = input<23, 5, 7> | conv2d<9, 3>(padding<1>, along<axis::channel, segment<8>, quadratic>);
constexpr auto channel_deep = input<64, 16, 16> | conv2d<32, 3>(padding<1>, along<axis::channel, segment<32>, linear>) |
                              relu | conv2d<32, 3>(padding<1>, along<axis::channel, segment<32>, linear>) | relu;
constexpr auto channel_grouped = input<24, 6, 18> | conv2d<8, 3>(groups<2>, along<axis::channel, segment<4>, constant>);
constexpr auto channel_and_kernel =
    input<8, 9, 18> | conv2d<8, 3>(padding<1>, along<axis::channel, segment<4>, linear>, along<axis::kernel, linear>);

constexpr auto rows_flat = input<1, 28, 28> | conv2d<6, 5>(padding<2>, along<axis::flat, segment<5>, linear>) | relu |
                           max_pool<2> | conv2d<16, 5>(along<axis::flat, segment<5>, linear>) | relu | max_pool<2>;
constexpr auto flat_odd = input<3, 8, 11> | conv2d<5, 3>(padding<1>, along<axis::flat, segment<7>, linear>);

constexpr auto output_wide = input<5, 6, 19> | conv2d<24, 3>(padding<1>, along<axis::output, segment<8>, linear>) |
                             relu | conv2d<7, 3>(padding<1>) | relu;
constexpr auto output_biases =
    input<5, 6, 9> | conv2d<24, 3>(along<axis::output, segment<12>, quadratic>, bias_along<segment<6>, linear>) | relu |
    max_pool<2>;
constexpr auto output_added = input<6, 5, 20> | residual(conv2d<6, 3>(padding<1>, along<axis::output, linear>)) | relu;

constexpr auto dense_sides =
    input<16, 5, 5> | dense<120>(along<axis::kernel, linear>, along<axis::output, order<9>>) | relu |
    dense<84>(along<axis::output, order<7>, cosine>, along<axis::channel, order<9>>, bias_along<segment<21>, linear>) |
    relu | dense<10>(along<axis::channel, segment<28>, linear>);
constexpr auto dense_long = input<300, 1, 1> | dense<70>(along<axis::channel, segment<128>, linear>,
                                                         along<axis::output, segment<32>, constant>);

constexpr auto arranged_one = input<37, 1, 1> | dense<19>(arranged<2, constant, 1>);
constexpr auto arranged_two = input<65, 1, 1> | dense<18>(arranged<2, linear, 2>) | relu;
constexpr auto arranged_three = input<129, 1, 1> | dense<7>(arranged<4, linear, 3>) | relu;
constexpr auto arranged_four =
    input<256, 1, 1> | dense<33>(arranged<4, linear, 4>) | relu | dense<5>(arranged<2, linear, 4>);
constexpr auto arranged_five = input<100, 1, 1> | dense<9>(arranged<5, linear, 5>);
constexpr auto arranged_six = input<100, 1, 1> | dense<9>(arranged<4, linear, 6>);
constexpr auto arranged_each = input<90, 1, 1> | dense<9>(arranged_per_filter<2, linear, 4>) | tanh_activation;
constexpr auto arranged_map = input<3, 9, 20> | conv2d<6, 3>(padding<1>, arranged<4, linear, 4>) | relu | max_pool<3> |
                              conv2d<5, 3>(arranged_per_filter<2, constant, 2>) | relu |
                              dense<4>(arranged<2, linear, 3>);

}  // namespace

int main() {
  CHECK_PACKED(kernel_wide);
  CHECK_PACKED(kernel_narrow);
  CHECK_PACKED(kernel_strided);
  CHECK_PACKED(kernel_strided_wide);
  CHECK_PACKED(kernel_stride_three);
  CHECK_PACKED(kernel_cosine);
  CHECK_PACKED(kernel_shared);
  CHECK_PACKED(channel_wide);
  CHECK_PACKED(channel_tail);
  CHECK_PACKED(channel_deep);
  CHECK_PACKED(channel_grouped);
  CHECK_PACKED(channel_and_kernel);
  CHECK_PACKED(rows_flat);
  CHECK_PACKED(flat_odd);
  CHECK_PACKED(output_wide);
  CHECK_PACKED(output_biases);
  CHECK_PACKED(output_added);
  CHECK_PACKED(dense_sides);
  CHECK_PACKED(dense_long);
  CHECK_PACKED(arranged_one);
  CHECK_PACKED(arranged_two);
  CHECK_PACKED(arranged_three);
  CHECK_PACKED(arranged_four);
  CHECK_PACKED(arranged_five);
  CHECK_PACKED(arranged_six);
  CHECK_PACKED(arranged_each);
  CHECK_PACKED(arranged_map);
  return polyfold::test::failures;
}
