#include "folded_convolution.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/fit/fit.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/network.hpp>
#include <polyfold/text.hpp>

#include "drawing.hpp"

namespace {

using namespace polyfold;

constexpr int positions = 9;
constexpr int taps = 5;
constexpr int filters = 4;
constexpr int windows = positions - taps + 1;
constexpr int terms = 2;  // of a line, along the row and along the filters

constexpr auto dense_row = input<1, 1, positions> | conv2d<filters, 1, taps>(no_bias);
constexpr auto folded_row = input<1, 1, positions> |
                            conv2d<filters, 1, taps>(no_bias, along<axis::kernel, linear>, along<axis::output, linear>);

using grid = std::vector<std::vector<float>>;

/// Everything that the picture shows.
struct example {
  std::array<float, positions> input{3, 1, 4, 1, 5, 9, 2, 6, 5};
  network<folded_row> folded;
  grid weights;   // filters x taps: what the coefficients stand for
  grid moments;   // terms x windows
  grid products;  // terms x windows
  grid outputs;   // filters x windows

  example() {
    // Filter m has the weights (2 - m) + (1 + m) i: one coefficient for each pair of terms.
    folded.parameters = {2, 1, -1, 1};
    network<dense_row> dense;
    fit(folded, dense);
    for (int m = 0; m < filters; ++m)
      weights.emplace_back(dense.parameters.begin() + m * taps, dense.parameters.begin() + (m + 1) * taps);

    using row = basis::segmented_basis<taps, cut{true, 0, linear.value}>;
    moments = products = grid(terms, std::vector<float>(windows));
    for (int x = 0; x < windows; ++x) {
      row::analyse([&](int i) { return input[std::size_t(x + i)]; },
                   [&](int k, float m) { moments[std::size_t(k)][std::size_t(x)] = m; });
      for (int j = 0; j < terms; ++j)
        for (int k = 0; k < terms; ++k)
          products[std::size_t(j)][std::size_t(x)] +=
              folded.parameters[std::size_t(j * terms + k)] * moments[std::size_t(k)][std::size_t(x)];
    }

    network<folded_row>::workspace<float> workspace{};
    network<dense_row>::workspace<float> dense_workspace{};
    auto const through_coefficients = folded.run(input.data(), workspace.data());
    auto const through_weights = dense.run(input.data(), dense_workspace.data());
    for (int m = 0; m < filters; ++m) {
      outputs.emplace_back();
      for (int x = 0; x < windows; ++x) {
        float const y = through_coefficients(m, 0, x);
        // Small whole numbers: the two ways agree to the last bit, up to the rounding of the fit.
        float const difference = y - through_weights(m, 0, x);
        if (difference > 1e-3f || difference < -1e-3f)
          throw failure("the folded convolution differs from the dense one");
        outputs.back().push_back(y);
      }
    }
  }
};

constexpr int cell_width = 44;
constexpr int cell_height = 30;
constexpr int left = 96;    // of the input's first cell
constexpr int notes = 548;  // left edge of the words beside
constexpr int shown = 1;    // the window that is followed through the picture

struct colours {
  char const* plain;
  char const* followed;
  char const* line;
};
constexpr colours of_input{"#ffffff", "#cce3f0", "#0072b2"};
constexpr colours of_moments{"#ffffff", "#fbe0cc", "#d55e00"};
constexpr colours of_products{"#ffffff", "#f5dfea", "#b0508a"};
constexpr colours of_outputs{"#ffffff", "#ccebe1", "#008060"};

std::string whole(float value) {
  int const rounded = int(value < 0 ? value - 0.5f : value + 0.5f);
  return std::to_string(rounded);
}

/// Rows of cells under each other; the `followed` ones are drawn last and filled.
void draw_rows(drawing& d, int x, int y, grid const& rows, int first, int last, colours const& c,
               int width = cell_width) {
  for (bool const followed : {false, true})
    for (std::size_t r = 0; r < rows.size(); ++r)
      for (int i = 0; i < int(rows[r].size()); ++i) {
        if ((i >= first && i < last) != followed) continue;
        drawing::box const cell{x + i * width, y + int(r) * cell_height, width, cell_height};
        d.rectangle(cell, followed ? c.followed : c.plain, followed ? c.line : "#b0b0b0");
        d.text(cell.x + width / 2, cell.y + 20, whole(rows[r][std::size_t(i)]), {.anchor = "middle", .size = 14});
      }
}

void draw_names(drawing& d, int x, int y, std::vector<std::string> const& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    d.text(x - 10, y + int(i) * cell_height + 20, names[i], {.anchor = "end", .size = 14});
}

void draw_note(drawing& d, int y, colours const& c, std::string const& heading, std::vector<std::string> const& lines) {
  d.text(notes, y, heading, {.size = 14, .bold = true, .colour = c.line});
  for (std::string const& line : lines) d.text(notes, y += 19, line, {});
}

}  // namespace

