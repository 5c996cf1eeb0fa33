// Training: it learns, the same way on any number of threads, and goes on after an interruption as if there were none.

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

// Everything that a run may depend on: cut and dense weights, batch norm, dropout; shifts come with the options.
constexpr auto layers = input<1, 8, 8> | conv2d<4, 3>(along<axis::kernel, linear>) | batch_norm | relu | max_pool<2> |
                        dropout<1, 8> | dense<4>(along<axis::channel, linear>);
using folded_network = network<layers>;

training_options options(int epochs = 4) {
  training_options o;
  o.epochs = epochs;
  o.batch = 64;
  o.shift = 1;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-2f;
  return o;
}

folded_network initialised() {
  folded_network net;
  initialise(net, 3);
  return net;
}

/// Numbers after training on `images` images, not a multiple of the batch.
std::vector<float> trained(training_options const& o, int threads, int images = 150) {
  image_set const set = test::bars(images, 1);
  dataset data(set);
  thread_pool team(threads);
  folded_network net = initialised();
  trainer<folded_network> t(net, o, team);
  t.run(data);
  return {net.parameters.begin(), net.parameters.end()};
}

}  // namespace

template <class Trainer>
concept gives_state = requires(Trainer&& t) {
  static_cast<Trainer&&>(t).state();
};
TEST_CASE("a temporary trainer gives no state, which would be gone with it") {
  STATIC_REQUIRE(gives_state<trainer<folded_network> const&>);
  STATIC_REQUIRE_FALSE(gives_state<trainer<folded_network>>);
}

TEST_CASE("a folded network learns, and says how far it is") {
  image_set const images = test::bars(600, 1);
  image_set const unseen = test::bars(300, 2);
  dataset data(images);
  thread_pool team(2);
  folded_network net = initialised();
  trainer<folded_network> t(net, options(12), team);
  std::vector<training_progress> seen;
  std::vector<int> epochs;
  t.on_progress = [&](training_progress const& p) { seen.push_back(p); };
  t.after_epoch = [&](int done) { epochs.push_back(done); };
  t.run(data);

  CHECK(epochs.front() == 1);
  CHECK(epochs.back() == 12);
  CHECK(epochs.size() == 12);
  REQUIRE(seen.size() == 12 * 10);
  CHECK(seen.front().epochs == 12);
  CHECK(seen.front().images == 600);
  CHECK(seen.front().image == 64);
  CHECK(seen.front().sums.images == 64);
  CHECK(seen[8].image == 576);
  CHECK(seen[9].image == 600);
  CHECK(seen[9].sums.images == 600);
  CHECK(seen[10].epoch == 1);
  auto const loss = [&](std::size_t epoch) { return seen[10 * epoch + 9].sums.loss / 600; };
  CHECK(loss(0) > 0.3);
  CHECK(loss(11) < 0.25 * loss(0));
  CHECK(seen.back().sums.correct > 560);
  CHECK(t.state().epochs_done == 12);
  CHECK(t.state().optimizer.step == 120);

  dataset const test_images(unseen);
  CHECK(evaluate(net, test_images, team).accuracy() > 0.97);
  CHECK(evaluate(initialised(), test_images, team).accuracy() < 0.6);
}

TEST_CASE("the result is the same to the last bit for any number of threads") {
  auto const alone = trained(options(), 1);
  CHECK(trained(options(), 2) == alone);
  CHECK(trained(options(), 3) == alone);
  // More groups than shards, and a last batch with fewer groups than shards.
  training_options large = options(2);
  large.batch = 160;
  auto const large_alone = trained(large, 1, 250);
  CHECK(trained(large, 3, 250) == large_alone);
}

