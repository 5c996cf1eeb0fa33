// Folders of pictures by class, and Tiny ImageNet's folders.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <polyfold/io/image_folder.hpp>
#include <polyfold/io/tiny_imagenet.hpp>

#include "catch.hpp"
#include "support/pictures.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;
using test::write_bytes;

namespace {

void write_picture(std::filesystem::path const& path, picture const& source) {
  std::filesystem::create_directories(path.parent_path());
  if (path.extension() == ".png")
    write_png(path, source);
  else
    write_bytes(path, test::jpeg_of(source));
}

std::string folder_failure(std::filesystem::path const& folder, image_folder_options const& options = {}) {
  return message_of([&] { auto const ignored = read_image_folder(folder, options); });
}

/// Two classes of Tiny ImageNet, two training pictures each, three validation pictures.
void write_tiny(test::temporary_folder const& folder) {
  write_bytes(folder / "wnids.txt", "n02\nn01\n");
  write_bytes(folder / "words.txt", "n00\tentity\nn01\tgoldfish, Carassius auratus\r\nn02\tEgyptian cat\n");
  for (std::string const id : {"n01", "n02"})
    for (int i = 0; i < 2; ++i)
      write_picture(folder / ("train/" + id + "/images/" + id + "_" + std::to_string(i) + ".JPEG"),
                    test::ramp(64, 64, i == 0 ? 3 : 1, id == "n01" ? 10 : 60));
  for (int i = 0; i < 3; ++i)
    write_picture(folder / ("val/images/val_" + std::to_string(i) + ".JPEG"), test::ramp(64, 64, 3, 20 * i));
  write_bytes(folder / "val/val_annotations.txt",
              "val_2.JPEG\tn01\t0\t32\t44\t62\nval_0.JPEG\tn02\t0\t0\t63\t63\nval_1.JPEG\tn01\t1\t2\t3\t4\n");
}

std::string tiny_failure(test::temporary_folder const& folder, split part) {
  return message_of([&] { auto const ignored = read_tiny_imagenet(folder.path(), part); });
}

}  // namespace

TEST_CASE("classes come in the order of their names, pictures too, of both kinds", "[image_folder]") {
  test::temporary_folder const folder;
  picture const first = test::ramp(6, 4, 3, 1);
  write_picture(folder / "b/2.png", test::ramp(6, 4, 3, 2));
  write_picture(folder / "b/1.PNG.jpeg", test::ramp(6, 4, 3, 3));
  write_picture(folder / "a/x.png", first);
  write_bytes(folder / "b/notes.txt", "no picture");
  write_bytes(folder / "list.txt", "no class");
  std::filesystem::create_directory(folder / ".hidden");
  image_set const set = read_image_folder(folder.path());
  CHECK((set.channels == 3 && set.height == 6 && set.width == 4));
  CHECK(set.labels == std::vector<std::uint16_t>{0, 1, 1});
  CHECK(set.class_names == std::vector<std::string>{"a", "b"});
  REQUIRE(set.size() == 3);
  std::vector<std::uint8_t> planes(72);
  to_planes(first, 3, planes);
  CHECK(std::equal(planes.begin(), planes.end(), set.image(0).begin()));
  to_planes(test::ramp(6, 4, 3, 2), 3, planes);
  CHECK(std::equal(planes.begin(), planes.end(), set.image(2).begin()));
}

TEST_CASE("pictures are made to fit, and grey ones RGB, where that is asked for", "[image_folder]") {
  test::temporary_folder const folder;
  write_picture(folder / "a/1.png", test::ramp(6, 4, 1));
  write_picture(folder / "a/2.png", test::ramp(9, 8, 3));
  std::string const strict = folder_failure(folder.path());
  CHECK(mentions(strict, {"2.png", "is 9 x 8 pixels", "expected 6 x 4"}));
  CHECK(read_image_folder(folder.path(), {{3, 4, 4}, fitting::crop}).size() == 2);
  image_set const grey = read_image_folder(folder.path(), {{1, 5, 5}, fitting::resize});
  CHECK((grey.channels == 1 && grey.size() == 2));
  CHECK(mentions(folder_failure(folder.path(), {{3, 7, 4}, fitting::crop}), {"1.png", "6 x 4", "7 x 4"}));
  CHECK(mentions(folder_failure(folder.path(), {{2, 4, 4}, fitting::crop}), {"2 x 4 x 4"}));
  CHECK(mentions(folder_failure(folder.path(), {{3, 0, 4}, fitting::crop}), {"3 x 0 x 4"}));
}

TEST_CASE("a list of classes gives the labels", "[image_folder]") {
  test::temporary_folder const folder;
  for (char const* const name : {"a/1.png", "b/1.png"}) write_picture(folder / name, test::ramp(3, 3, 1));
  CHECK(read_image_folder(folder.path(), {.classes = {"b", "a"}}).labels == std::vector<std::uint16_t>{0, 1});
  CHECK(mentions(folder_failure(folder.path(), {.classes = {"b"}}), {"a", "is no known class"}));
  CHECK(mentions(folder_failure(folder.path(), {.classes = {"a", "b", "c"}}), {"c", "is no folder"}));
}

TEST_CASE("folders without classes, classes without pictures and broken pictures are named", "[image_folder]") {
  test::temporary_folder const folder;
  CHECK(mentions(folder_failure(folder / "none"), {"none", "is no folder"}));
  CHECK(mentions(folder_failure(folder.path()), {"holds no subfolder"}));
  std::filesystem::create_directory(folder / "a");
  CHECK(mentions(folder_failure(folder.path()), {"a: holds no picture"}));
  write_picture(folder / "a/1.jpg", test::ramp(8, 8, 3));
  std::string const whole = test::read_bytes(folder / "a/1.jpg");
  write_bytes(folder / "a/2.jpg", whole.substr(0, whole.size() - 30));
  CHECK(mentions(folder_failure(folder.path()), {"2.jpg", "is broken"}));
}

