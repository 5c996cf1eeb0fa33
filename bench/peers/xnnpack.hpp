// An engine over XNNPACK's operators.
#pragma once

#include "common/engine.hpp"

namespace polyfold::bench {

[[nodiscard]] std::unique_ptr<engine> make_xnnpack(network_description const& net, int batch);

}  // namespace polyfold::bench
