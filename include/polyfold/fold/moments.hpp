// The moments of an input, V.x: sums that depend on the input only, computed once and read by every filter.
//
//   row_moments      along the rows of a window:      h(c k, y, x) = sum_s phi_k(s) in(c, y, start(x) + s * dilation)
//   column_moments   then down its columns:           q(c ij, y, x) = sum_r phi_i(r) h(c j, start(y) + r * dilation, x)
//   channel_moments  along segments of channels:      z(b, y, x) = sum_c phi_b(c) in(c, y, x)
//   flat_moments     along runs of a filter's weights in (c, r, s) order, one window at a time
#pragma once

#include <type_traits>

#include <polyfold/basis/segmented_basis.hpp>
#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/border.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/fold/operation_form.hpp>

namespace polyfold::fold {

namespace detail {

/// The functions of a line of `Windows` windows (fold/window_line.hpp) and the step from one to the next.
template <int Windows, int Length, int Order, basis_kind Kind, bool ByOne>
struct sliding_basis {
  using basis = polyfold::basis::segmented_basis<Length, cut{true, 0, Order, Kind}>;
  static constexpr int terms = basis::size;
  static constexpr bool slides = window_line(Windows, Length, Order, Kind, ByOne).slides;

  [[nodiscard]] static constexpr bool slides_to(int position) { return slides && position % window_line::restart != 0; }
  /// Where, behind `position`, moments start afresh again.
  [[nodiscard]] static constexpr int next_fresh(int position) {
    return slides ? core::ceil_div(position + 1, window_line::restart) * window_line::restart : position + 1;
  }
  /// A step reads one input before its window.
  [[nodiscard]] static constexpr core::axis_outputs split(core::axis_outputs along, int before) {
    if (slides && before > 0 && along.inner_first < along.inner_last) ++along.inner_first;
    return along;
  }

  /// One step: `held` turns from the moments of a window into those of the next, which one input leaves and one enters.
  template <class Scalar>
  [[gnu::always_inline]] static constexpr void slide(Scalar const& leaving, Scalar const& entering, Scalar* held) {
    held[0] = held[0] - leaving + entering;
#pragma GCC unroll 4
    for (int k = 1; k < terms; ++k)
      held[k] = mul_add(entering, float(polyfold::basis::binomials_of<Length, terms>[k]), held[k] - held[k - 1]);
  }
};

}  // namespace detail

/// Moments along the rows of every window: C x H x W to (C * terms) x H x W_out.
template <shape In, window W, int Order, basis_kind Kind>
struct row_moments : pixelwise_operation {
  using sliding = detail::sliding_basis<W.x.outputs(In.width), W.x.size, Order, Kind, W.x.slides_by_one()>;
  using basis = typename sliding::basis;
  static constexpr int terms = basis::size;
  static constexpr operation_form form = row_moments_of(In, W, Order, Kind);
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::row_moments;
  static constexpr window input_window{{}, W.x};
  static constexpr auto constants = sets_of<form.set_count()>(form);
  static constexpr bool backward_reads_input = false;
  static constexpr row_order by_rows = row_order::passes_on;

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y) {
        auto const source = in.row(c, y);
        line<Scalar> at{};
        for (int k = 0; k < terms; ++k) at.target[k] = out.row(c * terms + k, y);
        core::for_each_stretch<columns>(
            0, output.width,
            [&](int x) {
              auto const get = [&](int s) -> Scalar {
                int const i = W.x.start(x) + s * W.x.dilation;
                return i >= 0 && i < In.width ? Scalar(source[i]) : Scalar(0.0f);
              };
              if (sliding::slides_to(x))
                sliding::slide(get(-1), get(W.x.size - 1), at.held);
              else
                at.analyse(get);
              at.put(x);
            },
            [&](int first, int last) __attribute__((always_inline)) {
              line<Scalar> own = at;  // whose address nobody has: it lies in registers
              for (int x = first; x < last;) {
                if (!sliding::slides_to(x)) {
                  auto const under = source + W.x.start(x);
                  own.analyse([&](int s) __attribute__((always_inline)) { return Scalar(under[s * W.x.dilation]); });
                  own.put(x++);
                }
                if constexpr (sliding::slides)
                  for (int const end = core::smaller(last, sliding::next_fresh(x - 1)); x < end; ++x) {
                    auto const under = source + W.x.start(x);
                    sliding::slide(Scalar(under[-1]), Scalar(under[W.x.size - 1]), own.held);
                    own.put(x);
                  }
              }
              at = own;
            });
      }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() != nullptr) backward_rows(row_range{0, output.height}, dout, din);
  }
  /// Of the output rows `rows` alone.
  template <class Out, class Gradient>
  static void backward_rows(row_range rows, Out dout, Gradient din) {
    using Scalar = std::remove_reference_t<decltype(*din.row(0, 0))>;
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y) {
        Scalar* const target = din.row(c, y);
        core::for_each_output<columns>([&](int x, auto inner) {
          int const left = W.x.start(x);
          basis::synthesise([&](int k) { return dout(c * terms + k, y, x); },
                            [&](int s, Scalar const& v) {
                              int const at = left + s * W.x.dilation;
                              if (inner || (at >= 0 && at < In.width)) target[at] += v;
                            });
        });
      }
  }

 private:
  /// The moments of one row as far as they are, and where they go.
  template <class Scalar>
  struct line {
    core::c_array<Scalar, terms> held;
    core::c_array<Scalar*, terms> target;

    template <class Get>
    [[gnu::always_inline]] void analyse(Get get) {
      basis::analyse(
          get, [this](int k, Scalar const& m) __attribute__((always_inline)) { held[k] = m; });
    }
    [[gnu::always_inline]] void put(int x) const {
#pragma GCC unroll 4
      for (int k = 0; k < terms; ++k) target[k][x] = held[k];
    }
  };
  static constexpr core::axis_outputs columns = sliding::split(core::outputs_along(W.x, In.width), W.x.before);
};

