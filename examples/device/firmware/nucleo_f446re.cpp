// ST's Nucleo-F446RE for board.hpp: text goes through USART2 to the ST-LINK on the board, whose USB shows a serial port of
// 115,200 baud, 8 bits, no parity. Clocks are as after a reset: 16 MHz from the internal oscillator. Addresses and bits are those
// of ST's reference manual RM0390, named after its registers.
#include "board.hpp"

namespace {

/// A register of the peripheral that begins at `base`.
[[gnu::always_inline]] inline std::uint32_t volatile& at(std::uint32_t base, std::uint32_t offset) {
  return *reinterpret_cast<std::uint32_t volatile*>(base + offset);
}

// "Memory map".
constexpr std::uint32_t rcc = 0x40023800;
constexpr std::uint32_t gpio_a = 0x40020000;
constexpr std::uint32_t usart2 = 0x40004400;

// "RCC AHB1 peripheral clock enable register", "RCC APB1 peripheral clock enable register".
constexpr std::uint32_t rcc_ahb1enr = 0x30;
constexpr std::uint32_t rcc_ahb1enr_gpioaen = 1U << 0;
constexpr std::uint32_t rcc_apb1enr = 0x40;
constexpr std::uint32_t rcc_apb1enr_usart2en = 1U << 17;

// "GPIO port mode register", "GPIO alternate function low register": pin 2 is USART2_TX by alternate function 7.
constexpr std::uint32_t gpio_moder = 0x00;
constexpr std::uint32_t gpio_moder2_alternate = 2U << 4;
constexpr std::uint32_t gpio_moder2 = 3U << 4;
constexpr std::uint32_t gpio_afrl = 0x20;
constexpr std::uint32_t gpio_afrl2_af7 = 7U << 8;
constexpr std::uint32_t gpio_afrl2 = 15U << 8;

// "USART registers": status, data, baud rate, control 1.
constexpr std::uint32_t usart_sr = 0x00;
constexpr std::uint32_t usart_sr_tc = 1U << 6;   // all is sent
constexpr std::uint32_t usart_sr_txe = 1U << 7;  // the next byte may come
constexpr std::uint32_t usart_dr = 0x04;
constexpr std::uint32_t usart_brr = 0x08;
constexpr std::uint32_t usart_cr1 = 0x0C;
constexpr std::uint32_t usart_cr1_te = 1U << 3;
constexpr std::uint32_t usart_cr1_ue = 1U << 13;

constexpr std::uint32_t clock = 16'000'000;
constexpr std::uint32_t baud = 115'200;

void send(char c) {
  while ((at(usart2, usart_sr) & usart_sr_txe) == 0) {
  }
  at(usart2, usart_dr) = static_cast<unsigned char>(c);
}

}  // namespace

namespace board {

void begin() {
  at(rcc, rcc_ahb1enr) = at(rcc, rcc_ahb1enr) | rcc_ahb1enr_gpioaen;
  at(rcc, rcc_apb1enr) = at(rcc, rcc_apb1enr) | rcc_apb1enr_usart2en;
  // A peripheral answers two cycles after its clock is on: reading the register again takes longer.
  [[maybe_unused]] std::uint32_t const read_back = at(rcc, rcc_apb1enr);
  at(gpio_a, gpio_afrl) = (at(gpio_a, gpio_afrl) & ~gpio_afrl2) | gpio_afrl2_af7;
  at(gpio_a, gpio_moder) = (at(gpio_a, gpio_moder) & ~gpio_moder2) | gpio_moder2_alternate;
  at(usart2, usart_brr) = (clock + baud / 2) / baud;  // sixteen samples a bit
  at(usart2, usart_cr1) = usart_cr1_ue | usart_cr1_te;
}

void say(char const* text) {
  for (; *text != '\0'; ++text) {
    if (*text == '\n') send('\r');
    send(*text);
  }
}

void exit_with(int code) {
  print("ended with exit code ", code, "\n");
  while ((at(usart2, usart_sr) & usart_sr_tc) == 0) {
  }
  for (;;) {
  }
}

char const counted[] = "cycles";

std::uint32_t counter::calibrate() { return 2; }

}  // namespace board
