// A dense network that is rounded to arranged weights: what rounding leaves, what is stored of it, and that training on it wins
// back accuracy.

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include <polyfold/fit/arranged_rounding.hpp>
#include <polyfold/fit/fold_batch_norm.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

/// A network for `test::bars`, its second convolution and its dense layer arranged or not.
consteval auto bars_network(auto convolution_form, auto dense_form) {
  return input<1, 8, 8> | conv2d<6, 3>(no_bias) | batch_norm | relu |
         conv2d<9, 3>(stride<2>, no_bias, convolution_form) | batch_norm | relu | dense<test::bar_classes>(dense_form);
}
constexpr auto exact_form = bars_network(exact, exact);
constexpr auto arranged_form = bars_network(arranged_per_filter<2, constant, 1>, arranged<2, linear, 3>);
using dense_type = network<exact_form>;
using arranged_type = network<arranged_form>;

/// How many weights `count` numbers from `first` on differ.
std::size_t distinct(dense_type const& net, int first, int count) {
  return std::set<float>(net.parameters.begin() + first, net.parameters.begin() + first + count).size();
}

std::vector<float> outputs(auto const& net, std::vector<float> const& image) {
  auto workspace = std::make_unique<typename std::remove_cvref_t<decltype(net)>::template workspace<float>>();
  auto const view = net.run(image.data(), workspace->data());
  return {view.begin(), view.end()};
}

}  // namespace

TEST_CASE("rounding leaves arranged weights, and leaves those alone") {
  auto net = std::make_unique<dense_type>();
  initialise(*net, 3);
  auto const before = net->parameters;
  arranged_rounding<arranged_type> rounding;
  rounding(*net);
  // The first convolution is as it was.
  CHECK(std::equal(before.begin(), before.begin() + dense_type::first_parameter(3), net->parameters.begin()));
  int const convolution = dense_type::first_parameter(3);
  for (int m = 0; m < 9; ++m) CHECK(distinct(*net, convolution + m * 54, 54) == 2);
  int const dense = dense_type::first_parameter(6);
  CHECK(distinct(*net, dense, dense_type::parameter_count(6) - test::bar_classes) <= 8);
  CHECK(net->parameters != before);

  auto const rounded = net->parameters;
  rounding(*net);
  for (std::size_t i = 0; i < rounded.size(); ++i) CHECK(net->parameters[i] == Approx(rounded[i]).margin(1e-6));

  SECTION("the arranged network, and what it is with its batch norm folded, compute the same") {
    auto arranged_net = std::make_unique<arranged_type>();
    CHECK_THROWS_WITH(arranged_rounding<arranged_type>().store(*net, *arranged_net), contains("no levels to store"));
    rounding.store(*net, *arranged_net);
    test::random_numbers random(5);
    for (int I : {1, 4})  // batch norms: statistics that are not 0 and 1
      for (int i = arranged_type::first_parameter(I); i < arranged_type::first_parameter(I + 1); ++i)
        net->parameters[std::size_t(i - arranged_type::first_parameter(I) + dense_type::first_parameter(I))] =
            arranged_net->parameters[std::size_t(i)] = 0.5f + 0.1f * float(i % 7);
    constexpr auto plain = without_batch_norm(arranged_form);
    STATIC_REQUIRE(network<plain>::layers == arranged_type::layers - 2);
    auto folded = std::make_unique<network<plain>>();
    fold_batch_norm(*arranged_net, *folded);
    std::vector<float> image(64);
    random.fill(image);
    std::vector<float> const expected = outputs(*net, image);
    std::vector<float> const of_arranged = outputs(*arranged_net, image);
    std::vector<float> const of_folded = outputs(*folded, image);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(of_arranged[i] == Approx(expected[i]).margin(1e-4));
      CHECK(of_folded[i] == Approx(expected[i]).margin(1e-4));
    }
  }
}

TEST_CASE("training on arranged weights moves weights from level to level") {
  image_set const images = test::bars(512, 1);
  image_set const others = test::bars(400, 2);
  thread_pool team(2);
  auto net = std::make_unique<dense_type>();
  initialise(*net, 1);
  training_options o;
  o.epochs = 6;
  o.rounded_epochs = 6;
  arranged_rounding<arranged_type> rounding;
  auto const start = std::make_unique<dense_type>(*net);
  rounding(*start);
  arranged_rounding<arranged_type> in_training;
  {
    dataset data(images);
    trainer<dense_type> trained(*net, o, team);
    trained.rounding = std::ref(in_training);
    trained.run(data);
  }
  auto arranged_net = std::make_unique<arranged_type>();
  in_training.store(*net, *arranged_net);
  auto first = std::make_unique<arranged_type>();
  rounding.store(*start, *first);
  CHECK(arranged_net->maps != first->maps);
  dataset const held_out(others);
  int const correct = evaluate(*arranged_net, held_out, team).correct;
  CHECK(correct > 380);
  CHECK(correct == evaluate(*net, held_out, team).correct);
}
