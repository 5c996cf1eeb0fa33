// Reads .onnx models and the .pb tensors beside them: what a graph takes and gives, its nodes with their attributes, and
// its constant tensors, as the file has them (io/onnx_steps.hpp says what they compute).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/onnx_tensor.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/text.hpp>

namespace polyfold::io {

struct onnx_attribute {
  enum class kind { none, number, integer, text, tensor, numbers, integers, other };
  kind is = kind::none;
  float number = 0;
  std::int64_t integer = 0;
  std::string text;
  std::vector<std::byte> numbers;  ///< float32
  std::vector<std::int64_t> integers;
  std::optional<stored_tensor> tensor;
  bool graphs = false;  ///< graphs of its own, which are not read
};

/// Why nothing is known to compute a node, and what helps.
struct onnx_refusal {
  std::string why;
};

/// One operation. An input without a name is left out.
struct onnx_node {
  std::string name;
  std::string operation;
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, onnx_attribute> attributes;

  /// "MaxPool node 'pool1' (ceil_mode 1, kernel_shape 2, 2)"
  [[nodiscard]] std::string text() const {
    std::string const which = name.empty() && !outputs.empty() ? outputs.front() : name;
    std::string listed;
    for (auto const& [key, a] : attributes)
      if (listed.size() < 200) listed += (listed.empty() ? " (" : "; ") + key.substr(0, 50) + value_text(a);
    return (domain.empty() ? "" : domain.substr(0, 50) + ".") + operation.substr(0, 100) + " node '" +
           which.substr(0, 100) + "'" + listed + (listed.empty() ? "" : ")");
  }

  // An attribute, or what it is if the node does not give it. Throws onnx_refusal where it is of another kind.
  [[nodiscard]] std::int64_t integer(std::string const& key, std::int64_t otherwise) const {
    onnx_attribute const* const a = find(key, onnx_attribute::kind::integer);
    return a == nullptr ? otherwise : a->integer;
  }
  [[nodiscard]] float number(std::string const& key, float otherwise) const {
    onnx_attribute const* const a = find(key, onnx_attribute::kind::number);
    return a == nullptr ? otherwise : a->number;
  }
  [[nodiscard]] std::string words(std::string const& key, std::string const& otherwise) const {
    onnx_attribute const* const a = find(key, onnx_attribute::kind::text);
    return a == nullptr ? otherwise : a->text;
  }
  [[nodiscard]] std::vector<std::int64_t> integers(std::string const& key,
                                                   std::vector<std::int64_t> const& otherwise = {}) const {
    onnx_attribute const* const a = find(key, onnx_attribute::kind::integers);
    return a == nullptr ? otherwise : a->integers;
  }

 private:
  [[nodiscard]] onnx_attribute const* find(std::string const& key, onnx_attribute::kind wanted) const {
    auto const found = attributes.find(key);
    if (found == attributes.end()) return nullptr;
    // A list without members is written as nothing.
    bool const empty = found->second.is == onnx_attribute::kind::none && wanted == onnx_attribute::kind::integers;
    if (found->second.is != wanted && !empty)
      throw onnx_refusal{"its attribute '" + key + "' is of another kind than ONNX gives it"};
    return &found->second;
  }
  [[nodiscard]] static std::string value_text(onnx_attribute const& a) {
    text_stream out;
    if (a.is == onnx_attribute::kind::number) out << ' ' << a.number;
    if (a.is == onnx_attribute::kind::integer) out << ' ' << a.integer;
    if (a.is == onnx_attribute::kind::text) out << ' ' << a.text.substr(0, 30);
    if (a.is == onnx_attribute::kind::integers)
      for (std::size_t i = 0; i < a.integers.size() && i < 8; ++i) out << (i == 0 ? " " : ", ") << a.integers[i];
    return out.str();
  }
};

/// What a graph takes or gives: the sizes of its axes, -1 for one that the file leaves open.
struct onnx_value {
  std::string name;
  std::optional<std::vector<std::int64_t>> sizes;
};

struct onnx_graph {
  std::vector<onnx_node> nodes;  ///< in graph order: after all whose outputs they read
  std::vector<stored_tensor> initialisers;
  std::vector<onnx_value> inputs;  ///< without those that initialisers give
  std::vector<std::string> outputs;
  std::int64_t operator_set = 0;  ///< version of ONNX's own operators; 0: the file states none
};

}  // namespace polyfold::io

namespace polyfold {

namespace detail {

class onnx_model_reader : public onnx_message_reader {
 public:
  using onnx_message_reader::onnx_message_reader;

  [[nodiscard]] io::onnx_graph read_model() {
    std::optional<io::onnx_graph> graph;
    std::int64_t operator_set = 0;
    for_each_field(content(), [&](protobuf_field const& f) {
      if (f.number() == 7) {
        if (graph) throw malformed("has two graphs");
        graph = read_graph(bytes(f));
      } else if (f.number() == 8) {
        auto const [domain, version] = read_operator_set(bytes(f));
        if (is_own(domain)) operator_set = version;
      }
    });
    if (!graph) throw failure(path(), "has no graph", "an ONNX model");
    graph->operator_set = operator_set;
    return std::move(*graph);
  }

 private:
  /// Whether a domain is that of ONNX's own operators.
  [[nodiscard]] static bool is_own(std::string const& domain) { return domain.empty() || domain == "ai.onnx"; }

