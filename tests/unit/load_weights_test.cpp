// load_weights: files from PyTorch and Keras into network types, and every difference named.

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/layers/prelu.hpp>
#include <polyfold/network.hpp>

#include "catch.hpp"
#include "support/growth.hpp"
#include "support/imported_networks.hpp"
#include "temporary_files.hpp"

namespace {

using namespace polyfold;
using test::mentions;
using test::message_of;

std::filesystem::path const files = std::filesystem::path(POLYFOLD_TEST_DATA) / "import";

constexpr auto keras_network = input<2, 5, 7> | conv2d<3, 3>(padding<1>) | batch_norm | relu |
                               conv2d<6, 3, 2>(groups<3>) | relu | dense<4> | relu | dense<3>;

/// Numbers that count up from `first`: no two are equal.
stored_tensor counted(std::string const& name, std::vector<std::int64_t> const& dims, float first = 0) {
  std::int64_t count = 1;
  for (auto const d : dims) count *= d;
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(first + static_cast<float>(i));
  return make_tensor<float>(name, dims, std::span<float const>(values));
}

constexpr auto small = input<2, 3, 4> | conv2d<3, 2> | batch_norm | relu | dense<5>;
using small_network = network<small>;

/// A PyTorch file of `small`.
tensor_file small_file() {
  tensor_file file;
  file.ordered = true;
  file.tensors = {counted("conv.weight", {3, 2, 2, 2}, 1),
                  counted("conv.bias", {3}, 100),
                  counted("bn.weight", {3}, 110),
                  counted("bn.bias", {3}, 120),
                  counted("bn.running_mean", {3}, 130),
                  counted("bn.running_var", {3}, 140),
                  make_tensor<std::int64_t>("bn.num_batches_tracked", {}, std::vector<std::int64_t>{9}),
                  counted("fc.weight", {5, 18}, 200),
                  counted("fc.bias", {5}, 300)};
  return file;
}

stored_tensor& named(tensor_file& file, std::string const& name) {
  for (stored_tensor& t : file.tensors)
    if (t.name == name) return t;
  throw std::out_of_range(name);
}
void take_out(tensor_file& file, std::string const& name) {
  std::erase_if(file.tensors, [&](stored_tensor const& t) { return t.name == name; });
}

/// What is said of a changed file; the network must stay as it was.
std::string refusal(std::function<void(tensor_file&)> const& change, weight_options const& options = {}) {
  tensor_file file = small_file();
  change(file);
  auto net = std::make_unique<small_network>();
  net->parameters.fill(7);
  std::string const message = message_of([&] { load_weights(sort_weights("file.npz", file), *net, options); });
  for (float const n : net->parameters)
    if (!message.empty()) REQUIRE(n == 7);
  return message;
}

}  // namespace

TEST_CASE("a PyTorch module with residual, depthwise and covering convolutions computes as in PyTorch", "[import]") {
  network<test::imported> net;
  weight_mapping const mapping = load_weights(files / "pytorch.npz", net);
  CHECK(mapping.samples == 3);
  CHECK(mapping.largest_difference < 1e-5F);
  CHECK(mapping.rows.size() == 27);
  CHECK(mapping.ignored.empty());
  for (auto const& row : mapping.rows) CHECK(row.conversion.empty());

  std::ostringstream text;
  mapping.print(text);
  CHECK(text.str().find("block.downsample.1.running_var") != std::string::npos);
  CHECK(text.str().find("compared on 3 samples, largest difference") != std::string::npos);
}

TEST_CASE("a covering convolution and a linear layer stand for each other", "[import]") {
  // `whole` is a convolution of 3 x 2 in the file and dense here, and the other way round for the last layer.
  network<test::imported_dense> net;
  CHECK(load_weights(files / "pytorch.npz", net).samples == 3);
}

