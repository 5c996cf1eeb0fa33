// The steps of an ONNX graph are the network's layers in every attribute, or the import stops; what is the same written
// otherwise loads.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/io/onnx.hpp>

#include "catch.hpp"
#include "support/onnx_models.hpp"

namespace {

using namespace polyfold;
using test::attribute;
using test::filled;
using test::floats;
using test::integers;
using test::mentions;
using test::message;
using test::onnx_model;
using test::op;
using test::refusal;
using test::source_of;

using attributes = std::vector<std::string>;

/// The same between a 1 x 1 convolution of two channels, "w" and "b", and what follows.
template <class Network>
std::string behind_convolution(std::vector<std::string> nodes, std::vector<std::string> tensors, Network& net) {
  nodes.insert(nodes.begin(), op("Conv", {"x", "w", "b"}, "c"));
  tensors.push_back(floats("w", {2, 2, 1, 1}, 1));
  tensors.push_back(floats("b", {2}, 10));
  return refusal(nodes, tensors, net);
}

/// Outputs for the image -3, -2, -1, 0, 1, ...
template <class Network>
std::vector<float> run(Network const& net) {
  std::vector<float> image;
  for (int i = 0; i < Network::input_shape.size(); ++i) image.push_back(float(i % 7 - 3));
  auto workspace = std::vector<float>(std::size_t(Network::workspace_size));
  auto const out = net.run(image.data(), workspace.data());
  return {out.begin(), out.end()};
}

}  // namespace

TEST_CASE("windows slide as the network's, or the model is refused", "[onnx]") {
  network<input<1, 5, 4> | conv2d<2, 3>(stride<2>, padding<1>, no_bias)> net;
  auto const with = [&](attributes const& a) {
    return refusal({op("Conv", {"x", "w"}, "y", a)}, {floats("w", {2, 1, 3, 3})}, net);
  };
  std::string const strides = attribute("strides", {2, 2});
  CHECK(with({strides, attribute("pads", {1, 1, 1, 1})}).empty());
  // The column of zeros on the right is not reached.
  CHECK(with({strides, attribute("pads", {1, 1, 1, 0})}).empty());
  CHECK(mentions(with({strides, attribute("pads", {0, 1, 2, 1})}),
                 {"layer 0 conv2d 2 x 3 x 3, stride 2, padding 1", "Conv node 'the_y' (pads 0, 1, 2, 1; strides 2, 2)",
                  "the padding 0, 2, 1, 1 (top, bottom, left, right); expected 1, 1, 1, 1"}));
  CHECK(mentions(with({attribute("strides", {2, 1}), attribute("pads", {1, 1, 1, 1})}),
                 {"the stride 2 x 1; expected 2 x 2"}));
  CHECK(mentions(with({strides}), {"the padding 0, 0, 0, 0"}));
  // SAME is even over 5 rows, and uneven over 4 columns: SAME_LOWER has its zero on the left, as here.
  CHECK(mentions(with({strides, attribute("auto_pad", "SAME_UPPER")}), {"the padding 1, 1, 0, 1"}));
  CHECK(with({strides, attribute("auto_pad", "SAME_LOWER")}).empty());
  CHECK(mentions(with({strides, attribute("auto_pad", "VALID")}), {"the padding 0, 0, 0, 0"}));
  CHECK(mentions(with({strides, attribute("auto_pad", "SAME_UPPER"), attribute("pads", {1, 1, 1, 1})}),
                 {"both auto_pad and pads"}));
  CHECK(mentions(with({strides, attribute("pads", {1, 1, 1, 1}), attribute("dilations", {1, 2})}),
                 {"the dilation 1 x 2; expected 1 x 1"}));
  CHECK(mentions(with({strides, attribute("pads", {1, 1, 1, 1}), attribute("group", 2)}), {"in 2 groups"}));
  CHECK(mentions(with({attribute("kernel_shape", {3, 1})}), {"its kernel_shape is not that of its weights"}));
  CHECK(mentions(with({attribute("strides", {1})}), {"its strides do not suit its kernel_shape"}));
  CHECK(mentions(with({attribute("pads", {-1, 0, 0, 0})}), {"its pads are not those of a window"}));
  CHECK(mentions(with({attribute("activation", "Relu")}), {"its attribute 'activation' is not understood"}));

  network<input<2, 3, 3> | conv2d<2, 3>(groups<2>)> grouped;
  std::vector<std::string> const tensors{floats("w", {2, 1, 3, 3}), floats("b", {2})};
  CHECK(refusal({op("Conv", {"x", "w", "b"}, "y", {attribute("group", 2)})}, tensors, grouped).empty());
  CHECK(mentions(refusal({op("Conv", {"x", "w", "b"}, "y")}, tensors, grouped), {"do not suit the 2 channels"}));
}

