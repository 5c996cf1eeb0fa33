// LeNet-5 on MNIST: trains the dense network, replaces its weights by polynomial coefficients, retrains them, runs the
// folded networks over the test images and prints what was saved and what it cost.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/idx.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

#include "../output_folder.hpp"
#include "../program.hpp"
#include "experiment.hpp"

namespace {

using polyfold::with_decimals;
using polyfold::with_thousands;

constexpr char compiler[] =
#if defined(__clang__)
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif

/// Median times of one inference, in microseconds. The networks take turns: what else the machine does meets all alike.
std::vector<double> inference_times(std::vector<outcome> const& outcomes, polyfold::dataset const& data) {
  constexpr std::size_t passes = 15;
  std::size_t const size = std::size_t(data.image_shape().size());
  std::vector<float> images(std::min<std::size_t>(500, data.size()) * size);
  for (std::size_t i = 0; i < images.size() / size; ++i) data.load(i, images.data() + i * size);
  std::vector<std::vector<double>> times(outcomes.size());
  for (std::size_t pass = 0; pass < passes; ++pass)
    for (std::size_t i = 0; i < outcomes.size(); ++i) times[i].push_back(outcomes[i].time_per_image(images));
  std::vector<double> medians;
  for (std::vector<double>& own : times) {
    std::nth_element(own.begin(), own.begin() + passes / 2, own.end());
    medians.push_back(own[passes / 2]);
  }
  return medians;
}

polyfold::table results_table(std::vector<outcome> const& outcomes, std::vector<double> const& times) {
  using polyfold::alignment;
  polyfold::table t({{"configuration", alignment::left},
                     {"epochs"},
                     {"training, s"},
                     {"accuracy %"},
                     {"drop"},
                     {"stored parameters"},
                     {"stored bytes"},
                     {"coefficient ratio"},
                     {"parameter ratio"},
                     {"byte ratio"},
                     {"multiplications"},
                     {"additions"},
                     {"time / image, us"}});
  double const dense = outcomes.front().result.accuracy();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcome const& o = outcomes[i];
    polyfold::cost const& c = o.summary.total;
    bool const folded = o.summary.approximated.coefficients > 0;
    auto const ratio = [&](double value) { return folded ? polyfold::as_ratio(value) : std::string("1x"); };
    t.add_row({o.name, std::to_string(o.epochs), with_decimals(o.seconds, 0),
               with_decimals(100 * o.result.accuracy(), 2), with_decimals(100 * (dense - o.result.accuracy()), 2),
               with_thousands(c.stored_parameters), with_thousands(c.stored_bytes()), ratio(o.summary.coefficients()),
               ratio(o.summary.parameters()), ratio(o.summary.bytes()), with_thousands(c.multiplications),
               with_thousands(c.additions), with_decimals(times[i], 1)});
  }
  return t;
}

/// The first images that a network misclassifies, as a picture.
void write_mistakes(std::filesystem::path const& path, experiment const& e, outcome const& o) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < e.held_out.size() && wrong.size() < 40; ++i)
    if (o.result.predicted[i] != e.held_out.label(i)) wrong.push_back(e.held_out.index(i));
  if (wrong.empty()) return;
  polyfold::write_contact_sheet(path, e.held_out.images(), wrong);
  std::cout << "Some digits that " << o.name << " takes for others: " << std::filesystem::absolute(path).string()
            << "\n";
}

