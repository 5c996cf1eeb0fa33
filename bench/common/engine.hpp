// What runs a network: polyfold or a peer, behind one interface, so that all are timed alike.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "description.hpp"

namespace polyfold::bench {

/// An engine holds packed weights and its own buffers. Only `run` is timed.
class engine {
 public:
  virtual ~engine() = default;
  /// Takes a batch of N x C x H x W floats into the layout that the engine reads.
  virtual void set_input(std::span<float const> images) = 0;
  virtual void run() = 0;
  /// The outputs of the last run as N x C x H x W floats.
  virtual void copy_output(std::span<float> outputs) const = 0;
};

/// Thrown by a peer that cannot express a network: it takes no part in that work.
struct unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A library to compare with. `make` builds its engine for batches of the given size.
struct peer {
  std::string name;
  bool counts;    ///< whether it can be the best peer
  bool winograd;  ///< computes 3 x 3 convolutions by Winograd's transform: not a direct one
  bool slow;      ///< left out of big batches
  std::unique_ptr<engine> (*make)(network_description const&, int batch);
};

/// Those that this program was built with.
[[nodiscard]] std::vector<peer> const& peers();

}  // namespace polyfold::bench
