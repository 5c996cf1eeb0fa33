// One forward and backward pass over the images of one scalar. Only what the backward pass reads is kept for it; the memory
// of a value or a gradient is used again once nothing reads it any more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/network.hpp>
#include <polyfold/train/exact_maps.hpp>
#include <polyfold/train/row_strips.hpp>

namespace polyfold::training {

/// T is the scalar, usually lanes<float, 16>: the passes then run that many images side by side. Maps: what may be done to maps.
template <class Network, class T, class Maps = exact_maps>
class tape {
  using program = typename Network::program_type;
  static constexpr auto rounded = []<int... V>(std::integer_sequence<int, V...>) {
    return core::fixed_array<bool, program::steps + 1>{Maps::template rounds<V>...};
  }
  (std::make_integer_sequence<int, program::steps + 1>{});

 public:
  tape() : memory_(places.size), scratch_(places.scratch), saved_(places.saved) {}

  /// What forward passes from now on, with their backward passes, do to maps; null: nothing.
  void round_by(Maps const* maps) { maps_ = maps; }

  /// Runs the network on `images` (input_shape.size() scalars) and returns its outputs. `seed` draws the dropout.
  T const* forward(Network const& net, T const* images, std::uint64_t seed) {
    images_ = images;
    seed_ = seed;
    program::for_each_step([&]<int J>() { forward_step<J>(net); });
    return value<program::result>().data();
  }

  /// Adds the statistics of the images that went forward last, batch norm's, to their places in `gradient`, as
  /// `backward` does.
  void add_statistics(Network const& net, float* gradient) {
    program::for_each_step([&]<int J>() {
      using run_by = typename program::template operation_at<J>;
      fold::context<T> at = context_of<J>(net);
      at.gradient = gradient + program::facts[J].first_parameter;
      if constexpr (requires { run_by::add_statistics(at); }) run_by::add_statistics(at);
    });
  }

  /// Where the loss writes d loss / d output after `forward` and before `backward`.
  T* output_gradient() {
    clear_gradient<program::result>();
    return gradient_of<program::result>(nullptr).data();
  }

  /// Adds d loss / d stored parameters to `gradient` (numbers.size() floats) and, where it is not null, d loss / d images
  /// to `image_gradient`. Follows `forward` on the same images.
  void backward(Network const& net, float* gradient, T* image_gradient = nullptr) {
    core::for_constexpr<program::steps>(
        [&]<int J>() { backward_step<program::steps - 1 - J>(net, gradient, image_gradient); });
  }

 private:
  /// Where everything lies. Steps count time: step j runs forward at j and backward at 2 * steps - 1 - j. What is not in
  /// use at the same time may share memory.
  struct placement {
    core::fixed_array<int, program::steps + 1> value{};
    core::fixed_array<int, program::steps + 1> gradient{};
    core::fixed_array<int, program::steps + 1> first_reader{};  // the first step, in reverse, that reads it; none: -1
    core::fixed_array<int, program::steps> saved_at{};
    int size = 0;
    int saved = 0;
    int scratch = 0;
  };

  /// For a product that runs in strips with the moments before it, the first of these; -1 for other steps.
  static constexpr auto strips_from = [] {
    core::fixed_array<int, program::steps> from{};
    for (int j = 0; j < program::steps; ++j) {
      from[j] = -1;
      if (!program::facts[j].executed || program::facts[j].by_rows != fold::row_order::ends) continue;
      int first = j;
      long long scalars = 0;
      // Value k is what step k - 1 computes.
      while (first > 0 && program::facts[first].sources[0] == first && program::readers(first) == 1 &&
             program::facts[first - 1].executed && program::facts[first - 1].by_rows == fold::row_order::passes_on) {
        --first;
        scalars += program::facts[first].output_size;
      }
      constexpr int worth_it = 256 * 1024;  // bytes: less stays in the second-level cache anyhow
      if (scalars * int(sizeof(T)) > worth_it) from[j] = first;
    }
    return from;
  }();
  /// Whether step J runs as a part of a later one's strips.
  [[nodiscard]] static constexpr bool in_strips(int step) {
    for (int j = step + 1; j < program::steps; ++j)
      if (strips_from[j] >= 0 && strips_from[j] <= step) return true;
    return false;
  }
  template <int J>
  using strips = polyfold::detail::row_strips<program, strips_from[J], J,
                                              polyfold::detail::strip_height<program, strips_from[J], J, T>>;

