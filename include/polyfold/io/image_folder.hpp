// Reads a folder of pictures by class: one subfolder a class, PNG and JPEG files in it.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/jpeg.hpp>
#include <polyfold/io/picture.hpp>
#include <polyfold/io/png.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/thread_pool.hpp>

namespace polyfold {

/// Reads a PNG or JPEG picture; its first bytes tell which. Throws `failure` as read_png and read_jpeg do, and where it is
/// neither.
[[nodiscard]] inline picture read_picture(std::filesystem::path const& path, picture_size wanted = {},
                                          read_limits const& limits = {}) try {
  std::vector<std::uint8_t> const bytes = detail::read_picture_file(path);
  auto const starts_with = [&](std::initializer_list<std::uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  if (starts_with({0xff, 0xd8, 0xff})) return detail::decode_jpeg(path, bytes, wanted, limits);
  if (starts_with({0x89, 'P', 'N', 'G'})) return detail::decode_png(path, bytes, wanted, limits);
  throw failure(path, "is neither a PNG nor a JPEG picture", "one of them");
} catch (...) {
  detail::fail_to_read(path);
}

namespace detail {

/// Files of pictures, and the bytes that they have on disk together.
struct picture_list {
  std::vector<std::filesystem::path> files;
  std::uint64_t bytes = 0;

  /// Throws `failure` where there is no such file.
  void add(std::filesystem::path file) {
    bytes += size_of_file(file, "a picture");
    files.push_back(std::move(file));
  }
};

/// Throws `failure` where images of this shape, one for each file, are more than the files may ask for.
inline void check_images(picture_list const& list, shape each, read_limits const& limits) {
  std::uint64_t const bytes = std::uint64_t(each.channels) * std::uint64_t(each.height) * std::uint64_t(each.width);
  check_claim(list.files.front(),
              "is the first of " + std::to_string(list.files.size()) + " pictures of " + std::to_string(each.height) +
                  " x " + std::to_string(each.width) + " pixels",
              list.files.size() * bytes, list.bytes, limits);
}

/// The pictures in the order of the list, decoded side by side by as many threads as the machine has.
inline void read_pictures(picture_list const& list, shape wanted, fitting how, image_set& set,
                          read_limits const& limits) {
  set.channels = wanted.channels;
  set.height = wanted.height;
  set.width = wanted.width;
  std::size_t const bytes = set.image_bytes();
  std::size_t const count = list.files.size();
  try {
    set.pixels.resize(count * bytes);
  } catch (std::exception const&) {
    throw failure(
        list.files.front(),
        "is the first of " + std::to_string(count) + " pictures, which take " + std::to_string(bytes) + " bytes each",
        "pictures that fit into memory together", "resize them");
  }
  picture_size const exact = how == fitting::as_is ? picture_size{wanted.height, wanted.width} : picture_size{};
  thread_pool threads(int(core::smaller<std::size_t>(core::larger(1U, std::thread::hardware_concurrency()), count)));
  threads.run(int(count), [&](int i, int) {
    std::filesystem::path const& file = list.files[std::size_t(i)];
    picture const found = read_picture(file, exact, limits);
    std::span<std::uint8_t> const planes = std::span(set.pixels).subspan(std::size_t(i) * bytes, bytes);
    try {
      to_planes(fitted(found, wanted.height, wanted.width, how), wanted.channels, planes);
    } catch (failure const& caught) {
      throw failure(file.string() + ": " + caught.what());
    }
  });
}

inline constexpr char image_folder_content[] = "a folder of pictures by class";

[[nodiscard]] inline bool is_picture_name(std::filesystem::path const& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = char(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

/// Adds the pictures of one class, in the order of their names, and returns how many there are. Throws `failure` where there
/// are none.
inline std::size_t add_pictures_in(std::filesystem::path const& folder, picture_list& list) {
  std::vector<std::string> const names = names_in(folder, image_folder_content, [](std::filesystem::path const& path) {
    return is_picture_name(path) && type_at(path) == std::filesystem::file_type::regular;
  });
  if (names.empty()) throw failure(folder, "holds no picture", "files that end in .png, .jpg or .jpeg");
  for (std::string const& name : names) list.add(folder / name);
  return names.size();
}

}  // namespace detail

struct image_folder_options {
  shape wanted = {0, 0, 0};            ///< of every image, 1 or 3 channels; 0 x 0 x 0: that of the first picture
  fitting how = fitting::as_is;        ///< what becomes of pictures of another size
  std::vector<std::string> classes{};  ///< the subfolders, in the order of their labels; none: all, in order of name
  read_limits limits{};                ///< of each picture, and of all together
};

/// Reads the pictures of all classes, class after class, each in the order of their names. Grey pictures become RGB
/// where 3 channels are wanted, RGB ones grey where 1 is. Subfolders whose name starts with a dot, and files that do not
/// end in .png, .jpg or .jpeg, are passed over. Throws `failure` where there is no class, a class without pictures, a
/// subfolder that options.classes does not name, or a picture that is broken, of the wrong size or of more
/// pixels than options.limits allow.
[[nodiscard]] inline image_set read_image_folder(std::filesystem::path const& folder,
                                                 image_folder_options const& options = {}) try {
  std::vector<std::string> const found =
      detail::names_in(folder, detail::image_folder_content, [](std::filesystem::path const& path) {
        return path.filename().string().front() != '.' && detail::is_folder(path);
      });
  image_set set;
  set.class_names = options.classes.empty() ? found : options.classes;
  if (set.class_names.empty()) throw failure(folder, "holds no subfolder", "one subfolder for every class");
  if (set.class_names.size() > 65536)
    throw failure(folder, "holds " + std::to_string(set.class_names.size()) + " subfolders", "65,536 classes at most");
  std::set<std::string> const known(set.class_names.begin(), set.class_names.end());
  for (std::string const& name : found)
    if (!known.contains(name))
      throw failure(folder / name, "is no known class",
                    "one of " + std::to_string(set.class_names.size()) + " classes");

  detail::picture_list pictures;
  for (std::size_t label = 0; label < set.class_names.size(); ++label) {
    std::size_t const count = detail::add_pictures_in(folder / set.class_names[label], pictures);
    set.labels.insert(set.labels.end(), count, static_cast<std::uint16_t>(label));
  }
  shape wanted = options.wanted;
  bool const asked_for = !(wanted == shape{0, 0, 0});
  if (!asked_for) {
    picture const first = read_picture(pictures.files.front(), {}, options.limits);
    wanted = {first.channels, first.height, first.width};
  }
  if ((wanted.channels != 1 && wanted.channels != 3) || wanted.height < 1 || wanted.width < 1 ||
      wanted.height > detail::largest_extent || wanted.width > detail::largest_extent)
    throw failure("read_image_folder: images of " + std::to_string(wanted.channels) + " x " +
                  std::to_string(wanted.height) + " x " + std::to_string(wanted.width) +
                  " were asked for; expected 1 or 3 channels, 1 to 16384 rows and columns");
  // Pictures resized to what the caller asks for are the caller's claim, all others the files'.
  if (!asked_for || options.how != fitting::resize) detail::check_images(pictures, wanted, options.limits);
  detail::read_pictures(pictures, wanted, options.how, set, options.limits);
  return set;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
