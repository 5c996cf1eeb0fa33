// Reads .npz files: zip archives of .npy arrays, as numpy.savez and numpy.savez_compressed write them. Needs libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#if __has_include(<xlocale.h>)
#include <xlocale.h>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/narrowed.hpp>
#include <polyfold/io/npy.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold {

namespace detail {

/// An array in Fortran order is one in C order with its axes reversed.
[[nodiscard]] inline stored_tensor c_order(stored_tensor tensor) {
  std::reverse(tensor.shape.begin(), tensor.shape.end());
  std::vector<std::int64_t> order(tensor.shape.size());
  std::iota(order.rbegin(), order.rend(), 0);
  return permute_axes(tensor, order);
}

/// UTF-8 for this thread, while it lives: libarchive turns names into the locale's letters, and "C" has ASCII alone.
class utf8_letters {
 public:
#if __has_include(<unistd.h>)
  utf8_letters()
      : letters_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t())),
        before_(letters_ == locale_t() ? locale_t() : ::uselocale(letters_)) {}
  ~utf8_letters() {
    if (letters_ == locale_t()) return;
    ::uselocale(before_);
    ::freelocale(letters_);
  }
  utf8_letters(utf8_letters const&) = delete;
  utf8_letters& operator=(utf8_letters const&) = delete;

 private:
  locale_t letters_;
  locale_t before_;
#endif
};

class npz_reader {
 public:
  npz_reader(std::filesystem::path const& path, read_limits const& limits)
      : path_(path), limits_(limits), size_(size_of_file(path, "a .npz file")), archive_(archive_read_new()) {
    if (archive_ == nullptr) throw std::bad_alloc();
    // Only the reader that starts from the archive's directory, which stands at the end: the one that reads on from the
    // start would take a file whose end is missing for a shorter one.
    archive_read_support_format_zip_seekable(archive_.get());
    if (archive_read_open_filename(archive_.get(), path.c_str(), std::size_t{1} << 17U) != ARCHIVE_OK)
      throw broken("can't be read");
  }

  [[nodiscard]] tensor_file read() {
    [[maybe_unused]] utf8_letters const letters;
    tensor_file file;
    file.ordered = true;
    std::set<std::string> names;
    archive_entry* entry = nullptr;
    la_int64_t end_of_last = 0;
    for (;;) {
      int const status = archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      // Entries within each other would have the same bytes unpacked again and again.
      if (archive_filter_bytes(archive_.get(), 0) < end_of_last)
        throw failure(path_, "has entries that overlap", "a whole .npz file", "copy or save the file again");
      char const* const entry_name = archive_entry_pathname(entry);
      if (status == ARCHIVE_WARN && entry_name == nullptr)
        throw failure(path_, "holds an array whose name has letters outside ASCII, which this system can't show",
                      "names in ASCII");
      if (status != ARCHIVE_OK || entry_name == nullptr) throw broken("can't be read");
      std::string name = entry_name;
      if (archive_entry_filetype(entry) != AE_IFREG || !name.ends_with(".npy"))
        throw failure(path_, "holds '" + name.substr(0, 100) + "'", "nothing but .npy arrays");
      name.resize(name.size() - 4);
      if (!names.insert(name).second) throw failure(path_, "holds " + tensor_text(name) + " twice", "unique names");
      file.tensors.push_back(read_array(std::move(name)));
      end_of_last = archive_filter_bytes(archive_.get(), 0);
    }
    return file;
  }

 private:
  struct close {
    void operator()(archive* a) const { archive_read_free(a); }
  };
  [[nodiscard]] failure broken(std::string const& what) const {
    char const* const reason = archive_error_string(archive_.get());
    return {path_, what + (reason == nullptr ? "" : std::string(" (") + reason + ")"), "a whole .npz file",
            "copy or save the file again"};
  }

  [[nodiscard]] failure in_array(std::string const& name, std::string const& what) const {
    return failure(path_.string() + ": array '" + name.substr(0, 100) + "': " + what);
  }

