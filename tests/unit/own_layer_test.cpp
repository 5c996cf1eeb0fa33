// Layers of the test's own that store numbers: what they say of themselves is enough to begin, train, round, store, save,
// load and import them.

#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"
#include "support/patterns.hpp"
#include "support/random.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

/// y = gain x + tilt (column - middle), per channel. Stored: C gains, then C tilts.
template <shape In>
struct tilt_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr int parameters = 2 * In.channels;
  static constexpr cost count() { return {.multiplications = 2 * In.size(), .additions = In.size()}; }
  static constexpr float place(int x) { return float(x) - float(In.width - 1) / 2; }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x)
          out(c, y, x) =
              mul_add(Scalar(in(c, y, x)), at.parameters[c], Scalar(at.parameters[In.channels + c] * place(x)));
  }
  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = 0; y < In.height; ++y)
        for (int x = 0; x < In.width; ++x) {
          Scalar const d = dout(c, y, x);
          at.gradient[c] += horizontal_sum(Scalar(d * Scalar(in(c, y, x))));
          at.gradient[In.channels + c] += horizontal_sum(d) * place(x);
          if (din.data() != nullptr) din(c, y, x) += d * at.parameters[c];
        }
  }
};
struct tilt_layer : layer {
  static constexpr char const* name = "tilt";
  static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<tilt_operation<In>, fold::layer_input>>;
  template <shape In>
  static constexpr std::array parts{
      stored_part{.name = "gain", .count = In.channels, .initial = 1},
      stored_part{.name = "tilt", .count = In.channels, .role = part_role::weight, .variance = 0.25f}};
};
inline constexpr tilt_layer tilt{};

/// y = gain x / sqrt(energy + 1e-5), per channel, with the running mean of x^2 for energy, at training too.
template <shape In>
struct level_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr int parameters = 2 * In.channels;
  static constexpr cost count() { return {.multiplications = In.size()}; }
  static float factor(float const* stored, int c) { return stored[c] / std::sqrt(stored[In.channels + c] + 1e-5f); }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = Scalar(in(c, y, x)) * factor(at.parameters, c);
  }
  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = 0; y < In.height; ++y)
        for (int x = 0; x < In.width; ++x) {
          Scalar const d = dout(c, y, x);
          Scalar const value = in(c, y, x);
          at.gradient[c] += horizontal_sum(Scalar(d * value)) * factor(at.parameters, c) / at.parameters[c];
          at.gradient[In.channels + c] +=
              horizontal_sum(Scalar(value * value)) / float(In.pixels() * lane_count<Scalar>);
          if (din.data() != nullptr) din(c, y, x) += d * factor(at.parameters, c);
        }
  }
};
struct level_layer : layer {
  static constexpr char const* name = "level";
  static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<level_operation<In>, fold::layer_input>>;
  template <shape In>
  static constexpr std::array parts{stored_part{.name = "gain", .count = In.channels, .initial = 1},
                                    stored_part{.name = "energy",
                                                .count = In.channels,
                                                .role = part_role::statistic,
                                                .initial = 1,
                                                .in_bytes = false,
                                                .nonnegative = true}};
};
inline constexpr level_layer level{};

constexpr auto own_layers = input<1, 8, 8> | level | conv2d<6, 3> | tilt | relu | dense<4>;
using own_network = network<own_layers>;
using own_network_in_bytes = network<own_layers, in_bytes>;
constexpr int first_tilt = own_network::first_parameter(2) + 6;  // behind the gains

own_network begun() {
  own_network net;
  initialise(net, 5);
  return net;
}

/// The mean of x^2 in what a trainer reads of `images`.
float mean_square(image_set const& images, std::size_t count) {
  dataset const data(images);
  std::vector<float> image(64);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    data.load(i, image.data());
    for (float const x : image) sum += double(x) * double(x) / 64 / double(count);
  }
  return float(sum);
}

}  // namespace

