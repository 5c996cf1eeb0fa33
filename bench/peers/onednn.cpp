// oneDNN as its guide for inference says: memory formats are the library's choice (`any`), weights are reordered before,
// formats propagate from layer to layer, ReLU and the residual sum are post-operations, one stream, one thread.
// On small maps the library's choice (channels last) is not its fastest: a second variant asks for blocks of 16 channels.
#include "onednn.hpp"

#include <omp.h>

#include <algorithm>
#include <dnnl.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "aligned.hpp"

namespace polyfold::bench {

namespace {

using dnnl::memory;
using descriptor = memory::desc;
using format = memory::format_tag;
constexpr auto f32 = memory::data_type::f32;
constexpr auto forward = dnnl::prop_kind::forward_inference;

class onednn_engine final : public engine {
 public:
  onednn_engine(network_description const& net, int batch, dnnl::algorithm convolution, bool blocked)
      : convolution_(convolution), blocked_(blocked), batch_(batch), formats_(std::size_t(net.values)), plan_(net) {
    dims_.resize(std::size_t(net.values));
    dims_[0] = dims_of(net.input);
    result_ = net.result;
    // First the primitives, which choose the formats; then memory for them; then the arguments.
    for (node_description const& node : net.nodes) {
      dims_[std::size_t(node.value)] =
          node.kind == node_kind::dense ? memory::dims{batch, node.out.channels} : dims_of(node.out);
      add(node);
    }
    allocate();
    for (step const& s : steps_) bind(s);
    if (convolution == dnnl::algorithm::convolution_winograd && winograd_layers_ == 0)
      throw unsupported("no layer that oneDNN computes by Winograd's transform");
  }

  void set_input(std::span<float const> images) override {
    memory from(plain(0), engine_, const_cast<float*>(images.data()));
    dnnl::reorder(from, value_memory(0)).execute(stream_, from, *input_);
    stream_.wait();
  }
  void run() override {
    for (call& c : calls_)
      dnnl_primitive_execute(c.primitive, stream_.get(), int(c.arguments.size()), c.arguments.data());
    stream_.wait();
  }
  void copy_output(std::span<float> outputs) const override {
    memory from = value_memory(result_);
    memory to(plain(result_), engine_, outputs.data());
    dnnl::stream stream(engine_);
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }

 private:
  /// A primitive and what it reads and writes; a negative value is none.
  struct step {
    dnnl::primitive primitive;
    int source = -1;
    int source_copy = -1;  // number of the reordered copy that it reads instead
    int second = -1;
    int value = -1;  // -1: writes `copy`
    int copy = -1;
    std::vector<std::pair<int, memory>> constants;
  };
  struct call {
    dnnl_primitive_t primitive;
    std::vector<dnnl_exec_arg_t> arguments;
  };

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  mutable dnnl::stream stream_{engine_};
  dnnl::algorithm convolution_;
  bool blocked_;
  int batch_;
  int winograd_layers_ = 0;
  int result_ = 0;
  std::vector<std::optional<descriptor>> formats_;  // by value
  std::vector<memory::dims> dims_;
  buffer_plan plan_;
  std::vector<step> steps_;
  std::vector<descriptor> copies_;  // of values, in the format that one reader needs
  std::vector<aligned_bytes> buffers_;
  std::vector<memory> copy_memories_;
  std::optional<memory> input_;
  std::vector<memory> alive_;
  std::vector<call> calls_;

  [[nodiscard]] memory::dims dims_of(shape s) const {
    if (s.height == 1 && s.width == 1) return {batch_, s.channels};
    return {batch_, s.channels, s.height, s.width};
  }
  [[nodiscard]] descriptor plain(int value) const {
    memory::dims const& d = dims_[std::size_t(value)];
    return descriptor(d, f32, d.size() == 2 ? format::nc : format::nchw);
  }
  [[nodiscard]] descriptor any(memory::dims const& dims) const { return descriptor(dims, f32, format::any); }

  /// The value's format; the network's input takes the one that its first reader likes.
  descriptor const& format_of(int value, descriptor const& liked) {
    auto& own = formats_[std::size_t(value)];
    if (!own) own = liked;
    return *own;
  }

  /// A reordered copy of `value` where a primitive wants another format; -1 where none is needed.
  int copy_for(int value, descriptor const& wanted) {
    descriptor const& own = format_of(value, wanted);
    if (own == wanted) return -1;
    copies_.push_back(wanted);
    step s;
    s.primitive = dnnl::reorder(dnnl::reorder::primitive_desc(engine_, own, engine_, wanted));
    s.source = value;
    s.copy = int(copies_.size()) - 1;
    steps_.push_back(std::move(s));
    return int(copies_.size()) - 1;
  }

  /// `values` (plain, as `dims` and `tag` say) in the format `wanted`.
  memory packed(std::vector<float> const& values, memory::dims const& dims, format tag, descriptor const& wanted) {
    memory from(descriptor(dims, f32, tag), engine_, const_cast<float*>(values.data()));
    memory to(wanted, engine_);
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    return to;
  }

