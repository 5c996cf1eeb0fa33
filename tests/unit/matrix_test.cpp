// The small linear algebra of fitting against Eigen's: QR, triangular inverse, least squares, also of dependent columns.

#include <Eigen/QR>
#include <cmath>
#include <vector>

#include <polyfold/fit/matrix.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

using reference = Eigen::MatrixXd;

reference of(least_squares::matrix const& m) {
  reference copy(m.rows, m.columns);
  for (int i = 0; i < m.rows; ++i)
    for (int k = 0; k < m.columns; ++k) copy(i, k) = m(i, k);
  return copy;
}
reference identity(int n) { return reference::Identity(n, n); }
reference pseudo_inverse(least_squares::matrix const& m) {
  return Eigen::CompleteOrthogonalDecomposition<reference>(of(m)).pseudoInverse();
}

least_squares::matrix random_matrix(int rows, int columns, std::uint64_t seed) {
  test::random_numbers random(seed);
  least_squares::matrix m(rows, columns);
  for (double& v : m.values) v = double(random.normal());
  return m;
}

/// Columns 1, t, t^2, ... at t = 0, 1, ..., rows - 1: the bases of the library, badly conditioned as they come.
least_squares::matrix powers(int rows, int columns) {
  least_squares::matrix m(rows, columns);
  for (int i = 0; i < rows; ++i)
    for (int k = 0; k < columns; ++k) m(i, k) = std::pow(double(i), k);
  return m;
}

double distance(reference const& a, reference const& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return (a - b).norm() / std::max(1.0, b.norm());
}

/// A pseudo-inverse as fitting builds it.
least_squares::matrix fit_of(least_squares::matrix const& m) {
  least_squares::qr_factors const factors = least_squares::qr(m);
  return least_squares::times_transposed(least_squares::inverse_of_upper(factors.r), factors.q);
}

}  // namespace

TEST_CASE("QR of independent columns") {
  for (least_squares::matrix const& m :
       {random_matrix(7, 4, 1), random_matrix(5, 5, 2), random_matrix(30, 1, 3), powers(24, 4)}) {
    least_squares::qr_factors const factors = least_squares::qr(m);
    INFO(m.rows << " x " << m.columns);
    CHECK(distance(of(factors.q) * of(factors.r), of(m)) < 1e-14);
    CHECK(distance(of(factors.q).transpose() * of(factors.q), identity(m.columns)) < 1e-14);

    for (int i = 0; i < m.columns; ++i) {
      CHECK(factors.r(i, i) > 0);
      for (int k = 0; k < i; ++k) CHECK(factors.r(i, k) == 0);
    }
    CHECK(distance(of(least_squares::inverse_of_upper(factors.r)) * of(factors.r), identity(m.columns)) < 1e-9);
    CHECK(distance(of(fit_of(m)), pseudo_inverse(m)) < 1e-9);
  }
}

TEST_CASE("dependent columns drop out, and the rest fits as well as can be") {
  // Columns 1 and 4 follow from those before them, column 2 is zero.
  least_squares::matrix m = random_matrix(8, 5, 4);
  for (int i = 0; i < m.rows; ++i) {
    m(i, 1) = -3 * m(i, 0);
    m(i, 2) = 0;
    m(i, 4) = m(i, 0) + 0.5 * m(i, 3);
  }
  least_squares::qr_factors const factors = least_squares::qr(m);
  for (int const k : {1, 2, 4}) {
    CHECK(factors.r(k, k) == 0);
    for (int i = 0; i < m.rows; ++i) CHECK(factors.q(i, k) == 0);
  }
  CHECK(distance(of(factors.q) * of(factors.r), of(m)) < 1e-14);

  least_squares::matrix const inverse = least_squares::inverse_of_upper(factors.r);
  for (int const k : {1, 2, 4})
    for (int i = 0; i < 5; ++i) {
      CHECK(inverse(i, k) == 0);
      CHECK(inverse(k, i) == 0);
    }
  // The same projection as the pseudo-inverse's, with zeros for the columns that are not needed.
  reference const fit = of(fit_of(m));
  CHECK(distance(of(m) * fit, of(m) * pseudo_inverse(m)) < 1e-12);
  for (int const k : {1, 2, 4}) CHECK(fit.row(k).norm() == 0);
}

TEST_CASE("more columns than rows: the first that span everything are kept") {
  least_squares::matrix const m = random_matrix(3, 5, 5);
  reference const fit = of(fit_of(m));
  CHECK(distance(of(m) * fit, identity(3)) < 1e-12);
  CHECK(fit.bottomRows(2).norm() == 0);
}

TEST_CASE("a matrix of zeros fits nothing") {
  least_squares::matrix const m(4, 2);
  least_squares::qr_factors const factors = least_squares::qr(m);
  CHECK(of(factors.q).norm() == 0);
  CHECK(of(factors.r).norm() == 0);
  CHECK(of(fit_of(m)).norm() == 0);
}

TEST_CASE("products and transposition") {
  least_squares::matrix const a = random_matrix(3, 5, 6);
  least_squares::matrix const b = random_matrix(4, 5, 7);
  CHECK(distance(of(least_squares::times_transposed(a, b)), of(a) * of(b).transpose()) < 1e-15);
  CHECK(of(least_squares::transposed(a)) == of(a).transpose());
}

TEST_CASE("a product along the middle axis") {
  constexpr int outer = 3;
  constexpr int inner = 4;
  least_squares::matrix by = random_matrix(5, 2, 8);
  by(3, 1) = 0;
  test::random_numbers random(9);
  std::vector<float> in(std::size_t(outer * by.columns * inner));
  random.fill(in);
  std::vector<float> out(std::size_t(outer * by.rows * inner), 99.0f);
  least_squares::multiply_along(by, outer, inner, in.data(), out.data());
  for (int o = 0; o < outer; ++o)
    for (int i = 0; i < by.rows; ++i)
      for (int x = 0; x < inner; ++x) {
        double sum = 0;
        for (int k = 0; k < by.columns; ++k)
          sum += by(i, k) * double(in[std::size_t((o * by.columns + k) * inner + x)]);
        CHECK(double(out[std::size_t((o * by.rows + i) * inner + x)]) == Approx(sum).margin(1e-6));
      }
}
