// A checksum of a file's numbers: FNV-1a of 64 bits (Fowler, Noll & Vo; draft-eastlake-fnv) over the bytes of all tensors,
// as they lie in the file, tensor by tensor in the order of their names, so that it is the same however a program sorts them.
//
//   h = 0xcbf29ce484222325;  for every byte b: h = ((h xor b) * 0x100000001b3) mod 2^64
//
// One byte that has changed always gives another checksum: every step is one to one, in h and in b.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <polyfold/io/tensors.hpp>

namespace polyfold::detail {

inline constexpr std::uint64_t checksum_of_nothing = 0xcbf29ce484222325U;

/// The checksum of `bytes` behind others that have `before`.
[[nodiscard]] constexpr std::uint64_t checksum(std::span<std::byte const> bytes,
                                               std::uint64_t before = checksum_of_nothing) {
  std::uint64_t h = before;
  for (std::byte const b : bytes) h = (h ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3U;
  return h;
}

/// Of all tensors, as 16 hexadecimal digits.
[[nodiscard]] inline std::string checksum_text(std::vector<stored_tensor> const& tensors) {
  std::vector<stored_tensor const*> by_name;
  for (stored_tensor const& t : tensors) by_name.push_back(&t);
  std::sort(by_name.begin(), by_name.end(),
            [](stored_tensor const* a, stored_tensor const* b) { return a->name < b->name; });
  std::uint64_t h = checksum_of_nothing;
  for (stored_tensor const* const t : by_name) h = checksum(t->bytes, h);
  std::string text;
  for (unsigned shift = 64; shift > 0;) text += "0123456789abcdef"[h >> (shift -= 4U) & 0xfU];
  return text;
}

}  // namespace polyfold::detail
