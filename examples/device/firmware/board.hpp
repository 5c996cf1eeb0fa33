// What a program here asks of the board: text to the host, what code takes, the deepest stack, an exit code. startup.cpp has
// what is alike on all Cortex-M, and one file for each kind of board the rest.
#pragma once

#include <cstdint>

namespace board {

/// Called once, before main.
void begin();

/// Text and numbers, to a debugger, QEMU or a serial port.
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

/// Ends the program.
[[noreturn]] void exit_with(int code);

/// What a counter counts: "instructions" in QEMU, "cycles" on silicon.
extern char const counted[];

/// Counts what code takes, by the system timer.
class counter {
 public:
  counter() : counter(calibrate()) {}
  void start();
  /// Since start(); 0 where that was too long for the timer's 24 bits.
  [[nodiscard]] std::uint32_t stop() const;

 private:
  explicit counter(std::uint32_t per_two_ticks) : per_two_ticks_(per_two_ticks) {}
  /// What two ticks of the timer are worth here (microbit: 125 instructions).
  static std::uint32_t calibrate();

  std::uint32_t per_two_ticks_;
};

/// Paints the stack that is not in use.
void paint_stack();
/// Bytes of stack in use at the deepest point since then.
[[nodiscard]] std::uint32_t deepest_stack();

}  // namespace board