std::string folded_convolution_picture() {
  example const e;
  auto const moment = [&](int k, int x) { return whole(e.moments[std::size_t(k)][std::size_t(x)]); };

  drawing d(960, 656, "A folded convolution: four filters of 1 x 5");
  d.text(480, 30, "A folded convolution: four filters of 1 x 5 weights, linear along the row and along the filters",
         {.anchor = "middle", .size = 17, .bold = true});

  constexpr int input_y = 66, moments_y = 178, products_y = 320, outputs_y = 462;
  constexpr int window_left = left + shown * cell_width;
  constexpr int window_right = window_left + taps * cell_width;
  constexpr int columns = left + taps / 2 * cell_width;  // left of what is computed per window: under the middle tap
  constexpr int column_left = columns + shown * cell_width;
  constexpr int middle = column_left + cell_width / 2;

  // From the window to its moments.
  d.line(window_left, input_y + cell_height, column_left, moments_y, of_moments.line);
  d.line(window_right, input_y + cell_height, column_left + cell_width, moments_y, of_moments.line);
  draw_rows(d, left, input_y, {{e.input.begin(), e.input.end()}}, shown, shown + taps, of_input);
  draw_names(d, left, input_y, {"input x"});
  draw_rows(d, columns, moments_y, e.moments, shown, shown + 1, of_moments);
  draw_names(d, columns, moments_y, {"m0 = sum of x", "m1 = sum of i x"});
  d.arrow_down(middle, moments_y + 2 * cell_height, products_y, of_products.line);
  draw_rows(d, columns, products_y, e.products, shown, shown + 1, of_products);
  draw_names(d, columns, products_y, {"p0", "p1"});
  d.arrow_down(middle, products_y + 2 * cell_height, outputs_y, of_outputs.line);
  draw_rows(d, columns, outputs_y, e.outputs, shown, shown + 1, of_outputs);
  draw_names(d, columns, outputs_y, {"filter 0: y", "filter 1: y", "filter 2: y", "filter 3: y"});

  std::string const leaving = whole(e.input[shown - 1]);
  std::string const entering = whole(e.input[shown + taps - 1]);
  draw_note(d, input_y + 20, of_input, "A window of five inputs",
            {"slides one step: " + leaving + " has left it, " + entering + " is new"});
  draw_note(d, moments_y - 16, of_moments, "V: moments, once for all filters",
            {"running sums, four additions a step:",
             "m0: " + moment(0, shown - 1) + " - " + leaving + " + " + entering + " = " + moment(0, shown),
             "m1: " + moment(1, shown - 1) + " - " + moment(0, shown) + " + 5 * " + entering + " = " +
                 moment(1, shown) + "  (5 is a constant)"});

  // The stored coefficients.
  auto const coefficient = [&](int j, int k) { return e.folded.parameters[std::size_t(j * terms + k)]; };
  draw_note(d, products_y - 24, of_products, "C: the four stored coefficients", {});
  grid coefficients;
  for (int j = 0; j < terms; ++j) coefficients.push_back({coefficient(j, 0), coefficient(j, 1)});
  draw_rows(d, notes, products_y - 10, coefficients, 0, terms, of_products);
  int const beside = notes + terms * cell_width + 16;
  for (int j = 0; j < terms; ++j) {
    polyfold::text_stream line;
    line << 'p' << j << " = " << whole(coefficient(j, 0)) << " * " << moment(0, shown)
         << (coefficient(j, 1) < 0 ? " - " : " + ") << whole(std::abs(coefficient(j, 1))) << " * " << moment(1, shown)
         << " = " << whole(e.products[std::size_t(j)][shown]);
    d.text(beside, products_y - 10 + j * cell_height + 20, line.str(), {});
  }
  d.text(notes, products_y + 70, "the only general multiplications: 4 instead of 20", {});

  draw_note(d, outputs_y - 36, of_outputs, "U: expansion to the filters",
            {"each output is the one above plus p1: y = p0 + m p1"});
  draw_note(d, outputs_y + 20, of_input, "W = U C V: the 20 weights behind it",
            {"never stored, and never formed either"});
  draw_rows(d, notes, outputs_y + 52, e.weights, 0, 0, of_outputs, 36);
  for (int m = 0; m < filters; ++m)
    d.text(notes + taps * 36 + 14, outputs_y + 52 + m * cell_height + 20, "filter " + std::to_string(m), {});
  return d.svg();
}