/// Moments down the columns of every window over row moments, total degree at most Order:
/// (C * row terms) x H x W_out to (C * terms) x H_out x W_out, degree j along the row outermost.
template <shape In, window W, int Order, basis_kind Kind>
struct column_moments : operation {
  static constexpr operation_form form = column_moments_of(In, W, Order, Kind);
  static constexpr int row_terms = form.row_terms();
  using basis = polyfold::basis::segmented_basis<W.y.size, cut{true, 0, Order, Kind}>;
  static constexpr int terms = form.plane_terms();
  static constexpr int planes = form.planes();
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::column_moments;
  static constexpr window input_window{W.y, {}};
  static constexpr int window_area = W.area();
  static constexpr bool backward_reads_input = false;
  static constexpr row_order by_rows = row_order::passes_on;

  /// Beside degree J along the row, the columns take degrees up to Order - J.
  template <int J>
  using column_basis = detail::sliding_basis<output.height, W.y.size, Order - J, Kind, W.y.slides_by_one()>;

  [[nodiscard]] static constexpr int first_at(int j) { return terms_up_to(j, basis::size, Order); }

  template <class F>
  static constexpr void for_each_degree(F f) {
    core::for_constexpr<row_terms>(f);
  }

  static constexpr auto constants = sets_of<form.set_count()>(form);

  /// One row more than the window where a running sum may take that row off.
  [[nodiscard]] static constexpr row_range rows(int y) {
    row_range const under = core::rows_under(W, y, In.height);
    return {W.y.slides_by_one() && under.first > 0 ? under.first - 1 : under.first, under.last};
  }

