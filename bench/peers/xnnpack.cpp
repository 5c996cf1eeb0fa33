// XNNPACK's operators: weights are packed when an operator is created, buffers are bound before (setup), maps are
// N x H x W x C, ReLU is the operators' own clamping. No thread pool: one thread.
#include "xnnpack.hpp"

#include <xnnpack.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include "aligned.hpp"

namespace polyfold::bench {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

void require(xnn_status status, char const* what) {
  if (status != xnn_status_success) throw unsupported(std::string("XNNPACK has no such ") + what);
}

struct delete_operator {
  void operator()(xnn_operator* o) const { xnn_delete_operator(o); }
};

/// values[n][c][p] to values[n][p][c].
void channels_last(float const* from, float* to, int images, shape s) {
  for (int n = 0; n < images; ++n)
    for (int c = 0; c < s.channels; ++c)
      for (int p = 0; p < s.pixels(); ++p)
        to[(n * s.pixels() + p) * s.channels + c] = from[(n * s.channels + c) * s.pixels() + p];
}

class xnnpack_engine final : public engine {
 public:
  xnnpack_engine(network_description const& net, int batch) : batch_(batch), input_(net.input), output_(net.output) {
    if (xnn_initialize(nullptr) != xnn_status_success) throw unsupported("XNNPACK does not run on this processor");
    // A sum is an operator of its own here: the convolution before it writes a value that the description lacks.
    network_description split = net;
    for (std::size_t i = 0; i < split.nodes.size(); ++i) {
      node_description& node = split.nodes[i];
      if (node.kind != node_kind::convolution || node.added < 0) continue;
      node_description sum;
      sum.kind = node_kind::add;
      sum.in = sum.out = node.out;
      sum.source = split.values++;
      sum.added = node.added;
      sum.value = node.value;
      sum.relu = node.relu;
      node.value = sum.source;
      node.added = -1;
      node.relu = false;
      split.nodes.insert(split.nodes.begin() + std::ptrdiff_t(i) + 1, std::move(sum));
    }
    buffer_plan const plan(split);
    std::vector<std::size_t> sizes(std::size_t(plan.buffers), 0);
    for (node_description const& node : split.nodes) {
      auto& most = sizes[std::size_t(plan.buffer_of[std::size_t(node.value)])];
      most = std::max(most, bytes_of(node.out));
    }
    buffers_.push_back(allocate_aligned(bytes_of(net.input)));
    for (std::size_t const size : sizes) buffers_.push_back(allocate_aligned(size));
    auto const at = [&](int value) {
      int const buffer = value == 0 ? 0 : plan.buffer_of[std::size_t(value)] + 1;
      return reinterpret_cast<float*>(buffers_[std::size_t(buffer)].get());
    };
    for (node_description const& node : split.nodes)
      add(node, at(node.source), node.added >= 0 ? at(node.added) : nullptr, at(node.value));
    input_data_ = at(0);
    output_data_ = at(split.result);
  }

  void set_input(std::span<float const> images) override { channels_last(images.data(), input_data_, batch_, input_); }
  void run() override {
    for (auto const& o : operators_) xnn_run_operator(o.get(), nullptr);
  }
  void copy_output(std::span<float> outputs) const override {
    // The transposition of N x P x C is that of N x C x P with the two exchanged.
    channels_last(output_data_, outputs.data(), batch_, {output_.pixels(), output_.channels, 1});
  }

 private:
  int batch_;
  shape input_, output_;
  float* input_data_ = nullptr;
  float* output_data_ = nullptr;
  std::vector<aligned_bytes> buffers_;
  std::vector<std::unique_ptr<xnn_operator, delete_operator>> operators_;

  [[nodiscard]] std::size_t bytes_of(shape s) const {
    return std::size_t(batch_) * std::size_t(s.size()) * sizeof(float) + XNN_EXTRA_BYTES;
  }