namespace {

/// Every part of the recipe that is off by default.
training_options full_recipe(int epochs = 4) {
  training_options o = options(epochs);
  o.flip = true;
  o.affine = {10, 0.1f, 0.1f, 1};
  o.cutout = 2;
  o.label_smoothing = 0.1f;
  o.average_epochs = 1.5f;
  o.statistics_images = 64;
  o.optimizer.schedule = rate_schedule::one_cycle;
  o.optimizer.warm_up = 0.3f;
  return o;
}

}  // namespace

TEST_CASE("so it is with every part of the recipe, each of which counts") {
  auto const alone = trained(full_recipe(), 1);
  CHECK(trained(full_recipe(), 3) == alone);
  auto const differs = [&](auto change) {
    training_options o = full_recipe();
    change(o);
    return trained(o, 2) != alone;
  };
  CHECK(differs([](auto& o) { o.affine = {}; }));
  CHECK(differs([](auto& o) { o.cutout = 0; }));
  CHECK(differs([](auto& o) { o.label_smoothing = 0; }));
  CHECK(differs([](auto& o) { o.average_epochs = 0; }));
  CHECK(differs([](auto& o) { o.statistics_images = 0; }));
  CHECK(differs([](auto& o) { o.optimizer.schedule = rate_schedule::half_cosine; }));
  CHECK(differs([](auto& o) { o.optimizer.by = method::sgd; }));
  training_options descent = full_recipe();
  descent.optimizer.by = method::sgd;
  auto const plain = trained(descent, 1);
  descent.optimizer.nesterov = true;
  CHECK(trained(descent, 1) != plain);
}

TEST_CASE("the network ends as an average of its steps") {
  image_set const set = test::bars(160, 1);
  auto const after = [&](float average_epochs, std::vector<std::vector<float>>* path) {
    dataset data(set);
    thread_pool team(1);
    training::parameter_space<folded_network> const space(1);
    folded_network net = initialised();
    training_options o = options(4);
    o.average_epochs = average_epochs;
    trainer<folded_network> t(net, o, team);
    if (path != nullptr) t.on_progress = [&](training_progress const&) { path->push_back(space.master_of(net)); };
    t.run(data);
    return space.master_of(net);
  };
  std::vector<std::vector<float>> path;  // 3 steps an epoch
  auto const last = after(0, &path);
  REQUIRE(path.size() == 12);
  CHECK(path.back() == last);
  auto const expect = [&](float average_epochs, int window) {
    std::vector<double> mean(last.size());
    for (std::size_t step = 0; step < path.size(); ++step)
      for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] += (double(path[step][i]) - mean[i]) / std::min(int(step) + 1, window);
    auto const averaged = after(average_epochs, nullptr);
    for (std::size_t i = 0; i < mean.size(); ++i) CHECK(double(averaged[i]) == Approx(mean[i]).margin(1e-5));
  };
  expect(100, 12);  // of all steps
  expect(2, 6);
  CHECK(after(0.01f, nullptr) == last);
}

TEST_CASE("batch norm's statistics are taken anew at the end, of the network as it ends") {
  image_set const set = test::bars(160, 1);
  dataset data(set);
  thread_pool team(1);
  training_options o = options(2);
  o.average_epochs = 1;
  o.statistics_images = 160;
  folded_network net = initialised();
  trainer<folded_network> t(net, o, team);
  t.run(data);
  folded_network expected = net;
  recalibrate_batch_norm(expected, data, 160);
  CHECK(expected.parameters == net.parameters);
}

TEST_CASE("so it is where the update of many numbers is shared out, on mirrored images") {
  static constexpr auto wide = input<1, 8, 8> | conv2d<8, 3> | batch_norm | relu | dense<24> | relu | dense<4>;
  static_assert(network<wide>::total_cost().stored_parameters > 4096);
  image_set const set = test::bars(150, 1);
  auto const parameters = [&](int threads, bool flip) {
    dataset data(set);
    thread_pool team(threads);
    auto net = std::make_unique<network<wide>>();
    initialise(*net, 3);
    training_options o = options(2);
    o.flip = flip;
    trainer t(*net, o, team);
    t.run(data);
    return std::vector<float>(net->parameters.begin(), net->parameters.end());
  };
  auto const alone = parameters(1, true);
  CHECK(parameters(2, true) == alone);
  CHECK(parameters(3, true) == alone);
  CHECK(parameters(1, false) != alone);
}

