#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/pooling.hpp>

#include "importer.hpp"

// The ONNX model zoo's MNIST model; it reads pixels from 0 to 255.
void import_mnist_8(arguments const& a) {
  using namespace polyfold;
  constexpr auto model = input<1, 28, 28> | conv2d<8, 5>(padding<2>) | relu | max_pool<2> | conv2d<16, 5>(padding<2>) |
                         relu | max_pool<3> | dense<10>;
  import_into<model>(a, "mnist", {0.0f, 1.0f / 255});
}
