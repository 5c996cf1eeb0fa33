// Names that the headers of microcontrollers take for macros: Arduino's, newlib's <ctype.h>, Apple's `check`, Windows' short
// ones, and single letters. A platform includes the standard library first and defines them behind it.

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#include "../windows_names.hpp"

// Arduino: functions.
#undef abs
#undef round
#undef min
#undef max
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define constrain(amt, low, high) ((amt) < (low) ? (low) : ((amt) > (high) ? (high) : (amt)))
#define radians(deg) ((deg)*DEG_TO_RAD)
#define degrees(rad) ((rad)*RAD_TO_DEG)
#define sq(x) ((x) * (x))
#define bit(b) (1UL << (b))
#define word(...) makeWord(__VA_ARGS__)
#define F(string_literal) string_literal
#define lowByte(w) ((w)&0xff)
#define highByte(w) ((w) >> 8)
#define bitRead(value, bit) (((value) >> (bit)) & 0x01)
#define bitSet(value, bit) ((value) |= (1UL << (bit)))
#define interrupts() sei()
#define yield() (void)0
#define check(assertion) require(assertion)

// Arduino: constants.
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define PI 3.1415926535897932384626433832795
#define HALF_PI 1.5707963267948966192313216916398
#define TWO_PI 6.283185307179586476925286766559
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define RAD_TO_DEG 57.295779513082320876798154814105
#define EULER 2.718281828459045235360287471352
#define CHANGE 1
#define FALLING 2
#define RISING 3
#define DEFAULT 1
#define EXTERNAL 0
#define INTERNAL 3
#define SERIAL 0x0
#define DISPLAY 0x1
#define DEGREES 1
#define boolean bool
#define B0 0
#define B1 1
#define B00000001 1
#define B11111111 255

// newlib.
#define _U 01
#define _L 02
#define _N 04
#define _S 010
#define _P 020
#define _C 040
#define _X 0100
#define _B 0200

// Single letters.
#define N 16
#define T 25
#define X 3

#include <polyfold/inference.hpp>

namespace polyfold {

constexpr auto block = input<3, 16, 16> | conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | batch_norm | relu |
                       residual(conv2d<16, 3>(padding<1>, stride<2>, along<axis::channel, segment<4>, linear>) | relu |
                                    conv2d<16, 3>(padding<1>, along<axis::flat, segment<3>, linear>),
                                conv2d<16, 1>(stride<2>, along<axis::output, segment<4>, linear>, no_bias)) |
                       local_response_norm<> | max_pool<2> | scale_shift | dense<10>(arranged<4, constant, 4>) |
                       softmax;

int run(network<block> const& net, network<lenet5_small, in_bytes> const& bytes) {
  static network<block>::workspace<float> workspace;
  static network<lenet5_small, in_bytes>::workspace<float> bytes_workspace;
  static tensor<float, network<block>::input_shape> image;
  static tensor<float, network<lenet5_small, in_bytes>::input_shape> digit;
  return net.run(image, workspace)[0] > bytes.run(digit, bytes_workspace)[0];
}

}  // namespace polyfold
