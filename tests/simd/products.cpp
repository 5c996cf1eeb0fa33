// Convolutions and dense layers with what is fused into their write-out.
#include "check.hpp"

using namespace polyfold;

namespace {

// Rows of more and of less than a vector, odd sizes, strides, borders, groups.
constexpr auto wide = input<3, 9, 37> | conv2d<13, 3>(padding<1>) | relu;
constexpr auto narrow = input<5, 7, 6> | conv2d<21, 3>(padding<1>) | relu;
constexpr auto one_wide = input<2, 11, 1> | conv2d<3, 1>();
constexpr auto pointwise = input<19, 5, 9> | conv2d<35, 1>() | leaky_relu<1, 10>;
constexpr auto large_kernel = input<2, 17, 33> | conv2d<7, 7, 5>(padding<3>);
constexpr auto strided = input<4, 23, 21> | conv2d<18, 5>(stride<2>, padding<2>) | relu;
constexpr auto stride_three = input<3, 16, 40> | conv2d<10, 4>(stride<3>);
constexpr auto grouped = input<12, 8, 20> | conv2d<18, 3>(groups<3>, padding<1>) | relu;
constexpr auto depthwise = input<17, 9, 19> | conv2d<17, 3>(groups<17>, padding<1>) | conv2d<9, 1>();
constexpr auto no_biases = input<3, 10, 18> | conv2d<8, 3>(no_bias) | tanh_activation;
constexpr auto segmented_biases = input<3, 10, 18> | conv2d<8, 3>(bias_along<segment<4>, linear>) | sigmoid;

// More channels than a block takes at once.
constexpr auto deep = input<150, 6, 20> | conv2d<33, 3>(padding<1>) | relu | conv2d<70, 3>(stride<2>, padding<1>);
constexpr auto deep_pooled = input<70, 8, 36> | conv2d<11, 3>(padding<1>) | relu | max_pool<2>;
constexpr auto deep_narrow =
    input<90, 6, 4> | conv2d<40, 3>(padding<1>) | relu | max_pool<2> | conv2d<12, 3>(padding<1>);
constexpr auto deep_pointwise = input<300, 16, 16> | conv2d<20, 1>() | relu | conv2d<9, 1>();

// Maximum and additions in the write-out, and next to it.
constexpr auto pooled = input<2, 12, 40> | conv2d<9, 3>(padding<1>) | max_pool<2> | relu | conv2d<5, 3> | relu;
constexpr auto pooled_narrow = input<6, 14, 14> | conv2d<20, 5> | relu | max_pool<2> | dense<11>;
constexpr auto pooled_odd = input<2, 11, 39> | conv2d<4, 3>(padding<1>) | relu | max_pool<2>;
constexpr auto pooled_overlapping = input<2, 12, 34> | conv2d<4, 3>(padding<1>) | relu | max_pool<3>(stride<2>);
constexpr auto identity_block =
    input<8, 10, 34> | residual(conv2d<8, 3>(padding<1>) | relu | conv2d<8, 3>(padding<1>)) | relu | conv2d<3, 1>();
constexpr auto shortcut_block =
    input<6, 12, 12> |
    residual(conv2d<10, 3>(stride<2>, padding<1>) | relu | conv2d<10, 3>(padding<1>), conv2d<10, 1>(stride<2>)) | relu |
    average_pool<2> | dense<4>;
constexpr auto block_of_blocks = input<4, 6, 20> | residual(residual(conv2d<4, 3>(padding<1>)) | relu) | max_pool<2>;
constexpr auto normalised =
    input<3, 8, 18> | conv2d<5, 3>(padding<1>) | batch_norm | relu | global_average_pool | softmax;
constexpr auto scaled = input<7, 5, 9> | scale_shift | relu | conv2d<4, 3>(padding<1>) | scale_shift | max_pool<2>;
constexpr auto scaled_block = input<6, 5, 20> | conv2d<6, 1>() |
                              residual(conv2d<6, 3>(padding<1>, no_bias, along<axis::output, linear>) | scale_shift) |
                              relu | conv2d<3, 3>(padding<1>, no_bias, along<axis::output, linear>) | scale_shift |
                              leaky_relu<> | conv2d<2, 3>(padding<1>);

// Dense layers around the width of a vector and of a block.
constexpr auto tiny = input<3, 1, 1> | dense<1>;
constexpr auto dense_odd = input<37, 1, 1> | dense<33> | relu | dense<17> | relu | dense<10>;
constexpr auto dense_wide = input<1, 28, 28> | dense<300> | relu | dense<129> | softmax;
constexpr auto dense_after_map = input<3, 5, 7> | conv2d<6, 3>(padding<1>) | relu | dense<10>;

}  // namespace

int main() {
  CHECK_PACKED(wide);
  CHECK_PACKED(narrow);
  CHECK_PACKED(one_wide);
  CHECK_PACKED(pointwise);
  CHECK_PACKED(large_kernel);
  CHECK_PACKED(strided);
  CHECK_PACKED(stride_three);
  CHECK_PACKED(grouped);
  CHECK_PACKED(depthwise);
  CHECK_PACKED(no_biases);
  CHECK_PACKED(segmented_biases);
  CHECK_PACKED(deep);
  CHECK_PACKED(deep_pooled);
  CHECK_PACKED(deep_narrow);
  CHECK_PACKED(deep_pointwise);
  CHECK_PACKED(pooled);
  CHECK_PACKED(pooled_narrow);
  CHECK_PACKED(pooled_odd);
  CHECK_PACKED(pooled_overlapping);
  CHECK_PACKED(identity_block);
  CHECK_PACKED(shortcut_block);
  CHECK_PACKED(block_of_blocks);
  CHECK_PACKED(normalised);
  CHECK_PACKED(scaled);
  CHECK_PACKED(scaled_block);
  CHECK_PACKED(tiny);
  CHECK_PACKED(dense_odd);
  CHECK_PACKED(dense_wide);
  CHECK_PACKED(dense_after_map);
  return polyfold::test::failures;
}