TEST_CASE("windows of any form load into layers that say so", "[onnx]") {
  auto const conv = [](auto& net, attributes const& a) {
    return refusal({op("Conv", {"x", "w"}, "y", a)}, {floats("w", {2, 1, 3, 3})}, net);
  };
  std::string const strides = attribute("strides", {2, 2});
  network<input<1, 6, 4> | conv2d<2, 3>(stride<2>, same_padding, no_bias)> same;
  CHECK(conv(same, {strides, attribute("auto_pad", "SAME_UPPER")}).empty());
  CHECK(conv(same, {strides, attribute("pads", {0, 0, 1, 1})}).empty());
  CHECK(
      mentions(conv(same, {strides, attribute("auto_pad", "SAME_LOWER")}),
               {"layer 0 conv2d 2 x 3 x 3, stride 2, same padding", "the padding 1, 0, 1, 0", "expected 0, 1, 0, 1"}));
  network<input<1, 6, 4> | conv2d<2, 3>(stride<2, 1>, padding<1, 0, 2, 0>, dilation<1, 2>, no_bias)> uneven;
  attributes const stated{attribute("strides", {2, 1}), attribute("pads", {1, 2, 0, 0}),
                          attribute("dilations", {1, 2})};
  CHECK(conv(uneven, stated).empty());
  CHECK(mentions(conv(uneven, {stated[0], stated[1]}), {"the dilation 1 x 1; expected 1 x 2"}));

  auto const pool = [](auto& net, char const* type, attributes const& a) {
    return refusal({op(type, {"x"}, "y", a)}, {}, net);
  };
  std::string const kernel = attribute("kernel_shape", {2, 2});
  std::string const ceil = attribute("ceil_mode", 1);
  network<input<1, 5, 5> | max_pool<2>(ceil_mode)> rounded;
  CHECK(pool(rounded, "MaxPool", {kernel, strides, ceil}).empty());
  CHECK(mentions(pool(rounded, "MaxPool", {kernel, strides}), {"the padding 0, 0, 0, 0", "expected 0, 1, 0, 1"}));
  network<input<1, 5, 5> | max_pool<2, 3>(stride<1>, dilation<2, 1>)> gaps;
  CHECK(pool(gaps, "MaxPool", {attribute("kernel_shape", {2, 3}), attribute("dilations", {2, 1})}).empty());
  network<input<1, 5, 5> | average_pool<2>(padding<1>, exclude_padding)> excluded;
  network<input<1, 5, 5> | average_pool<2>(padding<1>)> included;
  attributes averages{kernel, strides, attribute("pads", {1, 1, 1, 1})};
  CHECK(pool(excluded, "AveragePool", averages).empty());
  CHECK(mentions(pool(included, "AveragePool", averages), {"averages without the padding (count_include_pad 0)"}));
  averages.push_back(attribute("count_include_pad", 1));
  CHECK(mentions(pool(excluded, "AveragePool", averages),
                 {"averages that count the padding; expected averages without it (exclude_padding)"}));
  CHECK(pool(included, "AveragePool", averages).empty());
  // What rounding up adds is never counted.
  network<input<1, 5, 5> | average_pool<2>(ceil_mode)> rounded_average;
  CHECK(pool(rounded_average, "AveragePool", {kernel, strides, ceil}).empty());
  CHECK(pool(rounded_average, "AveragePool", {kernel, strides, ceil, attribute("count_include_pad", 1)}).empty());
}

