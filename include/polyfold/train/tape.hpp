// One forward and backward pass over the images of one scalar: every value is kept, every gradient has a place.
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
  tape() : values_(std::size_t(places.size)), gradients_(std::size_t(places.size)) {
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
    std::fill(gradients_.begin(), gradients_.end(), T(0.0f));
    return gradients_.data() + places.value[std::size_t(program::result)];
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
  /// Values keep their place to the end, except those that are written over by design.
  struct placement {
    std::array<int, std::size_t(program::steps) + 1> value{};
    std::array<int, std::size_t(program::steps)> saved_at{};
    int size = 0;
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
    }
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
      return view(gradients_.data() + places.value[std::size_t(V)]);
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
