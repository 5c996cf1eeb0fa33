// The plan of the workspace: nothing that is still needed is written over, nothing outside is touched.

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/train/tape.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

/// Plays the program: every cell of the workspace belongs to the value that was written there last. Every step must
/// find what it reads, and its output and scratch must not lie on what it reads, except where it works in place.
/// Returns what is wrong; empty if nothing is.
template <class Program>
std::string broken_plan() {
  using inference = fold::inference_plan<Program>;
  constexpr auto const& plan = inference::places;
  constexpr int nobody = -1;
  std::vector<int> owner(std::size_t(plan.size), nobody);
  auto const take = [&](int first, int size, int by) {
    if (first < 0 || first + size > plan.size) return false;
    std::fill_n(owner.begin() + first, size, by);
    return true;
  };
  auto const held = [&](int value, int size) {
    int const first = plan.value[value];
    return first >= 0 && first + size <= plan.size &&
           std::all_of(owner.begin() + first, owner.begin() + first + size, [&](int o) { return o == value; });
  };
  auto const overlap = [](int a, int a_size, int b, int b_size) { return a < b + b_size && b < a + a_size; };
  auto const size_of = [](int value) { return Program::facts[value - 1].output_size; };

  for (int j = 0; j < Program::steps; ++j) {
    auto const& f = Program::facts[j];
    auto const& call = inference::calls[j];
    if (!call.runs) continue;
    std::string const step = "step " + std::to_string(j);
    int const out = plan.value[call.value];
    int const out_size = size_of(call.value);
    int const scratch = plan.scratch[j];
    for (int const source : call.sources) {
      if (source <= 0) continue;
      if (!held(source, size_of(source))) return step + " reads a value that was written over";
      int const in = plan.value[source];
      bool const in_place = f.in_place && in == out && size_of(source) == out_size;
      if (!in_place && overlap(in, size_of(source), out, out_size)) return step + " writes over what it reads";
      if (overlap(in, size_of(source), scratch, f.scratch)) return step + " has scratch over what it reads";
    }
    if (overlap(out, out_size, scratch, f.scratch)) return step + " has scratch over what it writes";
    if (!take(scratch, f.scratch, nobody)) return step + " has scratch outside";
    if (!take(out, out_size, call.value)) return step + " writes outside";
  }
  return held(Program::result, size_of(Program::result)) ? "" : "the result is written over";
}

/// The plan holds; and whatever lies in the workspace before, inference computes what the training pass computes in
/// memory that is never used twice, and leaves what surrounds the workspace alone.
template <auto Pipeline>
void check_plan() {
  using net_type = network<Pipeline>;
  CHECK(broken_plan<typename net_type::program_type>() == "");

  auto const net = std::make_unique<net_type>();
  test::random_numbers random(21);
  test::randomise(*net, random, 0.3f);
  std::vector<float> image(std::size_t(net_type::input_shape.size()));
  random.fill(image);
  training::tape<net_type, float> steps;
  float const* const kept = steps.forward(*net, image.data(), 0);
  std::vector<float> const expected(kept, kept + net_type::output_shape.size());

  constexpr std::size_t guard = 64;
  constexpr std::size_t size = net_type::workspace_size;
  for (float const poison : {std::numeric_limits<float>::quiet_NaN(), 1e30f, -7.0f}) {
    std::vector<float> workspace(size + 2 * guard, poison);
    std::fill_n(workspace.begin(), guard, 12345.0f);
    std::fill_n(workspace.end() - std::ptrdiff_t(guard), guard, 12345.0f);
    std::vector<float> const image_before = image;
    auto const out = net->run(image.data(), workspace.data() + guard);
    CHECK(test::relative_error(out, expected) < 1e-6);
    CHECK(std::all_of(workspace.begin(), workspace.begin() + guard, [](float v) { return v == 12345.0f; }));
    CHECK(std::all_of(workspace.end() - std::ptrdiff_t(guard), workspace.end(), [](float v) { return v == 12345.0f; }));
    CHECK(image == image_before);
  }
}

constexpr auto channel_cut = along<axis::channel, segment<4>, linear>;

}  // namespace

