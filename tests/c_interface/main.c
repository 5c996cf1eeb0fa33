/* A program in C99 that runs two networks in one working memory. The exit code says which line failed. */
#include "floats_net.h"
#include "integers_net.h"

static union {
  integers_net_workspace integers;
  floats_net_workspace floats;
} memory;

int main(void) {
  uint8_t bytes[INTEGERS_NET_PIXELS];
  float pixels[FLOATS_NET_PIXELS];
  int i;
  int largest = 0;
  float changed;
  float const* outputs;
  int16_t const* logits;

  if (INTEGERS_NET_CHANNELS != 2 || INTEGERS_NET_HEIGHT != 6 || INTEGERS_NET_WIDTH != 5) return __LINE__;
  if (INTEGERS_NET_OUTPUTS != 3 || FLOATS_NET_OUTPUTS != 5 || !(INTEGERS_NET_LOGIT_SCALE > 0)) return __LINE__;
  if (FLOATS_NET_CONSTANT_BYTES != 4 * (2 * 10 + 5 * 9)) return __LINE__;
  if (sizeof(floats_net_workspace) < FLOATS_NET_WORKSPACE_BYTES) return __LINE__;
  if (!integers_net_self_test(&memory.integers)) return __LINE__;
  if (!floats_net_self_test(&memory.floats)) return __LINE__;

  for (i = 0; i < INTEGERS_NET_PIXELS; ++i) bytes[i] = (uint8_t)(7 * i);
  logits = integers_net_run(bytes, &memory.integers);
  for (i = 1; i < INTEGERS_NET_OUTPUTS; ++i)
    if (logits[i] > logits[largest]) largest = i;
  if (integers_net_classify(bytes, &memory.integers) != largest) return __LINE__;

  for (i = 0; i < FLOATS_NET_PIXELS; ++i) pixels[i] = (float)i;
  outputs = floats_net_run(pixels, &memory.floats);
  changed = outputs[0];
  largest = 0;
  for (i = 1; i < FLOATS_NET_OUTPUTS; ++i)
    if (outputs[i] > outputs[largest]) largest = i;
  if (floats_net_classify(pixels, &memory.floats) != largest) return __LINE__;
  pixels[5] = -3;
  if (floats_net_run(pixels, &memory.floats)[0] == changed) return __LINE__;
  return 0;
}
