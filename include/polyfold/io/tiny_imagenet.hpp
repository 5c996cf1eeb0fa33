// Reads Tiny ImageNet (Stanford CS231N) from its official folders: 200 classes of 64 x 64 colour pictures, JPEG files.
//
//   wnids.txt                      one class a line: its line, from 0, is its label
//   words.txt                      "wnid <tab> name, other name, ..." for these classes and many more; may be missing
//   train/WNID/images/*.JPEG       500 pictures a class
//   val/val_annotations.txt        "file <tab> wnid <tab> box" for every picture in val/images
//
// The official test pictures have no labels; the validation pictures are what networks are measured on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/image_folder.hpp>
#include <polyfold/io/read_limits.hpp>

namespace polyfold {

namespace detail {

inline constexpr char tiny_imagenet_remedy[] =
    "name the folder with wnids.txt in it, or fetch it: cmake -DDATASET=tiny-imagenet -P cmake/FetchData.cmake";

/// Calls f(number, line) for the lines of a text file that are not empty, numbered from 1, without what ends them.
template <class F>
void for_each_line(std::filesystem::path const& path, F f) {
  std::string const text = read_file(path, "a text file of Tiny ImageNet", tiny_imagenet_remedy);
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t const end = core::smaller(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(core::smaller(end + 1, rest.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) f(number, line);
  }
}

/// A line's first field and what follows the tab behind it; nothing where there is no tab.
[[nodiscard]] inline std::pair<std::string_view, std::optional<std::string_view>> split_at_tab(std::string_view line) {
  std::size_t const tab = line.find('\t');
  if (tab == line.npos) return {line, std::nullopt};
  return {line.substr(0, tab), line.substr(tab + 1)};
}

/// A name that stays within the folder it is looked for in.
[[nodiscard]] inline bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of("/\\") == name.npos;
}

}  // namespace detail

/// Reads the training pictures, or with split::test the validation pictures: N x 3 x 64 x 64, grey ones made RGB, with
/// the classes' first names from words.txt. Held as bytes: 1.2 GB for all 100,000 training pictures. Only the first
/// `classes` of wnids.txt are read, if it names more; folders of some of the classes are read too. Throws `failure` where a
/// file is missing or broken, where a picture has another size, where annotations name unknown classes, no picture at all
/// or one twice, and where the images are more than `limits` allow.
[[nodiscard]] inline image_set read_tiny_imagenet(std::filesystem::path const& folder, split part,
                                                  std::size_t classes = 65536, read_limits const& limits = {}) try {
  image_set set;
  std::vector<std::string> ids;
  std::map<std::string, std::size_t, std::less<>> labels;
  detail::for_each_line(folder / "wnids.txt", [&](std::size_t number, std::string_view id) {
    if (!detail::is_plain_name(id) || !labels.emplace(id, labels.size()).second)
      throw failure(folder / "wnids.txt",
                    "line " + std::to_string(number) + " is '" + std::string(id.substr(0, 40)) + "'",
                    "the folder name of a class that no other line names");
    if (ids.size() < classes) ids.emplace_back(id);
  });
  if (ids.empty() || ids.size() > 65536)
    throw failure(folder / "wnids.txt", "names " + std::to_string(ids.size()) + " classes", "1 to 65,536",
                  detail::tiny_imagenet_remedy);
  set.class_names = ids;
  if (is_there(folder / "words.txt"))
    detail::for_each_line(folder / "words.txt", [&](std::size_t, std::string_view line) {
      auto const [id, names] = detail::split_at_tab(line);
      auto const found = labels.find(id);
      if (names && names->find('\t') == names->npos && found != labels.end() && found->second < ids.size())
        set.class_names[found->second] = names->substr(0, names->find(','));
    });

  detail::picture_list pictures;
  if (part == split::train) {
    for (std::size_t label = 0; label < ids.size(); ++label) {
      std::size_t const count = detail::add_pictures_in(folder / "train" / ids[label] / "images", pictures);
      set.labels.insert(set.labels.end(), count, static_cast<std::uint16_t>(label));
    }
  } else {
    std::filesystem::path const annotations = folder / "val" / "val_annotations.txt";
    std::set<std::string, std::less<>> named;
    detail::for_each_line(annotations, [&](std::size_t number, std::string_view line) {
      auto const [file, rest] = detail::split_at_tab(line);
      auto const found = rest ? labels.find(detail::split_at_tab(*rest).first) : labels.end();
      auto const wrong = [&](char const* expected) {
        return failure(annotations, "line " + std::to_string(number) + " is '" + std::string(line.substr(0, 80)) + "'",
                       expected);
      };
      if (found == labels.end() || !detail::is_plain_name(file)) throw wrong("a file, a tab and a class of wnids.txt");
      if (!named.emplace(file).second) throw wrong("a file that no line before it names");
      if (found->second >= ids.size()) return;
      pictures.add(folder / "val" / "images" / file);
      set.labels.push_back(static_cast<std::uint16_t>(found->second));
    });
    if (pictures.files.empty())
      throw failure(annotations, "names no picture", "one a line", detail::tiny_imagenet_remedy);
  }
  shape const each{3, 64, 64};
  detail::check_images(pictures, each, limits);
  detail::read_pictures(pictures, each, fitting::as_is, set, limits);
  return set;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
