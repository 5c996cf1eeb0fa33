// Rules of approximations: they are told where each layer of a model stands, and what they say reaches it.

#include <cstddef>
#include <type_traits>
#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"

using namespace polyfold;

namespace {

/// Writes what it is told into the approximation.
constexpr auto recording_rule = [](layer_place l) {
  approximation a;
  a.flat = {true, l.index, l.stage};
  a.kernel = {true, l.kernel, l.block};
  a.channel = {true, l.channels};
  a.output = {true, l.filters};
  a.bias = {true, static_cast<int>(l.kind)};
  return a;
};

/// Checks each layer's record against the layer; returns how many layers have weights.
template <auto Pipeline>
int check_places() {
  // The graph alone: no network could be cut like this.
  using joined = layer_types::graph<std::remove_cvref_t<decltype(Pipeline)>>;
  int index = 0;
  int stage = 0;
  [&]<class... L, int... First, int... Second>(type_list<layer_types::node<L, First, Second>...>) {
    (
        [&] {
          if constexpr (weighted_layer<L>) {
            constexpr approximation a = L::spec.approximated;
            constexpr shape in = joined::shapes[std::size_t(First)];
            constexpr auto kind = static_cast<layer_kind>(a.bias.segment);
            INFO("layer with weights number " << index);
            CHECK(a.flat.segment == index++);
            CHECK(a.flat.order >= stage);
            CHECK(a.flat.order <= stage + 1);
            stage = a.flat.order;
            CHECK(a.channel.segment == in.channels);
            CHECK(a.output.segment == L::spec.filters);
            if constexpr (L::spec.slides) {
              CHECK(kind == (L::spec.slid.y.size == 1 ? layer_kind::shortcut : layer_kind::convolution));
              CHECK(a.kernel.segment == L::spec.slid.y.size);
            } else {
              CHECK(kind == layer_kind::dense);
              CHECK(a.kernel.segment == in.height);
            }
          }
        }(),
        ...);
  }(typename joined::nodes{});
  return index;
}

}  // namespace

TEST_CASE("a rule is told where each layer stands") {
  CHECK(check_places<make_lenet5(relu, recording_rule)>() == 5);
  CHECK(check_places<make_lenet5<lenet5_form{26, {3, 32, 32}}>(relu, recording_rule)>() == 5);
  CHECK(check_places<resnet20<10, recording_rule>>() == 20);
  CHECK(check_places<make_resnet<cifar_resnet(32, 100, shortcut::convolution)>(recording_rule)>() == 34);
  CHECK(check_places<resnet18<200, recording_rule>>() == 21);
  CHECK(check_places<alexnet<1000, recording_rule>>() == 8);
  CHECK(check_places<alexnet_cifar<10, recording_rule>>() == 6);
  CHECK(check_places<vgg16_cifar<10, recording_rule>>() == 14);
  CHECK(check_places<vgg16<1000, recording_rule>>() == 16);
}

namespace {

/// The example of docs/models.md: convolutions of the later stages are cut.
constexpr auto by_stage = [](layer_place l) -> approximation {
  if (l.kind != layer_kind::convolution || l.stage == 0) return exact;
  if (l.stage == 3) return all_of(along<axis::kernel, linear>, along<axis::output, segment<4>, linear>);
  return along<axis::kernel, linear>;
};

/// Options of the layers with weights of a network, by their number.
template <auto Pipeline>
std::vector<approximation> approximations() {
  std::vector<approximation> found;
  [&]<class... L, int... First, int... Second>(type_list<layer_types::node<L, First, Second>...>) {
    (
        [&] {
          if constexpr (weighted_layer<L>) found.push_back(L::spec.approximated);
        }(),
        ...);
  }(typename layer_types::graph<std::remove_cvref_t<decltype(Pipeline)>>::nodes{});
  return found;
}

}  // namespace

TEST_CASE("a rule's approximations reach the layers that it names") {
  approximation const one_side = along<axis::kernel, linear>;
  approximation const both_sides = all_of(along<axis::kernel, linear>, along<axis::output, segment<4>, linear>);
  auto const found = approximations<make_resnet<cifar_resnet(20, 10, shortcut::convolution)>(by_stage)>();
  REQUIRE(found.size() == 22);
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("layer with weights number " << i);
    bool const stays = i == 0 || i == 9 || i == 16 || i == 21;  // the first, two shortcuts and the last
    CHECK(found[i] == (stays ? approximation{} : i >= 14 ? both_sides : one_side));
  }
  // 3 of 9 coefficients in stages 1 and 2; half of that in stage 3.
  using folded = network<resnet20<10, by_stage>>;
  STATIC_REQUIRE(folded::total_cost().weights == network<resnet20<>>::total_cost().weights);
  STATIC_REQUIRE(folded::total_cost().coefficients == 432 + (13824 + 50688) / 3 + 202752 / 6 + 640);
}

TEST_CASE("one option goes to every layer, a list to the layers in order") {
  approximation const linear_kernels = along<axis::kernel, linear>;
  CHECK(approximations<vgg16_cifar<10, along<axis::kernel, linear>>>() ==
        std::vector<approximation>(14, linear_kernels));
  auto const listed = approximations<alexnet_cifar<10, per_layer(exact, exact, along<axis::kernel, linear>)>>();
  REQUIRE(listed.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(listed[i] == (i == 2 ? linear_kernels : approximation{}));
}

TEST_CASE("options stand for approximations as values") {
  STATIC_REQUIRE(approximation(exact) == approximation{});
  STATIC_REQUIRE(approximation(arranged<5, linear, 4>).arranged == arrangement{true, 5, 1, 4, false});
  STATIC_REQUIRE(approximation(bias_along<segment<6>, linear>).bias == cut{true, 6, 1});
  constexpr approximation both = all_of(along<axis::channel, segment<8>, quadratic>, along<axis::output, order<3>>);
  STATIC_REQUIRE(both.channel == cut{true, 8, 2});
  STATIC_REQUIRE(both.output == cut{true, 0, 3});
  STATIC_REQUIRE(conv2d<4, 3>(approximated<both>).spec.approximated == both);
}
