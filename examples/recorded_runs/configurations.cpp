#include "configurations.hpp"

configuration_table all_configurations() {
  using namespace recorded;
  return {
      {"lenet5_mnist",
       {{"dense", dense_lenet5, ""},
        {"folded_61x", lenet5_mnist_61x_folded},
        {"bytes_240x", lenet5_mnist_61x_bytes, "folded_61x"},
        {"folded_61x_taught", lenet5_mnist_61x_taught},
        {"bytes_240x_taught", lenet5_mnist_61x_taught_bytes, "folded_61x_taught"},
        {"folded_75x_taught", lenet5_mnist_75x_taught},
        {"bytes_295x_taught", lenet5_mnist_75x_taught_bytes, "folded_75x_taught"},
        {"thin", lenet5_mnist_thin, ""}}},
      {"lenet5_fashion_mnist",
       {{"dense", dense_lenet5, ""},
        {"folded_22x", lenet5_fashion_22x_folded},
        {"bytes_85x", lenet5_fashion_22x_bytes, "folded_22x"},
        {"thin", lenet5_fashion_thin, ""}}},
      {"resnet20_cifar10",
       {{"dense", resnet20_cifar10_dense, ""},
        {"folded_19x", resnet20_cifar10_19x},
        {"folded_19x_longer", resnet20_cifar10_19x_longer},
        {"bytes_75x", resnet20_cifar10_bytes, "folded_19x_longer"},
        {"arranged_19x", resnet20_cifar10_arranged},
        {"arranged_19x_longer", resnet20_cifar10_arranged_longer},
        {"arranged_2_bits", resnet20_cifar10_2_bits},
        {"arranged_2_bits_longer", resnet20_cifar10_2_bits_longer},
        {"thin", resnet20_cifar10_thin, ""},
        {"thin_longer", resnet20_cifar10_thin_longer, ""}}},
      {"vgg16_cifar10",
       {{"dense", vgg16_cifar10_dense, ""}, {"folded_700x", vgg16_cifar10_700x}, {"thin", vgg16_cifar10_thin, ""}}},
      {"alexnet_cifar10",
       {{"dense", alexnet_cifar10_dense, ""}, {"folded", alexnet_cifar10_folded}, {"thin", alexnet_cifar10_thin, ""}}},
      {"alexnet_tiny_imagenet_20",
       {{"dense", alexnet_tiny_dense, ""}, {"folded", alexnet_tiny_folded}, {"thin", alexnet_tiny_thin, ""}}},
      {"resnet18_tiny_imagenet_20",
       {{"dense", resnet18_tiny_dense, ""}, {"folded", resnet18_tiny_folded}, {"thin", resnet18_tiny_thin, ""}}}};
}
