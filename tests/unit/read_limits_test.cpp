// How much memory readers take for what files claim: operator new, replaced here, counts what is held at most.

#include <malloc.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include <polyfold/io/idx.hpp>
#include <polyfold/io/image_folder.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/npz.hpp>
#include <polyfold/io/onnx.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/io/tiny_imagenet.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/network.hpp>

#include "catch.hpp"
#include "support/onnx_models.hpp"
#include "support/pictures.hpp"
#include "support/zip.hpp"
#include "temporary_files.hpp"

namespace {
std::atomic<std::size_t> held = 0;
std::atomic<std::size_t> most_held = 0;

void* allocate(std::size_t size) {
  void* const memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) return nullptr;
  std::size_t const now = held += malloc_usable_size(memory);
  for (std::size_t most = most_held; now > most && !most_held.compare_exchange_weak(most, now);) continue;
  return memory;
}
void* allocate_or_throw(std::size_t size) {
  void* const memory = allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
/// Not inlined: compilers would take free for the wrong counterpart of operator new.
[[gnu::noinline]] void release(void* memory) {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}
}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { release(memory); }
void operator delete[](void* memory, std::nothrow_t const&) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }

using namespace polyfold;
using test::mentions;
using test::message_of;
using test::write_bytes;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

/// Bytes that `action` holds at most, beyond those that are held before it.
template <class Action>
std::size_t memory_of(Action const& action) {
  std::size_t const before = held;
  most_held = before;
  action();
  return most_held - before;
}

void write_gzip(std::filesystem::path const& path, std::string const& bytes) {
  auto* const file = gzopen(path.string().c_str(), "wb9");
  REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

/// A header of 8,000 images of 64 x 64, and all of them black.
std::string black_images() {
  return std::string("\0\0\x8\3\0\0\x1f\x40\0\0\0\x40\0\0\0\x40", 16) + std::string(8000 * 64 * 64, '\0');
}

/// The bytes of a black RGB picture.
std::string black_png(int height, int width) {
  return test::png_of(height, width, 8, PNG_COLOR_TYPE_RGB,
                      std::string(std::size_t(height) * std::size_t(width) * 3, '\0'));
}

/// What is said, within the memory that small files may ask for.
template <class Action>
std::string small_refusal(Action const& action) {
  std::string message;
  CHECK(memory_of([&] { message = message_of(action); }) < 4 * mebibyte);
  return message;
}

}  // namespace

TEST_CASE("a limit is a multiple of the file's size and some more", "[read_limits]") {
  CHECK(read_limits{}.allowed(0) == 16 * mebibyte);
  CHECK(read_limits{}.allowed(1000) == 64000 + 16 * mebibyte);
  CHECK(read_limits{.factor = 3, .extra = 5}.allowed(10) == 35);
  CHECK(read_limits{.factor = 0, .extra = 5}.allowed(10) == 5);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(read_limits{.factor = most}.allowed(2) == most);
  CHECK(read_limits{.factor = 1}.allowed(most) == most);
}

TEST_CASE("compressed IDX files claim no more than their bytes may ask for", "[read_limits]") {
  test::temporary_folder const folder;
  auto const path = folder / "train-images-idx3-ubyte.gz";
  write_gzip(path, black_images());
  std::string const size = std::to_string(std::filesystem::file_size(path));
  CHECK(mentions(small_refusal([&] { read_idx_images(path); }),
                 {path.string() + ": states the sizes 8000 x 64 x 64, 32768000 bytes in memory", "at most ",
                  size + " bytes on disk", "read_limits::factor"}));
  CHECK(read_idx_images(path, {.factor = 1100}).size() == 8000);
  // What is not compressed is as large as it says, or refused for that.
  write_bytes(folder / "plain", black_images());
  CHECK(read_idx_images(folder / "plain", {.factor = 1, .extra = 0}).size() == 8000);
  write_bytes(folder / "plain", black_images().substr(0, 1000));
  CHECK(mentions(small_refusal([&] { read_idx_images(folder / "plain"); }), {"holds 984 bytes", "expected 32768000"}));
}

