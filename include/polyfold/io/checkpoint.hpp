// Checkpoints of a training run: the state of a trainer in a safetensors file, written whole or not at all. The metadata
// holds "format" and "checksum" (see own_format.hpp), "run", "epochs done" and "steps done".
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include <polyfold/io/file_access.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/own_format.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/trainer.hpp>

namespace polyfold {

/// Writes `state`. `run` names everything that the run depends on (network, options, data): only the same run may go on
/// from it.
inline void save_checkpoint(std::filesystem::path const& path, training_state const& state,
                            std::string const& run) try {
  tensor_file file;
  file.metadata = {{"run", run},
                   {"epochs done", std::to_string(state.epochs_done)},
                   {"steps done", std::to_string(state.optimizer.step)}};
  auto const add = [&](char const* name, std::vector<float> const& values) {
    file.tensors.push_back(make_tensor<float>(name, {std::int64_t(values.size())}, std::span<float const>(values)));
  };
  add("master", state.master);
  add("optimizer.first", state.optimizer.first);
  add("optimizer.second", state.optimizer.second);
  if (!state.average.empty()) add("average", state.average);
  detail::state_format(file, detail::checkpoint_format);
  write_safetensors(path, file);
} catch (...) {
  detail::fail_to_write(path);
}

namespace detail {
[[nodiscard]] inline training_state read_checkpoint(std::filesystem::path const& path, std::string const& run,
                                                    std::size_t parameters) {
  tensor_file const file = read_safetensors(path);
  int const version = version_of(path, file, checkpoint_format);
  std::string const stated = metadata_text(file, "run");
  if (stated != run) {
    auto const [found, expected] = first_difference(stated, run);
    throw failure(path, "is of another run: it says '" + found + "'", "'" + expected + "'");
  }
  check_checksum(path, file, version);
  training_state state;
  state.master = required_values<float>(path, file, "master", parameters);
  state.optimizer.first = required_values<float>(path, file, "optimizer.first", parameters);
  state.optimizer.second = required_values<float>(path, file, "optimizer.second", parameters);
  std::size_t expected = 3;
  if (file.find("average") != nullptr) {
    state.average = required_values<float>(path, file, "average", parameters);
    ++expected;
  }
  if (file.tensors.size() != expected)
    throw failure(path, "holds " + std::to_string(file.tensors.size()) + " tensors",
                  std::to_string(expected) + " for a checkpoint");
  long long const epochs = to_number<long long>(metadata_text(file, "epochs done")).value_or(-1);
  state.optimizer.step = to_number<long long>(metadata_text(file, "steps done")).value_or(-1);
  if (epochs < 0 || epochs > (std::numeric_limits<int>::max)() || state.optimizer.step < 0)
    throw failure(path, "states no number of epochs and steps", "whole numbers");
  state.epochs_done = int(epochs);
  return state;
}
}  // namespace detail

/// The state of an interrupted `run` of a network with `parameters` stored parameters; nothing where there is no such file.
/// Throws `failure` where the file is broken, of a newer version or of another run.
[[nodiscard]] inline std::optional<training_state> load_checkpoint(std::filesystem::path const& path,
                                                                   std::string const& run, std::size_t parameters) try {
  if (!is_there(path)) return std::nullopt;
  try {
    return detail::read_checkpoint(path, run, parameters);
  } catch (failure const& caught) {
    throw failure(std::string(caught.what()) + " To start afresh, delete the file.");
  }
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