TEST_CASE("Tiny ImageNet's two parts are read", "[tiny_imagenet]") {
  test::temporary_folder const folder;
  write_tiny(folder);
  image_set const train = read_tiny_imagenet(folder.path(), split::train);
  CHECK((train.channels == 3 && train.height == 64 && train.width == 64));
  CHECK(train.labels == std::vector<std::uint16_t>{0, 0, 1, 1});
  CHECK(train.class_names == std::vector<std::string>{"Egyptian cat", "goldfish"});
  REQUIRE(train.size() == 4);
  // The grey picture has three equal planes.
  auto const grey = train.image(1);
  CHECK(std::equal(grey.begin(), grey.begin() + 4096, grey.begin() + 8192));
  CHECK(grey[0] == Approx(60).margin(6));

  image_set const test = read_tiny_imagenet(folder.path(), split::test);
  CHECK(test.labels == std::vector<std::uint16_t>{1, 0, 1});
  CHECK(test.image(0)[0] == Approx(40).margin(6));
  CHECK(test.image(1)[0] == Approx(0).margin(6));

  image_set const first = read_tiny_imagenet(folder.path(), split::train, 1);
  CHECK(first.labels == std::vector<std::uint16_t>{0, 0});
  CHECK(first.class_names == std::vector<std::string>{"Egyptian cat"});
  CHECK(read_tiny_imagenet(folder.path(), split::test, 1).labels == std::vector<std::uint16_t>{0});

  std::filesystem::remove(folder / "words.txt");
  CHECK(read_tiny_imagenet(folder.path(), split::test).class_names == std::vector<std::string>{"n02", "n01"});
}

TEST_CASE("what is wrong with Tiny ImageNet's files is said", "[tiny_imagenet]") {
  test::temporary_folder const folder;
  write_tiny(folder);
  auto const annotations = folder / "val/val_annotations.txt";
  SECTION("no list of classes") {
    std::filesystem::remove(folder / "wnids.txt");
    CHECK(mentions(tiny_failure(folder, split::train), {"wnids.txt", "can't be read", "FetchData.cmake"}));
  }
  SECTION("an empty one") {
    write_bytes(folder / "wnids.txt", "\n");
    CHECK(mentions(tiny_failure(folder, split::train), {"wnids.txt", "names 0 classes"}));
  }
  SECTION("more classes than labels") {
    std::string ids = "n02\n";
    for (int i = 0; i < 65535; ++i) ids += "x" + std::to_string(i) + "\n";
    write_bytes(folder / "wnids.txt", ids + "n01\n");
    // Class 65536 has no label, so that its pictures are passed over.
    CHECK(read_tiny_imagenet(folder.path(), split::test).labels == std::vector<std::uint16_t>{0});
  }
  SECTION("a class twice") {
    write_bytes(folder / "wnids.txt", "n01\n\nn01\n");
    CHECK(mentions(tiny_failure(folder, split::train), {"wnids.txt", "line 3 is 'n01'"}));
  }
  SECTION("a class outside the folder") {
    write_bytes(folder / "wnids.txt", "n01\n../n02\n");
    CHECK(mentions(tiny_failure(folder, split::train), {"wnids.txt", "line 2 is '../n02'"}));
  }
  SECTION("a class without pictures") {
    std::filesystem::remove_all(folder / "train/n01");
    CHECK(mentions(tiny_failure(folder, split::train), {"n01", "is no folder"}));
    CHECK(tiny_failure(folder, split::test).empty());
  }
  SECTION("no annotations") {
    std::filesystem::remove(annotations);
    CHECK(mentions(tiny_failure(folder, split::test), {"val_annotations.txt", "can't be read"}));
    write_bytes(annotations, "");
    CHECK(mentions(tiny_failure(folder, split::test), {"val_annotations.txt", "names no picture"}));
  }
  SECTION("an annotation of an unknown class, of no class, of a picture elsewhere") {
    write_bytes(annotations, "val_0.JPEG\tn01\nval_1.JPEG\tn09\n");
    CHECK(mentions(tiny_failure(folder, split::test), {"line 2 is 'val_1.JPEG\tn09'", "wnids.txt"}));
    write_bytes(annotations, "val_0.JPEG\n");
    CHECK(mentions(tiny_failure(folder, split::test), {"line 1 is 'val_0.JPEG'"}));
    write_bytes(annotations, "val_0.JPEG\tn01\nval_0.JPEG\tn02\n");
    CHECK(mentions(tiny_failure(folder, split::test), {"line 2 is 'val_0.JPEG\tn02'", "no line before it names"}));
    write_bytes(annotations, "../images/val_0.JPEG\tn01\n");
    CHECK(mentions(tiny_failure(folder, split::test), {"line 1 is '../images"}));
  }
  SECTION("an annotation of a missing picture") {
    std::filesystem::remove(folder / "val/images/val_1.JPEG");
    CHECK(mentions(tiny_failure(folder, split::test), {"val_1.JPEG", "can't be read"}));
  }
  SECTION("a picture of another size") {
    write_picture(folder / "val/images/val_0.JPEG", test::ramp(64, 65, 3));
    CHECK(mentions(tiny_failure(folder, split::test), {"val_0.JPEG", "is 64 x 65 pixels", "expected 64 x 64"}));
  }
}
