// Window moments that a product takes tile by tile: pieces and groups of channels, and what is fused into the write-out.
#include "check.hpp"

using namespace polyfold;

namespace {

// Channels in pieces, in groups, and cut before.
constexpr auto many_channels = input<75, 9, 31> | conv2d<37, 3>(padding<1>, along<axis::kernel, linear>) | relu;
constexpr auto many_channels_narrow = input<131, 6, 7> | conv2d<33, 3>(padding<1>, along<axis::kernel, linear>);
constexpr auto groups_of_channels =
    input<12, 9, 14> | conv2d<27, 3>(groups<3>, padding<1>, along<axis::kernel, linear>);
constexpr auto cut_channels =
    input<23, 10, 15> |
    conv2d<9, 3>(padding<1>, along<axis::channel, segment<8>, linear>, along<axis::kernel, linear>) | relu;
constexpr auto cut_outputs =
    input<6, 7, 16> | conv2d<54, 3>(padding<1>, along<axis::kernel, linear>, along<axis::output, segment<9>, linear>) |
    relu;

// The write-out.
constexpr auto pooled = input<3, 14, 30> | conv2d<10, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2> |
                        conv2d<9, 3>(padding<1>, along<axis::kernel, linear>);
constexpr auto pooled_narrow =
    input<5, 6, 8> | conv2d<9, 3>(padding<1>, along<axis::kernel, linear>) | max_pool<2> | relu;
constexpr auto pooled_odd =
    input<3, 11, 31> | conv2d<9, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2>;
constexpr auto blocks = input<9, 10, 30> |
                        residual(conv2d<9, 3>(padding<1>, along<axis::kernel, linear>, no_bias) | relu |
                                 conv2d<9, 3>(padding<1>, along<axis::kernel, linear>)) |
                        relu |
                        residual(conv2d<10, 3>(stride<2>, padding<1>, along<axis::kernel, linear>) | relu |
                                     conv2d<10, 3>(padding<1>, along<axis::kernel, linear>),
                                 conv2d<10, 1>(stride<2>)) |
                        relu | average_pool<5>;
constexpr auto shared_moments = input<4, 9, 15> |
                                residual(conv2d<9, 3>(padding<1>, along<axis::kernel, linear>) | relu,
                                         conv2d<9, 3>(padding<1>, along<axis::kernel, linear>)) |
                                conv2d<12, 3>(along<axis::kernel, linear>);

}  // namespace

int main() {
  CHECK_PACKED(many_channels);
  CHECK_PACKED(many_channels_narrow);
  CHECK_PACKED(groups_of_channels);
  CHECK_PACKED(cut_channels);
  CHECK_PACKED(cut_outputs);
  CHECK_PACKED(pooled);
  CHECK_PACKED(pooled_narrow);
  CHECK_PACKED(pooled_odd);
  CHECK_PACKED(blocks);
  CHECK_PACKED(shared_moments);
  return polyfold::test::failures;
}
