// What one inference of a network, or of two behind each other, costs: instructions, memory and the deepest stack, with nothing
// else in the program. The image is a ring, made here, so that the flash holds none.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#if defined(COST_OF_FOLDED_INT8) || defined(COST_OF_FOLDED_TWICE)
#include "../digits_int8.hpp"
#elif defined(COST_OF_CLOTHES_INT8)
#include "../clothes_int8.hpp"
#elif defined(COST_OF_FOLDED_AND_CLOTHES)
#include "../clothes_int8.hpp"
#include "../digits_int8.hpp"
#elif defined(COST_OF_FOLDED_FLOAT32) || defined(COST_OF_FOLDED_FLOAT32_ROWS)
#include "../digits_float32.hpp"
#elif defined(COST_OF_FOLDED_BYTES)
#include <recorded_runs/lenet5_mnist_61x.hpp>
#elif defined(COST_OF_DENSE_INT8)
#include <polyfold/integers.hpp>
#else
#error "Which network? The targets of CMakeLists.txt say."
#endif

#include "board.hpp"

namespace {

/// Pseudo-random bits, at compile time.
struct random_bits {
  std::uint32_t state = 1;
  constexpr std::uint32_t operator()() {
    state = state * 1664525U + 1013904223U;
    return state >> 16;
  }
  constexpr std::int8_t code() { return static_cast<std::int8_t>(int((*this)() % 255) - 127); }
};

#if defined(COST_OF_FOLDED_BYTES)
/// The folded network in codes of a byte, which are decoded to floats: random ones, of this magnitude.
constexpr auto random_network() {
  polyfold::network<recorded::lenet5_mnist_61x, polyfold::in_bytes> net;
  random_bits random;
  for (std::int8_t& code : net.codes) code = random.code();
  for (std::uint8_t& scale : net.scales) scale = 64;
  return net;
}
constexpr auto digits = random_network();
#elif defined(COST_OF_DENSE_INT8)
/// LeNet-5 without any approximation: random codes, and requantisations that leave sums of such codes in their range.
constexpr auto random_network() {
  polyfold::network<polyfold::lenet5, polyfold::in_int8, polyfold::rolling_rows> net;
  random_bits random;
  for (std::int8_t& code : net.codes) code = random.code();
  struct layer {
    int filters;
    std::uint8_t before;
    std::uint8_t after;
  };
  std::size_t i = 0;
  for (layer const l : {layer{6, 5, 17}, layer{16, 8, 16}, layer{120, 9, 15}, layer{84, 7, 16}, layer{10, 7, 14}})
    for (int filter = 0; filter < l.filters; ++filter, ++i) {
      net.multipliers[i] = 16384;
      net.shifts[2 * i] = l.before;
      net.shifts[2 * i + 1] = l.after;
    }
  return net;
}
constexpr auto digits = random_network();
static_assert(polyfold::sums_fit(digits));
#endif

#if defined(COST_OF_CLOTHES_INT8)
constexpr auto const& first = clothes;
#elif defined(COST_OF_FOLDED_FLOAT32_ROWS)
/// The same numbers by rows, of pixels of 8 bits.
constexpr auto by_rows() {
  polyfold::network<recorded::lenet5_mnist_61x, polyfold::in_floats, polyfold::rolling_rows> net;
  net.parameters = digits.parameters;
  return net;
}
constexpr auto first = by_rows();
#else
constexpr auto const& first = digits;
#endif
#if defined(COST_OF_FOLDED_AND_CLOTHES)
constexpr auto const& second = clothes;
#elif defined(COST_OF_FOLDED_TWICE)
/// The same description with other numbers.
constexpr auto other_network() {
  auto net = digits;
  for (std::int8_t& code : net.codes) code = static_cast<std::int8_t>(-code);
  return net;
}
constexpr auto second = other_network();
static_assert(polyfold::sums_fit(second));
#else
constexpr auto const& second = first;  // none
#endif

using network_type = std::remove_cvref_t<decltype(first)>;
using second_type = std::remove_cvref_t<decltype(second)>;
#if defined(COST_OF_FOLDED_FLOAT32_ROWS)
using pixel = std::uint8_t;
#else
using pixel = network_type::pixel;
#endif
polyfold::shared_workspace<network_type, second_type> workspace;
polyfold::tensor<pixel, network_type::input_shape> image;

/// Whether the last output is above the first one: depends on all of the inference.
template <class Network>
bool infer(Network const& net) {
  auto const logits = net.run(image, workspace.of(net));
  return logits[9] > logits[0];
}

}  // namespace

int main() {
  constexpr auto ink = static_cast<pixel>(std::is_same_v<pixel, float> ? 1 : 255);
  for (int y = 0; y < 28; ++y)
    for (int x = 0; x < 28; ++x) {
      int const distance = (2 * y - 27) * (2 * y - 27) + (2 * x - 27) * (2 * x - 27);
      image(0, y, x) = distance > 144 && distance < 324 ? ink : pixel{};
    }
  board::counter counter;
  board::paint_stack();
  counter.start();
  bool last_above_first = infer(first);
  if (static_cast<void const*>(&second) != &first) last_above_first ^= infer(second);
  std::uint32_t const taken = counter.stop();
  std::uint32_t const stack = board::deepest_stack();
  board::print(board::counted, ": ", taken, "\nworkspace: ", sizeof workspace, "\nimage: ", sizeof image,
               "\nstack: ", stack, "\nlast logit above the first: ", int(last_above_first), "\n");
  return taken > 0 ? 0 : 1;
}
