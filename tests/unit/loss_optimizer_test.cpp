// The loss against hand-computed values and finite differences, optimisers against hand-computed steps, and the schedule.

#include <array>
#include <cmath>
#include <vector>

#include <polyfold/train/loss.hpp>
#include <polyfold/train/optimizer.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

using images = lanes<float, 16>;
constexpr int classes = 3;
using outputs = std::array<images, classes>;

/// The same logits in every lane.
outputs everywhere(float a, float b, float c) { return {images(a), images(b), images(c)}; }

std::array<int, 16> labels_of(int first, int others) {
  std::array<int, 16> labels;
  labels.fill(others);
  labels[0] = first;
  return labels;
}

outputs random_outputs(std::uint64_t seed, float scale) {
  test::random_numbers random(seed);
  outputs z;
  for (images& s : z)
    for (int lane = 0; lane < 16; ++lane) s.set(lane, scale * random.normal());
  return z;
}

/// Gradients of one lane against central differences of the loss, for every lane and class.
void check_gradient(distillation d, outputs const* teacher, float smoothing = 0) {
  constexpr float scale = 0.125f;
  outputs z = random_outputs(1, 1.5f);
  std::array<int, 16> labels;
  for (int lane = 0; lane < 16; ++lane) labels[std::size_t(lane)] = lane % (classes + 1) - 1;
  outputs gradient;
  images const* const taught = teacher == nullptr ? nullptr : teacher->data();
  auto const loss = [&](outputs const& at) {
    outputs unused;
    return training::cross_entropy<classes>(at.data(), labels.data(), 1.0f, unused.data(), d, taught, smoothing).loss;
  };
  training::loss_sums const sums =
      training::cross_entropy<classes>(z.data(), labels.data(), scale, gradient.data(), d, taught, smoothing);
  CHECK(sums.images == 12);
  CHECK(sums.loss == Approx(loss(z)));
  for (std::size_t k = 0; k < classes; ++k)
    for (int lane = 0; lane < 16; ++lane) {
      float const at = z[k][lane];
      constexpr float step = 0x1p-6f;
      z[k].set(lane, at + step);
      double const above = loss(z);
      z[k].set(lane, at - step);
      double const below = loss(z);
      z[k].set(lane, at);
      double const expected = double(scale) * (above - below) / (2 * double(step));
      CHECK(double(gradient[k][lane]) == Approx(expected).margin(2e-5));
      if (labels[std::size_t(lane)] < 0) CHECK(gradient[k][lane] == 0.0f);
    }
}

struct trajectory {
  optimizer_options options;
  training::optimizer_state state{1};
  float value = 1;
  float step(float gradient, float rate, bool decays = false) {
    training::step_rule(options, state).apply(0, value, gradient, rate, decays);
    return value;
  }
};

}  // namespace

TEST_CASE("cross-entropy of known logits") {
  float const ln2 = std::log(2.0f);
  // softmax = (1/4, 1/2, 1/4)
  outputs const z = everywhere(0, ln2, 0);
  outputs gradient;
  auto const labels = labels_of(1, -1);
  training::loss_sums const sums = training::cross_entropy<classes>(z.data(), labels.data(), 0.5f, gradient.data());
  CHECK(sums.images == 1);
  CHECK(sums.correct == 1);
  CHECK(sums.loss == Approx(std::log(2.0)));
  CHECK(gradient[0][0] == Approx(0.125f));
  CHECK(gradient[1][0] == Approx(-0.25f));
  CHECK(gradient[2][0] == Approx(0.125f));
  for (std::size_t k = 0; k < classes; ++k)
    for (int lane = 1; lane < 16; ++lane) CHECK(gradient[k][lane] == 0.0f);

  auto const all = labels_of(0, 1);
  training::loss_sums const more = training::cross_entropy<classes>(z.data(), all.data(), 1.0f, gradient.data());
  CHECK(more.images == 16);
  CHECK(more.correct == 15);
  CHECK(more.loss == Approx(std::log(4.0) + 15 * std::log(2.0)));
}

