// The dense LeNet-5, and the thin one that has as many numbers as the small configuration.
#include "configuration.hpp"
#include "thin_lenet5.hpp"

namespace {

polyfold::training_options dense_options(experiment const& e) {
  polyfold::training_options o;
  o.epochs = e.chosen.dense_epochs;
  o.seed = e.chosen.seed;
  o.shift = 1;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-3f;
  return o;
}

/// Whether the same run has left its network before, which is then loaded.
bool load_earlier(experiment const& e, dense_network& net, polyfold::training_options const& o) {
  std::filesystem::path const path = e.chosen.output / "dense.safetensors";
  if (!polyfold::is_there(path)) return false;
  auto loaded = std::make_unique<dense_network>();
  auto const metadata = polyfold::load_network(path, *loaded);
  auto const run = metadata.find("run");
  if (run == metadata.end() || run->second != run_text<dense_network>(e, o)) {
    std::cout << "dense: " << path.string() << " is of a run with other settings or data; it will be replaced\n";
    return false;
  }
  net = *loaded;
  return true;
}

}  // namespace

outcome train_dense(experiment& e, dense_network& net) {
  polyfold::training_options const o = dense_options(e);
  auto const start = std::chrono::steady_clock::now();
  if (load_earlier(e, net, o)) {
    std::cout << "dense: loaded from an earlier run\n";
  } else {
    polyfold::initialise(net, o.seed);
    train(e, "dense", net, o);
  }
  return finish(e, "dense", net, {"polyfold::lenet5"}, o, seconds_since(start));
}

outcome train_thin(experiment& e) {
  using namespace polyfold;
  training_options o = dense_options(e);
  o.epochs += small_epochs(e.chosen);
  o.shift = 0;  // too few numbers to learn shifted digits as well
  auto const start = std::chrono::steady_clock::now();
  auto net = std::make_unique<network<thin_lenet5>>();
  initialise(*net, o.seed);
  train(e, "thin control", *net, o);
  return finish(e, "thin control", *net, {"thin_lenet5", "thin_lenet5.hpp"}, o, seconds_since(start));
}
