#include "counted.hpp"

#include "alexnet.hpp"
#include "digit_reader.hpp"
#include "lenet5.hpp"
#include "resnet18.hpp"
#include "resnet20.hpp"
#include "resnet8.hpp"
#include "vgg16.hpp"

std::vector<counted_network> counted_networks() {
  using namespace recorded;
  return {counted<network<lenet5>>("lenet5_mnist", "dense"),
          counted_plain<lenet5_mnist_61x>("lenet5_mnist", "folded_61x"),
          counted_bytes<lenet5_mnist_61x>("lenet5_mnist", "bytes_240x"),
          counted_plain<lenet5_mnist_61x_bent>("lenet5_mnist", "folded_61x_taught"),
          counted_bytes<lenet5_mnist_61x_bent>("lenet5_mnist", "bytes_240x_taught"),
          counted_plain<lenet5_mnist_75x>("lenet5_mnist", "folded_75x_taught"),
          counted_bytes<lenet5_mnist_75x>("lenet5_mnist", "bytes_295x_taught"),
          counted_plain<thin_lenet5_mnist>("lenet5_mnist", "thin"),
          counted<network<dense_digit_reader>>("digit_reader_mnist", "dense"),
          counted_plain<digit_reader>("digit_reader_mnist", "folded"),
          counted_integers<digit_reader>("digit_reader_mnist", "integers"),
          counted_plain<wide_digit_reader>("digit_reader_mnist", "folded_wide"),
          counted_integers<wide_digit_reader>("digit_reader_mnist", "integers_wide"),
          counted<network<lenet5>>("lenet5_fashion_mnist", "dense"),
          counted_plain<lenet5_fashion_22x>("lenet5_fashion_mnist", "folded_22x"),
          counted_bytes<lenet5_fashion_22x>("lenet5_fashion_mnist", "bytes_85x"),
          counted_plain<thin_lenet5_fashion>("lenet5_fashion_mnist", "thin"),
          counted<network<resnet8<>>>("resnet8_cifar10", "dense"),
          counted_integers<resnet8<>>("resnet8_cifar10", "dense_int8"),
          counted_plain<resnet8_planes>("resnet8_cifar10", "planes"),
          counted_integers<resnet8_planes>("resnet8_cifar10", "planes_int8"),
          counted<network<resnet20_dense>>("resnet20_cifar10", "dense"),
          counted_plain<resnet20_19x>("resnet20_cifar10", "folded_19x"),
          counted_plain<resnet20_19x>("resnet20_cifar10", "folded_19x_longer"),
          counted_bytes<resnet20_19x>("resnet20_cifar10", "bytes_75x"),
          counted_bytes<resnet20_arranged, resnet20_arranged_scales>("resnet20_cifar10", "arranged_19x"),
          counted_bytes<resnet20_arranged, resnet20_arranged_scales>("resnet20_cifar10", "arranged_19x_longer"),
          counted_bytes<resnet20_2_bits, resnet20_arranged_scales>("resnet20_cifar10", "arranged_2_bits"),
          counted_bytes<resnet20_2_bits, resnet20_arranged_scales>("resnet20_cifar10", "arranged_2_bits_longer"),
          counted_plain<thin_resnet20>("resnet20_cifar10", "thin"),
          counted_plain<thin_resnet20>("resnet20_cifar10", "thin_longer"),
          counted<network<vgg16_dense>>("vgg16_cifar10", "dense"),
          counted_plain<vgg16_700x>("vgg16_cifar10", "folded_700x"),
          counted_plain<thin_vgg16>("vgg16_cifar10", "thin"),
          counted<network<alexnet_dense<alexnet_cifar10>>>("alexnet_cifar10", "dense"),
          counted_plain<alexnet_folded<alexnet_cifar10>>("alexnet_cifar10", "folded"),
          counted_plain<alexnet_thin<alexnet_cifar10>>("alexnet_cifar10", "thin"),
          counted<network<alexnet_dense<alexnet_tiny>>>("alexnet_tiny_imagenet_20", "dense"),
          counted_plain<alexnet_folded<alexnet_tiny>>("alexnet_tiny_imagenet_20", "folded"),
          counted_plain<alexnet_thin<alexnet_tiny>>("alexnet_tiny_imagenet_20", "thin"),
          counted<network<resnet18_dense>>("resnet18_tiny_imagenet_20", "dense"),
          counted_plain<resnet18_folded>("resnet18_tiny_imagenet_20", "folded"),
          counted_plain<thin_resnet18>("resnet18_tiny_imagenet_20", "thin")};
}
