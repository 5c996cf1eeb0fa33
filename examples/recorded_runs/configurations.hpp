// All configurations. Each is compiled in a source file of its own, or with one or two others.
#pragma once

#include <string>

#include "experiment.hpp"

[[nodiscard]] configuration_table all_configurations();

namespace recorded {

void dense_lenet5(experiment&, std::string const& name);
void lenet5_mnist_61x_folded(experiment&, std::string const& name);
void lenet5_mnist_61x_bytes(experiment&, std::string const& name);
void lenet5_mnist_61x_taught(experiment&, std::string const& name);
void lenet5_mnist_61x_taught_bytes(experiment&, std::string const& name);
void lenet5_mnist_thin(experiment&, std::string const& name);
void lenet5_mnist_75x_taught(experiment&, std::string const& name);
void lenet5_mnist_75x_taught_bytes(experiment&, std::string const& name);

void digit_reader_dense(experiment&, std::string const& name);
void digit_reader_folded(experiment&, std::string const& name);
void digit_reader_integers(experiment&, std::string const& name);
void digit_reader_wide(experiment&, std::string const& name);
void digit_reader_wide_integers(experiment&, std::string const& name);

void lenet5_fashion_22x_folded(experiment&, std::string const& name);
void lenet5_fashion_22x_bytes(experiment&, std::string const& name);
void lenet5_fashion_thin(experiment&, std::string const& name);

void resnet8_cifar10_dense(experiment&, std::string const& name);
void resnet8_cifar10_dense_int8(experiment&, std::string const& name);
void resnet8_cifar10_planes(experiment&, std::string const& name);
void resnet8_cifar10_planes_int8(experiment&, std::string const& name);

void resnet20_cifar10_dense(experiment&, std::string const& name);
void resnet20_cifar10_19x(experiment&, std::string const& name);
void resnet20_cifar10_19x_longer(experiment&, std::string const& name);
void resnet20_cifar10_bytes(experiment&, std::string const& name);
void resnet20_cifar10_arranged(experiment&, std::string const& name);
void resnet20_cifar10_arranged_longer(experiment&, std::string const& name);
void resnet20_cifar10_2_bits(experiment&, std::string const& name);
void resnet20_cifar10_2_bits_longer(experiment&, std::string const& name);
void resnet20_cifar10_thin(experiment&, std::string const& name);
void resnet20_cifar10_thin_longer(experiment&, std::string const& name);

void vgg16_cifar10_dense(experiment&, std::string const& name);
void vgg16_cifar10_700x(experiment&, std::string const& name);
void vgg16_cifar10_thin(experiment&, std::string const& name);

void alexnet_cifar10_dense(experiment&, std::string const& name);
void alexnet_cifar10_folded(experiment&, std::string const& name);
void alexnet_cifar10_thin(experiment&, std::string const& name);
void alexnet_tiny_dense(experiment&, std::string const& name);
void alexnet_tiny_folded(experiment&, std::string const& name);
void alexnet_tiny_thin(experiment&, std::string const& name);

void resnet18_tiny_dense(experiment&, std::string const& name);
void resnet18_tiny_folded(experiment&, std::string const& name);
void resnet18_tiny_thin(experiment&, std::string const& name);

}  // namespace recorded
