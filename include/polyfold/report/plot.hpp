// Pictures of data as SVG 1.1: lines, points, bars and labels over two axes.
//
//   plot p("A kernel row and its segment", "position", "weight");
//   p.points(weights, {.label = "weights"}).line(segment, {.label = "a + b i"});
//   file << p.svg();
// The background is white, so that the picture reads alike on light and dark pages. The text is the same on every
// machine and in every locale.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/is_finite.hpp>

namespace polyfold {

struct plot_point {
  double x = 0;
  double y = 0;
};

/// Ends of an axis.
struct plot_range {
  double low = 0;
  double high = 1;
};

/// How a line, a set of points or bars looks. Without a label it stays out of the legend.
struct plot_style {
  std::string label{};
  std::string colour{};  ///< any SVG colour; empty: the next of the palette
  double size = 0;       ///< width of a line and radius of a point in pixels, width of a bar in x; 0: the usual
  bool dashed = false;
};

/// The points that y = f(x) passes in `range`, `count` of them, both ends included: a polynomial piece as a line.
template <class F>
[[nodiscard]] std::vector<plot_point> sampled(F f, plot_range range, int count = 64) {
  std::vector<plot_point> points;
  for (int i = 0; i < count; ++i) {
    double const x = count == 1 ? range.low : range.low + (range.high - range.low) * i / (count - 1);
    points.push_back({x, static_cast<double>(f(x))});
  }
  return points;
}
/// Values at x = first, first + 1, ...: a filter row, a sorted curve, a loss per epoch.
template <class Values>
[[nodiscard]] std::vector<plot_point> numbered(Values const& values, double first = 0) {
  std::vector<plot_point> points;
  for (auto const& value : values) points.push_back({first++, static_cast<double>(value)});
  return points;
}

namespace detail {

/// Text as XML holds it; characters that XML forbids become spaces.
[[nodiscard]] inline std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (char const c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return escaped;
}

/// The shortest digits that say `value` to at most `decimals` places; exponents where there are very many digits.
[[nodiscard]] inline std::string short_number(double value, int decimals) {
  char buffer[64];
  auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  if (written.ec != std::errc{} || written.ptr - buffer > 16)
    written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 3);
  std::string text(buffer, written.ptr);
  if (text.find('.') != std::string::npos && text.find('e') == std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

/// Round values on an axis, about `wanted` of them: steps of 1, 2 or 5 times a power of ten.
struct axis_ticks {
  std::vector<double> values;
  int decimals = 0;  ///< that tell them apart

  axis_ticks(plot_range range, int wanted) {
    double const raw = (range.high - range.low) / wanted;
    double const power = std::pow(10.0, std::floor(std::log10(raw)));
    double const step = power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
    decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
    double const first = std::ceil(range.low / step - 1e-9);
    for (int i = 0; i <= 2 * wanted; ++i) {
      double const value = (first + i) * step;
      if (value > range.high + 1e-9 * step) break;
      values.push_back(value);
    }
  }
};

}  // namespace detail

/// One picture. Marks are drawn in the order in which they are added, points over lines over bars. Values that are not
/// finite are left out and interrupt a line.
class plot {
 public:
  plot(std::string title, std::string x_axis, std::string y_axis)
      : title_(std::move(title)), x_axis_(std::move(x_axis)), y_axis_(std::move(y_axis)) {}

  /// Whole picture in pixels; 160 x 120 at least.
  plot& extent(int width, int height) {
    if (width < 160 || height < 120 || width > 10000 || height > 10000)
      throw std::invalid_argument("A plot has 160 x 120 to 10000 x 10000 pixels.");
    width_ = width;
    height_ = height;
    return *this;
  }
  /// Ends of the axes; without these, they follow the data. What lies outside is cut off.
  plot& x_range(plot_range range) {
    x_range_ = checked(range);
    return *this;
  }
  plot& y_range(plot_range range) {
    y_range_ = checked(range);
    return *this;
  }

  plot& line(std::vector<plot_point> points, plot_style style = {}) {
    return add(kind::line, std::move(points), std::move(style));
  }
  plot& points(std::vector<plot_point> points, plot_style style = {}) {
    return add(kind::points, std::move(points), std::move(style));
  }
  /// A bar from 0 to y, centred at each x.
  plot& bars(std::vector<plot_point> points, plot_style style = {}) {
    return add(kind::bars, std::move(points), std::move(style));
  }
  /// Text above a point of the axes' plane.
  plot& label(plot_point at, std::string text) {
    labels_.push_back({at, std::move(text)});
    return *this;
  }

