// tiny_runs recorded_runs|interrupted_runs|remeasure ARGUMENT...: the programs of examples/recorded_runs, for one study of
// tiny networks. interrupted_runs ends like recorded_runs in a power cut, in the third epoch of a training.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <streambuf>
#include <string_view>

#include "remeasure.hpp"
#include "runs.hpp"
#include "tiny_configurations.hpp"

namespace {

/// Passes text on until it is the line of a third epoch.
class power_cut : public std::streambuf {
 public:
  explicit power_cut(std::streambuf& target) : target_(target) {}

 protected:
  std::streamsize xsputn(char const* text, std::streamsize count) override {
    if (std::string_view(text, std::size_t(count)).find("epoch   3/") != std::string_view::npos) std::_Exit(9);
    return target_.sputn(text, count);
  }
  int_type overflow(int_type c) override { return target_.sputc(traits_type::to_char_type(c)); }
  int sync() override { return target_.pubsync(); }

 private:
  std::streambuf& target_;
};

int run(int argc, char** argv) {
  std::vector<study> const studies{{"tiny", "mnist", std::nullopt, 80}};
  configuration_table const configurations{{"tiny",
                                            {{"dense", tiny::train, ""},
                                             {"folded", tiny::fold},
                                             {"bytes", tiny::round, "folded"},
                                             {"rounded", tiny::round_to_integers, "folded"},
                                             {"arranged", tiny::arrange},
                                             {"thin", tiny::train_thin, ""},
                                             {"integers", tiny::put_into_integers, "folded"}}}};
  std::string const program = argc > 1 ? argv[1] : "";
  if (program == "remeasure")
    return remeasure(
        argc - 1, argv + 1, studies,
        {measurable_folded<tiny::folded_network>(), measurable_bytes<tiny::folded_network>(),
         measurable_integers<tiny::folded_network>(), measurable_bytes<tiny::arranged_network>()},
        {counted<polyfold::network<tiny::dense_network>>("tiny", "dense"),
         counted_plain<tiny::folded_network>("tiny", "folded"), counted_bytes<tiny::folded_network>("tiny", "bytes"),
         counted_bytes<tiny::arranged_network>("tiny", "arranged"), counted_plain<tiny::thin_network>("tiny", "thin"),
         counted_integers<tiny::folded_network>("tiny", "rounded"),
         counted_integers<tiny::folded_network>("tiny", "integers")});
  if (program == "recorded_runs") return run_studies(argc - 1, argv + 1, studies, configurations);
  if (program != "interrupted_runs") throw polyfold::failure("tiny_runs: no program is named '" + program + "'");
  power_cut cut(*std::cout.rdbuf());
  std::streambuf* const before = std::cout.rdbuf(&cut);
  int const status = run_studies(argc - 1, argv + 1, studies, configurations);
  std::cout.rdbuf(before);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (std::exception const& caught) {
    std::cerr << caught.what() << "\n";
    return EXIT_FAILURE;
  }
}
