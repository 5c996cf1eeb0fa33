// A network's parameters in one byte each, with scales that several share (core/quantisation.hpp), decoded as they are used:
// a network in bytes computes to the last bit what the network of the decoded numbers computes.
//
//   network<digits, in_bytes> net;                     // from quantise(), a file or a generated header
//   network<digits, in_bytes>::workspace<float> workspace;
//   auto logits = net.run(image, workspace);
//
// The numbers of a step are decoded into the workspace just before it runs, those of a product some filters at a time: as
// many as memory that no live map needs has room for, and at least one. The workspace grows only where that is too little.
// Numbers of layers whose parts do not fit into bytes stay float32: batch norm's, which fold_batch_norm takes away.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/quantisation.hpp>
#include <polyfold/fold/product.hpp>
#include <polyfold/layers/scale_groups.hpp>
#include <polyfold/numbers/float32.hpp>

namespace polyfold {

/// Numbers of one byte. Binomials grow with their degree and their coefficients shrink, so that one scale for all degrees
/// leaves the high ones few of the 255 codes.
struct byte_numbers {
  static constexpr bool integers = false;
  scales_per scales = scales_per::degree;
  friend constexpr bool operator==(byte_numbers const&, byte_numbers const&) = default;
};
inline constexpr byte_numbers in_bytes{};

}  // namespace polyfold

namespace polyfold::storage {

namespace detail {

/// Adds what codes and scales take to the cost of a layer: decoding multiplies once for every code.
constexpr void add_byte_cost(cost& c, long long codes, long long scales) {
  c.byte_parameters = codes;
  c.scale_bytes = scales;
  c.multiplications += codes;
}

/// out[k] = code[k] * scale. A constant number at once, and nothing written over codes, bytes that might be anything: so
/// compilers use vectors at -O2, too.
constexpr void scale_codes(std::int8_t const* __restrict code, float* __restrict out, int count, float scale) {
  constexpr int at_once = 16;
  int k = 0;
  for (; k + at_once <= count; k += at_once)
    for (int n = 0; n < at_once; ++n) out[k + n] = float(code[k + n]) * scale;
  for (; k < count; ++k) out[k] = float(code[k]) * scale;
}

/// An operation whose numbers are decoded at once.
template <class Operation>
struct decoded_operation {
  static constexpr bool by_filters = false;
  static constexpr int always = Operation::parameters;  // numbers that are decoded together
};
/// A product's are decoded some filters at a time, behind its biases.
template <shape In, int Filters, window W, int Groups, fold::bias_rule Bias>
struct decoded_operation<fold::product<In, Filters, W, Groups, Bias>> {
  using operation = fold::product<In, Filters, W, Groups, Bias>;
  static constexpr bool by_filters = true;
  static constexpr int always = operation::bias::parameters;
  static constexpr int fan_in = operation::fan_in;
  static constexpr int filters = Filters / Groups;  // of a group
  static constexpr shape read{In.channels / Groups, In.height, In.width};

  /// Calls f.operator()<count>(group, first filter in it) for blocks of `Block` filters, then for the rest of each group.
  template <int Block, class F>
  static void for_each_block(F f) {
    constexpr int whole = filters / Block * Block;
    for (int g = 0; g < Groups; ++g) {
      for (int m = 0; m < whole; m += Block) f.template operator()<Block>(g, m);
      if constexpr (whole < filters) f.template operator()<filters - whole>(g, whole);
    }
  }
  /// Filters `first` to `first` + Count - 1, counted through all groups, with their decoded weights and all biases: the function
  /// of their sums, or of the largest of each 2 x 2.
  template <int Count, class Function, bool Squares, class Scalar, class Out, class Input>
  [[gnu::noinline]] static void forward(float const* weights, float const* biases, Scalar const* scratch, int first,
                                        row_range rows, Out out, Input in) {
    using block = fold::product<read, Count, W, 1, fold::bias_rule{}>;
    block::template multiply<Scalar, Squares>(
        weights, rows, in.template channels_from<read>(first / filters * read.channels),
        [&](int m) { return operation::bias::template start<Scalar>(biases, scratch, first + m); },
        [&](int m, int y, int x, Scalar const& sum) { out(first + m, y, x) = Function::value(sum); });
  }
};

}  // namespace detail

template <class Structure, byte_numbers Rule>
struct stored_parameters<Structure, Rule> {
  using program_type = typename Structure::program_type;
  static constexpr byte_numbers rule = Rule;

