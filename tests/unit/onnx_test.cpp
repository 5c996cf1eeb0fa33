// ONNX models: graphs as PyTorch exports them, graphs made here field by field, and every way to be wrong.

#include <array>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
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
#include "support/onnx_models.hpp"
#include "temporary_files.hpp"

namespace {

using namespace polyfold;
using test::attribute;
using test::floats;
using test::integers;
using test::mentions;
using test::message;
using test::message_of;
using test::onnx_model;
using test::op;
using test::refusal;
using test::source_of;

std::filesystem::path const files = std::filesystem::path(POLYFOLD_TEST_DATA) / "import";

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
  onnx_model const m{{op("Conv", {"x", "w"}, "a", {attribute("auto_pad", "SAME_UPPER")}), op("Add", {"a", "b"}, "c"),
                      op("Relu", {"c"}, "d"), op("Reshape", {"d", "flat"}, "e"), op("Reshape", {"v", "matrix"}, "v2"),
                      op("MatMul", {"e", "v2"}, "f"), op("Add", {"row", "f"}, "y")},
                     {floats("w", {2, 1, 3, 3}), floats("b", {2, 1, 1}, 50), integers("flat", {1, -1}),
                      floats("v", {2, 4, 3, 5}, 100), integers("matrix", {-1, 5}), floats("row", {1, 5}, 300)},
                     {1, 1, 4, 3}};
  network<input<1, 4, 3> | conv2d<2, 3>(padding<1>) | relu | dense<5>> net;
  weight_mapping const mapping = load_weights(source_of(m), net);
  CHECK(mapping.rows.size() == 4);
  CHECK(net.parameters[17] == 17);
  CHECK(net.parameters[19] == 51);
  CHECK(net.parameters[20 + 24 + 7] == 100 + 7 * 5 + 1);  // output 1, input 7
  CHECK(net.parameters.back() == 304);
}

TEST_CASE("Gemm in all its forms", "[onnx]") {
  network<input<3, 1, 1> | dense<2>> net;
  auto const with = [](std::vector<std::string> const& attributes, std::string const& weight, std::string const& bias) {
    return onnx_model{{op("Gemm", {"x", "w", "b"}, "y", attributes)}, {weight, bias}, {-1, 3}};
  };
  std::array<float, 8> const straight{0, 2, 4, 1, 3, 5, 10, 11};
  REQUIRE(refusal(with({}, floats("w", {3, 2}), floats("b", {2}, 10)), net).empty());
  CHECK(net.parameters == straight);
  REQUIRE(refusal(with({attribute("transB", 1)}, floats("w", {2, 3}), floats("b", {1, 2}, 10)), net).empty());
  CHECK(net.parameters == std::array<float, 8>{0, 1, 2, 3, 4, 5, 10, 11});
  REQUIRE(
      refusal(with({attribute("alpha", 0.5F), attribute("beta", 2.0F)}, floats("w", {3, 2}), floats("b", {2}, 10)), net)
          .empty());
  CHECK(net.parameters == std::array<float, 8>{0, 1, 2, 0.5F, 1.5F, 2.5F, 20, 22});
  CHECK(mentions(refusal(with({attribute("transA", 1)}, floats("w", {3, 2}), floats("b", {2})), net),
                 {"Gemm node 'the_y' (transA 1): it turns its input"}));
  // The right number of numbers is not enough.
  CHECK(mentions(refusal(with({}, floats("w", {2, 3}), floats("b", {3})), net),
                 {"its weights [2, 3] do not suit the 3 numbers"}));
  // A number for each image is no bias.
  CHECK(mentions(refusal(with({}, floats("w", {3, 2}), floats("b", {2, 1})), net), {"its bias has the shape [2, 1]"}));
  // An attribute of another kind than ONNX's is not read as 0.
  CHECK(mentions(refusal(with({attribute("alpha", 2)}, floats("w", {3, 2}), floats("b", {2})), net),
                 {"its attribute 'alpha' is of another kind"}));
}

