// Convolutions as im2col and Eigen's matrix product, dense layers as one product for the batch; maps are N x C x H x W.
#include "eigen.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cstring>
#include <limits>

namespace polyfold::bench {

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_map = Eigen::Map<matrix const>;
using map = Eigen::Map<matrix>;

class eigen_engine final : public engine {
 public:
  eigen_engine(network_description const& net, int batch) : net_(net), batch_(batch), plan_(net) {
    std::vector<std::size_t> sizes(std::size_t(plan_.buffers), 0);
    std::size_t columns = 0;
    for (node_description const& node : net.nodes) {
      if (node.groups > 1) throw unsupported("groups");
      auto& most = sizes[std::size_t(plan_.buffer_of[std::size_t(node.value)])];
      most = std::max(most, std::size_t(batch * node.out.size()));
      if (node.kind == node_kind::convolution && !reads_directly(node))
        columns = std::max(columns, std::size_t(node.in.channels * node.under.area() * node.out.pixels()));
    }
    input_.resize(std::size_t(batch * net.input.size()));
    columns_.resize(columns);
    for (std::size_t const size : sizes) buffers_.emplace_back(size);
  }

  void set_input(std::span<float const> images) override { std::copy(images.begin(), images.end(), input_.begin()); }
  void run() override {
    for (node_description const& node : net_.nodes) compute(node);
  }
  void copy_output(std::span<float> outputs) const override {
    float const* const from = buffers_[std::size_t(plan_.buffer_of[std::size_t(net_.result)])].data();
    std::copy_n(from, outputs.size(), outputs.begin());
  }

 private:
  network_description net_;
  int batch_;
  buffer_plan plan_;
  std::vector<float> input_, columns_;
  std::vector<std::vector<float>> buffers_;

  [[nodiscard]] static bool reads_directly(node_description const& node) { return node.under == window{}; }
  [[nodiscard]] float* at(int value) {
    return value == 0 ? input_.data() : buffers_[std::size_t(plan_.buffer_of[std::size_t(value)])].data();
  }

  void compute(node_description const& node) {
    float const* const in = at(node.source);
    float* const out = at(node.value);
    switch (node.kind) {
      case node_kind::convolution:
        for (int n = 0; n < batch_; ++n)
          convolve(node, in + n * node.in.size(), node.added < 0 ? nullptr : at(node.added) + n * node.out.size(),
                   out + n * node.out.size());
        return;
      case node_kind::dense: {
        map product(out, batch_, node.out.channels);
        const_map const inputs(in, batch_, node.in.size());
        const_map const weights(node.weights.data(), node.out.channels, node.in.size());
        product.rowwise() = Eigen::Map<Eigen::RowVectorXf const>(node.bias.data(), node.out.channels);
        if (batch_ == 1)
          product.row(0).transpose().noalias() += weights * inputs.row(0).transpose();
        else
          product.noalias() += inputs * weights.transpose();
        if (node.relu) product = product.cwiseMax(0.0f);
        return;
      }
      case node_kind::max_pool:
      case node_kind::average_pool:
        return pool(node, in, out);
      case node_kind::add: {
        map sum(out, 1, batch_ * node.out.size());
        sum = const_map(in, 1, sum.cols()) + const_map(at(node.added), 1, sum.cols());
        if (node.relu) sum = sum.cwiseMax(0.0f);
        return;
      }
      case node_kind::relu: {
        map values(out, 1, batch_ * node.out.size());
        values = const_map(in, 1, values.cols()).cwiseMax(0.0f);
        return;
      }
    }
  }

  void convolve(node_description const& node, float const* in, float const* added, float* out) {
    int const depth = node.in.channels * node.under.area();
    map product(out, node.out.channels, node.out.pixels());
    if (added == nullptr)
      product.setZero();
    else if (added != out)
      product = const_map(added, product.rows(), product.cols());
    product.colwise() += Eigen::Map<Eigen::VectorXf const>(node.bias.data(), node.out.channels);
    if (!reads_directly(node)) spread(node, in);
    product.noalias() += const_map(node.weights.data(), node.out.channels, depth) *
                         const_map(reads_directly(node) ? in : columns_.data(), depth, node.out.pixels());
    if (node.relu) product = product.cwiseMax(0.0f);
  }

  /// im2col: row (c, r, s) holds the input pixel under (r, s) of every window.
  void spread(node_description const& node, float const* in) {
    window const& w = node.under;
    float* to = columns_.data();
    for (int c = 0; c < node.in.channels; ++c)
      for (int r = 0; r < w.y.size; ++r)
        for (int s = 0; s < w.x.size; ++s)
          for (int y = 0; y < node.out.height; ++y, to += node.out.width) {
            int const iy = w.y.start(y) + r;
            if (iy < 0 || iy >= node.in.height) {
              std::fill_n(to, node.out.width, 0.0f);
              continue;
            }
            float const* const row = in + (c * node.in.height + iy) * node.in.width;
            int const shift = s - w.x.before;
            if (w.x.stride == 1) {
              int const first = std::clamp(-shift, 0, node.out.width);
              int const last = std::clamp(node.in.width - shift, first, node.out.width);
              std::fill(to, to + first, 0.0f);
              std::copy(row + first + shift, row + last + shift, to + first);
              std::fill(to + last, to + node.out.width, 0.0f);
              continue;
            }
            for (int x = 0; x < node.out.width; ++x) {
              int const ix = x * w.x.stride + shift;
              to[x] = ix >= 0 && ix < node.in.width ? row[ix] : 0.0f;
            }
          }
  }

  void pool(node_description const& node, float const* in, float* out) const {
    window const& w = node.under;
    bool const maximum = node.kind == node_kind::max_pool;
    float const start = maximum ? std::numeric_limits<float>::lowest() : 0.0f;
    float const scale = maximum ? 1.0f : 1.0f / float(w.area());
    for (int plane = 0; plane < batch_ * node.in.channels; ++plane, in += node.in.pixels())
      for (int y = 0; y < node.out.height; ++y)
        for (int x = 0; x < node.out.width; ++x) {
          float value = start;
          row_range const rows = core::rows_under(w, y, node.in.height);
          int const left = w.x.start(x);
          for (int iy = rows.first; iy < rows.last; ++iy)
            for (int ix = std::max(left, 0); ix < std::min(left + w.x.size, node.in.width); ++ix) {
              float const v = in[iy * node.in.width + ix];
              value = maximum ? std::max(value, v) : value + v;
            }
          *out++ = value * scale;
        }
  }
};

}  // namespace

std::unique_ptr<engine> make_eigen(network_description const& net, int batch) {
  return std::make_unique<eigen_engine>(net, batch);
}

}  // namespace polyfold::bench
