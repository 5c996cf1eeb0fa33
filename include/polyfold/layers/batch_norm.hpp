// batch_norm: y = gamma (x - mean) / sqrt(variance + 1e-5) + beta, per channel (Ioffe & Szegedy 2015).
//
// Stored: gamma, beta, mean, variance, in this order, C numbers each. In training the statistics are those of the batch
// that a scalar holds (its lanes) and the running ones are averaged by the trainer: backward leaves the batch's mean and
// variance in their places of the gradient. fit/fold_batch_norm.hpp folds the four into the convolution before.
#pragma once

#include <array>

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold {

namespace detail {
/// Keeps the square root away from zero; PyTorch's default.
inline constexpr float batch_norm_epsilon = 1e-5f;
}  // namespace detail

}  // namespace polyfold

namespace polyfold::layer_types {

template <shape In>
struct batch_norm_operation : fold::pixelwise_operation {
  static constexpr int channels = In.channels;
  static constexpr shape output = In;
  static constexpr int parameters = 4 * channels;
  static constexpr bool sets_gradient = true;
  static constexpr int saved = 3 * channels;  // mean, 1 / deviation and variance of the batch

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size() + 2 * channels;
    c.additions = In.size() + 2 * channels;
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    float const* const gamma = at.parameters;
    float const* const beta = gamma + channels;
    for (int c = 0; c < channels; ++c) {
      float mean = beta[channels + c];
      float deviation = square_root(beta[2 * channels + c] + polyfold::detail::batch_norm_epsilon);
      if (at.training) {
        auto const [batch_mean, batch_variance] = statistics(in, c);
        mean = batch_mean;
        deviation = square_root(batch_variance + polyfold::detail::batch_norm_epsilon);
        at.saved[c] = Scalar(mean);
        at.saved[channels + c] = Scalar(1 / deviation);
        at.saved[2 * channels + c] = Scalar(batch_variance);
      }
      float const scale = gamma[c] / deviation;
      Scalar const shift(beta[c] - mean * scale);
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = mul_add(Scalar(in(c, y, x)), scale, shift);
    }
  }

  /// Adds the statistics of the batch that went forward last to their places of the gradient.
  template <class Scalar>
  static void add_statistics(fold::context<Scalar> const& at) {
    for (int c = 0; c < channels; ++c) {
      at.gradient[2 * channels + c] += first_lane(at.saved[c]);
      at.gradient[3 * channels + c] += first_lane(at.saved[2 * channels + c]);
    }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    constexpr float count = float(In.pixels() * lane_count<Scalar>);
    add_statistics(at);
    for (int c = 0; c < channels; ++c) {
      Scalar const mean = at.saved[c];
      Scalar const inverse = at.saved[channels + c];
      Scalar sum = Scalar(0.0f);
      Scalar product = Scalar(0.0f);
      for (int i = 0; i < In.pixels(); ++i) {
        Scalar const d = dout.row(c, 0)[i];
        sum += d;
        product = mul_add(d, (in.row(c, 0)[i] - mean) * inverse, product);
      }
      float const d_beta = horizontal_sum(sum);
      float const d_gamma = horizontal_sum(product);
      at.gradient[c] += d_gamma;
      at.gradient[channels + c] += d_beta;
      if (din.data() == nullptr) continue;
      for (int i = 0; i < In.pixels(); ++i) {
        Scalar const normalised = (in.row(c, 0)[i] - mean) * inverse;
        Scalar const d = dout.row(c, 0)[i] - Scalar(d_beta / count) - normalised * (d_gamma / count);
        Scalar const step = d * inverse * at.parameters[c];
        Scalar& target = din.row(c, 0)[i];
        target = at.fresh[0] ? step : target + step;
      }
    }
  }

 private:
  /// Of a scalar whose lanes are all alike.
  template <class Scalar>
  [[nodiscard]] static float first_lane(Scalar const& v) {
    if constexpr (lane_count<Scalar> == 1)
      return float(v);
    else
      return v[0];
  }

  struct moments {
    float mean, variance;
  };
  template <class View>
  [[nodiscard]] static moments statistics(View in, int c) {
    using Scalar = std::remove_cvref_t<decltype(*in.row(c, 0))>;
    constexpr float count = float(In.pixels() * lane_count<Scalar>);
    Scalar sum = Scalar(0.0f);
    for (int i = 0; i < In.pixels(); ++i) sum += in.row(c, 0)[i];
    float const mean = horizontal_sum(sum) / count;
    Scalar squares = Scalar(0.0f);
    for (int i = 0; i < In.pixels(); ++i) {
      Scalar const d = in.row(c, 0)[i] - Scalar(mean);
      squares = mul_add(d, d, squares);
    }
    return {mean, horizontal_sum(squares) / count};
  }
};

struct batch_norm_layer : layer {
  static constexpr char const* name = "batch_norm";
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<batch_norm_operation<In>, fold::layer_input>>;
  template <shape In>
  static constexpr std::array parts{
      stored_part{.name = "gamma", .count = In.channels, .initial = 1, .in_bytes = false},
      stored_part{.name = "beta", .count = In.channels, .in_bytes = false},
      stored_part{.name = "mean", .count = In.channels, .role = part_role::statistic, .in_bytes = false},
      stored_part{.name = "variance",
                  .count = In.channels,
                  .role = part_role::statistic,
                  .initial = 1,
                  .in_bytes = false,
                  .nonnegative = true}};
};

}  // namespace polyfold::layer_types

namespace polyfold {

inline constexpr layer_types::batch_norm_layer batch_norm{};

}  // namespace polyfold
