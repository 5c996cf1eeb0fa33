// What the tests of readers and writers share: a folder that goes away, whole files as bytes, the text of an error, and
// files that are broken at random.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include <polyfold/failure.hpp>

namespace test {

/// A fresh folder, removed with all it holds.
class temporary_folder {
 public:
  temporary_folder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("polyfold-test-" + std::to_string(random()) + "-" + std::to_string(random()));
    std::filesystem::create_directory(path_);
  }
  temporary_folder(temporary_folder const&) = delete;
  temporary_folder& operator=(temporary_folder const&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::filesystem::path operator/(std::string const& name) const { return path_ / name; }
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

inline void write_bytes(std::filesystem::path const& path, std::string const& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(std::filesystem::path const& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The message of the polyfold::failure that `action` throws; empty if it throws none.
template <class Action>
std::string message_of(Action const& action) {
  try {
    action();
  } catch (polyfold::failure const& caught) {
    return caught.what();
  }
  return "";
}

inline bool mentions(std::string const& message, std::initializer_list<std::string_view> words) {
  for (std::string_view const word : words) {
    if (message.find(word) == std::string::npos) return false;
  }
  return true;
}

/// `original` with one to four random changes: a bit flipped, a byte replaced, bytes cut out, inserted, or the end cut
/// off. Half of the places are drawn from the first `header` bytes, where a change does most harm.
inline std::string mutate(std::string const& original, std::size_t header, std::mt19937& random) {
  std::string result = original;
  auto const below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  std::size_t const changes = 1 + below(4);
  for (std::size_t i = 0; i < changes && !result.empty(); ++i) {
    std::size_t const place = below(below(2) == 0 && header < result.size() ? header : result.size());
    auto const byte = static_cast<char>(random() & 0xffU);
    switch (below(6)) {
      case 0:
        result[place] = static_cast<char>(result[place] ^ static_cast<char>(1U << below(7)));
        break;
      case 1:
        result[place] = byte;
        break;
      case 2:
        result[place] = "\0\xff\x7f\x80[]{}\",:-9"[below(14)];
        break;
      case 3:
        result.erase(place, 1 + below(16));
        break;
      case 4:
        result.insert(place, 1 + below(16), byte);
        break;
      default:
        result.resize(place);
        break;
    }
  }
  return result;
}

}  // namespace test
