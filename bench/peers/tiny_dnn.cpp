// tiny-dnn's graph of layers, single-threaded, with its AVX kernels where the processor has them. It knows no padding but
// `same`: other networks take no part.
#include "tiny_dnn.hpp"

// What tiny-dnn is to use is told by its own macros.
#define CNN_SINGLE_THREAD
#define CNN_NO_SERIALIZATION
#ifdef __AVX__
#define CNN_USE_AVX
#endif
#ifdef __SSE3__
#define CNN_USE_SSE
#endif
#include <tiny_dnn/tiny_dnn.h>

#include <algorithm>
#include <map>

namespace polyfold::bench {

namespace {

namespace tiny = tiny_dnn;
using size = tiny::serial_size_t;
using layer_pointer = std::shared_ptr<tiny::layer>;
using plain = tiny::activation::identity;
using rectified = tiny::activation::relu;

class tiny_dnn_engine final : public engine {
 public:
  tiny_dnn_engine(network_description const& net, int batch) {
    images_.assign(std::size_t(batch), tiny::vec_t(std::size_t(net.input.size())));
    auto const input = keep(std::make_shared<tiny::input_layer>(shape3d_of(net.input)));
    std::map<int, tiny::layer*> at{{0, input}};
    for (node_description const& node : net.nodes) {
      tiny::layer* const last = add(node, at);
      at[node.value] = last;
    }
    tiny::construct_graph(net_, {input}, {at[net.result]});
    net_.init_weight();
    // Only now do the layers have memory for their numbers.
    for (auto const& [weighted, node] : weights_) {
      std::copy(node.weights.begin(), node.weights.end(), weighted->weights()[0]->begin());
      if (node.kind == node_kind::dense) {
        // Inputs x outputs.
        std::size_t const inputs = std::size_t(node.in.size());
        std::size_t const outputs = std::size_t(node.out.channels);
        for (std::size_t i = 0; i < inputs; ++i)
          for (std::size_t o = 0; o < outputs; ++o)
            (*weighted->weights()[0])[i * outputs + o] = node.weights[o * inputs + i];
      }
      std::copy(node.bias.begin(), node.bias.end(), weighted->weights()[1]->begin());
    }
    weights_.clear();
    net_.set_netphase(tiny::net_phase::test);
  }

  void set_input(std::span<float const> images) override {
    for (std::size_t i = 0; i < images_.size(); ++i)
      std::copy_n(images.data() + i * images_[i].size(), images_[i].size(), images_[i].begin());
  }
  void run() override {
    outputs_.clear();
    for (tiny::vec_t const& image : images_) outputs_.push_back(net_.predict(image));
  }
  void copy_output(std::span<float> outputs) const override {
    auto to = outputs.begin();
    for (tiny::vec_t const& output : outputs_) to = std::copy(output.begin(), output.end(), to);
  }

 private:
  tiny::network<tiny::graph> net_;
  std::vector<layer_pointer> layers_;
  std::vector<std::pair<tiny::layer*, node_description>> weights_;  // to be set
  std::vector<tiny::vec_t> images_, outputs_;

  static tiny::shape3d shape3d_of(shape s) { return tiny::shape3d(size(s.width), size(s.height), size(s.channels)); }
  tiny::layer* keep(layer_pointer l) {
    layers_.push_back(std::move(l));
    return layers_.back().get();
  }
  static tiny::layer* follow(tiny::layer* before, tiny::layer* l) {
    tiny::connect(before, l);
    return l;
  }

  [[nodiscard]] static bool pads(window const& w) { return w.y.before + w.y.after + w.x.before + w.x.after > 0; }

  tiny::layer* add(node_description const& node, std::map<int, tiny::layer*> const& at) {
    window const& w = node.under;
    tiny::layer* const before = at.at(node.source);
    size const columns = size(node.in.width);
    size const rows = size(node.in.height);
    size const channels = size(node.in.channels);
    size const filters = size(node.out.channels);
    if (node.groups > 1) throw unsupported("groups");
    tiny::layer* last = nullptr;
    switch (node.kind) {
      case node_kind::convolution: {
        bool const same = w.y == core::with_same_padding(w.y, node.in.height) &&
                          w.x == core::with_same_padding(w.x, node.in.width) && w.y.size > 1;
        if (!same && pads(w)) throw unsupported("padding");
        tiny::padding const pad = same ? tiny::padding::same : tiny::padding::valid;
        bool const relu_here = node.relu && node.added < 0;
        size const stride_x = size(w.x.stride);
        size const stride_y = size(w.y.stride);
        layer_pointer l;
        if (relu_here)
          l = std::make_shared<tiny::convolutional_layer<rectified>>(columns, rows, size(w.x.size), size(w.y.size),
                                                                     channels, filters, pad, true, stride_x, stride_y);
        else
          l = std::make_shared<tiny::convolutional_layer<plain>>(columns, rows, size(w.x.size), size(w.y.size),
                                                                 channels, filters, pad, true, stride_x, stride_y);
        last = follow(before, keep(l));
        weights_.emplace_back(last, node);
        if (node.added < 0) return last;
        return add_sum(node, last, at.at(node.added));
      }
      case node_kind::dense: {
        layer_pointer l;
        if (node.relu)
          l = std::make_shared<tiny::fully_connected_layer<rectified>>(size(node.in.size()), filters);
        else
          l = std::make_shared<tiny::fully_connected_layer<plain>>(size(node.in.size()), filters);
        last = follow(before, keep(l));
        weights_.emplace_back(last, node);
        return last;
      }
      case node_kind::max_pool:
        if (pads(w)) throw unsupported("padding");
        return follow(
            before, keep(std::make_shared<tiny::max_pooling_layer<plain>>(
                        columns, rows, channels, size(w.x.size), size(w.y.size), size(w.x.stride), size(w.y.stride))));
      case node_kind::average_pool: {
        if (pads(w)) throw unsupported("padding");
        last = follow(
            before, keep(std::make_shared<tiny::average_pooling_layer<plain>>(
                        columns, rows, channels, size(w.x.size), size(w.y.size), size(w.x.stride), size(w.y.stride))));
        // It scales and shifts every channel.
        node_description numbers = node;
        numbers.weights.assign(channels, 1.0f);
        numbers.bias.assign(channels, 0.0f);
        weights_.emplace_back(last, std::move(numbers));
        return last;
      }
      case node_kind::add:
        return add_sum(node, before, at.at(node.added));
      case node_kind::relu:
        throw unsupported("ReLU as a layer of its own");
    }
    return last;
  }

  tiny::layer* add_sum(node_description const& node, tiny::layer* a, tiny::layer* b) {
    tiny::layer* const sum = keep(std::make_shared<tiny::elementwise_add_layer>(2, size(node.out.size())));
    tiny::connect(a, sum, 0, 0);
    tiny::connect(b, sum, 0, 1);
    if (!node.relu) return sum;
    return follow(sum, keep(std::make_shared<tiny::linear_layer<rectified>>(size(node.out.size()))));
  }
};

}  // namespace

std::unique_ptr<engine> make_tiny_dnn(network_description const& net, int batch) {
  return std::make_unique<tiny_dnn_engine>(net, batch);
}

}  // namespace polyfold::bench
