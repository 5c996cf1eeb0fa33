// Whatever an image lies in, a network runs it.

#include <array>
#include <span>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr auto description = input<2, 3, 4> | conv2d<3, 2> | relu | dense<5>;

/// All ways to hand over an image give what bare memory gives.
template <class Net, class Workspace>
void runs_whatever_holds_the_image(Net const& net, Workspace& workspace) {
  test::random_numbers random(3);
  std::array<float, 24> held{};
  random.fill(held);
  std::array<float, 24> const& image = held;
  auto const bare = net.run(image.data(), workspace.data());
  std::vector<float> const expected(bare.begin(), bare.end());
  auto const check = [&](auto const& given) {
    auto const result = net.run(given, workspace);
    CHECK(std::vector<float>(result.begin(), result.end()) == expected);
  };
  check(image);
  check(held);
  check(std::span(image));
  check(std::span(held));
  check(tensor<float, shape{2, 3, 4}>{held});
  check(tensor_view<float, shape{2, 3, 4}>(held.data()));
  check(tensor_view<float const, shape{2, 3, 4}>(image.data()));
  float plain[24];
  for (int i = 0; i < 24; ++i) plain[i] = image[std::size_t(i)];
  check(plain);
  check(std::span<float const, 24>(plain));
}

}  // namespace

TEST_CASE("an image is a tensor, a view, an array or a span") {
  network<description> net;
  test::random_numbers random(1);
  random.fill(net.parameters);
  network<description>::workspace<float> workspace;
  runs_whatever_holds_the_image(net, workspace);

  network<description, in_bytes> bytes;
  for (auto& code : bytes.codes) code = static_cast<std::int8_t>(random.below(255) - 127);
  for (auto& scale : bytes.scales) scale = 8 * 17;
  network<description, in_bytes>::workspace<float> bytes_workspace;
  runs_whatever_holds_the_image(bytes, bytes_workspace);

  network<description, in_floats, packed> const fast{net};
  network<description, in_floats, packed>::workspace<> fast_workspace;
  runs_whatever_holds_the_image(fast, fast_workspace);
}

TEST_CASE("bytes are packed as the numbers that they stand for") {
  network<description, in_bytes> bytes;
  test::random_numbers random(4);
  for (auto& code : bytes.codes) code = static_cast<std::int8_t>(random.below(255) - 127);
  for (auto& scale : bytes.scales) scale = static_cast<std::uint8_t>(8 * 17 + random.below(16));
  network<description> decoded;
  dequantise(bytes, decoded);
  network<description, in_bytes, packed> const fast_bytes{bytes};
  network<description, in_floats, packed> const fast{decoded};
  network<description, in_floats, packed>::workspace<> workspace;
  std::array<float, 24> image;
  random.fill(image);
  auto const expected = fast.run(image, workspace);
  std::vector<float> const logits(expected.begin(), expected.end());
  auto const found = fast_bytes.run(image, workspace);
  CHECK(std::vector<float>(found.begin(), found.end()) == logits);
}

TEST_CASE("images side by side come in arrays and spans, too") {
  using scalar = lanes<float, 16>;
  network<description> net;
  test::random_numbers random(2);
  random.fill(net.parameters);
  std::array<scalar, 24> images;
  for (scalar& s : images)
    for (int i = 0; i < 16; ++i) s.set(i, random.normal());
  network<description>::workspace<scalar> workspace;
  scalar const first = net.run(images, workspace)[4];
  CHECK(net.run(std::span<scalar const, 24>(images), workspace)[4][7] == first[7]);
}