  [[nodiscard]] static constexpr int backward_time(int step) { return 2 * program::steps - 1 - step; }

  /// Behind the scratch of the product itself.
  template <int J>
  [[nodiscard]] static constexpr int strip_scratch() {
    if constexpr (strips_from[J] >= 0)
      return program::facts[J].scratch + strips<J>::scratch;
    else
      return 0;
  }

  static constexpr placement places = [] {
    constexpr int values = program::steps + 1;
    placement p;
    auto const homes = program::homes(rounded);
    for (int& reader : p.first_reader) reader = -1;
    p.first_reader[homes[program::result]] = program::steps;        // the loss
    core::fixed_array<fold::detail::buffer, 2 * values> buffers{};  // of the values, then of their gradients
    for (int j = program::steps - 1; j >= 0; --j) {
      auto const& f = program::facts[j];
      if (!f.executed) continue;
      if (in_strips(j)) continue;
      int const from = strips_from[j];
      int const home = homes[f.value];
      int const reader = p.first_reader[home];
      auto& value = buffers[home];
      bool const read_again = f.backward_reads_output || rounded[f.value];
      value = {f.output_size, j, core::larger(value.dies, j, read_again ? backward_time(j) : 0), 0};
      // The loss reads the outputs and writes their gradient between the two passes.
      if (reader == program::steps) value.dies = core::larger(value.dies, program::steps);
      auto& gradient = buffers[values + home];
      gradient = {f.output_size, reader < 0 ? backward_time(j) : backward_time(reader), backward_time(j), 0};
      for (int source : program::facts[from < 0 ? j : from].sources) {
        if (source <= 0) continue;
        int& dies = buffers[homes[source]].dies;
        dies = core::larger(dies, j, f.backward_reads_input ? backward_time(j) : 0);
        int& first = p.first_reader[homes[source]];
        if (first < 0) first = j;
      }
    }
    for (int j = 0; j < program::steps; ++j) {
      auto const& f = program::facts[j];
      p.saved_at[j] = p.saved;
      p.saved += f.saved;
      p.scratch = core::larger(p.scratch, f.scratch, f.backward_scratch);
    }
    core::for_constexpr<program::steps>([&]<int J>() { p.scratch = core::larger(p.scratch, strip_scratch<J>()); });
    p.size = fold::detail::place(buffers);
    for (int v = 1; v < values; ++v) {
      int const home = homes[v];
      p.value[v] = buffers[home].offset;
      p.gradient[v] = buffers[values + home].offset;
      p.first_reader[v] = p.first_reader[home];
    }
    return p;
  }();

  template <int J>
  [[nodiscard]] fold::context<T> context_of(Network const& net) {
    constexpr auto const& f = program::facts[J];
    fold::context<T> at;
    at.parameters = net.parameters.data() + f.first_parameter;
    at.map = net.maps.data() + f.first_map_byte;
    at.scratch = scratch_.data();
    at.saved = saved_.data() + places.saved_at[J];
    at.training = true;
    at.seed = seed_ + std::uint64_t(J) * 0x9e3779b97f4a7c15u;
    return at;
  }

  template <int V>
  [[nodiscard]] auto value() {
    if constexpr (V == 0)
      return tensor_view<T const, program::template value_shape<0>()>(images_);
    else
      return tensor_view<T, program::template value_shape<V>()>(memory_.data() + places.value[V]);
  }
  /// Value V as a step reads it.
  template <int V>
  [[nodiscard]] auto source() {
    return tensor_view<T const, program::template value_shape<V>()>(value<V>().data());
  }
  template <int V>
  [[nodiscard]] auto gradient_of(T* image_gradient) {
    using view = tensor_view<T, program::template value_shape<V>()>;
    if constexpr (V == 0)
      return view(image_gradient);
    else
      return view(memory_.data() + places.gradient[V]);
  }
  template <int V>
  void clear_gradient() {
    std::fill_n(gradient_of<V>(nullptr).data(), program::template value_shape<V>().size(), T(0.0f));
  }

