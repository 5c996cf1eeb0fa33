// What import_weights does with a model: load, print the mapping, measure. Every model is compiled in a file of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/train/dataset.hpp>
#include <polyfold/train/evaluate.hpp>

struct arguments {
  std::string model;
  std::filesystem::path file;
  std::filesystem::path data;
  std::filesystem::path output;
  std::vector<std::string> samples;  // pairs of .pb files, for ONNX
  polyfold::weight_options options;
  std::vector<float> mean, deviation;  // of the images that the weights were trained on; empty: those of the model
  int threads = 1;
};

void import_lenet5(arguments const& a);
void import_resnet20(arguments const& a);
void import_resnet8(arguments const& a);
void import_mnist_8(arguments const& a);

/// The file's weights and samples, whatever its format.
polyfold::weight_source source_of(arguments const& a);
/// The test images of mnist, fashion-mnist or cifar-10.
polyfold::image_set test_images(std::string const& dataset, std::filesystem::path const& folder);
void print(polyfold::weight_mapping const& mapping);
void print_accuracy(std::string const& dataset, polyfold::evaluation const& result);

template <auto Model>
void import_into(arguments const& a, std::string const& dataset, polyfold::normalisation const& normalise) {
  static polyfold::network<Model> net;
  polyfold::normalisation const chosen = a.mean.empty() ? normalise : polyfold::normalisation(a.mean, a.deviation);
  chosen.check(net.input_shape.channels);
  print(load_weights(source_of(a), net, a.options));
  polyfold::image_set const images = test_images(dataset, a.data);  // before anything is written
  if (!a.output.empty()) save_network(a.output, net);
  polyfold::thread_pool threads(a.threads);
  using sixteen_images = polyfold::lanes<float, 16>;
  print_accuracy(dataset, evaluate<sixteen_images>(net, polyfold::dataset(images, chosen), threads));
}
