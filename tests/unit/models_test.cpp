// The models against their published sizes.

#include <type_traits>
#include <utility>

#include <polyfold/inference.hpp>

#include "catch.hpp"

using namespace polyfold;

namespace {

/// What frameworks count as parameters: stored parameters but for the running statistics of batch norms.
template <class Network>
constexpr long long trained_parameters() {
  return Network::total_cost().stored_parameters - []<int... I>(std::integer_sequence<int, I...>) {
    return (0 + ... +
            (std::is_same_v<typename Network::template layer_at<I>, layer_types::batch_norm_layer>
                 ? Network::parameter_count(I) / 2
                 : 0));
  }
  (std::make_integer_sequence<int, Network::layers>{});
}

/// What publications count as multiplications: those of convolutions and dense layers.
template <class Network>
constexpr long long published_multiplications() {
  return []<int... I>(std::integer_sequence<int, I...>) {
    return (0LL + ... +
            (weighted_layer<typename Network::template layer_at<I>> ? Network::template layer_cost<I>().multiplications
                                                                    : 0));
  }
  (std::make_integer_sequence<int, Network::layers>{});
}

template <class Network>
constexpr int weighted_layers() {
  return []<int... I>(std::integer_sequence<int, I...>) {
    return (0 + ... + weighted_layer<typename Network::template layer_at<I>>);
  }
  (std::make_integer_sequence<int, Network::layers>{});
}

/// Shapes of what the pooling layers and the last layer write are the landmarks of a published table.
template <class Network, class Layer>
constexpr bool writes(shape wanted) {
  return []<int... I>(shape s, std::integer_sequence<int, I...>) {
    return (... ||
            (std::is_base_of_v<Layer, typename Network::template layer_at<I>> && Network::layer_output_shape(I) == s));
  }
  (wanted, std::make_integer_sequence<int, Network::layers>{});
}

}  // namespace

// LeNet-5: 61,706 parameters.
static_assert(trained_parameters<network<lenet5>>() == 61706);
static_assert(published_multiplications<network<lenet5>>() == 416520);
static_assert(network<make_lenet5<lenet5_form{26, {3, 32, 32}}>(relu)>::total_cost().stored_parameters ==
              (6 * 75 + 6) + (16 * 150 + 16) + (120 * 16 * 36 + 120) + (84 * 120 + 84) + (26 * 84 + 26));

// ResNets for CIFAR: He et al. 2016, table 6, give 0.27, 0.46, 0.66 and 0.85 million parameters with shortcuts by padding.
// The exact figures are those of PyTorch's modules. Multiplications of ResNet-20: 40.55 and, with convolutions, 40.81
// million.
static_assert(trained_parameters<network<resnet20<>>>() == 269722);
static_assert(trained_parameters<network<resnet32<>>>() == 464154);
static_assert(trained_parameters<network<resnet44<>>>() == 658586);
static_assert(trained_parameters<network<resnet56<>>>() == 853018);
static_assert(published_multiplications<network<resnet20<>>>() == 40551040);
static_assert(published_multiplications<network<resnet32<>>>() == 68862592);
static_assert(published_multiplications<network<resnet44<>>>() == 97174144);
static_assert(published_multiplications<network<resnet56<>>>() == 125485696);
static_assert(weighted_layers<network<resnet20<>>>() == 20 && weighted_layers<network<resnet56<>>>() == 56);

using projecting = network<make_resnet<cifar_resnet(20, 10, shortcut::convolution)>()>;
static_assert(trained_parameters<projecting>() == 272474);
static_assert(published_multiplications<projecting>() == 40813184);
static_assert(weighted_layers<projecting>() == 22);
static_assert(trained_parameters<network<resnet20<100>>>() == 269722 + 90 * 65);

// MLPerf Tiny's ResNet-8: 78,666 stored parameters in Keras, 12.5 million multiplications.
static_assert(network<resnet8<>>::total_cost().stored_parameters == 78666 &&
              trained_parameters<network<resnet8<>>>() == 78186);
