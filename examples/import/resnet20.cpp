#include <polyfold/io/cifar.hpp>
#include <polyfold/models/resnet.hpp>

#include "importer.hpp"

void import_resnet20(arguments const& a) {
  using namespace polyfold;
  constexpr auto model = make_resnet<cifar_resnet(20, 10, shortcut::convolution)>();
  import_into<model>(a, "cifar-10", cifar10_normalisation());
}
