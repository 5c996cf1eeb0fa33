// What an ONNX graph computes and the network's type does not, or not in that place, stops the import; what is the same
// written otherwise loads.

#include <algorithm>
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

}  // namespace

TEST_CASE("branches are found by the graph's edges", "[onnx]") {
  // Both branches begin with the same convolution; the graph's nodes stand the other way round.
  constexpr auto branches = input<2, 3, 3> | relu |
                            residual(conv2d<2, 1>(no_bias) | relu | conv2d<2, 1>(no_bias), conv2d<2, 1>(no_bias)) |
                            relu;
  network<branches> net;
  std::vector<std::string> const tensors{floats("w1", {2, 2, 1, 1}, 1), floats("w2", {2, 2, 1, 1}, 10),
                                         floats("s", {2, 2, 1, 1}, 20)};
  auto const with = [&](std::string const& sum) {
    return std::vector<std::string>{op("Relu", {"x"}, "r"),       op("Conv", {"r", "s"}, "short"),
                                    op("Conv", {"r", "w1"}, "a"), op("Relu", {"a"}, "b"),
                                    op("Conv", {"b", "w2"}, "c"), sum,
                                    op("Relu", {"sum"}, "y")};
  };
  for (auto const& inputs : {std::vector<std::string>{"short", "c"}, std::vector<std::string>{"c", "short"}}) {
    REQUIRE(refusal(with(op("Add", inputs, "sum")), tensors, net).empty());
    CHECK(net.parameters[0] == 1);
    CHECK(net.parameters[4] == 10);
    CHECK(net.parameters[8] == 20);
  }
  // The shortcut from elsewhere: of the network's input, of the body's inside.
  std::vector<std::string> wrong = with(op("Add", {"short", "c"}, "sum"));
  wrong[1] = op("Conv", {"x", "s"}, "short");
  CHECK(
      mentions(refusal(wrong, tensors, net), {"layer 4 conv2d 2 x 1 x 1, no bias: nothing in the file computes more"}));
  CHECK(mentions(refusal(with(op("Add", {"b", "c"}, "sum")), tensors, net),
                 {"layer 5 add: the file computes Add node 'the_sum', which is add of other values"}));
  CHECK(mentions(refusal(with(op("Mul", {"short", "c"}, "sum")), tensors, net),
                 {"layer 5 add: the file computes Mul node 'the_sum', which is multiply"}));
  CHECK(mentions(refusal(with(op("Sub", {"short", "c"}, "sum")), tensors, net), {"subtracts one branch from another"}));

  // Blocks in a row, with an identity: a network of one more.
  network<input<1, 2, 2> | residual(relu) | residual(relu)> two;
  std::vector<std::string> const chain{op("Relu", {"x"}, "a"), op("Add", {"x", "a"}, "b"), op("Relu", {"b"}, "c"),
                                       op("Add", {"c", "b"}, "y")};
  CHECK(refusal(chain, {}, two).empty());
  std::vector<std::string> skipped = chain;
  skipped[3] = op("Add", {"c", "x"}, "y");
  CHECK(mentions(refusal(skipped, {}, two), {"layer 3 add"}));
  skipped[3] = op("Add", {"c", "c"}, "y");
  CHECK(mentions(refusal(skipped, {}, two), {"layer 3 add"}));
}

TEST_CASE("shortcuts that pad channels are every n-th pixel and zeros around them", "[onnx]") {
  network<input<2, 4, 4> | residual(conv2d<6, 3>(stride<2>, padding<1>, no_bias), padded_identity<6, 2>)> net;
  auto const with = [&](std::string const& slice, std::string const& pad) {
    return refusal({op("Conv", {"x", "w"}, "a", {attribute("strides", {2, 2}), attribute("pads", {1, 1, 1, 1})}), slice,
                    pad, op("Add", {"a", "q"}, "y")},
                   {floats("w", {6, 2, 3, 3}), integers("starts", {0, 0}), integers("ends", {4, std::int64_t{1} << 40}),
                    integers("axes", {2, 3}), integers("steps", {2, 2}), integers("one", {1, 0}),
                    integers("p", {0, 2, 0, 0, 0, 2, 0, 0}), integers("late", {0, 0, 0, 0, 0, 4, 0, 0})},
                   net);
  };
  std::string const pad = op("Pad", {"s", "p"}, "q");
  CHECK(with(op("Slice", {"x", "starts", "ends", "axes", "steps"}, "s"), pad).empty());
  CHECK(mentions(with(op("Slice", {"x", "starts", "ends", "axes", "steps"}, "s"), op("Pad", {"s", "late"}, "q")),
                 {"layer 1 padded_identity 6", "padded_identity 6, 2, 0"}));
  CHECK(mentions(with(op("Slice", {"x", "one", "ends", "axes", "steps"}, "s"), pad), {"takes a part of a map"}));
}

