// Checkpoints: the whole state comes back, for the same run only, and a broken file is refused with the way out.

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <polyfold/io/checkpoint.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

constexpr std::size_t parameters = 9;
std::string const run = "input 1 x 8 x 8\n0 dense 4: 4 x 1 x 1\nepochs 6, seed 1\n";

training_state example() {
  test::random_numbers random(1);
  training_state state;
  state.master.resize(parameters);
  state.optimizer = training::optimizer_state(parameters);
  random.fill(state.master);
  random.fill(state.optimizer.first);
  random.fill(state.optimizer.second);
  state.optimizer.step = 5'000'000'000;
  state.epochs_done = 3;
  return state;
}

/// What the reader says of a checkpoint after `change`, by a writer who states its checksum.
std::string refusal(std::function<void(tensor_file&)> const& change) {
  test::temporary_folder const folder;
  save_checkpoint(folder / "state", example(), run);
  tensor_file file = read_safetensors(folder / "state");
  change(file);
  file.metadata["checksum"] = detail::checksum_text(file.tensors);
  write_safetensors(folder / "state", file);
  std::string const message = message_of([&] { (void)load_checkpoint(folder / "state", run, parameters); });
  CHECK((message.empty() || mentions(message, {(folder / "state").string(), "To start afresh, delete the file."})));
  return message;
}

}  // namespace

TEST_CASE("a training state survives the file") {
  test::temporary_folder const folder;
  training_state const state = example();
  save_checkpoint(folder / "state", state, run);
  CHECK(folder.files() == 1);
  auto const back = load_checkpoint(folder / "state", run, parameters);
  REQUIRE(back.has_value());
  CHECK(back->master == state.master);
  CHECK(back->optimizer.first == state.optimizer.first);
  CHECK(back->optimizer.second == state.optimizer.second);
  CHECK(back->optimizer.step == state.optimizer.step);
  CHECK(back->epochs_done == state.epochs_done);
}

TEST_CASE("no file: nothing to go on from") {
  test::temporary_folder const folder;
  CHECK(!load_checkpoint(folder / "state", run, parameters).has_value());
}

TEST_CASE("another run is refused by the first line that differs") {
  CHECK(refusal([](tensor_file&) {}) == "");
  CHECK(mentions(
      refusal([](tensor_file& f) { f.metadata["run"].replace(f.metadata["run"].find("epochs 6"), 8, "epochs 9"); }),
      {"another run", "'epochs 9, seed 1'", "expected 'epochs 6, seed 1'"}));
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata.erase("run"); }), {"another run", "'input 1 x 8 x 8'"}));
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata["format"] = "polyfold network 1"; }),
                 {"'polyfold network 1'", "'polyfold checkpoint 3'"}));
}

TEST_CASE("a checkpoint of the first version, without a checksum, is read; one of a newer version is not") {
  CHECK(refusal([](tensor_file& f) { f.metadata["format"] = "polyfold checkpoint 1"; }) == "");
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata["format"] = "polyfold checkpoint 4"; }),
                 {"a checkpoint of version 4", "version 3 at most", "newer polyfold"}));

  test::temporary_folder const folder;
  save_checkpoint(folder / "state", example(), run);
  tensor_file file = read_safetensors(folder / "state");
  CHECK(file.metadata.at("format") == "polyfold checkpoint 3");
  file.metadata["format"] = "polyfold checkpoint 1";
  file.metadata.erase("checksum");
  write_safetensors(folder / "state", file);
  auto const back = load_checkpoint(folder / "state", run, parameters);
  REQUIRE(back);
  CHECK(back->master == example().master);
}

TEST_CASE("averages survive the file, where there are any; the second version has none") {
  test::temporary_folder const folder;
  training_state state = example();
  state.average = state.optimizer.first;
  save_checkpoint(folder / "state", state, run);
  auto const back = load_checkpoint(folder / "state", run, parameters);
  REQUIRE(back.has_value());
  CHECK(back->average == state.average);

  save_checkpoint(folder / "state", example(), run);
  tensor_file file = read_safetensors(folder / "state");
  file.metadata["format"] = "polyfold checkpoint 2";
  write_safetensors(folder / "state", file);
  auto const second = load_checkpoint(folder / "state", run, parameters);
  REQUIRE(second.has_value());
  CHECK(second->master == example().master);
  CHECK(second->average.empty());

  CHECK(mentions(
      refusal([](tensor_file& f) { f.tensors.push_back(make_tensor<float>("average", {1}, std::vector<float>{1})); }),
      {"'average'", "4 bytes"}));
}

TEST_CASE("a damaged number of a checkpoint is noticed") {
  test::temporary_folder const folder;
  save_checkpoint(folder / "state", example(), run);
  tensor_file const file = read_safetensors(folder / "state");
  REQUIRE(file.tensors.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    tensor_file damaged = file;
    damaged.tensors[i].bytes[5] ^= std::byte{1};
    write_safetensors(folder / "state", damaged);
    CHECK(mentions(message_of([&] { (void)load_checkpoint(folder / "state", run, parameters); }),
                   {"numbers are damaged", "Remedy: ", "To start afresh, delete the file."}));
  }
}

TEST_CASE("missing, surplus and mislabelled tensors are refused") {
  for (std::string const name : {"master", "optimizer.first", "optimizer.second"}) {
    auto const with = [&](auto change) {
      return refusal([&](tensor_file& f) {
        for (stored_tensor& t : f.tensors)
          if (t.name == name) return change(t);
      });
    };
    CHECK(mentions(with([](stored_tensor& t) { t.name += "x"; }), {"no tensor '" + name + "'"}));
    CHECK(mentions(with([](stored_tensor& t) { t.type = dtype::u32; }),
                   {"'" + name + "'", "U32", "9 elements of type F32"}));
    CHECK(mentions(with([](stored_tensor& t) { t = make_tensor<float>(t.name, {8}, std::vector<float>(8)); }),
                   {"'" + name + "'", "32 bytes"}));
    CHECK(mentions(with([](stored_tensor& t) {
                     auto values = tensor_values<float>(t);
                     values[4] = std::nanf("");
                     t = make_tensor<float>(t.name, t.shape, values);
                   }),
                   {"'" + name + "'", "not a finite number at element 4"}));
  }
  CHECK(mentions(
      refusal([](tensor_file& f) { f.tensors.push_back(make_tensor<float>("more", {1}, std::vector<float>{1})); }),
      {"holds 4 tensors"}));
}

TEST_CASE("counts of epochs and steps must be whole numbers") {
  for (char const* const key : {"epochs done", "steps done"})
    for (char const* const text : {"", "x", "-1", "3x", "2.5", " 3", "99999999999999999999"}) {
      INFO(key << " = " << text);
      CHECK(mentions(refusal([&](tensor_file& f) { f.metadata[key] = text; }), {"number of epochs and steps"}));
    }
  CHECK(refusal([](tensor_file& f) { f.metadata["epochs done"] = "4000000000"; }) != "");
  CHECK(refusal([](tensor_file& f) { f.metadata.erase("steps done"); }) != "");
}

TEST_CASE("cut files are refused") {
  test::temporary_folder const folder;
  save_checkpoint(folder / "state", example(), run);
  std::string const whole = test::read_bytes(folder / "state");
  for (std::size_t length = 0; length < whole.size(); length += 11) {
    test::write_bytes(folder / "cut", whole.substr(0, length));
    INFO("cut to " << length << " of " << whole.size() << " bytes");
    REQUIRE(mentions(message_of([&] { (void)load_checkpoint(folder / "cut", run, parameters); }), {"delete the file"}));
  }
}
