// Compiles programs and says in JSON what that took: processor seconds, and the most memory that one process held.
//
//   measure OUT.json REPETITIONS PROGRAM.cpp... -- COMPILER... -- FLAG...
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/text.hpp>

#include "../../examples/program.hpp"

namespace {

struct effort {
  double seconds = 0;
  double mib = 0;
};

effort run(std::vector<std::string> const& words) {
  std::vector<char*> arguments;
  for (std::string const& w : words) arguments.push_back(const_cast<char*>(w.c_str()));
  arguments.push_back(nullptr);
  pid_t const child = fork();
  if (child < 0) throw std::runtime_error("no process for " + words.front());
  if (child == 0) {
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  if (wait4(child, &status, 0, &used) != child || status != 0) throw std::runtime_error(words.front() + " failed");
  auto const seconds = [](timeval t) { return double(t.tv_sec) + 1e-6 * double(t.tv_usec); };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), double(used.ru_maxrss) / 1024};
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("measure", [&] {
    std::vector<std::vector<std::string>> parts(1);
    for (int i = 1; i < argc; ++i) {
      if (std::string(argv[i]) == "--")
        parts.emplace_back();
      else
        parts.back().push_back(argv[i]);
    }
    if (parts.size() != 3 || parts[0].size() < 3)
      throw std::runtime_error("usage: measure OUT.json REPETITIONS PROGRAM.cpp... -- COMPILER... -- FLAG...");
    int const repetitions = polyfold::to_number<int>(parts[0][1]).value_or(0);
    if (repetitions < 1) throw std::runtime_error("'" + parts[0][1] + "' is no number of repetitions from 1 on");
    nlohmann::json measured = nlohmann::json::array();
    for (auto program = parts[0].begin() + 2; program != parts[0].end(); ++program)
      for (std::string const& compiler : parts[1]) {
        std::vector<std::string> words{compiler};
        words.insert(words.end(), parts[2].begin(), parts[2].end());
        words.insert(words.end(), {"-c", *program, "-o", "/dev/null"});
        std::vector<double> seconds;
        double mib = 0;
        for (int i = 0; i < repetitions; ++i) {
          effort const e = run(words);
          seconds.push_back(e.seconds);
          mib = std::max(mib, e.mib);
        }
        std::sort(seconds.begin(), seconds.end());
        measured.push_back({{"program", std::filesystem::path(*program).stem().string()},
                            {"compiler", std::filesystem::path(compiler).filename().string()},
                            {"seconds", seconds[seconds.size() / 2]},
                            {"mib", mib}});
        std::cout << measured.back().dump() << std::endl;
      }
    polyfold::write_file_atomically(parts[0][0], nlohmann::json{{"compile", measured}}.dump(1) + "\n");
    return 0;
  });
}
