// ONNX models: graphs as PyTorch exports them, graphs made here field by field, and every way to be wrong.

#include <google/protobuf/unknown_field_set.h>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/io/onnx.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/network.hpp>

#include "catch.hpp"
#include "support/imported_networks.hpp"
#include "temporary_files.hpp"

namespace {

using namespace polyfold;
using test::failure;
using test::mentions;

std::filesystem::path const files = std::filesystem::path(POLYFOLD_TEST_DATA) / "import";

// Messages of onnx.proto, by the numbers of their fields.
class message {
 public:
  message& number(int field, std::int64_t value) {
    set_.AddVarint(field, static_cast<std::uint64_t>(value));
    return *this;
  }
  message& text(int field, std::string const& value) {
    set_.AddLengthDelimited(field, value);
    return *this;
  }
  message& real(int field, float value) {
    set_.AddFixed32(field, std::bit_cast<std::uint32_t>(value));
    return *this;
  }
  [[nodiscard]] std::string bytes() const {
    std::string result;
    REQUIRE(set_.SerializeToString(&result));
    return result;
  }
  message() = default;
  message(message const& m) { set_.MergeFrom(m.set_); }
  message& operator=(message const&) = delete;

 private:
  google::protobuf::UnknownFieldSet set_;
};

/// A tensor of floats that count up from `first`.
std::string floats(std::string const& name, std::vector<std::int64_t> const& dims, float first = 0) {
  message m;
  std::int64_t count = 1;
  for (auto const d : dims) {
    m.number(1, d);
    count *= d;
  }
  std::string raw;
  for (std::int64_t i = 0; i < count; ++i) {
    float const value = first + static_cast<float>(i);
    raw.append(reinterpret_cast<char const*>(&value), sizeof value);
  }
  return m.number(2, 1).text(8, name).text(9, raw).bytes();
}
std::string integers(std::string const& name, std::vector<std::int64_t> const& values) {
  message m;
  m.number(1, static_cast<std::int64_t>(values.size())).number(2, 7).text(8, name);
  for (auto const v : values) m.number(7, v);
  return m.bytes();
}

std::string attribute(std::string const& name, std::vector<std::int64_t> const& values) {
  message m;
  m.text(1, name).number(20, 7);
  for (auto const v : values) m.number(8, v);
  return m.bytes();
}
std::string attribute(std::string const& name, std::int64_t value) {
  return message().text(1, name).number(3, value).number(20, 2).bytes();
}
std::string attribute(std::string const& name, float value) {
  return message().text(1, name).real(2, value).number(20, 1).bytes();
}
std::string attribute(std::string const& name, std::string const& value) {
  return message().text(1, name).text(4, value).number(20, 3).bytes();
}

std::string op(std::string const& type, std::vector<std::string> const& inputs, std::string const& output,
               std::vector<std::string> const& attributes = {}) {
  message m;
  for (auto const& i : inputs) m.text(1, i);
  m.text(2, output).text(3, "the_" + output).text(4, type);
  for (auto const& a : attributes) m.text(5, a);
  return m.bytes();
}

struct model {
  std::vector<std::string> nodes;
  std::vector<std::string> tensors;
  [[nodiscard]] std::string bytes() const {
    message graph;
    for (auto const& n : nodes) graph.text(1, n);
    for (auto const& t : tensors) graph.text(5, t);
    return message().number(1, 8).text(2, "a test").text(7, graph.bytes()).bytes();
  }
};

weight_source source_of(std::string const& bytes) {
  test::temporary_folder const folder;
  test::write_bytes(folder / "model.onnx", bytes);
  return read_onnx(folder / "model.onnx");
}
std::string refusal(std::string const& bytes) {
  return failure([&] { source_of(bytes); });
}
template <class Network>
std::string refusal(model const& m, Network& net) {
  return failure([&] { load_weights(source_of(m.bytes()), net); });
}

}  // namespace

