// The processor that the kernels' models of time have in mind: which kernel and which block a layer takes follows from these
// numbers alone. They are those of a core with two units for products and two for loads, and caches of 32 KB and 1 MB.
#pragma once

namespace polyfold::simd {

/// Times in cycles, sizes in floats.
struct machine {
  double products = 2;         ///< vector products a cycle
  double loads = 2;            ///< vector loads from the first cache a cycle
  double additions = 2;        ///< vector additions a cycle
  double latency = 4;          ///< until a sum is ready for its next product
  double hidden_load = 0.1;    ///< what a load behind products costs nevertheless: not all hit the first cache
  double crossing_load = 2.5;  ///< loads that one over two cache lines counts as
  double far_load = 0.3;       ///< more for a weight from the second cache
  int line = 16;               ///< floats of a cache line
  double far_line = 3;         ///< until a line has come from the second cache
  int cached = 4096;           ///< floats that are read again and again may be so many: half of the first cache
  int cached_sums = 2048;      ///< sums that are put by may be so many
  double resumed = 3;          ///< to put a vector of sums by and to take it up again,
  double far_resumed = 5;      ///< and where they are more
  int prefetched = 8192;       ///< more weights than this are asked for ahead
  double block_start = 20;     ///< to start a block of a tile

  // Measured: what the model of a kernel leaves out.
  double filters_model = 1.3;   ///< real time by that of neighbouring filters in a vector
  double turned_output = 1.7;   ///< to transpose an output there
  double tile_load = 0.25;      ///< a load beside the products of a tile
  double copied_vector = 2.0;   ///< to copy a vector into a tile,
  double strided_vector = 3.5;  ///< and where its numbers lie apart
};

/// The one that kernels are chosen for.
inline constexpr machine modelled_machine{};

}  // namespace polyfold::simd
