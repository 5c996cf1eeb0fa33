#include "steps.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/onnx.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

namespace recorded {

namespace {

/// Of the images that are trained on, in their order now.
unsigned long checksum(polyfold::dataset const& data) {
  unsigned long sum = crc32_z(0, nullptr, 0);
  std::vector<std::size_t> parameters;
  for (std::size_t i = 0; i < data.size(); ++i) parameters.push_back(data.index(i));
  std::sort(parameters.begin(), parameters.end());
  for (std::size_t const n : parameters) {
    auto const image = data.images().image(n);
    sum = crc32_z(sum, image.data(), image.size());
    auto const label = static_cast<std::uint8_t>(data.images().labels[n]);
    sum = crc32_z(sum, &label, 1);
  }
  return sum;
}

/// Instruction set and compiler.
std::string machine_description() {
  std::string const instructions =
#if defined(__AVX512F__)
      "x86-64 with AVX-512";
#elif defined(__AVX2__)
      "x86-64 with AVX2";
#elif defined(__x86_64__)
      "x86-64";
#elif defined(__aarch64__)
      "AArch64";
#else
      "unnamed processor";
#endif
#if defined(__clang__)
  return instructions + ", clang " __clang_version__;
#else
  return instructions + ", g++ " __VERSION__;
#endif
}

/// What a recipe has beside the oldest options; nothing where it is what it was without: a run keeps its text.
std::string rest_of_recipe(polyfold::training_options const& o) {
  polyfold::training_options const plain;
  polyfold::text_stream text;
  auto const add = [&](char const* name, auto value, auto usual) {
    if (value != usual) text << name << " " << value << "\n";
  };
  add("rotation", o.affine.rotation, plain.affine.rotation);
  add("scale", o.affine.scale, plain.affine.scale);
  add("shear", o.affine.shear, plain.affine.shear);
  add("shift between pixels", o.affine.shift, plain.affine.shift);
  add("cutout", o.cutout, plain.cutout);
  add("method", int(o.optimizer.by), int(plain.optimizer.by));
  add("Nesterov", o.optimizer.nesterov, plain.optimizer.nesterov);
  add("momentum", o.optimizer.momentum, plain.optimizer.momentum);
  add("schedule", int(o.optimizer.schedule), int(plain.optimizer.schedule));
  add("warm-up", o.optimizer.warm_up, plain.optimizer.warm_up);
  add("label smoothing", o.label_smoothing, plain.label_smoothing);
  add("average epochs", o.average_epochs, plain.average_epochs);
  add("statistics images", o.statistics_images, plain.statistics_images);
  return text.str();
}

}  // namespace

polyfold::weight_source given_weights(experiment const& e) { return polyfold::read_any_weights(e.chosen.weights); }

std::string short_form(std::string const& run) {
  polyfold::text_stream text;
  text << std::hex << crc32_z(0, reinterpret_cast<unsigned char const*>(run.data()), run.size());
  return text.str();
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view const part : parts) text += part;
  return text;
}

std::string text_of_run(experiment const& e, plan const& p, std::string const& description) {
  polyfold::training_options const& o = p.options;
  polyfold::text_stream text;
  text << description << p.kind << ", from " << p.start << "\nepochs " << o.epochs << ", of bytes " << o.rounded_epochs
       << ", batch " << o.batch << ", learning rate " << o.optimizer.learning_rate << ", dense rate " << o.dense_rate
       << ", weight decay " << o.optimizer.weight_decay << ", shift " << o.shift << ", flip " << o.flip
       << ", distillation " << o.distil.weight << " at " << o.distil.temperature << ", seed " << o.seed << "\n"
       << rest_of_recipe(o) << e.training.size() << " training images, checksum " << checksum(e.training) << "\n";
  return text.str();
}

bool recorded_already(experiment const& e, std::string const& configuration, std::string const& run) {
  std::filesystem::path const path = e.record_file(configuration, ".json");
  if (!polyfold::is_there(path)) return false;
  record const r = read_record(path);
  if (r.run == short_form(run)) {
    std::cout << e.study << " " << configuration << ", seed " << r.seed << ": recorded already, "
              << polyfold::as_percent(r.accuracy(), 2) << std::endl;
    return true;
  }
  if (e.chosen.wanted == task::test)
    throw polyfold::failure(path, "is the record of another run", "settings and data as they were",
                            "test images are measured once: delete the record to measure them again");
  return false;
}

record record_of(experiment const& e, plan const& p, std::string const& run) {
  record r;
  r.study = e.study;
  r.configuration = e.trial(p.configuration);
  r.kind = p.kind;
  r.start = p.start;
  r.data = e.data;
  r.part = e.chosen.wanted == task::validate ? "validation" : "test";
  r.seed = p.options.seed;
  r.trained_on = e.training.size();
  r.measured_on = e.held_out.size();
  r.options = p.options;
  r.threads = e.threads.count();
  r.machine = machine_description();
  r.run = short_form(run);
  return r;
}

void leave(experiment const& e, plan const& p, record const& r, std::filesystem::path const& file) {
  constexpr std::uintmax_t small = 100'000;
  std::filesystem::path const record_file = e.record_file(p.configuration, ".json");
  polyfold::make_folders(record_file.parent_path());
  // The record comes last: it says that the run is done.
  if (r.folded() && e.chosen.wanted == task::test && std::filesystem::file_size(file) < small)
    polyfold::write_file_atomically(e.record_file(p.configuration, ".safetensors"), polyfold::read_file(file));
  write_record(record_file, r);
  std::filesystem::remove(e.work_file(p.configuration, ".checkpoint"));
  std::cout << r.study << " " << r.configuration << ", seed " << r.seed << ": " << r.part << " "
            << polyfold::as_percent(r.accuracy(), 2) << ", drop " << polyfold::with_decimals(100 * r.drop(), 2)
            << " points, " << polyfold::with_thousands(r.costs.stored_parameters) << " numbers ("
            << polyfold::as_ratio(polyfold::parameter_ratio(r.costs)) << "), "
            << polyfold::with_thousands(r.costs.stored_bytes()) << " bytes ("
            << polyfold::as_ratio(polyfold::byte_ratio(r.costs)) << ")" << std::endl;
}

}  // namespace recorded
