// What an operation is: a node of a network's folded expression.
//
// An operation is an empty type. It maps one feature map (two for an addition) to one, reads `parameters` stored parameters,
// and says at compile time what it costs. Two operations of the same type on the same input compute the same values:
// that is how shared moments are found. Every operation has these static members:
//
//   output                                        shape of what it writes
//   parameters, map_bytes                         stored parameters and index-map bytes that it reads
//   scratch, saved, backward_scratch              working memory, in scalars: during forward; from forward to backward;
//                                                 during backward
//   in_place                                      may write over its input
//   repeatable                                    gives the same on the same input: may be shared
//   backward_reads_output, backward_reads_input   backward looks at what forward wrote; at what it read
//   sets_gradient                                 backward obeys context.fresh
//   by_rows                                       whether training may run it a strip of rows at a time (row_order)
//   role, input_window, nondecreasing                  what a schedule that runs several operations as one knows of it (operation_role)
//   count()                                       multiplications, additions (see cost)
//   constants                                     the sets of functions whose constants it reads; empty ones do not count
//   rows(y)                                       the input rows that output row y needs
//   takes_in                                      what it may write out instead of its own numbers: see operation_epilogue
//   forward(context, rows, out, in)               writes the output rows `rows`; value x of a row may follow from value x of the
//                                                 row before, where `out` keeps that
//   backward(context, out, dout, in, din)         adds to din (where it has data) and to context.gradient
//
// Those of a folded layer take output, parameters, constants and count() from their `form`, a value
// (fold/operation_form.hpp).
//
// Views are row accessors (tensor_view), so that a schedule may hold whole maps or a few rows.
#pragma once

#include <cstdint>

#include <polyfold/basis/function_set.hpp>
#include <polyfold/core/cost.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/scalar.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/core/window.hpp>

namespace polyfold::fold {

/// What an operation is handed beside its maps.
template <class Scalar>
struct context {
  float const* parameters = nullptr;  // its stored parameters
  std::uint8_t const* map = nullptr;  // its index map
  Scalar* scratch = nullptr;          // dead between calls
  Scalar* saved = nullptr;            // kept from forward to backward; null at inference
  float* gradient = nullptr;          // backward: adds d loss / d parameters
  bool fresh[2] = {false, false};     // backward: din holds nothing yet: it is set, not added to
  bool training = false;              // forward: batch statistics, dropout
  std::uint64_t seed = 0;             // of this batch: makes dropout repeatable
};

/// What an operation can be in a strip of rows that runs through several of them (train/row_strips.hpp): moments, which
/// have backward_rows, pass their rows on, and a product of single pixels ends the strip.
enum class row_order { whole, passes_on, ends };

/// What an operation is to a schedule that runs several as one. `input_window` is the window that it slides over its input, whose
/// padding a map with a border of zeros can hold ready.
enum class operation_role {
  other,
  channel_moments,
  row_moments,
  column_moments,  ///< `input_window` is that of the columns alone; `window_area`: weights of the whole window
  product,         ///< may write out sums with what follows them; `filter_groups`
  expansion,       ///< likewise, of the partial products of filters
  scale_shift,     ///< likewise, of numbers
  addition,        ///< of two maps
  activation,      ///< of numbers alone, its `function`; `nondecreasing` where it never falls
  maximum,         ///< of the numbers under a window
  average,         ///< of the numbers under a window, which never hangs over the edge
  identity,        ///< at inference it writes what it reads
};

/// What inference may have an operation write out: `forward_then<Function>` writes the function of each number,
/// `forward_squares<Function>` that of the largest of each 2 x 2 numbers.
enum class operation_epilogue { nothing, function, squares };

struct identity {
  template <class Scalar>
  [[gnu::always_inline]] static constexpr Scalar const& value(Scalar const& x) {
    return x;
  }
};

/// Defaults of the members above.
struct operation {
  static constexpr int parameters = 0;
  static constexpr int map_bytes = 0;
  static constexpr int scratch = 0;
  static constexpr int saved = 0;
  static constexpr int backward_scratch = 0;
  static constexpr bool in_place = false;
  static constexpr bool repeatable = true;
  static constexpr bool backward_reads_output = false;
  static constexpr bool backward_reads_input = true;
  static constexpr bool sets_gradient = false;
  static constexpr row_order by_rows = row_order::whole;
  static constexpr operation_role role = operation_role::other;
  static constexpr operation_epilogue takes_in = operation_epilogue::nothing;
  static constexpr window input_window{};
  static constexpr int window_area = 1;
  static constexpr int filter_groups = 1;
  static constexpr bool nondecreasing = false;
  static constexpr core::fixed_array<basis::function_set, 0> constants{};
};

/// Mixin for operations whose output row y reads input row y only.
struct pixelwise_operation : operation {
  [[nodiscard]] static constexpr row_range rows(int y) { return {y, y + 1}; }
};

}  // namespace polyfold::fold
