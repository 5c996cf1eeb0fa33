// The network of digits in a program in C: checks it against what it computed on the host, and reads two digits that it draws.
#include "../digits_int8.h"
#include "board.h"

static digits_workspace workspace;
static uint8_t image[DIGITS_PIXELS];

static void say_class(char const* what, int is) {
  board_say(what);
  board_say(" is taken for ");
  board_say_number((unsigned long)is);
  board_say("\n");
}

/// A bar, or a ring, in the middle.
static void draw(int ring) {
  int x;
  int y;
  for (y = 0; y < DIGITS_HEIGHT; ++y)
    for (x = 0; x < DIGITS_WIDTH; ++x) {
      int const across = 2 * x - (DIGITS_WIDTH - 1);
      int const down = 2 * y - (DIGITS_HEIGHT - 1);
      int const distance = across * across + down * down;
      int const ink = ring ? distance > 100 && distance < 324 : across * across < 9 && down * down < 400;
      image[y * DIGITS_WIDTH + x] = ink ? 255 : 0;
    }
}

int main(void) {
  int const same = digits_self_test(&workspace);
  int zero;
  int one;
  board_say(same ? "self-test: passed\n" : "self-test: failed\n");
  draw(1);
  zero = digits_classify(image, &workspace);
  say_class("a drawn 0", zero);
  draw(0);
  one = digits_classify(image, &workspace);
  say_class("a drawn 1", one);
  return same && zero == 0 && one == 1 ? 0 : 1;
}