TEST_CASE("trainings share workers: two at once, and one in each job, end as one alone") {
  auto const alone = trained(options(), 1);
  image_set const set = test::bars(150, 1);
  thread_pool team(3);
  std::vector<std::vector<float>> results(5);
  auto const train = [&](std::size_t i) {
    dataset data(set);
    folded_network net = initialised();
    trainer<folded_network> t(net, options(), team);
    t.run(data);
    results[i].assign(net.parameters.begin(), net.parameters.end());
  };
  SECTION("two at once") {
    std::thread other([&] { train(1); });
    train(0);
    other.join();
    results.resize(2);
  }
  SECTION("one in each job") {
    team.run(5, [&](int i, int) { train(std::size_t(i)); });
  }
  for (auto const& result : results) CHECK(result == alone);
}

TEST_CASE("the same seed gives the same result, another seed another") {
  auto const first = trained(options(), 2);
  CHECK(trained(options(), 2) == first);
  training_options other = options();
  other.seed = 2;
  CHECK(trained(other, 2) != first);
}

TEST_CASE("a run that goes on from a checkpoint ends as an uninterrupted one") {
  image_set const set = test::bars(150, 1);
  bool const full = GENERATE(false, true);
  training_options const o = full ? full_recipe() : options();
  auto const uninterrupted = trained(o, 2);
  for (int const stop : {1, 3, 4}) {
    INFO((full ? "every part of the recipe, " : "") << "interrupted after epoch " << stop);
    test::temporary_folder const folder;
    {
      dataset data(set);
      thread_pool team(2);
      folded_network net = initialised();
      trainer<folded_network> t(net, o, team);
      t.after_epoch = [&](int done) {
        save_checkpoint(folder / "state", t.state(), "run");
        if (done == stop) throw std::runtime_error("power failure");
      };
      CHECK_THROWS_WITH(t.run(data), contains("power failure"));
    }
    dataset data(set);
    thread_pool team(1);
    folded_network net;
    trainer<folded_network> t(net, o, team);
    auto state = load_checkpoint(folder / "state", "run", net.parameters.size());
    REQUIRE(state.has_value());
    CHECK(state->epochs_done == stop);
    t.restore(std::move(*state));
    int epochs = 0;
    t.after_epoch = [&](int) { ++epochs; };
    t.run(data);
    CHECK(epochs == 4 - stop);
    CHECK(std::vector<float>(net.parameters.begin(), net.parameters.end()) == uninterrupted);
  }
}

