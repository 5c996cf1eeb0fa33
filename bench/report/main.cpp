// bench_report record OUT.json IN.json...             gathers the outputs of the benchmark programs, prints the tables
// bench_report page RECORD.json PAGE.md PICTURE.svg   writes the made parts of the page, and the picture
// bench_report check RECORD.json PAGE.md PICTURE.svg  fails where they are stale
#include <polyfold/io/atomic_file.hpp>

#include "../../examples/program.hpp"
#include "page.hpp"

int main(int argc, char** argv) {
  using namespace polyfold::bench;
  return run_program("bench_report", [&] {
    std::vector<std::string> const words(argv + 1, argv + argc);
    if (words.size() >= 3 && words[0] == "record") {
      json record = json::object();
      for (std::size_t i = 2; i < words.size(); ++i) add_to_record(record, read_json(words[i]));
      polyfold::write_file_atomically(words[1], record.dump(1) + "\n");
      page(record).print(std::cout);
      return 0;
    }
    if (words.size() == 4 && (words[0] == "page" || words[0] == "check")) {
      page const made(read_json(words[1]));
      std::string const before = polyfold::read_file(words[2]);
      std::string const text = made.filled(before);
      if (words[0] == "page") {
        polyfold::write_file_atomically(words[2], text);
        polyfold::write_file_atomically(words[3], made.picture());
      } else if (text != before || polyfold::read_file(words[3]) != made.picture()) {
        throw std::runtime_error("the page or its picture is stale. Remedy: bench_report page " + words[1] + " " +
                                 words[2] + " " + words[3]);
      }
      return 0;
    }
    throw std::runtime_error(
        "usage: bench_report record OUT.json IN.json... | page|check RECORD.json PAGE.md PICTURE.svg");
  });
}