  void add(node_description const& node, float* in, float* added, float* out) {
    window const& w = node.under;
    std::uint32_t const top = std::uint32_t(w.y.before);
    std::uint32_t const bottom = std::uint32_t(w.y.after);
    std::uint32_t const left = std::uint32_t(w.x.before);
    std::uint32_t const right = std::uint32_t(w.x.after);
    std::uint32_t const height = std::uint32_t(w.y.size);
    std::uint32_t const width = std::uint32_t(w.x.size);
    std::uint32_t const stride_y = std::uint32_t(w.y.stride);
    std::uint32_t const stride_x = std::uint32_t(w.x.stride);
    std::size_t const channels = std::size_t(node.in.channels);
    std::size_t const filters = std::size_t(node.out.channels);
    std::size_t const images = std::size_t(batch_);
    std::size_t const rows = std::size_t(node.in.height);
    std::size_t const columns = std::size_t(node.in.width);
    float const least = node.relu ? 0.0f : -infinity;
    xnn_operator_t o = nullptr;
    switch (node.kind) {
      case node_kind::convolution: {
        std::vector<float> weights(node.weights.size());
        shape const filter{node.in.channels / node.groups, w.y.size, w.x.size};
        channels_last(node.weights.data(), weights.data(), node.out.channels, filter);
        std::size_t const groups = std::size_t(node.groups);
        require(xnn_create_convolution2d_nhwc_f32(top, right, bottom, left, height, width, stride_y, stride_x, 1, 1,
                                                  std::uint32_t(groups), channels / groups, filters / groups, channels,
                                                  filters, weights.data(), node.bias.data(), least, infinity, 0, &o),
                "convolution");
        keep(o);
        return require(xnn_setup_convolution2d_nhwc_f32(o, images, rows, columns, in, out, nullptr), "convolution");
      }
      case node_kind::dense: {
        std::vector<float> weights(node.weights.size());
        channels_last(node.weights.data(), weights.data(), node.out.channels, node.in);
        std::size_t const inputs = std::size_t(node.in.size());
        require(xnn_create_fully_connected_nc_f32(inputs, filters, inputs, filters, weights.data(), node.bias.data(),
                                                  least, infinity, 0, &o),
                "dense layer");
        keep(o);
        return require(xnn_setup_fully_connected_nc_f32(o, images, in, out, nullptr), "dense layer");
      }
      case node_kind::max_pool:
        require(xnn_create_max_pooling2d_nhwc_f32(top, right, bottom, left, height, width, stride_y, stride_x, 1, 1,
                                                  channels, channels, channels, -infinity, infinity, 0, &o),
                "max pooling");
        keep(o);
        return require(xnn_setup_max_pooling2d_nhwc_f32(o, images, rows, columns, in, out, nullptr), "max pooling");
      case node_kind::average_pool:
        if (node.out.pixels() == 1 && node.in.pixels() == w.area()) {
          require(xnn_create_global_average_pooling_nwc_f32(channels, channels, channels, -infinity, infinity, 0, &o),
                  "average pooling");
          keep(o);
          return require(xnn_setup_global_average_pooling_nwc_f32(o, images, rows * columns, in, out, nullptr),
                         "average pooling");
        }
        if (top + left > 0) throw unsupported("XNNPACK leaves padding out of averages");
        require(xnn_create_average_pooling2d_nhwc_f32(0, 0, 0, 0, height, width, stride_y, stride_x, channels, channels,
                                                      channels, -infinity, infinity, 0, &o),
                "average pooling");
        keep(o);
        return require(xnn_setup_average_pooling2d_nhwc_f32(o, images, rows, columns, in, out, nullptr),
                       "average pooling");
      case node_kind::add: {
        std::size_t const size = images * std::size_t(node.in.size());
        require(xnn_create_add_nd_f32(least, infinity, 0, &o), "addition");
        keep(o);
        return require(xnn_setup_add_nd_f32(o, 1, &size, 1, &size, in, added, out, nullptr), "addition");
      }
      case node_kind::relu:
        require(xnn_create_clamp_nc_f32(channels, channels, channels, 0.0f, infinity, 0, &o), "ReLU");
        keep(o);
        return require(xnn_setup_clamp_nc_f32(o, images * rows * columns, in, out, nullptr), "ReLU");
    }
  }

  void keep(xnn_operator_t o) { operators_.emplace_back(o); }
};

}  // namespace

std::unique_ptr<engine> make_xnnpack(network_description const& net, int batch) {
  return std::make_unique<xnnpack_engine>(net, batch);
}

}  // namespace polyfold::bench
