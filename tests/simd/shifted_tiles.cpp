// Products of planes that are shifted into tiles: rows that fill a vector only several together, and strides.
#include "check.hpp"

using namespace polyfold;

namespace {

constexpr auto short_rows = input<70, 8, 8> | conv2d<37, 3>(padding<1>) | relu;
constexpr auto short_odd_rows = input<9, 13, 5> | conv2d<33, 3>(padding<2>);
constexpr auto tall_window = input<20, 16, 4> | conv2d<34, 4>(padding<2>);
constexpr auto uneven_rows = input<33, 12, 5> | conv2d<40, 3>(stride<2>, padding<2>);
constexpr auto halved = input<16, 32, 32> | conv2d<32, 3>(stride<2>, padding<1>) | relu;
constexpr auto halved_odd = input<7, 15, 29> | conv2d<21, 5>(stride<2>, padding<2>) | sigmoid;
constexpr auto halved_points = input<16, 17, 16> | conv2d<32, 1>(stride<2>);
constexpr auto halved_groups = input<12, 16, 32> | conv2d<18, 3>(groups<3>, stride<2>, padding<1>);
constexpr auto halved_block =
    input<8, 16, 16> |
    residual(conv2d<16, 3>(stride<2>, padding<1>) | relu | conv2d<16, 3>(padding<1>), conv2d<16, 1>(stride<2>)) | relu;

}  // namespace

int main() {
  CHECK_PACKED(short_rows);
  CHECK_PACKED(short_odd_rows);
  CHECK_PACKED(tall_window);
  CHECK_PACKED(uneven_rows);
  CHECK_PACKED(halved);
  CHECK_PACKED(halved_odd);
  CHECK_PACKED(halved_points);
  CHECK_PACKED(halved_groups);
  CHECK_PACKED(halved_block);
  return polyfold::test::failures;
}
