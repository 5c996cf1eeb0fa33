// Moments and the product that reads them, a strip of rows at a time.
//
// The moments of a whole map of 16 images are several times what a second-level cache holds: to write them to memory and to
// read them back, once in each pass, takes longer than to compute them. Here a strip of moments goes straight into the
// product; the backward pass computes the strip again, and their gradients take its place.
#pragma once

#include <algorithm>
#include <array>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/program.hpp>

namespace polyfold::detail {

/// Steps First to Last of a program: moments, each read by the next alone, and the product at the end. Height: output rows
/// of a strip.
template <class Program, int First, int Last, int Height>
struct row_strips {
  template <int J>
  using operation_at = typename Program::template operation_at<J>;
  static constexpr shape output = operation_at<Last>::output;

  /// The rows of step J's output that the output rows `strip` need.
  template <int J>
  [[nodiscard]] static constexpr row_range rows_of(row_range strip) {
    if constexpr (J == Last) {
      return strip;
    } else {
      using reader = operation_at<J + 1>;
      row_range const next = rows_of<J + 1>(strip);
      if constexpr (requires { reader::rows_together(next); })
        return reader::rows_together(next);
      else
        return {reader::rows(next.first).first, reader::rows(next.last - 1).last};
    }
  }
  [[nodiscard]] static constexpr row_range strip_at(int y) { return {y, core::smaller(y + Height, output.height)}; }

  /// Most rows of step J's output that a strip needs.
  template <int J>
  static constexpr int height = [] {
    int most = 0;
    for (int y = 0; y < output.height; y += Height) {
      row_range const rows = rows_of<J>(strip_at(y));
      most = core::larger(most, rows.last - rows.first);
    }
    return most;
  }();
  template <int J>
  static constexpr int size = operation_at<J>::output.channels* height<J>* operation_at<J>::output.width;
  /// Where it lies.
  template <int J>
  [[nodiscard]] static constexpr int offset() {
    int before = 0;
    core::for_constexpr<First, J>([&]<int I>() { before += size<I>; });
    return before;
  }
  /// Scalars of working memory.
  static constexpr int scratch = offset<Last>();

  template <int J, class T>
  [[nodiscard]] static auto view(T* memory, row_range strip) {
    return tensor_view<T, operation_at<J>::output, core::strip_layout<height<J>>>(memory + offset<J>(),
                                                                                  {rows_of<J>(strip).first});
  }

  /// `context_of.operator()<J>()`: of step J.
  template <class T, class Contexts, class Out, class Input>
  static void forward(Contexts context_of, T* memory, Out out, Input in) {
    for (int y = 0; y < output.height; y += Height) {
      moments(context_of, memory, strip_at(y), in);
      operation_at<Last>::forward(context_of.template operator()<Last>(), strip_at(y), out,
                                  view<Last - 1>(memory, strip_at(y)));
    }
  }

  /// Adds to din, where it has data, and to the gradient of the product's numbers.
  template <class T, class Contexts, class Out, class Input, class Gradient>
  static void backward(Contexts context_of, T* memory, Out dout, Input in, Gradient din) {
    auto at = context_of.template operator()<Last>();
    operation_at<Last>::backward_bias(at, dout);
    for (int y = 0; y < output.height; y += Height) {
      row_range const strip = strip_at(y);
      moments(context_of, memory, strip, in);
      auto const last = view<Last - 1>(memory, strip);
      operation_at<Last>::backward_weights(at, strip, dout, last);
      if (din.data() == nullptr) continue;
      at.fresh[0] = true;
      operation_at<Last>::backward_input(at, strip, dout, last);
      moments_backward<Last - 1>(memory, strip, din);
    }
  }

 private:
  template <class T, class Contexts, class Input>
  static void moments(Contexts context_of, T* memory, row_range strip, Input in) {
    core::for_constexpr<First, Last>([&]<int J>() {
      operation_at<J>::forward(context_of.template operator()<J>(), rows_of<J>(strip), view<J>(memory, strip),
                               source<J>(memory, strip, in));
    });
  }
  /// What step J reads, or its gradient.
  template <int J, class T, class Input>
  [[nodiscard]] static auto source(T* memory, row_range strip, Input in) {
    if constexpr (J == First)
      return in;
    else
      return view<J - 1>(memory, strip);
  }
  template <int J, class T, class Gradient>
  static void moments_backward(T* memory, row_range strip, Gradient din) {
    if constexpr (J > First) std::fill_n(memory + offset<J - 1>(), size<J - 1>, T(0.0f));
    operation_at<J>::backward_rows(rows_of<J>(strip), view<J>(memory, strip), source<J>(memory, strip, din));
    if constexpr (J > First) moments_backward<J - 1>(memory, strip, din);
  }
};

/// The height of the strips of steps First to Last: as many rows as the second-level cache holds.
template <class Program, int First, int Last, class T>
inline constexpr int strip_height = [] {
  constexpr int scalars = 640 * 1024 / int(sizeof(T));  // of a cache of 1 MiB
  constexpr int rows = Program::template operation_at<Last>::output.height;
  if constexpr (row_strips<Program, First, Last, core::smaller(rows, 8)>::scratch <= scalars)
    return 8;
  else if constexpr (row_strips<Program, First, Last, core::smaller(rows, 4)>::scratch <= scalars)
    return 4;
  else if constexpr (row_strips<Program, First, Last, core::smaller(rows, 3)>::scratch <= scalars)
    return 3;
  else
    return 2;
}();

}  // namespace polyfold::detail
