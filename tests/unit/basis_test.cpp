// Bases are orthonormal, segments cover their axis, running sums are what the tables say, in both directions.

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <polyfold/basis/segmented_basis.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/tune/orthonormal.hpp>

#include "catch.hpp"
#include "support/counting.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

/// Largest difference of the Gram matrix of the first K functions on N points from the identity.
template <int N, int K>
constexpr double gram_error(basis_kind kind) {
  auto const table = polyfold::basis::orthonormal_functions<N, K>(kind);
  double worst = 0;
  for (int j = 0; j < K; ++j)
    for (int k = 0; k <= j; ++k) {
      double sum = j == k ? -1 : 0;
      for (auto const& row : table) sum += row[j] * row[k];
      worst = std::max(worst, sum < 0 ? -sum : sum);
    }
  return worst;
}

/// The same at run time: not constexpr, so that compilers do not try it as a constant.
template <int N, int K>
double gram_error_now(basis_kind kind) {
  return gram_error<N, K>(kind);
}

/// Both kinds, for K functions (or N, where there are fewer) on each of some numbers of points.
template <int K, int... N>
void check_orthonormal() {
  (
      [] {
        CAPTURE(N, K);
        CHECK(gram_error_now<N, std::min(N, K)>(polynomial) < 1e-12);
        CHECK(gram_error_now<N, std::min(N, K)>(cosine) < 1e-12);
      }(),
      ...);
}

using matrix = std::vector<std::vector<double>>;  // [position][function]

template <class Basis>
matrix synthesis_matrix() {
  matrix m(Basis::length, std::vector<double>(Basis::size));
  for (int k = 0; k < Basis::size; ++k)
    Basis::synthesise([&](int j) { return j == k ? 1.0f : 0.0f; },
                      [&](int i, float y) { m[std::size_t(i)][std::size_t(k)] = double(y); });
  return m;
}
template <class Basis>
matrix analysis_matrix() {
  matrix m(Basis::length, std::vector<double>(Basis::size));
  for (int i = 0; i < Basis::length; ++i)
    Basis::analyse([&](int j) { return j == i ? 1.0f : 0.0f; },
                   [&](int k, float y) { m[std::size_t(i)][std::size_t(k)] = double(y); });
  return m;
}

/// The functions of one segment after the other, as the definition has them.
template <int N, cut F>
matrix expected_matrix() {
  using basis = polyfold::basis::segmented_basis<N, F>;
  matrix m(N, std::vector<double>(basis::size));
  int first = 0;
  int column = 0;
  for (int s = 0; s < basis::segments; ++s) {
    for (int i = 0; i < basis::along.positions_of(s); ++i)
      for (int k = 0; k < basis::along.terms_of(s); ++k)
        m[std::size_t(first + i)][std::size_t(column + k)] =
            s + 1 < basis::segments ? double(basis::template value<basis::segment, basis::terms>(k, i))
                                    : double(basis::template value<basis::tail, basis::tail_terms>(k, i));
    first += basis::along.positions_of(s);
    column += basis::along.terms_of(s);
  }
  REQUIRE(first == N);
  REQUIRE(column == basis::size);
  return m;
}

/// Largest difference of two matrices.
double distance(matrix const& a, matrix const& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k) worst = std::max(worst, std::abs(a[i][k] - b[i][k]));
  return worst;
}

template <int N, cut F>
void check_segments() {
  CAPTURE(N, F.segment, F.order);
  using basis = polyfold::basis::segmented_basis<N, F>;
  matrix const expected = expected_matrix<N, F>();
  // Binomials are exact; others are made from constants.
  double const rounding = basis::running_sums ? 0 : 1e-6;
  CHECK(distance(analysis_matrix<basis>(), expected) <= rounding);
  CHECK(distance(synthesis_matrix<basis>(), expected) <= rounding);
}

