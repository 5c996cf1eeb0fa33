// What a program here asks of the board: text to the host, a count of instructions, the deepest stack, an exit code.
#pragma once

#include <cstdint>

namespace board {

/// Text and numbers by semihosting: a debugger or QEMU shows them.
void say(char const* text);
void say(unsigned long number);
inline void say(unsigned number) { say(static_cast<unsigned long>(number)); }
inline void say(int number) {
  if (number < 0) say("-");
  say(static_cast<unsigned long>(number < 0 ? -number : number));
}
/// Several, one behind the other.
template <class... Parts>
void print(Parts... parts) {
  (say(parts), ...);
}

/// Ends the program, and QEMU.
[[noreturn]] void exit_with(int code);

/// Counts instructions, where the machine takes the same time for each (QEMU's -icount): by the system timer, and by a loop
/// of known length that says what one of its ticks is worth.
class instruction_counter {
 public:
  instruction_counter();
  void start();
  /// Since start(); 0 where that was too long for the timer's 24 bits.
  [[nodiscard]] std::uint32_t stop() const;

 private:
  std::uint32_t per_two_ticks_ = 0;  // microbit: 62.5 for one
};

/// Paints the stack that is not in use.
void paint_stack();
/// Bytes of stack in use at the deepest point since then.
[[nodiscard]] std::uint32_t deepest_stack();

}  // namespace board
