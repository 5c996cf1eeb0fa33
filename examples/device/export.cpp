// From a trained network to the headers of a device: quantises the recorded folded LeNet-5 with scales from training images,
// measures it on the test images, and writes it in integers and in float32.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/text.hpp>

#include "../program.hpp"
#include "../recorded_runs/lenet5_mnist_61x.hpp"
#include "drawn_digits.hpp"

namespace {

using namespace polyfold;
using float_network = network<recorded::lenet5_mnist_61x>;
using int8_network = network<recorded::lenet5_mnist_61x, in_int8, rolling_rows>;

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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes the headers of examples/device/firmware");
  std::filesystem::path data_folder;
  std::filesystem::path file;
  std::filesystem::path out;
  std::filesystem::path record;
  app.add_option("--data", data_folder, "folder of MNIST; else $POLYFOLD_DATA_DIR or the cache");
  app.add_option("NETWORK", file, "docs/records/lenet5_mnist/folded_61x_seed1.safetensors")->required();
  app.add_option("FOLDER", out, "where digits_int8.hpp and digits_float32.hpp go: examples/device")->required();
  app.add_option("--record", record,
                 "where the numbers of test images that are right go: docs/records/device_accuracy.json");
  CLI11_PARSE(app, argc, argv);
  return run_program("export_device_networks", [&] {
    dataset_splits const data = load_dataset("mnist", data_folder);
    // The recorded networks were trained on pixels / 255.
    normalisation const pixels;

    auto const floats = std::make_unique<float_network>();
    load_network(file, *floats);
    dataset const training(data.training, pixels);
    auto const seen = calibrate(*floats, training, 1000);
    network<recorded::lenet5_mnist_61x, in_int8> quantised;
    quantise(*floats, seen, pixels, quantised);
    int8_network const integers{quantised};  // the same numbers, by another schedule

    dataset const test(data.test, pixels);
    auto const workspace = std::make_unique<float_network::workspace<>>();
    int8_network::workspace<> rows;
    std::vector<float> image(std::size_t(float_network::input_shape.size()));
    int const floats_right = count_right(data.test, [&](std::size_t i) {
      test.load(i, image.data());
      return largest(floats->run(image.data(), workspace->data()));
    });
    int const integers_right =
        count_right(data.test, [&](std::size_t i) { return largest(integers.run(data.test.image(i).data(), &rows)); });
    text_stream accuracies;
    accuracies << "{\n  \"test_images\": " << data.test.size() << ",\n  \"folded_float32\": " << floats_right
               << ",\n  \"folded_int8\": " << integers_right << "\n}\n";
    std::cout << accuracies.str();

    // Two of the drawn digits are the samples that a device checks itself with.
    std::vector<std::uint8_t> samples;
    std::cout << "drawn digits:";
    for (drawn_digit const& digit : drawn_digits) {
      auto const drawn = digit.image();
      std::cout << ' ' << digit.shows << " is taken for " << largest(integers.run(drawn, rows)) << ';';
      if (digit.shows == 2 || digit.shows == 5) samples.insert(samples.end(), drawn.begin(), drawn.end());
    }
    std::cout << "\n";
    header_names names{.constant = "digits",
                       .pipeline = "recorded::lenet5_mnist_61x",
                       .include = "recorded_runs/lenet5_mnist_61x.hpp"};
    write_coefficient_header(out / "digits_int8.hpp", integers, names, samples);
    std::vector<float> normalised;
    for (std::uint8_t const pixel : samples) normalised.push_back(pixels(pixel));
    write_coefficient_header(out / "digits_float32.hpp", *floats, names, normalised);
    if (!record.empty()) write_file_atomically(record, accuracies.str());
    return 0;
  });
}
