// What QEMU's machines, or a debugger, do for board.hpp: text and the end of the program by semihosting.
#include "board.hpp"

namespace {

/// Operation and argument in the first two registers.
void ask_host(int operation, void const* argument) {
  register int r0 asm("r0") = operation;
  register void const* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

}  // namespace

namespace board {

void begin() {}

void say(char const* text) { ask_host(0x04, text); }

void exit_with(int code) {
  std::uint32_t const application_exit[2] = {0x20026, static_cast<std::uint32_t>(code)};
  ask_host(0x20, application_exit);
  for (;;) {
  }
}

char const counted[] = "instructions";

/// With -icount every instruction takes the same time: a loop of known length says how many there are to a tick.
std::uint32_t counter::calibrate() {
  constexpr std::uint32_t turns = 100'000;
  counter ticks(2);
  ticks.start();
  std::uint32_t left = turns;
  asm volatile(".syntax unified\n1: subs %0, %0, #1\n bne 1b" : "+l"(left) : : "cc");
  std::uint32_t const taken = ticks.stop();
  return (4 * turns + taken / 2) / taken;
}

}  // namespace board
