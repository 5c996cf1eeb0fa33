// Shapes, windows, tensors, type lists and the scalars that layers run on.

#include <cmath>
#include <string>
#include <type_traits>

#include <polyfold/core/border.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/lanes.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/core/type_list.hpp>
#include <polyfold/fold/arranged_product.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

TEST_CASE("windows over shapes") {
  static_assert(shape{3, 4, 5}.size() == 60 && shape{3, 4, 5}.pixels() == 20);
  constexpr window w{{5, 2, 2, 2}, {3, 1, 1, 1}};
  static_assert(w.area() == 15 && w.y.outputs(28) == 14 && w.x.outputs(28) == 28);
  static_assert(window{{5}, {5}}.y.outputs(4) == 0, "the window does not fit");
  static_assert(window{{5}, {5}}.y.outputs(5) == 1);
  static_assert(core::rows_under(w, 0, 28).first == 0 && core::rows_under(w, 0, 28).last == 3);
  static_assert(core::rows_under(w, 3, 28).first == 4 && core::rows_under(w, 3, 28).last == 9);
  static_assert(core::rows_under(w, 13, 28).first == 24 && core::rows_under(w, 13, 28).last == 28);
  // A window over padding alone reads no row.
  constexpr window over_padding{{2, 1, 3, 3}, {2, 1, 3, 3}};
  static_assert(core::rows_under(over_padding, 0, 4).first == core::rows_under(over_padding, 0, 4).last);
  static_assert(core::ceil_div(7, 4) == 2 && core::ceil_div(8, 4) == 2);
}

TEST_CASE("windows with gaps, and with another padding at each end") {
  constexpr window_axis dilated{3, 2, 1, 2, 3};  // reads i, i + 3 and i + 6
  static_assert(dilated.extent() == 7 && dilated.outputs(9) == 3 && dilated.outputs(3) == 0 &&
                dilated.least_inputs() == 4);
  static_assert(dilated.start(0) == -1 && dilated.start(2) == 3);
  static_assert(dilated.inside(-1, 9).first == 1 && dilated.inside(-1, 9).last == 3);
  static_assert(dilated.inside(3, 9).first == 0 && dilated.inside(3, 9).last == 2);
  static_assert(dilated.inside(-8, 9).first == dilated.inside(-8, 9).last, "in front of the map");
  static_assert(dilated.inside(9, 9).first == dilated.inside(9, 9).last, "behind it");
  static_assert(dilated.inside_padding(3, 9) == 3 && dilated.inside_padding(5, 9) == 2);
  static_assert(core::outputs_along(dilated, 9) == core::axis_outputs{3, 1, 2});
  static_assert(core::rows_under({dilated, {}}, 1, 9).first == 1 && core::rows_under({dilated, {}}, 1, 9).last == 8);

  // TensorFlow's "same": the odd zero lies behind.
  static_assert(core::with_same_padding({3, 2}, 4) == window_axis{3, 2, 0, 1} &&
                core::with_same_padding({3, 2}, 5) == window_axis{3, 2, 1, 1});
  static_assert(core::with_same_padding({4, 1}, 9) == window_axis{4, 1, 1, 2} &&
                core::with_same_padding({1, 2}, 8) == window_axis{1, 2});
  static_assert(core::with_same_padding({3, 1, 0, 0, 2}, 6) == window_axis{3, 1, 2, 2, 2});
  // ceil_mode: one output more, unless it would start behind the map.
  static_assert(core::rounded_up({2, 2}, 5) == window_axis{2, 2, 0, 1} &&
                core::rounded_up({2, 2}, 6) == window_axis{2, 2});
  static_assert(core::rounded_up({2, 3}, 6) == window_axis{2, 3, 0, 0} &&
                core::rounded_up({3, 2, 1, 1}, 6) == window_axis{3, 2, 1, 2});
  static_assert(core::rounded_up({1, 3}, 3).outputs(3) == 1, "the second would lie in the padding alone");
  // Both directions of a window at once.
  constexpr shape in{1, 5, 6};
  constexpr window padded{{3, 1, 1, 2}, {3, 2}};
  static_assert(core::with_same_padding(window{{3, 2}, {3, 2}}, in) == window{{3, 2, 1, 1}, {3, 2, 0, 1}});
  static_assert(core::rounded_up(window{{2, 2}, {3, 2, 1, 1}}, in) == window{{2, 2, 0, 1}, {3, 2, 1, 2}});
  static_assert(core::without_padding(padded) == window{{3}, {3, 2}});
  static_assert(core::with_added_padding(padded, window{{9, 9, 1, 2}, {9, 9, 3, 4}}) ==
                window{{3, 1, 2, 4}, {3, 2, 3, 4}});
}