TEST_CASE("layers over lines are those of maps of one row", "[onnx]") {
  network<input<2, 1, 9> | conv2d<3, 1, 5>(padding<0, 2>, no_bias) | relu | max_pool<1, 2> |
          average_pool<1, 2>(ceil_mode) | dense<2>(no_bias)>
      net;
  std::vector<std::string> const nodes{
      op("Conv", {"x", "w"}, "c", {attribute("pads", {2, 2})}),
      op("Relu", {"c"}, "r"),
      op("MaxPool", {"r"}, "m", {attribute("kernel_shape", {2}), attribute("strides", {2})}),
      op("AveragePool", {"m"}, "a",
         {attribute("kernel_shape", {2}), attribute("strides", {2}), attribute("ceil_mode", 1)}),
      op("Flatten", {"a"}, "f"),
      op("MatMul", {"f", "v"}, "y")};
  std::vector<std::string> const tensors{floats("w", {3, 2, 5}), floats("v", {6, 2})};
  CHECK(test::message_of([&] { load_weights(source_of(onnx_model{nodes, tensors, {-1, 2, 9}}), net); }).empty());
  // With the channels last at first, and with an axis for the row in between.
  std::vector<std::string> turned = nodes;
  turned[0] = op("Conv", {"t", "w4"}, "c4", {attribute("pads", {0, 2, 0, 2})});
  turned.insert(turned.begin(),
                {op("Transpose", {"x"}, "l", {attribute("perm", {0, 2, 1})}), op("Unsqueeze", {"l", "two"}, "t")});
  turned.insert(turned.begin() + 3, op("Squeeze", {"c4", "two"}, "c"));
  CHECK(test::message_of([&] {
          load_weights(
              source_of(onnx_model{turned, {floats("w4", {3, 2, 1, 5}), tensors[1], integers("two", {2})}, {-1, 9, 2}}),
              net);
        }).empty());
  CHECK(mentions(test::message_of([&] {
                   load_weights(source_of(onnx_model{
                                    {op("MaxPool", {"x"}, "y", {attribute("kernel_shape", {2, 2})})}, {}, {1, 2, 9}}),
                                net);
                 }),
                 {"its window has 2 axes, and what it reads has 1"}));
}

TEST_CASE("poolings count, round and pad as the network's", "[onnx]") {
  network<input<1, 5, 5> | max_pool<2>> maxima;
  std::string const kernel = attribute("kernel_shape", {2, 2});
  std::string const strides = attribute("strides", {2, 2});
  std::string const ceil = attribute("ceil_mode", 1);
  auto const max = [&](attributes const& a) { return refusal({op("MaxPool", {"x"}, "y", a)}, {}, maxima); };
  CHECK(max({kernel, strides}).empty());
  CHECK(mentions(max({kernel, strides, ceil}), {"MaxPool node 'the_y' (ceil_mode 1",
                                                "the padding 0, 1, 0, 1 (top, bottom, left, right); expected 0, 0"}));
  CHECK(mentions(max({kernel}), {"the stride 1 x 1; expected 2 x 2"}));
  CHECK(mentions(max({strides, attribute("kernel_shape", {3, 2})}), {"the window 3 x 2; expected 2 x 2"}));
  CHECK(mentions(max({kernel, strides, attribute("dilations", {2, 2})}), {"the dilation 2 x 2; expected 1 x 1"}));
  CHECK(mentions(max({kernel, strides, attribute("pads", {0, 0, 1, 1})}), {"the padding 0, 1, 0, 1"}));
  CHECK(mentions(refusal({op("AveragePool", {"x"}, "y", {kernel, strides})}, {}, maxima),
                 {"layer 0 max_pool 2, stride 2: the file computes AveragePool node", "which is average_pool 2 x 2"}));
  // Where nothing is left over, rounding does not matter.
  network<input<1, 4, 4> | max_pool<2>> even;
  CHECK(refusal({op("MaxPool", {"x"}, "y", {kernel, strides, ceil})}, {}, even).empty());

  network<input<1, 4, 4> | average_pool<3>(stride<2>, padding<1>)> averages;
  auto const average = [&](attributes a) {
    a.push_back(attribute("kernel_shape", {3, 3}));
    a.push_back(strides);
    return refusal({op("AveragePool", {"x"}, "y", a)}, {}, averages);
  };
  CHECK(average({attribute("pads", {1, 1, 1, 1}), attribute("count_include_pad", 1)}).empty());
  CHECK(mentions(average({attribute("pads", {1, 1, 1, 1})}), {"averages without the padding (count_include_pad 0)"}));
  // Zeros in front of an average are counted.
  CHECK(
      refusal({op("Pad", {"x", "p"}, "a"), op("AveragePool", {"a"}, "y", {attribute("kernel_shape", {3, 3}), strides})},
              {integers("p", {0, 0, 1, 1, 0, 0, 1, 1})}, averages)
          .empty());

  network<input<2, 3, 4> | global_average_pool | relu> global;
  auto const of_all = [&](std::string const& node, std::vector<std::string> const& tensors = {}) {
    return refusal({node, op("Relu", {"a"}, "y")}, tensors, global);
  };
  CHECK(of_all(op("GlobalAveragePool", {"x"}, "a")).empty());
  CHECK(of_all(op("AveragePool", {"x"}, "a", {attribute("kernel_shape", {3, 4})})).empty());
  CHECK(of_all(op("ReduceMean", {"x"}, "a", {attribute("axes", {2, 3})})).empty());
  CHECK(of_all(op("ReduceMean", {"x", "axes"}, "a", {attribute("keepdims", 0)}), {integers("axes", {-1, -2})}).empty());
  CHECK(mentions(of_all(op("ReduceMean", {"x"}, "a", {attribute("axes", {1, 2})})), {"averages over other axes"}));
  CHECK(mentions(of_all(op("ReduceMean", {"x"}, "a")), {"averages over other axes"}));
  CHECK(mentions(of_all(op("GlobalMaxPool", {"x"}, "a")), {"GlobalMaxPool node 'the_a'", "no layer of polyfold"}));
}

