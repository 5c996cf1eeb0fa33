// Writes the files from which the fuzzers start, a folder for each: fuzz_seeds FOLDER. Few and small, made by polyfold's own
// writers where it has one.
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/io/safetensors.hpp>

#include "networks.hpp"
#include "support/pictures.hpp"
#include "support/zip.hpp"
#include "unit/temporary_files.hpp"

namespace {

using namespace polyfold;
namespace fs = std::filesystem;

/// A folder of numbered seeds.
class corpus {
 public:
  explicit corpus(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }
  void add(std::string const& bytes) { test::write_bytes(next(), bytes); }
  /// For writers that take a path.
  [[nodiscard]] fs::path next() { return folder_ / std::to_string(number_++); }

 private:
  fs::path folder_;
  int number_ = 0;
};

std::string zipped(std::string const& bytes, fs::path const& scratch) {
  auto* const file = gzopen(scratch.string().c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return test::read_bytes(scratch);
}

void write_idx(corpus to, fs::path const& scratch) {
  std::string const images("\0\0\x8\3\0\0\0\2\0\0\0\3\0\0\0\2abcdefghijkl", 28);
  std::string const labels("\0\0\x8\1\0\0\0\3\0\1\x9", 11);
  for (std::string const& bytes : {images, labels}) {
    to.add(bytes);
    to.add(zipped(bytes, scratch));
  }
  to.add(zipped(images.substr(0, 20), scratch) + zipped(images.substr(20), scratch));
}

void write_arrays(corpus archives, corpus arrays) {
  std::string const floats =
      test::npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", std::string(24, '\1'));
  std::string const turned = test::npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3, 1), }\n", "abcdef");
  std::string const number =
      test::npy("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", std::string(8, '\0'));
  for (std::string const& array : {floats, turned, number}) arrays.add(array);
  for (bool const packed : {false, true}) {
    test::write_zip(archives.next(), {{"a.weight.npy", floats}, {"b.npy", turned}}, packed);
    test::write_zip(archives.next(), {{"c.npy", number}}, packed);
  }
}

template <class Network>
void fill(Network& net) {
  for (std::size_t i = 0; i < net.parameters.size(); ++i) net.parameters[i] = 0.25f * static_cast<float>(i % 7);
}

/// A PyTorch file of the small network, and the samples that belong to it.
tensor_file weights() {
  tensor_file file;
  auto const add = [&](char const* name, std::vector<std::int64_t> const& shape) {
    std::int64_t count = 1;
    for (std::int64_t const size : shape) count *= size;
    std::vector<float> const values(std::size_t(count), 0.5f);
    file.tensors.push_back(make_tensor<float>(name, shape, std::span<float const>(values)));
  };
  // In the order of their bytes, in which they are read again.
  add("conv.weight", {3, 2, 2, 2});
  add("conv.bias", {3});
  for (char const* const name : {"bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}) add(name, {3});
  add("fc.weight", {5, 18});
  add("fc.bias", {5});
  return file;
}

/// The same file as the first version wrote it: without a checksum, which stops most of what a fuzzer makes of a newer one.
void copy_as_first_version(fs::path const& from, fs::path const& to) {
  tensor_file file = read_safetensors(from);
  file.metadata["format"].back() = '1';
  file.metadata.erase("checksum");
  write_safetensors(to, file);
}

void write_tensor_files(fs::path const& folder) {
  corpus networks(folder / "network_file");
  fuzz::small_network net;
  fill(net);
  fs::path const floats = networks.next();
  save_network(floats, net, {{"note", "seed"}});
  fs::path const bytes = networks.next();
  save_network(bytes, fuzz::small_network_in_bytes{});
  for (fs::path const& newer : {floats, bytes}) copy_as_first_version(newer, networks.next());
  corpus descriptions(folder / "description");
  descriptions.add(describe<fuzz::small_network>());
  descriptions.add(describe<fuzz::small_network_in_bytes>());

  training_state state;
  state.master = {1, 2, 3, 4, 5};
  state.optimizer = training::optimizer_state(5);
  corpus checkpoints(folder / "checkpoint");
  fs::path const checkpoint = checkpoints.next();
  save_checkpoint(checkpoint, state, "epochs 6, seed 1\n");
  copy_as_first_version(checkpoint, checkpoints.next());

  corpus placed(folder / "weights");
  tensor_file file = weights();
  write_safetensors(placed.next(), file);
  std::vector<float> const image(24, 0.25f);
  std::vector<float> const outputs(5, 1.0f);
  file.tensors.push_back(make_tensor<float>("polyfold.input.0", {1, 2, 3, 4}, std::span<float const>(image)));
  file.tensors.push_back(make_tensor<float>("polyfold.output.0", {1, 5}, std::span<float const>(outputs)));
  write_safetensors(placed.next(), file);

  corpus files(folder / "safetensors");
  tensor_file small;
  small.metadata = {{"format", "pt"}};
  std::vector<std::int16_t> const values{1, -2};
  small.tensors = {make_tensor<std::int16_t>("w", {2, 1}, std::span<std::int16_t const>(values))};
  write_safetensors(files.next(), small);
  files.add(std::string("\4") + R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"a":"b"}})");
}

