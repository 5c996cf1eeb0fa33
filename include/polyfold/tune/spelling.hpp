// Approximations as C++ text: what a user writes, or pastes, to get them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <polyfold/basis/approximation.hpp>

namespace polyfold {

namespace detail {

/// segment<4>, linear, cosine
[[nodiscard]] inline std::string spelled_settings(cut const& f) {
  std::string text;
  if (f.segment != 0) text += "segment<" + std::to_string(f.segment) + ">, ";
  constexpr std::string_view names[] = {"constant", "linear", "quadratic"};
  text += f.order <= 2 ? std::string(names[f.order]) : "order<" + std::to_string(f.order) + ">";
  if (f.basis == basis_kind::cosine) text += ", cosine";
  return text;
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::tuning {

/// An approximation along axes as an option of a layer; "exact" for none. Arranged weights have no text here.
[[nodiscard]] inline std::string spelled(approximation const& a) {
  std::vector<std::string> options;
  auto const add = [&](char const* option, cut const& f) {
    if (f.used) options.push_back(option + polyfold::detail::spelled_settings(f) + ">");
  };
  add("along<axis::flat, ", a.flat);
  add("along<axis::kernel, ", a.kernel);
  add("along<axis::channel, ", a.channel);
  add("along<axis::output, ", a.output);
  add("bias_along<", a.bias);
  if (options.empty()) return "exact";
  if (options.size() == 1) return options.front();
  std::string text;
  for (std::string const& option : options) text += (text.empty() ? "all_of(" : ", ") + option;
  return text + ")";
}

/// The rule of a model: per_layer with one line for each layer.
[[nodiscard]] inline std::string spelled(std::vector<approximation> const& layers, std::string const& indent) {
  std::string text;
  for (approximation const& a : layers) text += (text.empty() ? "per_layer(\n" : ",\n") + indent + spelled(a);
  return text + ")";
}

}  // namespace polyfold::tuning
