// Checkpoints of a training run: the state of a trainer in a safetensors file, written whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <polyfold/io/network_file.hpp>
#include <polyfold/train/trainer.hpp>

namespace polyfold {

/// Writes `state`. `run` names everything that the run depends on (network, options, data): only the same run may go on
/// from it.
inline void save_checkpoint(std::filesystem::path const& path, training_state const& state, std::string const& run) {
  safetensors_file file;
  file.metadata = {{"format", "polyfold checkpoint 1"},
                   {"run", run},
                   {"epochs done", std::to_string(state.epochs_done)},
                   {"steps done", std::to_string(state.optimizer.step)}};
  auto const add = [&](char const* name, std::vector<float> const& values) {
    file.tensors.push_back(make_tensor<float>(name, {std::int64_t(values.size())}, std::span<float const>(values)));
  };
  add("master", state.master);
  add("optimizer.first", state.optimizer.first);
  add("optimizer.second", state.optimizer.second);
  write_safetensors(path, file);
}

/// The state of an interrupted `run` of a network with `numbers` stored numbers; nothing where there is no such file.
/// Throws `error` where the file is broken or of another run.
[[nodiscard]] inline std::optional<training_state> load_checkpoint(std::filesystem::path const& path,
                                                                   std::string const& run, std::size_t numbers) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  safetensors_file const file = read_safetensors(path);
  auto const text = [&](char const* key) {
    auto const found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  std::string const remedy = "delete the file to start afresh";
  if (text("format") != "polyfold checkpoint 1")
    throw error(path, "has the format '" + text("format").substr(0, 100) + "'", "'polyfold checkpoint 1'", remedy);
  if (text("run") != run) {
    auto const [found, expected] = detail::first_difference(text("run"), run);
    throw error(path, "is of another run: it says '" + found + "'", "'" + expected + "'", remedy);
  }
  training_state state;
  state.master = detail::required_values<float>(path, file, "master", numbers);
  state.optimizer.first = detail::required_values<float>(path, file, "optimizer.first", numbers);
  state.optimizer.second = detail::required_values<float>(path, file, "optimizer.second", numbers);
  try {
    state.epochs_done = std::stoi(text("epochs done"));
    state.optimizer.step = std::stoll(text("steps done"));
  } catch (std::exception const&) {
    throw error(path, "states no number of epochs and steps", "whole numbers", remedy);
  }
  if (state.epochs_done < 0 || state.optimizer.step < 0)
    throw error(path, "states a negative number of epochs or steps", "whole numbers", remedy);
  return state;
}

}  // namespace polyfold
