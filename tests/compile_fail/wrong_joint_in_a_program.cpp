// expect: polyfold: a layer cannot read the shape that reaches it
// facts: layer_index<3>, .*conv2d_layer<16, 13, 13>, .*given<6, 12, 12>, .*needs_at_least<1, 13, 13>
// A wrong network gives one error in a program that fits, retrains, quantises, packs, saves and runs it.

#include <polyfold/packed.hpp>
#include <polyfold/polyfold.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | max_pool<2> | conv2d<16, 12> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | max_pool<2> | conv2d<16, 13> | dense<10>;
#endif

static_assert(network<description>::total_cost().stored_bytes() < 1 << 20);
static network<description> net;
static network<description, in_bytes> small;
static network<description, in_floats, packed> fast;

void use(image_set const& images, network<input<1, 28, 28> | dense<10>> const& other) {
  fit(net, net);
  thread_pool threads(2);
  dataset data(images);
  trainer retraining(net, training_options{.epochs = 1}, threads);
  retraining.run(data);
  quantise(net, small);
  fast.pack(net);
  save_network("net.safetensors", net);
  static network<description>::workspace<float> workspace;
  static network<description, in_floats, packed>::workspace<> fast_workspace;
  tensor<float, shape{1, 28, 28}> const image{};
  (void)net.run(image, workspace)(0, 0, 0);
  (void)fast.run(image, fast_workspace)(0, 0, 0);
  (void)other;
}
