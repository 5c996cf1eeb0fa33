// local_response_norm: every number is scaled down by its neighbours in other channels (Krizhevsky, Sutskever & Hinton
// 2012, section 3.3).
//
//   out(c) = in(c) * s(c)^(-3/4),   s(c) = offset + alpha * sum of in(k)^2 over the `size` channels k around c
// Channels that do not exist count as zeros. local_response_norm<> is the paper's: 5 channels, offset 2, alpha 1e-4. Caffe
// and PyTorch divide alpha by the size and start from offset 1: local_response_norm<5, 1, 1, 50000>.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

template <shape In, int Size, int Offset, int Numerator, int Denominator>
struct local_response_norm_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr int backward_scratch = In.channels;
  static constexpr float alpha = float(Numerator) / float(Denominator);

  /// Channels over the edge are counted, roots and divisions are not.
  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = static_cast<long long>(In.size()) * (Size + 3);
    c.additions = static_cast<long long>(In.size()) * Size;
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x)
          out(c, y, x) = in(c, y, x) * factor<Scalar>(sum_of_squares<Scalar>(in, c, y, x));
  }

  /// d in(c) = d out(c) s(c)^(-3/4) - 3/2 alpha in(c) * sum over k around c of d out(k) in(k) s(k)^(-7/4)
  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    if (din.data() == nullptr) return;
    for (int y = 0; y < In.height; ++y)
      for (int x = 0; x < In.width; ++x) {
        for (int c = 0; c < In.channels; ++c) {
          Scalar const s = sum_of_squares<Scalar>(in, c, y, x);
          Scalar const scaled = dout(c, y, x) * factor<Scalar>(s);
          din(c, y, x) += scaled;
          at.scratch[c] = scaled * in(c, y, x) / s;
        }
        for (int c = 0; c < In.channels; ++c) {
          Scalar sum(0.0f);
          for (int k = first(c); k < last(c); ++k) sum += at.scratch[k];
          din(c, y, x) += in(c, y, x) * sum * (-1.5f * alpha);
        }
      }
  }

 private:
  [[nodiscard]] static constexpr int first(int c) { return core::larger(0, c - Size / 2); }
  [[nodiscard]] static constexpr int last(int c) { return core::smaller(In.channels, c + Size / 2 + 1); }

  /// s(c)
  template <class Scalar, class Input>
  [[nodiscard]] static Scalar sum_of_squares(Input in, int c, int y, int x) {
    Scalar sum(0.0f);
    for (int k = first(c); k < last(c); ++k) sum = mul_add(in(k, y, x), in(k, y, x), sum);
    return mul_add(sum, alpha, Scalar(float(Offset)));
  }
  /// s^(-3/4)
  template <class Scalar>
  [[nodiscard]] static Scalar factor(Scalar const& s) {
    Scalar const root = square_root(s);
    return Scalar(1.0f) / (root * square_root(root));
  }
};

template <int Size, int Offset, int Numerator, int Denominator>
struct local_response_norm_layer : layer {
  static constexpr char const* name = "local_response_norm";
  static constexpr int size = Size;
  static constexpr int offset = Offset;
  static constexpr float alpha = float(Numerator) / float(Denominator);
  [[nodiscard]] static constexpr requirement needs(shape) {
    if (Size < 1 || Size % 2 == 0) return unmet(need::odd_number_of_channels);
    return Offset >= 1 && Numerator >= 0 && Denominator >= 1 ? requirement{} : unmet(need::offset_and_alpha);
  }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations =
      type_list<fold::step<local_response_norm_operation<In, Size, Offset, Numerator, Denominator>, fold::layer_input>>;
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Size = 5, layer_types::whole_number Offset = 2,
          layer_types::whole_number Numerator = 1, layer_types::whole_number Denominator = 10000>
inline constexpr detail::layer_of_whole<
    layer_types::local_response_norm_layer<Size.value, Offset.value, Numerator.value, Denominator.value>, Size, Offset,
    Numerator, Denominator>
    local_response_norm{};

}  // namespace polyfold
