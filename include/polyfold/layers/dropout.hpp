// dropout<n, d>: in training each input is zeroed with probability n / d and the others are scaled by d / (d - n); at
// inference nothing happens (Srivastava et al. 2014, in the inverted form).
#pragma once

#include <cstdint>

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

template <shape In, int Numerator, int Denominator>
struct dropout_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr fold::operation_role role = fold::operation_role::identity;
  static constexpr bool backward_reads_input = false;
  static constexpr bool in_place = true;
  static constexpr bool repeatable = false;  // every dropout draws for itself

  [[nodiscard]] static constexpr cost count() { return {}; }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    if (!at.training && out.data() == in.data()) return;
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) {
          Scalar const value = in(c, y, x);
          out(c, y, x) = at.training ? value * mask<Scalar>(at.seed, (c * In.height + y) * In.width + x) : value;
        }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    bool const same = din.data() == dout.data();
    for (int i = 0; i < In.size(); ++i) {
      Scalar const d = dout[i] * mask<Scalar>(at.seed, i);
      din[i] = same ? d : din[i] + d;
    }
  }

 private:
  /// Scale of input i, drawn from the seed alone, so that backward meets the same draw. The seed is mixed first: seeds
  /// that differ by a multiple of the generator's step would give the same draws, moved along.
  template <class Scalar>
  [[nodiscard]] static Scalar mask(std::uint64_t seed, int i) {
    std::uint64_t const start = mixed(seed);
    Scalar scale(0.0f);
    for (int lane = 0; lane < lane_count<Scalar>; ++lane) {
      std::uint64_t const draw = mixed(
          start + 0x9e3779b97f4a7c15u * (static_cast<std::uint64_t>(i) * lane_count<Scalar> + std::uint64_t(lane) + 1));
      float const value = draw % Denominator >= Numerator ? float(Denominator) / float(Denominator - Numerator) : 0.0f;
      if constexpr (lane_count<Scalar> == 1)
        scale = Scalar(value);
      else
        scale.set(lane, value);
    }
    return scale;
  }

  /// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
  [[nodiscard]] static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};

template <int Numerator, int Denominator>
struct dropout_layer : layer {
  static constexpr char const* name = "dropout";
  [[nodiscard]] static constexpr requirement needs(shape) {
    return Numerator >= 0 && Denominator > Numerator ? requirement{} : unmet(need::share_of_inputs);
  }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<dropout_operation<In, Numerator, Denominator>, fold::layer_input>>;
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Numerator = 1, layer_types::whole_number Denominator = 2>
inline constexpr detail::layer_of_whole<layer_types::dropout_layer<Numerator.value, Denominator.value>, Numerator,
                                        Denominator>
    dropout{};

}  // namespace polyfold
