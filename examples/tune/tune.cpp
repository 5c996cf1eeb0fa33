// What does not depend on the model: data, messages, and the files that are left.
#include "tune.hpp"

#include <chrono>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/onnx.hpp>
#include <polyfold/text.hpp>
#include <polyfold/tune/spelling.hpp>

namespace {

using polyfold::with_thousands;

std::string spelled_type(spelled_model const& model, polyfold::tuning_point const& p) {
  std::string text = model.call;
  return text.replace(text.find("RULE"), 4, polyfold::tuning::spelled(p.layers, "      "));
}

/// The chosen type as a header, which refuses to compile where the compiler counts otherwise.
std::string type_header(settings const& s, spelled_model const& model, polyfold::tuning_point const& p) {
  polyfold::cost const& c = p.costs.total;
  char const* const numbers = s.options.stored == polyfold::stored_as::bytes ? ", polyfold::in_bytes" : "";
  polyfold::text_stream out;
  out << "// Found by tune for " << s.model << " on " << s.dataset << ": " << with_thousands(c.stored_parameters)
      << " numbers, " << with_thousands(c.stored_bytes()) << " bytes,\n// " << with_thousands(c.multiplications)
      << " multiplications, " << polyfold::with_decimals(100 * p.drop, 2) << " points less than the exact network on "
      << with_thousands(s.validation) << " validation images.\n"
      << "#pragma once\n\n#include <" << model.header << ">\n#include <polyfold/network.hpp>\n\n"
      << "inline constexpr auto tuned = [] {\n  using namespace polyfold;\n  return " << spelled_type(model, p)
      << ";\n}();\n\n";
  auto const expect = [&](char const* what, long long count) {
    out << "static_assert(polyfold::network<tuned" << numbers << ">::total_cost()." << what << " == " << count
        << ");\n";
  };
  expect("stored_parameters", c.stored_parameters);
  expect("stored_bytes()", c.stored_bytes());
  expect("table_bytes", c.table_bytes);
  expect("multiplications", c.multiplications);
  expect("additions", c.additions);
  return out.str();
}

}  // namespace

polyfold::weight_source given_weights(settings const& s) { return polyfold::read_any_weights(s.weights); }

tuning_data load(settings const& s) {
  polyfold::dataset_splits set = polyfold::load_dataset(s.dataset, s.data);
  tuning_data data;
  data.training = std::move(set.training);
  if (s.test) data.test = std::move(set.test);
  // As the weights of docs/import.md and of the example lenet_mnist want it.
  if (s.dataset == "fashion-mnist") data.normalise = {0.5f, 0.5f};
  if (s.dataset == "cifar-10") data.normalise = polyfold::cifar10_normalisation();
  if (!s.mean.empty()) data.normalise = {s.mean, s.deviation};
  data.normalise.check(data.training.channels);
  data.parts = polyfold::split_by_class(data.training, s.validation, s.options.retraining.seed);
  if (s.training > 0 && s.training < data.parts.training.size()) {
    std::mt19937_64 random(s.options.retraining.seed);
    polyfold::detail::shuffle(data.parts.training, random);
    data.parts.training.resize(s.training);
  }
  std::cout << s.model << " on " << s.dataset << ": " << with_thousands(data.parts.training.size())
            << " training images, " << with_thousands(data.parts.validation.size()) << " validation images, seed "
            << s.options.retraining.seed << '\n';
  return data;
}

void check_exact(settings const& s, double accuracy, int classes) {
  if (accuracy > 1.5 / classes) return;
  throw polyfold::failure(s.weights.empty() ? "exact network" : s.weights.string(),
                          "has " + polyfold::as_percent(accuracy, 2) + " of the validation images of " + s.dataset +
                              " right, which guessing would",
                          "trained weights for this data set and its normalisation");
}

std::function<void(int, int)> candidate_progress(settings const& s) {
  using clock = std::chrono::steady_clock;
  return [terminal = s.terminal, start = clock::now(), drawn = clock::now()](int done, int all) mutable {
    auto const now = clock::now();
    if (done == 1) start = now;
    bool const last = done == all;
    if (!last && (!terminal || now - drawn < std::chrono::milliseconds(200))) return;
    drawn = now;
    double const seconds = std::chrono::duration<double>(now - start).count();
    std::cout << (terminal ? "\r\033[K" : "") << "sensitivity: candidate " << done << " of " << all;
    if (last)
      std::cout << (terminal ? "\r\033[K" : "\n");
    else if (done > 1)
      std::cout << ", " << polyfold::with_decimals(seconds / (done - 1) * (all - done), 0) << " s left";
    std::cout << std::flush;
  };
}

void report(settings const& s, polyfold::tuning_result const& found,
            std::vector<polyfold::tuning::layer_form> const& forms, spelled_model const& model) {
  polyfold::tuning_point const& best = found.best();
  std::cout << "\nPareto front, on the validation images:\n\n";
  tuning_table(found).write_text(std::cout);
  std::cout << "\ncoefficient ratio: weights of the approximated layers / their coefficients\n"
               "parameter ratio: all dense parameters / all stored parameters\n"
               "byte ratio: dense float32 bytes / all stored bytes\n\n";
  if (found.chosen == 0)
    std::cout << (s.budget.limits_drop ? "No approximation stayed within the drop: the exact network is chosen.\n\n"
                                       : "The exact network is within the budget.\n\n");
  std::vector<std::string> spellings;
  for (polyfold::approximation const& a : best.layers) spellings.push_back(polyfold::tuning::spelled(a));
  polyfold::table const layers = chosen_layers_table(best, forms, spellings);
  layers.write_text(std::cout);
  std::cout << "\nusing namespace polyfold;\nconstexpr auto tuned = " << spelled_type(model, best) << ";\n\n";

  polyfold::text_stream page;
  page << "All networks that were retrained, and the chosen one's layers.\n\n";
  tuning_table(found, true).write_markdown(page);
  page << '\n';
  layers.write_markdown(page);
  polyfold::write_file_atomically(s.output / "tuning.md", page.str());
  polyfold::write_file_atomically(s.output / "tuned.hpp", type_header(s, model, best));
  polyfold::write_file_atomically(s.output / "front.svg", tuning_plot(found, s.model + " on " + s.dataset).svg());
}
