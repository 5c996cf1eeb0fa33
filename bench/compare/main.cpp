// Networks and layers on polyfold and on the peers, in one run. `--benchmark_filter=lenet5/batch:1` picks works.
#include "works.hpp"

int main(int argc, char** argv) {
  using namespace polyfold::bench;
  measurements all;
  add_lenet5(all);
  add_resnet20(all);
  add_vgg16(all);
  add_alexnet(all);
  add_single_layers(all);
  return run_measurements(argc, argv, all);
}