TEST_CASE("activations are the network's, one for one", "[onnx]") {
  network<input<2, 2, 2> | conv2d<2, 1> | relu> net;
  std::string const zero = filled("zero", {}, {0});
  std::string const six = filled("six", {}, {6});
  CHECK(behind_convolution({op("Relu", {"c"}, "y")}, {}, net).empty());
  CHECK(behind_convolution({op("Clip", {"c", "zero"}, "y")}, {zero}, net).empty());
  CHECK(behind_convolution({op("Clip", {"c"}, "y", {attribute("min", 0.0F)})}, {}, net).empty());
  CHECK(mentions(behind_convolution({op("Clip", {"c", "zero", "six"}, "y")}, {zero, six}, net),
                 {"layer 1 relu: the file computes Clip node 'the_y', which is bounded_relu 6"}));
  CHECK(
      mentions(behind_convolution({op("Clip", {"c"}, "y", {attribute("min", 0.0F), attribute("max", 6.0F)})}, {}, net),
               {"Clip node 'the_y' (max 6; min 0), which is bounded_relu 6"}));
  CHECK(mentions(behind_convolution({op("Clip", {"c", "", "six"}, "y")}, {six}, net),
                 {"no activation has these bounds"}));
  CHECK(
      mentions(behind_convolution({op("Clip", {"c", "zero", "x"}, "y")}, {zero}, net), {"its bounds are no constant"}));
  CHECK(mentions(behind_convolution({op("Identity", {"c"}, "y")}, {}, net),
                 {"layer 1 relu: nothing in the file computes more of what it reads"}));
  CHECK(mentions(behind_convolution({op("Relu", {"c"}, "d"), op("Tanh", {"d"}, "y")}, {}, net),
                 {"behind the network's last layer the file computes Tanh node 'the_y', which is tanh"}));
  CHECK(mentions(behind_convolution({op("Tanh", {"c"}, "y")}, {}, net), {"Tanh node 'the_y', which is tanh"}));
  CHECK(mentions(behind_convolution({op("Softplus", {"c"}, "y")}, {}, net),
                 {"Softplus node 'the_y': no layer of polyfold computes this operator"}));

  network<input<2, 1, 1> | leaky_relu<1, 10>> leaky;
  CHECK(refusal({op("LeakyRelu", {"x"}, "y", {attribute("alpha", 0.1F)})}, {}, leaky).empty());
  CHECK(mentions(refusal({op("LeakyRelu", {"x"}, "y")}, {}, leaky), {"leaky_relu 0.01; expected leaky_relu 0.1"}));
  network<input<2, 1, 1> | sigmoid | tanh_activation> smooth;
  CHECK(refusal({op("Sigmoid", {"x"}, "a"), op("Tanh", {"a"}, "y")}, {}, smooth).empty());
}

