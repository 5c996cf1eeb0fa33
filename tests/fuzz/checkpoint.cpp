// Checkpoints of a training run.
#include <polyfold/io/checkpoint.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  fuzz::accepts(size, [&] {
    auto const state = polyfold::load_checkpoint(path, "epochs 6, seed 1\n", 5);
    fuzz::require(state && state->master.size() == 5 && state->epochs_done >= 0, "no state of this run");
  });
  return 0;
}
