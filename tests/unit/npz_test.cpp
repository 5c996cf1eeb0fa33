// The reader of .npz files: arrays as NumPy writes them, and every way to be wrong.

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/npz.hpp"
#include "support/zip.hpp"
#include "temporary_files.hpp"

namespace {

using polyfold::dtype;
using polyfold::read_npz;
using polyfold::stored_tensor;
using polyfold::tensor_floats;
using polyfold::tensor_values;
using test::mentions;
using test::message_of;
using test::npy;
using test::write_zip;

std::string const six_floats(24, '\0');
std::string const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n";

/// What the reader says of an archive with one array "w"; empty if it reads it.
std::string refusal(std::string const& array) {
  test::temporary_folder const folder;
  write_zip(folder / "file.npz", {{"w.npy", array}});
  return message_of([&] { (void)read_npz(folder / "file.npz"); });
}
std::string header_refusal(std::string const& dictionary) { return refusal(npy(dictionary, six_floats)); }

}  // namespace

TEST_CASE("arrays of every type and order, as NumPy wrote them", "[npz]") {
  auto const file = read_npz(std::filesystem::path(POLYFOLD_TEST_DATA) / "import" / "numpy.npz");
  CHECK(file.ordered);
  auto const at = [&](char const* name) -> stored_tensor const& {
    INFO(name);
    REQUIRE(file.find(name) != nullptr);
    return *file.find(name);
  };
  for (char const* const name : {"float16", "float32", "float64"}) {
    CHECK(at(name).shape == std::vector<std::int64_t>{2, 3});
    CHECK(tensor_floats(at(name)) == std::vector<float>{0, 1, 2, 3, 4, 5});
  }
  CHECK(at("float16").type == dtype::f16);
  CHECK(tensor_values<std::int16_t>(at("int16")) == std::vector<std::int16_t>{0, 1, 2, 3, 4, 5});
  CHECK(tensor_values<std::int32_t>(at("int32")) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
  CHECK(tensor_values<std::int64_t>(at("int64")) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(tensor_values<std::uint8_t>(at("uint8")) == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5});
  CHECK(tensor_values<std::int8_t>(at("int8")) == std::vector<std::int8_t>{0, 1, 2, 3, 4, 5});
  CHECK(at("bool").type == dtype::boolean);
  std::vector<float> counted(24);
  for (std::size_t i = 0; i < 24; ++i) counted[i] = static_cast<float>(i);
  CHECK(at("fortran").shape == std::vector<std::int64_t>{2, 3, 4});
  CHECK(tensor_floats(at("fortran")) == counted);
  CHECK(at("number").shape.empty());
  CHECK(tensor_floats(at("number")) == std::vector<float>{1.5F});
  CHECK(at("empty").shape == std::vector<std::int64_t>{0, 3});
  CHECK(at("empty").bytes.empty());
  CHECK(file.tensors.front().name == "float16");
  CHECK(file.tensors.back().name == "empty");
}

TEST_CASE("headers are read strictly", "[npz]") {
  CHECK(header_refusal(plain).empty());
  CHECK(header_refusal("{\"shape\":(6,),\"descr\":\"<f4\",\"fortran_order\":True}").empty());
  auto const is_refused = [](std::string const& dictionary, char const* because) {
    INFO(dictionary);
    CHECK(mentions(header_refusal(dictionary), {"file.npz", "array 'w'", because}));
  };
  is_refused("", "does not begin with '{'");
  is_refused("[]", "does not begin with '{'");
  is_refused("{'descr': '<f4', 'fortran_order': False}", "lacks one of its three fields");
  is_refused("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", "'descr' twice");
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}", "holds 'more'");
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} more", "goes on after '}'");
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)", "not closed");
  is_refused("{'descr': '<f4' 'fortran_order': False, 'shape': (6,)}", "not closed");
  is_refused("{'descr: <f4, fortran_order: False}", "no 'name': value");
  is_refused("{descr: '<f4'}", "no 'name': value");
  is_refused("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}", "neither True nor False");
  for (char const* const shape :
       {"(6)", "[6]", "6", "(6,,)", "(-6,)", "(6.0,)", "(,)", "(2 3)", "(2, 3", "(99999999999999999999,)"})
    is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': " + std::string(shape) + "}", "tuple of sizes");
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "fits into memory");
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9)}", "fits into memory");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "1, ";
  is_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (" + many + ")}", "fits into memory");
}

