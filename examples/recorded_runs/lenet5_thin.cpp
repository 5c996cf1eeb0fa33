// Thin dense LeNet-5s with as many numbers as the folded networks.
#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

/// As many epochs as the dense network and the folded one together.
training_options thin_options(int folded_epochs) {
  training_options o = dense_lenet5_options();
  o.epochs += folded_epochs;
  o.shift = 0;  // too few numbers to learn shifted images as well
  return o;
}

}  // namespace

void lenet5_mnist_thin(experiment& e, std::string const& name) {
  static constexpr auto thin = input<1, 28, 28> | conv2d<2, 5>(padding<2>) | relu | max_pool<2> | conv2d<5, 5> | relu |
                               max_pool<2> | dense<5> | relu | dense<6> | relu | dense<10>;
  static_assert(network<thin>::total_cost().stored_numbers >= network<lenet5_mnist_61x>::total_cost().stored_numbers);
  train_alone<thin>(e, name, "thin", thin_options(lenet5_mnist_epochs));
}

void lenet5_fashion_thin(experiment& e, std::string const& name) {
  static constexpr auto thin = input<1, 28, 28> | conv2d<3, 5>(padding<2>) | relu | max_pool<2> | conv2d<6, 5> | relu |
                               max_pool<2> | dense<12> | relu | dense<21> | relu | dense<10>;
  static_assert(network<thin>::total_cost().stored_numbers >= network<lenet5_fashion_22x>::total_cost().stored_numbers);
  train_alone<thin>(e, name, "thin", thin_options(lenet5_fashion_22x_epochs));
}

}  // namespace recorded
