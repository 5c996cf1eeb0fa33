// The tuner's choice of exchanges, and a whole search on images that a tiny network learns in a second.

#include <cmath>
#include <memory>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/tune/tuner.hpp>
#include <polyfold/tune/tuning_report.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"

using namespace polyfold;

namespace {

constexpr auto bars = input<1, 8, 8> | conv2d<6, 3> | batch_norm | relu | max_pool<2> | dense<20> | relu | dense<4>;
using network_type = network<bars>;

tuning::tuning_part part(std::size_t layer, std::vector<std::pair<long long, double>> const& choices) {
  tuning::tuning_part p{layer, false};
  for (auto const& [size, error] : choices) p.choices.push_back({{}, size, error});
  return p;
}

/// A trained network, and a tuner for it that searches in a second.
struct tuned_bars {
  image_set images = test::bars(600, 1);
  dataset training{images, {}, 0, 400};
  dataset validation{images, {}, 400};
  thread_pool threads;
  std::unique_ptr<network_type> exact_net = std::make_unique<network_type>();
  tuning_options options{.candidates = 6,
                         .refinements = 1,
                         .sensitivity_images = 100,
                         .adaptation_images = 64,
                         .retraining = {.epochs = 6}};

  explicit tuned_bars(int count = 2) : threads(count) {
    initialise(*exact_net, 1);
    trainer<network_type>(*exact_net, {.epochs = 6}, threads).run(training);
  }
  tuning_result run(tuning_budget const& budget) {
    return tuner<network_type>(*exact_net, training, validation, options, threads).run(budget);
  }
};

}  // namespace

TEST_CASE("exchanges follow the lower convex hull of each part, the cheapest first") {
  // Errors per unit saved. Part 0: 100 to 60 at 0.01, then to 20 at 0.05; 50 lies above the hull.
  std::vector<tuning::tuning_part> parts{part(0, {{100, 0}, {60, 0.4}, {50, 2}, {20, 2.4}}),
                                         part(1, {{40, 0}, {10, 0.9}})};  // at 0.03
  auto const order = tuning::exchanges(parts);
  REQUIRE(order.size() == 3);
  CHECK((order[0].part == 0 && order[0].choice == 1));
  CHECK((order[1].part == 1 && order[1].choice == 1));
  CHECK((order[2].part == 0 && order[2].choice == 3));
  CHECK(order[1].rate == Approx(0.03));

  SECTION("from the present choices on") {
    parts[0].present = 2;
    auto const rest = tuning::exchanges(parts);
    REQUIRE(rest.size() == 2);
    CHECK((rest[0].part == 0 && rest[0].choice == 3));
  }
  SECTION("no part shrinks by more than it may, but for its next choice") {
    auto const near = tuning::exchanges(parts, 0.5);
    REQUIRE(near.size() == 3);
    CHECK((near[0].part == 0 && near[0].choice == 1));
    CHECK((near[1].part == 1 && near[1].choice == 1));
    CHECK((near[2].part == 0 && near[2].choice == 2));
  }
  SECTION("what improves the network comes first, at equal rates what saves more") {
    auto const free = tuning::exchanges({part(0, {{10, 0}, {9, 0}, {8, 0}}), part(1, {{10, 0}, {5, -1}})});
    REQUIRE(free.size() == 2);
    CHECK(free[0].part == 1);
    CHECK(free[1].choice == 2);
  }
}

TEST_CASE("weights and biases of a layer are chosen apart") {
  tuning::tuning_part weights{1, false};
  weights.choices = {{}, {approximation(along<axis::kernel, linear>)}};
  weights.present = 1;
  tuning::tuning_part biases{1, true};
  biases.choices = {{}, {approximation(bias_along<segment<4>, linear>)}};
  biases.present = 1;
  approximation const both = all_of(along<axis::kernel, linear>, bias_along<segment<4>, linear>);
  CHECK(tuning::present_approximations({weights, biases}, 2) == std::vector{approximation{}, both});
  CHECK(tuning::present_approximations({biases, weights}, 2) == std::vector{approximation{}, both});
}

TEST_CASE("candidates are possible, smaller than the exact layer, and no more than asked for") {
  for (tuning::layer_form const& form : tuning::layer_forms<network<lenet5>>()) {
    std::vector<float> weights(std::size_t(form.weights()));
    test::random_numbers random(5);
    random.fill(weights);
    for (measure const m : {measure::bytes, measure::multiplications}) {
      auto const size = [&](approximation const& a) {
        return tuning::size_of(tuning::count_network({form}, {a}, {}).total, m);
      };
      auto const chosen = tuning::chosen_candidates(form, weights.data(), 7, size);
      REQUIRE(!chosen.empty());
      CHECK(chosen.size() <= 7);
      for (approximation const& a : chosen) {
        CHECK(tuning::why_not(form, a).empty());
        CHECK(size(a) < size({}));
      }
    }
    for (approximation const& a : tuning::bias_candidates(form)) CHECK(tuning::why_not(form, a).empty());
  }
}

