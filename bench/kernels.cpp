// Folded networks and layers beside their dense twins: one image, one thread.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include <polyfold/inference.hpp>

namespace {

using namespace polyfold;

/// Numbers that are neither zero nor denormal; their values do not matter to the time.
void fill(auto& values) {
  int i = 0;
  for (auto& v : values) v = 0.01f * float(++i % 17 - 8);
}

template <auto Pipeline>
void inference(benchmark::State& state) {
  using network_type = network<Pipeline>;
  auto net = std::make_unique<network_type>();
  fill(net->numbers);
  for (auto& byte : net->maps) byte = 0x5a;
  std::vector<float> image(std::size_t(network_type::input_shape.size()));
  fill(image);
  std::vector<float> workspace(static_cast<std::size_t>(network_type::workspace_size));
  for (auto _ : state) benchmark::DoNotOptimize(net->run(image.data(), workspace.data())[0]);
  constexpr cost c = network_type::total_cost();
  state.counters["multiplications"] = double(c.multiplications);
  state.counters["additions"] = double(c.additions);
}

constexpr auto conv_input = input<32, 16, 16>;
constexpr auto conv_dense = conv_input | conv2d<32, 3>(padding<1>);
constexpr auto conv_kernel = conv_input | conv2d<32, 3>(padding<1>, along<axis::kernel, linear>);
constexpr auto conv_channel = conv_input | conv2d<32, 3>(padding<1>, along<axis::channel, segment<16>, linear>);
constexpr auto conv_output = conv_input | conv2d<32, 3>(padding<1>, along<axis::output, segment<16>, linear>);

constexpr auto wide_input = input<1024, 1, 1>;
constexpr auto wide_dense = wide_input | dense<1024>;
constexpr auto wide_both =
    wide_input | dense<1024>(along<axis::channel, segment<128>, linear>, along<axis::output, segment<128>, linear>);
constexpr auto wide_arranged = wide_input | dense<1024>(arranged<4, linear, 4>);

}  // namespace

BENCHMARK(inference<lenet5>)->Name("lenet5/dense");
BENCHMARK(inference<lenet5_paper>)->Name("lenet5/paper");
BENCHMARK(inference<lenet5_small>)->Name("lenet5/small");
BENCHMARK(inference<lenet5_arranged>)->Name("lenet5/arranged");
BENCHMARK(inference<conv_dense>)->Name("conv3x3_32x32_16x16/dense");
BENCHMARK(inference<conv_kernel>)->Name("conv3x3_32x32_16x16/kernel_linear");
BENCHMARK(inference<conv_channel>)->Name("conv3x3_32x32_16x16/channel_16_linear");
BENCHMARK(inference<conv_output>)->Name("conv3x3_32x32_16x16/output_16_linear");
BENCHMARK(inference<wide_dense>)->Name("dense_1024x1024/dense");
BENCHMARK(inference<wide_both>)->Name("dense_1024x1024/both_128_linear");
BENCHMARK(inference<wide_arranged>)->Name("dense_1024x1024/arranged_4_bits");