TEST_CASE("activations with numbers, and those that several nodes compute", "[onnx]") {
  network<input<2, 2, 2> | conv2d<2, 1> | bounded_relu<1, 2>> bounded;
  std::vector<std::string> const bounds{filled("zero", {}, {0}), filled("half", {}, {0.5F})};
  CHECK(behind_convolution({op("Clip", {"c", "zero", "half"}, "y")}, bounds, bounded).empty());
  CHECK(mentions(
      behind_convolution({op("Clip", {"c"}, "y", {attribute("min", 0.0F), attribute("max", 6.0F)})}, {}, bounded),
      {"layer 1 bounded_relu 0.5: Clip node 'the_y' (max 6; min 0) has other numbers: bounded_relu 6"}));
  network<input<2, 1, 1> | elu<> | hard_sigmoid | gelu_tanh> several;
  auto const with = [&](attributes const& hard, char const* approximate) {
    return refusal({op("Elu", {"x"}, "a"), op("HardSigmoid", {"a"}, "b", hard),
                    op("Gelu", {"b"}, "y", {attribute("approximate", approximate)})},
                   {}, several);
  };
  attributes const sixth{attribute("alpha", 1.0F / 6), attribute("beta", 0.5F)};
  CHECK(with(sixth, "tanh").empty());
  CHECK(mentions(with({}, "tanh"), {"HardSigmoid node 'the_b': hard_sigmoid has another alpha"}));
  CHECK(mentions(with(sixth, "none"), {"layer 2 gelu_tanh: the file computes Gelu node", "which is gelu."}));

  network<input<2, 3, 3> | conv2d<2, 1> | silu> swish;
  CHECK(behind_convolution({op("Sigmoid", {"c"}, "s"), op("Mul", {"s", "c"}, "y")}, {}, swish).empty());
  CHECK(mentions(behind_convolution({op("Sigmoid", {"c"}, "s"), op("Mul", {"s", "x"}, "y")}, {}, swish),
                 {"layer 1 silu: the file computes Sigmoid node 'the_s', which is sigmoid"}));

  network<input<2, 3, 3> | conv2d<2, 1> | hard_swish> hard;
  std::vector<std::string> const three{filled("three", {}, {3}), filled("zero", {}, {0}), filled("six", {}, {6})};
  std::string const plus = op("Add", {"c", "three"}, "a");
  std::string const clip = op("Clip", {"a", "zero", "six"}, "k");
  CHECK(behind_convolution({op("HardSwish", {"c"}, "y")}, {}, hard).empty());
  CHECK(behind_convolution({op("HardSigmoid", {"c"}, "s", sixth), op("Mul", {"c", "s"}, "y")}, {}, hard).empty());
  CHECK(
      behind_convolution({plus, clip, op("Div", {"k", "six"}, "d"), op("Mul", {"c", "d"}, "y")}, three, hard).empty());
  CHECK(
      behind_convolution({plus, clip, op("Mul", {"c", "k"}, "d"), op("Div", {"d", "six"}, "y")}, three, hard).empty());
  CHECK(!behind_convolution({plus, clip, op("Mul", {"c", "k"}, "d"), op("Div", {"d", "three"}, "y")}, three, hard)
             .empty());
  CHECK(!behind_convolution({plus, clip, op("Mul", {"c", "k"}, "y")}, three, hard).empty());

  network<input<2, 3, 3> | conv2d<2, 1> | gelu> smooth;
  std::vector<std::string> const parts{filled("root", {}, {1.41421356F}), filled("one", {}, {1}),
                                       filled("half", {}, {0.5F})};
  std::vector<std::string> nodes{op("Div", {"c", "root"}, "a"), op("Erf", {"a"}, "k"), op("Add", {"k", "one"}, "d"),
                                 op("Mul", {"c", "d"}, "e"), op("Mul", {"e", "half"}, "y")};
  CHECK(behind_convolution(nodes, parts, smooth).empty());
  nodes[3] = op("Mul", {"c", "half"}, "e");
  nodes[4] = op("Mul", {"e", "d"}, "y");
  CHECK(behind_convolution(nodes, parts, smooth).empty());
  nodes[3] = op("Mul", {"c", "one"}, "e");
  CHECK(!behind_convolution(nodes, parts, smooth).empty());
  nodes[0] = op("Div", {"c", "one"}, "a");
  CHECK(!behind_convolution(nodes, parts, smooth).empty());

  network<input<3, 2, 2> | prelu> slopes;
  auto const slope = [&](std::string const& numbers) {
    return refusal({op("PRelu", {"x", "p"}, "y")}, {numbers}, slopes);
  };
  CHECK(slope(floats("p", {3, 1, 1}, 1)).empty());
  CHECK(slopes.parameters == std::array<float, 3>{1, 2, 3});
  CHECK(slope(floats("p", {1}, 4)).empty());
  CHECK(slopes.parameters == std::array<float, 3>{4, 4, 4});
  CHECK(mentions(slope(floats("p", {2, 2})), {"'p' [2, 2], which is not a number for each channel"}));
  CHECK(!slope(floats("p", {3})).empty());
}