TEST_CASE("smoothed labels: a share of the target is spread over all classes") {
  images const* const no_teacher = nullptr;
  // softmax = (1/4, 1/2, 1/4); the targets are (0.1, 0.8, 0.1).
  outputs const z = everywhere(0, std::log(2.0f), 0);
  outputs gradient;
  auto const labels = labels_of(1, -1);
  training::loss_sums const sums =
      training::cross_entropy<classes>(z.data(), labels.data(), 1.0f, gradient.data(), {}, no_teacher, 0.3f);
  CHECK(sums.loss == Approx(0.8 * std::log(2.0) + 0.2 * std::log(4.0)));
  CHECK(gradient[0][0] == Approx(0.15f));
  CHECK(gradient[1][0] == Approx(-0.3f));
  CHECK(gradient[2][0] == Approx(0.15f));
}

TEST_CASE("cross-entropy of a batch without images") {
  outputs const z = everywhere(1, 2, 3);
  outputs gradient = everywhere(7, 7, 7);
  auto const labels = labels_of(-1, -1);
  training::loss_sums const sums = training::cross_entropy<classes>(z.data(), labels.data(), 1.0f, gradient.data());
  CHECK(sums.images == 0);
  CHECK(sums.loss == 0);
  for (auto const& g : gradient)
    for (int lane = 0; lane < 16; ++lane) CHECK(g[lane] == 0.0f);
}

TEST_CASE("cross-entropy of extreme logits stays finite") {
  outputs const z = everywhere(-1e4f, 0, 1e4f);
  outputs gradient;
  auto const labels = labels_of(0, 2);
  training::loss_sums const sums = training::cross_entropy<classes>(z.data(), labels.data(), 1.0f, gradient.data());
  CHECK(std::isfinite(sums.loss));
  CHECK(sums.loss > 60);
  CHECK(gradient[0][0] == Approx(-1.0f));
  CHECK(gradient[2][0] == Approx(1.0f));
  CHECK(gradient[2][1] == Approx(0.0f).margin(1e-6));
}

TEST_CASE("distillation from known logits") {
  float const ln2 = std::log(2.0f);
  // At temperature 2: student (1/4, 1/2, 1/4), teacher (1/2, 1/4, 1/4).
  outputs const z = everywhere(0, 2 * ln2, 0);
  outputs const teacher = everywhere(2 * ln2, 0, 0);
  outputs gradient;
  auto const labels = labels_of(1, -1);
  training::loss_sums const soft =
      training::cross_entropy<classes>(z.data(), labels.data(), 1.0f, gradient.data(), {1, 2}, teacher.data());
  // 4 * KL = 4 * (1/2 ln 2 - 1/4 ln 2)
  CHECK(soft.loss == Approx(std::log(2.0)));
  CHECK(gradient[0][0] == Approx(-0.5f));
  CHECK(gradient[1][0] == Approx(0.5f));
  CHECK(gradient[2][0] == Approx(0.0f).margin(1e-6));

  // A quarter of it, and three quarters of the label's: at temperature 1 the student is (1/6, 2/3, 1/6).
  training::loss_sums const mixed =
      training::cross_entropy<classes>(z.data(), labels.data(), 1.0f, gradient.data(), {0.25f, 2}, teacher.data());
  CHECK(mixed.loss == Approx(0.25 * std::log(2.0) + 0.75 * std::log(1.5)));
  CHECK(gradient[0][0] == Approx(-0.125f + 0.125f).margin(1e-6));
  CHECK(gradient[1][0] == Approx(0.125f - 0.25f));
  CHECK(gradient[2][0] == Approx(0.125f));
}

TEST_CASE("gradients of the loss are its derivatives") {
  outputs const teacher = random_outputs(2, 2.0f);
  SECTION("labels") { check_gradient({}, nullptr); }
  SECTION("labels, with a teacher of weight 0") { check_gradient({0, 4}, &teacher); }
  SECTION("labels and teacher") { check_gradient({0.4f, 3}, &teacher); }
  SECTION("teacher alone") { check_gradient({1, 4}, &teacher); }
  SECTION("smoothed labels") { check_gradient({}, nullptr, 0.1f); }
  SECTION("smoothed labels and teacher") { check_gradient({0.4f, 3}, &teacher, 0.3f); }
}