TEST_CASE("a search keeps its budget") {
  tuned_bars search;
  auto const& exact_parameters = search.exact_net->parameters;
  SECTION("of bytes") {
    tuning_result const found = search.run(at_most_bytes(1500));
    REQUIRE(found.points.size() >= 2);
    CHECK(found.points.front().layers == std::vector<approximation>(3));
    CHECK(found.points.front().costs.total == network_type::total_cost());
    CHECK(found.best().costs.total.stored_bytes() <= 1500);
    CHECK(found.best().accuracy > 0.8);
    CHECK(found.on_front(found.chosen));
    // The weights lie on the chosen segments: projected again, they stay.
    auto const forms = tuning::layer_forms<network_type>();
    std::vector<float> again = found.best().parameters;
    for (std::size_t i = 0; i < forms.size(); ++i)
      tuning::segment_projection(forms[i], found.best().layers[i])(again.data() + forms[i].first_parameter);
    double difference = 0;
    for (std::size_t i = 0; i < again.size(); ++i)
      difference = std::max(difference, double(std::abs(again[i] - found.best().parameters[i])));
    CHECK(difference < 1e-5);

    std::string const page = [&] {
      std::ostringstream out;
      tuning_table(found, true).write_text(out);
      return out.str();
    }();
    CHECK_THAT(page, contains("exact") && contains(", chosen") && contains("byte ratio"));
    CHECK_THAT(tuning_plot(found, "bars").svg(), contains("Pareto front") && contains("byte ratio"));
  }
  SECTION("of bytes that hold a number each") {
    search.options.stored = stored_as::bytes;
    tuning_result const found = search.run(at_most_bytes(500));
    cost const& c = found.best().costs.total;
    CHECK(found.points.front().costs.total == network<bars, in_bytes>::total_cost());
    CHECK(c.stored_bytes() <= 500);
    CHECK(c.byte_parameters == c.stored_parameters - 4 * 6);  // batch norm
    CHECK(found.best().accuracy > 0.8);
  }
  SECTION("of multiplications") {
    tuning_result const found = search.run(at_most_multiplications(4000));
    CHECK(found.best().costs.total.multiplications <= 4000);
  }
  SECTION("of accuracy") {
    tuning_result const found = search.run(at_most_drop(0.05));
    CHECK(found.best().drop <= 0.05 + 1e-9);
    CHECK(found.best().costs.total.stored_bytes() < network_type::total_cost().stored_bytes());
    for (tuning_point const& p : found.points)
      CHECK((p.drop > 0.05 || p.costs.total.stored_bytes() >= found.best().costs.total.stored_bytes()));
  }
  SECTION("that the exact network meets") {
    tuning_result const found = search.run(at_most_bytes(1000000));
    CHECK(found.points.size() == 1);
    CHECK(found.best().parameters == std::vector<float>(exact_parameters.begin(), exact_parameters.end()));
  }
  SECTION("that nothing meets") {
    CHECK_THROWS_WITH(search.run(at_most_bytes(10)), contains("smallest network") && contains("budget is 10"));
  }
}

TEST_CASE("a search is the same for any number of threads") {
  tuning_result const one = tuned_bars(1).run(at_most_bytes(1500));
  tuning_result const three = tuned_bars(3).run(at_most_bytes(1500));
  REQUIRE(one.points.size() == three.points.size());
  for (std::size_t i = 0; i < one.points.size(); ++i) {
    CHECK(one.points[i].layers == three.points[i].layers);
    CHECK(one.points[i].parameters == three.points[i].parameters);
  }
}

TEST_CASE("options and budgets out of range are refused") {
  tuned_bars search;
  auto const refused = [&](auto change, char const* why) {
    tuning_options const before = search.options;
    change(search.options);
    CHECK_THROWS_WITH(search.run(at_most_bytes(1200)), contains(why));
    search.options = before;
  };
  refused([](tuning_options& o) { o.candidates = 0; }, "candidate");
  refused([](tuning_options& o) { o.shrink = 1; }, "shrink");
  refused([](tuning_options& o) { o.shrink = std::nan(""); }, "shrink");
  refused([](tuning_options& o) { o.refinements = -1; }, "refinements");
  refused([](tuning_options& o) { o.sensitivity_images = 0; }, "sensitivity_images");
  refused([](tuning_options& o) { o.calibration_images = 8; }, "calibration_images");
  refused([](tuning_options& o) { o.retraining.distil.weight = 0.5f; }, "distillation");
  refused([](tuning_options& o) { o.retraining.optimizer.learning_rate = 0; }, "learning_rate is 0");
  CHECK_THROWS_WITH(search.run(at_most_drop(-0.1)), contains("budget"));
  CHECK_THROWS_WITH(search.run(at_most_drop(std::nan(""))), contains("budget"));
  CHECK_THROWS_WITH(search.run(at_most_bytes(0)), contains("budget"));
}

TEST_CASE("a search whose training diverges ends with that") {
  tuned_bars search;
  search.options.retraining.optimizer.learning_rate = 1e30f;
  SECTION("in the adaptation of the exact network") {}
  SECTION("in the retraining of a stop") { search.options.adaptation_images = 0; }
  SECTION("before it begins") { search.exact_net->parameters.back() = std::nanf(""); }
  CHECK_THROWS_AS(search.run(at_most_bytes(1500)), training_diverged);
}
