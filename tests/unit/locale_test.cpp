// Files and tables are the same to the byte in every locale, and what one locale wrote is read in another.

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <locale>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <polyfold/fit/quantise.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/weight_matching.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/report/plot.hpp>
#include <polyfold/report/summary.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/progress_bar.hpp>
#include <polyfold/tune/tuning_report.hpp>

#include "../../examples/recorded_runs/record.hpp"
#include "catch.hpp"
#include "temporary_files.hpp"

namespace {

using namespace polyfold;

/// 1.234,5 and nein.
class hostile_numbers : public std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
  [[nodiscard]] std::string do_truename() const override { return "ja"; }
  [[nodiscard]] std::string do_falsename() const override { return "nein"; }
};

/// The locale of C++'s streams, until the end of its life.
class hostile_streams {
 public:
  hostile_streams() : before_(std::locale::global(std::locale(std::locale::classic(), new hostile_numbers))) {}
  hostile_streams(hostile_streams const&) = delete;
  hostile_streams& operator=(hostile_streams const&) = delete;
  ~hostile_streams() { std::locale::global(before_); }

 private:
  std::locale before_;
};

/// The locale of C's functions, until the end of its life: German, compiled here where the machine can.
class hostile_functions {
 public:
  explicit hostile_functions(test::temporary_folder const& folder) {
    std::string const target = (folder / "de_DE.utf8").string();
    bool const compiled = std::system(("localedef -i de_DE -f UTF-8 '" + target + "' >/dev/null 2>&1").c_str()) == 0;
    setenv("LOCPATH", folder.path().c_str(), 1);
    set_ = compiled && std::setlocale(LC_ALL, "de_DE.utf8") != nullptr &&
           std::string(std::localeconv()->decimal_point) == ",";
  }
  hostile_functions(hostile_functions const&) = delete;
  hostile_functions& operator=(hostile_functions const&) = delete;
  ~hostile_functions() {
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  [[nodiscard]] bool set() const { return set_; }

 private:
  bool set_ = false;
};

constexpr auto pipeline = input<1, 8, 8> | conv2d<1200, 5>(along<axis::kernel, linear>) | leaky_relu<1, 100> |
                          dense<2>(along<axis::channel, linear>);
using network_type = network<pipeline>;
using byte_network = network<pipeline, in_bytes>;

network_type& numbers_of_all_kinds() {
  static network_type net;
  for (std::size_t i = 0; i < net.parameters.size(); ++i)
    net.parameters[i] = (i % 2 == 0 ? 1 : -1) * (0.001f + float(i % 4099) / 37.0f);
  net.parameters[0] = 0.0f;
  net.parameters[1] = -0.0f;
  net.parameters[2] = 1e-42f;
  net.parameters[3] = 3.0e38f;
  return net;
}

training_state state() {
  training_state s;
  s.master = {0.5f, 1234.5f};
  s.optimizer.first = {1, 2};
  s.optimizer.second = {3, 4};
  s.optimizer.step = 1234567;
  s.epochs_done = 12345;
  return s;
}

tuning_result tuned() {
  tuning_result r;
  r.budget = at_most_bytes(123456);
  for (double const accuracy : {0.98765, 0.9}) {
    tuning_point p;
    p.accuracy = accuracy;
    p.drop = 0.98765 - accuracy;
    p.costs.total.stored_parameters = r.points.empty() ? 1234567 : 12345;
    p.costs.total.dense_parameters = 1234567;
    p.costs.total.weights = 1234567;
    r.points.push_back(p);
  }
  r.chosen = 1;
  return r;
}

record a_record() {
  record r;
  r.study = "study";
  r.configuration = "folded";
  r.part = "test";
  r.trained_on = 60000;
  r.measured_on = 10000;
  r.correct = 9876;
  r.options.dense_rate = 0.125f;
  r.options.affine = {12.5f, 0.125f, 0.25f, 1.5f};
  r.options.cutout = 8;
  r.options.label_smoothing = 0.0625f;
  r.options.average_epochs = 2.5f;
  r.options.statistics_images = 12345;
  r.options.optimizer = {
      .by = method::sgd, .momentum = 0.75f, .warm_up = 0.25f, .schedule = rate_schedule::one_cycle, .nesterov = true};
  r.costs.stored_parameters = 1234567;
  r.seconds_per_epoch = 1234.5678;
  return r;
}

/// Everything that is written, by name. Each file is read again at once.
std::map<std::string, std::string> all_written() {
  test::temporary_folder const folder;
  std::map<std::string, std::string> written;
  auto const file = [&](std::string const& name, auto write) {
    write(folder / name);
    written[name] = test::read_bytes(folder / name);
  };
  auto const text = [&](std::string const& name, auto write) {
    std::ostringstream out;  // of the global locale, as a user's stream is
    write(out);
    written[name] = out.str();
  };
  network_type const& net = numbers_of_all_kinds();
  static byte_network bytes;
  bytes.codes.fill(-127);
  file("network.safetensors", [&](auto const& path) { save_network(path, net, {{"note", "1.5"}}); });
  file("header.hpp",
       [&](auto const& path) { write_coefficient_header(path, net, {.constant = "digits", .pipeline = "pipeline"}); });
  file("bytes.safetensors", [&](auto const& path) { save_network(path, bytes); });
  file("bytes.hpp", [&](auto const& path) {
    write_coefficient_header(path, bytes, {.constant = "digits", .pipeline = "pipeline"});
  });
  file("run.checkpoint", [&](auto const& path) { save_checkpoint(path, state(), "run 1.5"); });
  file("record.json", [&](auto const& path) { write_record(path, a_record()); });
  written["description"] = describe<network_type>();
  text("summary", [](std::ostream& out) { write_summary(out, summarize<network_type>()); });
  text("summary.md", [](std::ostream& out) { summary_table(summarize<network_type>()).write_markdown(out); });
  text("tuning", [](std::ostream& out) { tuning_table(tuned(), true).write_text(out); });
  written["tuning.svg"] = tuning_plot(tuned(), "title").svg();
  written["plot.svg"] = plot("t", "x", "y").line({{0.5, 1234.5}, {12345.678, 1e-7}}, {.label = "line"}).svg();
  text("mapping", [](std::ostream& out) {
    weight_mapping m;
    m.samples = 12345;
    m.largest_difference = 0.00012345f;
    m.print(out);
  });
  text("progress", [](std::ostream& out) {
    progress_bar bar(out, "title", false);
    training_progress p{};
    p.epoch = 1233;
    p.epochs = 1234;
    p.image = p.images = 60000;
    p.sums.images = 60000;
    p.sums.loss = 12345.5;
    p.sums.correct = 59000;
    bar(p);
  });
  return written;
}

/// Reads what `all_written` wrote.
void check_read(std::map<std::string, std::string> const& written) {
  test::temporary_folder const folder;
  for (char const* const name : {"network.safetensors", "bytes.safetensors", "run.checkpoint", "record.json"})
    test::write_bytes(folder / name, written.at(name));
  auto const net = std::make_unique<network_type>();
  CHECK(load_network(folder / "network.safetensors", *net).at("note") == "1.5");
  CHECK(net->parameters == numbers_of_all_kinds().parameters);
  auto const bytes = std::make_unique<byte_network>();
  load_network(folder / "bytes.safetensors", *bytes);
  CHECK(bytes->codes.front() == -127);
  auto const read = load_checkpoint(folder / "run.checkpoint", "run 1.5", 2);
  REQUIRE(read);
  CHECK(read->epochs_done == 12345);
  CHECK(read->optimizer.step == 1234567);
  record const r = read_record(folder / "record.json");
  CHECK(r.seconds_per_epoch == 1234.5678);
  CHECK(r.options.dense_rate == 0.125f);
  CHECK(r.options.affine == a_record().options.affine);
  CHECK(r.options.cutout == 8);
  CHECK(r.options.label_smoothing == 0.0625f);
  CHECK(r.options.average_epochs == 2.5f);
  CHECK(r.options.statistics_images == 12345);
  CHECK(r.options.optimizer.by == method::sgd);
  CHECK(r.options.optimizer.momentum == 0.75f);
  CHECK(r.options.optimizer.warm_up == 0.25f);
  CHECK(r.options.optimizer.schedule == rate_schedule::one_cycle);
  CHECK(r.options.optimizer.nesterov);
  CHECK(r.costs.stored_parameters == 1234567);
}

void check_same(std::map<std::string, std::string> const& here, std::map<std::string, std::string> const& classic) {
  REQUIRE(here.size() == classic.size());
  for (auto const& [name, bytes] : classic) {
    INFO(name);
    CHECK((here.at(name) == bytes));
  }
}

/// Whether `text` compiles as a header would, as far as numbers are concerned: no literal with a comma in it.
bool whole_literals(std::string const& header) {
  for (std::size_t at = header.find("0x"); at != header.npos; at = header.find("0x", at + 2)) {
    std::size_t const end = header.find_first_not_of("0123456789abcdefx.p+-", at);
    if (end == header.npos || header[end] != ',' || header[end - 1] != 'f') return false;
  }
  return true;
}

}  // namespace

