// The C interface of a network, written by polyfold: digits_int8.cpp is behind it, digits_int8.hpp holds the numbers.
//
//   input 1 x 28 x 28
//   0 conv2d 6 x 5 x 5, padding 2, kernel order 2: 6 x 28 x 28
//   1 relu: 6 x 28 x 28
//   2 max_pool 2, stride 2: 6 x 14 x 14
//   3 conv2d 16 x 5 x 5, kernel order 1: 16 x 10 x 10
//   4 relu: 16 x 10 x 10
//   5 max_pool 2, stride 2: 16 x 5 x 5
//   6 dense 120, kernel order 1, output order 9, bias segments of 30 order 1: 120 x 1 x 1
//   7 relu: 120 x 1 x 1
//   8 dense 84, channel order 9, output order 7, bias segments of 28 order 1: 84 x 1 x 1
//   9 relu: 84 x 1 x 1
//   10 dense 10, channel order 7: 10 x 1 x 1
//   integers of 8 bits, moments of 16, codes in the order of products
//
// Source: "folded_61x_seed1.safetensors, 98.33 % of 10,000 test images of MNIST".
// Numbers: codes, biases, multipliers and shifts of sums, shifts of degrees, zero codes, scale of logits.
// Their checksum, as in the network's file: acdb6e3de4964007.
// Bytes: 2076 of constants, 3172 of workspace.
// Image: 1 x 28 x 28 pixels of 8 bits as they come, channel by channel, row by row.
// Zero codes, the pixel of each channel that stands for 0: 0.
// Result: 10 x 1 x 1 logits of 16 bits, each a multiple of 0.00516952.
// Bounds: no sum leaves 32 bits, whatever the image.
#ifndef POLYFOLD_DIGITS_H
#define POLYFOLD_DIGITS_H

#include <stdint.h>

#define DIGITS_CHANNELS 1
#define DIGITS_HEIGHT 28
#define DIGITS_WIDTH 28
#define DIGITS_PIXELS 784
#define DIGITS_OUTPUTS 10
#define DIGITS_CONSTANT_BYTES 2076
#define DIGITS_WORKSPACE_BYTES 3172
#define DIGITS_LOGIT_SCALE 0x1.52ca28p-8f

#ifdef __cplusplus
extern "C" {
#endif

/// Memory of one inference, the caller's; nothing in it needs to be set. Networks that run one after the other can
/// share it in a union.
typedef struct digits_workspace {
  uint32_t words[(DIGITS_WORKSPACE_BYTES + 3) / 4];
} digits_workspace;

/// 1 if the network makes of its sample images what it made of them when this was written, else 0.
int digits_self_test(digits_workspace* workspace);
/// What the network makes of an image of DIGITS_PIXELS pixels: DIGITS_OUTPUTS numbers, in the workspace until it
/// is used again.
int16_t const* digits_run(uint8_t const* image, digits_workspace* workspace);
/// Which of those is the largest: the class of the image.
int digits_classify(uint8_t const* image, digits_workspace* workspace);

#ifdef __cplusplus
}
#endif

#endif