TEST_CASE("zeros in front of a convolution are its padding", "[onnx]") {
  network<input<1, 4, 4> | conv2d<2, 3>(padding<1>, no_bias)> net;
  std::string const pads = integers("p", {0, 0, 1, 1, 0, 0, 1, 1});
  auto const with = [&](std::string const& pad, std::vector<std::string> tensors, attributes const& a = {}) {
    tensors.push_back(floats("w", {2, 1, 3, 3}));
    return refusal({pad, op("Conv", {"q", "w"}, "y", a)}, tensors, net);
  };
  CHECK(with(op("Pad", {"x", "p"}, "q"), {pads}).empty());
  CHECK(with(op("Pad", {"x", "p", "v"}, "q"), {pads, filled("v", {}, {0})}).empty());
  CHECK(with(op("Pad", {"x"}, "q", {attribute("pads", {0, 0, 1, 1, 0, 0, 1, 1})}), {}).empty());
  CHECK(with(op("Pad", {"x", "p", "", "axes"}, "q"), {integers("p", {1, 1, 1, 1}), integers("axes", {-1, 2})}).empty());
  // Some of them here, the others there.
  CHECK(with(op("Pad", {"x", "p"}, "q"), {integers("p", {0, 0, 1, 0, 0, 0, 0, 1})}, {attribute("pads", {0, 1, 1, 0})})
            .empty());
  CHECK(mentions(with(op("Pad", {"x", "p", "v"}, "q"), {pads, filled("v", {}, {1})}), {"it pads with 1"}));
  CHECK(mentions(with(op("Pad", {"x", "p"}, "q", {attribute("mode", "reflect")}), {pads}),
                 {"something else than zeros"}));
  CHECK(mentions(with(op("Pad", {"x", "p"}, "q"), {integers("p", {1, 0, 0, 0, 0, 0, 0, 0})}), {"pads images"}));
  CHECK(mentions(with(op("Pad", {"x", "p"}, "q"), {integers("p", {0, 0, 0, 0, 0, 0, 2, 2})}),
                 {"Pad node 'the_q', Conv node 'the_y' has the padding 0, 2, 0, 2"}));
  CHECK(mentions(with(op("Pad", {"x", "p"}, "q"), {integers("p", {0, 0, 1, 1, 0, 0, 1, -1})}), {"its pads"}));
  // In front of a maximum they are numbers like all others.
  network<input<1, 4, 4> | max_pool<3>(stride<1>, padding<1>)> maxima;
  CHECK(mentions(refusal({op("Pad", {"x", "p"}, "q"), op("MaxPool", {"q"}, "y", {attribute("kernel_shape", {3, 3})})},
                         {pads}, maxima),
                 {"layer 0 max_pool", "Pad node 'the_q', which is pad"}));
}