TEST_CASE("buffers that live at once do not overlap") {
  core::fixed_array<fold::detail::buffer, 5> buffers{
      {{10, 0, 2, 0}, {20, 1, 1, 0}, {5, 2, 4, 0}, {20, 3, 4, 0}, {0, 0, 4, 0}}};
  int const total = fold::detail::place(buffers);
  // The two largest share the first 20, the others follow.
  CHECK(total == 35);
  for (auto const& a : buffers)
    for (auto const& b : buffers)
      if (&a != &b && a.born <= b.dies && b.born <= a.dies)
        CHECK((a.offset + a.size <= b.offset || b.offset + b.size <= a.offset));
}

TEST_CASE("random buffers are placed without overlap") {
  test::random_numbers random(22);
  for (int round = 0; round < 200; ++round) {
    core::fixed_array<fold::detail::buffer, 12> buffers{};
    int live_at[16] = {};
    for (auto& b : buffers) {
      b.size = random.below(50);
      b.born = random.below(12);
      b.dies = b.born + random.below(4);
      for (int t = b.born; t <= b.dies; ++t) live_at[t] += b.size;
    }
    int const total = fold::detail::place(buffers);
    int highest = 0;
    bool apart = true;
    for (auto const& a : buffers) {
      if (a.size > 0) highest = std::max(highest, a.offset + a.size);
      for (auto const& b : buffers)
        if (&a != &b && a.born <= b.dies && b.born <= a.dies && a.size > 0 && b.size > 0)
          apart = apart && (a.offset + a.size <= b.offset || b.offset + b.size <= a.offset);
    }
    CHECK(apart);
    CHECK(total == highest);
    CHECK(total >= *std::max_element(live_at, live_at + 16));
  }
}

TEST_CASE("the workspace of LeNet-5") {
  // What the first two convolutions make, 6 x 14 x 14 and 16 x 5 x 5: activations and maxima are taken before they write.
  static_assert(network<lenet5>::workspace_size == 1176 + 400);
  static_assert(network<lenet5>::workspace_bytes() == 4 * 1576);
  check_plan<lenet5>();
}

TEST_CASE("the workspace of folded LeNet-5") {
  check_plan<lenet5_small>();
  check_plan<lenet5_paper>();
}

TEST_CASE("the workspace of residual networks") {
  check_plan<input<8, 6, 6> | residual(relu)>();
  check_plan<input<8, 6, 6> | relu | residual(relu | conv2d<8, 1>) | sigmoid>();
  check_plan<input<8, 6, 6> | conv2d<8, 1> |
             residual(conv2d<5, 3>(padding<1>, channel_cut) | tanh_activation, conv2d<5, 1>(channel_cut)) |
             leaky_relu<>>();
  check_plan<input<8, 6, 6> | conv2d<8, 3>(padding<1>, channel_cut) |
             residual(residual(conv2d<8, 1>(channel_cut) | relu, residual(tanh_activation)) |
                          conv2d<8, 3>(padding<1>, channel_cut),
                      residual(conv2d<8, 1>(channel_cut), conv2d<8, 1>)) |
             relu | residual(softmax | conv2d<8, 1>) | global_average_pool | dense<4>>();
}

TEST_CASE("the workspace of layers with scratch") {
  check_plan<input<4, 6, 6> | conv2d<6, 3>(along<axis::output, segment<3>, linear>, bias_along<linear>) | relu |
             conv2d<6, 3>(arranged<2, linear, 3>, bias_along<linear>) | relu |
             dense<9>(arranged<2, linear, 5>, bias_along<segment<5>, linear>) | softmax>();
}

TEST_CASE("one workspace serves one network after the other") {
  constexpr auto p = input<3, 8, 8> | conv2d<4, 3>(along<axis::kernel, linear>) | relu | max_pool<2> | dense<3>;
  network<p> net;
  test::random_numbers random(23);
  random.fill(net.parameters);
  tensor<float, net.input_shape> first;
  tensor<float, net.input_shape> second;
  random.fill(first.values);
  random.fill(second.values);
  decltype(net)::workspace<float> workspace;
  auto const out = net.run(first, workspace);
  std::vector<float> const before(out.begin(), out.end());
  (void)net.run(second, workspace);
  auto const again = net.run(first, workspace);
  CHECK(std::vector<float>(again.begin(), again.end()) == before);
}
