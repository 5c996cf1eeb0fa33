// Windows that differ between rows and columns or between the ends of a map, or have gaps: through every kernel that takes
// them, dense, cut and arranged.
#include "check.hpp"

using namespace polyfold;

namespace {

// Neighbouring pixels in a vector, neighbouring filters, planes shifted in a tile.
constexpr auto one_side = input<3, 12, 34> | conv2d<7, 3>(padding<0, 1, 2, 0>) | relu;
constexpr auto as_tensorflow = input<3, 16, 32> | conv2d<20, 3>(same_padding, stride<2>) | relu;
constexpr auto small_strided = input<5, 7, 6> | conv2d<19, 3, 2>(stride<2, 3>, padding<1, 2>);
constexpr auto down_alone = input<4, 12, 20> | conv2d<9, 3>(stride<2, 1>, same_padding);
constexpr auto across_alone = input<4, 12, 40> | conv2d<9, 3>(stride<1, 2>, padding<1, 0, 0, 1>);
constexpr auto gaps = input<3, 13, 37> | conv2d<8, 3>(padding<2>, dilation<2>) | sigmoid;
constexpr auto small_gaps = input<6, 9, 7> | conv2d<21, 2, 3>(padding<0, 3, 2, 1>, stride<1, 2>, dilation<3, 2>);
constexpr auto grouped_gaps = input<6, 9, 9> | conv2d<8, 3>(groups<2>, same_padding, dilation<1, 2>);
constexpr auto line = input<3, 1, 61> | conv2d<10, 1, 5>(padding<0, 0, 8, 0>, dilation<1, 2>) | relu | max_pool<1, 2>;

// Moments: tile by tile, as maps, along rows alone, along channels.
constexpr auto cut_one_side = input<3, 11, 34> | conv2d<13, 3>(padding<0, 1, 2, 0>, along<axis::kernel, linear>) | relu;
constexpr auto cut_as_tensorflow =
    input<5, 16, 16> | conv2d<12, 3>(same_padding, stride<2>, along<axis::kernel, linear>);
constexpr auto cut_two_strides = input<4, 9, 33> | conv2d<13, 3>(stride<1, 3>, padding<1>, along<axis::kernel, linear>);
constexpr auto cut_gaps = input<3, 14, 19> | conv2d<18, 3>(padding<2>, dilation<2>, along<axis::kernel, linear>);
constexpr auto cut_wide_gaps = input<3, 14, 40> | conv2d<4, 3>(dilation<3, 4>, stride<2>, along<axis::kernel, linear>);
constexpr auto rows_with_gaps =
    input<3, 9, 22> | conv2d<7, 3>(same_padding, dilation<2, 3>, along<axis::flat, segment<3>, linear>);
constexpr auto flat_gaps =
    input<3, 9, 10> | conv2d<7, 3>(same_padding, dilation<2>, along<axis::flat, segment<5>, linear>);
constexpr auto channels = input<6, 9, 20> | conv2d<7, 3>(padding<0, 2, 1, 0>, along<axis::channel, segment<3>, linear>);
constexpr auto arranged_gaps = input<4, 9, 18> | conv2d<6, 3>(same_padding, dilation<2>, arranged<2, linear, 3>);

// Fusion: a shortcut, and poolings that no kernel takes in.
constexpr auto both_branches =
    input<4, 12, 18> |
    residual(conv2d<8, 3>(same_padding, stride<2>) | relu | conv2d<8, 3>(same_padding, dilation<2>),
             conv2d<8, 1>(same_padding, stride<2>)) |
    relu;
constexpr auto poolings = input<3, 11, 21> | conv2d<6, 3>(same_padding) | relu | max_pool<2>(ceil_mode) |
                          average_pool<3, 2>(same_padding, stride<1, 2>, exclude_padding) |
                          max_pool<2>(dilation<2>, stride<1>);

}  // namespace

int main() {
  CHECK_PACKED(one_side);
  CHECK_PACKED(as_tensorflow);
  CHECK_PACKED(small_strided);
  CHECK_PACKED(down_alone);
  CHECK_PACKED(across_alone);
  CHECK_PACKED(gaps);
  CHECK_PACKED(small_gaps);
  CHECK_PACKED(grouped_gaps);
  CHECK_PACKED(line);
  CHECK_PACKED(cut_one_side);
  CHECK_PACKED(cut_as_tensorflow);
  CHECK_PACKED(cut_two_strides);
  CHECK_PACKED(cut_gaps);
  CHECK_PACKED(cut_wide_gaps);
  CHECK_PACKED(rows_with_gaps);
  CHECK_PACKED(flat_gaps);
  CHECK_PACKED(channels);
  CHECK_PACKED(arranged_gaps);
  CHECK_PACKED(both_branches);
  CHECK_PACKED(poolings);
  return polyfold::test::failures;
}