TEST_CASE("the locale of C++'s streams changes nothing that is written or read", "[locale]") {
  auto const classic = all_written();
  check_read(classic);
  CHECK(whole_literals(classic.at("header.hpp")));
  hostile_streams const hostile;
  std::ostringstream shown;
  shown << 1234.5;
  REQUIRE(shown.str() == "1.234,5");
  check_same(all_written(), classic);
  check_read(classic);
}

TEST_CASE("the locale of C's functions changes nothing that is written or read", "[locale]") {
  auto const classic = all_written();
  test::temporary_folder const folder;
  hostile_functions const hostile(folder);
  if (!hostile.set()) {
    WARN("SKIPPED: no German locale here, and localedef can't make one (Debian: locales)");
    return;
  }
  check_same(all_written(), classic);
  check_read(classic);
}

TEST_CASE("a stored number is written as the literal that is exactly it", "[locale]") {
  for (float const value : {0.0f, -0.0f, 1.0f, -0.375f, 1e-45f, 3.4028235e38f, 0.1f, -123456.79f}) {
    char expected[40];
    std::snprintf(expected, sizeof expected, "%af", double(value));
    CHECK(detail::hexadecimal(value) == expected);
  }
}

TEST_CASE("the numbers in a refusal are those that a user wrote", "[locale]") {
  hostile_streams const hostile;
  training_options options;
  options.optimizer.learning_rate = -1234.5f;
  CHECK_THROWS_WITH(options.check(), contains("learning_rate is -1234.5;"));
}

TEST_CASE("numbers and text", "[locale]") {
  hostile_streams const hostile;
  CHECK(number_text(1234.5) == "1234.5");
  CHECK(number_text(-1e-5) == "-1e-05");
  CHECK((text_stream() << 12345 << ' ' << 0.25 << ' ' << std::boolalpha << true).rdbuf() != nullptr);
  text_stream text;
  text << 12345 << ' ' << 0.25f << ' ' << 1e-5;
  CHECK(text.str() == "12345 0.25 1e-05");
  CHECK(to_number<int>("12345") == 12345);
  CHECK(to_number<double>("-0.25") == -0.25);
  for (char const* const none : {"", "1,5", "1.234,5", " 1", "1 ", "x"}) CHECK(!to_number<double>(none));
  CHECK(!to_number<int>("99999999999"));
}
