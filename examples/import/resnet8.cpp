#include <polyfold/layers/softmax.hpp>
#include <polyfold/models/resnet8.hpp>

#include "importer.hpp"

// MLPerf Tiny's; its Keras model reads pixels from 0 to 255 and ends in a softmax.
void import_resnet8(arguments const& a) {
  using namespace polyfold;
  import_into<resnet8<> | softmax>(a, "cifar-10", {{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}});
}
