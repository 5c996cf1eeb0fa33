// How the windows of ONNX's convolutions and poolings slide, and its paddings and slices of maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/window.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_values.hpp>

namespace polyfold::detail {

/// A size, stride or number of zeros; far less than what an int holds, so that sums do, too.
[[nodiscard]] inline int small_number(std::int64_t value, std::int64_t least, char const* what) {
  if (value < least || value >= 1 << 20)
    throw io::onnx_refusal{"its " + std::string(what) + " are not those of a window that slides over a map"};
  return static_cast<int>(value);
}

/// A window of a map, without what ceil_mode adds. `kernel`: its height and width, or of a line its length. Throws
/// onnx_refusal where polyfold's windows do not slide so.
[[nodiscard]] inline window window_of(io::onnx_node const& node, std::vector<std::int64_t> const& kernel,
                                      onnx_flow const& in) {
  std::size_t const axes = in.pixel_axes().size();
  if (axes == 0 || in.channels_last()) throw io::onnx_refusal{"it does not read N x C x H x W"};
  if (kernel.size() != axes)
    throw io::onnx_refusal{"its window has " + std::to_string(kernel.size()) + " axes, and what it reads has " +
                           std::to_string(axes)};
  auto const list = [&](char const* name, std::size_t size, std::int64_t otherwise) {
    std::vector<std::int64_t> const found = node.integers(name, std::vector<std::int64_t>(size, otherwise));
    if (found.size() != size) throw io::onnx_refusal{"its " + std::string(name) + " do not suit its kernel_shape"};
    return found;
  };
  std::vector<std::int64_t> const strides = list("strides", axes, 1);
  std::vector<std::int64_t> const dilations = list("dilations", axes, 1);
  std::vector<std::int64_t> const pads = list("pads", 2 * axes, 0);
  std::string const automatic = node.words("auto_pad", "NOTSET");
  bool const lower = automatic == "SAME_LOWER";
  bool const same = lower || automatic == "SAME_UPPER";
  if (!same && automatic != "NOTSET" && automatic != "VALID") throw io::onnx_refusal{"its auto_pad is not known"};
  if (automatic != "NOTSET" && pads != std::vector<std::int64_t>(2 * axes, 0))
    throw io::onnx_refusal{"it has both auto_pad and pads"};
  auto const along = [&](std::size_t i, int inputs) {
    window_axis a{small_number(kernel[i], 1, "kernel sizes"), small_number(strides[i], 1, "strides"),
                  small_number(pads[i], 0, "pads"), small_number(pads[axes + i], 0, "pads")};
    // Of a single position it says nothing.
    if (a.size > 1) a.dilation = small_number(dilations[i], 1, "dilations");
    if (std::int64_t{a.size} * a.dilation >= 1 << 20) throw io::onnx_refusal{"its window is larger than any map"};
    if (same) a = core::with_same_padding(a, inputs);
    if (lower) std::swap(a.before, a.after);
    return a;
  };
  window_axis const across = along(axes - 1, in.size.width);
  return {axes == 2 ? along(0, in.size.height) : window_axis{}, across};
}

/// What a window leaves of a map.
[[nodiscard]] inline shape output_of(window const& w, int channels, shape in) {
  shape const out = w.output(in, channels);
  if (out.height < 1 || out.width < 1) throw io::onnx_refusal{"its window is larger than the map that it reads"};
  return out;
}

/// Zeros around a map: in front of and behind its channels, or around its rows and columns.
struct onnx_zeros {
  window_axis y{};
  window_axis x{};
  int channels_before = 0;
  int channels_behind = 0;

  [[nodiscard]] bool around_pixels() const { return y != window_axis{} || x != window_axis{}; }
};

/// A Pad node. Throws onnx_refusal for anything but zeros around channels or pixels.
[[nodiscard]] inline onnx_zeros zeros_of(io::onnx_node const& node, onnx_constants const& constants,
                                         onnx_flow const& in) {
  if (node.words("mode", "constant") != "constant") throw io::onnx_refusal{"it pads with something else than zeros"};
  float value = node.number("value", 0);
  if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
    onnx_constant const* const c = constants.input(node, 2);
    if (c == nullptr || !is_floating(c->type()) || tensor_floats(*c->tensor).size() != 1)
      throw io::onnx_refusal{"what it pads with is no constant number"};
    value = tensor_floats(*c->tensor)[0];
  }
  std::size_t const rank = in.sizes().size();
  std::vector<std::int64_t> const given = constants.list(node, 1, "pads");
  std::vector<std::int64_t> const axes = axes_from_front(constants.list(node, 3, "axes", leading_axes(rank)), rank);
  if (in.is_row() || given.size() != 2 * axes.size()) throw io::onnx_refusal{"its pads are not those of a map"};
  std::vector<std::int64_t> pads(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    pads[std::size_t(axes[i])] = given[i];
    pads[rank + std::size_t(axes[i])] = given[axes.size() + i];
  }
  auto const at = [&](std::size_t axis) { return small_number(pads[axis], 0, "pads"); };
  std::size_t const channels = *in.channel_axis();
  std::vector<std::size_t> const pixels = in.pixel_axes();
  onnx_zeros zeros;
  auto const around = [&](std::size_t axis) {
    window_axis a;
    a.before = at(axis);
    a.after = at(rank + axis);
    return a;
  };
  zeros.x = around(pixels.back());
  if (pixels.size() == 2) zeros.y = around(pixels.front());
  zeros.channels_before = at(channels);
  zeros.channels_behind = at(rank + channels);
  bool const around_pixels = zeros.around_pixels();
  bool const around_channels = zeros.channels_before + zeros.channels_behind > 0;
  if (pads[0] != 0 || pads[rank] != 0 || (around_pixels && around_channels))
    throw io::onnx_refusal{"it pads images, or channels and pixels at once"};
  if (value != 0 && (around_pixels || around_channels))
    throw io::onnx_refusal{"it pads with " + std::to_string(value) + "; polyfold's layers pad with zeros"};
  return zeros;
}

/// The n of a Slice that keeps every n-th row and column. Throws onnx_refusal for any other part of a map.
[[nodiscard]] inline int pixel_step_of(io::onnx_node const& node, onnx_constants const& constants,
                                       onnx_flow const& in) {
  std::vector<std::int64_t> const sizes = in.sizes();
  std::vector<std::int64_t> const starts = constants.list(node, 1, "starts");
  std::vector<std::int64_t> const ends = constants.list(node, 2, "ends");
  std::vector<std::int64_t> const axes =
      axes_from_front(constants.list(node, 3, "axes", leading_axes(starts.size())), sizes.size());
  std::vector<std::int64_t> const steps = constants.list(node, 4, "steps", std::vector<std::int64_t>(axes.size(), 1));
  io::onnx_refusal const other{
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
    if (step_of[axis] != (axis == pixels.front() || axis == pixels.back() ? step : 1)) throw other;
  return small_number(step, 1, "steps");
}

}  // namespace polyfold::detail
