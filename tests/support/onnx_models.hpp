// ONNX models written field by field, by the numbers of onnx.proto: a graph in a few lines.
//
//   onnx_model m{{op("Conv", {"x", "w"}, "y", {attribute("pads", {1, 1, 1, 1})})}, {floats("w", {2, 1, 3, 3})}, {1, 1, 4, 4}};
//   weight_source const source = source_of(m);
#pragma once

#include <google/protobuf/unknown_field_set.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/onnx.hpp>

#include "../unit/temporary_files.hpp"

namespace test {

class message {
 public:
  message() = default;
  message(message const& m) { set_.MergeFrom(m.set_); }
  message& operator=(message const&) = delete;

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
    if (!set_.SerializeToString(&result)) throw std::logic_error("a message can't be written");
    return result;
  }

 private:
  google::protobuf::UnknownFieldSet set_;
};

/// A tensor of these floats; too few are repeated, so that {1} fills it with ones.
inline std::string filled(std::string const& name, std::vector<std::int64_t> const& sizes,
                          std::vector<float> const& values) {
  message m;
  std::int64_t count = 1;
  for (auto const s : sizes) {
    m.number(1, s);
    count *= s;
  }
  std::string raw;
  for (std::int64_t i = 0; i < count; ++i)
    raw.append(reinterpret_cast<char const*>(&values[std::size_t(i) % values.size()]), sizeof(float));
  return m.number(2, 1).text(8, name).text(9, raw).bytes();
}
/// A tensor of floats that count up from `first`.
inline std::string floats(std::string const& name, std::vector<std::int64_t> const& sizes, float first = 0) {
  std::int64_t count = 1;
  for (auto const s : sizes) count *= s;
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(first + static_cast<float>(i));
  return filled(name, sizes, values);
}
/// A list of whole numbers.
inline std::string integers(std::string const& name, std::vector<std::int64_t> const& values) {
  message m;
  m.number(1, static_cast<std::int64_t>(values.size())).number(2, 7).text(8, name);
  for (auto const v : values) m.number(7, v);
  return m.bytes();
}

inline std::string attribute(std::string const& name, std::initializer_list<std::int64_t> values) {
  message m;
  m.text(1, name).number(20, 7);
  for (auto const v : values) m.number(8, v);
  return m.bytes();
}
inline std::string attribute(std::string const& name, int value) {
  return message().text(1, name).number(3, value).number(20, 2).bytes();
}
inline std::string attribute(std::string const& name, float value) {
  return message().text(1, name).real(2, value).number(20, 1).bytes();
}
inline std::string attribute(std::string const& name, char const* value) {
  return message().text(1, name).text(4, value).number(20, 3).bytes();
}

/// A node, called the_OUTPUT.
inline std::string op(std::string const& type, std::vector<std::string> const& inputs, std::string const& output,
                      std::vector<std::string> const& attributes = {}) {
  message m;
  for (auto const& i : inputs) m.text(1, i);
  m.text(2, output).text(3, "the_" + output).text(4, type);
  for (auto const& a : attributes) m.text(5, a);
  return m.bytes();
}

/// What a graph takes or gives. A size of -1 is left open.
inline std::string value(std::string const& name, std::vector<std::int64_t> const& sizes) {
  message shape;
  for (auto const s : sizes) shape.text(1, s < 0 ? message().text(2, "n").bytes() : message().number(1, s).bytes());
  message const tensor = message().number(1, 1).text(2, shape.bytes());
  return message().text(1, name).text(2, message().text(1, tensor.bytes()).bytes()).bytes();
}

/// A graph from "x" to "y".
struct onnx_model {
  std::vector<std::string> nodes;
  std::vector<std::string> tensors;
  std::vector<std::int64_t> input;
  std::int64_t operator_set = 17;
  std::vector<std::string> more_inputs{};
  std::vector<std::string> outputs{"y"};

  [[nodiscard]] std::string bytes() const {
    message graph;
    for (auto const& n : nodes) graph.text(1, n);
    for (auto const& t : tensors) graph.text(5, t);
    graph.text(11, value("x", input));
    for (auto const& i : more_inputs) graph.text(11, value(i, {1}));
    for (auto const& o : outputs) graph.text(12, value(o, {}));
    return message()
        .number(1, 8)
        .text(2, "a test")
        .text(7, graph.bytes())
        .text(8, message().number(2, operator_set).bytes())
        .bytes();
  }
};

inline polyfold::weight_source source_of(std::string const& bytes) {
  temporary_folder const folder;
  write_bytes(folder / "model.onnx", bytes);
  return polyfold::read_onnx(folder / "model.onnx");
}
inline polyfold::weight_source source_of(onnx_model const& m) { return source_of(m.bytes()); }

/// Why a file is no model, or a model is not a network; empty if it loads.
inline std::string refusal(std::string const& bytes) {
  return message_of([&] { source_of(bytes); });
}
template <class Network>
std::string refusal(onnx_model const& m, Network& net) {
  return message_of([&] { load_weights(source_of(m), net); });
}

/// Why a graph of these nodes, from "x" to "y", is not the network; empty if it loads.
template <class Network>
std::string refusal(std::vector<std::string> const& nodes, std::vector<std::string> const& tensors, Network& net,
                    std::int64_t operator_set = 17) {
  polyfold::shape const s = Network::input_shape;
  return refusal(onnx_model{nodes, tensors, {1, s.channels, s.height, s.width}, operator_set}, net);
}

}  // namespace test