TEST_CASE("element types that are no little-endian numbers are refused", "[npz]") {
  auto const of = [](std::string const& descr) {
    return header_refusal("{'descr': " + descr + ", 'fortran_order': False, 'shape': (6,)}");
  };
  CHECK(mentions(of("'>f4'"), {"array 'w'", "'>f4'", "big endian", "'<f4'"}));
  CHECK(mentions(of("'|O'"), {"pickled Python objects"}));
  CHECK(mentions(of("[('x', '<f4')]"), {"array of records"}));
  for (char const* const descr : {"'<c8'", "'<U3'", "'|S4'", "'|V4'", "'f4'", "''", "'<f16'", "'<M8[s]'"})
    CHECK(mentions(of(descr), {"element type " + std::string(descr), "expected little-endian"}));
}

TEST_CASE("two bytes without a type are bfloat16", "[npz]") {
  test::temporary_folder const folder;
  for (std::string const descr : {"|V2", "<V2"}) {
    write_zip(
        folder / "file.npz",
        {{"w.npy", npy("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,)}", "\x80\x3f\x49\xc0")}});
    polyfold::tensor_file const file = read_npz(folder / "file.npz");
    CHECK(file.tensors.at(0).type == dtype::bf16);
    CHECK(tensor_floats(file.tensors.at(0)) == std::vector<float>{1, -3.140625F});
  }
}

TEST_CASE("arrays have names of any letters, whatever the program's locale", "[npz]") {
  test::temporary_folder const folder;
  std::string const name =
      "gr\xc3\xb6\xc3\x9f"
      "e.\xe5\xb1\xa4";
  // libarchive writes letters of the program's locale, "C" here: the name's bytes take the place of as many others.
  std::string const placeholder(name.size(), 'n');
  write_zip(folder / "file.npz", {{placeholder + ".npy", npy(plain, six_floats)}});
  std::string bytes = test::read_bytes(folder / "file.npz");
  int places = 0;
  for (std::size_t at = bytes.find(placeholder); at != bytes.npos; at = bytes.find(placeholder)) {
    bytes.replace(at, name.size(), name);
    // Bit 11 of the flags says UTF-8; they lie 24 bytes before the name, or 38 in the archive's directory.
    bytes[at - (places == 0 ? 24 : 38) + 1] |= '\x08';
    ++places;
  }
  REQUIRE(places == 2);
  test::write_bytes(folder / "file.npz", bytes);
  CHECK(read_npz(folder / "file.npz").tensors.at(0).name == name);
}

TEST_CASE("arrays of another length than stated are refused", "[npz]") {
  CHECK(mentions(refusal(""), {"does not begin as a .npy array"}));
  CHECK(mentions(refusal("PK and so on"), {"does not begin as a .npy array"}));
  CHECK(mentions(refusal(std::string("\x93NUMPY\x04\x00", 8)), {"version 4.0", "expected 1.0"}));
  CHECK(mentions(refusal(std::string("\x93NUMPY\x01\x00\xff", 9)), {"ends within its header"}));
  CHECK(mentions(refusal(std::string("\x93NUMPY\x01\x00\xff\x00{}", 12)), {"ends within its header"}));
  CHECK(mentions(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14)), {"header of 4294967295 bytes"}));
  CHECK(mentions(refusal(npy(plain, six_floats.substr(1))), {"23 bytes", "expected 24 bytes for F32 [2, 3]"}));
  CHECK(mentions(refusal(npy(plain, six_floats + "x")), {"goes on", "24 bytes"}));
  // Sizes alone take no memory, and are not believed.
  CHECK(mentions(refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000,)}", six_floats)),
                 {"24 bytes of elements", "expected 16000000"}));
  CHECK(mentions(refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,)}", six_floats)),
                 {"tensor 'w' of the shape [2000000000], 8000000000 bytes", "at most 167", "read_limits::factor"}));
  std::string version_2("\x93NUMPY\x02\x00", 8);
  version_2 += static_cast<char>(plain.size());
  CHECK(refusal(version_2 + std::string(3, '\0') + plain + six_floats).empty());
}

