// An engine over tiny-dnn.
#pragma once

#include "common/engine.hpp"

namespace polyfold::bench {

[[nodiscard]] std::unique_ptr<engine> make_tiny_dnn(network_description const& net, int batch);

}  // namespace polyfold::bench
