// ONNX operators that change no number: they pass values on, under another shape or with their axes in another order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_step_maker.hpp>
#include <polyfold/io/onnx_values.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold::detail {

class onnx_form_steps : protected onnx_step_maker {
 protected:
  using onnx_step_maker::onnx_step_maker;

  void pass(io::onnx_node const& node) { let_be(node, flow(node, 0)); }
  void drop_out(io::onnx_node const& node) {
    if (onnx_constant const* const c = constants_.input(node, 2); has(node, 2))
      if (c == nullptr || c->type() != dtype::boolean || c->tensor->bytes.empty() ||
          c->tensor->bytes[0] != std::byte{0})
        throw io::onnx_refusal{"it drops values (training_mode). Export the model for inference"};
    pass(node);
  }
  void cast(io::onnx_node const& node) {
    std::int64_t const to = node.integer("to", 0);
    if (to != 1 && to != 10 && to != 11 && to != 16)
      throw io::onnx_refusal{"it casts what is computed to something else than floating numbers"};
    pass(node);
  }
  void transpose(io::onnx_node const& node) {
    onnx_flow in = flow(node, 0);
    std::vector<std::int64_t> const order = node.integers("perm");
    if (order == std::vector<std::int64_t>{0, 2, 3, 1} && in.axes == onnx_axes::planes)
      in.axes = onnx_axes::pixels;
    else if (order == std::vector<std::int64_t>{0, 3, 1, 2} && in.axes == onnx_axes::pixels)
      in.axes = onnx_axes::planes;
    else if (order == std::vector<std::int64_t>{0, 2, 1} && in.is_line())
      in.axes = in.channels_last() ? onnx_axes::lines : onnx_axes::line_pixels;
    else if (order.empty() || order != leading_axes(in.sizes().size()))
      throw io::onnx_refusal{"it permutes a map's axes in a way that is not understood"};
    let_be(node, in);
  }
  void flatten(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    auto const rank = std::int64_t(in.sizes().size());
    std::int64_t const axis = node.integer("axis", 1);
    if (axis != 1 && axis != 1 - rank) throw io::onnx_refusal{"it does not flatten images one by one"};
    let_be(node, in.as_row());
  }
  void reshape(io::onnx_node const& node) {
    let_be(node, reshaped(flow(node, 0), constants_.list(node, 1, "shape"), node.integer("allowzero", 0) != 0, batch_));
  }
  void squeeze(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    std::vector<std::int64_t> const axes = constants_.list(node, 1, "axes");
    if (axes.empty()) throw io::onnx_refusal{"it drops every axis of size 1, that of a single image included"};
    let_be(node, reshaped(in, onnx_constants::squeezed(in.sizes(), axes), false, batch_));
  }
  void unsqueeze(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    let_be(node, reshaped(in, onnx_constants::unsqueezed(in.sizes(), constants_.list(node, 1, "axes")), false, batch_));
  }
  void shape_of(io::onnx_node const& node) {
    std::vector<std::int64_t> const sizes = flow(node, 0).sizes();
    auto const n = std::int64_t(sizes.size());
    auto const place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n); };
    std::int64_t const first = place(node.integer("start", 0));
    std::int64_t const last = core::larger(first, place(node.integer("end", n)));
    constants_.define(node.outputs.front(), std::vector(sizes.begin() + first, sizes.begin() + last));
  }
};

}  // namespace polyfold::detail