int run(int argc, char** argv) {
  CLI::App app("LeNet-5 on MNIST: trains it, folds it, retrains it, and prints what was saved and what it cost.");
  settings chosen;
  std::string data;
  std::string output = "results";
  std::vector<std::string> configurations;
  int threads = int(std::max(1U, std::thread::hardware_concurrency()));
  bool validate = false;
  app.add_option("--data", data, "folder with MNIST's four IDX files, plain or .gz")
      ->envname("POLYFOLD_DATA_DIR")
      ->required();
  app.add_option("--configuration", configurations, "paper, small, arranged; several may be given")
      ->check(CLI::IsMember({"paper", "small", "arranged"}))
      ->default_str("all three");
  app.add_option("--epochs", chosen.epochs, "epochs of retraining, instead of each configuration's own")
      ->check(CLI::Range(1, 10000));
  app.add_option("--dense-epochs", chosen.dense_epochs, "epochs of the dense network")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  app.add_option("--seed", chosen.seed, "of weights, order and all else that is random")->capture_default_str();
  app.add_option("--threads", threads, "threads of training; the result is the same for any number")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--output", output, "folder for networks, table and picture")->capture_default_str();
  app.add_flag("--validate", validate, "train on 55,000 images and measure on the other 5,000 training images");
  CLI11_PARSE(app, argc, argv);
  if (configurations.empty()) configurations = {"paper", "small", "arranged"};
  chosen.output = output;
  chosen.terminal = isatty(STDOUT_FILENO) != 0;

  prepare_output_folder(chosen.output);
  // POLYFOLD_DATA_DIR may be a folder of data sets as well as that of this one.
  std::filesystem::path const own = std::filesystem::path(data) / "mnist";
  if (polyfold::is_there(own)) data = own.string();
  polyfold::image_set const train = polyfold::read_mnist(data, polyfold::split::train);
  polyfold::image_set const test = polyfold::read_mnist(data, polyfold::split::test);
  constexpr std::size_t validated = 55000;
  if (validate && train.size() <= validated)
    throw polyfold::failure(data, "holds " + with_thousands(train.size()) + " training images",
                            "more than 55,000 for --validate", "leave --validate out");
  std::size_t const trained = validate ? validated : train.size();
  experiment e{chosen, polyfold::thread_pool(threads), polyfold::dataset(train, {}, 0, trained),
               validate ? polyfold::dataset(train, {}, trained) : polyfold::dataset(test)};

  auto dense = std::make_unique<dense_network>();
  std::vector<outcome> outcomes{train_dense(e, *dense)};
  auto const wanted = [&](char const* name) {
    return std::find(configurations.begin(), configurations.end(), name) != configurations.end();
  };
  if (wanted("paper")) outcomes.push_back(retrain_paper(e, *dense));
  if (wanted("small")) {
    outcomes.push_back(retrain_small(e, *dense));
    outcomes.push_back(retrain_small_8_bits(e));
    outcomes.push_back(train_thin(e));
  }
  if (wanted("arranged")) outcomes.push_back(retrain_arranged(e, *dense));

  polyfold::table const results = results_table(outcomes, inference_times(outcomes, e.held_out));
  polyfold::text_stream heading;
  heading << "LeNet-5 on MNIST, seed " << chosen.seed << ", trained on " << with_thousands(trained)
          << " images, measured on " << with_thousands(e.held_out.size()) << (validate ? " validation" : " test")
          << " images. Trained by " << e.threads.count() << " threads; time per image on one.\n"
          << "Compiled by " << compiler << ".\n\n";
  std::cout << "\n" << heading.str();
  results.write_text(std::cout);
  std::cout << "\ncoefficient ratio: weights of the approximated layers / their coefficients\n"
               "parameter ratio: all dense parameters / all stored parameters\n"
               "byte ratio: dense float32 bytes / all stored bytes, scales and index maps included\n"
               "drop: percentage points below the dense network\n\n";
  polyfold::text_stream record;
  record << heading.str();
  results.write_markdown(record);
  polyfold::write_file_atomically(chosen.output / "results.md", record.str());
  std::cout << "Networks, headers and table: " << std::filesystem::absolute(chosen.output).string() << "\n";
  for (outcome const& o : outcomes)
    if (o.name == "small") write_mistakes(chosen.output / "small_mistakes.png", e, o);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("lenet_mnist", [&] { return run(argc, argv); });
}
