// write_lenet5 FOLDER: weights of a LeNet-5 as PyTorch names them, in FOLDER/pytorch.safetensors, with a sample; the same
// with a wrong sample in FOLDER/wrong.safetensors and without one in FOLDER/unsampled.safetensors. Prints what import_weights has to say of the images in FOLDER: a line
// for its own normalisation, and one for mean 0.25 and deviation 0.125.

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <polyfold/io/idx.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/models/lenet5.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/parameters.hpp>

int main(int argc, char** argv) {
  using namespace polyfold;
  if (argc != 2) {
    std::cerr << "write_lenet5 FOLDER\n";
    return EXIT_FAILURE;
  }
  std::filesystem::path const folder = argv[1];
  static network<lenet5> net;
  initialise(net, 3);

  struct module {
    char const* name;
    std::vector<std::int64_t> shape;
  };
  std::array<module, 5> const modules{
      {{"conv1", {6, 1, 5, 5}}, {"conv2", {16, 6, 5, 5}}, {"fc1", {120, 400}}, {"fc2", {84, 120}}, {"fc3", {10, 84}}}};
  tensor_file file;
  float* next = net.parameters.data();
  for (module const& m : modules) {
    std::size_t weights = 1;
    for (std::int64_t const size : m.shape) weights *= std::size_t(size);
    std::size_t const filters = std::size_t(m.shape.front());
    for (std::size_t i = 0; i < filters; ++i) next[weights + i] = 0.125f * float(i % 3);
    file.tensors.push_back(
        make_tensor<float>(std::string(m.name) + ".weight", m.shape, std::span<float const>(next, weights)));
    next += weights;
    file.tensors.push_back(
        make_tensor<float>(std::string(m.name) + ".bias", {m.shape.front()}, std::span<float const>(next, filters)));
    next += filters;
  }

  tensor<float, shape{1, 28, 28}> image{};
  for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] = float(i % 7) - 3;
  static network<lenet5>::workspace<float> workspace;
  auto const logits = net.run(image, workspace);
  std::vector<float> output(logits.begin(), logits.end());
  file.tensors.push_back(make_tensor<float>("polyfold.input.0", {1, 28, 28}, std::span<float const>(image.values)));
  file.tensors.push_back(make_tensor<float>("polyfold.output.0", {10}, std::span<float const>(output)));
  write_safetensors(folder / "pytorch.safetensors", file);
  output[3] += 1;
  file.tensors.back() = make_tensor<float>("polyfold.output.0", {10}, std::span<float const>(output));
  write_safetensors(folder / "wrong.safetensors", file);
  file.tensors.resize(file.tensors.size() - 2);
  write_safetensors(folder / "unsampled.safetensors", file);

  image_set const images = read_mnist(folder, split::test);
  thread_pool threads(1);
  for (normalisation const& n : {normalisation(0.5f, 0.5f), normalisation(0.25f, 0.125f)})
    std::cout << "accuracy on " << images.size() << " test images of fashion-mnist: "
              << as_percent(evaluate(net, dataset(images, n), threads).accuracy(), 2) << '\n';
}
