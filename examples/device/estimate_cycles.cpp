// An estimate of a core's cycles from the instructions that QEMU has executed: each takes what the core's Technical Reference
// Manual ("Instruction set summary") says it takes, with memory that never lets the core wait.
//
//   qemu-system-arm ... -d in_asm,exec,nochain -D LOG -kernel PROGRAM      (stripped: QEMU writes names into the log)
//   estimate_cycles CORE LOG BEGIN END STOP
//
// What is counted is executed between the last return of the function that lies from BEGIN to END and the next call of the one
// at STOP. Where the manual says a range, as the cycles to fill the pipeline again or those of a division, the middle is taken.
// A multiplication of a Cortex-M0 takes one cycle, as most makers build it.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class core_kind { m0, m3, m4 };

enum class access { none, load, store };

/// What an instruction takes without a jump and what a jump adds, in half cycles.
struct instruction {
  int halves = 2;
  int jump_halves = 0;
  access memory = access::none;
  bool single = false;  // a load or store of one word, which the next one can overlap with
};

/// Instructions that QEMU translates and runs as one, and their addresses.
struct block {
  std::vector<instruction> instructions;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

[[nodiscard]] bool starts_with_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  for (std::string_view const one : all)
    if (text.starts_with(one)) return true;
  return false;
}

/// Words in a list of registers: {r4, r5, lr} are three, {d8-d9} four.
[[nodiscard]] int words_of(std::string_view operands) {
  std::size_t const open = operands.find('{');
  std::size_t const close = operands.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos) return 1;
  std::string const list(operands.substr(open + 1, close - open - 1));
  int words = 0;
  for (std::size_t at = 0; at < list.size();) {
    std::size_t end = list.find(',', at);
    if (end == std::string::npos) end = list.size();
    std::size_t const first = list.find_first_not_of(' ', at);
    std::size_t const range = list.find('-', first);
    int registers = 1;
    if (range < end) {
      std::size_t const second = range + 2;
      registers = std::atoi(list.c_str() + second) - std::atoi(list.c_str() + first + 1) + 1;
    }
    words += registers * (list[first] == 'd' ? 2 : 1);
    at = end + 1;
  }
  return words;
}

[[nodiscard]] bool is_branch(std::string_view name) {
  constexpr std::string_view conditions[] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                             "hi", "ls", "ge", "lt", "gt", "le", "hs", "lo"};
  for (std::string_view const stem : {"b", "bl", "bx", "blx"}) {
    if (name == stem) return true;
    for (std::string_view const condition : conditions)
      if (name.size() == stem.size() + 2 && name.starts_with(stem) && name.substr(stem.size()) == condition)
        return true;
  }
  return name == "cbz" || name == "cbnz";
}

/// What an instruction takes. `name` is without the suffix that says how wide its code is.
[[nodiscard]] instruction classified(core_kind core, std::string_view name, std::string_view operands) {
  instruction i;
  bool const small = core == core_kind::m0;
  // Filling the pipeline again takes 1 to 3 cycles.
  int const refill = 2 * 2;
  if (is_branch(name)) {
    i.jump_halves = small ? name == "bl" ? 6 : 4 : refill;
    return i;
  }
  if (starts_with_one_of(name, {"tbb", "tbh"})) {
    i.halves = 4;
    i.jump_halves = refill;
    return i;
  }
  bool const list = starts_with_one_of(name, {"push", "pop", "ldm", "stm", "vpush", "vpop", "vldm", "vstm"});
  if (list || starts_with_one_of(name, {"ldrd", "strd"})) {
    i.halves = 2 * (1 + (list ? words_of(operands) : 2));
    i.memory = starts_with_one_of(name, {"push", "st", "vpush", "vst"}) ? access::store : access::load;
    if (operands.find("pc}") != std::string_view::npos) i.jump_halves = small ? 6 : refill;
    return i;
  }
  if (starts_with_one_of(name, {"ldr", "vldr"})) {
    i.halves = 4;
    i.memory = access::load;
    i.single = true;
    if (operands.starts_with("pc,")) i.jump_halves = refill;
    return i;
  }
  if (starts_with_one_of(name, {"str", "vstr"})) {
    i.halves = small || name.starts_with("v") ? 4 : 2;
    i.memory = access::store;
    i.single = true;
    return i;
  }
  if (operands.starts_with("pc,")) {  // mov, add
    i.jump_halves = refill;
    return i;
  }
  if (starts_with_one_of(name, {"sdiv", "udiv"})) i.halves = 2 * 7;  // 2 to 12
  if (core == core_kind::m3) {
    if (starts_with_one_of(name, {"mla", "mls"})) i.halves = 2 * 2;
    if (starts_with_one_of(name, {"smull", "umull"})) i.halves = 2 * 4;  // 3 to 5
    if (starts_with_one_of(name, {"smlal", "umlal"})) i.halves = 11;     // 4 to 7
  }
  if (starts_with_one_of(name, {"vfma", "vfms", "vfnm", "vmla", "vmls", "vnml"})) i.halves = 2 * 3;
  if (starts_with_one_of(name, {"vdiv", "vsqrt"})) i.halves = 2 * 14;
  if (small && starts_with_one_of(name, {"mrs", "msr", "dmb", "dsb", "isb"})) i.halves = 2 * 4;
  return i;
}

