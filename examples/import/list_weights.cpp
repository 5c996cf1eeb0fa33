// list_weights FILE: the modules of a .npz, .safetensors or .onnx file, in the file's order, with their tensors: the
// names that load_weights matches by.

#include <cstdlib>
#include <iostream>
#include <polyfold/io/onnx.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/report/table.hpp>
#include <string>

#include "../program.hpp"

using namespace polyfold;

int main(int argc, char** argv) {
  return run_program("list_weights", [&] {
    if (argc != 2) throw failure("usage: list_weights FILE.npz|FILE.safetensors|FILE.onnx");
    weight_source const source = read_any_weights(argv[1]);
    table rows({{"module", alignment::left},
                {"part", alignment::left},
                {"tensor", alignment::left},
                {"type", alignment::left},
                {"shape", alignment::left}});
    auto const add = [&](std::string const& module, std::string const& part, stored_tensor const& t) {
      std::string shape;
      for (auto const size : t.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
      rows.add_row({module, part, t.name, std::string(dtype_name(t.type)), shape});
    };
    for (weight_module const& m : source.modules)
      for (auto const& p : m.parts) add(m.name, p.is, p.tensor);
    for (stored_tensor const& t : source.others) add("", "unknown", t);
    for (weight_sample const& s : source.samples) {
      add("", "sample", s.input);
      add("", "sample", s.output);
    }
    rows.write_text(std::cout);
    for (std::string const& sentence : source.unreadable) std::cout << "not understood: " << sentence << '\n';
    if (!source.ordered) std::cout << "The file does not keep its layers in order: match them by name.\n";
    return EXIT_SUCCESS;
  });
}
