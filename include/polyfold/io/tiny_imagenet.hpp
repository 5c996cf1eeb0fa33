// Reads Tiny ImageNet (Stanford CS231N) from its official folders: 200 classes of 64 x 64 colour pictures, JPEG files.
//
//   wnids.txt                      one class a line: its line, from 0, is its label
//   words.txt                      "wnid <tab> name, other name, ..." for these classes and many more; may be missing
//   train/WNID/images/*.JPEG       500 pictures a class
//   val/val_annotations.txt        "file <tab> wnid <tab> box" for every picture in val/images
//
// The official test pictures have no labels; the validation pictures are what networks are measured on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/error.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/image_folder.hpp>

namespace polyfold {

namespace detail {

inline constexpr char tiny_imagenet_remedy[] =
    "name the folder with wnids.txt in it, or fetch it: cmake -DDATASET=tiny-imagenet -P cmake/FetchData.cmake";

/// A line of a text file, without what ends it.
struct text_line {
  std::size_t number = 0;  ///< from 1
  std::string text;
};

/// The lines that are not empty.
[[nodiscard]] inline std::vector<text_line> text_lines(std::filesystem::path const& path) {
  std::istringstream stream(read_file(path, "a text file of Tiny ImageNet", tiny_imagenet_remedy));
  std::vector<text_line> lines;
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back({number, line});
  }
  return lines;
}

/// The fields of a line, which are separated by tabs.
[[nodiscard]] inline std::vector<std::string> fields(std::string const& line) {
  std::vector<std::string> result(1);
  for (char const c : line)
    if (c == '\t')
      result.emplace_back();
    else
      result.back() += c;
  return result;
}

/// A name that stays within the folder it is looked for in.
[[nodiscard]] inline bool is_plain_name(std::string const& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of("/\\") == std::string::npos;
}

}  // namespace detail

/// Reads the training pictures, or with split::test the validation pictures: N x 3 x 64 x 64, grey ones made RGB, with
/// the classes' first names from words.txt. Held as bytes: 1.2 GB for all 100,000 training pictures. Only the first
/// `classes` of wnids.txt are read, if it names more; folders of some of the classes are read too. Throws `error` where a
/// file is missing or broken, where a picture has another size, and where annotations name unknown classes or no picture
/// at all.
[[nodiscard]] inline image_set read_tiny_imagenet(std::filesystem::path const& folder, split part,
                                                  std::size_t classes = 65536) try {
  image_set set;
  std::vector<std::string> ids;
  std::map<std::string, std::uint16_t> labels;
  for (auto const& [number, id] : detail::text_lines(folder / "wnids.txt")) {
    if (!detail::is_plain_name(id) || !labels.emplace(id, static_cast<std::uint16_t>(labels.size())).second)
      throw error(folder / "wnids.txt", "line " + std::to_string(number) + " is '" + id.substr(0, 40) + "'",
                  "the folder name of a class that no other line names");
    ids.push_back(id);
  }
  ids.resize(std::min(ids.size(), classes));
  if (ids.empty() || ids.size() > 65536)
    throw error(folder / "wnids.txt", "names " + std::to_string(ids.size()) + " classes", "1 to 65,536",
                detail::tiny_imagenet_remedy);
  set.class_names = ids;
  if (is_there(folder / "words.txt"))
    for (auto const& [number, line] : detail::text_lines(folder / "words.txt")) {
      auto const parts = detail::fields(line);
      auto const found = labels.find(parts.front());
      if (found != labels.end() && found->second < ids.size() && parts.size() == 2)
        set.class_names[found->second] = parts[1].substr(0, parts[1].find(','));
    }

  std::vector<std::filesystem::path> files;
  if (part == split::train) {
    for (std::string const& id : ids) {
      auto const pictures = detail::pictures_in(folder / "train" / id / "images");
      files.insert(files.end(), pictures.begin(), pictures.end());
      set.labels.insert(set.labels.end(), pictures.size(), labels[id]);
    }
  } else {
    std::filesystem::path const annotations = folder / "val" / "val_annotations.txt";
    for (auto const& [number, line] : detail::text_lines(annotations)) {
      auto const parts = detail::fields(line);
      auto const found = parts.size() < 2 ? labels.end() : labels.find(parts[1]);
      if (found == labels.end() || !detail::is_plain_name(parts[0]))
        throw error(annotations, "line " + std::to_string(number) + " is '" + line.substr(0, 80) + "'",
                    "a file, a tab and a class of wnids.txt");
      if (found->second >= ids.size()) continue;
      files.push_back(folder / "val" / "images" / parts[0]);
      set.labels.push_back(found->second);
    }
    if (files.empty()) throw error(annotations, "names no picture", "one a line", detail::tiny_imagenet_remedy);
  }
  detail::read_pictures(files, {3, 64, 64}, fitting::as_is, set);
  return set;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
