// write_results RECORDS PAGE [--overview FILE] [--check]: makes docs/results.md from the records of recorded_runs, and the
// overview in the README. With --check it changes nothing and fails where they are not what the records say.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>

#include <polyfold/failure.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

#include "../program.hpp"
#include "record.hpp"

namespace {

namespace fs = std::filesystem;
using polyfold::with_decimals;
using polyfold::with_thousands;

/// Nothing where there is no such file.
std::string text_of(fs::path const& path) { return polyfold::is_there(path) ? polyfold::read_file(path) : ""; }

/// The records of one configuration, one for each seed.
using runs = std::vector<record>;

/// All records in `folder`, by configuration; those without a change of numbers first, then from large to small.
std::vector<runs> read_runs(fs::path const& folder) {
  std::map<std::string, runs> by_name;
  if (!polyfold::is_there(folder)) return {};
  for (auto const& entry : fs::directory_iterator(folder))
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
                     {"stored parameters"},
                     {"stored bytes"},
                     {"flash bytes"},
                     {"coefficient ratio"},
                     {"parameter ratio"},
                     {"byte ratio"},
                     {"multiplications"},
                     {"s / epoch"}});
  for (runs const& same : all) {
    record const& r = same.front();
    auto const ratio = [&](double value) { return r.folded() ? polyfold::as_ratio(value) : std::string(); };
    std::string seeds;
    for (record const& one : same) seeds += (seeds.empty() ? "" : ", ") + std::to_string(one.seed);
    t.add_row({r.configuration, seeds, std::to_string(r.options.epochs),
               mean_and_range(same, [](record const& one) { return one.accuracy(); }),
               r.kind == "dense" ? "" : mean_and_range(same, [](record const& one) { return one.drop(); }),
               with_thousands(r.costs.stored_parameters), with_thousands(r.costs.stored_bytes()),
               with_thousands(r.costs.flash_bytes()), ratio(polyfold::coefficient_ratio(r.approximated)),
               ratio(polyfold::parameter_ratio(r.costs)), ratio(polyfold::byte_ratio(r.costs)),
               with_thousands(r.costs.multiplications),
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
  std::string text = "Trained on " + with_thousands(dense.trained_on) + " images of " + dense.data + ", measured on " +
                     with_thousands(dense.measured_on) + " " + dense.part + " images.";
  if (dense.kind == "dense" && dense.options.epochs == 0) text += " The dense network is " + dense.start + ".";
  text += " Trained by";
  for (std::string const& m : machines) text += (m == *machines.begin() ? " " : "; ") + m;
  return text + ".\n";
}

std::vector<fs::path> studies_in(fs::path const& records) {
  std::set<fs::path> folders;
  for (auto const& entry : fs::directory_iterator(records))
    if (entry.is_directory()) folders.insert(entry.path());
  return {folders.begin(), folders.end()};
}

/// What about.md says of a study: its title, and the text with it.
struct introduction {
  std::string title;
  std::string text;
};
introduction read_introduction(fs::path const& folder) {
  introduction about{"", text_of(folder / "about.md")};
  if (!about.text.starts_with("## "))
    throw polyfold::failure(folder / "about.md", about.text.empty() ? "is not there" : "has no title",
                            "'## ', the study's title, and what it is about");
  about.title = about.text.substr(3, about.text.find('\n') - 3);
  return about;
}

double mean_drop(runs const& same) {
  double sum = 0;
  for (record const& r : same) sum += 100 * r.drop();
  return sum / double(same.size());
}

/// A row for each study: of the networks that lose a point at most the one with the fewest bytes, else the one that loses
/// least.
std::string overview_of(fs::path const& records) {
  using polyfold::alignment;
  constexpr double tolerated = 1;
  polyfold::table t({{"network, data", alignment::left},
                     {"dense, accuracy %"},
                     {"configuration", alignment::left},
                     {"drop, points"},
                     {"stored bytes"},
                     {"parameter ratio"},
                     {"byte ratio"}});
  for (fs::path const& folder : studies_in(records)) {
    auto all = read_runs(folder);
    if (all.empty() || all.front().front().kind != "dense") continue;
    runs const dense = all.front();
    std::erase_if(all, [](runs const& r) { return !r.front().folded(); });
    auto const best = std::min_element(all.begin(), all.end(), [](runs const& a, runs const& b) {
      auto const place = [](runs const& r) {
        double const drop = mean_drop(r);
        return drop <= tolerated ? std::pair(0, double(r.front().costs.stored_bytes())) : std::pair(1, drop);
      };
      return place(a) < place(b);
    });
    if (best == all.end()) continue;
    polyfold::cost const& c = best->front().costs;
    t.add_row({read_introduction(folder).title, mean_and_range(dense, [](record const& r) { return r.accuracy(); }),
               best->front().configuration, mean_and_range(*best, [](record const& r) { return r.drop(); }),
               with_thousands(c.stored_bytes()), polyfold::as_ratio(polyfold::parameter_ratio(c)),
               polyfold::as_ratio(polyfold::byte_ratio(c))});
  }
  polyfold::text_stream text;
  t.write_markdown(text);
  return text.str();
}

/// `text` with what stands between the lines <!-- results --> and <!-- /results --> replaced. Throws `failure` without them.
std::string with_overview(fs::path const& file, std::string const& text, std::string const& overview) {
  std::string const begin = "<!-- results -->\n";
  std::size_t const first = text.find(begin);
  std::size_t const last = text.find("<!-- /results -->");
  if (first == std::string::npos || last == std::string::npos || last < first)
    throw polyfold::failure(file, "has no place for the results",
                            "a line <!-- results --> and a line <!-- /results -->");
  return text.substr(0, first + begin.size()) + overview + text.substr(last);
}

/// The page: a study for each folder, with its about.md, the test figures and those of validation.
std::string page_of(fs::path const& records) {
  polyfold::text_stream page;
  page << "<!-- Made by examples/recorded_runs/write_results from docs/records. -->\n" << text_of(records / "about.md");
  for (fs::path const& folder : studies_in(records)) {
    auto const tested = read_runs(folder);
    auto const validated = read_runs(folder / "validation");
    if (tested.empty() && validated.empty()) continue;
    page << '\n' << read_introduction(folder).text;
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

/// Writes `text` to `file`, or throws `failure` if that is not what it holds.
void write_or_check(fs::path const& file, std::string const& before, std::string const& text, bool check) {
  if (before == text) return;
  if (check)
    throw polyfold::failure(file, "is not what the records say", "a page made from them",
                            "run write_results without --check");
  polyfold::write_file_atomically(file, text);
}

int run(int argc, char** argv) {
  CLI::App app("Makes the page of results from the records of recorded_runs.");
  fs::path records;
  fs::path page;
  fs::path overview;
  bool check = false;
  app.add_option("records", records, "folder of records")->required()->check(CLI::ExistingDirectory);
  app.add_option("page", page, "the page to write")->required();
  app.add_option("--overview", overview, "a file that gets the overview between its marks, too")
      ->check(CLI::ExistingFile);
  app.add_flag("--check", check, "change nothing; fail where the page is stale");
  CLI11_PARSE(app, argc, argv);
  write_or_check(page, text_of(page), page_of(records), check);
  if (!overview.empty()) {
    std::string const before = text_of(overview);
    write_or_check(overview, before, with_overview(overview, before, overview_of(records)), check);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("write_results", [&] { return run(argc, argv); });
}