TEST_CASE("archives that are no .npz files are refused", "[npz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file.npz";
  auto const message = [&] { return message_of([&] { (void)read_npz(path); }); };
  CHECK(mentions(message(), {"file.npz", "can't be read"}));
  std::filesystem::create_directory(path);
  CHECK(mentions(message(), {"is a folder"}));
  std::filesystem::remove(path);
  for (std::string const bytes : {"", "P", "this is a text and no archive at all"}) {
    test::write_bytes(path, bytes);
    CHECK(mentions(message(), {"file.npz", "can't be read", "expected a whole .npz file"}));
  }
  write_zip(path, {{"w.npy", npy(plain, six_floats)}, {"notes.txt", "text"}});
  CHECK(mentions(message(), {"holds 'notes.txt'", "nothing but .npy arrays"}));
  write_zip(path, {{"w.npy", npy(plain, six_floats)}, {"w.npy", npy(plain, six_floats)}});
  CHECK(mentions(message(), {"tensor 'w' twice"}));
  write_zip(path, {});
  CHECK((message() != "" || read_npz(path).tensors.empty()));
}

TEST_CASE("entries that lie within each other are refused", "[npz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file.npz";
  // The inner archive is the elements of an array of bytes, and the outer directory names both.
  std::string const small = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "x");
  write_zip(path, {{"a.npy", small}});
  std::string const inner = test::read_bytes(path);
  std::size_t const inner_directory = inner.find("PK\1\2");
  std::string const entry = inner.substr(0, inner_directory);
  std::string const header =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(entry.size()) + ",)}";
  write_zip(path, {{"b.npy", npy(header, entry)}}, false);
  std::string outer = test::read_bytes(path);
  REQUIRE(outer.find(entry) != outer.npos);
  CHECK(read_npz(path).tensors.size() == 1);

  std::string record = inner.substr(inner_directory, inner.find("PK\5\6") - inner_directory);
  std::size_t const place = outer.find(entry);
  for (unsigned i = 0; i < 4; ++i) record[42 + i] = static_cast<char>(place >> 8U * i & 0xffU);
  std::size_t const end = outer.find("PK\5\6");
  outer[end + 8] = outer[end + 10] = '\2';
  std::size_t const size = end - outer.find("PK\1\2", place + entry.size()) + record.size();
  for (unsigned i = 0; i < 4; ++i) outer[end + 12 + i] = static_cast<char>(size >> 8U * i & 0xffU);
  outer.insert(end, record);
  test::write_bytes(path, outer);
  CHECK(mentions(message_of([&] { (void)read_npz(path); }), {"file.npz", "entries that overlap"}));
}

TEST_CASE("archives cut off anywhere are refused", "[npz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file.npz";
  write_zip(path, {{"v.npy", npy(plain, six_floats)}, {"w.npy", npy(plain, six_floats)}});
  std::string const whole = test::read_bytes(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    test::write_bytes(path, whole.substr(0, length));
    INFO(length << " of " << whole.size() << " bytes");
    REQUIRE(message_of([&] { (void)read_npz(path); }) != "");
  }
}

TEST_CASE("changed elements are found by the archive's checksum", "[npz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file.npz";
  // Stored as it is, not compressed.
  std::filesystem::copy_file(std::filesystem::path(POLYFOLD_TEST_DATA) / "import" / "pytorch.npz", path);
  std::string bytes = test::read_bytes(path);
  std::size_t const header = bytes.find("NUMPY");
  bytes[bytes.find('\n', header) + 3] ^= 1;
  test::write_bytes(path, bytes);
  CHECK(mentions(message_of([&] { (void)read_npz(path); }), {"file.npz", "is broken", "CRC"}));
}

TEST_CASE("files broken at random are read or refused, nothing else", "[npz][fuzz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file.npz";
  std::mt19937 random(4);
  int refused = 0;
  std::string const array = npy(plain, six_floats);
  for (int i = 0; i < 500; ++i) {
    write_zip(path, {{"w.npy", test::mutate(array, 80, random)}});
    refused += message_of([&] { (void)read_npz(path); }) != "";
  }
  CHECK(refused > 300);
  refused = 0;
  std::string const original = test::read_bytes(std::filesystem::path(POLYFOLD_TEST_DATA) / "import" / "numpy.npz");
  for (int i = 0; i < 500; ++i) {
    test::write_bytes(path, test::mutate(original, 200, random));
    refused += message_of([&] { (void)read_npz(path); }) != "";
  }
  CHECK(refused > 300);
}
