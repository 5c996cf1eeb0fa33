// Engines over oneDNN: convolutions computed directly, in formats of the library's choice or in
// blocks of 16 channels, or by Winograd's transform where the library can.
#pragma once

#include "common/engine.hpp"

namespace polyfold::bench {

[[nodiscard]] std::unique_ptr<engine> make_onednn_direct(network_description const& net, int batch);
[[nodiscard]] std::unique_ptr<engine> make_onednn_blocked(network_description const& net, int batch);
[[nodiscard]] std::unique_ptr<engine> make_onednn_winograd(network_description const& net, int batch);

}  // namespace polyfold::bench
