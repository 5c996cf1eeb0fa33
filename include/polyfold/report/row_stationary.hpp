// Operators of a convolution: Row Stationary against one linear segment per kernel row. Everything is constexpr.
//
// Counted are operators: the multipliers and adders that compute one window position of all M filters at once. A filter
// reads C channels through a kernel of R rows and S columns:
//
//   Row Stationary, per filter     C R S multipliers, C R S - 1 adders: every product of the window, then their sum
//   linear segments, per filter    2 C R multipliers, 2 C R - 1 adders: a row of weights a + b i costs two products,
//                                  a * (sum of x_i) and b * (sum of i x_i)
//   linear segments, shared        4 C R adders: the two sums of a row, which are the same for all filters, follow the
//                                  sliding window with two adders each, whatever S is:
//                                  s0' = s0 - x_old + x_new, s1' = s1 - s0' + S x_new
//
// What the model leaves out, because the comparison does: the constant multiple S x_new (shifts and wires), biases, and
// time. It counts operators, not how often they work: a stride of 4 advances the sums four times for one window.
//
// A row of S weights becomes two coefficients: long rows gain most, rows of three about a third. Rows of two gain
// nothing but pay for the sums, and a 1 x 1 kernel needs about twice the operators; such negative savings are reported
// as they are.
//
// Sources: the comparison, M. F. Tolba et al., IEEE Access 10 (2022) 41551-41563; Row Stationary, Y.-H. Chen, J. Emer and
// V. Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace polyfold {

/// A convolution as the model sees it.
struct kernel_bank {
  std::string_view name;
  int filters = 1;        ///< of the whole layer
  int channels = 1;       ///< of the whole input; a filter reads channels / groups of them
  int kernel_height = 1;  ///< rows
  int kernel_width = 1;   ///< columns: weights of a row
  int groups = 1;

  [[nodiscard]] constexpr int channels_per_filter() const { return channels / groups; }
};

/// Multipliers and adders that exist side by side.
struct operator_count {
  long long multipliers = 0;
  long long adders = 0;

  [[nodiscard]] constexpr long long total() const { return multipliers + adders; }

  constexpr operator_count& operator+=(operator_count const& b) {
    multipliers += b.multipliers;
    adders += b.adders;
    return *this;
  }
  friend constexpr operator_count operator+(operator_count a, operator_count const& b) { return a += b; }
  friend constexpr operator_count operator*(long long n, operator_count const& a) {
    return {n * a.multipliers, n * a.adders};
  }
  friend constexpr bool operator==(operator_count const&, operator_count const&) = default;
};

}  // namespace polyfold

namespace polyfold::reports {

/// One filter under Row Stationary.
[[nodiscard]] constexpr operator_count row_stationary_filter(kernel_bank const& k) {
  long long const weights = static_cast<long long>(k.channels_per_filter()) * k.kernel_height * k.kernel_width;
  return {weights, weights - 1};
}
/// One filter with a linear segment per kernel row, given the sums of the rows.
[[nodiscard]] constexpr operator_count linear_rows_filter(kernel_bank const& k) {
  long long const coefficients = 2LL * k.channels_per_filter() * k.kernel_height;
  return {coefficients, coefficients - 1};
}
/// The running sums of all rows of all channels, shared by the filters. Groups share nothing: each sums its own channels.
[[nodiscard]] constexpr operator_count running_sums(kernel_bank const& k) {
  return {0, 4LL * k.channels * k.kernel_height};
}

}  // namespace polyfold::reports

namespace polyfold {

/// Both sides of the comparison.
struct operator_comparison {
  operator_count row_stationary;
  operator_count linear_rows;  ///< running sums included

  /// Share of Row Stationary's operators that is saved, at most 1; negative where linear rows need more.
  [[nodiscard]] constexpr double saved() const {
    return row_stationary.total() == 0 ? 0.0 : 1.0 - double(linear_rows.total()) / double(row_stationary.total());
  }

  constexpr operator_comparison& operator+=(operator_comparison const& b) {
    row_stationary += b.row_stationary;
    linear_rows += b.linear_rows;
    return *this;
  }
  friend constexpr bool operator==(operator_comparison const&, operator_comparison const&) = default;
};

/// One layer.
[[nodiscard]] constexpr operator_comparison compare_with_row_stationary(kernel_bank const& k) {
  return {k.filters * reports::row_stationary_filter(k),
          k.filters * reports::linear_rows_filter(k) + reports::running_sums(k)};
}
/// Sum over layers, each with one window position of its own: layers with many positions weigh no more than others.
[[nodiscard]] constexpr operator_comparison compare_with_row_stationary(std::span<kernel_bank const> layers) {
  operator_comparison sum;
  for (kernel_bank const& k : layers) sum += compare_with_row_stationary(k);
  return sum;
}

/// LeNet-5 (LeCun et al. 1998), every filter of the second layer reading all six maps, as it is trained today.
inline constexpr std::array<kernel_bank, 2> lenet5_convolutions{{
    {"conv1", 6, 1, 5, 5},
    {"conv2", 16, 6, 5, 5},
}};

/// AlexNet (Krizhevsky, Sutskever & Hinton 2012) on 227 x 227 images, in its original form: conv2, conv4 and conv5 are
/// split into two groups.
inline constexpr std::array<kernel_bank, 5> alexnet_convolutions{{
    {"conv1", 96, 3, 11, 11},
    {"conv2", 256, 96, 5, 5, 2},
    {"conv3", 384, 256, 3, 3},
    {"conv4", 384, 384, 3, 3, 2},
    {"conv5", 256, 384, 3, 3, 2},
}};

/// VGG16 (Simonyan & Zisserman 2015, configuration D).
inline constexpr std::array<kernel_bank, 13> vgg16_convolutions{{
    {"conv1_1", 64, 3, 3, 3},
    {"conv1_2", 64, 64, 3, 3},
    {"conv2_1", 128, 64, 3, 3},
    {"conv2_2", 128, 128, 3, 3},
    {"conv3_1", 256, 128, 3, 3},
    {"conv3_2", 256, 256, 3, 3},
    {"conv3_3", 256, 256, 3, 3},
    {"conv4_1", 512, 256, 3, 3},
    {"conv4_2", 512, 512, 3, 3},
    {"conv4_3", 512, 512, 3, 3},
    {"conv5_1", 512, 512, 3, 3},
    {"conv5_2", 512, 512, 3, 3},
    {"conv5_3", 512, 512, 3, 3},
}};

// The published saving, 54 %: 6 * 49 = 294 operators against 6 * 19 + 20 = 134.
static_assert(compare_with_row_stationary(lenet5_convolutions[0]).row_stationary.total() == 294);
static_assert(compare_with_row_stationary(lenet5_convolutions[0]).linear_rows.total() == 134);

}  // namespace polyfold
