// Every public function that reads or writes a file, for tests of what they have in common, and good files for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/c_interface.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/onnx.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/network.hpp>

#include "support/pictures.hpp"
#include "temporary_files.hpp"

namespace test {

using small_dense = polyfold::network<polyfold::input<1, 2, 2> | polyfold::dense<3>>;

struct file_user {
  std::string name;
  std::function<void(std::filesystem::path const&)> use;
  /// Writes a file or folder that `use` reads; nothing to do for writers.
  std::function<void(std::filesystem::path const&)> prepare = [](std::filesystem::path const&) {};
  /// The files of a folder without which `use` fails.
  std::vector<std::string> needs{};
  /// How many files a writer leaves.
  int files = 1;
};

inline std::filesystem::path import_file(char const* name) {
  return std::filesystem::path(POLYFOLD_TEST_DATA) / "import" / name;
}

inline polyfold::training_state small_state() {
  polyfold::training_state state;
  state.master = {1, 2};
  state.optimizer.first = {3, 4};
  state.optimizer.second = {5, 6};
  state.optimizer.step = 7;
  state.epochs_done = 1;
  return state;
}

/// The bytes of an IDX file: sizes, then elements.
inline std::string idx_bytes(std::vector<int> const& sizes, char element) {
  std::string bytes("\0\0\x08", 3);
  bytes += char(sizes.size());
  std::size_t count = 1;
  for (int const size : sizes) {
    bytes += std::string(3, '\0') + char(size);
    count *= std::size_t(size);
  }
  return bytes + std::string(count, element);
}

/// Several data sets in one folder, each of one or a few images.
inline void write_sample_folder(std::filesystem::path const& folder) {
  for (char const* const part : {"train", "t10k"}) {
    write_bytes(folder / (std::string(part) + "-images-idx3-ubyte"),
                idx_bytes({1, 28, 28}, '\1').replace(100, 1, "\2"));
    write_bytes(folder / (std::string(part) + "-labels-idx1-ubyte"), idx_bytes({1}, '\1'));
  }
  write_bytes(folder / "test_batch.bin", std::string(3073, '\1'));
  write_bytes(folder / "test.bin", std::string(3074, '\1'));
  write_bytes(folder / "wnids.txt", "n01\n");
  write_bytes(folder / "words.txt", "n01\tone\n");
  for (char const* const picture :
       {"train/n01/1.png", "test/n01/1.png", "train/n01/images/1.png", "val/images/1.png"}) {
    std::filesystem::create_directories((folder / picture).parent_path());
    polyfold::write_png(folder / picture, ramp(64, 64, 3));
  }
  write_bytes(folder / "val/val_annotations.txt", "1.png\tn01\n");
}

inline std::vector<file_user> readers_of_files() {
  using namespace polyfold;
  using path = std::filesystem::path;
  auto const copy_of = [](char const* name) {
    return [name](path const& p) { std::filesystem::copy_file(import_file(name), p); };
  };
  auto const own_network = [](path const& p) { save_network(p, small_dense{}); };
  auto const png = [](path const& p) { write_png(p, ramp(40, 30, 3)); };
  auto const tensor = [](path const& p) {
    write_bytes(p, std::string("\x08\x01\x10\x01\x4a\x04\0\0\x80\x3f", 10));  // dims 1, float, raw data
  };
  return {{"read_file", [](path const& p) { (void)read_file(p); }, own_network},
          {"read_safetensors", [](path const& p) { (void)read_safetensors(p); }, own_network},
          {"load_network",
           [](path const& p) {
             small_dense net;
             load_network(p, net);
           },
           own_network},
          {"load_checkpoint", [](path const& p) { (void)load_checkpoint(p, "run", 2); },
           [](path const& p) { save_checkpoint(p, small_state(), "run"); }},
          {"read_npz", [](path const& p) { (void)read_npz(p); }, copy_of("pytorch.npz")},
          {"read_tensors", [](path const& p) { (void)read_tensors(p); }, copy_of("keras.npz")},
          {"read_weights", [](path const& p) { (void)read_weights(p); }, copy_of("pytorch.npz")},
          {"load_weights",
           [options = weight_options{.names = {"fc"}}](path const& p) {
             small_dense net;
             load_weights(p, net, options);
           },
           [](path const& p) {
             tensor_file file;
             std::vector<float> const zeros(12);
             file.tensors = {make_tensor<float>("fc.weight", {3, 4}, std::span(zeros)),
                             make_tensor<float>("fc.bias", {3}, std::span(zeros).first(3))};
             write_safetensors(p, file);
           }},
          {"read_idx_images", [](path const& p) { (void)read_idx_images(p); },
           [](path const& p) {
             write_bytes(p, idx_bytes({1, 28, 28}, '\1'));
           }},
          {"read_idx_labels", [](path const& p) { (void)read_idx_labels(p); },
           [](path const& p) { write_bytes(p, idx_bytes({5}, '\1')); }},
          {"read_png", [](path const& p) { (void)read_png(p); }, png},
          {"read_jpeg", [](path const& p) { (void)read_jpeg(p); },
           [](path const& p) { write_bytes(p, jpeg_of(ramp(40, 30, 3))); }},
          {"read_picture", [](path const& p) { (void)read_picture(p); }, png},
          {"read_onnx", [](path const& p) { (void)read_onnx(p); }, copy_of("pytorch.onnx")},
          {"read_onnx_graph", [](path const& p) { (void)io::read_onnx_graph(p); }, copy_of("pytorch.onnx")},
          {"read_onnx_tensor", [](path const& p) { (void)io::read_onnx_tensor(p); }, tensor},
          {"add_onnx_sample",
           [](path const& p) {
             weight_source s;
             add_onnx_sample(s, p, p);
           },
           tensor},
          {"read_any_weights", [](path const& p) { (void)read_any_weights(p); }, copy_of("pytorch.npz")}};
}

/// What they write is made before: they alone shall meet a lack of memory.
inline std::vector<file_user> writers_of_files() {
  using namespace polyfold;
  using path = std::filesystem::path;
  static small_dense const net{};
  static training_state const state = small_state();
  static picture const drawn = ramp(9, 8, 3);
  static image_set const images{1, 2, 2, {1, 2, 3, 4}, {0}, {}};
  static std::vector<std::size_t> const first{0};
  static header_names const names{.constant = "n", .pipeline = "p"};
  static std::vector<float> const sample(4);
  static tensor_file const file = [] {
    std::vector<float> const zeros(3);
    tensor_file result;
    result.metadata["key"] = "value";
    result.tensors = {make_tensor<float>("name", {3}, std::span(zeros))};
    return result;
  }();
  return {
      {"write_file_atomically", [](path const& p) { write_file_atomically(p, "text"); }},
      {"write_safetensors", [](path const& p) { write_safetensors(p, file); }},
      {"save_network", [](path const& p) { save_network(p, net); }},
      {"save_checkpoint", [](path const& p) { save_checkpoint(p, state, "run"); }},
      {"write_coefficient_header", [](path const& p) { write_coefficient_header(p, net, names); }},
      {.name = "write_c_interface", .use = [](path const& p) { write_c_interface(p, net, names, sample); }, .files = 3},
      {"write_png", [](path const& p) { write_png(p, drawn); }},
      {"write_contact_sheet", [](path const& p) { write_contact_sheet(p, images, first); }}};
}

inline std::vector<file_user> readers_of_folders() {
  using namespace polyfold;
  using path = std::filesystem::path;
  std::vector<std::string> const mnist{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
  std::vector<std::string> const training{"wnids.txt", "words.txt", "train/n01/images/1.png"};
  std::vector<std::string> const validation{"wnids.txt", "val/val_annotations.txt", "val/images/1.png"};
  return {{"read_mnist", [](path const& p) { (void)read_mnist(p, split::train); }, write_sample_folder, mnist},
          {"read_cifar10",
           [](path const& p) { (void)read_cifar10(p, split::test, 1); },
           write_sample_folder,
           {"test_batch.bin"}},
          {"read_cifar100",
           [](path const& p) { (void)read_cifar100(p, split::test, cifar100_label::fine, 1); },
           write_sample_folder,
           {"test.bin"}},
          {"read_tiny_imagenet, train", [](path const& p) { (void)read_tiny_imagenet(p, split::train); },
           write_sample_folder, training},
          {"read_tiny_imagenet, validation", [](path const& p) { (void)read_tiny_imagenet(p, split::test); },
           write_sample_folder, validation},
          {"read_image_folder",
           [](path const& p) { (void)read_image_folder(p); },
           [](path const& p) {
             std::filesystem::create_directories(p / "class");
             write_png(p / "class/1.png", ramp(5, 4, 3));
           },
           {"class/1.png"}},
          {"load_dataset, mnist", [](path const& p) { (void)load_dataset("mnist", p); }, write_sample_folder, mnist},
          {"load_dataset, images",
           [](path const& p) { (void)load_dataset("images", p); },
           write_sample_folder,
           {"train/n01/1.png", "test/n01/1.png"}},
          {"find_dataset", [](path const& p) { (void)find_dataset("mnist", p); }, write_sample_folder}};
}

}  // namespace test
