// Networks in safetensors files: every layer's numbers and index map, and a description of the network's type.
//
// Tensors are named "<layer number>.<layer name>.numbers" (float32: coefficients, then biases; batch norm: gamma, beta,
// mean, variance) and "<layer number>.<layer name>.map" (bytes). A network of bytes has, instead of a weighted layer's
// numbers, "<layer number>.<layer name>.codes" (signed bytes) and "<layer number>.<layer name>.scales" (bytes, see
// core/quantisation.hpp). A network in integers has the arrays of numbers/int8.hpp, by their names. The metadata holds "format" and "checksum" (see own_format.hpp), "network" (see description.hpp) and
// whatever the caller adds.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/integers/sum_bounds.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/own_format.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/layers/stored_part.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

/// The first line in which two texts differ, as "found / expected".
inline std::pair<std::string, std::string> first_difference(std::string const& found, std::string const& expected) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < core::smaller(found.size(), expected.size()) && found[i] == expected[i]; ++i)
    if (found[i] == '\n') line = i + 1;
  auto const at = [line](std::string const& text) {
    std::string const rest = line < text.size() ? text.substr(line, text.find('\n', line) - line) : "the end";
    return rest.size() <= 200 ? rest : rest.substr(0, 200) + "...";
  };
  return {at(found), at(expected)};
}

/// The values of tensor `name`, which must be there with type T and `count` elements.
template <class T>
std::vector<T> required_values(std::filesystem::path const& path, tensor_file const& file, std::string const& name,
                               std::size_t count) {
  std::string const expected = std::to_string(count) + " elements of type " + std::string(dtype_name(dtype_for<T>()));
  stored_tensor const* const tensor = file.find(name);
  if (tensor == nullptr) throw failure(path, "has no tensor '" + name + "'", expected);
  if (tensor->type != dtype_for<T>() || tensor->bytes.size() != count * sizeof(T))
    throw failure(path,
                  "tensor '" + name + "' has " + std::to_string(tensor->bytes.size()) + " bytes of type " +
                      std::string(dtype_name(tensor->type)),
                  expected);
  std::vector<T> values = tensor_values<T>(*tensor);
  if constexpr (std::is_same_v<T, float>)
    for (std::size_t i = 0; i < count; ++i)
      if (!core::is_finite(values[i]))
        throw failure(path, "tensor '" + name + "' is not a finite number at element " + std::to_string(i),
                      "finite numbers");
  return values;
}

template <int I, class Network>
std::string layer_tensor(char const* what) {
  return std::to_string(I) + "." + Network::template layer_at<I>::name + "." + what;
}

/// Throws `failure` where tensor `name` holds what no network has: the map, scales, or numbers or codes of a layer's parts.
template <class Element, std::size_t Count>
void check_values(std::filesystem::path const& path, std::string const& name, std::vector<Element> const& values,
                  std::array<stored_part, Count> const& parts) {
  if constexpr (std::is_same_v<Element, std::int8_t>) {
    if (std::find(values.begin(), values.end(), Element(-core::largest_code - 1)) != values.end())
      throw failure(path, "tensor '" + name + "' has the code -128", "codes from -127 to 127");
  }
  if constexpr (std::is_signed_v<Element>) {
    std::size_t i = 0;
    for (stored_part const& part : parts)
      for (int k = 0; k < part.count; ++k, ++i)
        if (part.nonnegative && values[i] < 0)
          throw failure(path, "tensor '" + name + "' has a negative " + part.name + " at element " + std::to_string(i),
                        "numbers of at least 0 there");
  }
}

/// What a network stores, as its file holds it.
template <class Network>
std::vector<stored_tensor> tensors_of(Network const& net) {
  std::vector<stored_tensor> tensors;
  core::for_constexpr<Network::layers>([&]<int I>() {
    Network::template visit_layer<I>(net, [&]<class T, std::size_t N>(char const* what, std::span<T const, N> values) {
      if (values.empty()) return;
      tensors.push_back(make_tensor<T>(layer_tensor<I, Network>(what), {std::int64_t(values.size())}, values));
    });
  });
  return tensors;
}

}  // namespace detail

/// Writes `net`, a network of any kind of numbers, whole or not at all. `metadata` is kept beside it.
template <class Network>
void save_network(std::filesystem::path const& path, Network const& net,
                  std::map<std::string, std::string> metadata = {}) try {
  tensor_file file{std::move(metadata), detail::tensors_of(net)};
  file.metadata["network"] = describe<Network>();
  detail::state_format(file, detail::network_format);
  write_safetensors(path, file);
} catch (...) {
  detail::fail_to_write(path);
}

/// Reads a network of this type into `net` and returns the file's metadata. Throws `failure` where the file is broken, of a
/// newer version, holds another network (the message names the first layer that differs) or numbers other than those that
/// were written, lacks a tensor or has one too many, or contains NaN or infinity; `net` is then unchanged.
template <class Network>
std::map<std::string, std::string> load_network(std::filesystem::path const& path, Network& net) try {
  tensor_file const file = read_safetensors(path);
  int const version = detail::version_of(path, file, detail::network_format);
  std::string const described = detail::metadata_text(file, "network");
  if (described != describe<Network>()) {
    auto const [found, expected] = detail::first_difference(described, describe<Network>());
    throw failure(path, "holds another network: its description says '" + found + "'", "'" + expected + "'");
  }
  detail::check_checksum(path, file, version);
  auto loaded = std::make_unique<Network>();
  std::size_t tensors = 0;
  core::for_constexpr<Network::layers>([&]<int I>() {
    Network::template visit_layer<I>(*loaded, [&]<class T, std::size_t N>(char const* what, std::span<T, N> target) {
      if (target.empty()) return;
      std::string const name = detail::layer_tensor<I, Network>(what);
      auto const values = detail::required_values<T>(path, file, name, target.size());
      detail::check_values(path, name, values, Network::template layer_parts<I>());
      std::copy(values.begin(), values.end(), target.begin());
      ++tensors;
    });
  });
  if (file.tensors.size() != tensors)
    throw failure(path, "holds " + std::to_string(file.tensors.size()) + " tensors",
                  std::to_string(tensors) + " for this network");
  if constexpr (requires { typename Network::integers; })
    if (int const layer = layer_that_overflows(*loaded); layer >= 0)
      throw failure(path, "has sums in layer " + std::to_string(layer) + " that could leave 32 bits",
                    "codes, biases and shifts that quantise made");
  net = *loaded;
  return file.metadata;
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