TEST_CASE("a graph that PyTorch exported computes as in PyTorch", "[onnx]") {
  weight_source source = read_onnx(files / "pytorch.onnx");
  source.samples = read_weights(files / "pytorch.npz").samples;
  network<test::imported> net;
  weight_mapping const mapping = load_weights(source, net);
  CHECK(mapping.samples == 3);
  CHECK(mapping.largest_difference < 1e-5F);
  CHECK(mapping.rows[0].tensor == "conv.weight");
  load_weights(source, net,
               {.names = {"conv", "bn", "block.conv1", "block.bn1", "block.conv2", "block.bn2", "block.downsample.0",
                          "block.downsample.1", "depthwise", "whole", "fc"}});
}

TEST_CASE("so does the graph whose batch norms PyTorch has folded", "[onnx]") {
  constexpr auto fused =
      input<2, 9, 7> | conv2d<4, 3>(padding<1>) | relu |
      residual(conv2d<6, 3>(stride<2>, padding<1>) | relu | conv2d<6, 3>(padding<1>), conv2d<6, 1>(stride<2>)) | relu |
      conv2d<6, 3>(groups<6>) | relu | dense<5> | relu | dense<3>;
  weight_source source = read_onnx(files / "pytorch_fused.onnx");
  source.samples = read_weights(files / "pytorch.npz").samples;
  network<fused> net;
  CHECK(load_weights(source, net).samples == 3);
}

TEST_CASE("biases that are added as maps, SAME_UPPER and weights behind a Reshape", "[onnx]") {
  model const m{{op("Conv", {"image", "w"}, "a", {attribute("auto_pad", std::string("SAME_UPPER"))}),
                 op("Add", {"a", "b"}, "c"), op("Relu", {"c"}, "d"), op("Reshape", {"d", "flat"}, "e"),
                 op("Reshape", {"v", "matrix"}, "v2"), op("MatMul", {"e", "v2"}, "f"), op("Add", {"row", "f"}, "out")},
                {floats("w", {2, 1, 3, 3}), floats("b", {2, 1, 1}, 50), integers("flat", {1, -1}),
                 floats("v", {2, 4, 3, 5}, 100), integers("matrix", {-1, 5}), floats("row", {1, 5}, 300)}};
  network<input<1, 4, 3> | conv2d<2, 3>(padding<1>) | relu | dense<5>> net;
  weight_mapping const mapping = load_weights(source_of(m.bytes()), net);
  CHECK(mapping.rows.size() == 4);
  CHECK(net.numbers[17] == 17);
  CHECK(net.numbers[19] == 51);
  CHECK(net.numbers[20 + 24 + 7] == 100 + 7 * 5 + 1);  // output 1, input 7
  CHECK(net.numbers.back() == 304);

  // The same with another padding, and with strides.
  network<input<1, 4, 3> | conv2d<2, 3>(padding<2>) | relu | dense<5>> padded;
  CHECK(mentions(refusal(m, padded),
                 {"layer 0 conv2d: the file's convolution 'w' has the padding SAME_UPPER; expected 2"}));
  model strided = m;
  strided.nodes[0] = op(
      "Conv", {"image", "w"}, "a",
      {attribute("strides", std::vector<std::int64_t>{2, 1}), attribute("pads", std::vector<std::int64_t>{1, 1, 1, 1}),
       attribute("dilations", std::vector<std::int64_t>{1, 2}), attribute("group", std::int64_t{2})});
  CHECK(mentions(refusal(strided, net),
                 {"3 differences", "the stride 2 x 1; expected 1 x 1", "the dilation 1 x 2", "2 groups; expected 1"}));
  model uneven = m;
  uneven.nodes[0] = op("Conv", {"image", "w"}, "a", {attribute("pads", std::vector<std::int64_t>{0, 1, 2, 1})});
  CHECK(mentions(refusal(uneven, net), {"the padding 0, 1, 2, 1; expected 1 on every side"}));
}