  /// Reads up to `out.size()` bytes of the current entry; returns how many there were.
  std::size_t read_some(std::span<std::byte> out) {
    std::size_t total = 0;
    while (total < out.size()) {
      la_ssize_t const got = archive_read_data(archive_.get(), out.data() + total, out.size() - total);
      if (got < 0) throw broken("is broken");
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

  [[nodiscard]] stored_tensor read_array(std::string name) {
    auto const fail = [&](std::string const& what) { return in_array(name, what); };
    std::array<std::byte, 8> start{};
    constexpr char magic[] = "\x93NUMPY";
    if (read_some(start) < start.size() || std::memcmp(start.data(), magic, 6) != 0)
      throw fail("it does not begin as a .npy array does.");
    int const major = std::to_integer<int>(start[6]);
    int const minor = std::to_integer<int>(start[7]);
    if (major < 1 || major > 3 || minor != 0)
      throw fail("it has the format version " + std::to_string(major) + "." + std::to_string(minor) +
                 "; expected 1.0, 2.0 or 3.0.");
    std::array<std::byte, 4> length_bytes{};
    std::span const used(length_bytes.data(), major == 1 ? 2U : 4U);
    std::uint32_t length = 0;
    bool whole = read_some(used) == used.size();
    for (std::size_t i = used.size(); i-- > 0;) length = length << 8U | std::to_integer<std::uint32_t>(used[i]);
    // 32 sizes and the names fit many times.
    if (whole && length > 65535) throw fail("it has a header of " + std::to_string(length) + " bytes; expected less.");
    std::string text(whole ? length : 0, '\0');
    whole = whole && read_some(std::as_writable_bytes(std::span(text))) == text.size();
    if (!whole) throw fail("it ends within its header.");

    io::npy_header header;
    try {
      header = io::parse_npy_header(text);
    } catch (failure const& caught) {
      throw fail(caught.what());
    }
    stored_tensor tensor{std::move(name), header.type, std::move(header.shape), {}};
    read_elements(tensor);
    return header.fortran_order ? c_order(std::move(tensor)) : tensor;
  }

  void read_elements(stored_tensor& tensor) {
    std::uint64_t const wanted = *tensor_bytes(tensor.shape, tensor.type);
    auto const fail = [&](std::string const& what) {
      return in_array(tensor.name, what + "; expected " + std::to_string(wanted) + " bytes for " +
                                       std::string(dtype_name(tensor.type)) + " " + shape_text(tensor.shape) + ".");
    };
    // What was read already, and at most 2^62 more: no overflow.
    bytes_ += wanted;
    check_claim(path_, "has arrays up to " + tensor_text(tensor.name) + " of the shape " + shape_text(tensor.shape),
                bytes_, size_, limits_);
    // Memory grows with what the file holds: its word is not enough.
    while (tensor.bytes.size() < wanted) {
      std::size_t const old = tensor.bytes.size();
      tensor.bytes.resize(narrowed<std::size_t>(
          core::smaller<std::uint64_t>(wanted, core::larger<std::uint64_t>(2 * std::uint64_t{old}, 1U << 20U))));
      std::size_t const got = read_some(std::span(tensor.bytes).subspan(old));
      if (old + got < tensor.bytes.size()) throw fail("it holds " + std::to_string(old + got) + " bytes of elements");
    }
    // Asking for one byte more also makes libarchive compare the checksum.
    std::array<std::byte, 1> extra{};
    if (read_some(extra) != 0) throw fail("it goes on after its last element");
  }

  std::filesystem::path path_;
  read_limits limits_;
  std::uint64_t size_;  // of the file
  std::unique_ptr<archive, close> archive_;
  std::uint64_t bytes_ = 0;  // of all elements so far
};

}  // namespace detail

/// Reads a .npz file; its arrays come in the order in which they were written, elements in C order. Throws `failure` with
/// the file, the array, what was found and what was expected, and where the arrays together claim more than `limits`
/// allow; nothing is returned by halves.
[[nodiscard]] inline tensor_file read_npz(std::filesystem::path const& path, read_limits const& limits = {}) try {
  return detail::npz_reader(path, limits).read();
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