 private:
  template <int I>
  static constexpr auto groups = layer_types::scale_groups_of<typename Structure::template layer_at<I>,
                                                              Structure::template layer_input_shape<I>()>(Rule.scales);
  template <int I>
  static constexpr bool in_codes = layer_types::stored_in_bytes<typename Structure::template layer_at<I>,
                                                                Structure::template layer_input_shape<I>()>;

  /// Where the numbers of a layer lie; the entry behind the last layer holds the totals.
  struct place {
    int code = 0;
    int scale = 0;
    int exact = 0;
  };
  template <int I>
  [[nodiscard]] static constexpr place after(place p) {
    if constexpr (in_codes<I>) {
      p.code += Structure::parameter_count(I);
      p.scale += groups<I>.count();
    } else {
      p.exact += Structure::parameter_count(I);
    }
    return p;
  }
  static constexpr auto places = [] {
    core::fixed_array<place, Structure::layers + 1> all{};
    core::for_constexpr<Structure::layers>([&]<int I>() { all[I + 1] = after<I>(all[I]); });
    return all;
  }();

  template <int J>
  using decoded_at = detail::decoded_operation<typename program_type::template operation_at<J>>;
  template <int J>
  static constexpr bool decodes = [] {
    constexpr auto const& facts = program_type::facts[J];
    if constexpr (facts.executed && facts.parameters > 0)
      return in_codes<facts.stage>;
    else
      return false;
  }();
  /// Stored parameters from the beginning of the layer of step J to those of the step.
  template <int J>
  static constexpr int in_layer = program_type::facts[J].first_parameter -
                                  Structure::first_parameter(program_type::facts[J].stage);

 public:
  /// Codes layer by layer: coefficients, then biases, in the basis that inference uses.
  std::array<std::int8_t, std::size_t(places.back().code)> codes{};
  /// Layer by layer: of the coefficients, then of the biases.
  std::array<std::uint8_t, std::size_t(places.back().scale)> scales{};
  /// The numbers of other layers.
  std::array<float, std::size_t(places.back().exact)> exact{};
  /// Index maps of arranged layers.
  std::array<std::uint8_t, std::size_t(program_type::map_bytes)> maps{};

  using counts = array_sizes<places.back().code, places.back().scale, places.back().exact, program_type::map_bytes>;
  /// First code, scale and float32 number of layer I; I = layers gives the totals.
  [[nodiscard]] static constexpr int first_code(int layer) { return places[layer].code; }
  [[nodiscard]] static constexpr int first_scale(int layer) { return places[layer].scale; }
  [[nodiscard]] static constexpr int first_exact(int layer) { return places[layer].exact; }

  /// Which of the layer's scales serves stored number i of layer I.
  template <int I>
  [[nodiscard]] static constexpr int scale_group(int i) {
    return groups<I>.of(i);
  }
  /// Stored parameters i to i + count - 1 of layer I, decoded; of a layer that is stored in codes.
  template <int I>
  constexpr void decode(int i, int count, float* out) const {
    for (int k = 0; k < count;) {
      float const scale = core::scale_of(scales[std::size_t(first_scale(I) + scale_group<I>(i + k))]);
      int const end = core::smaller(count, groups<I>.next_scale(i + k) - i);
      detail::scale_codes(codes.data() + first_code(I) + i + k, out + k, end - k, scale);
      k = end;
    }
  }

