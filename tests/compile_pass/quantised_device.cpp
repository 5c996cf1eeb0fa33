// A network of bytes for a device: codes and scales in constant memory, decoded layer by layer in the static workspace.

#include <polyfold/inference.hpp>

namespace {

using namespace polyfold;

/// Codes and scales that the compiler computes, as a generated header would spell them out.
template <class Network>
constexpr Network filled() {
  Network net;
  int i = 0;
  for (auto& code : net.codes) code = static_cast<std::int8_t>(i++ % 255 - 127);
  for (auto& scale : net.scales) scale = static_cast<std::uint8_t>(120 + i++ % 8);
  for (auto& number : net.exact) number = 1;
  return net;
}

constexpr auto digits = filled<network<lenet5_small, in_bytes>>();
static_assert(sizeof(digits) <= 1028 + 4, "1,014 codes and 14 scales");

constexpr auto branches = input<3, 8, 8> | conv2d<4, 3>(padding<1>, along<axis::output, linear>) | batch_norm | relu |
                          residual(conv2d<4, 3>(padding<1>, arranged<2, constant, 4>)) | global_average_pool | dense<5>;
constexpr auto pictures = filled<network<branches, byte_numbers{scales_per::filter}>>();

float workspace[digits.workspace_size > pictures.workspace_size ? digits.workspace_size : pictures.workspace_size];

template <class View>
int largest(View logits) {
  int best = 0;
  for (int c = 1; c < logits.size(); ++c)
    if (logits[c] > logits[best]) best = c;
  return best;
}

}  // namespace

extern "C" int digit_of(float const* image) { return largest(digits.run(image, workspace)); }
extern "C" int class_of(float const* image) { return largest(pictures.run(image, workspace)); }
