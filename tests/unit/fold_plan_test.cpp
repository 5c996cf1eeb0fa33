// The plan of a layer, as a value, against the operations that its type consists of.

#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"

using namespace polyfold;

namespace {

constexpr auto map = input<6, 9, 7>;

template <class Operation, int... Sources>
Operation operation_of(fold::step<Operation, Sources...>);
template <class Operation, int Source>
constexpr int source_of(fold::step<Operation, Source>) {
  return Source;
}

/// The steps of `Layer` on `map`.
template <auto Layer>
using steps_of = typename std::remove_cvref_t<decltype(Layer)>::template operations<decltype(map)::input>;
template <auto Layer, int J>
using operation_at = decltype(operation_of(core::type_at<steps_of<Layer>, J>{}));

/// The plan made at run time of the layer's arguments.
template <auto Layer>
fold::fold_plan plan_of() {
  using layer_type = std::remove_cvref_t<decltype(Layer)>;
  shape const in = decltype(map)::input;
  layer_types::convolution_spec const spec = layer_type::spec;
  return {in, spec.filters, layer_type::sliding(in), spec.groups, spec.bias, spec.approximated};
}

template <class Operation>
void check_operation(fold::operation_form const& form) {
  CHECK(Operation::form == form);
  CHECK(Operation::output == form.output());
  CHECK(Operation::parameters == form.parameters());
  CHECK(Operation::count() == form.count());
  std::vector<basis::function_set> sets;
  form.for_each_set([&](basis::function_set const& set) { sets.push_back(set); });
  CHECK(sets == std::vector<basis::function_set>(Operation::constants.begin(), Operation::constants.end()));
}

/// Calls f<J>() for the steps of a list.
template <class Steps, class F>
void for_each_step(F f) {
  [&]<int... J>(std::integer_sequence<int, J...>) { (f.template operator()<J>(), ...); }
  (std::make_integer_sequence<int, Steps::size>{});
}

/// Equal operations have equal types and equal forms.
template <auto A, auto B>
void check_sharing(fold::fold_plan const& a, fold::fold_plan const& b) {
  for_each_step<steps_of<A>>([&]<int I>() {
    for_each_step<steps_of<B>>(
        [&]<int J>() { CHECK(std::is_same_v<operation_at<A, I>, operation_at<B, J>> == (a.at(I) == b.at(J))); });
  });
}

template <auto Layer>
void check_layer() {
  fold::fold_plan const plan = plan_of<Layer>();
  REQUIRE(plan.size == steps_of<Layer>::size);
  for_each_step<steps_of<Layer>>([&]<int J>() {
    check_operation<operation_at<Layer, J>>(plan.at(J));
    CHECK(source_of(core::type_at<steps_of<Layer>, J>{}) == (J == 0 ? fold::layer_input : J - 1));
  });
  using net = network<map | Layer>;
  CHECK(plan.coefficients() + plan.bias_parameters() == net::parameter_count(0));
  CHECK(plan.dense_cost().weights == net::template layer_cost<0>().weights);
  CHECK(plan.product().output().pixels() == net::output_shape.pixels());
}

template <auto... Layers>
void check_layers() {
  (check_layer<Layers>(), ...);
  auto const check_against = [&]<auto A>() { (check_sharing<A, Layers>(plan_of<A>(), plan_of<Layers>()), ...); };
  (check_against.template operator()<Layers>(), ...);
}

std::vector<fold::operation_kind> kinds(fold::fold_plan const& plan) {
  std::vector<fold::operation_kind> all;
  for (int j = 0; j < plan.size; ++j) all.push_back(plan.at(j).kind);
  return all;
}

}  // namespace