  [[nodiscard]] std::string svg() const {
    frame const f = place();
    std::string out = opening();
    draw_axes(out, f);
    // A nested picture cuts off what lies outside of the axes.
    out += "<svg x=\"" + number(f.left) + "\" y=\"" + number(f.top) + "\" width=\"" + number(f.width) + "\" height=\"" +
           number(f.height) + "\">\n";
    for (series const& s : series_)
      if (s.what == kind::bars) draw_bars(out, f, s);
    for (series const& s : series_)
      if (s.what == kind::line) draw_line(out, f, s);
    out += "</svg>\n";
    for (series const& s : series_)
      if (s.what == kind::points) draw_points(out, f, s);
    for (text_mark const& l : labels_)
      if (f.holds(l.at)) out += text(f.left + f.x(l.at.x), f.top + f.y(l.at.y) - 7, "middle", l.text);
    draw_legend(out, f);
    return out + "</svg>\n";
  }

 private:
  enum class kind { line, points, bars };
  struct series {
    kind what;
    std::vector<plot_point> data;
    plot_style style;
  };
  struct text_mark {
    plot_point at;
    std::string text;
  };
  /// Where the axes are, in pixels, and what they span.
  struct frame {
    double left, top, width, height;
    plot_range across, up;

    [[nodiscard]] double x(double value) const { return (value - across.low) / (across.high - across.low) * width; }
    [[nodiscard]] double y(double value) const { return (up.high - value) / (up.high - up.low) * height; }
    [[nodiscard]] bool holds(plot_point p) const {
      return p.x >= across.low && p.x <= across.high && p.y >= up.low && p.y <= up.high;
    }
  };

