// What `run` takes for an image, and the one error that it gives where its arguments are not an image and a workspace of the
// network:
// wrong_run<run_need::shape_of_input, run_given<tensor<float, shape{1, 32, 32}>, std::array<float, 4704>>,
// run_takes<tensor<float, shape{1, 28, 28}>, std::array<float, 4704>>>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/joint.hpp>
#include <polyfold/core/tensor.hpp>

namespace polyfold {

/// What run needs of its arguments; the sentences are those of `wrong_run`.
enum class run_need {
  nothing,
  image_and_workspace,
  tensor,
  shape_of_input,
  both_bare,
  workspace_to_write,
  workspace_that_stays,
  workspace_of_this_network,
  same_numbers,
};

template <class... Given>
struct run_given {};
template <class Image, class Workspace>
struct run_takes {};

namespace detail {

// Where the numbers of an image of shape In lie: of a tensor or a view of one, or of an array or a span of just as many.
template <shape In, class Scalar>
[[nodiscard]] constexpr Scalar const* image_data(tensor<Scalar, In> const& image) {
  return image.values.data();
}
template <shape In, class Scalar>
[[nodiscard]] constexpr Scalar const* image_data(tensor_view<Scalar, In> image) {
  return image.data();
}
template <shape In, class Scalar, std::size_t Count>
requires(Count == std::size_t(In.size()))
    [[nodiscard]] constexpr Scalar const* image_data(std::array<Scalar, Count> const& image) {
  return image.data();
}
template <shape In, class Scalar, std::size_t Count>
requires(Count == std::size_t(In.size()))
    [[nodiscard]] constexpr Scalar const* image_data(Scalar const (&image)[Count]) {
  return image;
}
/// std::span, whose header is not needed for it.
template <shape In, class Span>
requires(Span::extent == std::size_t(In.size()) && sizeof(Span) == sizeof(void*)) [[nodiscard]] constexpr
    typename Span::value_type const* image_data(Span image) {
  return image.data();
}

template <class Image, class Scalar, shape In>
concept image_of = requires(Image const& image, Scalar const* numbers) {
  numbers = detail::image_data<In>(image);
};

/// What an argument is for run: a tensor, a pointer or neither; and its numbers.
template <class Argument>
struct run_argument {
  static constexpr bool is_tensor = false;
  static constexpr bool is_pointer = std::is_pointer_v<std::decay_t<Argument>>;
  using number = std::remove_cv_t<std::remove_pointer_t<std::decay_t<Argument>>>;
};
template <class Scalar, shape S>
struct run_argument<tensor<Scalar, S>> {
  static constexpr bool is_tensor = true;
  static constexpr bool is_pointer = false;
  using number = Scalar;
};
template <class Scalar, shape S>
struct run_argument<tensor_view<Scalar, S>> : run_argument<tensor<std::remove_const_t<Scalar>, S>> {};
template <class Scalar, std::size_t Count>
struct run_argument<std::array<Scalar, Count>> {
  static constexpr bool is_tensor = false;
  static constexpr bool is_pointer = false;
  using number = Scalar;
};

/// Whether Given is a workspace like Own, of whatever numbers.
template <class Given, class Own>
inline constexpr bool is_workspace_like = std::is_base_of_v<Own, Given>;
template <class Scalar, std::size_t Count, class U>
inline constexpr bool is_workspace_like<std::array<Scalar, Count>, std::array<U, Count>> = true;

template <shape In, class Workspace, class... Given>
struct unmet_of_run {
  static constexpr run_need value = run_need::image_and_workspace;
};
template <shape In, class Workspace, class Image, class Memory>
struct unmet_of_run<In, Workspace, Image, Memory> {
  static constexpr run_need value = [] {
    using image = run_argument<std::remove_cvref_t<Image>>;
    using given_type = std::remove_reference_t<Memory>;
    using memory = run_argument<std::remove_cv_t<given_type>>;
    if constexpr (!image::is_tensor && !image::is_pointer) return run_need::tensor;
    if constexpr (image::is_tensor)
      if (!(std::remove_cvref_t<Image>::extent == In)) return run_need::shape_of_input;
    if (image::is_pointer != memory::is_pointer) return run_need::both_bare;
    if (image::is_pointer) {
      if (std::is_const_v<std::remove_pointer_t<std::decay_t<Memory>>>) return run_need::workspace_to_write;
      return run_need::same_numbers;
    }
    if (!is_workspace_like<std::remove_cv_t<given_type>, Workspace>) return run_need::workspace_of_this_network;
    if (std::is_const_v<given_type>) return run_need::workspace_to_write;
    if (!std::is_lvalue_reference_v<Memory>) return run_need::workspace_that_stays;
    return run_need::same_numbers;
  }();
};

/// Does not compile: the sentence for `Kind`.
template <run_need Kind, class... Facts>
struct wrong_run {
  using type = void;
  static_assert(met<Kind, run_need::image_and_workspace, Facts...>,
                "polyfold: run takes an image and a workspace, as in net.run(image, workspace)");
  static_assert(
      met<Kind, run_need::tensor, Facts...>,
      "polyfold: run takes its image as a tensor<float, shape{C, H, W}> or a view of one, or as an array or a "
      "span of C * H * W floats; or bare memory, as in net.run(image.data(), workspace.data())");
  static_assert(met<Kind, run_need::shape_of_input, Facts...>,
                "polyfold: the image has another shape than the network reads");
  static_assert(met<Kind, run_need::both_bare, Facts...>,
                "polyfold: run takes a tensor and a workspace, or pointers to the memory of both");
  static_assert(met<Kind, run_need::workspace_to_write, Facts...>,
                "polyfold: run writes to its workspace, so it cannot be const");
  static_assert(met<Kind, run_need::workspace_that_stays, Facts...>,
                "polyfold: the result of run lies in the workspace, which must not be a temporary");
  static_assert(met<Kind, run_need::workspace_of_this_network, Facts...>,
                "polyfold: run takes a workspace of the network that it runs, and this is another's or none");
  static_assert(met<Kind, run_need::same_numbers, Facts...>,
                "polyfold: the image holds other numbers than the workspace: run takes a tensor<T, ...> with a "
                "workspace<T>, packed networks float");
};

/// The sentence for these arguments; none for a network that has stopped the build before.
template <bool Right, shape In, class Workspace, class... Given>
struct fault_of_run {
  using type = wrong_run<unmet_of_run<In, Workspace, Given...>::value, run_given<std::remove_reference_t<Given>...>,
                         run_takes<tensor<float, In>, Workspace>>;
};
template <shape In, class Workspace, class... Given>
struct fault_of_run<false, In, Workspace, Given...> {
  using type = std::type_identity<void>;
};

struct no_scalar {};
/// The scalar whose images Net runs in a workspace of type Room.
template <class Net, class Memory>
struct workspace_scalar {
  using type = no_scalar;
};
template <class Net, class Memory>
requires std::is_same_v<Memory, typename Net::template workspace<typename Memory::value_type>>
struct workspace_scalar<Net, Memory> {
  using type = typename Memory::value_type;
};
template <class Net, class Memory>
using scalar_of = typename workspace_scalar<Net, Memory>::type;

/// Whether Net runs such an image in such a workspace.
template <class Net, class Image, class Memory>
concept runs_image = image_of<Image, scalar_of<Net, Memory>, Net::input_shape> ||
    (Net::template takes<std::uint8_t>&& std::is_same_v<Memory, typename Net::template workspace<>>&&
         image_of<Image, std::uint8_t, Net::input_shape>);

/// The calls of run that are right; never defined.
template <class Net, class Image, class Memory>
requires runs_image<Net, Image, Memory>
void call_run(Image const&, Memory&);
template <class Net, class Scalar>
requires(Net::template takes<Scalar>) void call_run(Scalar const*, typename Net::template memory_unit<Scalar>*);

template <class Net, class... Given>
concept runs_on = requires(Given&&... given) {
  detail::call_run<Net>(static_cast<Given&&>(given)...);
};

}  // namespace detail

}  // namespace polyfold
