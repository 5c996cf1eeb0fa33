// The safetensors reader and writer: round trips, files as other programs write them, and every way to be wrong.

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/safetensors.hpp"
#include "support/growth.hpp"
#include "temporary_files.hpp"

namespace {

using polyfold::dtype;
using polyfold::stored_tensor;
using polyfold::tensor_file;
using test::mentions;
using test::message_of;
using test::write_bytes;

/// A file from its header's text and `data_bytes` bytes of data that count up.
std::string file_bytes(std::string const& header, std::size_t data_bytes) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(std::uint64_t{header.size()} >> 8U * i & 0xffU);
  bytes += header;
  for (std::size_t i = 0; i < data_bytes; ++i) bytes += static_cast<char>(i & 0xffU);
  return bytes;
}

std::string entry(std::string const& type, std::string const& shape, std::string const& offsets) {
  return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// What the reader says about a file with this header and this much data; empty if it reads it.
std::string refusal(std::string const& header, std::size_t data_bytes) {
  test::temporary_folder const folder;
  write_bytes(folder / "file", file_bytes(header, data_bytes));
  return message_of([&] { polyfold::read_safetensors(folder / "file"); });
}

/// The same for the single tensor "w".
std::string tensor_refusal(std::string const& description, std::size_t data_bytes) {
  return refusal(R"({"w":)" + description + "}", data_bytes);
}

tensor_file example() {
  std::vector<float> const weights{1.5F, -2.0F, 0.0F, 3.25F, 1e-30F, 6.0F};
  std::vector<std::uint8_t> const indices{1, 2, 255};
  std::vector<std::int64_t> const epoch{-7};
  tensor_file file;
  file.metadata = {{"format", "pt"}, {"note", "a \"quoted\" \xc3\xa9"}};
  file.tensors.push_back(polyfold::make_tensor<std::uint8_t>("indices", {3}, indices));
  file.tensors.push_back(polyfold::make_tensor<float>("conv1.weight", {2, 1, 3}, weights));
  file.tensors.push_back(polyfold::make_tensor<std::int64_t>("epoch", {}, epoch));
  file.tensors.push_back(polyfold::make_tensor<float>("nothing", {0, 4}, std::vector<float>{}));
  return file;
}

}  // namespace

TEST_CASE("tensors and metadata survive the file", "[safetensors]") {
  test::temporary_folder const folder;
  tensor_file const file = example();
  polyfold::write_safetensors(folder / "file", file);
  CHECK(folder.files() == 1);
  tensor_file const back = polyfold::read_safetensors(folder / "file");
  CHECK(back.metadata == file.metadata);
  REQUIRE(back.tensors.size() == file.tensors.size());
  for (stored_tensor const& tensor : file.tensors) {
    INFO(tensor.name);
    stored_tensor const* const other = back.find(tensor.name);
    REQUIRE(other != nullptr);
    CHECK(other->type == tensor.type);
    CHECK(other->shape == tensor.shape);
    CHECK(other->bytes == tensor.bytes);
  }
  CHECK(back.find("absent") == nullptr);
  CHECK(polyfold::tensor_values<float>(*back.find("conv1.weight"))[3] == 3.25F);
  CHECK(polyfold::tensor_values<std::int64_t>(*back.find("epoch")) == std::vector<std::int64_t>{-7});

  // Written again, the same bytes.
  polyfold::write_safetensors(folder / "again", back);
  CHECK(test::read_bytes(folder / "again") == test::read_bytes(folder / "file"));
}

TEST_CASE("an empty file of tensors survives too", "[safetensors]") {
  test::temporary_folder const folder;
  polyfold::write_safetensors(folder / "file", {});
  CHECK(test::read_bytes(folder / "file").size() == 16);
  CHECK(polyfold::read_safetensors(folder / "file").tensors.empty());
}

TEST_CASE("the written bytes are those of the format", "[safetensors]") {
  test::temporary_folder const folder;
  std::vector<std::int32_t> const values{1, -2};
  polyfold::write_safetensors(folder / "file", {{}, {polyfold::make_tensor<std::int32_t>("w", {2}, values)}});
  std::string header = R"({"w":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  CHECK(test::read_bytes(folder / "file") == file_bytes(header, 0) + std::string("\1\0\0\0\xfe\xff\xff\xff", 8));
}