  [[nodiscard]] static dnnl::primitive_attr after_sums(node_description const& node) {
    dnnl::post_ops operations;
    if (node.kind == node_kind::convolution && node.added >= 0) operations.append_sum(1.0f);
    if (node.relu) operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(operations);
    return attributes;
  }

  [[nodiscard]] static memory::dims padding_after(node_description const& node) {
    window const& w = node.under;
    return {(node.out.height - 1) * w.y.stride + w.y.size - node.in.height - w.y.before,
            (node.out.width - 1) * w.x.stride + w.x.size - node.in.width - w.x.before};
  }

  void add(node_description const& node) {
    switch (node.kind) {
      case node_kind::convolution:
        return add_convolution(node);
      case node_kind::dense:
        return add_dense(node);
      case node_kind::max_pool:
        return add_pooling(node, dnnl::algorithm::pooling_max);
      case node_kind::average_pool:
        return add_pooling(node, dnnl::algorithm::pooling_avg_include_padding);
      case node_kind::add:
        return add_addition(node);
      case node_kind::relu:
        return add_relu(node);
    }
  }

  void add_convolution(node_description const& node) {
    window const& w = node.under;
    memory::dims dims{node.out.channels, node.in.channels / node.groups, w.y.size, w.x.size};
    format tag = format::oihw;
    if (node.groups > 1) {
      dims = {node.groups, node.out.channels / node.groups, node.in.channels / node.groups, w.y.size, w.x.size};
      tag = format::goihw;
    }
    memory::dims const in{batch_, node.in.channels, node.in.height, node.in.width};
    memory::dims const out{batch_, node.out.channels, node.out.height, node.out.width};
    auto const make = [&](dnnl::algorithm algorithm, format in_format = format::any, format out_format = format::any) {
      // The sum's other operand lies in the destination already.
      auto const& operand = formats_[std::size_t(std::max(node.added, 0))];
      descriptor const to = node.added >= 0 && operand ? *operand : descriptor(out, f32, out_format);
      return dnnl::convolution_forward::primitive_desc({forward,
                                                        algorithm,
                                                        descriptor(in, f32, in_format),
                                                        any(dims),
                                                        any({node.out.channels}),
                                                        to,
                                                        {w.y.stride, w.x.stride},
                                                        {w.y.before, w.x.before},
                                                        padding_after(node)},
                                                       after_sums(node), engine_);
    };
    std::optional<dnnl::convolution_forward::primitive_desc> chosen;
    if (blocked_) {
      try {
        chosen = make(convolution_, node.in.channels < 4 ? format::nchw : format::nChw16c, format::nChw16c);
        if (std::string_view(chosen->impl_info_str()).starts_with("ref")) chosen.reset();
      } catch (dnnl::error const&) {
        // This layer has no such implementation: the library's choice.
      }
    }
    if (convolution_ == dnnl::algorithm::convolution_winograd) {
      try {
        chosen = make(convolution_);
        ++winograd_layers_;
      } catch (dnnl::error const&) {
        // This layer has no such implementation: direct.
      }
    }
    if (!chosen) chosen = make(dnnl::algorithm::convolution_direct);
    dims_[std::size_t(node.source)] = in;
    dims_[std::size_t(node.value)] = out;
    step s;
    s.source = node.source;
    s.source_copy = copy_for(node.source, chosen->src_desc());
    if (node.added >= 0) add_copy_of_operand(node, chosen->dst_desc());
    s.primitive = dnnl::convolution_forward(*chosen);
    s.value = node.value;
    s.constants = {{DNNL_ARG_WEIGHTS, packed(node.weights, dims, tag, chosen->weights_desc())},
                   {DNNL_ARG_BIAS, packed(node.bias, {node.out.channels}, format::x, chosen->bias_desc())}};
    formats_[std::size_t(node.value)] = chosen->dst_desc();
    steps_.push_back(std::move(s));
  }

  /// The sum post-operation adds what lies in the destination: nothing to do where the operand lies there already.
  void add_copy_of_operand(node_description const& node, descriptor const& wanted) {
    descriptor const& own = format_of(node.added, wanted);
    bool const in_place = plan_.buffer_of[std::size_t(node.added)] == plan_.buffer_of[std::size_t(node.value)];
    if (in_place && own == wanted) return;
    if (in_place) throw unsupported("the operands of a sum have two formats");
    step s;
    s.primitive = dnnl::reorder(dnnl::reorder::primitive_desc(engine_, own, engine_, wanted));
    s.source = node.added;
    s.value = node.value;
    steps_.push_back(std::move(s));
  }

