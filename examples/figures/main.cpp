// Draws the pictures of docs/method.md from a trained dense LeNet-5, as examples/lenet_mnist leaves it:
//
//   figures --network results/dense.safetensors --output docs/pictures
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <polyfold/fit/fit.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/models/lenet5.hpp>
#include <polyfold/report/plot.hpp>
#include <polyfold/report/table.hpp>

#include "../output_folder.hpp"
#include "../program.hpp"
#include "folded_convolution.hpp"

namespace {

using namespace polyfold;

using dense_network = network<lenet5>;
constexpr int conv1 = 0;
constexpr int conv2 = 3;

constexpr char const* data_colour = "#222222";
constexpr char const* linear_colour = "#0072b2";
constexpr char const* quadratic_colour = "#d55e00";
constexpr char const* separator_colour = "#bbbbbb";

/// The dense weights that `Pipeline` can stand for and that come closest to those of `dense`.
template <auto Pipeline>
dense_network approximated(dense_network const& dense) {
  auto const folded = std::make_unique<network<Pipeline>>();
  fit(dense, *folded);
  dense_network result;
  fit(*folded, result);
  return result;
}

/// One polynomial per kernel row of conv1.
template <function_order Order>
constexpr auto lenet5_rows = make_lenet5(relu, per_layer(along<axis::flat, segment<5>, Order>));

constexpr int rows = 5;
constexpr int columns = 5;
constexpr int kernel = rows * columns;

std::span<float const> filter(dense_network const& net, int m) {
  return std::span(net.parameters).subspan(std::size_t(dense_network::first_parameter(conv1) + m * kernel), kernel);
}

double squared_error(std::span<float const> a, std::span<float const> b) {
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                               [](float p, float q) { return double(p - q) * double(p - q); });
}

/// The polynomial through the first Order + 1 of `values`, which lie on one: Newton's forward differences.
double through(std::span<float const> values, int order, double at) {
  std::vector<double> difference(values.begin(), values.end());
  double sum = 0;
  double choose = 1;  // binomial(at, k)
  for (int k = 0; k <= order; ++k) {
    sum += choose * difference[0];
    for (std::size_t i = 0; i + 1 < difference.size(); ++i) difference[i] = difference[i + 1] - difference[i];
    choose *= (at - k) / (k + 1);
  }
  return sum;
}

/// A filter's polynomials, one line per kernel row.
std::vector<plot_point> pieces(std::span<float const> weights, int order) {
  std::vector<plot_point> points;
  for (int r = 0; r < rows; ++r) {
    auto const row = weights.subspan(std::size_t(r * columns), columns);
    for (plot_point const p :
         sampled([&](double s) { return through(row, order, s); }, {0, columns - 1}, order == 1 ? 2 : 25))
      points.push_back({r * columns + p.x, p.y});
    points.push_back({std::numeric_limits<double>::quiet_NaN(), 0});  // the pen is lifted between rows
  }
  return points;
}

/// One filter of conv1 with its fits: the filter whose linear fit is third best of the six, neither flattering nor bad.
std::string fitted_segment_picture(dense_network const& dense) {
  dense_network const lines = approximated<lenet5_rows<linear>>(dense);
  dense_network const parabolas = approximated<lenet5_rows<quadratic>>(dense);
  auto const share = [&](dense_network const& net, int m) {
    std::vector<float> const zeros(kernel);
    return 1 - squared_error(filter(dense, m), filter(net, m)) / squared_error(filter(dense, m), zeros);
  };
  std::vector<int> best{0, 1, 2, 3, 4, 5};
  std::sort(best.begin(), best.end(), [&](int a, int b) { return share(lines, a) > share(lines, b); });
  int const m = best[2];

  auto const weights = filter(dense, m);
  auto const [low, high] = std::minmax_element(weights.begin(), weights.end());
  double const height = double(*high - *low);
  plot_range const up{double(*low) - 0.12 * height, double(*high) + 0.2 * height};
  plot p("Filter " + std::to_string(m) + " of a trained 5 x 5 convolution: one polynomial per kernel row",
         "position in the filter: 5 r + s", "weight");
  p.extent(900, 420).x_range({-0.7, kernel - 0.3}).y_range(up);
  for (int r = 1; r < rows; ++r) {
    double const x = r * columns - 0.5;
    p.line({{x, up.low}, {x, up.high}}, {.colour = separator_colour, .size = 1, .dashed = true});
  }
  for (int r = 0; r < rows; ++r)
    p.label({r * columns + 0.5 * (columns - 1), up.high - 0.07 * height}, "row r = " + std::to_string(r));
  p.points(numbered(weights), {.label = "25 weights", .colour = data_colour, .size = 4.5})
      .line(pieces(filter(lines, m), 1),
            {.label = "linear: 10, keep " + as_percent(share(lines, m), 0), .colour = linear_colour, .size = 2.5})
      .line(pieces(filter(parabolas, m), 2), {.label = "quadratic: 15, keep " + as_percent(share(parabolas, m), 0),
                                              .colour = quadratic_colour,
                                              .dashed = true});
  return p.svg();
}