TEST_CASE("tensors may stand in any order in the header", "[safetensors]") {
  test::temporary_folder const folder;
  write_bytes(folder / "file",
              file_bytes(R"({"a":)" + entry("U8", "[2]", "[4,6]") + R"(,"__metadata__":{"k":"v"},"b":)" +
                             entry("F32", "[]", "[0,4]") + "}   ",
                         6));
  tensor_file const file = polyfold::read_safetensors(folder / "file");
  CHECK(file.metadata.at("k") == "v");
  REQUIRE(file.tensors.size() == 2);
  CHECK(file.tensors[0].name == "b");
  CHECK(polyfold::tensor_values<std::uint8_t>(file.tensors[1]) == std::vector<std::uint8_t>{4, 5});
}

TEST_CASE("every element type is known by its name and width", "[safetensors]") {
  struct known {
    char const* name;
    std::size_t bytes;
    dtype type;
  };
  for (known const& k : {known{"BOOL", 1, dtype::boolean}, known{"U8", 1, dtype::u8}, known{"I8", 1, dtype::i8},
                         known{"U16", 2, dtype::u16}, known{"I16", 2, dtype::i16}, known{"F16", 2, dtype::f16},
                         known{"BF16", 2, dtype::bf16}, known{"U32", 4, dtype::u32}, known{"I32", 4, dtype::i32},
                         known{"F32", 4, dtype::f32}, known{"U64", 8, dtype::u64}, known{"I64", 8, dtype::i64},
                         known{"F64", 8, dtype::f64}}) {
    INFO(k.name);
    CHECK(polyfold::dtype_name(k.type) == k.name);
    CHECK(polyfold::dtype_bytes(k.type) == k.bytes);
    CHECK(tensor_refusal(entry(k.name, "[3]", "[0," + std::to_string(3 * k.bytes) + "]"), 3 * k.bytes).empty());
  }
  CHECK(mentions(tensor_refusal(entry("F4", "[2]", "[0,1]"), 1), {"tensor 'w'", "'F4'", "one of", "F32"}));
}

TEST_CASE("files that are cut off or are something else", "[safetensors]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  auto const message = [&](std::string const& bytes) {
    write_bytes(path, bytes);
    return message_of([&] { polyfold::read_safetensors(path); });
  };
  CHECK(mentions(message_of([&] { polyfold::read_safetensors(folder / "nothing"); }), {"nothing", "can't be read"}));
  CHECK(mentions(message_of([&] { polyfold::read_safetensors(folder.path()); }), {"is a folder"}));
  CHECK(mentions(message(""), {path.string(), "0 bytes"}));
  CHECK(mentions(message("1234567"), {"7 bytes"}));
  CHECK(mentions(message(std::string(8, '\0')), {"does not start with '{'"}));
  CHECK(
      mentions(message(std::string(8, '\xff') + "{}"), {"header of 18446744073709551615 bytes", "the 2 that follow"}));
  CHECK(mentions(message("GIF89a, and more of it"), {"states a header"}));

  polyfold::write_safetensors(path, example());
  std::string const whole = test::read_bytes(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    REQUIRE_FALSE(message(whole.substr(0, length)).empty());
  }
  CHECK(mentions(message(whole + "x"), {"bytes of data", "the end of the last tensor"}));
  CHECK(message(whole).empty());
}

TEST_CASE("a header above the limit is refused before it is read", "[safetensors]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  std::uint64_t const length = (std::uint64_t{16} << 20U) + 1;
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8U * i & 0xffU);
  write_bytes(path, bytes + "{");
  std::filesystem::resize_file(path, 8 + length);
  CHECK(mentions(message_of([&] { polyfold::read_safetensors(path); }), {"16777217", "16777216 at most"}));
}