TEST_CASE("maps that are turned before they are flattened turn the weights", "[onnx]") {
  onnx_model const m{{op("Transpose", {"x"}, "a", {attribute("perm", {0, 3, 1, 2})}), op("Conv", {"a", "w", "b"}, "c"),
                      op("Relu", {"c"}, "d"), op("Transpose", {"d"}, "e", {attribute("perm", {0, 2, 3, 1})}),
                      op("Flatten", {"e"}, "f"), op("MatMul", {"f", "v"}, "g"), op("Relu", {"g"}, "h"),
                      op("Transpose", {"u"}, "u2"), op("MatMul", {"h", "u2"}, "y")},
                     {floats("w", {2, 3, 1, 1}), floats("b", {2}), floats("v", {12, 4}), floats("u", {5, 4})},
                     {-1, 2, 3, 3}};
  network<input<3, 2, 3> | conv2d<2, 1> | relu | dense<4>(no_bias) | relu | dense<5>(no_bias)> net;
  weight_source const source = source_of(m);
  CHECK(source.samples_channels_last);
  weight_mapping const mapping = load_weights(source, net);
  CHECK(mapping.rows[2].conversion == "H W C O to O C H W");
  // Output 3, channel 1, row 1, column 0 is input (1 * 3 + 0) * 2 + 1.
  CHECK(net.parameters[std::size_t(8 + 3 * 12 + 1 * 6 + 1 * 3 + 0)] == float(((1 * 3 + 0) * 2 + 1) * 4 + 3));
  CHECK(net.parameters[std::size_t(8 + 48 + 4 * 4 + 2)] == float(4 * 4 + 2));
  CHECK(mapping.rows[3].shape == std::vector<std::int64_t>{4, 5});
}

TEST_CASE("batch norms bring their epsilon", "[onnx]") {
  onnx_model m{{op("BatchNormalization", {"x", "g", "b", "m", "v"}, "y", {attribute("epsilon", 0.5F)})},
               {floats("g", {2}), floats("b", {2}), floats("m", {2}), floats("v", {2}, 1)},
               {1, 2, 3, 2}};
  network<input<2, 3, 2> | batch_norm> net;
  REQUIRE(refusal(m, net).empty());
  CHECK(net.parameters[6] == Approx(1.5 - 1e-5));
  CHECK(net.parameters[7] == Approx(2.5 - 1e-5));
  m.nodes[0] = op("BatchNormalization", {"x", "g", "b", "m", "v"}, "y", {attribute("training_mode", 1)});
  CHECK(mentions(refusal(m, net), {"BatchNormalization node 'the_y' (training_mode 1)", "statistics from the batch"}));
}

