// PNG pictures as they are, and with checksums made right, which would keep changed ones from the reader.
#include <zlib.h>

#include <polyfold/io/png.hpp>

#include "fuzz.hpp"

namespace {

/// Right checksums behind all chunks: length, name, as many bytes, checksum of name and bytes; numbers big endian.
std::string with_checksums(std::string bytes) {
  auto const byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])); };
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t const length = byte(at) << 24U | byte(at + 1) << 16U | byte(at + 2) << 8U | byte(at + 3);
    if (length > bytes.size() - at - 12) break;
    auto const* const name = reinterpret_cast<unsigned char const*>(bytes.data()) + at + 4;
    unsigned long const sum = crc32(crc32(0, nullptr, 0), name, static_cast<unsigned>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xffU);
    at += length + 12;
  }
  return bytes;
}

void read(std::string const& bytes) {
  std::filesystem::path const path = fuzz::file_of(bytes);
  fuzz::accepts(bytes.size(), [&] {
    polyfold::picture const p = polyfold::read_png(path, {}, fuzz::limits);
    fuzz::require(p.pixels.size() == std::size_t(p.height) * std::size_t(p.width) * std::size_t(p.channels),
                  "pixels and sizes disagree");
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const bytes = fuzz::text_of(data, size);
  read(bytes);
  read(with_checksums(bytes));
  return 0;
}