  template <class Network, class Visit>
  static void for_each_array(Network& net, Visit visit) {
    visit(net.codes);
    visit(net.scales);
    visit(net.exact);
    visit(net.maps);
  }
  template <int I, class Network, class Visit>
  static void visit_layer(Network& net, Visit visit) {
    visit("codes", detail::part_of(net.codes, first_code(I), first_code(I + 1)));
    visit("scales", detail::part_of(net.scales, first_scale(I), first_scale(I + 1)));
    visit("numbers", detail::part_of(net.exact, first_exact(I), first_exact(I + 1)));
    visit("map", detail::part_of(net.maps, Structure::first_map_byte(I), Structure::first_map_byte(I + 1)));
  }

  template <int I>
  static constexpr void add_cost(cost& c) {
    detail::add_byte_cost(c, first_code(I + 1) - first_code(I), first_scale(I + 1) - first_scale(I));
  }

  /// Decoded numbers: of a product, those of some filters at a time.
  template <int J>
  [[nodiscard]] static constexpr int beside(int free) {
    if constexpr (!decodes<J>) {
      return 0;
    } else if constexpr (decoded_at<J>::by_filters) {
      using decoded = decoded_at<J>;
      return decoded::always +
             core::smaller(core::larger(1, (free - decoded::always) / decoded::fan_in), decoded::filters) *
                 decoded::fan_in;
    } else {
      return decoded_at<J>::always;
    }
  }
  /// For so many filters at a time, where a product has as many and computes more than one pixel.
  template <int J>
  [[nodiscard]] static constexpr int least_beside(int filters) {
    if constexpr (decodes<J> && decoded_at<J>::by_filters &&
                  program_type::template operation_at<J>::output.pixels() > 1)
      return beside<J>(decoded_at<J>::always + filters * decoded_at<J>::fan_in);
    else
      return beside<J>(0);
  }

  template <class At>
  void run_step(At const& at) const {
    constexpr int step = At::step;
    constexpr int layer = At::facts.stage;
    std::uint8_t const* const map = maps.data() + At::facts.first_map_byte;
    if constexpr (At::facts.parameters == 0) {
      at.run(nullptr, map);
    } else if constexpr (!decodes<step>) {
      at.run(exact.data() + first_exact(layer) + in_layer<step>, map);
    } else {
      static_assert(std::is_same_v<typename At::scalar, float> || lane_count<typename At::scalar> > 1,
                    "polyfold: 8-bit networks run on float or on lanes of it: numbers are decoded into the workspace");
      using decoded = decoded_at<step>;
      auto* const to = reinterpret_cast<float*>(at.beside());
      if constexpr (decoded::by_filters) {
        using stored_product = typename At::operation;
        constexpr int block = (At::beside_size - decoded::always) / decoded::fan_in;
        float* const weights = to + decoded::always;
        decode<layer>(in_layer<step> + stored_product::weights, decoded::always, to);
        stored_product::bias::prepare(to, at.scratch());
        decoded::template for_each_block<block>([&]<int Count>(int group, int filter) {
          int const first = group * decoded::filters + filter;
          decode<layer>(in_layer<step> + first * decoded::fan_in, Count * decoded::fan_in, weights);
          decoded::template forward<Count, typename At::function, At::call.maximum >= 0>(
              weights, to, at.scratch(), first, at.rows(), at.out(), at.in());
        });
      } else {
        decode<layer>(in_layer<step>, At::facts.parameters, to);
        at.run(to, map);
      }
    }
  }

  /// Stored parameters of a step, each decoded when it is read.
  template <int I>
  struct decoding_pointer {
    stored_parameters const* net;
    int first;
    [[gnu::always_inline, nodiscard]] float operator[](int i) const {
      return float(net->codes[std::size_t(first_code(I) + first + i)]) *
             core::scale_of(net->scales[std::size_t(first_scale(I) + scale_group<I>(first + i))]);
    }
    [[gnu::always_inline, nodiscard]] decoding_pointer operator+(int i) const { return {net, first + i}; }
  };
  template <int J>
  [[nodiscard]] auto numbers_of() const {
    constexpr int layer = program_type::facts[J].stage;
    if constexpr (decodes<J>)
      return decoding_pointer<layer>{this, in_layer<J>};
    else
      return exact.data() + first_exact(layer) + in_layer<J>;
  }
};

}  // namespace polyfold::storage