TEST_CASE("Keras's axes, flattening, depthwise kernels and epsilon are converted", "[import]") {
  network<keras_network> net;
  weight_mapping const mapping = load_weights(files / "keras.npz", net);
  CHECK(mapping.samples == 2);
  CHECK(mapping.largest_difference < 1e-3F);
  CHECK(mapping.rows[0].conversion == "H W C O to O C H W");
  CHECK(mapping.rows[5].conversion == "+ 0.00099 for epsilon");

  // With PyTorch's epsilon it is another network, which the samples show.
  std::string const message =
      message_of([&] { load_weights(files / "keras.npz", net, {.batch_norm_epsilon = 1e-5F}); });
  CHECK(mentions(message, {"keras.npz", "does not compute what the file's samples say", "sample 0, image ", "output ",
                           "at most 0.0001 is allowed", "net/conv2d/kernel:0"}));
}

TEST_CASE("layers are matched by name, in any order of the file", "[import]") {
  tensor_file file = small_file();
  std::reverse(file.tensors.begin(), file.tensors.end());
  file.ordered = false;
  small_network net;
  weight_mapping const mapping = load_weights(sort_weights("file", file), net, {.names = {"conv", "bn", "fc"}});
  CHECK(mapping.rows.size() == 8);
  CHECK(net.parameters[0] == 1);
  CHECK(net.parameters[24] == 100);
  CHECK(net.parameters[27] == 110);
  CHECK(net.parameters[27 + 9] == 140);
  CHECK(net.parameters[27 + 12] == 200);
  CHECK(net.parameters.back() == 304);

  // Without names there is nothing to go by.
  CHECK(mentions(message_of([&] { load_weights(sort_weights("file", file), net); }),
                 {"does not keep its layers in order", "weight_options::names", "0 conv2d, 1 batch_norm, 3 dense"}));
  CHECK(mentions(message_of([&] {
                   load_weights(sort_weights("file", file), net, {.names = {"conv", "fc"}});
                 }),
                 {"given 2 names", "expected 3", "0 conv2d, 1 batch_norm, 3 dense"}));
  CHECK(mentions(message_of([&] {
                   load_weights(sort_weights("file", file), net, {.names = {"conv", "bn", "conv"}});
                 }),
                 {"the name 'conv' more than once"}));
  CHECK(mentions(message_of([&] {
                   load_weights(sort_weights("file", file), net, {.names = {"conv", "norm", "fc"}});
                 }),
                 {"8 differences", "layer 1 batch_norm: no gamma, as the module 'norm' is missing",
                  "layer 1 batch_norm: no variance", "tensor 'bn.weight' F32 [3]: no layer takes it"}));
}

TEST_CASE("batch norms may stand anywhere between the weights", "[import]") {
  tensor_file file = small_file();
  std::rotate(file.tensors.begin(), file.tensors.begin() + 2, file.tensors.begin() + 7);
  REQUIRE(file.tensors.front().name == "bn.weight");
  small_network net;
  load_weights(sort_weights("file", file), net);
  CHECK(net.parameters[27] == 110);
}

TEST_CASE("the slopes of PReLUs, one for each channel or one for all", "[import]") {
  using net_type = network<input<2, 3, 4> | conv2d<3, 2>(no_bias) | prelu | dense<5> | prelu>;
  tensor_file file;
  file.ordered = true;
  file.tensors = {counted("conv.weight", {3, 2, 2, 2}, 1), counted("act1.weight", {3}, 40),
                  counted("act2.weight", {1}, 50), counted("fc.weight", {5, 18}, 200), counted("fc.bias", {5}, 300)};
  net_type net;
  weight_mapping const mapping = load_weights(sort_weights("file", file), net);
  CHECK(mapping.rows.size() == 5);
  for (int i = 0; i < 3; ++i) CHECK(net.parameters[std::size_t(net.first_parameter(1) + i)] == 40 + float(i));
  for (int i = 0; i < 5; ++i) CHECK(net.parameters[std::size_t(net.first_parameter(3) + i)] == 50);
  named(file, "act1.weight") = counted("act1.weight", {2}, 40);
  CHECK(mentions(message_of([&] { (void)load_weights(sort_weights("file", file), net); }),
                 {"layer 1 prelu: slope 'act1.weight'", "[2]", "expected [3] or [1]"}));
}

