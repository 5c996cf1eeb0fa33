// Start-up code for Cortex-M, the same for all boards here: vector table, reset handler, system timer and stack of board.hpp.
#include "board.hpp"

#include "board.h"

int run_main() asm("main");  // C++ lets nobody else call main by its name

// Of the linker script.
extern "C" {
extern std::uint32_t const data_in_flash[];
extern std::uint32_t data_begin[];
extern std::uint32_t data_end[];
extern std::uint32_t bss_begin[];
extern std::uint32_t bss_end[];
extern std::uint32_t stack_limit[];
extern std::uint32_t stack_top[];
}

namespace {

/// A register of the system control space.
[[gnu::always_inline]] inline std::uint32_t volatile& control(std::uint32_t offset) {
  return *reinterpret_cast<std::uint32_t volatile*>(0xE000E000U + offset);
}
constexpr std::uint32_t timer_control = 0x10;
constexpr std::uint32_t timer_reload = 0x14;
constexpr std::uint32_t timer_now = 0x18;
constexpr std::uint32_t timer_was_zero = 1U << 16;
constexpr std::uint32_t coprocessor_access = 0xD88;

constexpr std::uint32_t paint = 0xC0FFEE11;

[[gnu::always_inline]] inline std::uint32_t* stack_pointer() {
  std::uint32_t* at;
  asm volatile("mov %0, sp" : "=r"(at));
  return at;
}

}  // namespace

namespace board {

void say(unsigned long number) {
  char digits[11];
  char* first = digits + 10;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  say(first);
}

void counter::start() {
  control(timer_reload) = 0xFFFFFF;
  control(timer_control) = 5;  // on, by the processor's clock, without an interrupt
  control(timer_now) = 0;      // begins anew
  while (control(timer_now) == 0) {
  }
  [[maybe_unused]] std::uint32_t const forgotten = control(timer_control);  // that it was zero
}

std::uint32_t counter::stop() const {
  std::uint32_t const ticks = 0xFFFFFF - control(timer_now);
  bool const wrapped = (control(timer_control) & timer_was_zero) != 0;
  return wrapped ? 0 : ticks * per_two_ticks_ / 2;
}

void paint_stack() {
  for (std::uint32_t volatile* word = stack_limit; word < stack_pointer(); ++word) *word = paint;
}

std::uint32_t deepest_stack() {
  std::uint32_t const* word = stack_limit;
  while (*word == paint) ++word;
  return static_cast<std::uint32_t>(stack_top - word) * 4;
}

}  // namespace board

extern "C" {

void board_say(char const* text) { board::say(text); }
void board_say_number(unsigned long number) { board::say(number); }

[[noreturn]] void reset_handler() {
  std::uint32_t const* from = data_in_flash;
  for (std::uint32_t* to = data_begin; to < data_end; ++to) *to = *from++;
  for (std::uint32_t* to = bss_begin; to < bss_end; ++to) *to = 0;
#ifdef __ARM_FP
  control(coprocessor_access) = control(coprocessor_access) | 0xFU << 20;  // the floating-point unit on
  asm volatile("dsb\n isb");
#endif
  board::begin();
  board::exit_with(run_main());
}

[[noreturn]] void fault_handler() {
  board::say("stopped by a fault: the stack may be too small\n");
  board::exit_with(1);
}

struct vector_table {
  std::uint32_t* stack;
  void (*handlers[15])();
};
[[gnu::section(".vectors"), gnu::used]] extern vector_table const vectors = {
    stack_top, {reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler}};
}
