// One forward and backward pass over the images of one scalar. Every value is kept; the memory of a gradient is used again
// once the step that computed its value has passed it on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <polyfold/network.hpp>

namespace polyfold {

/// T is the scalar, usually lanes<float, 16>: the passes then run that many images side by side.
template <class Network, class T>
class tape {
  using program = typename Network::program_type;

 public:
  tape() : values_(std::size_t(places.size)), gradients_(std::size_t(places.gradient_size)) {
    scratch_.resize(std::size_t(places.scratch));
    saved_.resize(std::size_t(places.saved));
  }

  /// Runs the network on `images` (input_shape.size() scalars) and returns its outputs. `seed` draws the dropout.
  T const* forward(Network const& net, T const* images, std::uint64_t seed) {
    images_ = images;
    seed_ = seed;
    program::for_each_step([&]<int J>() { forward_step<J>(net); });
    return values_.data() + places.value[std::size_t(program::result)];
  }

  /// Where the loss writes d loss / d output before `backward`.
  T* output_gradient() {
    clear<program::result>();
    return gradient_of<program::result>(nullptr).data();
  }

  /// Adds d loss / d stored numbers to `gradient` (numbers.size() floats) and, where it is not null, d loss / d images
  /// to `image_gradient`. Follows `forward` on the same images.
  void backward(Network const& net, float* gradient, T* image_gradient = nullptr) {
    [&]<int... J>(std::integer_sequence<int, J...>) {
      (backward_step<program::steps - 1 - J>(net, gradient, image_gradient), ...);
    }
    (std::make_integer_sequence<int, program::steps>{});
  }

 private:
  /// Values keep their place to the end, except those that are written over by design. A gradient lives from the last step
  /// that reads its value back to the step that computes it.
  struct placement {
    std::array<int, std::size_t(program::steps) + 1> value{};
    std::array<detail::buffer, std::size_t(program::steps) + 1> gradient{};
    std::array<int, std::size_t(program::steps)> saved_at{};
    int size = 0;
    int gradient_size = 0;
    int saved = 0;
    int scratch = 0;
  };
  static constexpr placement places = [] {
    placement p;
    auto const homes = program::homes(true);
    for (int j = 0; j < program::steps; ++j) {
      auto const& f = program::facts[std::size_t(j)];
      int const home = homes[std::size_t(j) + 1];
      if (home == j + 1) {
        p.value[std::size_t(home)] = p.size;
        if (f.executed) p.size += f.output_size;
      } else {
        p.value[std::size_t(j) + 1] = p.value[std::size_t(home)];
      }
      p.saved_at[std::size_t(j)] = p.saved;
      p.saved += f.saved;
      p.scratch = std::max({p.scratch, f.scratch, f.backward_scratch});

      if (!f.executed) continue;
      detail::buffer& own = p.gradient[std::size_t(home)];
      if (own.size == 0) own = {f.output_size, j, j, 0};
      own.dies = j;
      for (int source : f.sources)
        if (source > 0) p.gradient[std::size_t(homes[std::size_t(source)])].dies = j;
    }
    p.gradient[std::size_t(homes[std::size_t(program::result)])].dies = program::steps;
    p.gradient_size = detail::place(p.gradient);
    for (int v = 1; v <= program::steps; ++v)
      p.gradient[std::size_t(v)] = p.gradient[std::size_t(homes[std::size_t(v)])];
    return p;
  }();

  template <int J>
  [[nodiscard]] context<T> context_of(Network const& net) {
    constexpr auto const& f = program::facts[std::size_t(J)];
    context<T> at;
    at.numbers = net.numbers.data() + f.first_number;
    at.map = net.maps.data() + f.first_map_byte;
    at.scratch = scratch_.data();
    at.saved = saved_.data() + places.saved_at[std::size_t(J)];
    at.training = true;
    at.seed = seed_ + std::uint64_t(J) * 0x9e3779b97f4a7c15u;
    return at;
  }

  template <int V>
  [[nodiscard]] auto value() const {
    using view = tensor_view<T const, program::template value_shape<V>()>;
    if constexpr (V == 0)
      return view(images_);
    else
      return view(values_.data() + places.value[std::size_t(V)]);
  }
  template <int V>
  [[nodiscard]] auto gradient_of(T* image_gradient) {
    using view = tensor_view<T, program::template value_shape<V>()>;
    if constexpr (V == 0)
      return view(image_gradient);
    else
      return view(gradients_.data() + places.gradient[std::size_t(V)].offset);
  }
  /// Sets the gradient of value V to zero.
  template <int V>
  void clear() {
    constexpr detail::buffer b = places.gradient[std::size_t(V)];
    std::fill_n(gradients_.begin() + b.offset, b.size, T(0.0f));
  }
  /// Does so if step J is the first, in reverse, to add to it.
  template <int J, int V>
  void clear_before() {
    if constexpr (V > 0)
      if constexpr (places.gradient[std::size_t(V)].dies == J) clear<V>();
  }

  template <int J>
  void forward_step(Network const& net) {
    constexpr auto const& f = program::facts[std::size_t(J)];
    using run_by = typename program::template operation_at<J>;
    tensor_view<T, run_by::output> const out(values_.data() + places.value[std::size_t(f.value)]);
    row_range const all{0, run_by::output.height};
    if constexpr (f.sources[1] >= 0)
      run_by::forward(context_of<J>(net), all, out, value<f.sources[0]>(), value<f.sources[1]>());
    else
      run_by::forward(context_of<J>(net), all, out, value<f.sources[0]>());
  }

  template <int J>
  void backward_step(Network const& net, float* gradient, T* image_gradient) {
    constexpr auto const& f = program::facts[std::size_t(J)];
    if constexpr (f.executed) {
      using run_by = typename program::template operation_at<J>;
      context<T> at = context_of<J>(net);
      at.gradient = gradient + f.first_number;
      tensor_view<T, run_by::output> const out(values_.data() + places.value[std::size_t(f.value)]);
      auto const dout = gradient_of<f.value>(nullptr);
      clear_before<J, f.value>();  // an output that nothing reads
      clear_before<J, f.sources[0]>();
      clear_before<J, f.sources[1]>();
      if constexpr (f.sources[1] >= 0)
        run_by::backward(at, out, dout, value<f.sources[0]>(), gradient_of<f.sources[0]>(image_gradient),
                         value<f.sources[1]>(), gradient_of<f.sources[1]>(image_gradient));
      else
        run_by::backward(at, out, dout, value<f.sources[0]>(), gradient_of<f.sources[0]>(image_gradient));
    }
  }

  std::vector<T> values_;
  std::vector<T> gradients_;
  std::vector<T> scratch_;
  std::vector<T> saved_;
  T const* images_ = nullptr;
  std::uint64_t seed_ = 0;
};

}  // namespace polyfold