TEST_CASE("Keras's flattened weights land at their pixels", "[import]") {
  tensor_file file = small_file();
  file.tensors.erase(file.tensors.begin() + 2, file.tensors.begin() + 7);
  named(file, "conv.weight") = counted("conv/kernel:0", {2, 2, 2, 3});
  named(file, "conv.bias").name = "conv/bias:0";
  named(file, "fc.weight") = counted("fc/kernel:0", {18, 5});
  named(file, "fc.bias").name = "fc/bias:0";
  network<input<2, 3, 4> | conv2d<3, 2> | relu | dense<5>> net;
  load_weights(sort_weights("file", file), net);
  // Filter 1, channel 1, row 1, column 0 is kernel[1][0][1][1].
  CHECK(net.parameters[std::size_t(1 * 8 + 1 * 4 + 1 * 2)] == float(((1 * 2 + 0) * 2 + 1) * 3 + 1));
  // Output 4, channel 2, row 1, column 2 is input (1 * 3 + 2) * 3 + 2.
  CHECK(net.parameters[std::size_t(27 + 4 * 18 + 2 * 6 + 1 * 3 + 2)] == float(((1 * 3 + 2) * 3 + 2) * 5 + 4));
}

TEST_CASE("every floating type is converted, and the mapping says so", "[import]") {
  tensor_file file = small_file();
  std::vector<double> const bias{1, 2, 3};
  named(file, "conv.bias") = make_tensor<double>("conv.bias", {3}, std::span<double const>(bias));
  small_network net;
  weight_mapping const mapping = load_weights(sort_weights("file", file), net);
  CHECK(net.parameters[25] == 2);
  CHECK(mapping.rows[1].conversion == "to F32");
}

TEST_CASE("everything that differs is listed at once", "[import]") {
  CHECK(refusal([](tensor_file&) {}).empty());
  std::string const message = refusal([](tensor_file& f) {
    named(f, "conv.weight") = counted("conv.weight", {3, 2, 3, 3});
    take_out(f, "conv.bias");
    named(f, "bn.weight").type = dtype::i32;
    auto means = tensor_values<float>(named(f, "bn.running_mean"));
    means[1] = std::nanf("");
    named(f, "bn.running_mean") = make_tensor<float>("bn.running_mean", {3}, std::span<float const>(means));
    named(f, "bn.running_var") = counted("bn.running_var", {3}, -1);
    named(f, "fc.weight") = counted("fc.weight", {18, 5});
    f.tensors.push_back(counted("aux.weight", {2, 2}));
    f.tensors.push_back(counted("steps", {}));
  });
  CHECK(mentions(
      message,
      {"file.npz: 8 differences between the file and the network; nothing was loaded:\n",
       "\n  layer 0 conv2d: weight 'conv.weight' has the shape [3, 2, 3, 3]; expected [3, 2, 2, 2] (O C H W)",
       "\n  layer 0 conv2d: no bias in the file's module 'conv'",
       "\n  layer 1 batch_norm: gamma 'bn.weight' has the type I32; expected F32, F64, F16 or BF16",
       "\n  layer 1 batch_norm: mean 'bn.running_mean' is no finite number at element 1",
       "\n  layer 1 batch_norm: variance 'bn.running_var' is -1 at element 0; expected at least 0",
       "\n  layer 3 dense: weight 'fc.weight' has the shape [18, 5]; expected [5, 18] or [5, 3, 2, 3] (O C H W)",
       "\n  tensor 'aux.weight' F32 [2, 2]: no layer takes it", "\n  tensor 'steps' F32 []: no layer takes it"}));
}