/// Operations of one analysis and one synthesis of some pixels, done and counted.
template <int N, cut F>
void check_operations() {
  CAPTURE(N, F.segment, F.order);
  using basis = polyfold::basis::segmented_basis<N, F>;
  using test::counted;
  auto const reset = [] { counted::done = {}; };
  reset();
  basis::analyse([&](int) { return counted(2.0f); }, [](int, counted) {});
  CHECK(counted::done.multiplications == basis::along.multiplications());
  CHECK(counted::done.additions == basis::along.analysis_additions());
  reset();
  basis::synthesise([&](int) { return counted(2.0f); }, [](int, counted) {});
  CHECK(counted::done.multiplications == basis::along.multiplications());
  CHECK(counted::done.additions == basis::along.synthesis_additions());
  std::vector<counted> moments(std::size_t(6 * basis::size));
  auto const at = [&](int k, int y, int x) -> counted& { return moments[std::size_t(6 * k + 3 * y + x)]; };
  reset();
  basis::template analyse_map<shape{1, 2, 3}>(
      {0, 2}, [](int, int, int) { return counted(2.0f); }, at);
  CHECK(counted::done.multiplications == basis::along.multiplications(6));
  CHECK(counted::done.additions == basis::along.analysis_additions(6));
  reset();
  basis::template synthesise_map<shape{1, 2, 3}>(
      {0, 2}, [](int, int, int) { return counted(2.0f); }, [](int, int, int, counted) {});
  CHECK(counted::done.multiplications == basis::along.multiplications(6));
  CHECK(counted::done.additions == basis::along.synthesis_additions(6));
}

/// Largest error of the functions that are made for a set, in parts of its functions' largest values, sqrt(2 k + 1) / sqrt(N) or
/// sqrt(2) / sqrt(N).
double error_of_made_functions(polyfold::basis::function_set s) {
  std::vector<float> constants(std::size_t(s.constants()));
  polyfold::basis::detail::fill_constants(s, constants.data());
  matrix const exact = [&] {
    polyfold::least_squares::matrix const m = tuning::orthonormal(s.positions, s.functions, s.kind);
    matrix rows(std::size_t(s.positions), std::vector<double>(std::size_t(s.functions)));
    for (int i = 0; i < s.positions; ++i)
      for (int k = 0; k < s.functions; ++k) rows[std::size_t(i)][std::size_t(k)] = m(i, k);
    return rows;
  }();
  double worst = 0;
  polyfold::basis::detail::make_functions<32, float>(s, constants.data(), [&](int i, float const* phi) {
    for (int k = 0; k < s.functions; ++k) {
      double const largest = std::sqrt((s.kind == cosine ? 2.0 : 2.0 * k + 1) / s.positions);
      double const error = std::abs(double(phi[k]) - exact[std::size_t(i)][std::size_t(k)]) / largest;
      double const sign = k % 2 == 0 ? 1 : -1;
      double const mirrored = sign * exact[std::size_t(s.positions - 1 - i)][std::size_t(k)];
      worst = std::max({worst, error, std::abs(mirrored - exact[std::size_t(i)][std::size_t(k)]) / largest});
    }
  });
  return worst;
}

}  // namespace

TEST_CASE("functions are orthonormal") {
  check_orthonormal<1, 1, 2, 3, 5, 64, 256>();
  check_orthonormal<3, 1, 2, 3, 4, 5, 7, 25, 120, 256>();
  check_orthonormal<10, 2, 9, 10, 11, 16, 31, 84, 120, 256>();
  check_orthonormal<24, 64, 100>();
  static_assert(gram_error<25, 6>(polynomial) < 1e-13, "in constant expressions, too");
  static_assert(gram_error<25, 6>(cosine) < 1e-13);
}

TEST_CASE("the first functions are constant and linear") {
  constexpr auto table = polyfold::basis::orthonormal_functions<4, 2>(polynomial);
  for (int i = 0; i < 4; ++i) {
    CHECK(table[i][0] == Approx(0.5));
    CHECK(table[i][1] == Approx((i - 1.5) / std::sqrt(5.0)));
  }
  constexpr auto waves = polyfold::basis::orthonormal_functions<2, 2>(cosine);
  CHECK(waves[0][1] == Approx(std::sqrt(0.5)));
  CHECK(waves[1][1] == Approx(-std::sqrt(0.5)));
}

