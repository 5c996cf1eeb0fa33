#include "record.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include <polyfold/failure.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>

namespace {

using json = nlohmann::ordered_json;

json to_json(polyfold::cost const& c) {
  return {{"weights", c.weights},
          {"dense_numbers", c.dense_parameters},
          {"coefficients", c.coefficients},
          {"stored_numbers", c.stored_parameters},
          {"byte_numbers", c.byte_parameters},
          {"scale_bytes", c.scale_bytes},
          {"map_bytes", c.map_bytes},
          {"table_bytes", c.table_bytes},
          {"multiplications", c.multiplications},
          {"additions", c.additions},
          {"dense_multiplications", c.dense_multiplications},
          {"dense_additions", c.dense_additions}};
}

polyfold::cost cost_from(json const& j) {
  return {.weights = j.at("weights"),
          .dense_parameters = j.at("dense_numbers"),
          .coefficients = j.at("coefficients"),
          .stored_parameters = j.at("stored_numbers"),
          .byte_parameters = j.at("byte_numbers"),
          .scale_bytes = j.at("scale_bytes"),
          .map_bytes = j.at("map_bytes"),
          .table_bytes = j.at("table_bytes"),
          .multiplications = j.at("multiplications"),
          .additions = j.at("additions"),
          .dense_multiplications = j.at("dense_multiplications"),
          .dense_additions = j.at("dense_additions")};
}

/// A float as the shortest decimal number that stands for it: 0.008, not 0.00800000037997961.
double decimal(float value) {
  char text[64];
  auto const [end, code] = std::to_chars(text, text + sizeof text, value);
  double result = 0;
  std::from_chars(text, end, result);
  return result;
}

constexpr char const* half_cosine = "half cosine";
constexpr char const* one_cycle = "one cycle";
constexpr char const* nesterov = "SGD, Nesterov";
constexpr char const* descent = "SGD";

char const* name_of(polyfold::optimizer_options const& o) {
  if (o.by == polyfold::method::adam) return "Adam";
  return o.nesterov ? nesterov : descent;
}

json to_json(polyfold::training_options const& o) {
  return {{"epochs", o.epochs},
          {"rounded_epochs", o.rounded_epochs},
          {"batch", o.batch},
          {"shift", o.shift},
          {"flip", o.flip},
          {"rotation", decimal(o.affine.rotation)},
          {"scale", decimal(o.affine.scale)},
          {"shear", decimal(o.affine.shear)},
          {"shift_between_pixels", decimal(o.affine.shift)},
          {"cutout", o.cutout},
          {"method", name_of(o.optimizer)},
          {"momentum", decimal(o.optimizer.momentum)},
          {"schedule", o.optimizer.schedule == polyfold::rate_schedule::one_cycle ? one_cycle : half_cosine},
          {"warm_up", decimal(o.optimizer.warm_up)},
          {"learning_rate", decimal(o.optimizer.learning_rate)},
          {"dense_rate", decimal(o.dense_rate)},
          {"weight_decay", decimal(o.optimizer.weight_decay)},
          {"label_smoothing", decimal(o.label_smoothing)},
          {"average_epochs", decimal(o.average_epochs)},
          {"statistics_images", o.statistics_images},
          {"distillation", decimal(o.distil.weight)},
          {"temperature", decimal(o.distil.temperature)}};
}

polyfold::training_options options_from(json const& j) {
  polyfold::training_options o;
  o.epochs = j.at("epochs");
  o.rounded_epochs = j.at("rounded_epochs");
  o.batch = j.at("batch");
  o.shift = j.at("shift");
  o.flip = j.at("flip");
  // Older records are without what they could not ask for.
  o.affine = {.rotation = j.value("rotation", 0.0f),
              .scale = j.value("scale", 0.0f),
              .shear = j.value("shear", 0.0f),
              .shift = j.value("shift_between_pixels", 0.0f)};
  o.cutout = j.value("cutout", 0);
  std::string const method = j.value("method", "");
  if (method == nesterov || method == descent) o.optimizer.by = polyfold::method::sgd;
  o.optimizer.nesterov = method == nesterov;
  o.optimizer.momentum = j.value("momentum", o.optimizer.momentum);
  if (j.value("schedule", "") == one_cycle) o.optimizer.schedule = polyfold::rate_schedule::one_cycle;
  o.optimizer.warm_up = j.value("warm_up", o.optimizer.warm_up);
  o.label_smoothing = j.value("label_smoothing", 0.0f);
  o.average_epochs = j.value("average_epochs", 0.0f);
  o.statistics_images = j.value("statistics_images", 0);
  o.optimizer.learning_rate = j.at("learning_rate");
  o.dense_rate = j.at("dense_rate");
  o.optimizer.weight_decay = j.at("weight_decay");
  o.distil = {.weight = j.at("distillation"), .temperature = j.at("temperature")};
  return o;
}

/// What `f` makes of the record in a file.
template <class F>
auto from_file(std::filesystem::path const& path, F f) {
  std::string const text = polyfold::read_file(path, "the record of a run");
  try {
    return f(json::parse(text));
  } catch (nlohmann::json::exception const& caught) {
    throw polyfold::failure(path, std::string("is no record: ") + caught.what(), "the record of a run");
  }
}

}  // namespace

