#include <polyfold/models/resnet.hpp>

#include "tune.hpp"

void tune_resnet20(settings const& s) {
  using namespace polyfold;
  constexpr auto model = make_resnet<cifar_resnet(20, 10, shortcut::convolution)>();
  tune<model>(s, {"polyfold/models/resnet.hpp", "make_resnet<cifar_resnet(20, 10, shortcut::convolution)>(RULE)"});
}
