// How the windows of ONNX's convolutions and poolings slide, and its paddings and slices of maps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_values.hpp>

namespace polyfold::detail {

/// A size, stride or number of zeros; far less than what an int holds, so that sums do, too.
[[nodiscard]] inline int small_number(std::int64_t value, std::int64_t least, char const* what) {
  if (value < least || value >= 1 << 20)
    throw onnx_refusal{"its " + std::string(what) + " are not those of a window that slides over a map"};
  return static_cast<int>(value);
}

/// A window of a map. `kernel`: its height and width. Throws onnx_refusal where polyfold's windows do not slide so.
[[nodiscard]] inline sliding_facts window_of(onnx_node const& node, std::vector<std::int64_t> const& kernel,
                                             onnx_flow const& in) {
  if (kernel.size() != 2)
    throw onnx_refusal{"it has " + std::to_string(kernel.size()) +
                       " axes; polyfold's windows slide over rows and columns"};
  if (in.axes != onnx_axes::planes) throw onnx_refusal{"it does not read N x C x H x W"};
  sliding_facts f;
  f.height = small_number(kernel[0], 1, "kernel sizes");
  f.width = small_number(kernel[1], 1, "kernel sizes");
  std::vector<std::int64_t> const strides = node.integers("strides", {1, 1});
  std::vector<std::int64_t> const dilations = node.integers("dilations", {1, 1});
  std::vector<std::int64_t> const pads = node.integers("pads", {0, 0, 0, 0});
  if (strides.size() != 2 || dilations.size() != 2 || pads.size() != 4)
    throw onnx_refusal{"its strides, dilations or pads are not two-dimensional"};
  f.stride_y = small_number(strides[0], 1, "strides");
  f.stride_x = small_number(strides[1], 1, "strides");
  if ((dilations[0] != 1 && f.height > 1) || (dilations[1] != 1 && f.width > 1))
    throw onnx_refusal{"its kernel is dilated, and polyfold's are not"};
  for (std::size_t side = 0; side < 4; ++side) f.pads[side] = small_number(pads[side], 0, "pads");

  std::string const automatic = node.words("auto_pad", "NOTSET");
  if (automatic == "NOTSET") return f;
  if (f.pads != std::array<int, 4>{}) throw onnx_refusal{"it has both auto_pad and pads"};
  if (automatic == "VALID") return f;
  if (automatic != "SAME_UPPER" && automatic != "SAME_LOWER") throw onnx_refusal{"its auto_pad is not known"};
  auto const share = [&](int size, int kernel_size, int stride, int& before, int& after) {
    int const total = larger(0, ((size + stride - 1) / stride - 1) * stride + kernel_size - size);
    before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    after = total - before;
  };
  share(in.size.height, f.height, f.stride_y, f.pads[0], f.pads[2]);
  share(in.size.width, f.width, f.stride_x, f.pads[1], f.pads[3]);
  return f;
}

/// Throws onnx_refusal where rounding sizes up gives a window more than rounding them down.
inline void check_ceil_mode(onnx_node const& node, sliding_facts const& f, shape in) {
  if (node.integer("ceil_mode", 0) == 0) return;
  bool const even = (in.height + f.pads[0] + f.pads[2] - f.height) % f.stride_y == 0 &&
                    (in.width + f.pads[1] + f.pads[3] - f.width) % f.stride_x == 0;
  if (!even)
    throw onnx_refusal{"its size is rounded up (ceil_mode) where " + std::to_string(in.height) + " x " +
                       std::to_string(in.width) +
                       " pixels leave a part of a window over; polyfold's pooling rounds down"};
}

/// What a window leaves of a map.
[[nodiscard]] inline shape output_of(sliding_facts const& f, int channels, shape in) {
  shape const out{channels, f.output_height(in.height), f.output_width(in.width)};
  if (out.height < 1 || out.width < 1) throw onnx_refusal{"its window is larger than the map that it reads"};
  return out;
}

/// Zeros around a map: in front of and behind its channels, or around its rows and columns.
struct onnx_zeros {
  std::array<int, 4> pads{};  // top, left, bottom, right
  int channels_before = 0;
  int channels_behind = 0;
};

/// A Pad node. Throws onnx_refusal for anything but zeros around channels or pixels.
[[nodiscard]] inline onnx_zeros zeros_of(onnx_node const& node, onnx_constants const& constants, onnx_flow const& in) {
  if (node.words("mode", "constant") != "constant") throw onnx_refusal{"it pads with something else than zeros"};
  float value = node.number("value", 0);
  if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
    onnx_constant const* const c = constants.input(node, 2);
    if (c == nullptr || !is_floating(c->type()) || tensor_floats(*c->tensor).size() != 1)
      throw onnx_refusal{"what it pads with is no constant number"};
    value = tensor_floats(*c->tensor)[0];
  }
  std::size_t const rank = in.sizes().size();
  std::vector<std::int64_t> const given = constants.list(node, 1, "pads");
  std::vector<std::int64_t> const axes = axes_from_front(constants.list(node, 3, "axes", leading_axes(rank)), rank);
  if (in.is_row() || given.size() != 2 * axes.size()) throw onnx_refusal{"its pads are not those of a map"};
  std::vector<std::int64_t> pads(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    pads[std::size_t(axes[i])] = given[i];
    pads[rank + std::size_t(axes[i])] = given[axes.size() + i];
  }
  auto const at = [&](std::size_t axis) { return small_number(pads[axis], 0, "pads"); };
  std::size_t const channels = *in.channel_axis();
  std::vector<std::size_t> const pixels = in.pixel_axes();
  onnx_zeros zeros;
  zeros.pads = {at(pixels[0]), at(pixels[1]), at(rank + pixels[0]), at(rank + pixels[1])};
  zeros.channels_before = at(channels);
  zeros.channels_behind = at(rank + channels);
  bool const around_pixels = zeros.pads != std::array<int, 4>{};
  bool const around_channels = zeros.channels_before + zeros.channels_behind > 0;
  if (pads[0] != 0 || pads[rank] != 0 || (around_pixels && around_channels))
    throw onnx_refusal{"it pads images, or channels and pixels at once"};
  if (value != 0 && (around_pixels || around_channels))
    throw onnx_refusal{"it pads with " + std::to_string(value) + "; polyfold's layers pad with zeros"};
  return zeros;
}