TEST_CASE("headers that are not the JSON they should be", "[safetensors]") {
  CHECK(refusal("{}", 0).empty());
  CHECK(mentions(refusal("[]", 0), {"'{'"}));
  CHECK(mentions(refusal("{", 0), {"not valid JSON"}));
  CHECK(mentions(refusal("{} {}", 0), {"not valid JSON"}));
  CHECK(mentions(refusal("{\"\xff\":1}", 0), {"not valid JSON"}));
  CHECK(mentions(refusal("{\"w\":" + std::string(200000, '['), 0), {"tensor 'w'", "dtype, shape and data_offsets"}));
  CHECK(mentions(refusal(R"({"w":{"shape":)" + std::string(200000, '['), 0), {"nested"}));
  CHECK(mentions(refusal(R"({"w":{"more":)" + std::string(200000, '['), 0), {"nested"}));
  // What is not known is passed over.
  CHECK(tensor_refusal(R"({"more":[1,"a"],"dtype":"U8","and":{"shape":2},"shape":[1],"data_offsets":[0,1]})", 1) == "");
  std::string objects = "{";
  for (int i = 0; i < 100000; ++i) objects += "\"a\":{";
  CHECK(mentions(refusal(objects, 0), {"nested"}));
  CHECK(mentions(refusal(R"({"w":1})", 0), {"tensor 'w'", "dtype, shape and data_offsets"}));
  CHECK(mentions(refusal(R"({"w":null})", 0), {"tensor 'w'"}));
  CHECK(mentions(refusal(R"({"w":[1,2]})", 0), {"tensor 'w'"}));
  CHECK(mentions(refusal(R"({"w":{"dtype":"F32","shape":[]}})", 4), {"tensor 'w'", "data_offsets"}));
  CHECK(mentions(tensor_refusal(R"({"dtype":["F32"],"shape":[],"data_offsets":[0,4]})", 4), {"the dtype ''", "F32"}));
  CHECK(mentions(tensor_refusal(R"({"dtype":"F32","shape":{"a":1},"data_offsets":[0,4]})", 4), {"no short array"}));
  for (char const* const value : {"3", "\"text\"", "null", "[]"})
    CHECK(mentions(refusal(std::string(R"({"__metadata__":)") + value + "}", 0), {"__metadata__ is not an object"}));
  CHECK(mentions(refusal(R"({"__metadata__":{"list":["text"]}})", 0), {"__metadata__", "'list'"}));
  CHECK(mentions(refusal(R"({"__metadata__":{"map":{"a":"b"}}})", 0), {"__metadata__", "'map'"}));
  CHECK(mentions(refusal(R"({"__metadata__":{"epoch":3}})", 0), {"__metadata__", "'epoch'"}));
}

TEST_CASE("the time to read a header grows with its length", "[safetensors]") {
  test::temporary_folder const folder;
  CHECK(test::growth_by_8(2000, [&](std::size_t tensors) {
          auto const path = folder / std::to_string(tensors);
          if (!std::filesystem::exists(path)) {
            std::string header = "{";
            for (std::size_t i = 0; i < tensors; ++i)
              header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + entry("U8", "[0]", "[0,0]");
            write_bytes(path, file_bytes(header + "}", 0));
          }
          REQUIRE(polyfold::read_safetensors(path).tensors.size() == tensors);
        }) < 24);
}