TEST_CASE("arrays of .npz files together claim no more than their file may ask for", "[read_limits]") {
  test::temporary_folder const folder;
  auto const path = folder / "weights.npz";
  std::string const half =
      test::npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1000000)}", std::string(12000000, '\0'));
  test::write_zip(path, {{"a.weight.npy", half}});
  CHECK(read_npz(path).tensors.size() == 1);
  test::write_zip(path, {{"a.weight.npy", half}, {"b.weight.npy", half}});
  std::string message;
  CHECK(memory_of([&] { message = message_of([&] { (void)read_npz(path); }); }) < 40 * mebibyte);
  CHECK(mentions(message, {path.string() + ": has arrays up to tensor 'b.weight' of the shape [3, 1000000], 24000000",
                           "read_limits::factor"}));
  CHECK(read_npz(path, {.factor = 1100}).tensors.size() == 2);
  CHECK(read_weights(path, {.factor = 1100}).modules.size() == 2);
  network<input<1, 1, 1> | dense<1>> net;
  CHECK(mentions(message_of([&] { load_weights(path, net); }), {"read_limits::factor"}));
  CHECK(mentions(message_of([&] { load_weights(path, net, {.limits = {.factor = 1100}}); }), {"differences"}));
}

TEST_CASE("pictures claim no more pixels than their file may ask for", "[read_limits]") {
  test::temporary_folder const folder;
  auto const path = folder / "a.png";
  write_bytes(path, black_png(3000, 3000));
  CHECK(mentions(small_refusal([&] { (void)read_picture(path); }),
                 {path.string() + ": is 3000 x 3000 pixels, 27000000 bytes in memory", "read_limits::factor"}));
  CHECK(mentions(small_refusal([&] { (void)read_png(path); }), {"27000000"}));
  CHECK(read_png(path, {}, {.factor = 1100}).width == 3000);
  CHECK(read_picture(path, {3000, 3000}, {.factor = 1100}).width == 3000);

  write_bytes(folder / "a.jpg", test::jpeg_of({200, 200, 3, std::vector<std::uint8_t>(120000)}));
  read_limits const strict{.factor = 10, .extra = 1000};
  CHECK(mentions(message_of([&] { (void)read_jpeg(folder / "a.jpg", {}, strict); }),
                 {"a.jpg", "220000 bytes in memory"}));
  CHECK(mentions(message_of([&] { (void)read_picture(folder / "a.jpg", {}, strict); }), {"220000 bytes in memory"}));
  CHECK(read_jpeg(folder / "a.jpg").width == 200);

  // A picture of 8960 x 36 in several scans: libjpeg holds two bytes for each coefficient, in blocks of 8 x 8.
  std::string const scans(
      "\xff\xd8\xff\xc2\0\x11\x08\x23\0\0\x24\x03\x01\x11\0\x02\x11\x01\x03\x11\x01\xff\xda\0\x0c\x03\x01\0\x02\x10\x03"
      "\x15\0\x01\xff",
      35);
  write_bytes(folder / "scans.jpg", scans);
  read_limits const strictly{.factor = 64, .extra = mebibyte};
  CHECK(mentions(message_of([&] { (void)read_jpeg(folder / "scans.jpg", {}, strictly); }),
                 {"scans.jpg: is 8960 x 36 pixels, 1175200 bytes in memory"}));
}

TEST_CASE("one picture's size is not believed for all others of its folder", "[read_limits]") {
  test::temporary_folder const folder;
  std::filesystem::create_directories(folder / "train/a");
  write_bytes(folder / "train/a/00.png", black_png(1500, 1500));
  for (char c = 'a'; c < 'o'; ++c) write_bytes(folder / ("train/a/" + std::string(1, c) + ".png"), "");
  std::string message;
  CHECK(memory_of([&] { message = message_of([&] { (void)read_image_folder(folder / "train"); }); }) < 12 * mebibyte);
  CHECK(mentions(message, {"00.png: is the first of 15 pictures of 1500 x 1500 pixels, 101250000 bytes in memory",
                           "read_limits::factor"}));
  CHECK(mentions(message_of([&] { (void)read_image_folder(folder / "train", {.limits = {.extra = 200 * mebibyte}}); }),
                 {".png", "neither a PNG nor a JPEG"}));
  CHECK(mentions(message_of([&] { (void)load_dataset("images", folder.path()); }), {"read_limits::factor"}));
  CHECK(mentions(message_of([&] { (void)load_dataset("images", folder.path(), {.extra = 200 * mebibyte}); }),
                 {"neither a PNG nor a JPEG"}));
  // The same for a size that all must have; but what pictures are resized to is the caller's wish.
  CHECK(mentions(message_of([&] {
                   (void)read_image_folder(folder / "train", {.wanted = {3, 1500, 1500}});
                 }),
                 {"read_limits::factor"}));
  CHECK(mentions(message_of([&] {
                   (void)read_image_folder(folder / "train", {{3, 1500, 1500}, fitting::resize});
                 }),
                 {"neither a PNG nor a JPEG"}));
}

