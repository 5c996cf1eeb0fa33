// Window moments that a product takes tile by tile: rows of more and of less than a vector, heights that the tiles of no
// instruction set divide, strides, paddings and orders.
#include "check.hpp"

using namespace polyfold;

namespace {

// Rows of several vectors, of one, and several rows to a vector of 16, 8 or 4.
constexpr auto row_of_vectors = input<3, 11, 67> | conv2d<13, 3>(padding<1>, along<axis::kernel, linear>) | relu;
constexpr auto row_of_one = input<5, 13, 15> | conv2d<9, 3>(padding<1>, along<axis::kernel, linear>);
constexpr auto rows_in_pairs = input<6, 7, 8> | conv2d<19, 3>(padding<1>, along<axis::kernel, linear>) | sigmoid;
constexpr auto rows_in_threes = input<4, 8, 5> | conv2d<10, 3>(padding<1>, along<axis::kernel, quadratic>);
constexpr auto rows_of_three = input<4, 14, 3> | conv2d<11, 3>(padding<1>, along<axis::kernel, constant>);
constexpr auto row_of_pixels = input<4, 18, 3> | conv2d<9, 3>(along<axis::kernel, linear>);
// Rows that fill no vector of 16, and few filters: moments of some instruction sets stay maps.
constexpr auto half_rows = input<5, 9, 10> | conv2d<17, 3>(padding<1>, along<axis::kernel, linear>) | sigmoid;
constexpr auto few_filters = input<4, 9, 16> | conv2d<3, 3>(padding<1>, along<axis::kernel, linear>);

// Strides, paddings and orders.
constexpr auto stride_without_padding = input<3, 17, 63> | conv2d<10, 3>(stride<2>, along<axis::kernel, linear>);
constexpr auto stride_narrow =
    input<7, 15, 13> | conv2d<11, 3>(stride<2>, padding<1>, along<axis::kernel, linear>) | relu;
constexpr auto stride_wide =
    input<2, 19, 75> | conv2d<26, 5>(stride<2>, padding<2>, along<axis::kernel, order<3>>) | leaky_relu<1, 10>;
constexpr auto no_padding = input<3, 12, 34> | conv2d<25, 5>(along<axis::kernel, quadratic>);
constexpr auto more_padding = input<2, 6, 12> | conv2d<9, 3>(padding<2>, along<axis::kernel, linear>);
constexpr auto even_kernel = input<2, 10, 16> | conv2d<18, 4>(padding<1>, along<axis::kernel, linear>);
constexpr auto flat_kernel = input<2, 13, 14> | conv2d<16, 3, 5>(padding<2>, along<axis::kernel, order<2>, cosine>);
constexpr auto large_kernel = input<1, 16, 24> | conv2d<49, 7>(padding<3>, along<axis::kernel, order<4>, cosine>);

}  // namespace

int main() {
  CHECK_PACKED(row_of_vectors);
  CHECK_PACKED(row_of_one);
  CHECK_PACKED(rows_in_pairs);
  CHECK_PACKED(rows_in_threes);
  CHECK_PACKED(rows_of_three);
  CHECK_PACKED(row_of_pixels);
  CHECK_PACKED(half_rows);
  CHECK_PACKED(few_filters);
  CHECK_PACKED(stride_without_padding);
  CHECK_PACKED(stride_narrow);
  CHECK_PACKED(stride_wide);
  CHECK_PACKED(no_padding);
  CHECK_PACKED(more_padding);
  CHECK_PACKED(even_kernel);
  CHECK_PACKED(flat_kernel);
  CHECK_PACKED(large_kernel);
  return polyfold::test::failures;
}
