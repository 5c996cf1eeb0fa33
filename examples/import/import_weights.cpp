// import_weights MODEL FILE: loads trained weights into a network type, prints what became what, replays the samples that
// the file carries, and measures the accuracy on the test images of the data set that the weights were trained for.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <map>
#include <polyfold/failure.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/onnx.hpp>

#include "../normalisation_options.hpp"
#include "../output_folder.hpp"
#include "../program.hpp"
#include "importer.hpp"

polyfold::weight_source source_of(arguments const& a) {
  polyfold::weight_source source = polyfold::read_any_weights(a.file);
  for (std::size_t i = 0; i + 1 < a.samples.size(); i += 2)
    polyfold::add_onnx_sample(source, a.samples[i], a.samples[i + 1]);
  return source;
}

polyfold::image_set test_images(std::string const& dataset, std::filesystem::path const& folder) {
  std::filesystem::path const place = polyfold::find_dataset(dataset, folder);
  return dataset == "cifar-10" ? read_cifar10(place, polyfold::split::test) : read_mnist(place, polyfold::split::test);
}

void print(polyfold::weight_mapping const& mapping) { mapping.print(std::cout); }

void print_accuracy(std::string const& dataset, polyfold::evaluation const& result) {
  std::cout << "accuracy on " << polyfold::with_thousands(result.predicted.size()) << " test images of " << dataset
            << ": " << polyfold::as_percent(result.accuracy(), 2) << '\n';
}

namespace {

int run(int argc, char** argv) {
  std::map<std::string, void (*)(arguments const&)> const models{{"lenet5", import_lenet5},
                                                                 {"resnet20", import_resnet20},
                                                                 {"resnet8", import_resnet8},
                                                                 {"mnist-8", import_mnist_8}};
  arguments a;
  CLI::App app("Loads trained weights from PyTorch, Keras or ONNX into a network and measures its accuracy.");
  app.add_option(
         "model", a.model,
         "lenet5 (Fashion-MNIST), resnet20 (CIFAR-10, shortcuts of 1x1 convolutions), resnet8 (CIFAR-10, MLPerf "
         "Tiny's) or mnist-8 (MNIST)")
      ->required()
      ->check(CLI::IsMember(models));
  app.add_option("file", a.file, "the weights: .npz, .safetensors or .onnx")->required()->check(CLI::ExistingFile);
  app.add_option("--data", a.data, "folder of the data set (else $POLYFOLD_DATA_DIR, else the download cache)");
  app.add_option("--names", a.options.names, "the file's module for each layer, in order, with commas between")
      ->delimiter(',');
  app.add_option("--ignore", a.options.ignored, "tensors or modules that may be left over")->delimiter(',');
  app.add_option("--tolerance", a.options.tolerance, "allowed difference to samples, share of the largest output")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--sample", a.samples, "an input and its output beside an ONNX model: two .pb files; repeatable")
      ->type_size(2);
  add_normalisation_options(app, a.mean, a.deviation);
  app.add_option("--output", a.output, "also write the network to this .safetensors file, in polyfold's own form");
  app.add_option("--threads", a.threads, "threads of the evaluation")->check(CLI::Range(1, 256));
  CLI11_PARSE(app, argc, argv);
  if (!a.output.empty()) prepare_output_folder(std::filesystem::absolute(a.output).parent_path());
  models.at(a.model)(a);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("import_weights", [&] { return run(argc, argv); });
}