TEST_CASE("a batch norm without learned scale and shift has 1 and 0", "[import]") {
  tensor_file file = small_file();
  take_out(file, "bn.weight");
  take_out(file, "bn.bias");
  small_network net;
  weight_mapping const mapping = load_weights(sort_weights("file", file), net);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(net.parameters[27 + i] == 1);
    CHECK(net.parameters[27 + 3 + i] == 0);
    CHECK(net.parameters[27 + 6 + i] == 130 + float(i));
  }
  REQUIRE(mapping.rows.size() == 8);
  CHECK(mapping.rows[2].conversion == "1, as the file has none");
  CHECK(mapping.rows[3].conversion == "0, as the file has none");

  // PyTorch has both or none, and statistics always; Keras leaves out each.
  CHECK(mentions(refusal([](tensor_file& f) { take_out(f, "bn.weight"); }), {"1 difference ", "no gamma"}));
  CHECK(mentions(refusal([](tensor_file& f) { take_out(f, "bn.running_var"); }), {"1 difference ", "no variance"}));
  CHECK(mentions(refusal([](tensor_file& f) {
                   for (char const* const name : {"bn.weight", "bn.bias", "bn.running_mean"}) take_out(f, name);
                 }),
                 {"3 differences", "no gamma", "no beta", "no mean"}));
  network<input<2, 3, 4> | batch_norm> keras;
  tensor_file unscaled;
  unscaled.ordered = true;
  unscaled.tensors = {counted("bn/beta:0", {2}, 5), counted("bn/moving_mean:0", {2}),
                      counted("bn/moving_variance:0", {2}, 1)};
  load_weights(sort_weights("file", unscaled), keras);
  CHECK((keras.parameters[0] == 1 && keras.parameters[1] == 1 && keras.parameters[2] == 5));
}

TEST_CASE("too few and too many modules", "[import]") {
  CHECK(mentions(refusal([](tensor_file& f) {
                   take_out(f, "fc.weight");
                   take_out(f, "fc.bias");
                 }),
                 {"2 differences", "layer 3 dense: no weight, as a module in the file is missing", "no bias"}));
  CHECK(mentions(refusal([](tensor_file& f) { f.tensors.clear(); }), {"8 differences"}));
  // A bias where the network has none.
  network<input<2, 3, 4> | conv2d<3, 2>(no_bias) | batch_norm | relu | dense<5>> unbiased;
  CHECK(mentions(message_of([&] { load_weights(sort_weights("file", small_file()), unbiased); }),
                 {"1 difference ", "tensor 'conv.bias' F32 [3]: no layer takes it"}));
}

TEST_CASE("what is left over may be ignored by name", "[import]") {
  auto const more = [](tensor_file& f) {
    f.tensors.push_back(counted("aux.0.weight", {2, 2}));
    f.tensors.push_back(counted("steps", {1}));
    f.tensors.push_back(counted("auxiliary", {1}));
  };
  CHECK(refusal(more, {.ignored = {"aux", "steps", "auxiliary"}}).empty());
  CHECK(mentions(refusal(more, {.ignored = {"aux", "steps"}}), {"1 difference ", "'auxiliary'"}));
  // Ignoring does not excuse what a layer needs.
  CHECK(mentions(refusal([](tensor_file& f) { take_out(f, "fc.bias"); }, {.ignored = {"fc"}}), {"no bias"}));
}

TEST_CASE("an epsilon below the network's needs variances to take it from", "[import]") {
  auto const tiny = [](tensor_file& f) {
    named(f, "bn.running_var") = make_tensor<float>("bn.running_var", {3}, std::vector<float>{1, 1e-6F, 1});
  };
  CHECK(refusal(tiny, {.batch_norm_epsilon = 1e-3F}).empty());
  CHECK(mentions(refusal(tiny, {.batch_norm_epsilon = 1e-7F}), {"variance 'bn.running_var'", "element 1"}));
}

