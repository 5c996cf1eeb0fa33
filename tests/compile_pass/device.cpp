// A program for a device: networks in constant memory, the workspace static, one function from image to class. Includes
// what inference needs and nothing else.

#include <algorithm>

#include <polyfold/inference.hpp>

namespace {

using namespace polyfold;

/// Stored parameters that the compiler computes, as a generated header would spell them out.
template <class Network>
constexpr Network filled() {
  Network net;
  int i = 0;
  for (float& number : net.parameters) number = 0.25f - 0.01f * static_cast<float>(i++ % 50);
  return net;
}

constexpr auto digits = filled<network<lenet5_small>>();
static_assert(sizeof(digits) < 4100, "1,014 numbers");
static_assert(digits.total_cost().stored_parameters == 1014);

constexpr auto block =
    input<3, 16, 16> | conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | batch_norm | relu |
    residual(conv2d<16, 3>(padding<1>, stride<2>, along<axis::channel, segment<4>, linear>) | batch_norm | relu |
                 conv2d<16, 3>(padding<1>, along<axis::flat, segment<3>, linear>) | batch_norm,
             conv2d<16, 1>(stride<2>, along<axis::channel, segment<4>, linear>, no_bias)) |
    relu | global_average_pool | dense<10>(along<axis::output, order<3>, cosine>, bias_along<linear>) | softmax;
constexpr auto pictures = filled<network<block>>();

/// As exported: its last convolution cannot take batch norm up.
constexpr auto exported =
    filled<network<without_batch_norm(input<3, 16, 16> | conv2d<8, 3>(no_bias) | batch_norm | relu |
                                      conv2d<8, 3>(along<axis::output, linear>) | batch_norm | relu | dense<10>)>>();

constexpr auto activated = filled<network<input<1, 8, 8> | conv2d<4, 3> | prelu | hard_swish | conv2d<4, 3> | silu |
                                          relu6 | elu<> | gelu | gelu_tanh | hard_sigmoid | dense<10>>>();

constexpr int needed = std::max({exported.workspace_size, pictures.workspace_size, activated.workspace_size});
float workspace[digits.workspace_size > needed ? digits.workspace_size : needed];

template <class View>
int largest(View logits) {
  int best = 0;
  for (int c = 1; c < logits.size(); ++c)
    if (logits[c] > logits[best]) best = c;
  return best;
}

}  // namespace

extern "C" int digit_of(float const* image) { return largest(digits.run(image, workspace)); }
extern "C" int exported_class_of(float const* image) { return largest(exported.run(image, workspace)); }
extern "C" int activated_class_of(float const* image) { return largest(activated.run(image, workspace)); }
extern "C" int class_of(float const* image) { return largest(pictures.run(image, workspace)); }
