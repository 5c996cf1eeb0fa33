// expect: polyfold: this schedule does not run that kind of numbers
// facts: wrong_engine<.*int8_numbers, .*packed_schedule
// Integers on SIMD kernels.

#include <polyfold/integers.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | dense<10>;
#ifdef POLYFOLD_COMPILE_PASS
using net_type = network<description, in_int8, rolling_rows>;
#else
using net_type = network<description, in_int8, packed>;
#endif

static net_type net;
int main() { return sizeof net == 1; }
