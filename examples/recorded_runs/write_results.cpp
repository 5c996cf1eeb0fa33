// write_results RECORDS PAGE [--check]: makes docs/results.md from the records of recorded_runs. With --check it changes
// nothing and fails where the page is not what the records say.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>

#include <polyfold/error.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/report/table.hpp>

#include "record.hpp"

namespace {

namespace fs = std::filesystem;
using polyfold::with_decimals;
using polyfold::with_thousands;

/// The records of one configuration, one for each seed.
using runs = std::vector<record>;

/// All records in `folder`, by configuration; those without a change of numbers first, then from large to small.
std::vector<runs> read_runs(fs::path const& folder) {
  std::map<std::string, runs> by_name;
  std::error_code code;
  for (auto const& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == ".json") {
      record r = read_record(entry.path());
      by_name[r.configuration].push_back(std::move(r));
    }
  std::vector<runs> all;
  for (auto& [name, same] : by_name) {
    std::sort(same.begin(), same.end(), [](record const& a, record const& b) { return a.seed < b.seed; });
    all.push_back(std::move(same));
  }
  auto const place = [](runs const& r) {
    record const& first = r.front();
    return std::tuple(first.kind != "dense", first.kind == "thin", -first.costs.stored_bytes());
  };
  std::stable_sort(all.begin(), all.end(), [&](runs const& a, runs const& b) { return place(a) < place(b); });
  return all;
}

template <class Value>
std::string mean_and_range(runs const& same, Value value) {
  double sum = 0;
  double least = 1e9;
  double most = -1e9;
  for (record const& r : same) {
    double const v = 100 * value(r);
    sum += v;
    least = std::min(least, v);
    most = std::max(most, v);
  }
  std::string text = with_decimals(sum / double(same.size()), 2);
  if (same.size() > 1) text += " (" + with_decimals(least, 2) + " to " + with_decimals(most, 2) + ")";
  return text;
}

polyfold::table results_table(std::vector<runs> const& all) {
  using polyfold::alignment;
  polyfold::table t({{"configuration", alignment::left},
                     {"seeds"},
                     {"epochs"},
                     {"accuracy %"},
                     {"drop, points"},
                     {"stored numbers"},
                     {"stored bytes"},
                     {"coefficient ratio"},
                     {"parameter ratio"},
                     {"byte ratio"},
                     {"multiplications"},
                     {"s / epoch"}});
  for (runs const& same : all) {
    record const& r = same.front();
    bool const folded = r.kind == "folded" || r.kind == "bytes";
    auto const ratio = [&](double value) { return folded ? polyfold::as_ratio(value) : std::string(); };
    std::string seeds;
    for (record const& one : same) seeds += (seeds.empty() ? "" : ", ") + std::to_string(one.seed);
    t.add_row({r.configuration, seeds, std::to_string(r.options.epochs),
               mean_and_range(same, [](record const& one) { return one.accuracy(); }),
               r.kind == "dense" ? "" : mean_and_range(same, [](record const& one) { return one.drop(); }),
               with_thousands(r.costs.stored_numbers), with_thousands(r.costs.stored_bytes()),
               ratio(polyfold::coefficient_ratio(r.approximated)), ratio(polyfold::parameter_ratio(r.costs)),
               ratio(polyfold::byte_ratio(r.costs)), with_thousands(r.costs.multiplications),
               r.seconds_per_epoch > 0 ? with_decimals(r.seconds_per_epoch, 1) : ""});
  }
  return t;
}

/// "Trained on 60,000 images of mnist, measured on 10,000 test images. ..."
std::string circumstances(std::vector<runs> const& all) {
  record const& dense = all.front().front();
  std::set<std::string> machines;
  for (runs const& same : all)
    for (record const& r : same) machines.insert(std::to_string(r.threads) + " threads, " + r.machine);
  std::string text = "Trained on " + with_thousands((long long)dense.trained_on) + " images of " + dense.data +
                     ", measured on " + with_thousands((long long)dense.measured_on) + " " + dense.part + " images.";
  if (dense.kind == "dense" && dense.options.epochs == 0) text += " The dense network is " + dense.start + ".";
  text += " Trained by";
  for (std::string const& m : machines) text += (m == *machines.begin() ? " " : "; ") + m;
  return text + ".\n";
}

/// The page: a study for each folder, with its about.md, the test figures and those of validation.
std::string page_of(fs::path const& records) {
  std::ostringstream page;
  std::ifstream about(records / "about.md");
  page << "<!-- Made by examples/recorded_runs/write_results from docs/records. -->\n" << about.rdbuf();
  std::set<fs::path> folders;
  for (auto const& entry : fs::directory_iterator(records))
    if (entry.is_directory()) folders.insert(entry.path());
  for (fs::path const& folder : folders) {
    auto const tested = read_runs(folder);
    auto const validated = read_runs(folder / "validation");
    if (tested.empty() && validated.empty()) continue;
    std::ifstream introduction(folder / "about.md");
    if (!introduction)
      throw polyfold::error(folder / "about.md", "is not there", "the study's title and what it is about");
    page << '\n' << introduction.rdbuf();
    auto const write = [&](std::vector<runs> const& all) {
      if (all.empty()) return;
      page << '\n' << circumstances(all) << '\n';
      results_table(all).write_markdown(page);
    };
    write(tested);
    write(validated);
  }
  return page.str();
}

int run(int argc, char** argv) {
  CLI::App app("Makes the page of results from the records of recorded_runs.");
  fs::path records;
  fs::path page;
  bool check = false;
  app.add_option("records", records, "folder of records")->required()->check(CLI::ExistingDirectory);
  app.add_option("page", page, "the page to write")->required();
  app.add_flag("--check", check, "change nothing; fail where the page is stale");
  CLI11_PARSE(app, argc, argv);
  std::string const text = page_of(records);
  std::ifstream file(page);
  std::ostringstream before;
  before << file.rdbuf();
  if (before.str() == text) return EXIT_SUCCESS;
  if (check)
    throw polyfold::error(page, "is not what the records say", "a page made from them",
                          "run write_results without --check");
  polyfold::write_file_atomically(page, std::as_bytes(std::span(text)));
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (std::exception const& failure) {
    std::cerr << "write_results: " << failure.what() << "\n";
    return EXIT_FAILURE;
  }
}
