// How much memory a file may ask for: what the readers compare with what a file claims to hold, before they take it.
//
// A few bytes can stand for many: deflate packs zeros 1032 : 1, a header states any size at all. Data sets and trained
// weights are far from that (MNIST is packed 5 : 1, JPEG pictures 10 : 1), so that a file that claims much more is damaged
// or made to do harm. A blank picture or a network of zeros is neither: whoever has one raises the limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include <polyfold/failure.hpp>

namespace polyfold {

/// What a file of n bytes holds may take factor * n + extra bytes. While a reader works it takes up to three times as
/// much.
struct read_limits {
  std::uint64_t factor = 64;                       ///< leaves room for sparse pictures and pruned weights
  std::uint64_t extra = std::uint64_t{16} << 20U;  ///< and this for small blank ones: 2000 x 2000 pixels of one colour

  [[nodiscard]] constexpr std::uint64_t allowed(std::uint64_t file_bytes) const {
    constexpr std::uint64_t most = (std::numeric_limits<std::uint64_t>::max)();
    if (factor != 0 && file_bytes > (most - extra) / factor) return most;
    return factor * file_bytes + extra;
  }
};

namespace detail {

/// Throws `failure` where the `claimed` bytes are more than a file, or several together, of `file_bytes` may ask for.
/// `found` says who claims them: "states the sizes 60000 x 28 x 28".
inline void check_claim(std::filesystem::path const& path, std::string const& found, std::uint64_t claimed,
                        std::uint64_t file_bytes, read_limits const& limits) {
  if (claimed <= limits.allowed(file_bytes)) return;
  throw failure(path, found + ", " + std::to_string(claimed) + " bytes in memory",
                "at most " + std::to_string(limits.allowed(file_bytes)) + ", as " + std::to_string(file_bytes) +
                    " bytes on disk may ask for " + std::to_string(limits.factor) + " times as many and " +
                    std::to_string(limits.extra) + " more",
                "copy or fetch it again; if it is as it should be, read it with a larger read_limits::factor");
}

}  // namespace detail

}  // namespace polyfold
