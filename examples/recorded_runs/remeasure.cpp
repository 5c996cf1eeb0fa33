#include "remeasure.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include <polyfold/io/data_set.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/report/table.hpp>

#include "record.hpp"

namespace {

namespace fs = std::filesystem;
using polyfold::as_percent;

/// The paths in `folder` that `wanted` takes, sorted.
template <class Wanted>
std::vector<fs::path> paths_in(fs::path const& folder, Wanted wanted) {
  std::vector<fs::path> paths;
  for (auto const& entry : fs::directory_iterator(folder))
    if (wanted(entry)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

measurement load(fs::path const& file, std::vector<measurable_type> const& types) {
  std::string const description = polyfold::read_safetensors(file).metadata["network"];
  auto const type = std::find_if(types.begin(), types.end(), [&](auto& t) { return t.description == description; });
  if (type == types.end()) throw polyfold::error(file, "holds a network of no type known here", "a recorded network");
  return type->load(file);
}

/// A study's data. Nothing, and a line that says why, where they are not at hand.
std::optional<polyfold::data_set> data_of(study const& s, fs::path const& folder) {
  try {
    (void)polyfold::find_data_set(s.data, folder);
  } catch (polyfold::error const& failure) {
    std::cout << s.name << " is not measured: " << failure.what() << std::endl;
    return std::nullopt;
  }
  return polyfold::load_data_set(s.data, folder);
}

/// Loads the network in `file`, and measures it where there are images. Throws `polyfold::error` where it is not what the
/// record beside it says.
void check_network(fs::path const& file, std::vector<measurable_type> const& types,
                   std::optional<polyfold::batch_source> const& images, polyfold::workers& threads) {
  measurement const measure = load(file, types);
  fs::path const path = fs::path(file).replace_extension(".json");
  record const r = read_record(path);
  auto const say = [&]() -> std::ostream& {
    return std::cout << r.study << " " << r.configuration << ", seed " << r.seed << ": recorded "
                     << as_percent(r.accuracy(), 2) << ", ";
  };
  if (!images) {
    say() << "loaded" << std::endl;
    return;
  }
  int const correct = measure(*images, threads);
  say() << "measured " << as_percent(double(correct) / double(images->size()), 2) << std::endl;
  // Other instruction sets round otherwise, and an image may be on the border of two classes.
  constexpr int rounding = 3;
  if (images->size() != r.measured_on || std::abs(correct - r.correct) > rounding)
    throw polyfold::error(
        path, "the network has " + std::to_string(correct) + " of " + std::to_string(images->size()) + " images right",
        std::to_string(r.correct) + " of " + std::to_string(r.measured_on), "make sure that these are the same images");
}

}  // namespace

int remeasure(int argc, char** argv, std::vector<study> const& studies, std::vector<measurable_type> const& types) {
  CLI::App app(
      "Loads the networks that recorded runs have left and measures them again on the test images, where the data are "
      "at hand. Fails where the accuracy is not the recorded one.");
  fs::path records = "docs/records";
  fs::path data;
  std::vector<std::string> only;
  int threads = int(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::string> names;
  for (study const& s : studies) names.push_back(s.name);
  app.add_option("records", records, "folder of records")->capture_default_str()->check(CLI::ExistingDirectory);
  app.add_option("--study", only, "with commas between; all without")->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--data", data, "folder of data sets (else $POLYFOLD_DATA_DIR, else the cache)");
  app.add_option("--threads", threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);

  polyfold::workers all_threads(threads);
  int networks = 0;
  int failures = 0;
  for (fs::path const& folder : paths_in(records, [](auto& entry) { return entry.is_directory(); })) {
    std::string const name = folder.filename().string();
    if (!only.empty() && std::count(only.begin(), only.end(), name) == 0) continue;
    auto const files = paths_in(folder, [](auto& entry) { return entry.path().extension() == ".safetensors"; });
    if (files.empty()) continue;
    auto const s = std::find_if(studies.begin(), studies.end(), [&](study const& one) { return one.name == name; });
    if (s == studies.end()) throw polyfold::error(folder, "is the folder of no study", "the name of one");
    auto const loaded = data_of(*s, data);
    std::optional<polyfold::batch_source> images;
    if (loaded) images.emplace(loaded->test, s->normalise.value_or(loaded->normalise));
    for (fs::path const& file : files) {
      ++networks;
      try {
        check_network(file, types, images, all_threads);
      } catch (polyfold::error const& failure) {
        ++failures;
        std::cerr << failure.what() << std::endl;
      }
    }
  }
  if (networks == 0) throw polyfold::error(records, "holds no recorded networks", "STUDY/NAME.safetensors");
  if (failures > 0) std::cerr << failures << " of " << networks << " networks are not what their records say.\n";
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