/// The weights of conv2, each over the level that it was given, and the curve that the levels lie on.
std::string arranged_curve_picture(dense_network const& dense) {
  using arranged_network = network<lenet5_arranged>;
  constexpr arrangement rule = arranged_network::layer_at<conv2>::spec.approximated.arranged;
  using curve = fold::level_curve<rule>;
  auto const arranged = std::make_unique<arranged_network>();
  fit(dense, *arranged);
  float const* const coefficients = arranged->parameters.data() + arranged_network::first_parameter(conv2);
  std::uint8_t const* const map = arranged->maps.data() + arranged_network::first_map_byte(conv2);
  std::vector<double> levels(curve::length);
  curve::synthesise([&](int k) { return coefficients[k]; }, [&](int l, float v) { levels[std::size_t(l)] = v; });

  // Every level's own weights, in order of size, spread over its unit of the axis.
  constexpr int count =
      arranged_network::layer_at<conv2>::folded<arranged_network::layer_input_shape<conv2>()>::plan.weights();
  std::vector<std::vector<float>> members(curve::length);
  for (int i = 0; i < count; ++i)
    members[std::size_t(fold::packed_levels<rule.bits>::get(map, i))].push_back(
        dense.parameters[std::size_t(dense_network::first_parameter(conv2) + i)]);
  std::vector<plot_point> sorted;
  double squares = 0;
  double error = 0;
  for (std::size_t l = 0; l < members.size(); ++l) {
    std::vector<float>& own = members[l];
    std::sort(own.begin(), own.end());
    std::size_t const step = own.size() / 24 + 1;  // two dozen points say where a level's weights lie
    for (std::size_t i = 0; i < own.size(); ++i) {
      double const w = double(own[i]);
      squares += w * w;
      error += (w - levels[l]) * (w - levels[l]);
      if (i % step == 0 || i + 1 == own.size())
        sorted.push_back({double(l) - 0.5 + (double(i) + 0.5) / double(own.size()), w});
    }
  }

  plot p(with_thousands(count) + " weights of a trained layer on " + std::to_string(curve::length) + " levels: " +
             std::to_string(curve::segments) + " linear pieces, " + std::to_string(curve::size) + " numbers",
         "level: the " + std::to_string(rule.bits) + "-bit number that every weight keeps", "weight");
  p.extent(900, 460).x_range({-0.8, curve::length - 0.2});
  std::vector<plot_point> lines;
  for (int s = 0; s < curve::segments; ++s) {
    int const first = s * curve::segment;
    for (int i : {0, curve::along.positions_of(s) - 1})
      lines.push_back({double(first + i), levels[std::size_t(first + i)]});
    lines.push_back({std::numeric_limits<double>::quiet_NaN(), 0});
  }
  p.line(sorted, {.label = "weights by level", .colour = "#999999", .size = 1.5})
      .line(lines, {.label = "pieces a + b l", .colour = linear_colour, .size = 2.5})
      .points(numbered(levels),
              {.label = "levels, keep " + as_percent(1 - error / squares), .colour = quadratic_colour});
  return p.svg();
}

void write(std::filesystem::path const& path, std::string const& svg) {
  write_file_atomically(path, svg);
  std::cout << path.string() << ": " << with_thousands(svg.size()) << " bytes\n";
}

int run(int argc, char** argv) {
  CLI::App app("Draws the pictures of docs/method.md from a trained dense LeNet-5.");
  std::string trained;
  std::string output = "figures";
  app.add_option("--network", trained, "dense LeNet-5, as lenet_mnist writes it: dense.safetensors")->required();
  app.add_option("--output", output, "folder for the pictures")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  std::filesystem::path const folder = output;
  prepare_output_folder(folder);
  auto const dense = std::make_unique<dense_network>();
  load_network(trained, *dense);
  write(folder / "fitted_segment.svg", fitted_segment_picture(*dense));
  write(folder / "folded_convolution.svg", folded_convolution_picture());
  write(folder / "arranged_curve.svg", arranged_curve_picture(*dense));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("figures", [&] { return run(argc, argv); });
}