TEST_CASE("own layers have the gradients that their operations say") {
  test::check_gradients<input<2, 3, 4> | tilt | tanh_activation | dense<3>>();
  STATIC_REQUIRE(own_network::parameter_count(0) == 2);
  CHECK(test::trained_parameters<own_network>()[1] == 2);  // number 1 is the energy
}

TEST_CASE("own layers begin with what their parts say") {
  auto const net = begun();
  CHECK(net.parameters[0] == 1);
  CHECK(net.parameters[1] == 1);
  double square = 0;
  for (int c = 0; c < 6; ++c) {
    CHECK(net.parameters[std::size_t(first_tilt - 6 + c)] == 1);
    float const drawn = net.parameters[std::size_t(first_tilt + c)];
    CHECK(drawn != 0);
    square += double(drawn) * double(drawn) / 6;
  }
  CHECK(square > 0.05);
  CHECK(square < 0.75);
}

TEST_CASE("own layers are trained by the roles of their parts") {
  training::parameter_space<own_network> const space;
  CHECK(space.roles()[0] == part_role::bias);
  CHECK(space.roles()[1] == part_role::statistic);
  CHECK(space.roles()[std::size_t(first_tilt) - 1] == part_role::bias);
  CHECK(space.roles()[std::size_t(first_tilt)] == part_role::weight);

  auto const before = begun();
  auto net = before;
  image_set const images = test::bars(16, 1);
  training_options options;
  options.epochs = 1;
  options.batch = 16;
  options.statistics_rate = 0.25f;
  thread_pool team(1);
  dataset data(images);
  trainer<own_network>(net, options, team).run(data);
  CHECK(net.parameters[0] != before.parameters[0]);
  CHECK(net.parameters[1] == Approx(1 + 0.25 * (double(mean_square(images, 16)) - 1)).epsilon(1e-4));
  CHECK(net.parameters[std::size_t(first_tilt)] != before.parameters[std::size_t(first_tilt)]);
}

TEST_CASE("own layers are stored in bytes where all their parts may be") {
  auto const bytes = std::make_unique<own_network_in_bytes>();
  STATIC_REQUIRE(own_network_in_bytes::first_exact(1) - own_network_in_bytes::first_exact(0) == 2);
  STATIC_REQUIRE(own_network_in_bytes::first_code(3) - own_network_in_bytes::first_code(2) == 12);
  STATIC_REQUIRE(own_network_in_bytes::first_scale(3) - own_network_in_bytes::first_scale(2) == 2);
  auto const net = begun();
  quantise(net, *bytes);
  own_network decoded;
  dequantise(*bytes, decoded);
  CHECK(decoded.parameters[1] == net.parameters[1]);
  for (int c = 0; c < 6; ++c) {
    CHECK(decoded.parameters[std::size_t(first_tilt - 6 + c)] == 1);  // gains share a scale of their own
    CHECK(double(decoded.parameters[std::size_t(first_tilt + c)]) ==
          Approx(double(net.parameters[std::size_t(first_tilt + c)])).margin(0.01));
  }
  tensor<float, own_network::input_shape> image{};
  test::random_numbers(3).fill(image.values);
  own_network::workspace<float> workspace;
  own_network_in_bytes::workspace<float> bytes_workspace;
  auto const expected = decoded.run(image, workspace);
  auto const found = bytes->run(image, bytes_workspace);
  for (int k = 0; k < 4; ++k) CHECK(found(k, 0, 0) == expected(k, 0, 0));
}

TEST_CASE("own layers are saved and loaded") {
  test::temporary_folder const folder;
  auto net = begun();
  save_network(folder / "net", net);
  own_network back;
  load_network(folder / "net", back);
  CHECK(back.parameters == net.parameters);

  own_network_in_bytes bytes;
  quantise(net, bytes);
  save_network(folder / "bytes", bytes);
  own_network_in_bytes bytes_back;
  load_network(folder / "bytes", bytes_back);
  CHECK(bytes_back.codes == bytes.codes);
  CHECK(bytes_back.exact == bytes.exact);

  net.parameters[1] = -1;
  save_network(folder / "net", net);
  CHECK(test::mentions(test::message_of([&] { load_network(folder / "net", back); }),
                       {"'0.level.numbers'", "negative energy at element 1"}));
  quantise(net, bytes);
  save_network(folder / "bytes", bytes);
  CHECK(test::mentions(test::message_of([&] { load_network(folder / "bytes", bytes_back); }), {"negative energy"}));
}

