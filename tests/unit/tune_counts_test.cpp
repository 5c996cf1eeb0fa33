// The tuner's counts and projections of layers cut along several axes and of whole networks, against those of the types.

#include <vector>

#include <polyfold/inference.hpp>

#include "support/tuned_layers.hpp"

using namespace polyfold;

namespace {
constexpr auto map = input<6, 9, 7>;

consteval auto block(auto a, auto b) {
  return input<5, 8, 8> | conv2d<6, 3>(padding<1>) | relu |
         residual(conv2d<7, 3>(padding<1>, a), conv2d<7, 3>(padding<1>, b)) | global_average_pool | dense<3>;
}
}  // namespace

TEST_CASE("layers cut along several axes, with groups and biases") {
  test::check_layer<map, conv2d<8, 3>(groups<2>, padding<1>), along<axis::kernel, linear>,
                    along<axis::channel, constant>, along<axis::output, segment<3>, linear>>();
  test::check_layer<map, conv2d<6, 3>(groups<6>), along<axis::kernel, linear>>();
  test::check_layer<map, conv2d<9, 3>, along<axis::kernel, linear>, along<axis::output, segment<4>, quadratic>,
                    bias_along<segment<4>, quadratic>>();  // biases cut like the outputs
  test::check_layer<map, conv2d<8, 3>(groups<2>), along<axis::output, segment<4>, linear>,
                    bias_along<segment<4>, linear>>();
  test::check_layer<map, conv2d<9, 3>, along<axis::channel, segment<5>, linear>, bias_along<order<3>>>();
  test::check_layer<map, dense<20>, along<axis::kernel, linear>, along<axis::channel, linear, cosine>,
                    along<axis::output, order<3>>, bias_along<segment<6>, linear>>();
  test::check_layer<map, dense<20>, along<axis::flat, segment<31>, linear>, along<axis::output, segment<6>, linear>>();
  test::check_layer<map, dense<20>, bias_along<segment<6>, linear>>();
}

TEST_CASE("layers that read one map share its moments") {
  constexpr auto channels = along<axis::channel, segment<4>, linear>;
  constexpr auto plane = along<axis::kernel, linear>;
  test::check_counts<block(exact, exact), block(plane, plane)>();
  test::check_counts<block(exact, exact), block(channels, channels)>();
  test::check_counts<block(exact, exact), block(all_of(channels, plane), all_of(channels, plane))>();
  test::check_counts<block(exact, exact), block(all_of(channels, plane), channels)>();  // the channels' alone
  test::check_counts<block(exact, exact), block(plane, along<axis::kernel, quadratic>)>();
  constexpr auto outputs = all_of(along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>);
  test::check_counts<block(exact, exact), block(outputs, outputs)>();  // products that differ in their numbers alone
}

TEST_CASE("whole models count as their types say") {
  test::check_counts<lenet5, lenet5>();
  test::check_counts<lenet5, lenet5_paper>();
  test::check_counts<lenet5, lenet5_small>();
}

TEST_CASE("layers beside those with weights count as their types say") {
  constexpr auto with = [](auto a) { return map | conv2d<5, 3>(a) | scale_shift | prelu | dense<4> | gelu; };
  test::check_counts<with(exact), with(along<axis::kernel, linear>)>();
}

TEST_CASE("what no type could be is refused") {
  auto const forms = tuning::layer_forms<network<map | conv2d<7, 3>(no_bias)>>();
  tuning::layer_form const& form = forms.front();
  approximation good;
  good.kernel = {true, 0, 1};
  CHECK(tuning::why_not(form, good).empty());
  auto const refused = [&](auto change, std::string const& why) {
    approximation a;
    change(a);
    CHECK_THAT(tuning::why_not(form, a), contains(why));
    CHECK_THROWS_WITH(tuning::segment_projection(form, a), contains("layer 0 (conv2d): ") && contains(why));
    CHECK_THROWS_WITH(tuning::count_network(forms, {a}, {}), contains(why));
  };
  refused([](approximation& a) { a.arranged.used = true; }, "arranged");
  refused([](approximation& a) { a.flat.used = a.kernel.used = true; }, "flat");
  refused([](approximation& a) { a.bias.used = true; }, "no biases");
  refused([](approximation& a) { a.kernel = {true, 3, 1}; }, "no segment");
  refused([](approximation& a) { a.output = {true, 8, 1}; }, "segment 8 on an axis of 7");
  refused([](approximation& a) { a.channel = {true, 3, 3}; }, "order 3 on segments of 3");
  refused([](approximation& a) { a.flat = {true, 0, 32}; }, "below 32");
  refused([](approximation& a) { a.output = {true, 0, -1}; }, "negative");
  refused([](approximation& a) { a.kernel = {true, 0, 5}; }, "order 5 where orders above 4 add nothing");
  refused([](approximation& a) { a.channel = {true, 0, 6}; }, "order 6 where orders above 5 add nothing");
  refused([](approximation& a) { a.output = {true, 0, 7}; }, "order 7 where orders above 6 add nothing");
  CHECK_THROWS_WITH(tuning::count_network(forms, {}, {}), contains("0 approximations for 1 layers"));
}

TEST_CASE("approximations are spelled as a user writes them") {
  CHECK(tuning::spelled(approximation{}) == "exact");
  CHECK(tuning::spelled(approximation(along<axis::kernel, linear>)) == "along<axis::kernel, linear>");
  CHECK(tuning::spelled(
            approximation(all_of(along<axis::channel, order<9>>, along<axis::output, segment<4>, quadratic, cosine>,
                                 bias_along<segment<21>, constant>))) ==
        "all_of(along<axis::channel, order<9>>, along<axis::output, segment<4>, quadratic, cosine>, "
        "bias_along<segment<21>, constant>)");
  CHECK(tuning::spelled({approximation{}, approximation(along<axis::flat, segment<5>, linear>)}, "  ") ==
        "per_layer(\n  exact,\n  along<axis::flat, segment<5>, linear>)");
}
