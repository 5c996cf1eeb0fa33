// The sums of an integer layer are those of its weights as integers, put together from codes, over the pixels of a plain loop.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include <polyfold/integers.hpp>

#include "catch.hpp"
#include "support/integers.hpp"

using namespace polyfold;
using test::as_scheduled;
using test::random_images;

namespace {

/// The sums of the one layer of a network, from weights that are put together from codes: binomials along both directions of a
/// kernel, along channels or along neither. Padding stands for zero.
template <auto Pipeline>
void sums_are_dense() {
  using integer_network = network<Pipeline, in_int8>;
  using integers = typename integer_network::integers;
  using layer = typename integer_network::template layer_at<0>;
  constexpr shape in = integer_network::input_shape;
  constexpr shape out = integer_network::output_shape;
  constexpr fold::fold_plan plan = layer::template folded<in>::plan;
  constexpr window kernel = plan.kernel;
  auto const net = std::make_unique<integer_network>();
  test::random_numbers random(3);
  for (auto& code : net->codes) code = static_cast<std::int8_t>(random.below(255) - 127);
  for (auto& bias : net->biases) bias = random.below(20001) - 10000;
  for (auto& shift : net->degree_shifts) shift = static_cast<std::uint8_t>(random.below(3));
  for (auto& zero : net->zeros) zero = static_cast<std::uint8_t>(random.below(256));
  for (std::size_t i = 0; i < net->multipliers.size(); ++i) {
    net->multipliers[i] = static_cast<std::int16_t>(16384 + random.below(16384));
    net->shifts[2 * i] = 9;
    net->shifts[2 * i + 1] = 14;
  }
  image_set const images = random_images(in, 3);
  auto const workspace = std::make_unique<typename integer_network::template workspace<>>();
  auto const rolling = as_scheduled<Pipeline, rolling_rows>(*net);
  auto const rolling_workspace =
      std::make_unique<typename network<Pipeline, in_int8, rolling_rows>::template workspace<>>();

  constexpr bool cuts_kernel = plan.cuts_kernel();
  constexpr bool cuts_channels = plan.cuts.channel.used;
  constexpr int order = cuts_kernel ? plan.cuts.kernel.order : 0;
  constexpr int channels = in.channels / plan.groups;
  constexpr basis::axis_cut along_channels(channels, cuts_channels ? plan.cuts.channel : cut{true, 1, 0});
  int const rows = core::smaller(order + 1, kernel.x.size);
  int const columns = core::smaller(order + 1, kernel.y.size);
  std::vector<int> weights(std::size_t(out.channels * channels * kernel.area()));
  int const fan_in = plan.product().fan_in();
  auto const code_of = [&](int m, int k) {
    return int(net->codes[std::size_t(m * fan_in + integers::template inputs<integers::groups - 1>::place[k])]);
  };
  for (int m = 0; m < out.channels; ++m)
    for (int c = 0; c < channels; ++c)
      for (int r = 0; r < kernel.y.size; ++r)
        for (int s = 0; s < kernel.x.size; ++s) {
          int sum = 0;
          int const segment = c / along_channels.segment;
          for (int d = 0; d < along_channels.terms_of(segment); ++d) {
            int const of_channel = segment * along_channels.terms + d;
            int const channel_value = cuts_channels ? int(basis::binomial(c - segment * along_channels.segment, d)) : 1;
            int const channel_degree = cuts_channels ? d : 0;
            if (!cuts_kernel) {
              int const shift = net->degree_shifts.empty() ? 0 : net->degree_shifts[std::size_t(channel_degree)];
              sum += code_of(m, of_channel * kernel.area() + r * kernel.x.size + s) * (1 << shift) * channel_value;
              continue;
            }
            int term = 0;
            for (int j = 0; j < rows; ++j)
              for (int i = 0; i < core::smaller(columns, order + 1 - j); ++i, ++term) {
                int const shift = net->degree_shifts.empty()
                                      ? 0
                                      : net->degree_shifts[std::size_t(channel_degree * (order + 1) + i + j)];
                int const code = code_of(m, of_channel * fold::terms_up_to(rows, columns, order) + term);
                sum += code * (1 << shift) * channel_value * int(basis::binomial(r, i) * basis::binomial(s, j));
              }
          }
          weights[std::size_t(((m * channels + c) * kernel.y.size + r) * kernel.x.size + s)] = sum;
        }

  constexpr bool centred = !integers::template takes_zero_off<integers::groups - 1>;
  bool good = true;
  // The bound of a whole sum is that of the image which makes most of it, where no moment is rounded on the way.
  constexpr int last = integers::groups - 1;
  for (int m = 0; m < out.channels; ++m) {
    long long const bias = net->biases.empty() ? 0 : net->biases[std::size_t(m)];
    long long high = bias;
    long long low = bias;
    for (int i = 0; i < channels * kernel.area(); ++i) {
      long long const w = weights[std::size_t(m * channels * kernel.area() + i)];
      int const zero =
          centred ? net->zeros[std::size_t(m / (out.channels / plan.groups) * channels + i / kernel.area())] : 0;
      (w > 0 ? high : low) += w * (255 - zero);
      (w > 0 ? low : high) -= w * zero;
    }
    long long const bound = integer::detail::whole_sum_bound<last>(*net, m);
    good = good && bound >= std::max(high, -low);
    if (integer::detail::bytes_behind_sums<integers, last>() != integer::detail::bytes_behind::none)
      good = good && bound == std::max(high, -low);
  }
  for (std::size_t n = 0; n < images.size(); ++n) {
    auto const found = net->run(images.image(n).data(), workspace.get());
    auto const by_rows = rolling->run(images.image(n).data(), rolling_workspace.get());
    auto const pixel = [&](int c, int y, int x) {
      int const zero = net->zeros[std::size_t(c)];
      bool const inside = y >= 0 && y < in.height && x >= 0 && x < in.width;
      int const value = inside ? images.image(n)[std::size_t((c * in.height + y) * in.width + x)] : zero;
      return centred ? value - zero : value;
    };
    for (int m = 0; m < out.channels; ++m)
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) {
          long long sum = net->biases.empty() ? 0 : net->biases[std::size_t(m)];
          for (int c = 0; c < channels; ++c)
            for (int r = 0; r < kernel.y.size; ++r)
              for (int s = 0; s < kernel.x.size; ++s)
                sum += weights[std::size_t(((m * channels + c) * kernel.y.size + r) * kernel.x.size + s)] *
                       pixel(m / (out.channels / plan.groups) * channels + c, kernel.y.start(y) + r * kernel.y.dilation,
                             kernel.x.start(x) + s * kernel.x.dilation);
          long long const scaled = ((sum >> 9) * net->multipliers[std::size_t(m)] + (1 << 13)) >> 14;
          int const expected = int(std::clamp(scaled, -32768LL, 32767LL));
          good = good && std::llabs(sum >> 9) < 32768 && found(m, y, x) == expected && by_rows(m, y, x) == expected;
        }
  }
  CHECK(good);
}

