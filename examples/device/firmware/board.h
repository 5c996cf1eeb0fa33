// The part of board.hpp that programs in C use.
#ifndef BOARD_H
#define BOARD_H

#ifdef __cplusplus
extern "C" {
#endif

void board_say(char const* text);
void board_say_number(unsigned long number);

#ifdef __cplusplus
}
#endif

#endif