TEST_CASE("outputs that read padding are told from inner ones") {
  constexpr window w{{5, 2, 2, 2}, {3, 1, 1, 1}};
  static_assert(core::outputs_along(w.y, 28) == core::axis_outputs{14, 1, 13});
  static_assert(core::outputs_along(w.x, 28) == core::axis_outputs{28, 1, 27});
  static_assert(core::outputs_along(window_axis{3}, 8) == core::axis_outputs{6, 0, 6}, "no padding, no border");
  static_assert(core::outputs_along(window_axis{5, 1, 2, 2}, 2) == core::axis_outputs{2, 2, 2}, "nothing but border");
  static_assert(core::outputs_along(window_axis{5}, 4) == core::axis_outputs{}, "the window does not fit");

  auto const visited = []<core::axis_outputs Along>(int first, int last) {
    std::string all;
    core::for_each_output<Along>(first, last,
                                 [&](int i, auto inner) { all += std::to_string(i) + (inner ? "i " : "b "); });
    return all;
  };
  constexpr core::axis_outputs along{6, 2, 5};
  CHECK(visited.operator()<along>(0, 6) == "0b 1b 2i 3i 4i 5b ");
  CHECK(visited.operator()<along>(1, 3) == "1b 2i ");
  CHECK(visited.operator()<along>(4, 6) == "4i 5b ");
  CHECK(visited.operator()<along>(5, 5).empty());
}

TEST_CASE("tensors are row-major, channels outermost") {
  tensor<int, shape{2, 3, 4}> t;
  for (int i = 0; i < 24; ++i) t.values[std::size_t(i)] = i;
  CHECK(t(1, 2, 3) == 23);
  CHECK(t(1, 0, 2) == 14);
  CHECK(*t.view().row(1, 1) == 16);
  CHECK(t.view().end() - t.view().begin() == 24);
  t(0, 1, 2) = 99;
  CHECK(t.values[6] == 99);
}

TEST_CASE("views see rows where their layout says that they lie") {
  constexpr shape map{2, 4, 3};
  static_assert(sizeof(tensor_view<int, map>) == sizeof(int*), "a whole map's layout takes no memory");
  int memory[2 * 2 * 3];
  for (int i = 0; i < 12; ++i) memory[i] = i;
  // Rows 2 and 3 of each channel.
  tensor_view<int, map, core::strip_layout<2>> const strip(memory, {2});
  CHECK(strip(0, 2, 0) == 0);
  CHECK(strip(0, 3, 1) == 4);
  CHECK(strip(1, 2, 2) == 8);
  tensor_view<int const, map, core::strip_layout<2>> const read_only = strip;
  CHECK(read_only.row(1, 3) == memory + 9);
  static_assert(tensor_view<int, map>::whole && !tensor_view<int, map, core::strip_layout<2>>::whole);
}

TEST_CASE("type lists") {
  using list = core::concat<type_list<char, int>, type_list<>, type_list<long>>;
  static_assert(list::size == 3);
  static_assert(std::is_same_v<core::type_at<list, 0>, char> && std::is_same_v<core::type_at<list, 2>, long>);
}

TEST_CASE("loops over constants run in order") {
  constexpr auto digits = []<int First, int Last>() {
    int number = 0;
    core::for_constexpr<First, Last>([&]<int I>() { number = 10 * number + I; });
    return number;
  };
  static_assert(digits.operator()<2, 5>() == 234 && digits.operator()<3, 3>() == 0);
  std::string types;
  core::for_constexpr<type_list<char, int>::size>(
      [&]<int I>() { types += std::to_string(sizeof(core::type_at<type_list<char, int>, I>)) + (I == 0 ? ", " : ""); });
  CHECK(types == "1, 4");
}

template <core::fixed_array<int, 2> Pair>
inline constexpr int difference = Pair[1] - Pair[0];