  /// Okabe & Ito's colours, which colour-blind readers tell apart, dark ones first.
  static constexpr std::array<char const*, 6> palette{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
  static constexpr double character_width = 7;

  std::string title_, x_axis_, y_axis_;
  int width_ = 640;
  int height_ = 400;
  std::optional<plot_range> x_range_, y_range_;
  std::vector<series> series_;
  std::vector<text_mark> labels_;

  [[nodiscard]] static plot_range checked(plot_range range) {
    if (!core::is_finite(range.low) || !core::is_finite(range.high) || !(range.low < range.high))
      throw std::invalid_argument("The axis of a plot runs from a lower to a higher number.");
    return range;
  }
  [[nodiscard]] static bool finite(plot_point p) { return core::is_finite(p.x) && core::is_finite(p.y); }
  [[nodiscard]] static std::string number(double value) { return detail::short_number(value, 2); }

  plot& add(kind what, std::vector<plot_point> points, plot_style style) {
    if (style.colour.empty()) style.colour = palette[series_.size() % palette.size()];
    if (style.size <= 0) style.size = what == kind::line ? 2 : what == kind::points ? 3.5 : 0.8;
    series_.push_back({what, std::move(points), std::move(style)});
    return *this;
  }

  /// From the lowest to the highest value and a little more; 0 to 1 where there is none.
  template <class Visit>
  [[nodiscard]] plot_range range_of(Visit visit) const {
    double low = (std::numeric_limits<double>::max)();
    double high = -low;
    auto const meet = [&](double value) {
      low = core::smaller(low, value);
      high = core::larger(high, value);
    };
    for (series const& s : series_)
      for (plot_point const p : s.data)
        if (finite(p)) visit(s, p, meet);
    if (low > high) return {0, 1};
    double const least = 1e-9 * core::larger(std::abs(low), std::abs(high), 1e-290);
    double margin = 0.05 * (high - low);
    if (high - low <= least) margin = low == 0 ? 1 : 0.5 * std::abs(low);
    return {low - margin, high + margin};
  }

  /// Bars without a negative value in the picture: they stand on the axis.
  [[nodiscard]] bool stands_on_zero() const {
    bool bars = false;
    for (series const& s : series_) {
      bars = bars || s.what == kind::bars;
      for (plot_point const p : s.data)
        if (finite(p) && p.y < 0) return false;
    }
    return bars;
  }

  [[nodiscard]] frame place() const {
    double legend = 0;
    for (series const& s : series_)
      if (!s.style.label.empty())
        legend = core::larger(legend, 40 + character_width * static_cast<double>(s.style.label.size()));
    frame f{};
    f.left = 70;
    f.top = 40;
    f.width = core::larger(60.0, width_ - f.left - core::larger(20.0, legend));
    f.height = height_ - f.top - 55;
    f.across = x_range_ ? *x_range_ : range_of([](series const& s, plot_point p, auto meet) {
      double const half = s.what == kind::bars ? s.style.size / 2 : 0;
      meet(p.x - half);
      meet(p.x + half);
    });
    f.up = y_range_ ? *y_range_ : range_of([](series const& s, plot_point p, auto meet) {
      meet(p.y);
      if (s.what == kind::bars) meet(0);
    });
    if (!y_range_ && stands_on_zero()) f.up.low = 0;
    return f;
  }

  [[nodiscard]] static std::string text(double x, double y, char const* anchor, std::string const& words,
                                        char const* more = "") {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
           detail::xml_escaped(words) + "</text>\n";
  }
  [[nodiscard]] static std::string stroke(double x1, double y1, double x2, double y2, std::string const& colour,
                                          double width = 1) {
    return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
           "\" stroke=\"" + detail::xml_escaped(colour) + "\" stroke-width=\"" + number(width) + "\"/>\n";
  }

  [[nodiscard]] std::string opening() const {
    std::string const w = std::to_string(width_);
    std::string const h = std::to_string(height_);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"" +
           w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " + h +
           "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n<title>" + detail::xml_escaped(title_) +
           "</title>\n<rect width=\"" + w + "\" height=\"" + h + "\" fill=\"#ffffff\"/>\n";
  }

  void draw_axes(std::string& out, frame const& f) const {
    double const bottom = f.top + f.height;
    double const right = f.left + f.width;
    out += text(f.left + f.width / 2, 24, "middle", title_, " font-size=\"15\"");
    detail::axis_ticks const across(f.across, core::larger(2, static_cast<int>(f.width / 80)));
    for (double const value : across.values) {
      double const x = f.left + f.x(value);
      out += stroke(x, f.top, x, bottom, "#e6e6e6");
      out += text(x, bottom + 17, "middle", detail::short_number(value, across.decimals));
    }
    detail::axis_ticks const up(f.up, core::larger(2, static_cast<int>(f.height / 50)));
    for (double const value : up.values) {
      double const y = f.top + f.y(value);
      out += stroke(f.left, y, right, y, "#e6e6e6");
      out += text(f.left - 7, y + 4, "end", detail::short_number(value, up.decimals));
    }
    if (f.up.low < 0 && f.up.high > 0) out += stroke(f.left, f.top + f.y(0), right, f.top + f.y(0), "#999999");
    out += stroke(f.left, bottom, right, bottom, "#222222");
    out += stroke(f.left, f.top, f.left, bottom, "#222222");
    out += text(f.left + f.width / 2, bottom + 40, "middle", x_axis_);
    std::string const middle = number(f.top + f.height / 2);
    out += text(18, f.top + f.height / 2, "middle", y_axis_, (" transform=\"rotate(-90 18 " + middle + ")\"").c_str());
  }

  static void draw_bars(std::string& out, frame const& f, series const& s) {
    for (plot_point const p : s.data) {
      if (!finite(p)) continue;
      double const left = f.x(p.x - s.style.size / 2);
      double const top = core::smaller(f.y(p.y), f.y(0));
      out += "<rect x=\"" + number(left) + "\" y=\"" + number(top) + "\" width=\"" +
             number(f.x(p.x + s.style.size / 2) - left) + "\" height=\"" + number(std::abs(f.y(p.y) - f.y(0))) +
             "\" fill=\"" + detail::xml_escaped(s.style.colour) + "\"/>\n";
    }
  }

  static void draw_line(std::string& out, frame const& f, series const& s) {
    std::string path;
    bool pen_down = false;
    for (plot_point const p : s.data) {
      if (finite(p)) {
        path +=
            (path.empty() ? "" : " ") + std::string(pen_down ? "L" : "M") + number(f.x(p.x)) + " " + number(f.y(p.y));
      }
      pen_down = finite(p);
    }
    if (path.empty()) return;
    out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + detail::xml_escaped(s.style.colour) +
           "\" stroke-width=\"" + number(s.style.size) + "\" stroke-linejoin=\"round\"" +
           (s.style.dashed ? " stroke-dasharray=\"6 4\"" : "") + "/>\n";
  }

  static void draw_points(std::string& out, frame const& f, series const& s) {
    for (plot_point const p : s.data) {
      if (!finite(p) || !f.holds(p)) continue;
      out += "<circle cx=\"" + number(f.left + f.x(p.x)) + "\" cy=\"" + number(f.top + f.y(p.y)) + "\" r=\"" +
             number(s.style.size) + "\" fill=\"" + detail::xml_escaped(s.style.colour) + "\"/>\n";
    }
  }

  void draw_legend(std::string& out, frame const& f) const {
    double const x = f.left + f.width + 8;
    double y = f.top + 12;
    for (series const& s : series_) {
      if (s.style.label.empty()) continue;
      std::string const colour = detail::xml_escaped(s.style.colour);
      if (s.what == kind::line)
        out += "<path d=\"M" + number(x) + " " + number(y - 4) + " L" + number(x + 20) + " " + number(y - 4) +
               "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"" + number(s.style.size) + "\"" +
               (s.style.dashed ? " stroke-dasharray=\"6 4\"" : "") + "/>\n";
      else if (s.what == kind::points)
        out += "<circle cx=\"" + number(x + 10) + "\" cy=\"" + number(y - 4) + "\" r=\"" + number(s.style.size) +
               "\" fill=\"" + colour + "\"/>\n";
      else
        out += "<rect x=\"" + number(x + 5) + "\" y=\"" + number(y - 9) + "\" width=\"10\" height=\"10\" fill=\"" +
               colour + "\"/>\n";
      out += text(x + 26, y, "start", s.style.label);
      y += 18;
    }
  }
};

}  // namespace polyfold