  /// The input rows of several output rows that are computed together: the first of them takes no running sum on.
  [[nodiscard]] static constexpr row_range rows_together(row_range rows) {
    return {core::rows_under(W, rows.first, In.height).first, core::rows_under(W, rows.last - 1, In.height).last};
  }

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int y = rows.first; y < rows.last; ++y)
      for (int c = 0; c < planes; ++c)
        for_each_degree([&]<int J>() {
          if (column_basis<J>::slides_to(y) && (y > rows.first || Out::keeps_row_before))
            slide_row<Scalar, J>(c, y, out, in);
          else
            analyse_row<Scalar, J>(c, y, out, in);
        });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() != nullptr) backward_rows(row_range{0, output.height}, dout, din);
  }
  /// Of the output rows `rows` alone.
  template <class Out, class Gradient>
  static void backward_rows(row_range rows, Out dout, Gradient din) {
    using Scalar = std::remove_reference_t<decltype(*din.row(0, 0))>;
    for (int c = 0; c < planes; ++c)
      for_each_degree([&]<int J>() {
        core::for_each_output<core::outputs_along(W.y, In.height)>(rows.first, rows.last, [&](int y, auto inner) {
          int const top = W.y.start(y);
          for (int x = 0; x < output.width; ++x)
            column_basis<J>::basis::synthesise([&](int i) { return dout(c * terms + first_at(J) + i, y, x); },
                                               [&](int r, Scalar const& v) {
                                                 int const iy = top + r * W.y.dilation;
                                                 if (inner || (iy >= 0 && iy < In.height))
                                                   din(c * row_terms + J, iy, x) += v;
                                               });
        });
      });
  }

 private:
  template <class Scalar, int J, class Out, class Input>
  static void analyse_row(int c, int y, Out out, Input in) {
    int const top = W.y.start(y);
    index_range const inside = W.y.inside(top, In.height);
    core::c_array<Scalar const*, W.y.size> source;
    for (int r = 0; r < W.y.size; ++r)
      source[r] = r >= inside.first && r < inside.last ? in.row(c * row_terms + J, top + r * W.y.dilation) : nullptr;
    core::c_array<Scalar*, column_basis<J>::terms> target;
    for (int i = 0; i < column_basis<J>::terms; ++i) target[i] = out.row(c * terms + first_at(J) + i, y);
    auto const analyse = [&](auto get) {
      for (int x = 0; x < output.width; ++x)
        column_basis<J>::basis::analyse(
            [&](int r) __attribute__((always_inline)) { return get(r, x); }, [&](int i, Scalar const& m) __attribute__((
                                                                                 always_inline)) { target[i][x] = m; });
    };
    if ((W.y.before == 0 && W.y.after == 0) || (inside.first == 0 && inside.last == W.y.size))
      analyse([&](int r, int x) __attribute__((always_inline)) { return source[r][x]; });
    else
      analyse([&](int r, int x) { return source[r] != nullptr ? source[r][x] : Scalar(0.0f); });
  }

  /// From the row before; rows that lie in the padding are zeros.
  template <class Scalar, int J, class Out, class Input>
  static void slide_row(int c, int y, Out out, Input in) {
    using column = column_basis<J>;
    int const leaving = W.y.start(y) - 1;
    int const entering = leaving + W.y.size;
    auto const slide = [&](auto leaves, auto enters) {
      core::c_array<Scalar const*, column::terms> before;
      core::c_array<Scalar*, column::terms> after;
      for (int i = 0; i < column::terms; ++i) {
        before[i] = out.row(c * terms + first_at(J) + i, y - 1);
        after[i] = out.row(c * terms + first_at(J) + i, y);
      }
      for (int x = 0; x < output.width; ++x) {
        core::c_array<Scalar, column::terms> held;
#pragma GCC unroll 4
        for (int i = 0; i < column::terms; ++i) held[i] = before[i][x];
        column::slide(leaves(x), enters(x), held);
#pragma GCC unroll 4
        for (int i = 0; i < column::terms; ++i) after[i][x] = held[i];
      }
    };
    auto const row = [&](int iy) -> Scalar const* { return in.row(c * row_terms + J, iy); };
    if ((W.y.before == 0 && W.y.after == 0) || (leaving >= 0 && entering < In.height)) {
      slide(
          [values = row(leaving)](int x) __attribute__((always_inline)) { return values[x]; },
          [values = row(entering)](int x) __attribute__((always_inline)) { return values[x]; });
    } else {
      Scalar const zero(0.0f);
      auto const values_of = [&](int iy) {
        bool const inside = iy >= 0 && iy < In.height;
        return [values = inside ? row(iy) : &zero, step = inside ? 1 : 0](int x) { return values[step * x]; };
      };
      slide(values_of(leaving), values_of(entering));
    }
  }
};