TEST_CASE("a list of pictures takes no memory for pictures that are not there", "[read_limits]") {
  test::temporary_folder const folder;
  std::filesystem::create_directories(folder / "val/images");
  write_bytes(folder / "wnids.txt", "n\n");
  write_bytes(folder / "val/images/0", test::jpeg_of(test::ramp(64, 64, 3)));
  std::string same;
  std::string others;
  for (int i = 0; i < 20000; ++i) {
    same += "0\tn\n";
    others += std::to_string(i) + "\tn\n";
  }
  auto const refusal = [&](std::string const& annotations) {
    write_bytes(folder / "val/val_annotations.txt", annotations);
    return small_refusal([&] { (void)read_tiny_imagenet(folder.path(), split::test); });
  };
  CHECK(mentions(refusal(same), {"line 2 is '0\tn'", "no line before it names"}));
  CHECK(mentions(refusal(others), {"images/1", "can't be read"}));
  CHECK(refusal("0\tn\n").empty());
  CHECK(mentions(
      message_of([&] { (void)read_tiny_imagenet(folder.path(), split::test, 200, {.factor = 1, .extra = 0}); }),
      {"is the first of 1 pictures of 64 x 64 pixels, 12288 bytes in memory"}));
  CHECK(refusal(std::string(mebibyte, '\t')).find("val_annotations.txt") != std::string::npos);
}

TEST_CASE("official sizes take no memory before the files are there", "[read_limits]") {
  test::temporary_folder const folder;
  write_bytes(folder / "data_batch_1.bin", std::string(3073, '\0'));
  CHECK(mentions(small_refusal([&] { (void)read_cifar10(folder.path(), split::train); }), {"has 3073 bytes"}));
}

TEST_CASE("headers of safetensors files take memory of their own size", "[read_limits]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  std::string list = "{";
  std::string tensors = "{";
  std::string texts = R"({"__metadata__":{)";
  for (int i = 0; i < 10000; ++i) {
    list += i == 0 ? R"("w":{"more":[0)" : ",0";
    tensors += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    texts += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":"")";
  }
  for (std::string const& header : {list + "]}}", tensors + "}", texts + "}}"}) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(std::uint64_t{header.size()} >> 8U * i & 0xffU);
    write_bytes(path, bytes + header);
    CHECK(memory_of([&] { message_of([&] { read_safetensors(path); }); }) < 30 * header.size());
  }
}

TEST_CASE("graphs of ONNX files take memory in proportion to their files", "[read_limits]") {
  // Constants and values that are passed on, turned or scaled again and again: a copy of each for every node would take
  // the square of the file's size.
  using test::op;
  test::temporary_folder const folder;
  network<input<100, 1, 1> | dense<200>(no_bias)> net;
  struct chain {
    char const* type;
    char const* from;
    char const* with;
  };
  for (auto const& [type, from, with] :
       {chain{"Identity", "w", ""}, chain{"Transpose", "w", ""}, chain{"Unsqueeze", "w", "axes"},
        chain{"Relu", "x", ""}, chain{"Mul", "x", "s"}})
    for (int const nodes : {1000, 16000}) {
      test::onnx_model m{
          {}, {test::floats("w", {200, 100}), test::filled("s", {100}, {1}), test::integers("axes", {0})}, {1, 100}};
      std::string last = from;
      for (int i = 0; i < nodes; ++i) {
        std::string const next = "c" + std::to_string(i);
        std::vector<std::string> inputs{last};
        if (*with != '\0') inputs.emplace_back(with);
        m.nodes.push_back(op(type, inputs, next));
        last = next;
      }
      m.nodes.push_back(op("Flatten", {last}, "y"));
      std::string const bytes = m.bytes();
      write_bytes(folder / "model.onnx", bytes);
      CHECK(memory_of([&] { message_of([&] { load_weights(read_onnx(folder / "model.onnx"), net); }); }) <
            64 * bytes.size());
    }
}