/// The n of a Slice that keeps every n-th row and column. Throws onnx_refusal for any other part of a map.
[[nodiscard]] inline int pixel_step_of(onnx_node const& node, onnx_constants const& constants, onnx_flow const& in) {
  std::vector<std::int64_t> const sizes = in.sizes();
  std::vector<std::int64_t> const starts = constants.list(node, 1, "starts");
  std::vector<std::int64_t> const ends = constants.list(node, 2, "ends");
  std::vector<std::int64_t> const axes =
      axes_from_front(constants.list(node, 3, "axes", leading_axes(starts.size())), sizes.size());
  std::vector<std::int64_t> const steps = constants.list(node, 4, "steps", std::vector<std::int64_t>(axes.size(), 1));
  onnx_refusal const other{
      "it takes a part of a map; padded_identity takes every n-th row and column from the first on"};
  if (starts.size() != axes.size() || ends.size() != axes.size() || steps.size() != axes.size()) throw other;
  std::vector<std::int64_t> step_of(sizes.size(), 1);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t const size = sizes[std::size_t(axes[i])];
    if (starts[i] != 0 || ends[i] < (size == batch_size ? std::int64_t{1} << 31 : size)) throw other;
    step_of[std::size_t(axes[i])] = steps[i];
  }
  std::vector<std::size_t> const pixels = in.pixel_axes();
  if (pixels.empty()) throw other;
  std::int64_t const step = step_of[pixels[0]];
  for (std::size_t axis = 0; axis < sizes.size(); ++axis)
    if (step_of[axis] != (axis == pixels[0] || axis == pixels[1] ? step : 1)) throw other;
  return small_number(step, 1, "steps");
}

}  // namespace polyfold::detail
