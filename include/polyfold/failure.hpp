// The exception of everything that runs on the host: data, training, files, tools.
// Inference never throws and does not include this header.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace polyfold {

/// A failure outside the program's control: a missing, broken or foreign file, a full disk. `what()` is one or more
/// sentences for the person at the terminal: where, what was found, what was expected, and the remedy where one is
/// known.
class failure : public std::runtime_error {
 public:
  explicit failure(std::string const& message) : std::runtime_error(message) {}

  /// "where: found; expected ... . Remedy: ..."; an empty `expected` or `remedy` is left out.
  failure(std::filesystem::path const& where, std::string const& found, std::string const& expected,
          std::string const& remedy = "")
      : std::runtime_error(where.string() + ": " + found + (expected.empty() ? "" : "; expected " + expected) + "." +
                           (remedy.empty() ? "" : " Remedy: " + remedy + ".")) {}
};

}  // namespace polyfold
