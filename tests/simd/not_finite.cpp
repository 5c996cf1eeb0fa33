// NaN and infinity: packed networks without running sums have them exactly where the portable ones do; a NaN pixel of an
// image reaches every output of a LeNet-5, whatever its approximations.
#include "check.hpp"

using namespace polyfold;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

void report(bool good, char const* name, char const* what) {
  if (!good) ++test::failures;
  std::printf("%s %s: %s\n", good ? "ok  " : "FAIL", name, what);
}

enum class kind { number, not_a_number, infinite, minus_infinite };
kind kind_of(float v) {
  if (std::isnan(v)) return kind::not_a_number;
  if (std::isinf(v)) return v > 0 ? kind::infinite : kind::minus_infinite;
  return kind::number;
}

template <auto Pipeline>
struct engines {
  using net_type = network<Pipeline>;
  using packed_type = network<Pipeline, in_floats, packed>;
  static constexpr int pixels = net_type::input_shape.size();

  engines() {
    for (float& v : net->parameters) v = number(generator);
    for (std::uint8_t& byte : net->maps) byte = static_cast<std::uint8_t>(generator());
    fast->pack(*net);
    for (float& v : image) v = number(generator);
  }

  std::mt19937 generator{7};
  std::uniform_real_distribution<float> number{-0.2f, 0.2f};
  std::unique_ptr<net_type> net = std::make_unique<net_type>();
  std::unique_ptr<packed_type> fast = std::make_unique<packed_type>();
  std::unique_ptr<typename net_type::template workspace<float>> workspace =
      std::make_unique<typename net_type::template workspace<float>>();
  std::unique_ptr<typename packed_type::template workspace<>> fast_workspace =
      std::make_unique<typename packed_type::template workspace<>>();
  std::vector<float> image = std::vector<float>(std::size_t(pixels));
};

/// One pixel after the other is NaN or infinite, then a neighbour as well.
template <auto Pipeline>
void check_kinds(char const* name) {
  engines<Pipeline> run;
  bool alike = true, seen = false;
  for (int i = 0; i < run.pixels; ++i)
    for (float const v : {no_number, infinity, -infinity})
      for (float const beside : {0.5f, -infinity}) {
        std::vector<float> image = run.image;
        image[std::size_t(i)] = v;
        if (i > 0) image[std::size_t(i) - 1] = beside;
        auto const expected = run.net->run(image.data(), run.workspace->data());
        auto const got = run.fast->run(image.data(), run.fast_workspace->data());
        for (int k = 0; k < run.net->output_shape.size(); ++k) {
          alike = alike && kind_of(got[k]) == kind_of(expected[k]);
          seen = seen || std::isnan(expected[k]);
        }
      }
  report(alike && seen, name, "the same outputs are NaN and infinite");
}

template <auto Pipeline>
void check_reaches_outputs(char const* name) {
  engines<Pipeline> run;
  bool everywhere = true;
  for (int i = 0; i < run.pixels; i += 29) {
    std::vector<float> image = run.image;
    image[std::size_t(i)] = no_number;
    auto const expected = run.net->run(image.data(), run.workspace->data());
    auto const got = run.fast->run(image.data(), run.fast_workspace->data());
    for (int k = 0; k < run.net->output_shape.size(); ++k)
      everywhere = everywhere && std::isnan(expected[k]) && std::isnan(got[k]);
  }
  report(everywhere, name, "a NaN pixel reaches every output");
}

// Maxima of products, by all kernels that take them, and of maps.
constexpr auto by_pixels = input<1, 8, 36> | conv2d<3, 3>(padding<1>) | relu | max_pool<2>;
constexpr auto by_filters = input<3, 4, 4> | conv2d<33, 3>(padding<1>) | leaky_relu<> | max_pool<2>;
constexpr auto of_maps = input<2, 7, 9> | relu | max_pool<3>(stride<2>, padding<1>) | conv2d<3, 1>();
constexpr auto of_bordered_maps = input<2, 6, 18> | max_pool<3>(stride<1>, padding<1>) | conv2d<3, 3>(padding<1>) |
                                  max_pool<2>(stride<2>, padding<1>);
constexpr auto activations =
    input<3, 3, 6> | relu6 | conv2d<3, 1>() | elu<> | conv2d<4, 1>() | tanh_activation | conv2d<4, 1>() | silu;
constexpr auto smooth =
    input<3, 3, 6> | gelu | conv2d<3, 1>() | hard_swish | conv2d<4, 1>() | gelu_tanh | sigmoid | hard_sigmoid;
constexpr auto normalised = input<3, 3, 6> | prelu | softmax;

}  // namespace

int main() {
  check_kinds<by_pixels>("by_pixels");
  check_kinds<by_filters>("by_filters");
  check_kinds<of_maps>("of_maps");
  check_kinds<of_bordered_maps>("of_bordered_maps");
  check_kinds<activations>("activations");
  check_kinds<smooth>("smooth");
  check_kinds<normalised>("normalised");
  check_reaches_outputs<lenet5>("lenet5");
  check_reaches_outputs<lenet5_small>("lenet5_small");
  check_reaches_outputs<lenet5_paper>("lenet5_paper");
  check_reaches_outputs<lenet5_arranged>("lenet5_arranged");
  return polyfold::test::failures;
}