TEST_CASE("samples are checked and replayed", "[import]") {
  tensor_file good = small_file();
  auto net = std::make_unique<small_network>();
  load_weights(sort_weights("file", good), *net);
  auto workspace = std::vector<float>(std::size_t(small_network::workspace_size));
  std::vector<float> const image = tensor_values<float>(counted("i", {24}, -12));
  auto const view = net->run(image.data(), workspace.data());
  std::vector<float> outputs(view.begin(), view.end());
  auto const with = [&](std::vector<std::int64_t> const& input, std::vector<std::int64_t> const& output) {
    return [=](tensor_file& f) {
      f.tensors.push_back(make_tensor<float>("polyfold.input.0", input, std::span<float const>(image)));
      f.tensors.push_back(make_tensor<float>("polyfold.output.0", output, std::span<float const>(outputs)));
    };
  };
  CHECK(refusal(with({2, 3, 4}, {5})).empty());
  CHECK(refusal(with({1, 2, 3, 4}, {1, 5})).empty());
  CHECK(refusal(with({1, 2, 3, 4}, {1, 5, 1, 1})).empty());
  CHECK(mentions(refusal(with({2, 4, 3}, {5})), {"sample 'polyfold.input.0' F32 [2, 4, 3]", "2 x 3 x 4"}));
  CHECK(mentions(refusal(with({2, 3, 4}, {5, 1})), {"sample 'polyfold.output.0' F32 [5, 1]", "5 x 1 x 1"}));
  CHECK(mentions(refusal([&](tensor_file& f) {
                   with({2, 3, 4}, {5})(f);
                   take_out(f, "polyfold.output.0");
                 }),
                 {"'polyfold.input.0' without polyfold.output.0"}));
  CHECK(mentions(refusal([&](tensor_file& f) {
                   with({2, 3, 4}, {5})(f);
                   take_out(f, "polyfold.input.0");
                 }),
                 {"'polyfold.output.0' without the input"}));
  CHECK(mentions(refusal([&](tensor_file& f) {
                   with({2, 3, 4}, {5})(f);
                   named(f, "polyfold.output.0") = counted("polyfold.output.0", {2, 5});
                 }),
                 {"sample 0: 1 inputs with 2 outputs"}));
  CHECK(mentions(refusal([&](tensor_file& f) {
                   with({2, 3, 4}, {5})(f);
                   named(f, "polyfold.output.0").type = dtype::i32;
                 }),
                 {"'polyfold.output.0' I32", "floating numbers"}));

  float const expected = outputs[3];
  outputs[3] *= 1.01F;
  CHECK(
      mentions(refusal(with({2, 3, 4}, {5})), {"file.npz: the network does not compute", "sample 0, image 0, output 3",
                                               "at most 0.0001 is allowed", "conv.weight"}));
  CHECK(refusal(with({2, 3, 4}, {5}), {.tolerance = 0.02F}).empty());
  outputs[3] = expected;

  // Outputs that are no numbers in the file, and in the network.
  outputs[0] = std::nanf("");
  CHECK(mentions(refusal(with({2, 3, 4}, {5})), {"'polyfold.output.0'", "finite numbers"}));
  outputs[0] = 1;
  CHECK(
      mentions(refusal([&](tensor_file& f) {
                 with({2, 3, 4}, {5})(f);
                 named(f, "bn.weight") = make_tensor<float>("bn.weight", {3}, std::vector<float>{3e38F, 3e38F, 3e38F});
                 named(f, "fc.weight") = counted("fc.weight", {5, 18}, 1e37F);
               }),
               {"does not compute"}));
}

TEST_CASE("the time to sort tensors grows with their number", "[import]") {
  CHECK(test::growth_by_8(1000, [](std::size_t count) {
          tensor_file file;
          for (std::size_t i = 0; i < count; ++i) {
            file.tensors.push_back({.name = "polyfold.input." + std::to_string(i), .shape = {0}, .bytes = {}});
            file.tensors.push_back({.name = "polyfold.output." + std::to_string(i), .shape = {0}, .bytes = {}});
            file.tensors.push_back({.name = std::to_string(i) + ".weight", .shape = {0}, .bytes = {}});
          }
          REQUIRE(sort_weights("file", std::move(file)).samples.size() == count);
        }) < 24);
}

TEST_CASE("what was not compared is said", "[import]") {
  small_network net;
  weight_mapping const mapping = load_weights(sort_weights("file", small_file()), net);
  CHECK(mentions(
      mapping.comparison(),
      {"not compared with the framework's own outputs: the file has no sample. Add the arrays polyfold.input.0",
       "not compared: strides, padding, activations, pooling and branches"}));
  std::ostringstream text;
  mapping.print(text);
  CHECK(text.str().ends_with(mapping.comparison()));

  // Keras pads by its strides: from the weights alone nobody knows.
  tensor_file keras;
  keras.ordered = true;
  keras.tensors = {counted("conv/kernel:0", {3, 3, 1, 2}), counted("conv/bias:0", {2})};
  network<input<1, 4, 4> | conv2d<2, 3>(stride<2>, padding<1>)> strided;
  network<input<1, 4, 4> | conv2d<2, 3>(padding<1>)> plain;
  std::string const note =
      "not compared: layer 0 conv2d 2 x 3 x 3, stride 2, padding 1: its padding; with strides, Keras'";
  CHECK(mentions(load_weights(sort_weights("file", keras), strided).comparison(), {note}));
  CHECK(!mentions(load_weights(sort_weights("file", keras), plain).comparison(), {"with strides, Keras'"}));
  network<input<1, 4, 4> | conv2d<2, 3>(stride<2>, same_padding)> same;
  CHECK(!mentions(load_weights(sort_weights("file", keras), same).comparison(), {"with strides, Keras'"}));
}