TEST_CASE("options out of range are refused") {
  thread_pool team(1);
  folded_network net = initialised();
  auto const refused = [&](auto change) {
    training_options o;
    change(o);
    return test::message_of([&] { trainer<folded_network>(net, o, team); });
  };
  float const nan = std::nanf("");
  CHECK(refused([](auto&) {}) == "");
  CHECK(refused([](auto& o) { o.epochs = 0; }) == "training options: epochs is 0; expected at least 1.");
  CHECK(test::mentions(refused([](auto& o) { o.epochs = -1; }), {"epochs", "-1"}));
  CHECK(test::mentions(refused([](auto& o) { o.rounded_epochs = o.epochs + 1; }), {"rounded_epochs is 11"}));
  CHECK(test::mentions(refused([](auto& o) { o.batch = 0; }), {"batch"}));
  CHECK(test::mentions(refused([](auto& o) { o.batch = 2'000'000'000; }), {"batch", "1,000,000"}));
  CHECK(test::mentions(refused([](auto& o) { o.shift = -1; }), {"shift"}));
  CHECK(test::mentions(refused([](auto& o) { o.shift = 5000; }), {"shift", "4096"}));
  CHECK(test::mentions(refused([](auto& o) { o.affine.rotation = 181; }), {"rotation is 181", "0 to 180 degrees"}));
  CHECK(test::mentions(refused([](auto& o) { o.affine.scale = 1; }), {"scale is 1"}));
  CHECK(test::mentions(refused([](auto& o) { o.affine.shear = -1; }), {"shear is -1"}));
  CHECK(test::mentions(refused([](auto& o) { o.affine.shift = 5000; }), {"affine shift", "4096"}));
  CHECK(test::mentions(refused([](auto& o) { o.cutout = -1; }), {"cutout"}));
  CHECK(test::mentions(refused([](auto& o) { o.label_smoothing = 1; }), {"label_smoothing"}));
  CHECK(test::mentions(refused([](auto& o) { o.average_epochs = -1; }), {"average_epochs"}));
  CHECK(test::mentions(refused([](auto& o) { o.statistics_images = 15; }), {"statistics_images is 15", "16 at least"}));
  for (auto const change :
       {&affine_changes::rotation, &affine_changes::scale, &affine_changes::shear, &affine_changes::shift})
    CHECK(test::mentions(refused([&](auto& o) { o.affine.*change = nan; }), {" is nan; expected "}));
  for (auto const option : {&training_options::label_smoothing, &training_options::average_epochs})
    CHECK(test::mentions(refused([&](auto& o) { o.*option = nan; }), {" is nan; expected "}));
  CHECK(test::mentions(refused([](auto& o) { o.dense_rate = -1; }), {"dense_rate"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.learning_rate = 0; }), {"learning_rate", "above 0"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.learning_rate = -1; }), {"learning_rate"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.learning_rate = INFINITY; }), {"learning_rate"}));
  CHECK(test::mentions(refused([&](auto& o) { o.optimizer.learning_rate = nan; }), {"learning_rate"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.weight_decay = -0.1f; }), {"weight_decay"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.warm_up = 1.5f; }), {"warm_up"}));
  CHECK(test::mentions(refused([](auto& o) { o.statistics_rate = -0.1f; }), {"statistics_rate"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.momentum = 1; }), {"momentum"}));
  CHECK(test::mentions(refused([](auto& o) { o.optimizer.beta2 = 1; }), {"beta2"}));
  CHECK(test::mentions(refused([](auto& o) { o.distil.weight = 2; }), {"distillation"}));
  CHECK(test::mentions(refused([](auto& o) { o.distil.temperature = 0; }), {"temperature"}));
  for (auto const option : {&training_options::dense_rate, &training_options::statistics_rate})
    CHECK(test::mentions(refused([&](auto& o) { o.*option = nan; }), {"_rate is nan"}));
  for (auto const option : {&optimizer_options::weight_decay, &optimizer_options::momentum, &optimizer_options::beta2,
                            &optimizer_options::warm_up})
    CHECK(test::mentions(refused([&](auto& o) { o.optimizer.*option = nan; }), {" is nan; expected "}));
  for (auto const option : {&distillation::weight, &distillation::temperature})
    CHECK(test::mentions(refused([&](auto& o) { o.distil.*option = nan; }), {"distillation is nan; expected "}));
}

