// Tables for people: plain text for a terminal, Markdown for a page; and how numbers are written in them.
//
//   table t({{"layer", alignment::left}, {"operators"}});
//   t.add_row({"conv1", with_thousands(1014)});
//   t.write_text(std::cout);
// Nothing here asks the locale: 1,014 and 54.4 look alike everywhere.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/is_finite.hpp>

namespace polyfold {

namespace detail {
/// Puts commas between the digits of the integer part: 1211.3 becomes 1,211.3. A sign is kept.
inline void group_digits(std::string& digits) {
  std::size_t const first = !digits.empty() && digits.front() == '-' ? 1 : 0;
  std::size_t end = digits.find('.');
  if (end == std::string::npos) end = digits.size();
  for (; end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
}

/// What a terminal shows of UTF-8 text: code points, that is all bytes that do not continue one.
[[nodiscard]] inline std::size_t displayed_width(std::string_view text) {
  std::size_t width = 0;
  for (char const c : text) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return width;
}
}  // namespace detail

/// 1,014
[[nodiscard]] std::string with_thousands(std::integral auto n) {
  std::string digits = std::to_string(n);
  detail::group_digits(digits);
  return digits;
}

/// A number with 0 to 12 decimals, rounded: 1,211.3. Not a number or infinite: "-".
[[nodiscard]] inline std::string with_decimals(double value, int decimals) {
  if (!core::is_finite(value)) return "-";
  decimals = decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
  char buffer[400];  // the largest double has 309 digits
  auto const [end, failed] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  if (failed != std::errc{}) return "-";
  std::string digits(buffer, end);
  // Zero has no sign.
  if (digits.front() == '-' && digits.find_first_not_of("-0.") == std::string::npos) digits.erase(0, 1);
  detail::group_digits(digits);
  return digits;
}

/// A share as percentage: 0.5442 is 54.4 %.
[[nodiscard]] inline std::string as_percent(double share, int decimals = 1) {
  std::string const number = with_decimals(100 * share, decimals);
  return number == "-" ? number : number + " %";
}

/// 60.9x
[[nodiscard]] inline std::string as_ratio(double ratio, int decimals = 1) {
  std::string const number = with_decimals(ratio, decimals);
  return number == "-" ? number : number + "x";
}

enum class alignment { left, right };

/// Rows of text under titled columns.
class table {
 public:
  struct column {
    std::string title;
    alignment align = alignment::right;
  };

  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {
    if (columns_.empty()) throw std::invalid_argument("A table has at least one column.");
  }

  /// One cell per column; throws std::invalid_argument otherwise.
  void add_row(std::vector<std::string> cells) {
    if (cells.size() != columns_.size()) {
      throw std::invalid_argument("A table of " + std::to_string(columns_.size()) + " columns was given a row of " +
                                  std::to_string(cells.size()) + " cells.");
    }
    rows_.push_back(std::move(cells));
  }
  /// The rows from here on are sums: a line sets them off in text, bold in Markdown.
  void begin_totals() { totals_ = rows_.size(); }

  [[nodiscard]] std::vector<column> const& columns() const& { return columns_; }
  [[nodiscard]] std::vector<std::vector<std::string>> const& rows() const& { return rows_; }
  // Of a temporary, which takes them with it.
  std::vector<column> const& columns() const&& = delete;
  std::vector<std::vector<std::string>> const& rows() const&& = delete;

  /// Columns two spaces apart, a line below the titles.
  void write_text(std::ostream& out) const {
    std::vector<std::size_t> const widths = column_widths();
    std::size_t total = 2 * (widths.size() - 1);
    for (std::size_t const w : widths) total += w;
    std::string const rule = std::string(total, '-') + '\n';

    std::string text = text_line(titles(), widths) + rule;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i == totals_) text += rule;
      text += text_line(rows_[i], widths);
    }
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  void write_markdown(std::ostream& out) const {
    std::string text = markdown_line(titles(), false);
    for (column const& c : columns_) text += c.align == alignment::left ? "| --- " : "| ---: ";
    text += "|\n";
    for (std::size_t i = 0; i < rows_.size(); ++i) text += markdown_line(rows_[i], i >= totals_);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t totals_ = static_cast<std::size_t>(-1);

  [[nodiscard]] std::vector<std::string> titles() const {
    std::vector<std::string> all;
    for (column const& c : columns_) all.push_back(c.title);
    return all;
  }

  [[nodiscard]] std::vector<std::size_t> column_widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      std::size_t width = detail::displayed_width(columns_[c].title);
      for (auto const& row : rows_) width = core::larger(width, detail::displayed_width(row[c]));
      widths.push_back(width);
    }
    return widths;
  }

  [[nodiscard]] std::string text_line(std::vector<std::string> const& cells,
                                      std::vector<std::size_t> const& widths) const {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) line += "  ";
      std::string const space(widths[c] - detail::displayed_width(cells[c]), ' ');
      line += columns_[c].align == alignment::left ? cells[c] + space : space + cells[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
  }

  [[nodiscard]] static std::string markdown_line(std::vector<std::string> const& cells, bool bold) {
    std::string line;
    for (std::string const& cell : cells) {
      line += "| ";
      if (bold && !cell.empty()) line += "**";
      for (char const c : cell) {
        if (c == '|') line += '\\';
        line += c == '\n' ? ' ' : c;
      }
      if (bold && !cell.empty()) line += "**";
      line += cell.empty() ? "" : " ";
    }
    return line + "|\n";
  }
};

}  // namespace polyfold
