// expect: polyfold: the parts of a layer name all numbers that its operations store
// facts: wrong_parts<.*gain_layer.*, 0, 2>
// A layer that stores numbers and names none of them.

#include <array>

#include <polyfold/inference.hpp>

using namespace polyfold;

struct gain_layer : layer {
  static constexpr char const* name = "gain";
  static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<layer_types::prelu_operation<In>, fold::layer_input>>;
#ifdef POLYFOLD_COMPILE_PASS
  template <shape In>
  static constexpr std::array parts{stored_part{.name = "gain", .count = In.channels}};
#endif
};

static network<input<2, 4, 4> | gain_layer{}> net;
static network<input<2, 4, 4> | gain_layer{}>::workspace<float> workspace;
int main() {
  tensor<float, shape{2, 4, 4}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