static_assert(published_multiplications<network<resnet8<>>>() == 12501632);
static_assert(writes<network<resnet8<>>, layer>({64, 8, 8}) && weighted_layers<network<resnet8<>>>() == 10);
using cut_resnet8 = network<make_resnet8(per_layer(exact, along<axis::kernel, linear>))>;
static_assert(cut_resnet8::total_cost().stored_parameters == 78666 - 6 * 256);

// ResNet-18: torchvision's has 11,689,512 parameters and 1.814 thousand million multiplications at 224 x 224.
using imagenet_18 = network<make_resnet<imagenet_resnet18()>()>;
static_assert(trained_parameters<imagenet_18>() == 11689512);
static_assert(published_multiplications<imagenet_18>() == 1814073344);
static_assert(writes<imagenet_18, layer>({512, 7, 7}) && weighted_layers<imagenet_18>() == 21);
// On Tiny ImageNet: 800 classes fewer. With the small stem, 64 filters of 3 x 3 instead of 7 x 7.
static_assert(trained_parameters<network<resnet18<>>>() == 11689512 - 800 * 513);
static_assert(published_multiplications<network<resnet18<>>>() == 148148224);
static_assert(writes<network<resnet18<>>, layer>({512, 2, 2}));
using fine_18 = network<make_resnet<imagenet_resnet18(200, {3, 64, 64}, resnet_stem::small_images)>()>;
static_assert(trained_parameters<fine_18>() == 11689512 - 800 * 513 - 64 * 3 * 40);
static_assert(writes<fine_18, layer>({512, 8, 8}));

// AlexNet: 60,965,224 parameters, 724 million multiplications (Krizhevsky et al. 2012 give 60 million parameters).
using original_alexnet = network<alexnet<>>;
static_assert(trained_parameters<original_alexnet>() == 60965224);
static_assert(published_multiplications<original_alexnet>() == 724406816);
static_assert(original_alexnet::layer_output_shape(0) == shape{96, 55, 55});
static_assert(writes<original_alexnet, layer>({256, 27, 27}) && writes<original_alexnet, layer>({256, 6, 6}));
static_assert(original_alexnet::output_shape == shape{1000, 1, 1});
// The form for CIFAR: 2.47 million.
static_assert(trained_parameters<network<alexnet_cifar<>>>() == 2472266);
static_assert(published_multiplications<network<alexnet_cifar<>>>() == 14957056);
static_assert(network<make_alexnet<cifar_alexnet(200, {3, 64, 64})>()>::output_shape == shape{200, 1, 1});

// VGG16: 138,357,544 parameters (Simonyan & Zisserman 2015, table 2: 138 million), 15.47 thousand million
// multiplications, which an int does not hold.
using original_vgg16 = network<vgg16<>>;
static_assert(trained_parameters<original_vgg16>() == 138357544);
static_assert(published_multiplications<original_vgg16>() == 15470264320);
static_assert(original_vgg16::total_cost().stored_bytes() == 4LL * 138357544);
static_assert(writes<original_vgg16, layer>({512, 7, 7}) && weighted_layers<original_vgg16>() == 16);
// For CIFAR: 14,728,266 with one dense layer, 15.25 million with two of 512 before it.
static_assert(trained_parameters<network<vgg16_cifar<>>>() == 14728266);
static_assert(published_multiplications<network<vgg16_cifar<>>>() == 313201664);
using vgg16_of_512 = network<make_vgg16<cifar_vgg16(10, 512)>()>;
static_assert(trained_parameters<vgg16_of_512>() == 15253578);
static_assert(published_multiplications<vgg16_of_512>() == 313725952);

TEST_CASE("what the layers of the models cost") {
  // 5 squares, alpha, the product of two roots, the scaled number; four sums and the offset.
  STATIC_REQUIRE(network<input<6, 2, 3> | local_response_norm<>>::total_cost().multiplications == 36 * 8);
  STATIC_REQUIRE(network<input<6, 2, 3> | local_response_norm<>>::total_cost().additions == 36 * 5);
  STATIC_REQUIRE(network<input<6, 5, 3> | padded_identity<8, 2>>::total_cost() == cost{});
  STATIC_REQUIRE(network<input<6, 5, 4> | padded_identity<8, 2>>::output_shape == shape{8, 3, 2});
}