TEST_CASE("shapes may be written in any way that means the same", "[onnx]") {
  network<input<2, 2, 3> | relu | dense<2>(no_bias)> net;
  auto const with = [&](std::vector<std::string> const& between, std::vector<std::string> tensors = {},
                        std::int64_t batch = 1) {
    onnx_model m{{op("Relu", {"x"}, "r")}, std::move(tensors), {batch, 2, 2, 3}};
    m.nodes.insert(m.nodes.end(), between.begin(), between.end());
    m.nodes.push_back(op("MatMul", {"f", "w"}, "y"));
    m.tensors.push_back(floats("w", {12, 2}));
    return refusal(m, net);
  };
  CHECK(with({op("Flatten", {"r"}, "f")}).empty());
  CHECK(with({op("Flatten", {"r"}, "f", {attribute("axis", -3)})}).empty());
  CHECK(mentions(with({op("Flatten", {"r"}, "f", {attribute("axis", 2)})}), {"does not flatten images one by one"}));
  auto const reshape = [&](std::vector<std::int64_t> const& to, std::int64_t batch = 1) {
    return with({op("Reshape", {"r", "s"}, "f")}, {integers("s", to)}, batch);
  };
  CHECK(reshape({1, -1}).empty());
  CHECK(reshape({-1, 12}).empty());
  CHECK(reshape({0, -1}, -1).empty());
  CHECK(reshape({1, -1}, -1).empty());
  CHECK(reshape({4, -1}, 4).empty());
  CHECK(mentions(reshape({2, -1}), {"reshapes a map to something else than rows"}));
  CHECK(mentions(reshape({-1, 6}), {"reshapes"}));
  CHECK(mentions(reshape({-1, -1}, -1), {"reshapes"}));
  CHECK(mentions(reshape({12}), {"reshapes"}));
  CHECK(mentions(with({op("MatMul", {"r", "v"}, "f")}, {floats("v", {3, 3})}), {"multiplies the last axis of a map"}));
  // The number of images taken from the input's shape, as PyTorch writes x.view(x.size(0), -1).
  CHECK(with({op("Shape", {"x"}, "a"), op("Gather", {"a", "zero"}, "b"), op("Unsqueeze", {"b", "zeros"}, "c"),
              op("Concat", {"c", "rest"}, "d", {attribute("axis", 0)}), op("Reshape", {"r", "d"}, "f")},
             {test::message().number(2, 7).text(8, "zero").number(7, 0).bytes(), integers("zeros", {0}),
              integers("rest", {-1})},
             -1)
            .empty());
  CHECK(with({op("Constant", {}, "k", {message().text(1, "value_ints").number(8, 1).number(8, 12).bytes()}),
              op("Cast", {"k"}, "s", {attribute("to", 7)}), op("Reshape", {"r", "s"}, "f")})
            .empty());
  CHECK(mentions(with({op("Transpose", {"r"}, "t", {attribute("perm", {0, 1, 3, 2})}), op("Flatten", {"t"}, "f")}),
                 {"permutes a map's axes"}));
  network<input<3, 1, 1> | relu> vector;
  CHECK(refusal({op("Squeeze", {"x", "a"}, "s"), op("Relu", {"s"}, "r"), op("Unsqueeze", {"r", "a"}, "y")},
                {integers("a", {2, 3})}, vector)
            .empty());
  CHECK(mentions(refusal({op("Squeeze", {"x"}, "s"), op("Relu", {"s"}, "y")}, {}, vector),
                 {"that of a single image included"}));
}

TEST_CASE("what is nothing at inference is let through", "[onnx]") {
  network<input<2, 1, 1> | relu | dropout<>> net;
  CHECK(refusal({op("Relu", {"x"}, "a"), op("Dropout", {"a", "share"}, "b"),
                 op("Cast", {"b"}, "c", {attribute("to", 1)}), op("Identity", {"c"}, "y")},
                {filled("share", {}, {0.5F})}, net)
            .empty());
  CHECK(refusal({op("Relu", {"x"}, "y")}, {}, net).empty());
  std::string const yes = message().number(2, 9).text(8, "yes").text(9, "\1").bytes();
  CHECK(mentions(refusal({op("Dropout", {"x", "", "yes"}, "a"), op("Relu", {"a"}, "y")}, {yes}, net),
                 {"it drops values"}));
  CHECK(mentions(refusal({op("Cast", {"x"}, "a", {attribute("to", 7)}), op("Relu", {"a"}, "y")}, {}, net),
                 {"something else than floating numbers"}));
}

