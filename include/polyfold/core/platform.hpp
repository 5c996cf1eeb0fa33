// What the library takes for granted of a processor and its compiler, said here once instead of going wrong there.
#pragma once

#include <climits>
#include <limits>

namespace polyfold {

static_assert(CHAR_BIT == 8, "polyfold: stored bytes are counted, and bits packed in them, with 8 bits to a byte");
static_assert(sizeof(int) >= 4, "polyfold: shapes, sizes and operations are counted in int, which takes 32 bits");
static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4,
              "polyfold: stored parameters and scales of bytes are IEEE 754 float32, and float must be the same");

}  // namespace polyfold