TEST_CASE("a plan lists what the type consists of") {
  check_layers<conv2d<8, 3>, conv2d<8, 3>(no_bias, stride<2>, padding<1>), conv2d<8, 3>(groups<2>),
               conv2d<8, 3>(along<axis::kernel, linear>), conv2d<5, 3>(along<axis::kernel, linear>),
               conv2d<8, 3>(along<axis::kernel, order<3>>, dilation<2>),
               conv2d<8, 3, 5>(along<axis::kernel, quadratic, cosine>), conv2d<8, 1>(along<axis::kernel, linear>),
               conv2d<8, 3>(groups<2>, along<axis::kernel, linear>)>();
  check_layers<conv2d<8, 3>(along<axis::channel, linear>), conv2d<8, 3>(along<axis::channel, segment<6>, linear>),
               conv2d<8, 3>(along<axis::channel, segment<4>, linear>, along<axis::kernel, linear>),
               conv2d<8, 3>(along<axis::flat, segment<3>, linear>), conv2d<8, 3>(along<axis::flat, segment<8>, linear>),
               conv2d<8, 3>(along<axis::flat, order<4>>, no_bias), dense<9>(along<axis::flat, segment<7>, linear>),
               dense<9>(along<axis::kernel, linear>, along<axis::channel, linear>, along<axis::output, linear>)>();
  check_layers<conv2d<9, 3>(along<axis::output, segment<4>, linear>),
               conv2d<9, 3>(along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>),
               conv2d<9, 3>(along<axis::output, segment<4>, linear>, bias_along<order<3>>),
               conv2d<8, 3>(groups<2>, along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>),
               conv2d<9, 3>(bias_along<segment<4>, order<3>>), conv2d<9, 3>(arranged<2, linear, 3>),
               conv2d<9, 1>(arranged<2, linear, 4>), conv2d<9, 3>(arranged_per_filter<1, quadratic, 4>)>();
}

TEST_CASE("factors that are not used drop out of the plan") {
  using enum fold::operation_kind;
  CHECK(kinds(plan_of<conv2d<8, 3>>()) == std::vector{product});
  CHECK(kinds(plan_of<conv2d<8, 1>(along<axis::kernel, linear>)>()) == std::vector{product});
  CHECK(kinds(plan_of<conv2d<8, 3>(along<axis::flat, segment<3>, linear>)>()) == std::vector{row_moments, product});
  CHECK(kinds(plan_of<conv2d<8, 3>(along<axis::flat, segment<4>, linear>)>()) == std::vector{flat_moments, product});
  CHECK(kinds(plan_of<conv2d<8, 3>(arranged<2, linear, 3>)>()) == std::vector{arranged_product});

  fold::fold_plan const all =
      plan_of<conv2d<8, 3>(along<axis::kernel, linear>, along<axis::channel, segment<3>, constant>,
                           along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>)>();
  CHECK(kinds(all) == std::vector{channel_moments, row_moments, column_moments, product, expand});
  CHECK(all.at(0).output() == shape{2, 9, 7});
  CHECK(all.at(1).output() == shape{4, 9, 5});
  CHECK(all.at(2).output() == shape{6, 7, 5});
  CHECK(all.at(3).output() == shape{4, 7, 5});
  CHECK(all.at(4).output() == shape{8, 7, 5});
  CHECK(all.coefficients() == 4 * 6);
  CHECK(all.bias_parameters() == 4);
  CHECK(all.at(3).parameters() == 4 * 6 + 4);  // biases cut like the outputs are those of the partial products
  CHECK(all.at(4).parameters() == 0);
}

TEST_CASE("scales follow from the plan") {
  auto const of = [](fold::fold_plan const& plan) { return layer_types::scale_groups(plan, scales_per::degree); };
  layer_types::scale_groups const plane = of(plan_of<conv2d<8, 3>(along<axis::kernel, quadratic>)>());
  CHECK(plane.count() == 3 + 1);
  CHECK(plane.of(0) == 0);
  CHECK(plane.of(4) == 2);  // 1, r, r^2; s, s r; s^2
  CHECK(plane.of(8 * 6 * 6) == 3);
  CHECK(of(plan_of<conv2d<8, 3>(along<axis::output, segment<4>, linear>, no_bias)>()).count() == 2);
  CHECK(of(plan_of<conv2d<8, 3>(along<axis::channel, linear, cosine>)>()).count() == 1 + 1);
}