TEST_CASE("images, labels and states that do not fit the network are refused") {
  thread_pool team(1);
  folded_network net = initialised();
  auto const before = net.parameters;
  trainer<folded_network> t(net, options(), team);

  image_set wide{1, 8, 9, std::vector<std::uint8_t>(72), {0}};
  dataset wide_data(wide);
  CHECK_THROWS_WITH(t.run(wide_data), contains("shape"));
  image_set images = test::bars(20, 1);
  images.labels[7] = 4;
  dataset data(images);
  CHECK_THROWS_WITH(t.run(data), contains("image 7 has the label 4") && contains("classes 0 to 3"));

  training_state state = t.state();
  state.master.pop_back();
  CHECK_THROWS_WITH(t.restore(state), contains("another network"));
  state = t.state();
  state.optimizer.second.clear();
  CHECK_THROWS_WITH(t.restore(state), contains("another network"));
  state = t.state();
  state.average = state.master;
  CHECK_THROWS_WITH(t.restore(state), contains("another run") && contains("averages, expected 0"));
  state = t.state();
  state.epochs_done = 5;
  CHECK_THROWS_WITH(t.restore(state), contains("another run: it has done 5 epochs, of 4"));
  CHECK(net.parameters == before);

  training_options distilled = options();
  distilled.distil.weight = 0.5f;
  image_set const right = test::bars(20, 1);
  dataset right_data(right);
  trainer<folded_network> without_teacher(net, distilled, team);
  CHECK_THROWS_WITH(without_teacher.run(right_data), contains("teacher"));
}

TEST_CASE("a training that diverges ends at once, says where, and leaves the checkpoint") {
  image_set const images = test::bars(150, 1);
  dataset data(images);
  test::temporary_folder const folder;
  thread_pool team(2);
  folded_network net = initialised();
  trainer<folded_network> t(net, options(), team);
  int steps = 0;
  t.on_progress = [&](auto const&) { ++steps; };
  t.after_epoch = [&](int) { save_checkpoint(folder / "state", t.state(), "run"); };
  SECTION("where the network's outputs overflow") {
    // On finite numbers, whose products are too large: batch norm's scales, and the dense layer's coefficients.
    t.after_step = [&](folded_network& n) {
      if (steps != 3) return;
      std::fill_n(n.parameters.begin() + folded_network::first_parameter(1), 4, 1e38f);
      std::fill_n(n.parameters.begin() + folded_network::first_parameter(5), 8, 1e10f);
    };
    CHECK_THROWS_WITH(t.run(data),
                      "trainer: the loss is not finite in epoch 2 of 4, batch 2 of 3: the training has diverged. "
                      "Remedy: a learning_rate below 0.02.");
    CHECK(steps == 4);
  }
  SECTION("where a number of the network is none") {
    t.after_step = [&](folded_network& n) {
      if (steps == 4) n.parameters.back() = std::nanf("");
    };
    CHECK_THROWS_AS(t.run(data), training_diverged);
    CHECK(steps == 4);
  }
  auto const saved = load_checkpoint(folder / "state", "run", net.parameters.size());
  REQUIRE(saved.has_value());
  CHECK(saved->epochs_done == 1);
}

TEST_CASE("so it ends by itself, with a learning rate that is far too high") {
  static constexpr auto two_layers = input<1, 8, 8> | dense<8> | dense<4>;
  image_set const images = test::bars(150, 1);
  dataset data(images);
  thread_pool team(2);
  network<two_layers> net;
  initialise(net, 3);
  training_options o = options();
  o.optimizer.learning_rate = 1e30f;
  trainer<network<two_layers>> t(net, o, team);
  CHECK_THROWS_WITH(t.run(data), contains("in epoch 1 of 4, batch 2 of 3") && contains("a learning_rate below 1e+30"));
}

TEST_CASE("a teacher with outputs that are not finite is refused, and one that was made for fewer workers") {
  image_set const images = test::bars(150, 1);
  dataset data(images);
  thread_pool team(2);
  thread_pool fewer(1);
  folded_network net = initialised();
  folded_network dense = initialised();
  training_options o = options();
  o.distil.weight = 0.5f;
  trainer<folded_network> t(net, o, team);
  using teacher = teacher_network<folded_network, trainer<folded_network>::scalar_type>;
  t.teacher = teacher(dense, fewer);
  CHECK_THROWS_WITH(t.run(data), contains("was made for 1 workers and is called by worker 1"));
  dense.parameters.back() = std::nanf("");
  t.teacher = teacher(dense, team);
  CHECK_THROWS_WITH(t.run(data), "trainer: the teacher's outputs are not finite.");
}
