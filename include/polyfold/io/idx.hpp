// Reads IDX files, the format of MNIST and its relatives, plain or compressed with gzip.
//
// An IDX file: two zero bytes, the element type (8: unsigned byte), the number of dimensions D, then D sizes as
// big-endian 32-bit numbers, then the elements with the last dimension running fastest. Needs zlib.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/narrowed.hpp>
#include <polyfold/io/read_limits.hpp>

namespace polyfold {

namespace detail {

inline constexpr char idx_remedy[] =
    "fetch the file again: cmake -DDATASET=mnist (or fashion-mnist) -P cmake/FetchData.cmake";

/// Bytes of a file, decompressed if it is a gzip file.
class gz_reader {
 public:
  explicit gz_reader(std::filesystem::path const& path)
      : path_(path), size_(size_of_file(path, "an IDX file", idx_remedy)) {
    errno = 0;
    file_ = gzopen(path.string().c_str(), "rb");
    if (file_ == nullptr) {
      // Without a number it is zlib that found no memory.
      int const number = errno == 0 ? ENOMEM : errno;
      throw system_failure(path, "can't be read", {number, std::generic_category()}, "an IDX file");
    }
    gzbuffer(file_, 1U << 17U);
  }
  gz_reader(gz_reader const&) = delete;
  gz_reader& operator=(gz_reader const&) = delete;
  ~gz_reader() { gzclose(file_); }

  /// Bytes of the file itself.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool compressed() const { return gzdirect(file_) == 0; }

  /// Reads as many bytes of `out` as the file still holds; returns their number.
  std::size_t read(std::span<std::uint8_t> out) {
    std::size_t total = 0;
    while (total < out.size()) {
      // gzread takes and returns 32-bit sizes.
      auto const wanted = static_cast<unsigned>(core::smaller<std::size_t>(out.size() - total, 1U << 24U));
      int const got = gzread(file_, out.data() + total, wanted);
      if (got > 0) total += static_cast<std::size_t>(got);
      if (got < static_cast<int>(wanted)) {
        int number = Z_OK;
        char const* const text = gzerror(file_, &number);
        if (number == Z_MEM_ERROR) throw std::bad_alloc();
        // Z_BUF_ERROR: a gzip file that ends too soon.
        if (got < 0 || number == Z_BUF_ERROR) {
          std::string const reason = number == Z_ERRNO ? std::strerror(errno) : text;
          throw failure(path_, "is broken (" + reason + ")", "a whole IDX file, plain or gzip", idx_remedy);
        }
        break;
      }
    }
    return total;
  }

