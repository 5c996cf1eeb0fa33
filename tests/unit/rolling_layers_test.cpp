// Layers of all kinds in floats by rolling rows: the bits of whole maps.
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/row_runs.hpp"

using namespace polyfold;

namespace {

constexpr auto kernel1 = along<axis::kernel, linear>;
constexpr auto kernel2 = along<axis::kernel, quadratic>;

}  // namespace

TEST_CASE("windows of any kind by rolling rows") {
  // Running sums start afresh every 16 rows.
  test::check_rows<input<2, 37, 9> | conv2d<3, 5>(padding<2>, kernel2) | relu | max_pool<2>(ceil_mode) | dense<3>>();
  test::check_rows<input<2, 20, 9> | conv2d<3, 3>(stride<2>, kernel1) | relu | conv2d<4, 3>(padding<1>, stride<2>) |
                   dense<3>>();
  test::check_rows<input<3, 15, 11> | conv2d<4, 3>(dilation<2>, kernel1) | sigmoid | average_pool<3>(stride<2>) |
                   dense<3>>();
  test::check_rows<input<4, 10, 8> | conv2d<6, 3>(padding<1>, groups<2>) | max_pool<2> | relu | dense<3>, in_bytes>();
  test::check_rows<input<4, 12, 8> | conv2d<4, 5>(padding<2>, along<axis::flat, segment<5>, linear>) | relu |
                   max_pool<3>(stride<2>, padding<1>) | local_response_norm<3> | dense<3>>();
  test::check_rows<input<1, 9, 6> | conv2d<4, 3>(arranged<2, linear, 3>) | relu | max_pool<2> | dense<4> | softmax>();
  // A result that is a map.
  test::check_rows<input<2, 9, 7> | conv2d<3, 3>(padding<1>, kernel1) | tanh_activation>();
}

TEST_CASE("branches by rolling rows") {
  test::check_rows<input<3, 9, 8> | conv2d<4, 3>(padding<1>, kernel1) | relu |
                   residual(conv2d<4, 3>(padding<1>) | relu | conv2d<4, 3>(padding<1>, kernel1)) | relu | max_pool<2> |
                   dense<4>>();
  test::check_rows<input<8, 6, 6> | conv2d<8, 3>(padding<1>) |
                   residual(residual(conv2d<8, 1> | relu, residual(tanh_activation)) | conv2d<8, 3>(padding<1>),
                            residual(conv2d<8, 1>, conv2d<8, 1>)) |
                   relu | global_average_pool | dense<4>>();
  test::check_rows<input<3, 12, 12> | scale_shift | conv2d<4, 3>(padding<1>) | prelu | dropout<1, 2> |
                   residual(relu | conv2d<6, 3>(padding<1>, stride<2>), conv2d<6, 1>(stride<2>)) | dense<4>>();
}