TEST_CASE("SAME padding is what it comes to at this size and stride", "[onnx]") {
  // 3 x 3 with stride 2: on 5 rows one zero on each side; on 4 rows none above and one below.
  auto const with = [](char const* kind) {
    return model{
        {op("Conv", {"image", "w"}, "a",
            {attribute("auto_pad", std::string(kind)), attribute("strides", std::vector<std::int64_t>{2, 2})})},
        {floats("w", {2, 1, 3, 3})}};
  };
  network<input<1, 5, 5> | conv2d<2, 3>(stride<2>, padding<1>, no_bias)> odd;
  network<input<1, 4, 4> | conv2d<2, 3>(stride<2>, padding<1>, no_bias)> even;
  CHECK(refusal(with("SAME_UPPER"), odd).empty());
  CHECK(refusal(with("SAME_LOWER"), odd).empty());
  CHECK(mentions(refusal(with("SAME_UPPER"), even), {"SAME_UPPER"}));
  // SAME_LOWER has its zero above, as here.
  CHECK(refusal(with("SAME_LOWER"), even).empty());
  CHECK(mentions(refusal(with("VALID"), odd), {"the padding 0, 0, 0, 0"}));
}

TEST_CASE("Gemm in all its forms", "[onnx]") {
  network<input<3, 1, 1> | dense<2>> net;
  auto const with = [](std::vector<std::string> const& attributes, std::string const& weight, std::string const& bias) {
    return model{{op("Gemm", {"x", "w", "b"}, "y", attributes)}, {weight, bias}};
  };
  std::array<float, 8> const straight{0, 2, 4, 1, 3, 5, 10, 11};
  REQUIRE(refusal(with({}, floats("w", {3, 2}), floats("b", {2}, 10)), net).empty());
  CHECK(net.numbers == straight);
  REQUIRE(
      refusal(with({attribute("transB", std::int64_t{1})}, floats("w", {2, 3}), floats("b", {1, 2}, 10)), net).empty());
  CHECK(net.numbers == std::array<float, 8>{0, 1, 2, 3, 4, 5, 10, 11});
  REQUIRE(
      refusal(with({attribute("alpha", 0.5F), attribute("beta", 2.0F)}, floats("w", {3, 2}), floats("b", {2}, 10)), net)
          .empty());
  CHECK(net.numbers == std::array<float, 8>{0, 1, 2, 0.5F, 1.5F, 2.5F, 20, 22});
  CHECK(mentions(refusal(with({attribute("transA", std::int64_t{1})}, floats("w", {3, 2}), floats("b", {2})), net),
                 {"Gemm node 'the_y'", "no constant from the right"}));
  // The right number of numbers is not enough.
  CHECK(mentions(refusal(with({}, floats("w", {2, 3}), floats("b", {2})), net),
                 {"weight 'w' has the shape [2, 3]; expected [3, 2] or [3, 1, 1, 2] (C H W O)"}));
}

TEST_CASE("maps that are turned before they are flattened turn the weights", "[onnx]") {
  model const m{{op("Transpose", {"image"}, "a", {attribute("perm", std::vector<std::int64_t>{0, 3, 1, 2})}),
                 op("Conv", {"a", "w", "b"}, "c"), op("Relu", {"c"}, "d"),
                 op("Transpose", {"d"}, "e", {attribute("perm", std::vector<std::int64_t>{0, 2, 3, 1})}),
                 op("Flatten", {"e"}, "f"), op("MatMul", {"f", "v"}, "g"), op("Relu", {"g"}, "h"),
                 op("Transpose", {"u"}, "u2"), op("MatMul", {"h", "u2"}, "out")},
                {floats("w", {2, 3, 1, 1}), floats("b", {2}), floats("v", {12, 4}), floats("u", {5, 4})}};
  network<input<3, 2, 3> | conv2d<2, 1> | relu | dense<4>(no_bias) | relu | dense<5>(no_bias)> net;
  weight_source const source = source_of(m.bytes());
  CHECK(source.samples_channels_last);
  weight_mapping const mapping = load_weights(source, net);
  CHECK(mapping.rows[2].conversion == "H W C O to O C H W");
  // Output 3, channel 1, row 1, column 0 is input (1 * 3 + 0) * 2 + 1.
  CHECK(net.numbers[std::size_t(8 + 3 * 12 + 1 * 6 + 1 * 3 + 0)] == float(((1 * 3 + 0) * 2 + 1) * 4 + 3));
  CHECK(net.numbers[std::size_t(8 + 48 + 4 * 4 + 2)] == float(4 * 4 + 2));
  CHECK(mapping.rows[3].shape == std::vector<std::int64_t>{4, 5});
}

