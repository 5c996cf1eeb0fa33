// What keeps a reference to an argument takes no temporary, and what is copied has memory of its own.

#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include <polyfold/fit/arranged_rounding.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/run_batch.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/tune/tuner.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"

using namespace polyfold;

namespace {

constexpr auto layers = input<1, 8, 8> | conv2d<4, 3> | relu | max_pool<2> | dense<4>;
using net = network<layers>;
using bytes = network<layers, in_bytes>;

// Views of images.
static_assert(std::is_constructible_v<dataset, image_set const&>);
static_assert(!std::is_constructible_v<dataset, image_set>);
static_assert(!std::is_constructible_v<dataset, image_set const>);
static_assert(!std::is_constructible_v<dataset, image_set, normalisation>);
static_assert(!std::is_constructible_v<dataset, image_set, normalisation, std::size_t, std::size_t>);
static_assert(std::is_constructible_v<dataset, image_set&, normalisation, std::vector<std::size_t>>);
static_assert(!std::is_constructible_v<dataset, image_set, normalisation, std::vector<std::size_t>>);
template <class Images>
concept gives_an_image = requires(Images&& images) {
  std::forward<Images>(images).image(0);
};
static_assert(gives_an_image<image_set const&> && gives_an_image<image_set&> && !gives_an_image<image_set>);

// Training: networks, workers and images.
static_assert(std::is_constructible_v<trainer<net>, net&, training_options, thread_pool&>);
static_assert(!std::is_constructible_v<trainer<net>, net, training_options, thread_pool&>);
static_assert(!std::is_constructible_v<trainer<net>, net&, training_options, thread_pool>);
static_assert(!std::is_invocable_v<decltype(&trainer<net>::run), trainer<net>&, dataset>);
using teacher = teacher_network<net, trainer<net>::scalar_type>;
static_assert(std::is_constructible_v<teacher, net const&, thread_pool&>);
static_assert(!std::is_constructible_v<teacher, net, thread_pool&>);
static_assert(!std::is_constructible_v<teacher, net const, thread_pool&>);
static_assert(!std::is_constructible_v<training::step_rule, optimizer_options, training::optimizer_state>);
static_assert(!std::is_constructible_v<tuner<net>, net&, dataset, dataset, tuning_options, thread_pool>);
using forms = std::vector<tuning::layer_form>;
static_assert(!std::is_constructible_v<tuning::network_projection, forms, std::vector<approximation>, thread_pool>);

// Workers stay where their threads know them to be; an arranged rounding is asked for the levels that it has found.
static_assert(!std::is_copy_constructible_v<thread_pool> && !std::is_move_constructible_v<thread_pool>);
using arranged = network<input<1, 8, 8> | conv2d<4, 3>(arranged_per_filter<2, constant, 1>) | dense<4>>;
static_assert(!std::is_copy_constructible_v<arranged_rounding<arranged>>);

}  // namespace

TEST_CASE("a projection keeps what it needs of its forms") {
  thread_pool team(2);
  net whole;
  initialise(whole, 1);
  std::vector<approximation> const cuts{along<axis::kernel, linear>, approximation{}};
  tuning::network_projection const project(tuning::layer_forms<net>(), cuts, team);
  net projected = whole;
  project(projected);
  net expected = whole;
  forms const form = tuning::layer_forms<net>();
  tuning::segment_projection(form[0], cuts[0])(expected.parameters.data() + form[0].first_parameter);
  CHECK(projected.parameters == expected.parameters);
  CHECK(projected.parameters != whole.parameters);
  CHECK_THROWS_WITH(tuning::network_projection(form, {approximation{}}, team),
                    "network_projection: 1 approximations for 2 layers; expected one for each");
}

TEST_CASE("the best point of a result that is a temporary is its own") {
  auto const found = [] {
    tuning_result r{std::vector<tuning_point>(2), 1, {}};
    r.points[1].parameters = {1, 2, 3};
    return r;
  };
  tuning_point const& best = found().best();
  CHECK(best.parameters == std::vector<float>{1, 2, 3});
}

TEST_CASE("a step rule keeps its options") {
  training::optimizer_state state(1);
  training::step_rule const rule({.by = method::sgd, .momentum = 0}, state);
  float value = 1;
  rule.apply(0, value, 1, 0.5f, false);
  CHECK(value == 0.5f);
}

TEST_CASE("copies of a quantised rounding may be used side by side") {
  quantised_rounding<bytes> const rounding;
  std::vector<net> expected(2);
  std::vector<int> differ(2);
  for (std::size_t i = 0; i < 2; ++i) {
    initialise(expected[i], i + 1);
    quantised_rounding<bytes>{}(expected[i]);
  }
  auto const round = [&](std::size_t own) {
    std::function<void(net&)> const copy = rounding;
    auto rounded = std::make_unique<net>();
    for (int i = 0; i < 200; ++i) {
      initialise(*rounded, own + 1);
      copy(*rounded);
      differ[own] += rounded->parameters != expected[own].parameters;
    }
  };
  std::thread other([&] { round(1); });
  round(0);
  other.join();
  CHECK(differ == std::vector<int>{0, 0});
}
