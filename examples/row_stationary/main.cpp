// Prints how many operators one linear segment per kernel row saves against Row Stationary, for the convolutions of
// LeNet-5, AlexNet and VGG16. The model, and what it counts: polyfold/report/row_stationary.hpp.
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>

#include <CLI/CLI.hpp>

#include <polyfold/report/row_stationary.hpp>
#include <polyfold/report/table.hpp>

#include "../program.hpp"

namespace {

using namespace polyfold;

table comparison_table(std::span<kernel_bank const> layers) {
  table t({{"layer", alignment::left},
           {"filters"},
           {"channels x kernel"},
           {"Row Stationary"},
           {"linear rows"},
           {"of it shared"},
           {"saved"}});
  operator_count shared;
  for (kernel_bank const& k : layers) {
    operator_comparison const c = compare_with_row_stationary(k);
    shared += reports::running_sums(k);
    t.add_row({std::string(k.name), with_thousands(k.filters),
               std::to_string(k.channels_per_filter()) + " x " + std::to_string(k.kernel_height) + " x " +
                   std::to_string(k.kernel_width),
               with_thousands(c.row_stationary.total()), with_thousands(c.linear_rows.total()),
               with_thousands(reports::running_sums(k).total()), as_percent(c.saved())});
  }
  operator_comparison const sum = compare_with_row_stationary(layers);
  t.begin_totals();
  t.add_row({"total", "", "", with_thousands(sum.row_stationary.total()), with_thousands(sum.linear_rows.total()),
             with_thousands(shared.total()), as_percent(sum.saved())});
  return t;
}

int run(int argc, char** argv) {
  CLI::App app("Operators (multipliers and adders of one window position): Row Stationary against linear rows");
  bool markdown = false;
  app.add_flag("--markdown", markdown, "Write Markdown instead of plain text");
  CLI11_PARSE(app, argc, argv);

  struct {
    char const* name;
    std::span<kernel_bank const> layers;
  } const networks[] = {
      {"LeNet-5", lenet5_convolutions}, {"AlexNet", alexnet_convolutions}, {"VGG16", vgg16_convolutions}};
  for (auto const& network : networks) {
    std::cout << (markdown ? "## " : "") << network.name << "\n\n";
    table const t = comparison_table(network.layers);
    if (markdown)
      t.write_markdown(std::cout);
    else
      t.write_text(std::cout);
    std::cout << '\n';
  }
  std::cout
      << "Operators are the multipliers and adders of one window position; linear rows include the adders of the\n"
         "running sums, which all filters share. Totals add one window position of each layer.\n";
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("row_stationary", [&] { return run(argc, argv); });
}
