// Portable operations whose windows hang over the border, on rows and columns of 1 to 20 pixels between guard pages, against their
// formula: whatever a vectoriser makes of them must not touch what is beside a map.
#include "check.hpp"

using namespace polyfold;

namespace {

constexpr int channels = 2;
constexpr float weight(int i) { return 0.5f - 0.1f * float(i % 7); }

// Each operation, and the factor of position i of the window, channel c, in its output o.
template <shape In, window W>
struct along_rows : fold::row_moments<In, W, 1, basis_kind::polynomial> {
  static constexpr char const* name = "row moments";
  static float factor_of(int o, int c, int i) { return o / 2 != c ? 0.0f : o % 2 == 0 ? 1.0f : float(i); }
};
template <shape In, window W>
struct along_columns : fold::column_moments<In, W, 1, basis_kind::polynomial> {
  static constexpr char const* name = "column moments";
  static float factor_of(int o, int c, int i) { return along_rows<In, W>::factor_of(o, c, i); }
};
template <shape In, window W>
struct along_weights : fold::flat_moments<In, W, 1, cut{true, 0, 1, basis_kind::polynomial}> {
  static constexpr char const* name = "flat moments";
  static float factor_of(int o, int c, int i) { return o == 0 ? 1.0f : float(c * W.area() + i); }
};
template <shape In, window W>
struct averages : layer_types::average_under_window<In, W, W> {
  static constexpr char const* name = "average";
  static float factor_of(int o, int c, int) { return o == c ? 1.0f / float(W.area()) : 0.0f; }
};
template <shape In, window W>
struct maxima : layer_types::maximum_under_window<In, W> {
  static constexpr char const* name = "maximum";
  static float factor_of(int o, int c, int) { return o == c ? 1.0f : 0.0f; }
};
template <shape In, window W>
struct products : fold::product<In, 3, W, 1, fold::bias_rule{}> {
  static constexpr char const* name = "product";
  static float factor_of(int o, int c, int i) { return weight((o * channels + c) * W.area() + i); }
};

/// What the formula gives for the output (o, y, x).
float expected(bool largest, shape in, window w, float (*factor_of)(int, int, int), float const* image, int o, int y,
               int x) {
  float sum = 0, most = -1;
  for (int c = 0; c < in.channels; ++c)
    for (int i = 0; i < w.area(); ++i) {
      int const iy = w.y.start(y) + i / w.x.size * w.y.dilation;
      int const ix = w.x.start(x) + i % w.x.size * w.x.dilation;
      if (iy < 0 || iy >= in.height || ix < 0 || ix >= in.width) continue;
      float const term = factor_of(o, c, i) * image[(c * in.height + iy) * in.width + ix];
      sum += term;
      most = std::max(most, term);
    }
  return largest ? most : sum;
}

template <class Operation, shape In, window W>
void check_operation(bool largest) {
  constexpr shape out = Operation::output;
  std::printf("%s of %d x %d under %d x %d: ", Operation::name, In.height, In.width, W.y.size, W.x.size);
  std::fflush(stdout);
  float parameters[Operation::parameters + 1];
  for (int i = 0; i < Operation::parameters; ++i) parameters[i] = weight(i);
  fold::context<float> at;
  at.parameters = parameters;
  test::guarded_memory const images(In.size() * sizeof(float)), outputs(out.size() * sizeof(float));
  bool good = true;
  for (bool const end : {true, false}) {
    auto* const image = reinterpret_cast<float*>(end ? images.at_end() : images.at_start());
    auto* const got = reinterpret_cast<float*>(end ? outputs.at_end() : outputs.at_start());
    for (int i = 0; i < In.size(); ++i) image[i] = 0.25f + 0.5f * float(i % 5);
    Operation::forward(at, row_range{0, out.height}, tensor_view<float, out>(got), tensor_view<float const, In>(image));
    for (int i = 0; i < out.size(); ++i) {
      float const right = expected(largest, In, W, Operation::factor_of, image, i / out.pixels(),
                                   i % out.pixels() / out.width, i % out.width);
      good = good && std::abs(got[i] - right) <= 1e-5f * (1.0f + std::abs(right));
    }
  }
  if (!good) ++test::failures;
  std::printf("%s\n", good ? "ok" : "FAIL");
}

/// On 1 to 20 pixels along a row or, with a window that lies the other way, along a column.
template <template <shape, window> class Operation, window W>
void check(bool largest = false) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    constexpr bool row = W.x.size > 1;
    (check_operation<Operation<shape{channels, row ? 1 : I + 1, row ? I + 1 : 1}, W>,
                     shape{channels, row ? 1 : I + 1, row ? I + 1 : 1}, W>(largest),
     ...);
  }
  (std::make_integer_sequence<int, 20>{});
}

constexpr window row{{1}, {3, 1, 1, 1}}, wide_row{{1}, {5, 1, 2, 2}}, strided_row{{1}, {3, 2, 1, 1}};
constexpr window one_sided_row{{1}, {3, 1, 0, 2}}, row_with_gaps{{1}, {3, 1, 2, 1, 2}};
constexpr window column{{3, 1, 1, 1}, {1}}, high_column{{5, 1, 2, 2}, {1}};

}  // namespace

int main() {
  check<along_rows, row>();
  check<along_rows, wide_row>();
  check<along_rows, strided_row>();
  check<along_rows, one_sided_row>();
  check<along_rows, row_with_gaps>();
  check<along_columns, column>();
  check<along_columns, high_column>();
  check<along_weights, row>();
  check<along_weights, column>();
  check<along_weights, row_with_gaps>();
  check<maxima, row>(true);
  check<maxima, row_with_gaps>(true);
  check<averages, column>();
  check<products, row>();
  check<products, row_with_gaps>();
  return test::failures;
}