[[nodiscard]] std::uint32_t hexadecimal(std::string const& digits) {
  return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
}

/// Takes in a line of the log: 0x00001378:  eb05 2505  add.w    r5, r5, r5, lsl #8
void add_line(core_kind core, std::string const& line, block& to) {
  std::size_t const colon = line.find(':');
  std::size_t const code = line.find_first_not_of(' ', colon + 1);
  std::size_t const behind = line.find("  ", code);
  std::size_t const name = line.find_first_not_of(' ', behind);
  if (name == std::string::npos) return;
  std::uint32_t const address = hexadecimal(line.substr(0, colon));
  if (to.instructions.empty()) to.begin = address;
  to.end = address + (line[code + 4] == ' ' && line[code + 5] != ' ' ? 4 : 2);
  std::size_t const end = line.find(' ', name);
  std::string mnemonic = line.substr(name, end == std::string::npos ? end : end - name);
  if (mnemonic.ends_with(".w") || mnemonic.ends_with(".n")) mnemonic.resize(mnemonic.size() - 2);
  std::size_t const operands = end == std::string::npos ? end : line.find_first_not_of(' ', end);
  to.instructions.push_back(
      classified(core, mnemonic, operands == std::string::npos ? std::string() : line.substr(operands)));
}

/// The blocks that a log says were executed, in order.
struct execution {
  std::vector<std::unique_ptr<block>> blocks;
  std::vector<block const*> executed;

  execution(core_kind core, char const* file) {
    std::map<std::string, block const*> at;  // where QEMU has put them
    bool translated = false;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("IN:")) {
        blocks.push_back(std::make_unique<block>());
        translated = true;
      } else if (line.starts_with("0x") && translated) {
        add_line(core, line, *blocks.back());
      } else if (line.starts_with("Trace")) {
        std::string const place = line.substr(0, line.find('['));
        if (translated) at[place] = blocks.back().get();
        translated = false;
        if (auto const found = at.find(place); found != at.end()) executed.push_back(found->second);
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "estimate_cycles cortex-m0|cortex-m3|cortex-m4 LOG BEGIN END STOP\n";
    return 2;
  }
  std::string_view const name = argv[1];
  core_kind const core = name == "cortex-m0" ? core_kind::m0 : name == "cortex-m3" ? core_kind::m3 : core_kind::m4;
  execution const log(core, argv[2]);
  std::uint32_t const begin = hexadecimal(argv[3]);
  std::uint32_t const end = hexadecimal(argv[4]);
  std::uint32_t const stop = hexadecimal(argv[5]);

  std::size_t const blocks = log.executed.size();
  std::size_t b = blocks;
  for (std::size_t i = 0; i < blocks; ++i)
    if (log.executed[i]->begin == begin) b = i;
  while (b < blocks && log.executed[b]->begin >= begin && log.executed[b]->begin < end) ++b;

  std::uint64_t count = 0;
  std::uint64_t halves = 0;
  instruction before;
  for (; b < blocks && log.executed[b]->begin != stop; ++b) {
    block const& now = *log.executed[b];
    for (instruction const& i : now.instructions) {
      // A load right behind another access takes one cycle less.
      bool const overlaps = core != core_kind::m0 && i.single && i.memory == access::load && before.single;
      halves += std::uint64_t(i.halves - (overlaps ? 2 : 0));
      before = i;
    }
    count += now.instructions.size();
    if (b + 1 < blocks && log.executed[b + 1]->begin != now.end) halves += std::uint64_t(before.jump_halves);
  }
  if (count == 0 || b == blocks) {
    std::cerr << "estimate_cycles: nothing was executed between these addresses in " << argv[2] << "\n";
    return 1;
  }
  std::cout << "executed: " << count << "\ncycles: " << halves / 2 << "\n";
}