constexpr auto kernel1 = along<axis::kernel, linear>;
constexpr auto kernel2 = along<axis::kernel, quadratic>;

}  // namespace

TEST_CASE("sums of an integer layer are those of its dense integer weights: kernels") {
  sums_are_dense<input<1, 9, 7> | conv2d<2, 3>(along<axis::kernel, constant>)>();
  sums_are_dense<input<1, 9, 8> | conv2d<4, 5>(padding<2>, kernel1)>();
  sums_are_dense<input<2, 12, 11> | conv2d<3, 3>(padding<1>, kernel2)>();
  sums_are_dense<input<1, 12, 11> | conv2d<3, 5>(padding<2, 0, 1, 3>, kernel2)>();
  sums_are_dense<input<2, 9, 9> | conv2d<4, 3>(padding<1>, stride<2>, kernel1)>();
  sums_are_dense<input<2, 9, 12> | conv2d<4, 3>(padding<2>, dilation<2>, kernel1)>();
  sums_are_dense<input<4, 6, 7> | conv2d<4, 3>(padding<1>, groups<2>, kernel1)>();
  sums_are_dense<input<2, 3, 3> | conv2d<3, 3>(kernel1)>();
  sums_are_dense<input<1, 1, 16> | conv2d<3, 1, 5>(padding<0, 2>, kernel1)>();
}

TEST_CASE("sums of an integer layer are those of its dense integer weights: dense, channels") {
  sums_are_dense<input<3, 9, 7> | conv2d<2, 3>>();
  sums_are_dense<input<3, 9, 7> | conv2d<4, 3>(padding<1>, stride<2, 1>)>();
  sums_are_dense<input<4, 6, 9> | conv2d<4, 2>(groups<2>, dilation<2>, padding<1>)>();
  sums_are_dense<input<3, 4, 5> | dense<6>>();
  sums_are_dense<input<8, 5, 6> | conv2d<4, 1>(along<axis::channel, segment<4>, linear>)>();
  sums_are_dense<input<6, 5, 6> | conv2d<2, 3>(padding<1>, along<axis::channel, segment<4>, linear>)>();
}
