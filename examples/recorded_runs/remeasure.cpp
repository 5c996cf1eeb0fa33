#include "remeasure.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include <polyfold/io/load_dataset.hpp>
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
  if (type == types.end()) throw polyfold::failure(file, "holds a network of no type known here", "a recorded network");
  return type->load(file);
}

/// A study's data. Nothing, and a line that says why, where they are not at hand.
std::optional<polyfold::dataset_splits> data_of(study const& s, fs::path const& folder) {
  try {
    (void)polyfold::find_dataset(s.data, folder);
  } catch (polyfold::failure const& caught) {
    std::cout << s.name << " is not measured: " << caught.what() << std::endl;
    return std::nullopt;
  }
  return polyfold::load_dataset(s.data, folder);
}

/// Loads the network in `file`, and measures it where there are images. Throws `polyfold::failure` where it is not what the
/// record beside it says.
void check_network(fs::path const& file, std::vector<measurable_type> const& types,
                   std::optional<polyfold::dataset> const& images, polyfold::thread_pool& threads) {
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
    throw polyfold::failure(
        path, "the network has " + std::to_string(correct) + " of " + std::to_string(images->size()) + " images right",
        std::to_string(r.correct) + " of " + std::to_string(r.measured_on), "make sure that these are the same images");
}

/// The network of a record's configuration. In validation, settings that are not its own stand behind the name: "thin_epochs2".
counted_network const& network_of(fs::path const& path, record const& r, std::vector<counted_network> const& networks) {
  counted_network const* found = nullptr;
  for (counted_network const& n : networks) {
    bool const tried = r.part == "validation" && r.configuration.rfind(n.configuration + "_", 0) == 0;
    if (n.study != r.study || !(tried || r.configuration == n.configuration)) continue;
    if (found == nullptr || n.configuration.size() > found->configuration.size()) found = &n;
  }
  if (found == nullptr)
    throw polyfold::failure(path, "is the record of " + r.study + " " + r.configuration, "a configuration known here");
  return *found;
}

/// What is stored, and what it stands for: where that is another, so is the network.
bool stores_the_same(polyfold::cost const& a, polyfold::cost const& b) {
  return a.weights == b.weights && a.dense_parameters == b.dense_parameters && a.coefficients == b.coefficients &&
         a.stored_parameters == b.stored_parameters && a.byte_parameters == b.byte_parameters &&
         a.scale_bytes == b.scale_bytes && a.map_bytes == b.map_bytes;
}

/// Compares a record's costs with those of its network, or puts these in. Throws `polyfold::failure` where they differ and
/// are not to be put in, or where they are of another network than that of the record's configuration.
void check_costs(fs::path const& path, std::vector<counted_network> const& networks, bool update) {
  record const r = read_record(path);
  counted_network const& now = network_of(path, r, networks);
  for (auto const& [recorded, counted] : {std::pair{r.costs, now.costs}, std::pair{r.approximated, now.approximated}}) {
    if (recorded == counted) continue;
    auto const [was, is] = differences(recorded, counted);
    if (!stores_the_same(recorded, counted))
      throw polyfold::failure(path, "is of another network than its configuration has now, with " + was, is,
                              "a new run under a new name");
    if (!update) throw polyfold::failure(path, "has " + was, is + ", as counted now", "remeasure --costs --update");
  }
  if (r.costs == now.costs && r.approximated == now.approximated) return;
  replace_costs(path, now.costs, now.approximated);
  std::cout << path.string() << ": " << differences(r.costs, now.costs).second << std::endl;
}

/// What is done of one kind, and how much of it failed.
struct tally {
  int done = 0;
  int failed = 0;

  /// Does it, and says why it failed.
  template <class F>
  void add(F f) {
    ++done;
    try {
      f();
    } catch (polyfold::failure const& caught) {
      ++failed;
      std::cerr << caught.what() << std::endl;
    }
  }
};

}  // namespace

int remeasure(int argc, char** argv, std::vector<study> const& studies, std::vector<measurable_type> const& types,
              std::vector<counted_network> const& counted) {
  CLI::App app(
      "Loads the networks that recorded runs have left and measures them again on the test images, where the data are "
      "at hand. Compares the costs in all records with those that the networks' types have now. Fails where accuracy "
      "or "
      "costs are not the recorded ones.");
  fs::path records = "docs/records";
  fs::path data;
  std::vector<std::string> only;
  bool only_costs = false;
  bool update = false;
  int threads = int(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::string> names;
  for (study const& s : studies) names.push_back(s.name);
  app.add_option("records", records, "folder of records")->capture_default_str()->check(CLI::ExistingDirectory);
  app.add_option("--study", only, "with commas between; all without")->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--data", data, "folder of data sets (else $POLYFOLD_DATA_DIR, else the cache)");
  app.add_option("--threads", threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_flag("--costs", only_costs, "compare costs, and load no networks");
  app.add_flag("--update", update, "put the costs that the types have now into the records");
  CLI11_PARSE(app, argc, argv);

  polyfold::thread_pool all_threads(threads);
  tally networks;
  tally costs;
  for (fs::path const& folder : paths_in(records, [](auto& entry) { return entry.is_directory(); })) {
    std::string const name = folder.filename().string();
    if (!only.empty() && std::count(only.begin(), only.end(), name) == 0) continue;
    auto const is_record = [](auto& entry) { return entry.path().extension() == ".json"; };
    auto const is_network = [](auto& entry) { return entry.path().extension() == ".safetensors"; };
    auto paths = paths_in(folder, is_record);
    auto const files = paths_in(folder, is_network);
    if (paths.empty() && files.empty()) continue;
    auto const s = std::find_if(studies.begin(), studies.end(), [&](study const& one) { return one.name == name; });
    if (s == studies.end()) throw polyfold::failure(folder, "is the folder of no study", "the name of one");
    if (fs::is_directory(folder / "validation"))
      for (fs::path const& path : paths_in(folder / "validation", is_record)) paths.push_back(path);
    for (fs::path const& path : paths) costs.add([&] { check_costs(path, counted, update); });
    if (only_costs || files.empty()) continue;
    auto const loaded = data_of(*s, data);
    std::optional<polyfold::dataset> images;
    if (loaded) images.emplace(loaded->test, s->normalise.value_or(loaded->normalise));
    for (fs::path const& file : files) networks.add([&] { check_network(file, types, images, all_threads); });
  }
  if (only_costs && costs.done == 0) throw polyfold::failure(records, "holds no records", "STUDY/NAME.json");
  if (!only_costs && networks.done == 0)
    throw polyfold::failure(records, "holds no recorded networks", "STUDY/NAME.safetensors");
  if (costs.failed > 0)
    std::cerr << costs.failed << " of " << costs.done << " records do not have the costs of their networks.\n";
  if (networks.failed > 0)
    std::cerr << networks.failed << " of " << networks.done << " networks are not what their records say.\n";
  return costs.failed + networks.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
