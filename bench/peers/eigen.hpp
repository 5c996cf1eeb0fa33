// An engine over Eigen: im2col and a matrix product.
#pragma once

#include "common/engine.hpp"

namespace polyfold::bench {

[[nodiscard]] std::unique_ptr<engine> make_eigen(network_description const& net, int batch);

}  // namespace polyfold::bench
