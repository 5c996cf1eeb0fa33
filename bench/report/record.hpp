// The record of one run: what every program measured, as medians, in one JSON file.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <polyfold/io/file_access.hpp>

namespace polyfold::bench {

using json = nlohmann::json;

[[nodiscard]] inline json read_json(std::filesystem::path const& path) {
  std::string const text = read_file(path, "the output of a benchmark program, or a record of one run");
  try {
    return json::parse(text);
  } catch (json::exception const& caught) {
    throw failure(path, std::string("is no JSON (") + caught.what() + ")", "the output of a benchmark program");
  }
}

/// Value at a share of the way through sorted values, between neighbours where it falls there.
[[nodiscard]] inline double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  double const place = share * double(values.size() - 1);
  std::size_t const below = std::size_t(place);
  std::size_t const above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - double(below)) * (values[above] - values[below]);
}

/// Adds a program's output: Google Benchmark's repetitions become a median and quartiles; other files are taken as
/// they are.
inline void add_to_record(json& record, json const& output) {
  if (!output.contains("benchmarks")) {
    record.update(output);
    return;
  }
  auto const& context = output.at("context");
  record["machine"]["mhz"] = context.at("mhz_per_cpu");
  record["machine"]["caches"] = context.at("caches");
  // Repetitions come in random order: benchmarks are listed in the order of their registration.
  std::map<std::pair<int, int>, std::vector<json>> runs;
  for (json const& entry : output.at("benchmarks")) {
    if (entry.value("run_type", "") != "iteration" || entry.contains("error_occurred")) continue;
    runs[{entry.at("family_index"), entry.at("per_family_instance_index")}].push_back(entry);
  }
  for (auto const& [place, repetitions] : runs) {
    auto const& own = repetitions;
    auto const of = [&](char const* member, double share) {
      std::vector<double> values;
      for (json const& run : own) values.push_back(run.at(member));
      return quantile(values, share);
    };
    std::string const unit = own.front().at("time_unit");
    double const to_us = unit == "ns" ? 1e-3 : unit == "us" ? 1 : 1e3;
    json entry{{"name", own.front().at("run_name")},
               {"repetitions", own.size()},
               {"us", to_us * of("cpu_time", 0.5)},
               {"low", to_us * of("cpu_time", 0.25)},
               {"high", to_us * of("cpu_time", 0.75)}};
    for (char const* counter : {"FLOP/s", "bytes/s", "%peak"})
      if (own.front().contains(counter)) entry[counter] = of(counter, 0.5);
    for (char const* counter : {"multiplications", "bytes"})
      if (own.front().contains(counter)) entry[counter] = own.front().at(counter);
    record["benchmarks"].push_back(std::move(entry));
  }
}

}  // namespace polyfold::bench
