// Reports: how numbers and tables are written, the summary of a network against its own constants, SVG pictures.

#include <polyfold/models/lenet5.hpp>
#include <polyfold/network.hpp>
#include <polyfold/report/plot.hpp>
#include <polyfold/report/summary.hpp>
#include <polyfold/report/table.hpp>

#include <climits>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace polyfold;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::string as_text(table const& t) {
  std::ostringstream out;
  t.write_text(out);
  return out.str();
}
std::string as_markdown(table const& t) {
  std::ostringstream out;
  t.write_markdown(out);
  return out.str();
}

int occurrences(std::string const& text, std::string const& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A locale that groups digits with dots and has a decimal comma.
struct foreign_numbers : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("numbers are grouped by thousands", "[table]") {
  CHECK(with_thousands(0) == "0");
  CHECK(with_thousands(999) == "999");
  CHECK(with_thousands(1014) == "1,014");
  CHECK(with_thousands(61706) == "61,706");
  CHECK(with_thousands(123456) == "123,456");
  CHECK(with_thousands(1234567) == "1,234,567");
  CHECK(with_thousands(-999) == "-999");
  CHECK(with_thousands(-123456) == "-123,456");
  CHECK(with_thousands(LLONG_MIN) == "-9,223,372,036,854,775,808");
}

TEST_CASE("decimals, percentages and ratios are rounded", "[table]") {
  CHECK(with_decimals(1211.26, 1) == "1,211.3");
  CHECK(with_decimals(999.96, 1) == "1,000.0");
  CHECK(with_decimals(0.0, 2) == "0.00");
  CHECK(with_decimals(-0.001, 2) == "0.00");
  CHECK(with_decimals(-1234.5, 2) == "-1,234.50");
  CHECK(with_decimals(2.5, -3) == "2");
  CHECK(with_decimals(infinite, 1) == "-");
  CHECK(with_decimals(std::nan(""), 1) == "-");
  CHECK(with_decimals(-std::numeric_limits<double>::max(), 12).size() == 1 + 309 + 102 + 13);
  CHECK(as_percent(1 - 134.0 / 294) == "54.4 %");
  CHECK(as_percent(-1.25, 0) == "-125 %");
  CHECK(as_percent(infinite) == "-");
  CHECK(as_ratio(61706.0 / 1014) == "60.9x");
  CHECK(as_ratio(1229.4, 0) == "1,229x");
  CHECK(as_ratio(std::nan("")) == "-");
}

TEST_CASE("a table aligns its columns in text", "[table]") {
  table t({{"layer", alignment::left}, {"numbers"}});
  t.add_row({"conv1", "36"});
  t.add_row({"größer", "1,014"});
  t.begin_totals();
  t.add_row({"total", ""});
  CHECK(as_text(t) ==
        "layer   numbers\n"
        "---------------\n"
        "conv1        36\n"
        "größer    1,014\n"
        "---------------\n"
        "total\n");
}

TEST_CASE("a table is written as Markdown", "[table]") {
  table t({{"layer", alignment::left}, {"numbers"}});
  t.add_row({"a|b", "36"});
  t.add_row({"two\nlines", ""});
  t.begin_totals();
  t.add_row({"total", "36"});
  CHECK(as_markdown(t) ==
        "| layer | numbers |\n"
        "| --- | ---: |\n"
        "| a\\|b | 36 |\n"
        "| two lines | |\n"
        "| **total** | **36** |\n");
}

TEST_CASE("rows and columns must agree", "[table]") {
  table t({{"a"}, {"b"}});
  CHECK_THROWS_WITH(t.add_row({"1"}), contains("2 columns") && contains("1 cells"));
  CHECK_THROWS_AS(table({}), std::invalid_argument);
  CHECK(t.rows().empty());
  CHECK(t.columns().size() == 2);
}

template <class Table>
concept gives_columns = requires(Table&& made) {
  static_cast<Table&&>(made).columns();
};
TEST_CASE("a temporary table gives no columns, which would be gone with it", "[table]") {
  STATIC_REQUIRE(gives_columns<table const&>);
  STATIC_REQUIRE_FALSE(gives_columns<table>);
}

TEST_CASE("reports do not ask the stream's locale or state", "[table]") {
  std::ostringstream plain;
  write_summary(plain, summarize<network<lenet5>>());
  std::ostringstream foreign;
  foreign.imbue(std::locale(std::locale::classic(), new foreign_numbers));
  foreign << std::hex << std::showpos;
  write_summary(foreign, summarize<network<lenet5>>());
  CHECK(plain.str() == foreign.str());
}

TEST_CASE("the summary of dense LeNet-5", "[summary]") {
  network_summary const s = summarize<network<lenet5>>();
  REQUIRE(s.layers.size() == 11);
  CHECK(s.input == shape{1, 28, 28});
  CHECK(s.layers[0].name == "conv2d");
  CHECK(s.layers[0].output == shape{6, 28, 28});
  CHECK(s.layers[0].costs.stored_parameters == 156);
  CHECK(s.layers[10].name == "dense");
  CHECK(s.layers[10].output == shape{10, 1, 1});
  CHECK(s.total.stored_parameters == 61706);
  CHECK(s.total.multiplications == 416520);
  CHECK(s.total.flash_bytes() == 4 * 61706);
  CHECK(s.approximated == cost{});
  CHECK(s.coefficients() == 1);
  CHECK(s.parameters() == 1);
  CHECK(s.bytes() == 1);

  std::ostringstream out;
  write_summary(out, s);
  CHECK_THAT(out.str(), contains("6 x 28 x 28") && contains("61,706") && contains("246,824") && contains("416,520"));
  CHECK(out.str().find('*') == std::string::npos);
}

TEST_CASE("a summary's total is the sum of its layers", "[summary]") {
  auto const check = [](network_summary const& s) {
    cost total;
    cost approximated;
    for (layer_summary const& l : s.layers) {
      total += l.costs;
      if (l.approximated) approximated += l.costs;
    }
    CHECK(total == s.total);
    CHECK(approximated == s.approximated);
    CHECK(s.workspace_bytes > 0);
    table const written = summary_table(s);
    CHECK(written.rows().size() == s.layers.size() + 1);
  };
  check(summarize<network<lenet5>>());
  check(summarize<network<lenet5_paper>>());
  check(summarize<network<lenet5_small>>());
  check(summarize<network<lenet5_arranged>>());
}

TEST_CASE("the summary of the small LeNet-5 labels its three ratios", "[summary]") {
  static network<lenet5_small> const net;
  network_summary const s = summarize(net);
  CHECK(s.total.stored_parameters == 1014);
  CHECK(s.parameters() == Approx(61706.0 / 1014));
  CHECK(s.bytes() == Approx(61706.0 / 1014));
  CHECK(s.layers[0].approximated);
  CHECK_FALSE(s.layers[1].approximated);

  std::ostringstream out;
  write_summary(out, s);
  CHECK_THAT(out.str(), contains("conv2d *") && contains("* approximated"));
  CHECK_THAT(out.str(), contains("coefficient ratio") && contains("parameter ratio") && contains("byte ratio"));
  CHECK_THAT(out.str(), contains("60.9x") && contains("61,706 dense parameters / 1,014 stored parameters"));
  CHECK_THAT(out.str(), contains("workspace bytes") && contains("flash bytes"));
  CHECK_THAT(as_markdown(summary_table(s)), contains("| **total** | | **1,014** |"));
}

TEST_CASE("the index maps of the arranged LeNet-5 are in its bytes", "[summary]") {
  network_summary const s = summarize<network<lenet5_arranged>>();
  CHECK(s.approximated.weights == 61470);
  CHECK(s.approximated.coefficients == 50);
  CHECK(s.coefficients() == Approx(1229.4));
  CHECK(s.total.map_bytes == 94 + 1500 + 30000 + 6300 + 525);  // 5 bits a weight, every layer in whole bytes
  CHECK(s.total.stored_bytes() == 4 * s.total.stored_parameters + s.total.map_bytes);
  CHECK(s.bytes() < s.parameters() / 10);
}

TEST_CASE("shapes as text", "[summary]") {
  CHECK(shape_text({16, 5, 5}) == "16 x 5 x 5");
  CHECK(shape_text({16, 1, 5}) == "16 x 1 x 5");
  CHECK(shape_text({10, 1, 1}) == "10");
}

TEST_CASE("a picture has its marks, its words and a white background", "[plot]") {
  std::vector<float> const row{0.1F, 0.4F, 0.2F, 0.7F, 0.6F};
  std::string const svg = plot("Row & segment", "position <i>", "weight")
                              .points(numbered(row), {.label = "\"weights\""})
                              .line(sampled([](double i) { return 0.14 + 0.13 * i; }, {0, 4}, 2), {.dashed = true})
                              .bars({{2, 0.2}}, {.label = "it's"})
                              .label({3, 0.7}, "peak")
                              .svg();
  CHECK(svg.rfind("<?xml", 0) == 0);
  CHECK_THAT(svg, contains("version=\"1.1\"") && contains("sans-serif"));
  CHECK_THAT(svg, contains("<rect width=\"640\" height=\"400\" fill=\"#ffffff\"/>"));
  CHECK_THAT(svg, contains("Row &amp; segment") && contains("position &lt;i&gt;") && contains("&quot;weights&quot;"));
  CHECK_THAT(svg, contains("it&#39;s") && contains(">peak</text>") && contains("stroke-dasharray"));
  CHECK(occurrences(svg, "<circle") == 5 + 1);  // and one in the legend
  CHECK(occurrences(svg, "<path") == 1);
  CHECK(occurrences(svg, "<svg") == occurrences(svg, "</svg>"));
  CHECK(svg.find("nan") == std::string::npos);
}

TEST_CASE("marks are where the axes say", "[plot]") {
  std::string const svg =
      plot("", "", "").x_range({0, 10}).y_range({0, 1}).points({{0, 0}, {10, 1}, {5, 0.5}, {11, 0.5}}).svg();
  // Axes from (70, 40) to (620, 345).
  CHECK_THAT(
      svg, contains("cx=\"70\" cy=\"345\"") && contains("cx=\"620\" cy=\"40\"") && contains("cx=\"345\" cy=\"192.5\""));
  CHECK(occurrences(svg, "<circle") == 3);
  CHECK_THAT(svg, contains(">10</text>") && contains(">0.2</text>"));
}

TEST_CASE("bars stand on the axis unless there are values below zero", "[plot]") {
  std::string const above = plot("", "", "").bars({{1, 0.5}, {2, 1}}).svg();
  CHECK(above.find("#999999") == std::string::npos);
  CHECK_THAT(above, contains("y=\"349\" text-anchor=\"end\">0</text>"));
  std::string const below = plot("", "", "").bars({{1, 0.5}, {2, -1}}).svg();
  CHECK_THAT(below, contains("#999999"));
}

TEST_CASE("values that are not finite interrupt a line", "[plot]") {
  std::string const svg =
      plot("", "", "").line({{0, 1}, {1, std::nan("")}, {2, 1}, {3, 2}}).points({{1, infinite}}).svg();
  CHECK(occurrences(svg, "M") == 2);
  CHECK(occurrences(svg, "<circle") == 0);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("pictures of nothing, of one value, of tiny and huge ones are pictures", "[plot]") {
  std::vector<plot_point> const data = GENERATE(values<std::vector<plot_point>>({{},
                                                                                 {{0, 0}},
                                                                                 {{3, 1e-300}},
                                                                                 {{1, -7}, {2, -7}},
                                                                                 {{1e-9, 1e-12}, {2e-9, 3e-12}},
                                                                                 {{1e15, 1e200}, {2e15, -1e200}}}));
  std::string const svg = plot("", "", "").line(data).svg();
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(occurrences(svg, "<text") > 5);
  CHECK(occurrences(svg, "<text") < 50);
}

TEST_CASE("axes have round numbers", "[plot]") {
  detail::axis_ticks const epochs({-0.5, 20.5}, 5);
  CHECK(epochs.values == std::vector<double>{0, 5, 10, 15, 20});
  CHECK(epochs.decimals == 0);
  detail::axis_ticks const loss({0.0, 0.31}, 4);
  REQUIRE(loss.values.size() == 4);
  CHECK(loss.values[3] == Approx(0.3));
  CHECK(loss.decimals == 1);
}

TEST_CASE("plots that can't be drawn are refused", "[plot]") {
  plot p("", "", "");
  CHECK_THROWS_AS(p.extent(10, 400), std::invalid_argument);
  CHECK_THROWS_AS(p.x_range({1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(p.y_range({0, std::nan("")}), std::invalid_argument);
  CHECK_NOTHROW(p.extent(160, 120).svg());
}