TEST_CASE("nothing in the graph is left over", "[onnx]") {
  network<input<2, 1, 1> | relu> net;
  onnx_model const good{{op("Relu", {"x"}, "y")}, {}, {1, 2, 1, 1}};
  auto const changed = [&](std::function<void(onnx_model&)> const& change) {
    onnx_model m = good;
    change(m);
    return refusal(m, net);
  };
  CHECK(changed([](onnx_model&) {}).empty());
  CHECK(mentions(changed([](onnx_model& m) { m.nodes.push_back(op("Tanh", {"x"}, "z")); }),
                 {"Tanh node 'the_z': nothing reads its result"}));
  CHECK(mentions(changed([](onnx_model& m) { m.tensors.push_back(floats("unused", {3})); }),
                 {"1 difference", "tensor 'unused' F32 [3]: no layer takes it"}));
  CHECK(mentions(changed([](onnx_model& m) { m.outputs.emplace_back("x"); }), {"the graph has 2 outputs"}));
  CHECK(mentions(changed([](onnx_model& m) { m.outputs = {"z"}; }), {"no node computes the graph's output 'z'"}));
  CHECK(mentions(changed([](onnx_model& m) { m.outputs = {"x"}; }), {"the file's output is not"}));
  CHECK(mentions(changed([](onnx_model& m) { m.more_inputs.emplace_back("mask"); }),
                 {"the graph has 2 inputs: x, mask"}));
  CHECK(mentions(changed([](onnx_model& m) {
                   m.input = {1, 3, 1, 1};
                 }),
                 {"the graph's input 'x' has the sizes [1, 3, 1, 1]; expected a batch of 2 x 1 x 1"}));
  CHECK(mentions(changed([](onnx_model& m) { m.nodes.push_back(op("Relu", {"x"}, "y")); }), {"'y' exists already"}));
  CHECK(mentions(changed([](onnx_model& m) { m.nodes[0] = op("Relu", {"later"}, "y"); }),
                 {"it reads 'later', which nothing before it computes"}));
  CHECK(mentions(changed([](onnx_model& m) {
                   m.tensors = {floats("w", {2}), floats("w", {2})};
                 }),
                 {"two constants are called 'w'"}));
  CHECK(mentions(changed([](onnx_model& m) { m.nodes[0] = op("Relu", {"x", "x"}, "y"); }), {"it has 2 inputs"}));

  // Operators that are not ONNX's own, quantised ones, and graphs within the graph.
  std::string const foreign = message().text(1, "x").text(2, "y").text(4, "Relu").text(7, "my.own").bytes();
  CHECK(mentions(changed([&](onnx_model& m) { m.nodes[0] = foreign; }),
                 {"my.own.Relu node 'y'", "no layer of polyfold"}));
  CHECK(mentions(changed([](onnx_model& m) {
                   m.nodes[0] = op("QuantizeLinear", {"x", "x"}, "y");
                 }),
                 {"quantised numbers"}));
  std::string const branch = message().text(1, "then_branch").text(6, message().bytes()).number(20, 5).bytes();
  CHECK(mentions(changed([&](onnx_model& m) { m.nodes[0] = op("If", {"x"}, "y", {branch}); }),
                 {"If node 'the_y' (then_branch): its branches are graphs of their own"}));
  CHECK(mentions(changed([](onnx_model& m) {
                   m.nodes = {op("Sqrt", {"k"}, "l"), op("Mul", {"x", "l"}, "z"), op("Relu", {"z"}, "y")};
                   m.tensors = {floats("k", {1}, 4)};
                 }),
                 {"Sqrt node 'the_l': it computes with constants alone"}));
  // A result beside the first: a mask, indices.
  std::string const twofold = message().text(1, "x").text(2, "a").text(2, "mask").text(4, "Dropout").bytes();
  CHECK(mentions(changed([&](onnx_model& m) {
                   m.nodes = {twofold, op("Relu", {"mask"}, "y")};
                 }),
                 {"it reads 'mask', which a node gives beside its result"}));
  CHECK(changed([&](onnx_model& m) { m.nodes = {twofold, op("Relu", {"a"}, "y")}; }).empty());
}

TEST_CASE("names must be those that the graph has in their place", "[onnx]") {
  network<input<1, 1, 1> | conv2d<1, 1>(no_bias) | conv2d<1, 1>(no_bias)> net;
  onnx_model const m{{op("Conv", {"x", "a.weight"}, "c"), op("Conv", {"c", "b.weight"}, "y")},
                     {floats("a.weight", {1, 1, 1, 1}), floats("b.weight", {1, 1, 1, 1})},
                     {1, 1, 1, 1}};
  load_weights(source_of(m), net, {.names = {"a", "b"}});
  CHECK(mentions(test::message_of([&] {
                   load_weights(source_of(m), net, {.names = {"b", "a"}});
                 }),
                 {"layer 0 conv2d: the graph has the module 'a' there; expected 'b', as the names say"}));
}