TEST_CASE("binomial coefficients") {
  static_assert(polyfold::basis::binomial(7, 0) == 1 && polyfold::basis::binomial(7, 2) == 21 &&
                polyfold::basis::binomial(2, 3) == 0 && polyfold::basis::binomial(60, 3) == 34220);
}

TEST_CASE("segments cover the axis, the last with what is left") {
  using even = polyfold::basis::segmented_basis<12, cut{true, 4, 1}>;
  static_assert(even::segments == 3 && even::tail == 4 && even::size == 6);
  using odd = polyfold::basis::segmented_basis<11, cut{true, 4, 2}>;
  static_assert(odd::segments == 3 && odd::tail == 3 && odd::tail_terms == 3 && odd::size == 9);
  using short_tail = polyfold::basis::segmented_basis<9, cut{true, 4, 2}>;
  static_assert(short_tail::tail == 1 && short_tail::tail_terms == 1 && short_tail::size == 7);
  using whole = polyfold::basis::segmented_basis<10, cut{true, 0, 3}>;
  static_assert(whole::segments == 1 && whole::segment == 10 && whole::size == 4);
  using clipped = polyfold::basis::segmented_basis<3, cut{true, 0, 7}>;
  static_assert(clipped::size == 3, "a whole axis takes no more functions than it has positions");
}

TEST_CASE("moments and expansion are transposes, running sums or tables") {
  static_assert(polyfold::basis::segmented_basis<25, cut{true, 5, 2}>::running_sums);
  static_assert(!polyfold::basis::segmented_basis<25, cut{true, 5, 3}>::running_sums);
  static_assert(!polyfold::basis::segmented_basis<25, cut{true, 5, 1, cosine}>::running_sums);
  static_assert(!polyfold::basis::segmented_basis<200, cut{true, 0, 2}>::running_sums,
                "float32 sums would grow too long");
  check_segments<1, cut{true, 0, 0}>();
  check_segments<9, cut{true, 4, 0}>();
  check_segments<12, cut{true, 4, 1}>();
  check_segments<13, cut{true, 5, 1}>();
  check_segments<13, cut{true, 4, 2}>();
  check_segments<64, cut{true, 0, 2}>();
  check_segments<23, cut{true, 7, 3}>();
  check_segments<9, cut{true, 4, 3}>();
  check_segments<13, cut{true, 5, 0, cosine}>();
  check_segments<13, cut{true, 5, 1, cosine}>();
  check_segments<120, cut{true, 0, 9}>();
  check_segments<100, cut{true, 65, 2}>();
  check_segments<121, cut{true, 60, 9}>();
  check_segments<120, cut{true, 0, 25}>();
  check_segments<120, cut{true, 0, 9, cosine}>();
  check_segments<77, cut{true, 38, 6, cosine}>();
}

TEST_CASE("functions that are made keep five digits, at every length and order") {
  for (basis_kind const kind : {polynomial, cosine})
    for (int n = 2; n <= 512; ++n) {
      polyfold::basis::function_set s{n, std::min(n, 32), kind};
      while (s.functions > 1 && !s.recurs()) --s.functions;
      if (!s.recurs()) continue;
      CAPTURE(n, s.functions, int(kind));
      CHECK(error_of_made_functions(s) < 1e-5);
    }
  static_assert(!polyfold::basis::function_set{8, 3}.recurs() && polyfold::basis::function_set{120, 10}.recurs() &&
                polyfold::basis::function_set{120, 21}.recurs());
  static_assert(!polyfold::basis::function_set{120, 22}.recurs(), "float32 would lose digits at the ends");
  static_assert(polyfold::basis::function_set{120, 10}.constants() == 18 &&
                polyfold::basis::function_set{120, 10, cosine}.constants() == 37);
  static_assert(polyfold::basis::function_set{7, 4}.constants() == 16, "half a table");
}