 private:
  std::filesystem::path path_;
  std::uint64_t size_;
  gzFile file_ = nullptr;
};

/// Reads an IDX file of unsigned bytes with D dimensions. `what` names the elements in messages ("images").
template <std::size_t D>
std::pair<std::array<std::uint32_t, D>, std::vector<std::uint8_t>> read_idx(std::filesystem::path const& path,
                                                                            std::string const& what,
                                                                            read_limits const& limits) {
  gz_reader file(path);
  std::array<std::uint8_t, 4 + 4 * D> header{};
  std::size_t const got = file.read(header);
  if (got < header.size()) {
    throw failure(path, "ends after " + std::to_string(got) + " bytes",
                  "a header of " + std::to_string(header.size()) + " bytes", idx_remedy);
  }
  std::array<std::uint8_t, 4> const magic{0, 0, 8, D};
  if (!std::equal(magic.begin(), magic.end(), header.begin())) {
    auto const text = [](std::uint8_t const* b) {
      return std::to_string(b[0]) + " " + std::to_string(b[1]) + " " + std::to_string(b[2]) + " " +
             std::to_string(b[3]);
    };
    std::string const also = header[0] == 0 && header[1] == 0 && header[2] == 8 && (header[3] == 1 || header[3] == 3)
                                 ? " (images and labels may have been exchanged)"
                                 : "";
    throw failure(path, "starts with the bytes " + text(header.data()) + also,
                  text(magic.data()) + " (an IDX file of " + what + ")", idx_remedy);
  }

  // Nothing is allocated by the header's word alone: sizes are checked, then memory grows with what the file holds.
  constexpr std::uint64_t limit = std::uint64_t{1} << 31U;
  std::array<std::uint32_t, D> sizes{};
  std::uint64_t total = 1;
  std::string product;
  for (std::size_t d = 0; d < D; ++d) {
    std::uint8_t const* const b = header.data() + 4 + 4 * d;
    sizes[d] =
        std::uint32_t{b[0]} << 24U | std::uint32_t{b[1]} << 16U | std::uint32_t{b[2]} << 8U | std::uint32_t{b[3]};
    product += (d == 0 ? "" : " x ") + std::to_string(sizes[d]);
    // Stops growing once above the limit, so that it can't overflow.
    total = total > limit ? total : total * sizes[d];
    if (d > 0 && (sizes[d] < 1 || sizes[d] > 16384)) {
      throw failure(path, "states the sizes " + product, "a height and a width between 1 and 16384", idx_remedy);
    }
  }
  if (total > limit) throw failure(path, "states the sizes " + product, "2 GiB at most", idx_remedy);
  if (file.compressed()) check_claim(path, "states the sizes " + product, total, file.size(), limits);

  std::vector<std::uint8_t> bytes;
  while (bytes.size() < total) {
    std::size_t const old = bytes.size();
    std::size_t const next =
        core::smaller<std::size_t>(detail::narrowed<std::size_t>(total), core::larger<std::size_t>(2 * old, 1U << 20U));
    bytes.resize(next);
    std::size_t const read = file.read(std::span(bytes).subspan(old));
    if (old + read < next) {
      throw failure(path, "holds " + std::to_string(old + read) + " bytes after its header",
                    std::to_string(total) + " (" + product + ")", idx_remedy);
    }
  }
  // Asking for one byte more also makes zlib compare the checksum at the end of a gzip file.
  std::array<std::uint8_t, 1> extra{};
  if (file.read(extra) != 0) {
    throw failure(path, "goes on after its last element",
                  std::to_string(total) + " bytes after the header (" + product + ")", idx_remedy);
  }
  return {sizes, std::move(bytes)};
}

/// `folder/name`, else `folder/name.gz`.
inline std::filesystem::path plain_or_gz(std::filesystem::path const& folder, std::string const& name) {
  for (char const* const suffix : {"", ".gz"}) {
    std::filesystem::path path = folder / (name + suffix);
    if (is_there(path)) return path;
  }
  throw failure(
      folder, "holds neither " + name + " nor " + name + ".gz", "one of them",
      "name the right folder, or fetch the files: cmake -DDATASET=mnist (or fashion-mnist) -P cmake/FetchData.cmake");
}

}  // namespace detail

/// Reads N images of H x W bytes from an IDX file with three dimensions. The result has one channel and no labels.
/// Throws `failure` if the file is missing, broken, too short, too long or not of this kind, and where a compressed one
/// claims more than `limits` allow.
inline image_set read_idx_images(std::filesystem::path const& path, read_limits const& limits = {}) try {
  auto [sizes, bytes] = detail::read_idx<3>(path, "images", limits);
  image_set result;
  result.channels = 1;
  result.height = static_cast<int>(sizes[1]);
  result.width = static_cast<int>(sizes[2]);
  result.pixels = std::move(bytes);
  return result;
} catch (...) {
  detail::fail_to_read(path);
}

/// Reads N labels from an IDX file with one dimension. Throws `failure` as read_idx_images does, and also if a label is
/// not in 0 .. classes - 1.
inline std::vector<std::uint16_t> read_idx_labels(std::filesystem::path const& path, int classes = 10,
                                                  read_limits const& limits = {}) try {
  std::vector<std::uint8_t> const labels = detail::read_idx<1>(path, "labels", limits).second;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes) {
      throw failure(path, "label " + std::to_string(i) + " is " + std::to_string(labels[i]),
                    "0 to " + std::to_string(classes - 1), detail::idx_remedy);
    }
  }
  return {labels.begin(), labels.end()};
} catch (...) {
  detail::fail_to_read(path);
}

/// Reads the training part (60,000 images) or the test part (10,000) of MNIST from the four official files, plain or
/// .gz, in `folder`. Fashion-MNIST and other sets of the same names and sizes are read too; the numbers of images are
/// taken from the files. The result is N x 1 x 28 x 28 with labels 0..9. Throws `failure` where a file is missing or
/// wrong, and where images and labels do not belong together.
inline image_set read_mnist(std::filesystem::path const& folder, split part, read_limits const& limits = {}) try {
  std::string const prefix = part == split::train ? "train" : "t10k";
  std::filesystem::path const images_path = detail::plain_or_gz(folder, prefix + "-images-idx3-ubyte");
  std::filesystem::path const labels_path = detail::plain_or_gz(folder, prefix + "-labels-idx1-ubyte");
  image_set result = read_idx_images(images_path, limits);
  if (result.height != 28 || result.width != 28) {
    throw failure(images_path,
                  "holds images of " + std::to_string(result.height) + " x " + std::to_string(result.width), "28 x 28",
                  detail::idx_remedy);
  }
  result.labels = read_idx_labels(labels_path, 10, limits);
  if (result.labels.size() != result.size()) {
    throw failure(labels_path, "holds " + std::to_string(result.labels.size()) + " labels",
                  std::to_string(result.size()) + ", one for each image of " + images_path.string(),
                  detail::idx_remedy);
  }
  return result;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