/// Moments along segments of the channels of each group: C x H x W to (groups * size) x H x W.
template <shape In, int Groups, cut F>
struct channel_moments : pixelwise_operation {
  using basis = polyfold::basis::segmented_basis<In.channels / Groups, F>;
  static constexpr operation_form form = channel_moments_of(In, Groups, F);
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::channel_moments;
  static constexpr auto constants = sets_of<form.set_count()>(form);
  static constexpr bool backward_reads_input = false;
  static constexpr row_order by_rows = row_order::passes_on;

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int g = 0; g < Groups; ++g)
      basis::template analyse_map<In>(
          rows, [&](int c, int y, int x) { return Scalar(in(g * basis::length + c, y, x)); },
          [&](int k, int y, int x) -> Scalar& { return out(g * basis::size + k, y, x); });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() != nullptr) backward_rows(row_range{0, output.height}, dout, din);
  }
  /// Of the output rows `rows` alone.
  template <class Out, class Gradient>
  static void backward_rows(row_range rows, Out dout, Gradient din) {
    using Scalar = std::remove_reference_t<decltype(*din.row(0, 0))>;
    for (int g = 0; g < Groups; ++g)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x)
          basis::synthesise([&](int k) { return dout(g * basis::size + k, y, x); },
                            [&](int c, Scalar const& v) { din(g * basis::length + c, y, x) += v; });
  }
};

/// Moments along runs of L weights of a filter in (c, r, s) order: C x H x W to (groups * size) x H_out x W_out.
template <shape In, window W, int Groups, cut F>
struct flat_moments : operation {
  static constexpr int channels = In.channels / Groups;
  using basis = polyfold::basis::segmented_basis<channels * W.area(), F>;
  static constexpr operation_form form = flat_moments_of(In, W, Groups, F);
  static constexpr shape output = form.output();
  static constexpr auto constants = sets_of<form.set_count()>(form);
  static constexpr bool backward_reads_input = false;

  [[nodiscard]] static constexpr row_range rows(int y) { return core::rows_under(W, y, In.height); }

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    core::for_each_output<core::outputs_along(W.y, In.height)>(rows.first, rows.last, [&](int y, auto inner_row) {
      core::for_each_output<core::outputs_along(W.x, In.width)>([&](int x, auto inner_column) {
        for (int g = 0; g < Groups; ++g)
          basis::analyse(
              [&](int i) {
                position const p = position_of(i, y, x);
                bool const inside = (inner_row && inner_column) || p.inside();
                return inside ? Scalar(in(g * channels + p.channel, p.y, p.x)) : Scalar(0.0f);
              },
              [&](int k, Scalar const& m) { out(g * basis::size + k, y, x) = m; });
      });
    });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    core::for_each_output<core::outputs_along(W.y, In.height)>([&](int y, auto inner_row) {
      core::for_each_output<core::outputs_along(W.x, In.width)>([&](int x, auto inner_column) {
        for (int g = 0; g < Groups; ++g)
          basis::synthesise([&](int k) { return dout(g * basis::size + k, y, x); },
                            [&](int i, Scalar const& v) {
                              position const p = position_of(i, y, x);
                              if ((inner_row && inner_column) || p.inside())
                                din(g * channels + p.channel, p.y, p.x) += v;
                            });
      });
    });
  }

 private:
  struct position {
    int channel, y, x;
    [[nodiscard]] constexpr bool inside() const { return y >= 0 && y < In.height && x >= 0 && x < In.width; }
  };
  /// Input position under weight i of a filter at output (y, x).
  [[nodiscard]] static constexpr position position_of(int i, int y, int x) {
    return {i / W.area(), W.y.start(y) + i % W.area() / W.x.size * W.y.dilation,
            W.x.start(x) + i % W.x.size * W.x.dilation};
  }
};

}  // namespace polyfold::fold