TEST_CASE("weights in a second file load from beside the model, and from nowhere else", "[onnx]") {
  test::temporary_folder const folder;
  std::filesystem::create_directories(folder / "model" / "weights");
  auto const write = [&](std::string const& name) {
    message m;
    test::write_bytes(name, std::string("0000") + std::string("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12));
  };
  write((folder / "model" / "weights" / "all.bin").string());
  write((folder / "outside.bin").string());
  std::filesystem::create_symlink(folder / "outside.bin", folder / "model" / "link.bin");
  std::filesystem::create_symlink("weights/all.bin", folder / "model" / "inner.bin");
  network<input<3, 1, 1> | dense<1>(no_bias)> net;
  auto const load = [&](std::string const& location, std::string const& offset, std::string const& length) {
    message w;
    w.number(1, 3).number(1, 1).number(2, 1).text(8, "w").number(14, 1);
    for (auto const& [key, text] :
         {std::pair("location", location), std::pair("offset", offset), std::pair("length", length)})
      if (!text.empty()) w.text(13, message().text(1, key).text(2, text).bytes());
    test::write_bytes(folder / "model" / "m.onnx",
                      onnx_model{{op("MatMul", {"x", "w"}, "y")}, {w.bytes()}, {1, 3}}.bytes());
    return message_of([&] { load_weights(read_onnx(folder / "model" / "m.onnx"), net); });
  };
  CHECK(load("weights/all.bin", "4", "12").empty());
  CHECK(net.parameters == std::array<float, 3>{1, 2, 3});
  CHECK(load("inner.bin", "4", "").empty());
  CHECK(mentions(load("weights/all.bin", "8", "12"),
                 {"tensor 'w' lies in the file 'weights/all.bin' at 8", "which has 16"}));
  CHECK(mentions(load("weights/all.bin", "18446744073709551615", "12"), {"which has 16"}));
  CHECK(mentions(load("weights/all.bin", "4", "8"), {"tensor 'w' has 8 bytes", "expected 12 for F32 [3, 1]"}));
  CHECK(mentions(load("weights/all.bin", "-4", "12"), {"the offset '-4'"}));
  CHECK(mentions(load("nothing.bin", "", ""), {"'nothing.bin', which can't be read", "Remedy: copy both files"}));
  for (std::string const& place : {std::string("../outside.bin"), (folder / "outside.bin").string(),
                                   std::string("weights/../../outside.bin"), std::string("link.bin"), std::string()})
    CHECK(mentions(load(place, "4", "12"), {"tensor 'w' lies in the file '", "expected a file in the model's folder"}));
}

TEST_CASE("files that are no ONNX models are refused", "[onnx]") {
  test::temporary_folder const folder;
  CHECK(mentions(message_of([&] { (void)read_onnx(folder / "nothing"); }), {"nothing", "can't be read"}));
  CHECK(mentions(refusal(""), {"has no graph"}));
  CHECK(mentions(refusal("this is no protobuf"), {"model.onnx", "expected an ONNX"}));
  CHECK(mentions(refusal(message().number(7, 3).bytes()), {"field 7 with another type"}));
  auto const tensor = [](message const& m) { return refusal(onnx_model{{}, {m.bytes()}, {1}}.bytes()); };
  message const w = message().text(8, "w");
  CHECK(mentions(tensor(w), {"tensor 'w'", "element type 0"}));
  CHECK(mentions(tensor(message(w).number(2, 8)), {"element type 8"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(14, 1)), {"lies in the file ''", "in the model's folder"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, 3).text(9, "12345678")),
                 {"8 bytes", "expected 12 for F32 [3]"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, -3)), {"[-3]", "fits into memory"}));
  CHECK(mentions(tensor(message(w).number(2, 1).number(1, std::int64_t{1} << 40).number(1, std::int64_t{1} << 40)),
                 {"fits into memory"}));
  CHECK(mentions(tensor(message(w).number(2, 1).text(1, "\xff\xff")), {"field 1 with another type"}));
  CHECK(
      mentions(refusal(onnx_model{{message().number(4, 1).bytes()}, {}, {1}}.bytes()), {"field 4 with another type"}));
}

TEST_CASE("a tensor's numbers are of one kind, its own", "[onnx]") {
  auto const tensor = [](message const& m) { return refusal(onnx_model{{}, {m.bytes()}, {1}}.bytes()); };
  message const w = message().text(8, "w").number(1, 1).number(2, 1);
  CHECK(tensor(message(w).real(4, 1)).empty());
  CHECK(mentions(tensor(message(w).real(4, 1).text(9, "1234")), {"tensor 'w' has float_data and raw_data"}));
  CHECK(
      mentions(tensor(message(w).text(9, "1234").number(14, 1)), {"tensor 'w' has raw_data and data in another file"}));
  CHECK(mentions(tensor(message(w).number(7, 1)), {"tensor 'w' keeps F32 in int64_data"}));
  CHECK(mentions(tensor(message().text(8, "w").number(1, 1).number(2, 3).number(5, 300)),
                 {"the number 300; expected I8"}));
}

TEST_CASE("tensors keep their numbers in several ways", "[onnx]") {
  test::temporary_folder const folder;
  auto const read = [&](message const& m) {
    test::write_bytes(folder / "t.pb", m.bytes());
    return io::read_onnx_tensor(folder / "t.pb");
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
    refused += message_of([&] { load_weights(read_onnx(folder / "model.onnx"), net); }) != "";
  }
  CHECK(refused > 300);
}