TEST_CASE("names that occur twice", "[safetensors]") {
  std::string const w = R"("w":)" + entry("U8", "[1]", "[0,1]");
  CHECK(mentions(refusal("{" + w + "," + w + "}", 1), {"'w' twice"}));
  CHECK(mentions(refusal(R"({"__metadata__":{"a":"1","a":"2"}})", 0), {"'a' twice"}));
  CHECK(
      mentions(refusal(R"({"w":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1), {"'dtype' twice"}));
  // The same field in two tensors is as it should be.
  CHECK(refusal("{" + w + R"(,"v":)" + entry("U8", "[1]", "[1,2]") + "}", 2).empty());
}

TEST_CASE("shapes that can't be", "[safetensors]") {
  CHECK(mentions(tensor_refusal(entry("U8", "[-1]", "[0,1]"), 1), {"tensor 'w'", "shape"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[1.0]", "[0,1]"), 1), {"whole number"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[\"1\"]", "[0,1]"), 1), {"whole number"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[true]", "[0,1]"), 1), {"whole number"}));
  CHECK(mentions(tensor_refusal(entry("U8", "1", "[0,1]"), 1), {"shape"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[18446744073709551615]", "[0,1]"), 1), {"whole number"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[99999999999999999999999]", "[0,1]"), 1), {"whole number"}));
  CHECK(mentions(tensor_refusal(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0), {"fits into memory"}));
  // 2^63 elements of 2 bytes wrap to 0 in 64 bits.
  CHECK(mentions(tensor_refusal(entry("F16", "[4611686018427387904,2]", "[0,0]"), 0), {"fits into memory"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[0,9223372036854775807,9223372036854775807]", "[0,0]"), 0),
                 {"fits into memory"}));
  std::string many = "[1";
  for (int i = 0; i < 40; ++i) many += ",1";
  CHECK(mentions(tensor_refusal(entry("U8", many + "]", "[0,1]"), 1), {"short array"}));
}

TEST_CASE("byte ranges that can't be", "[safetensors]") {
  CHECK(
      mentions(tensor_refusal(entry("U8", "[2]", "[0,3]"), 3), {"tensor 'w'", "[0, 3]", "expected 2 bytes", "U8 [2]"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[0,2]"), 1), {"[0, 2]", "within the 1 bytes"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[3,1]"), 4), {"[3, 1]"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[-2,0]"), 2), {"data_offsets"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[0]"), 2), {"data_offsets"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[0,2,2]"), 2), {"data_offsets"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "{\"0\":0,\"1\":2}"), 2), {"data_offsets"}));
  CHECK(mentions(tensor_refusal(entry("U8", "[2]", "[9223372036854775807,9223372036854775807]"), 2), {"within"}));

  auto const two = [](std::string const& a, std::string const& b, std::size_t bytes) {
    return refusal(R"({"a":)" + entry("U8", "[2]", a) + R"(,"b":)" + entry("U8", "[2]", b) + "}", bytes);
  };
  CHECK(two("[0,2]", "[2,4]", 4).empty());
  CHECK(mentions(two("[0,2]", "[1,3]", 3), {"tensor 'b'", "byte 1", "expected 2"}));
  CHECK(mentions(two("[0,2]", "[0,2]", 2), {"begins at byte 0", "expected 2"}));
  CHECK(mentions(two("[0,2]", "[3,5]", 5), {"begins at byte 3", "expected 2"}));
  CHECK(mentions(two("[1,3]", "[3,5]", 5), {"tensor 'a'", "begins at byte 1", "expected 0"}));
  CHECK(mentions(two("[0,2]", "[2,4]", 5), {"5 bytes of data", "expected 4"}));
}

TEST_CASE("what can't be written leaves the old file alone", "[safetensors]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  polyfold::write_safetensors(path, example());
  std::string const before = test::read_bytes(path);
  auto const message = [&](tensor_file const& file) {
    return message_of([&] { polyfold::write_safetensors(path, file); });
  };

  tensor_file file = example();
  file.tensors.push_back(file.tensors.front());
  CHECK(mentions(message(file), {"tensor 'indices'", "twice"}));
  file = example();
  file.tensors[0].name = "__metadata__";
  CHECK(mentions(message(file), {"reserved"}));
  file = example();
  file.tensors[0].name = "\xff";
  CHECK(mentions(message(file), {"UTF-8"}));
  file = example();
  file.tensors[0].shape = {4};
  CHECK(mentions(message(file), {"3 bytes", "expected 4", "U8 [4]"}));
  file = example();
  file.tensors[0].shape = {-3};
  CHECK(mentions(message(file), {"a possible size", "[-3]"}));
  CHECK(test::read_bytes(path) == before);
  CHECK(folder.files() == 1);
}

TEST_CASE("numbers and tensors convert only where the types agree", "[safetensors]") {
  std::vector<float> const values{1, 2, 3};
  CHECK(mentions(message_of([&] {
                   polyfold::make_tensor<float>("w", {2, 2}, values);
                 }),
                 {"tensor 'w'", "[2, 2]", "3 values"}));
  stored_tensor const tensor = polyfold::make_tensor<float>("w", {3}, values);
  CHECK(polyfold::tensor_values<float>(tensor) == values);
  CHECK(mentions(message_of([&] { polyfold::tensor_values<double>(tensor); }),
                 {"tensor 'w'", "holds F32", "expected F64"}));
}

TEST_CASE("safetensors files broken at random are read or refused, nothing else", "[safetensors][fuzz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  polyfold::write_safetensors(path, example());
  std::string const original = test::read_bytes(path);
  std::mt19937 random(41551);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    write_bytes(path, test::mutate(original, original.size() - 35, random));
    refused += message_of([&] { polyfold::read_safetensors(path); }).empty() ? 0 : 1;
  }
  CHECK(refused > 1000);
  CHECK(refused < 1500);

  constexpr std::string_view alphabet = "{}[]\",:0123456789.eE-truefalsn\\u \x80\xff";
  for (int round = 0; round < 200; ++round) {
    // A length that fits and an opening brace take the reader into the JSON parser.
    std::string header(1 + random() % 100U, '{');
    for (std::size_t i = 1; i < header.size(); ++i) header[i] = alphabet[random() % alphabet.size()];
    write_bytes(path, file_bytes(header, random() % 20U));
    message_of([&] { polyfold::read_safetensors(path); });
  }
}
