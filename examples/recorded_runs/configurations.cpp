#include "configurations.hpp"

configuration_table all_configurations() {
  using namespace recorded;
  return {{"lenet5_mnist",
           {{"dense", dense_lenet5},
            {"folded_61x", lenet5_mnist_61x_folded},
            {"bytes_240x", lenet5_mnist_61x_bytes},
            {"thin", lenet5_mnist_thin},
            {"folded_80x", lenet5_mnist_80x_folded},
            {"folded_92x", lenet5_mnist_92x_folded}}},
          {"lenet5_fashion_mnist",
           {{"dense", dense_lenet5},
            {"folded_22x", lenet5_fashion_22x_folded},
            {"bytes_85x", lenet5_fashion_22x_bytes},
            {"thin", lenet5_fashion_thin}}},
          {"resnet20_cifar10",
           {{"dense", resnet20_cifar10_dense},
            {"folded_5x", resnet20_cifar10_5x},
            {"bytes_19x", resnet20_cifar10_bytes},
            {"folded_19x", resnet20_cifar10_19x},
            {"arranged_19x", resnet20_cifar10_arranged},
            {"arranged_2_bits", resnet20_cifar10_2_bits},
            {"thin", resnet20_cifar10_thin},
            {"thin_19x", resnet20_cifar10_thin_19x}}},
          {"vgg16_cifar10",
           {{"dense", vgg16_cifar10_dense}, {"folded_700x", vgg16_cifar10_700x}, {"thin", vgg16_cifar10_thin}}},
          {"alexnet_cifar10",
           {{"dense", alexnet_cifar10_dense}, {"folded", alexnet_cifar10_folded}, {"thin", alexnet_cifar10_thin}}},
          {"alexnet_tiny_imagenet_20",
           {{"dense", alexnet_tiny_dense}, {"folded", alexnet_tiny_folded}, {"thin", alexnet_tiny_thin}}},
          {"resnet18_tiny_imagenet_20",
           {{"dense", resnet18_tiny_dense}, {"folded", resnet18_tiny_folded}, {"thin", resnet18_tiny_thin}}}};
}