  template <int J>
  void forward_step(Network const& net) {
    constexpr auto const& f = program::facts[J];
    using run_by = typename program::template operation_at<J>;
    row_range const all{0, run_by::output.height};
    if constexpr (in_strips(J))
      return;
    else if constexpr (strips_from[J] >= 0)
      strips<J>::forward([&]<int K>() { return context_of<K>(net); }, scratch_.data() + f.scratch, value<f.value>(),
                         source<program::facts[strips_from[J]].sources[0]>());
    else if constexpr (f.sources[1] >= 0)
      run_by::forward(context_of<J>(net), all, value<f.value>(), source<f.sources[0]>(), source<f.sources[1]>());
    else
      run_by::forward(context_of<J>(net), all, value<f.value>(), source<f.sources[0]>());
    if constexpr (rounded[f.value] && !in_strips(J))
      if (maps_ != nullptr) maps_->template round<f.value>(value<f.value>().data());
  }

  /// Readies the gradient of value V, that of source S of step J, where the step is the first, in reverse, to add to it.
  template <int J, int S, int V>
  void begin_gradient(fold::context<T>& at) {
    if constexpr (V > 0)
      if constexpr (places.first_reader[V] == J) {
        if constexpr (program::template operation_at<J>::sets_gradient)
          at.fresh[S] = true;
        else
          clear_gradient<V>();
      }
  }

  /// The gradient of value V, from behind its rounding to before it.
  template <int V>
  void pass_rounding() {
    if constexpr (rounded[V])
      if (maps_ != nullptr) maps_->template pass_gradient<V>(source<V>().data(), gradient_of<V>(nullptr).data());
  }

  template <int J>
  void backward_step(Network const& net, float* gradient, T* image_gradient) {
    constexpr auto const& f = program::facts[J];
    if constexpr (strips_from[J] >= 0) {
      constexpr int first = strips_from[J];
      constexpr int read = program::facts[first].sources[0];
      auto const at = [&]<int K>() {
        fold::context<T> c = context_of<K>(net);
        c.gradient = gradient + program::facts[K].first_parameter;
        return c;
      };
      if constexpr (places.first_reader[f.value] < 0) clear_gradient<f.value>();
      pass_rounding<f.value>();
      if constexpr (read > 0)
        if constexpr (places.first_reader[read] == J) clear_gradient<read>();
      strips<J>::backward(at, scratch_.data() + f.scratch, gradient_of<f.value>(nullptr), source<read>(),
                          gradient_of<read>(image_gradient));
    } else if constexpr (f.executed && !in_strips(J)) {
      using run_by = typename program::template operation_at<J>;
      fold::context<T> at = context_of<J>(net);
      at.gradient = gradient + f.first_parameter;
      auto const out = value<f.value>();
      auto const dout = gradient_of<f.value>(nullptr);
      if constexpr (places.first_reader[f.value] < 0) clear_gradient<f.value>();
      pass_rounding<f.value>();
      begin_gradient<J, 0, f.sources[0]>(at);
      begin_gradient<J, 1, f.sources[1]>(at);
      if constexpr (f.sources[1] >= 0)
        run_by::backward(at, out, dout, source<f.sources[0]>(), gradient_of<f.sources[0]>(image_gradient),
                         source<f.sources[1]>(), gradient_of<f.sources[1]>(image_gradient));
      else
        run_by::backward(at, out, dout, source<f.sources[0]>(), gradient_of<f.sources[0]>(image_gradient));
    }
  }

  std::vector<T> memory_;
  std::vector<T> scratch_;
  std::vector<T> saved_;
  Maps const* maps_ = nullptr;
  T const* images_ = nullptr;
  std::uint64_t seed_ = 0;
};

}  // namespace polyfold::training