TEST_CASE("scales and shifts go into weights where that computes the same", "[onnx]") {
  std::vector<std::string> const normalise{op("Sub", {"x", "m"}, "a"), op("Div", {"a", "d"}, "n")};
  std::vector<std::string> const tensors{floats("m", {1, 2, 1, 1}, 1), floats("d", {2, 1, 1}, 2),
                                         floats("w", {3, 2, 3, 3}, -9), floats("b", {3})};
  auto const then = [&](attributes const& a) {
    std::vector<std::string> nodes = normalise;
    nodes.push_back(op("Conv", {"n", "w", "b"}, "y", a));
    return nodes;
  };
  network<input<2, 4, 5> | conv2d<3, 3>> plain;
  network<input<2, 4, 5> | scale_shift | conv2d<3, 3>> scaled;
  REQUIRE(refusal(then({}), tensors, plain).empty());
  REQUIRE(refusal(then({}), tensors, scaled).empty());
  CHECK(scaled.parameters[0] == Approx(1.0 / 2));
  CHECK(scaled.parameters[3] == Approx(-2.0 / 3));
  std::vector<float> const expected = run(scaled);
  std::vector<float> const found = run(plain);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-4));

  // Zeros that are padded behind a shift are not zeros of the input.
  attributes const pads{attribute("pads", {1, 1, 1, 1})};
  network<input<2, 4, 5> | conv2d<3, 3>(padding<1>)> padded;
  CHECK(mentions(refusal(then(pads), tensors, padded),
                 {"layer 0 conv2d", "Sub node 'the_a', Div node 'the_n', which is scale_shift",
                  "zeros are padded behind it", "write scale_shift there"}));
  network<input<2, 4, 5> | scale_shift | conv2d<3, 3>(padding<1>)> padded_behind;
  CHECK(refusal(then(pads), tensors, padded_behind).empty());
  // A scale alone leaves zeros what they are.
  CHECK(refusal({op("Mul", {"d", "x"}, "a"), op("Conv", {"a", "w", "b"}, "y", pads)},
                {tensors.begin() + 1, tensors.end()}, padded)
            .empty());
  CHECK(padded.parameters[0] == -18);
  CHECK(padded.parameters[9] == 0);
  CHECK(padded.parameters[10] == 3);

  // Behind weights: a bias if they have none, else their scales and biases.
  network<input<2, 2, 2> | conv2d<2, 1> | relu> behind;
  REQUIRE(behind_convolution({op("Mul", {"c", "s"}, "d"), op("Add", {"d", "t"}, "e"), op("Relu", {"e"}, "y")},
                             {floats("s", {2, 1, 1}, 2), filled("t", {1}, {5})}, behind)
              .empty());
  CHECK(behind.parameters == std::array<float, 6>{2, 4, 9, 12, 25, 38});
  network<input<2, 2, 2> | conv2d<2, 1>(no_bias) | relu> unbiased;
  CHECK(mentions(refusal({op("Conv", {"x", "w"}, "a"), op("Add", {"a", "t"}, "e"), op("Relu", {"e"}, "y")},
                         {floats("w", {2, 2, 1, 1}), filled("t", {1}, {5})}, unbiased),
                 {"no biases to take them up"}));

  // A number for each pixel is neither, nor is a weight that is computed.
  CHECK(
      mentions(behind_convolution({op("Add", {"c", "t"}, "d"), op("Relu", {"d"}, "y")}, {floats("t", {2, 2})}, behind),
               {"Add node 'the_d': it computes with the constant 't' [2, 2], which is not a number for each channel"}));
  CHECK(mentions(refusal({op("Conv", {"x", "x"}, "y")}, {}, behind), {"its weights or biases, is no constant"}));
  CHECK(mentions(refusal({op("Div", {"x", "d"}, "y")}, {filled("d", {}, {0})}, behind), {"not finite"}));
  CHECK(
      mentions(refusal({op("Div", {"d", "x"}, "y")}, {filled("d", {}, {1})}, behind), {"divides by a computed value"}));
}

TEST_CASE("norms and softmax look at the same numbers", "[onnx]") {
  network<input<3, 2, 2> | softmax> map;
  auto const over = [&](attributes const& a, std::int64_t set) {
    return refusal({op("Softmax", {"x"}, "y", a)}, {}, map, set);
  };
  CHECK(over({attribute("axis", 1)}, 13).empty());
  CHECK(over({attribute("axis", -3)}, 13).empty());
  CHECK(mentions(over({}, 13), {"over the channels of one pixel"}));
  CHECK(mentions(over({attribute("axis", 1)}, 12), {"over the channels of one pixel"}));
  network<input<3, 1, 1> | softmax> row;
  onnx_model m{{op("Softmax", {"x"}, "y")}, {}, {1, 3}};
  CHECK(refusal(m, row).empty());
  m.operator_set = 11;
  CHECK(refusal(m, row).empty());

  network<input<3, 2, 2> | local_response_norm<5, 1, 1, 50000>> norm;
  auto const lrn = [&](attributes a) {
    a.push_back(attribute("size", 5));
    return refusal({op("LRN", {"x"}, "y", a)}, {}, norm);
  };
  CHECK(lrn({}).empty());
  CHECK(mentions(lrn({attribute("alpha", 1.0F)}),
                 {"layer 0 local_response_norm", "5, 1, 0.2; expected local_response_norm 5, 1, 2e-05"}));
  CHECK(mentions(lrn({attribute("bias", 2.0F)}), {"5, 2, 2e-05; expected"}));
  CHECK(mentions(lrn({attribute("beta", 0.5F)}), {"has the power 0.75"}));
}