void write_pictures(fs::path const& folder) {
  corpus pngs(folder / "png");
  write_png(pngs.next(), test::ramp(5, 7, 1));
  write_png(pngs.next(), test::ramp(5, 7, 3));
  pngs.add(test::png_of(2, 3, 16, PNG_COLOR_TYPE_RGB_ALPHA, std::string(48, '\x70'), true));
  pngs.add(test::png_of(3, 9, 2, PNG_COLOR_TYPE_PALETTE, std::string(9, '\x1b'), false, [](auto png, auto info) {
    png_color const palette[4] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {255, 0, 0}};
    png_byte const alphas[2] = {0, 128};
    png_set_PLTE(png, info, palette, 4);
    png_set_tRNS(png, info, alphas, 2, nullptr);
  }));
  corpus jpegs(folder / "jpeg");
  jpegs.add(test::jpeg_of(test::ramp(8, 11, 1)));
  jpegs.add(test::jpeg_of(test::ramp(8, 11, 3)));
  jpegs.add(test::jpeg_of(test::ramp(8, 11, 3), true));
  jpegs.add(test::jpeg_of(test::ramp(8, 8, 4)));

  // Bytes of 0xfe separate the pictures of a folder: none may occur within them.
  std::string const png = test::png_of(8, 11, 8, PNG_COLOR_TYPE_GRAY, std::string(88, '\7'));
  std::string jpeg = test::jpeg_of(test::ramp(8, 11, 1));
  for (int start = 1; jpeg.find('\xfe') != jpeg.npos; ++start) jpeg = test::jpeg_of(test::ramp(8, 11, 1, start));
  corpus folders(folder / "image_folder");
  for (char const how : {'\0', '\1', '\2', '\6', '\xe'}) folders.add(how + png + '\xfe' + jpeg + '\xfe' + png);
}

}  // namespace

int main(int, char** arguments) try {
  fs::path const folder = arguments[1];
  fs::remove_all(folder);
  fs::create_directories(folder);
  write_idx(corpus(folder / "idx"), folder / "scratch");
  fs::remove(folder / "scratch");
  write_arrays(corpus(folder / "npz"), corpus(folder / "npy"));
  write_tensor_files(folder);
  write_pictures(folder);
  corpus batches(folder / "cifar");
  batches.add(std::string(3073, '\7'));
  batches.add(std::string(2 * 3074, '\3'));
  corpus(folder / "tiny_imagenet")
      .add(
          "n1\nn2\n\xfen1\tgoldfish, carp\nn2\tcat\n\xfe"
          "a\tn1\t0\t1\t2\t3\nb\tn2\t0\t0\t1\t1\n");
  corpus models(folder / "onnx");
  for (char const* const name : {"pytorch.onnx", "pytorch_fused.onnx"})
    models.add(test::read_bytes(fs::path(POLYFOLD_TEST_DATA) / "import" / name));
  return 0;
} catch (polyfold::failure const& caught) {
  std::cerr << caught.what() << '\n';
  return 1;
}