  [[nodiscard]] std::pair<std::string, std::int64_t> read_operator_set(std::string_view message) const {
    std::pair<std::string, std::int64_t> set;
    for_each_field(message, [&](protobuf_field const& f) {
      if (f.number() == 1) set.first = text(f);
      if (f.number() == 2) set.second = integer(f);
    });
    return set;
  }

  [[nodiscard]] std::pair<std::string, io::onnx_attribute> read_attribute(std::string_view message) {
    using kind = io::onnx_attribute::kind;
    std::string name;
    io::onnx_attribute a;
    auto const is = [&](kind found) { a.is = a.is == kind::none || a.is == found ? found : kind::other; };
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          name = text(f);
          break;
        case 2:
          if (f.type() != protobuf_field::TYPE_FIXED32) throw wrong_type(f);
          a.number = std::bit_cast<float>(f.fixed32());
          is(kind::number);
          break;
        case 3:
          a.integer = integer(f);
          is(kind::integer);
          break;
        case 4:
          a.text = text(f);
          is(kind::text);
          break;
        case 5:
          a.tensor = read_tensor(bytes(f));
          is(kind::tensor);
          break;
        case 7:
          append_floats(f, a.numbers);
          is(kind::numbers);
          break;
        case 8:
          append_integers(f, a.integers);
          is(kind::integers);
          break;
        case 6:
        case 11:
          a.graphs = true;
          is(kind::other);
          break;
        case 13:  // its documentation
        case 20:  // its kind, which the field says already
          break;
        default:
          is(kind::other);
          break;
      }
    });
    return {std::move(name), std::move(a)};
  }

  [[nodiscard]] io::onnx_node read_node(std::string_view message) {
    io::onnx_node node;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          node.inputs.push_back(text(f));
          break;
        case 2:
          node.outputs.push_back(text(f));
          break;
        case 3:
          node.name = text(f);
          break;
        case 4:
          node.operation = text(f);
          break;
        case 5: {
          auto [name, attribute] = read_attribute(bytes(f));
          if (!node.attributes.emplace(name, std::move(attribute)).second)
            throw malformed("has a node with the attribute '" + name.substr(0, 100) + "' twice");
          break;
        }
        case 7:
          node.domain = text(f);
          if (is_own(node.domain)) node.domain.clear();
          break;
        default:
          break;
      }
    });
    return node;
  }

  /// A ValueInfoProto: a name, and in two messages within its type the sizes.
  [[nodiscard]] io::onnx_value read_value(std::string_view message) const {
    io::onnx_value value;
    auto const read_size = [&](protobuf_field const& dimension) {
      std::int64_t size = -1;
      for_each_field(bytes(dimension), [&](protobuf_field const& f) {
        if (f.number() == 1) size = integer(f);
      });
      value.sizes->push_back(size);
    };
    for_each_field(message, [&](protobuf_field const& f) {
      if (f.number() == 1) value.name = text(f);
      if (f.number() != 2) return;
      for_each_field(bytes(f), [&](protobuf_field const& type) {
        if (type.number() != 1) return;
        for_each_field(bytes(type), [&](protobuf_field const& tensor) {
          if (tensor.number() != 2) return;
          value.sizes.emplace();
          for_each_field(bytes(tensor), [&](protobuf_field const& dimension) {
            if (dimension.number() == 1) read_size(dimension);
          });
        });
      });
    });
    return value;
  }

  [[nodiscard]] io::onnx_graph read_graph(std::string_view message) {
    io::onnx_graph graph;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          graph.nodes.push_back(read_node(bytes(f)));
          break;
        case 5:
          graph.initialisers.push_back(read_tensor(bytes(f)));
          break;
        case 11:
          graph.inputs.push_back(read_value(bytes(f)));
          break;
        case 12:
          graph.outputs.push_back(read_value(bytes(f)).name);
          break;
        case 15:
          throw failure(path(), "has sparse tensors", "dense ones", "export the weights as dense tensors");
        default:
          break;
      }
    });
    // Early versions list every initialiser as an input, too.
    std::set<std::string_view> given;
    for (stored_tensor const& t : graph.initialisers) given.insert(t.name);
    std::erase_if(graph.inputs, [&](io::onnx_value const& v) { return given.contains(v.name); });
    return graph;
  }
};

}  // namespace detail

}  // namespace polyfold

namespace polyfold::io {

/// Reads the graph of an .onnx file, and weights that lie in a second file beside it. Throws `failure` where the file is no
/// ONNX model, a tensor's bytes and shape disagree, or the second file is missing, too short, or outside the folder.
[[nodiscard]] inline onnx_graph read_onnx_graph(std::filesystem::path const& path) try {
  return polyfold::detail::onnx_model_reader(path).read_model();
} catch (...) {
  polyfold::detail::fail_to_read(path);
}

/// Reads a tensor from a .pb file, as they lie beside ONNX models as test data. Throws `failure` as above.
[[nodiscard]] inline stored_tensor read_onnx_tensor(std::filesystem::path const& path) try {
  return polyfold::detail::onnx_message_reader(path).read_tensor();
} catch (...) {
  polyfold::detail::fail_to_read(path);
}

}  // namespace polyfold::io
