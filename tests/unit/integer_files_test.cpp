// Integer networks in files: what was written is read, and what could overflow is refused.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/train/evaluate.hpp>

#include "catch.hpp"
#include "support/integers.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

constexpr auto small = input<3, 8, 8> | conv2d<6, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2> |
                       dense<12>(along<axis::output, order<3>>, bias_along<segment<4>, linear>) | relu | dense<4>;
using integer_network = network<small, in_int8>;

integer_network quantised() {
  network<small> net;
  test::random_numbers random(1);
  random.fill(net.parameters, 0.3f);
  image_set const images = test::random_images(net.input_shape, 8);
  dataset const source(images);
  integer_network integers;
  quantise(net, calibrate(net, source), normalisation({0.5f, 0.4f, 0.3f}, {0.2f, 0.3f, 0.25f}), integers);
  return integers;
}

}  // namespace

TEST_CASE("an integer network comes back from its file") {
  test::temporary_folder const folder;
  integer_network const net = quantised();
  save_network(folder / "net.safetensors", net, {{"made by", "a test"}});
  integer_network read;
  CHECK(load_network(folder / "net.safetensors", read).at("made by") == "a test");
  CHECK(read.codes == net.codes);
  CHECK(read.biases == net.biases);
  CHECK(read.multipliers == net.multipliers);
  CHECK(read.shifts == net.shifts);
  CHECK(read.degree_shifts == net.degree_shifts);
  CHECK(read.zeros == net.zeros);
  CHECK(read.logit_scale == net.logit_scale);
  // Rows do not change what is stored.
  network<small, in_int8, rolling_rows> by_rows;
  load_network(folder / "net.safetensors", by_rows);
  CHECK(by_rows.codes == net.codes);
  network<small> floats;
  CHECK_THROWS_AS(load_network(folder / "net.safetensors", floats), failure);
}

TEST_CASE("evaluation of an integer network gives it the pixels as they are") {
  integer_network const net = quantised();
  image_set images = test::random_images(net.input_shape, 40);
  dataset data(images, {0.25f, 0.5f});
  data.shuffle(3);
  thread_pool team(2);
  auto const predicted = evaluate(net, data, team).predicted;
  REQUIRE(predicted.size() == 40);
  integer_network::workspace<> workspace;
  for (std::size_t i = 0; i < 40; ++i) {
    auto const logits = net.run(images.image(data.index(i)).data(), &workspace);
    CHECK(predicted[i] == int(std::max_element(logits.begin(), logits.end()) - logits.begin()));
  }
  CHECK(std::set<int>(predicted.begin(), predicted.end()).size() > 1);
}

TEST_CASE("an integer network whose sums could overflow is refused") {
  test::temporary_folder const folder;
  integer_network const net = quantised();
  CHECK(sums_fit(net));
  auto const refused = [&](auto change, int layer) {
    integer_network wrong = net;
    change(wrong);
    CHECK(layer_that_overflows(wrong) == layer);
    save_network(folder / "wrong.safetensors", wrong);
    integer_network read = net;
    try {
      load_network(folder / "wrong.safetensors", read);
      FAIL("loaded");
    } catch (failure const& caught) {
      CHECK(std::string(caught.what()).find("sums in layer " + std::to_string(layer)) != std::string::npos);
    }
    CHECK(read.codes == net.codes);
  };
  refused([](integer_network& n) { n.biases[0] = INT32_MAX; }, 0);
  refused([](integer_network& n) { n.degree_shifts[1] = 200; }, 0);
  refused([](integer_network& n) { n.shifts[0] = 0; }, 0);
  refused([](integer_network& n) { n.shifts[2 * 6] = 0; }, 3);
  refused([](integer_network& n) { n.biases[6] = INT32_MAX; }, 3);
  refused([](integer_network& n) { n.multipliers[n.multipliers.size() - 1] = -1; }, 5);
}