TEST_CASE("batch norms bring their epsilon", "[onnx]") {
  model const m{{op("BatchNormalization", {"x", "g", "b", "m", "v"}, "y", {attribute("epsilon", 0.5F)})},
                {floats("g", {2}), floats("b", {2}), floats("m", {2}), floats("v", {2}, 1)}};
  network<input<2, 3, 2> | batch_norm> net;
  REQUIRE(refusal(m, net).empty());
  CHECK(net.numbers[6] == Approx(1.5 - 1e-5));
  CHECK(net.numbers[7] == Approx(2.5 - 1e-5));
}

TEST_CASE("what the graph does beyond layers is reported", "[onnx]") {
  network<input<1, 2, 2> | dense<2>(no_bias)> net;
  auto const with = [&](std::vector<std::string> const& nodes, std::vector<std::string> tensors) {
    tensors.push_back(floats("w", {4, 2}));
    model m{nodes, tensors};
    m.nodes.push_back(op("MatMul", {"x", "w"}, "y"));
    return refusal(m, net);
  };
  CHECK(with({}, {}).empty());
  CHECK(with({op("Dropout", {"image", "share"}, "x")}, {floats("share", {})}).empty());
  CHECK(mentions(with({op("Mul", {"image", "k"}, "x")}, {floats("k", {1})}),
                 {"Mul node 'the_x': it computes with the constant 'k' [1], which no layer takes"}));
  CHECK(mentions(with({op("Mul", {"image", "k"}, "x")},  // a constant may be a node, too
                      {floats("k", {}), floats("unused", {3})}),
                 {"2 differences", "'k' []", "tensor 'unused' F32 [3]: no layer takes it"}));
  CHECK(mentions(
      with({op("Constant", {}, "k", {message().text(1, "value").text(5, floats("", {2, 2})).number(20, 4).bytes()}),
            op("Add", {"image", "k"}, "x")},
           {}),
      {"Add node 'the_x'", "'k' [2, 2]"}));
  std::string const two_floats = message().text(1, "value_floats").real(7, 1.0F).real(7, 2.0F).bytes();
  for (auto const& [value, shape] :
       {std::pair(attribute("value_float", 2.0F), "'k' []"), std::pair(two_floats, "'k' [2]")})
    CHECK(mentions(with({op("Constant", {}, "k", {value}), op("Mul", {"image", "k"}, "x")}, {}), {"Mul node", shape}));
  CHECK(mentions(with({op("Constant", {}, "k", {attribute("value_string", std::string("a"))})}, {}),
                 {"Constant node 'the_k': its value is no tensor of numbers"}));
  // Whole numbers are shapes and axes.
  std::string const four = attribute("value_ints", std::vector<std::int64_t>{1, 4});
  CHECK(with({op("Constant", {}, "k", {four}), op("Cast", {"k"}, "shape", {attribute("to", std::int64_t{7})}),
              op("Constant", {}, "axis", {attribute("value_int", std::int64_t{1})}),
              op("Reshape", {"image", "shape"}, "x")},
             {})
            .empty());
  CHECK(mentions(with({op("Constant", {}, "k", {four}), op("Cast", {"k"}, "c", {attribute("to", std::int64_t{1})}),
                       op("Mul", {"image", "c"}, "x")},
                      {}),
                 {"Cast node 'the_c': it casts the constant 'k' between whole numbers and others"}));
  CHECK(mentions(with({op("Conv", {"image", "computed"}, "x")}, {}), {"Conv node", "weights are no constant"}));
  CHECK(
      mentions(with({op("Transpose", {"image"}, "x", {attribute("perm", std::vector<std::int64_t>{0, 1, 3, 2})})}, {}),
               {"permutes"}));
  CHECK(mentions(with({op("Conv", {"image", "c"}, "x", {attribute("strides", std::vector<std::int64_t>{1})})},
                      {floats("c", {1, 1, 1})}),
                 {"not those of a two-dimensional convolution"}));
  // A bias that differs from pixel to pixel is none, and a layer has one bias.
  model twice{{op("Conv", {"image", "c"}, "a"), op("Add", {"a", "b"}, "d"), op("Add", {"a", "b"}, "e")},
              {floats("c", {2, 1, 1, 1}), floats("b", {1, 2, 1, 1})}};
  network<input<1, 2, 2> | conv2d<2, 1>> conv;
  CHECK(mentions(refusal(twice, conv), {"Add node 'the_e'", "'b' [1, 2, 1, 1]"}));
  twice.tensors[1] = floats("b", {2, 2});
  CHECK(mentions(refusal(twice, conv), {"Add node 'the_d'", "'b' [2, 2]", "no bias"}));
}