TEST_CASE("own layers take their parts from files of other frameworks, by name") {
  test::temporary_folder const folder;
  tensor_file file;
  auto const add = [&](std::string const& name, std::vector<std::int64_t> const& shape, float first) {
    std::int64_t count = 1;
    for (std::int64_t const size : shape) count *= size;
    std::vector<float> values(std::size_t(count), 0.5f);
    values[0] = first;
    file.tensors.push_back(make_tensor<float>(name, shape, std::span<float const>(values)));
  };
  add("level.gain", {1}, 2);
  add("level.energy", {1}, 3);
  add("conv.weight", {6, 1, 3, 3}, 4);
  add("conv.bias", {6}, 5);
  add("tilt.gain", {6}, 6);
  add("tilt.tilt", {6}, 7);
  add("fc.weight", {4, 216}, 8);
  add("fc.bias", {4}, 9);
  weight_options options;
  options.names = {"level", "conv", "tilt", "fc"};
  auto const load = [&](own_network& net) {
    write_safetensors(folder / "weights.safetensors", file);
    return load_weights(folder / "weights.safetensors", net, options);
  };
  own_network net{};
  weight_mapping const mapping = load(net);
  CHECK(mapping.rows.size() == 8);
  CHECK(mapping.rows[1].part == "energy");
  CHECK(net.parameters[0] == 2);
  CHECK(net.parameters[1] == 3);
  CHECK(net.parameters[std::size_t(first_tilt) - 6] == 6);
  CHECK(net.parameters[std::size_t(first_tilt)] == 7);
  CHECK(net.parameters[std::size_t(first_tilt) + 1] == 0.5f);

  file.tensors[1].name = "level.power";
  CHECK(
      test::mentions(test::message_of([&] { (void)load(net); }),
                     {"layer 0 level: no energy in the file's module 'level'", "'level.power'", "no layer takes it"}));
  file.tensors[1] = make_tensor<float>("level.energy", {1}, std::vector<float>{-3});
  CHECK(test::mentions(test::message_of([&] { (void)load(net); }),
                       {"layer 0 level: energy 'level.energy' is -3 at element 0; expected at least 0"}));
  file.tensors[1] = make_tensor<float>("level.energy", {2}, std::vector<float>{3, 3});
  CHECK(test::mentions(test::message_of([&] { (void)load(net); }), {"has the shape [2]; expected [1]"}));
}

TEST_CASE("own layers take their parts in the order of a file that keeps it") {
  weight_source source{.path = "made here", .ordered = true};
  auto const add = [&](std::string const& module, weight_module::kind is,
                       std::vector<std::pair<std::string, std::vector<std::int64_t>>> const& parts) {
    weight_module m{.name = module, .is = is};
    for (auto const& [name, shape] : parts) {
      std::int64_t count = 1;
      for (std::int64_t const size : shape) count *= size;
      std::vector<float> const values(std::size_t(count), float(source.modules.size() + 1));
      m.parts.push_back({name, make_tensor<float>(module + "." + name, shape, std::span<float const>(values))});
    }
    source.modules.push_back(std::move(m));
  };
  using kind = weight_module::kind;
  add("c", kind::weighted, {{"weight", {6, 1, 3, 3}}, {"bias", {6}}});
  add("l", kind::other, {{"gain", {1}}, {"energy", {1}}});
  add("t", kind::other, {{"gain", {6}}, {"tilt", {6}}});
  add("d", kind::weighted, {{"weight", {4, 216}}, {"bias", {4}}});
  own_network net{};
  load_weights(source, net);
  CHECK(net.parameters[0] == 2);
  CHECK(net.parameters[2] == 1);
  CHECK(net.parameters[std::size_t(first_tilt)] == 3);
  CHECK(net.parameters.back() == 4);
}
