// Memory that starts on a cache line.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace polyfold::bench {

struct free_aligned {
  void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
};
using aligned_bytes = std::unique_ptr<std::byte[], free_aligned>;

[[nodiscard]] inline aligned_bytes allocate_aligned(std::size_t bytes) {
  return aligned_bytes(new (std::align_val_t{64}) std::byte[bytes]());
}

}  // namespace polyfold::bench
