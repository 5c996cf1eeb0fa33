// From trained networks to the headers of a device: quantises the recorded folded LeNet-5s with scales from training images,
// measures them on the test images, and writes the one of digits in integers, with a C interface, and in float32, the one of
// clothes in integers.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/c_interface.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

#include "../program.hpp"
#include "../recorded_runs/lenet5_fashion_22x.hpp"
#include "../recorded_runs/lenet5_mnist_61x.hpp"
#include "drawn_digits.hpp"

namespace {

using namespace polyfold;

template <class Logits>
int largest(Logits const& logits) {
  int best = 0;
  for (int k = 1; k < logits.size(); ++k)
    if (logits[k] > logits[best]) best = k;
  return best;
}

/// How many of the test images `classify(i)` gets right.
template <class Classify>
int count_right(image_set const& test, Classify classify) {
  int right = 0;
  for (std::size_t i = 0; i < test.size(); ++i) right += classify(i) == test.labels[i];
  return right;
}

/// A recorded network in floats and in integers, and how many test images each gets right.
template <auto Pipeline>
struct network_pair {
  using float_network = network<Pipeline>;
  using int8_network = network<Pipeline, in_int8, rolling_rows>;

  normalisation pixels;  // that it was trained on
  std::unique_ptr<float_network> floats = std::make_unique<float_network>();
  std::unique_ptr<int8_network> integers;
  std::size_t test_images = 0;
  int floats_right = 0;
  int integers_right = 0;

  network_pair(std::filesystem::path const& file, dataset_splits const& data, normalisation const& trained_on)
      : pixels(trained_on) {
    load_network(file, *floats);
    dataset const training(data.training, pixels);
    auto const seen = calibrate(*floats, training, 1000);
    network<Pipeline, in_int8> quantised;
    quantise(*floats, seen, pixels, quantised);
    integers.reset(new int8_network{quantised});  // the same numbers, by another schedule

    dataset const test(data.test, pixels);
    test_images = data.test.size();
    auto const workspace = std::make_unique<typename float_network::template workspace<>>();
    typename int8_network::template workspace<> rows;
    std::vector<float> image(std::size_t(float_network::input_shape.size()));
    floats_right = count_right(data.test, [&](std::size_t i) {
      test.load(i, image.data());
      return largest(floats->run(image.data(), workspace->data()));
    });
    integers_right =
        count_right(data.test, [&](std::size_t i) { return largest(integers->run(data.test.image(i).data(), &rows)); });
  }
};

/// What a header says of where its network came from.
std::string source_of(std::filesystem::path const& file, int right, std::size_t images, std::string const& data) {
  return file.filename().string() + ", " + with_decimals(100.0 * right / double(images), 2) + " % of " +
         with_thousands(std::int64_t(images)) + " test images of " + data;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes the headers of examples/device/firmware");
  std::filesystem::path data_folder;
  std::filesystem::path digits_file;
  std::filesystem::path clothes_file;
  std::filesystem::path out;
  std::filesystem::path record;
  app.add_option("--data", data_folder, "folder of the data sets; else $POLYFOLD_DATA_DIR or the cache");
  app.add_option("DIGITS", digits_file, "docs/records/lenet5_mnist/folded_61x_seed1.safetensors")->required();
  app.add_option("CLOTHES", clothes_file, "docs/records/lenet5_fashion_mnist/folded_22x_seed1.safetensors")->required();
  app.add_option("FOLDER", out, "where the headers go: examples/device")->required();
  app.add_option("--record", record,
                 "where the numbers of test images that are right go: docs/records/device_accuracy.json");
  CLI11_PARSE(app, argc, argv);
  return run_program("export_device_networks", [&] {
    network_pair<recorded::lenet5_mnist_61x> const digits(digits_file, load_dataset("mnist", data_folder), {});
    network_pair<recorded::lenet5_fashion_22x> const clothes(clothes_file, load_dataset("fashion-mnist", data_folder),
                                                             {0.5f, 0.5f});
    text_stream accuracies;
    accuracies << "{\n  \"test_images\": " << digits.test_images << ",\n  \"folded_float32\": " << digits.floats_right
               << ",\n  \"folded_int8\": " << digits.integers_right
               << ",\n  \"clothes_float32\": " << clothes.floats_right
               << ",\n  \"clothes_int8\": " << clothes.integers_right << "\n}\n";
    std::cout << accuracies.str();

    // Two of the drawn digits are the samples that a device checks itself with. What they show does not matter to it.
    std::vector<std::uint8_t> samples;
    std::cout << "drawn digits:";
    auto const rows = std::make_unique<typename decltype(digits)::int8_network::workspace<>>();
    for (drawn_digit const& digit : drawn_digits) {
      auto const drawn = digit.image();
      std::cout << ' ' << digit.shows << " is taken for " << largest(digits.integers->run(drawn, *rows)) << ';';
      if (digit.shows == 2 || digit.shows == 5) samples.insert(samples.end(), drawn.begin(), drawn.end());
    }
    std::cout << "\n";
    header_names names{.constant = "digits",
                       .pipeline = "recorded::lenet5_mnist_61x",
                       .include = "recorded_runs/lenet5_mnist_61x.hpp",
                       .source = source_of(digits_file, digits.integers_right, digits.test_images, "MNIST"),
                       .pixels = digits.pixels};
    write_c_interface(out / "digits_int8.hpp", *digits.integers, names, samples);
    std::vector<float> normalised;
    for (std::uint8_t const pixel : samples) normalised.push_back(digits.pixels(pixel));
    names.source = source_of(digits_file, digits.floats_right, digits.test_images, "MNIST");
    write_coefficient_header(out / "digits_float32.hpp", *digits.floats, names, normalised);
    names = {.constant = "clothes",
             .pipeline = "recorded::lenet5_fashion_22x",
             .include = "recorded_runs/lenet5_fashion_22x.hpp",
             .source = source_of(clothes_file, clothes.integers_right, clothes.test_images, "Fashion-MNIST")};
    write_coefficient_header(out / "clothes_int8.hpp", *clothes.integers, names, samples);
    if (!record.empty()) write_file_atomically(record, accuracies.str());
    return 0;
  });
}
