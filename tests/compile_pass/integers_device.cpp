// A program for a device: networks in integers by both schedules and as a stream of rows, in one shared workspace.

#include <cstdint>
#include <type_traits>

#include <polyfold/integers.hpp>

namespace {

using namespace polyfold;

constexpr auto layers = input<3, 16, 16> | conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | relu |
                        residual(conv2d<8, 3>(padding<1>, along<axis::channel, segment<4>, linear>)) | relu |
                        max_pool<2> | conv2d<12, 3>(stride<2>) | relu6 | global_average_pool |
                        dense<10>(along<axis::output, order<3>>);
constexpr network<layers, in_int8> whole{};
constexpr network<layers, in_int8, rolling_rows> rows{};

shared_workspace<decltype(whole), decltype(rows)> workspace;
row_stream<std::remove_const_t<decltype(rows)>> stream(rows);

}  // namespace

extern "C" int first_logit(std::uint8_t const* pixels, bool by_rows) {
  tensor_view<std::uint8_t const, shape{3, 16, 16}> const image(pixels);
  return by_rows ? rows.run(image, workspace.of(rows))[0] : whole.run(image, workspace.of(whole))[0];
}
extern "C" bool push(std::uint8_t const* row) { return stream.push(row); }
