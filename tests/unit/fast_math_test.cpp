// Compiled with -ffast-math, under which compilers take it that no number is infinite or NaN: what must not be is found all
// the same.

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/report/plot.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/train/trainer.hpp>
#include <polyfold/tune/tuning_result.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "temporary_files.hpp"

#ifndef __FAST_MATH__
#error "This test is of programs that are compiled with -ffast-math."
#endif

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

/// Numbers whose bits the compiler does not know.
float of_bits(std::uint32_t bits) {
  std::uint32_t const volatile hidden = bits;
  return std::bit_cast<float>(std::uint32_t(hidden));
}
std::vector<float> not_finite() {
  std::vector<float> values;
  for (std::uint32_t const bits : {0x7f800000U, 0xff800000U, 0x7fc00000U, 0xffc00000U, 0x7f800001U, 0x7fffffffU})
    values.push_back(of_bits(bits));
  return values;
}

constexpr auto layers = input<1, 8, 8> | dense<8> | relu | dense<4>;
using net_type = network<layers>;

std::unique_ptr<net_type> initialised() {
  auto net = std::make_unique<net_type>();
  initialise(*net, 3);
  return net;
}

}  // namespace

TEST_CASE("finite numbers are told from others") {
  for (std::uint32_t const bits : {0U, 0x80000000U, 1U, 0x3f800000U, 0x7f7fffffU, 0xff7fffffU})
    CHECK(core::is_finite(of_bits(bits)));
  CHECK(core::all_finite(std::vector<float>(40, 1.5f)));
  for (float const& v : not_finite()) {
    CHECK(!core::is_finite(v));
    std::vector<float> values(40, 1.5f);
    values[37] = v;
    CHECK(!core::all_finite(values));
  }
  for (std::uint64_t const bits :
       {0x7ff0000000000000U, 0xfff0000000000000U, 0x7ff8000000000000U, 0x7ff0000000000001U}) {
    std::uint64_t const volatile hidden = bits;
    CHECK(!core::is_finite(std::bit_cast<double>(std::uint64_t(hidden))));
  }
  CHECK(core::is_finite(1e308));
  CHECK(!core::is_finite(detail::float_of_half(0x7c00)));
  CHECK(!core::is_finite(detail::float_of_half(0xfe01)));
}

TEST_CASE("networks in files") {
  test::temporary_folder const folder;
  for (float const& v : not_finite()) {
    auto net = initialised();
    net->parameters[17] = v;
    CHECK(mentions(message_of([&] {
                     save_network(folder / "net", *net);
                     load_network(folder / "net", *net);
                   }),
                   {"finite"}));
    CHECK(mentions(message_of([&] {
                     write_coefficient_header(folder / "net.hpp", *net, {"one", "my::one"});
                   }),
                   {"net.hpp", "finite numbers"}));
    auto bytes = std::make_unique<network<layers, in_bytes>>();
    CHECK(mentions(message_of([&] { quantise(*net, *bytes); }), {"quantise: number 17 of layer 0"}));
  }
}

TEST_CASE("weights of other frameworks, and their samples") {
  for (float const& v : not_finite()) {
    auto const loading = [&](float const& weight, float const& output) {
      auto const tensor = [](std::string const& name, std::vector<std::int64_t> const& dims,
                             std::vector<float> values) {
        return make_tensor<float>(name, dims, std::span<float const>(values));
      };
      std::vector<float> first(512);
      first[5] = weight;
      tensor_file file;
      file.ordered = true;
      file.tensors = {tensor("a.weight", {8, 64}, first),
                      tensor("a.bias", {8}, std::vector<float>(8)),
                      tensor("b.weight", {4, 8}, std::vector<float>(32)),
                      tensor("b.bias", {4}, std::vector<float>(4)),
                      tensor("polyfold.input.0", {1, 1, 8, 8}, std::vector<float>(64)),
                      tensor("polyfold.output.0", {1, 4}, {0, 0, 0, output})};
      auto net = std::make_unique<net_type>();
      return message_of([&] { load_weights(sort_weights("file", file), *net); });
    };
    CHECK(loading(1, 0).empty());
    CHECK(mentions(loading(v, 0), {"weight 'a.weight' is no finite number at element 5"}));
    CHECK(mentions(loading(1, v), {"sample 'polyfold.output.0'", "expected finite numbers"}));
  }
}

TEST_CASE("options") {
  auto net = initialised();
  thread_pool team(1);
  for (float const& v : not_finite()) {
    CHECK(mentions(message_of([&] { normalisation(v, 1).check(1); }), {"normalisation"}));
    CHECK(mentions(message_of([&] { normalisation(0, v).check(1); }), {"normalisation"}));
    CHECK(mentions(message_of([&] { trainer<net_type>(*net, {.optimizer = {.learning_rate = v}}, team); }),
                   {"learning_rate"}));
    CHECK(mentions(message_of([&] { trainer<net_type>(*net, {.optimizer = {.momentum = v}}, team); }), {"momentum"}));
    CHECK(mentions(message_of([&] { trainer<net_type>(*net, {.distil = {.weight = v}}, team); }), {"distillation"}));
    CHECK(mentions(message_of([&] { at_most_drop(double(v)).check(); }), {"budget"}));
    tuning_options tuning;
    tuning.shrink = double(v);
    CHECK(mentions(message_of([&] { tuning.check(); }), {"shrink"}));
  }
}

TEST_CASE("training that diverges") {
  image_set const images = test::bars(150, 1);
  dataset data(images);
  thread_pool team(2);
  SECTION("by itself") {
    auto net = initialised();
    trainer<net_type> t(*net, {.epochs = 4, .optimizer = {.learning_rate = 1e30f}}, team);
    CHECK(mentions(message_of([&] { t.run(data); }), {"the training has diverged", "a learning_rate below 1e+30"}));
  }
  SECTION("by a number that is none") {
    for (float const& v : not_finite()) {
      auto net = initialised();
      net->parameters[17] = v;
      trainer<net_type> t(*net, {.epochs = 4}, team);
      CHECK(mentions(message_of([&] { t.run(data); }), {"in epoch 1 of 4, batch 1 of 3"}));
    }
  }
  SECTION("taught by a network that has") {
    auto net = initialised();
    auto const taught_by = initialised();
    taught_by->parameters.back() = not_finite().back();
    trainer<net_type> t(*net, {.epochs = 4, .distil = {.weight = 0.5f}}, team);
    t.teacher = teacher_network<net_type, trainer<net_type>::scalar_type>(*taught_by, team);
    CHECK(mentions(message_of([&] { t.run(data); }), {"teacher"}));
  }
}

TEST_CASE("reports") {
  for (float const& v : not_finite()) {
    CHECK(with_decimals(double(v), 2) == "-");
    std::string const svg = plot("", "", "").line({{0, 1}, {1, double(v)}, {2, 1}, {3, 2}}).svg();
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
    CHECK_THROWS(plot("", "", "").x_range({0, double(v)}));
  }
}