  void add_dense(node_description const& node) {
    memory::dims const& source = dims_[std::size_t(node.source)];
    memory::dims dims = source;
    dims[0] = node.out.channels;
    dnnl::inner_product_forward::primitive_desc const chosen(
        {forward, any(source), any(dims), any({node.out.channels}), any({batch_, node.out.channels})}, after_sums(node),
        engine_);
    step s;
    s.source = node.source;
    s.source_copy = copy_for(node.source, chosen.src_desc());
    s.primitive = dnnl::inner_product_forward(chosen);
    s.value = node.value;
    s.constants = {{DNNL_ARG_WEIGHTS,
                    packed(node.weights, dims, dims.size() == 2 ? format::oi : format::oihw, chosen.weights_desc())},
                   {DNNL_ARG_BIAS, packed(node.bias, {node.out.channels}, format::x, chosen.bias_desc())}};
    formats_[std::size_t(node.value)] = chosen.dst_desc();
    steps_.push_back(std::move(s));
  }

  void add_pooling(node_description const& node, dnnl::algorithm algorithm) {
    window const& w = node.under;
    dims_[std::size_t(node.value)] = {batch_, node.out.channels, node.out.height, node.out.width};
    descriptor const from = format_of(node.source, plain(node.source));
    dnnl::pooling_forward::primitive_desc const chosen({forward,
                                                        algorithm,
                                                        from,
                                                        any(dims_[std::size_t(node.value)]),
                                                        {w.y.stride, w.x.stride},
                                                        {w.y.size, w.x.size},
                                                        {w.y.before, w.x.before},
                                                        padding_after(node)},
                                                       engine_);
    step s;
    s.source = node.source;
    s.primitive = dnnl::pooling_forward(chosen);
    s.value = node.value;
    formats_[std::size_t(node.value)] = chosen.dst_desc();
    steps_.push_back(std::move(s));
  }

  void add_addition(node_description const& node) {
    descriptor const from = format_of(node.source, plain(node.source));
    step s;
    s.source = node.source;
    s.second = node.added;
    dims_[std::size_t(node.value)] = dims_[std::size_t(node.source)];
    dnnl::binary::primitive_desc const chosen({dnnl::algorithm::binary_add, from, format_of(node.added, from), from},
                                              after_sums(node), engine_);
    s.primitive = dnnl::binary(chosen);
    s.value = node.value;
    formats_[std::size_t(node.value)] = from;
    steps_.push_back(std::move(s));
  }

  void add_relu(node_description const& node) {
    descriptor const from = format_of(node.source, plain(node.source));
    step s;
    s.source = node.source;
    dims_[std::size_t(node.value)] = dims_[std::size_t(node.source)];
    s.primitive = dnnl::eltwise_forward(
        dnnl::eltwise_forward::primitive_desc({forward, dnnl::algorithm::eltwise_relu, from, 0.0f, 0.0f}, engine_));
    s.value = node.value;
    formats_[std::size_t(node.value)] = from;
    steps_.push_back(std::move(s));
  }

  void allocate() {
    std::vector<std::size_t> bytes(std::size_t(plan_.buffers), 0);
    for (std::size_t v = 1; v < formats_.size(); ++v)
      if (plan_.buffer_of[v] >= 0 && formats_[v]) {
        auto& most = bytes[std::size_t(plan_.buffer_of[v])];
        most = std::max(most, formats_[v]->get_size());
      }
    for (std::size_t const size : bytes) buffers_.push_back(allocate_aligned(size));
    for (descriptor const& d : copies_) copy_memories_.emplace_back(d, engine_);
    input_ = memory(*formats_[0], engine_);
  }

  [[nodiscard]] memory value_memory(int value) const {
    if (value == 0) return *input_;
    return memory(*formats_[std::size_t(value)], engine_,
                  buffers_[std::size_t(plan_.buffer_of[std::size_t(value)])].get());
  }

  void bind(step const& s) {
    call c{s.primitive.get(), {}};
    auto const argument = [&](int which, memory const& m) {
      alive_.push_back(m);
      c.arguments.push_back({which, m.get()});
    };
    if (s.source >= 0)
      argument(DNNL_ARG_SRC, s.source_copy >= 0 ? copy_memories_[std::size_t(s.source_copy)] : value_memory(s.source));
    if (s.second >= 0) argument(DNNL_ARG_SRC_1, value_memory(s.second));
    for (auto const& [which, m] : s.constants) argument(which, m);
    argument(DNNL_ARG_DST, s.value >= 0 ? value_memory(s.value) : copy_memories_[std::size_t(s.copy)]);
    calls_.push_back(std::move(c));
  }
};

std::unique_ptr<engine> make(network_description const& net, int batch, dnnl::algorithm convolution,
                             bool blocked = false) {
  omp_set_num_threads(1);
  return std::make_unique<onednn_engine>(net, batch, convolution, blocked);
}

}  // namespace

std::unique_ptr<engine> make_onednn_direct(network_description const& net, int batch) {
  return make(net, batch, dnnl::algorithm::convolution_direct);
}
std::unique_ptr<engine> make_onednn_blocked(network_description const& net, int batch) {
  return make(net, batch, dnnl::algorithm::convolution_direct, true);
}
std::unique_ptr<engine> make_onednn_winograd(network_description const& net, int batch) {
  return make(net, batch, dnnl::algorithm::convolution_winograd);
}

}  // namespace polyfold::bench