void write_record(std::filesystem::path const& path, record const& r) {
  json const j{{"study", r.study},
               {"configuration", r.configuration},
               {"kind", r.kind},
               {"seed", r.seed},
               {"data", r.data},
               {"trained_on", r.trained_on},
               {"part", r.part},
               {"measured_on", r.measured_on},
               {"correct", r.correct},
               {"dense_correct", r.dense_correct},
               {"start", r.start},
               {"options", to_json(r.options)},
               {"costs", to_json(r.costs)},
               {"approximated", to_json(r.approximated)},
               {"seconds_per_epoch", r.seconds_per_epoch},
               {"threads", r.threads},
               {"machine", r.machine},
               {"run", r.run}};
  polyfold::make_folders(path.parent_path());
  polyfold::write_file_atomically(path, j.dump(1) + "\n");
}

record read_record(std::filesystem::path const& path) {
  return from_file(path, [](json const& j) -> record {
    return {.study = j.at("study"),
            .configuration = j.at("configuration"),
            .kind = j.at("kind"),
            .start = j.at("start"),
            .data = j.at("data"),
            .part = j.at("part"),
            .seed = j.at("seed"),
            .trained_on = j.at("trained_on"),
            .measured_on = j.at("measured_on"),
            .correct = j.at("correct"),
            .dense_correct = j.at("dense_correct"),
            .options = options_from(j.at("options")),
            .costs = cost_from(j.at("costs")),
            .approximated = cost_from(j.at("approximated")),
            .seconds_per_epoch = j.at("seconds_per_epoch"),
            .threads = j.at("threads"),
            .machine = j.at("machine"),
            .run = j.at("run")};
  });
}

void replace_costs(std::filesystem::path const& path, polyfold::cost const& costs, polyfold::cost const& approximated) {
  polyfold::write_file_atomically(path, from_file(path, [&](json j) {
                                    j.at("costs") = to_json(costs);
                                    j.at("approximated") = to_json(approximated);
                                    return j.dump(1) + "\n";
                                  }));
}

std::pair<std::string, std::string> differences(polyfold::cost const& a, polyfold::cost const& b) {
  std::pair<std::string, std::string> lists;
  auto const add = [](std::string& list, std::string const& name, json const& value) {
    list += (list.empty() ? "" : ", ") + name + " " + value.dump();
  };
  json const of_a = to_json(a);
  json const of_b = to_json(b);
  for (auto const& [name, value] : of_a.items())
    if (value != of_b.at(name)) {
      add(lists.first, name, value);
      add(lists.second, name, of_b.at(name));
    }
  return lists;
}