TEST_CASE("fixed arrays are values, indexed by ints") {
  constexpr core::fixed_array<int, 3> odd{1, 3, 5};
  static_assert(odd.size() == 3 && odd[1] == 3 && odd.back() == 5 && odd.end() - odd.begin() == 3);
  static_assert(odd == core::fixed_array<int, 3>{1, 3, 5} && odd != core::fixed_array<int, 3>{});
  static_assert(difference<core::fixed_array<int, 2>{3, 8}> == 5);
  core::fixed_array<core::fixed_array<int, 2>, 2> square{{{1, 2}, {3, 4}}};
  square[1][0] = 7;
  CHECK(square.back().data()[0] == 7);
  for (int& i : square[0]) i = 0;
  CHECK(square == core::fixed_array<core::fixed_array<int, 2>, 2>{{{0, 0}, {7, 4}}});
  core::fixed_array<int, 0> none{};
  CHECK(none.begin() == none.end());
}

TEST_CASE("level numbers are packed without gaps") {
  static_assert(fold::packed_levels<3>::bytes(8) == 3 && fold::packed_levels<3>::bytes(9) == 4 &&
                fold::packed_levels<8>::bytes(5) == 5);
  test::random_numbers random(41);
  auto const check = [&]<int Bits>(fold::packed_levels<Bits> packing) {
    std::uint8_t map[packing.bytes(100)] = {};
    for (auto& byte : map) byte = static_cast<std::uint8_t>(random.bits());
    int levels[100];
    for (int i = 0; i < 100; ++i) packing.set(map, i, levels[i] = random.below(1 << Bits));
    bool same = true;
    for (int i = 0; i < 100; ++i) same = same && packing.get(map, i) == levels[i];
    CHECK(same);
  };
  check(fold::packed_levels<1>{});
  check(fold::packed_levels<3>{});
  check(fold::packed_levels<5>{});
  check(fold::packed_levels<7>{});
  check(fold::packed_levels<8>{});
  std::uint8_t const map[] = {0b11010001};
  CHECK(fold::packed_levels<2>::get(map, 0) == 1);
  CHECK(fold::packed_levels<2>::get(map, 3) == 3);
}

TEST_CASE("lanes compute like as many floats") {
  using batch = lanes<float, 32>;
  static_assert(scalar<float> && scalar<batch> && lane_count<batch> == 32 && lane_count<float> == 1);
  test::random_numbers random(42);
  batch a(0.0f);
  batch b(0.0f);
  batch c(0.0f);
  for (batch* x : {&a, &b, &c})
    for (int i = 0; i < 32; ++i) x->set(i, random.normal());
  auto const check = [&](batch const& result, auto expected) {
    bool same = true;
    for (int i = 0; i < 32; ++i) same = same && std::abs(result[i] - expected(a[i], b[i], c[i])) <= 1e-6f;
    CHECK(same);
  };
  check(a + b, [](float x, float y, float) { return x + y; });
  check(a - b, [](float x, float y, float) { return x - y; });
  check(a * b, [](float x, float y, float) { return x * y; });
  check(batch(1.0f) / (b * b + batch(1.0f)), [](float, float y, float) { return 1 / (y * y + 1); });
  check(a * 3.0f, [](float x, float, float) { return 3 * x; });
  check(mul_add(a, b, c), [](float x, float y, float z) { return x * y + z; });
  check(mul_add(a, 2.0f, c), [](float x, float, float z) { return 2 * x + z; });
  check(maximum(a, b), [](float x, float y, float) { return maximum(x, y); });
  check(select_greater(a, b, c, a), [](float x, float y, float z) { return x > y ? z : x; });
  check(exponential(a), [](float x, float, float) { return std::exp(x); });
  check(hyperbolic_tangent(a), [](float x, float, float) { return std::tanh(x); });
  check(square_root(a * a), [](float x, float, float) { return std::sqrt(x * x); });
  batch d = a;
  d += b;
  d -= c;
  check(d, [](float x, float y, float z) { return x + y - z; });
  float sum = 0;
  for (int i = 0; i < 32; ++i) sum += a[i];
  CHECK(horizontal_sum(a) == Approx(sum).margin(1e-5));
  CHECK(horizontal_sum(batch(0.5f)) == 16.0f);
}
