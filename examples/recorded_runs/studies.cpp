#include "studies.hpp"

#include <polyfold/io/cifar.hpp>

std::vector<study> all_studies() {
  polyfold::normalisation const unchanged;
  polyfold::normalisation const halves(0.5f, 0.5f);
  polyfold::normalisation const cifar10 = polyfold::cifar10_normalisation();
  polyfold::normalisation const to_255(0.0f, 1.0f / 255);  // pixels as they are, which the given ResNet-8 reads
  return {{"lenet5_mnist", "mnist", unchanged, 5000},
          {"digit_reader_mnist", "mnist", unchanged, 5000},
          {"lenet5_fashion_mnist", "fashion-mnist", halves, 5000},
          {"resnet8_cifar10", "cifar-10", to_255, 5000},
          {"resnet20_cifar10", "cifar-10", cifar10, 5000},
          {"vgg16_cifar10", "cifar-10", cifar10, 5000},
          {"alexnet_cifar10", "cifar-10", cifar10, 5000},
          {"alexnet_tiny_imagenet_20", "tiny-imagenet-20", std::nullopt, 1000},
          {"resnet18_tiny_imagenet_20", "tiny-imagenet-20", std::nullopt, 1000}};
}