TEST_CASE("the first steps of Adam") {
  // m = 0.1 g, v = 0.001 g^2, both corrected to g and g^2: the first step is the rate, whatever the gradient.
  trajectory t;
  CHECK(t.step(0.5f, 0.1f) == Approx(0.9f));
  // m = 0.09 * 0.5 + 0.1 * -0.25 = 0.02, over 1 - 0.81; v = 0.000999 * 0.25 + 0.001 * 0.0625, over 1 - 0.998001.
  double const m = 0.02 / 0.19;
  double const v = (0.000999 * 0.25 + 0.001 * 0.0625) / 0.001999;
  CHECK(t.step(-0.25f, 0.1f) == Approx(0.9 - 0.1 * m / std::sqrt(v)).epsilon(1e-4));
  CHECK(t.state.step == 2);

  trajectory scaled;
  CHECK(scaled.step(5e-4f, 0.1f) == Approx(0.9f).epsilon(1e-4));
  trajectory still;
  CHECK(still.step(0, 0.1f) == 1.0f);
}

TEST_CASE("the first steps of gradient descent with momentum") {
  trajectory t;
  t.options.by = method::sgd;
  t.options.momentum = 0.5f;
  CHECK(t.step(2, 0.1f) == Approx(0.8f));   // m = 2
  CHECK(t.step(-1, 0.1f) == Approx(0.8f));  // m = 0.5 * 2 - 1 = 0
  CHECK(t.step(1, 0.1f) == Approx(0.7f));   // m = 1
  CHECK(t.step(0, 0.1f) == Approx(0.65f));  // m = 0.5
  CHECK(t.state.second.front() == 0.0f);
}

TEST_CASE("the first steps of gradient descent with Nesterov's momentum") {
  trajectory t;
  t.options.by = method::sgd;
  t.options.momentum = 0.5f;
  t.options.nesterov = true;
  CHECK(t.step(2, 0.1f) == Approx(0.7f));    // m = 2: 2 + 0.5 * 2
  CHECK(t.step(-1, 0.1f) == Approx(0.8f));   // m = 0: -1
  CHECK(t.step(1, 0.1f) == Approx(0.65f));   // m = 1: 1 + 0.5
  CHECK(t.step(0, 0.1f) == Approx(0.625f));  // m = 0.5: 0.25
}

TEST_CASE("weight decay shrinks weights only, whatever their gradient") {
  trajectory t;
  t.options.weight_decay = 0.5f;
  CHECK(t.step(0, 0.1f, true) == Approx(0.95f));
  CHECK(t.step(0, 0.1f, false) == Approx(0.95f));
}

TEST_CASE("the learning rate warms up from almost nothing, reaches its highest and ends near nothing") {
  constexpr long long steps = 1000;
  constexpr float warm_up = 0.05f;
  auto const share = [](long long step) { return training::learning_rate_share(step, steps, warm_up); };
  CHECK(share(0) == Approx(0.01f));
  CHECK(share(24) == Approx(0.49f));
  CHECK(share(50) == Approx(1.0f).epsilon(1e-4));
  CHECK(share(524) == Approx(0.5f).margin(2e-3));
  CHECK(share(999) < 1e-5f);
  CHECK(share(999) >= 0.0f);
  for (long long i = 1; i < steps; ++i) {
    INFO(i);
    if (i < 50)
      CHECK(share(i) > share(i - 1));
    else if (i > 50)
      CHECK(share(i) < share(i - 1));
    CHECK(share(i) <= 1.0f);
  }
}

TEST_CASE("the schedule without warm-up, all warm-up, and of a single step") {
  CHECK(training::learning_rate_share(0, 100, 0) == Approx(1.0f).epsilon(1e-3));
  CHECK(training::learning_rate_share(99, 100, 1) == Approx(0.995f));
  CHECK(training::learning_rate_share(0, 1, 0) == Approx(0.5f));
}

TEST_CASE("one cycle rises from a 25th of the highest rate and falls to nothing, both by half a cosine") {
  constexpr long long steps = 1000;
  auto const share = [](long long step) {
    return training::learning_rate_share(step, steps, 0.25f, rate_schedule::one_cycle);
  };
  CHECK(share(0) == Approx(0.04f).epsilon(1e-3));
  CHECK(share(124) == Approx(0.52f).epsilon(0.02));
  CHECK(share(250) == Approx(1.0f).epsilon(1e-4));
  CHECK(share(624) == Approx(0.5f).margin(2e-3));
  CHECK(share(999) < 1e-5f);
  for (long long i = 1; i < steps; ++i)
    CHECK((i <= 249 ? share(i) > share(i - 1) : i == 250 || share(i) < share(i - 1)));
  CHECK(training::learning_rate_share(0, 10, 0, rate_schedule::one_cycle) == training::learning_rate_share(0, 10, 0));
}
