// What a run leaves behind: settings, accuracy, counts and times of one network, as a JSON file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <polyfold/report/summary.hpp>
#include <polyfold/train/trainer.hpp>

struct record {
  std::string study;
  std::string configuration;
  std::string kind;   // dense, folded, bytes, integers or thin
  std::string start;  // what training began with
  std::string data;
  std::string part;  // of the data: test or validation
  std::uint64_t seed = 1;
  std::size_t trained_on = 0;   // images
  std::size_t measured_on = 0;  // images
  int correct = 0;
  int dense_correct = 0;               // of the dense network with the same seed, on the same images
  polyfold::training_options options;  // epochs = 0: not trained here
  polyfold::cost costs;
  polyfold::cost approximated;
  double seconds_per_epoch = 0;  // 0: not known
  int threads = 1;
  std::string machine;  // instruction set and compiler
  std::string run;      // checksum of everything that the run depends on

  /// Whether the network is what the study is about, not what it is compared with.
  [[nodiscard]] bool folded() const { return kind == "folded" || kind == "bytes" || kind == "integers"; }
  [[nodiscard]] double accuracy() const { return double(correct) / double(measured_on); }
  /// Share of the images that the dense network has right and this one wrong, less the opposite.
  [[nodiscard]] double drop() const { return double(dense_correct - correct) / double(measured_on); }
};

void write_record(std::filesystem::path const& path, record const& r);
/// Throws `polyfold::failure` where the file is missing or no record.
[[nodiscard]] record read_record(std::filesystem::path const& path);
/// Puts other costs into the record at `path`, and leaves all else of it as it is. Throws as `read_record` does.
void replace_costs(std::filesystem::path const& path, polyfold::cost const& costs, polyfold::cost const& approximated);

/// The members that two costs differ in, one list for each of the two: "table_bytes 616" and "table_bytes 56".
[[nodiscard]] std::pair<std::string, std::string> differences(polyfold::cost const& a, polyfold::cost const& b);