TEST_CASE("files that are no ONNX models are refused", "[onnx]") {
  test::temporary_folder const folder;
  CHECK(mentions(failure([&] { (void)read_onnx(folder / "nothing"); }), {"nothing", "can't be read"}));
  CHECK(mentions(refusal(""), {"has no graph"}));
  CHECK(mentions(refusal("this is no protobuf"), {"model.onnx", "expected an ONNX"}));
  CHECK(mentions(refusal(message().number(7, 3).bytes()), {"field 7 with another type"}));
  auto const tensor = [](message const& m) { return refusal(model{{}, {m.bytes()}}.bytes()); };
  message const w = message().text(8, "w");
  CHECK(mentions(tensor(w), {"tensor 'w'", "element type 0"}));
  CHECK(mentions(tensor(message(w).number(2, 8)), {"element type 8"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(14, 1)), {"lies in another file"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, 3).text(9, "12345678")),
                 {"8 bytes", "expected 12 for F32 [3]"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, -3)), {"[-3]", "fits into memory"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, std::int64_t{1} << 40).number(1, std::int64_t{1} << 40)),
                 {"fits into memory"}));
  CHECK(mentions(tensor(message(w).number(2, 1).text(1, "\xff\xff")), {"field 1 with another type"}));
  CHECK(mentions(refusal(model{{message().number(4, 1).bytes()}, {}}.bytes()), {"field 4 with another type"}));
}

TEST_CASE("tensors keep their numbers in several ways", "[onnx]") {
  test::temporary_folder const folder;
  auto const read = [&](message const& m) {
    test::write_bytes(folder / "t.pb", m.bytes());
    return read_onnx_tensor(folder / "t.pb");
  };
  message const two = message().number(1, 2);
  CHECK(tensor_floats(read(message(two).number(2, 1).real(4, 1.5F).real(4, -2))) == std::vector<float>{1.5F, -2});
  CHECK(tensor_values<std::int64_t>(read(message(two).number(2, 7).text(7, std::string("\x05\xac\x02", 3)))) ==
        std::vector<std::int64_t>{5, 300});
  CHECK(tensor_values<std::int32_t>(read(message(two).number(2, 6).number(5, 7).number(5, -1))) ==
        std::vector<std::int32_t>{7, -1});
  CHECK(tensor_floats(read(message(two).number(2, 10).number(5, 0x3c00).number(5, 0xc000))) ==
        std::vector<float>{1, -2});
}

TEST_CASE("models broken at random are read or refused, nothing else", "[onnx][fuzz]") {
  test::temporary_folder const folder;
  std::string const original = test::read_bytes(files / "pytorch.onnx");
  std::mt19937 random(5);
  network<test::imported> net;
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    test::write_bytes(folder / "model.onnx", test::mutate(original, original.size(), random));
    refused += failure([&] { load_weights(read_onnx(folder / "model.onnx"), net); }) != "";
  }
  CHECK(refused > 300);
}
