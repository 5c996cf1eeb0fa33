// expect: polyfold: this schedule does not run that kind of numbers
// facts: wrong_engine<.*float32_numbers, .*rolling_rows_schedule
// Floats by rolling rows.

#include <polyfold/integers.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | dense<10>;
#ifdef POLYFOLD_COMPILE_PASS
using net_type = network<description, in_int8, rolling_rows>;
#else
using net_type = network<description, in_floats, rolling_rows>;
#endif

static net_type net;
int main() { return sizeof net == 1; }
