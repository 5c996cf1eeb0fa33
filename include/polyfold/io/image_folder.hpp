// Reads a folder of pictures by class: one subfolder a class, PNG and JPEG files in it.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <polyfold/core/shape.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/error.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/jpeg.hpp>
#include <polyfold/io/picture.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/train/workers.hpp>

namespace polyfold {

/// Reads a PNG or JPEG picture; its first bytes tell which. Throws `error` as read_png and read_jpeg do, and where it is
/// neither.
[[nodiscard]] inline picture read_picture(std::filesystem::path const& path, picture_size wanted = {}) try {
  std::vector<std::uint8_t> const bytes = detail::read_picture_file(path);
  auto const starts_with = [&](std::initializer_list<std::uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  if (starts_with({0xff, 0xd8, 0xff})) return detail::decode_jpeg(path, bytes, wanted);
  if (starts_with({0x89, 'P', 'N', 'G'})) return detail::decode_png(path, bytes, wanted);
  throw error(path, "is neither a PNG nor a JPEG picture", "one of them");
} catch (...) {
  detail::fail_to_read(path);
}

namespace detail {

/// The pictures in the order of `files`, decoded side by side by as many threads as the machine has.
inline void read_pictures(std::vector<std::filesystem::path> const& files, shape wanted, fitting how, image_set& set) {
  set.channels = wanted.channels;
  set.height = wanted.height;
  set.width = wanted.width;
  std::size_t const bytes = set.image_bytes();
  try {
    set.pixels.resize(files.size() * bytes);
  } catch (std::exception const&) {
    throw error(files.front(),
                "is the first of " + std::to_string(files.size()) + " pictures, which take " + std::to_string(bytes) +
                    " bytes each",
                "pictures that fit into memory together", "resize them");
  }
  picture_size const exact = how == fitting::as_is ? picture_size{wanted.height, wanted.width} : picture_size{};
  workers threads(int(std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), files.size())));
  threads.run(int(files.size()), [&](int i, int) {
    std::filesystem::path const& file = files[std::size_t(i)];
    picture const found = read_picture(file, exact);
    std::span<std::uint8_t> const planes = std::span(set.pixels).subspan(std::size_t(i) * bytes, bytes);
    try {
      to_planes(fitted(found, wanted.height, wanted.width, how), wanted.channels, planes);
    } catch (error const& failure) {
      throw error(file.string() + ": " + failure.what());
    }
  });
}

inline constexpr char image_folder_content[] = "a folder of pictures by class";

[[nodiscard]] inline bool is_picture_name(std::filesystem::path const& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = char(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

/// The pictures of one class, in the order of their names. Throws `error` where there are none.
[[nodiscard]] inline std::vector<std::filesystem::path> pictures_in(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> files;
  for (std::string const& name : names_in(folder, image_folder_content, [](std::filesystem::path const& path) {
         return is_picture_name(path) && type_at(path) == std::filesystem::file_type::regular;
       }))
    files.push_back(folder / name);
  if (files.empty()) throw error(folder, "holds no picture", "files that end in .png, .jpg or .jpeg");
  return files;
}

}  // namespace detail

struct image_folder_options {
  shape wanted = {0, 0, 0};            ///< of every image, 1 or 3 channels; 0 x 0 x 0: that of the first picture
  fitting how = fitting::as_is;        ///< what becomes of pictures of another size
  std::vector<std::string> classes{};  ///< the subfolders, in the order of their labels; none: all, in order of name
};

/// Reads the pictures of all classes, class after class, each in the order of their names. Grey pictures become RGB
/// where 3 channels are wanted, RGB ones grey where 1 is. Subfolders whose name starts with a dot, and files that do not
/// end in .png, .jpg or .jpeg, are passed over. Throws `error` where there is no class, a class without pictures, a
/// subfolder that options.classes does not name, or a picture that is broken or of the wrong size.
[[nodiscard]] inline image_set read_image_folder(std::filesystem::path const& folder,
                                                 image_folder_options const& options = {}) try {
  std::vector<std::string> const found =
      detail::names_in(folder, detail::image_folder_content, [](std::filesystem::path const& path) {
        return path.filename().string().front() != '.' && detail::is_folder(path);
      });
  image_set set;
  set.class_names = options.classes.empty() ? found : options.classes;
  if (set.class_names.empty()) throw error(folder, "holds no subfolder", "one subfolder for every class");
  if (set.class_names.size() > 65536)
    throw error(folder, "holds " + std::to_string(set.class_names.size()) + " subfolders", "65,536 classes at most");
  for (std::string const& name : found)
    if (std::find(set.class_names.begin(), set.class_names.end(), name) == set.class_names.end())
      throw error(folder / name, "is no known class", "one of " + std::to_string(set.class_names.size()) + " classes");

  std::vector<std::filesystem::path> files;
  for (std::size_t label = 0; label < set.class_names.size(); ++label) {
    auto const pictures = detail::pictures_in(folder / set.class_names[label]);
    files.insert(files.end(), pictures.begin(), pictures.end());
    set.labels.insert(set.labels.end(), pictures.size(), static_cast<std::uint16_t>(label));
  }
  shape wanted = options.wanted;
  if (wanted == shape{0, 0, 0}) {
    picture const first = read_picture(files.front());
    wanted = {first.channels, first.height, first.width};
  }
  if ((wanted.channels != 1 && wanted.channels != 3) || wanted.height < 1 || wanted.width < 1 ||
      wanted.height > detail::largest_extent || wanted.width > detail::largest_extent)
    throw error("read_image_folder: images of " + std::to_string(wanted.channels) + " x " +
                std::to_string(wanted.height) + " x " + std::to_string(wanted.width) +
                " were asked for; expected 1 or 3 channels, 1 to 16384 rows and columns");
  detail::read_pictures(files, wanted, options.how, set);
  return set;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