TEST_CASE("convolutions over lines are those of maps of one row", "[import]") {
  auto const keras = [] {
    tensor_file file;
    file.ordered = true;
    file.tensors = {counted("conv1d/kernel:0", {3, 2, 4}), counted("conv1d/bias:0", {4})};
    return sort_weights("file", std::move(file));
  };
  network<input<2, 1, 8> | conv2d<4, 1, 3>> net;
  load_weights(keras(), net);
  // Keras' L C O as O C L.
  auto const weight = [&](int o, int c, int s) { return net.parameters[std::size_t((o * 2 + c) * 3 + s)]; };
  CHECK(weight(0, 0, 0) == 0);
  CHECK(weight(1, 0, 0) == 1);
  CHECK(weight(0, 1, 0) == 4);
  CHECK(weight(3, 1, 2) == 23);

  tensor_file pytorch;
  pytorch.ordered = true;
  pytorch.tensors = {counted("conv.weight", {4, 2, 3}), counted("conv.bias", {4})};
  load_weights(sort_weights("file", std::move(pytorch)), net);
  CHECK(weight(3, 1, 2) == 23);
  CHECK(weight(1, 0, 2) == 8);

  network<input<2, 8, 8> | conv2d<4, 3>> square;
  CHECK(mentions(message_of([&] { load_weights(keras(), square); }),
                 {"has the shape [3, 2, 4]", "write conv2d<filters, 1, length> on maps of one row"}));
}

TEST_CASE("a separable convolution of Keras is two layers", "[import]") {
  tensor_file file;
  file.ordered = true;
  file.tensors = {counted("sep/depthwise_kernel:0", {3, 3, 2, 1}), counted("sep/pointwise_kernel:0", {1, 1, 2, 3}),
                  counted("sep/bias:0", {3})};
  network<input<2, 8, 8> | conv2d<2, 3>(groups<2>, no_bias) | conv2d<3, 1>> net;
  weight_mapping const mapping = load_weights(sort_weights("file", std::move(file)), net);
  REQUIRE(mapping.rows.size() == 3);
  // H W C M as C M H W, then I O as O I.
  CHECK(net.parameters[1] == 2);
  CHECK(net.parameters[9] == 1);
  CHECK(net.parameters[18] == 0);
  CHECK(net.parameters[19] == 3);
  CHECK(net.parameters[20] == 1);
}

TEST_CASE("files are told apart by their content", "[import]") {
  test::temporary_folder const folder;
  tensor_file file = small_file();
  write_safetensors(folder / "weights", file);
  small_network net;
  CHECK(load_weights(folder / "weights", net, {.names = {"conv", "bn", "fc"}}).rows.size() == 8);
  save_network(folder / "own", net);
  CHECK(mentions(message_of([&] { load_weights(folder / "own", net); }), {"polyfold's own", "load_network"}));
  CHECK(mentions(message_of([&] { load_weights(folder / "nothing", net); }), {"nothing", "can't be read"}));
  test::write_bytes(folder / "zip", "PK, but no more");
  CHECK(mentions(message_of([&] { load_weights(folder / "zip", net); }), {"zip", ".npz"}));
  CHECK(mentions(message_of([&] { load_weights(folder / "none.npz", net); }), {"none.npz", "can't be read"}));
  test::write_bytes(folder / "model.onnx", "a model");
  CHECK(
      mentions(message_of([&] { load_weights(folder / "model.onnx", net); }), {"model.onnx", "no .npz", "read_onnx"}));
}