TEST_CASE("what an axis takes is counted as it is done") {
  check_operations<1, cut{true, 0, 0}>();
  check_operations<13, cut{true, 4, 2}>();
  check_operations<5, cut{true, 0, 3}>();
  check_operations<23, cut{true, 7, 3}>();
  check_operations<9, cut{true, 4, 3}>();
  check_operations<13, cut{true, 5, 0, cosine}>();
  check_operations<13, cut{true, 5, 1, cosine}>();
  check_operations<40, cut{true, 0, 5, cosine}>();
  check_operations<41, cut{true, 20, 5, cosine}>();
  check_operations<120, cut{true, 0, 9}>();
  check_operations<121, cut{true, 60, 9}>();
  check_operations<100, cut{true, 65, 2}>();
  check_operations<33, cut{true, 16, 1, cosine}>();
}

TEST_CASE("running sums read inputs as the table does") {
  test::random_numbers random(5);
  std::array<float, 64> x{};
  random.fill(x);
  using basis = polyfold::basis::segmented_basis<64, cut{true, 0, 2}>;
  basis::analyse([&](int i) { return x[std::size_t(i)]; },
                 [&](int k, float moment) {
                   double sum = 0;
                   double size = 0;
                   for (int i = 0; i < 64; ++i) {
                     double const term = double(polyfold::basis::binomial(i, k)) * double(x[std::size_t(i)]);
                     sum += term;
                     size += std::abs(term);
                   }
                   CHECK(std::abs(double(moment) - sum) < 1e-5 * size);
                 });
}

namespace {

/// Moments of sliding windows, along rows and then down columns, against their definition.
template <shape In, window W, int Order>
void check_sliding() {
  using rows = fold::row_moments<In, W, Order, polynomial>;
  using columns = fold::column_moments<rows::output, W, Order, polynomial>;
  auto const phi = [](int k, int i) { return double(rows::basis::template value<W.x.size, rows::terms>(k, i)); };
  test::random_numbers random(6);
  tensor<float, In> image;
  random.fill(image.values);
  tensor<float, rows::output> between;
  tensor<float, columns::output> moments;
  rows::forward(fold::context<float>{}, {0, In.height}, between.view(), image.view());
  columns::forward(fold::context<float>{}, {0, columns::output.height}, moments.view(), between.view());
  double worst = 0;
  for (int y = 0; y < columns::output.height; ++y)
    for (int x = 0; x < columns::output.width; ++x) {
      int number = 0;
      for (int j = 0; j <= Order; ++j)
        for (int i = 0; i <= Order - j; ++i) {
          double sum = 0;
          double size = 1e-3;
          for (int r = 0; r < W.y.size; ++r)
            for (int s = 0; s < W.x.size; ++s) {
              int const iy = W.y.start(y) + r;
              int const ix = W.x.start(x) + s;
              if (iy < 0 || iy >= In.height || ix < 0 || ix >= In.width) continue;
              double const term = phi(i, r) * phi(j, s) * double(image(0, iy, ix));
              sum += term;
              size += std::abs(term);
            }
          worst = std::max(worst, std::abs(double(moments(number++, y, x)) - sum) / size);
        }
      REQUIRE(number == columns::terms);
    }
  CHECK(worst < 1e-4);
}

}  // namespace

TEST_CASE("sliding windows keep their moments far along a wide row and down a tall column") {
  static_assert(fold::detail::sliding_basis<9, 7, 1, polynomial, true>::slides &&
                !fold::detail::sliding_basis<9, 7, 1, polynomial, false>::slides);
  static_assert(!fold::detail::sliding_basis<9, 7, 1, cosine, true>::slides, "cosines have no step to the next window");
  check_sliding<shape{1, 9, 64}, window{{7}, {7}}, 0>();
  check_sliding<shape{1, 9, 64}, window{{7, 1, 3, 3}, {7, 1, 3, 3}}, 1>();
  check_sliding<shape{1, 70, 12}, window{{9, 1, 2, 2}, {9, 1, 2, 2}}, 2>();
  check_sliding<shape{1, 64, 64}, window{{5}, {5}}, 1>();
  check_sliding<shape{1, 33, 64}, window{{7, 2, 3, 3}, {7, 2, 3, 3}}, 2>();
}
