// Values of an ONNX graph that depend on its input: where they come from, their sizes, and in which order their axes lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <polyfold/core/shape.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>

namespace polyfold::detail {

/// The axes behind the batch: C H W, H W C, or each as a single axis; C L and L C of maps with one row.
enum class onnx_axes { planes, pixels, row, pixel_row, lines, line_pixels };

struct onnx_flow {
  int value = 0;  // of the file_graph
  shape size{};
  onnx_axes axes = onnx_axes::planes;

  [[nodiscard]] bool is_row() const { return axes == onnx_axes::row || axes == onnx_axes::pixel_row; }
  [[nodiscard]] bool channels_last() const {
    return axes == onnx_axes::pixels || axes == onnx_axes::pixel_row || axes == onnx_axes::line_pixels;
  }
  [[nodiscard]] bool is_line() const { return axes == onnx_axes::lines || axes == onnx_axes::line_pixels; }
  /// Its sizes, the batch's first.
  [[nodiscard]] std::vector<std::int64_t> sizes() const {
    if (is_row()) return {batch_size, size.size()};
    if (axes == onnx_axes::pixels) return {batch_size, size.height, size.width, size.channels};
    if (axes == onnx_axes::lines) return {batch_size, size.channels, size.width};
    if (axes == onnx_axes::line_pixels) return {batch_size, size.width, size.channels};
    return {batch_size, size.channels, size.height, size.width};
  }
  /// The axis of the channels, if it is one of its own.
  [[nodiscard]] std::optional<std::size_t> channel_axis() const {
    if (is_row()) return size.pixels() == 1 ? std::optional<std::size_t>(1) : std::nullopt;
    return channels_last() ? sizes().size() - 1 : 1;
  }
  [[nodiscard]] std::vector<std::size_t> pixel_axes() const {
    if (is_row()) return {};
    std::size_t const first = channels_last() ? 1 : 2;
    return is_line() ? std::vector<std::size_t>{first} : std::vector<std::size_t>{first, first + 1};
  }
  /// The same axes without, or with, that of the rows. Throws onnx_refusal where there are several rows.
  [[nodiscard]] onnx_flow as_line() const {
    if (size.height != 1) throw io::onnx_refusal{"it drops the rows of a map, which has several"};
    return {value, size, channels_last() ? onnx_axes::line_pixels : onnx_axes::lines};
  }
  [[nodiscard]] onnx_flow as_map() const {
    return {value, size, channels_last() ? onnx_axes::pixels : onnx_axes::planes};
  }
  [[nodiscard]] onnx_flow as_row() const {
    return {value, size, channels_last() ? onnx_axes::pixel_row : onnx_axes::row};
  }
};

/// The same numbers under another shape: rows, or back to a map. `batch`: what the model says of the number of images, -1
/// for nothing. Throws onnx_refusal for any other shape.
[[nodiscard]] inline onnx_flow reshaped(onnx_flow const& from, std::vector<std::int64_t> shape, bool zero_is_zero,
                                        std::int64_t batch) {
  auto const fail = [] {
    return io::onnx_refusal{"it reshapes a map to something else than rows, which no layer does"};
  };
  std::vector<std::int64_t> const sizes = from.sizes();
  for (std::size_t d = 0; d < shape.size(); ++d)
    if (shape[d] == 0 && !zero_is_zero && d < sizes.size()) shape[d] = sizes[d];
  if (shape.size() < 2) throw fail();
  // The axes of one image: a single -1 is what remains of its numbers.
  std::int64_t const all = from.size.size();
  std::int64_t known = 1;
  std::size_t open = 0;
  for (std::size_t d = 1; d < shape.size(); ++d) {
    if (shape[d] == -1) {
      if (open != 0) throw fail();
      open = d;
    } else if (shape[d] < 1 || shape[d] > all) {
      throw fail();
    } else {
      known *= shape[d];
      if (known > all) throw fail();
    }
  }
  std::int64_t const images = shape[0];
  if (open != 0) {
    // As many images as there are: stated as such, or as the number that the model is for.
    bool const stated = images == batch_size || (images > 0 && images == batch) || (images == 1 && batch == -1);
    if (all % known != 0 || !stated) throw fail();
    shape[open] = all / known;
  } else if (known != all || (images < 1 && images != batch_size && images != -1)) {
    throw fail();
  }
  if (shape.size() == 2) return from.as_row();
  onnx_flow const map = shape.size() == 3 && from.size.height == 1 ? from.as_line() : from.as_map();
  std::vector<std::int64_t> wanted = map.sizes();
  shape[0] = wanted[0];
  if (shape != wanted) throw fail();
  return map;
}

/// A constant as numbers for the channels of `to`, with which it is computed element by element. Throws onnx_refusal where
/// it has others.
[[nodiscard]] inline std::vector<double> channel_numbers(onnx_constant const& c, onnx_flow const& to) {
  if (!is_floating(c.type())) throw io::onnx_refusal{"it computes with whole numbers"};
  std::vector<std::int64_t> const sizes = to.sizes();
  std::vector<std::int64_t> const& shape = c.shape;
  std::vector<float> const values = tensor_floats(*c.tensor);
  bool fits = shape.size() <= sizes.size();
  // Shapes are aligned at their ends; only the channels may have more than one number.
  for (std::size_t d = 0; fits && d < shape.size(); ++d) {
    std::size_t const axis = d + sizes.size() - shape.size();
    fits = shape[d] == 1 || (to.channel_axis() == axis && shape[d] == sizes[axis]);
  }
  if (!fits || values.empty())
    throw io::onnx_refusal{"it computes with the constant '" + c.name().substr(0, 100) + "' " + shape_text(shape) +
                           ", which is not a number for each channel"};
  return {values.begin(), values.end()};
}

}  // namespace polyfold::detail
