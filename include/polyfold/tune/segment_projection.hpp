// The weights nearest to given ones that an approximation can stand for, computed in place and at run time: the same as
// fit() to the approximation's type and back, without the type.
//
// Axis by axis, every segment w becomes Q Q' w, with the segment's orthonormal functions as the columns of Q. The
// projections along different axes commute, and together they are the least-squares fit.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fold/operation_form.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/tune/layer_form.hpp>
#include <polyfold/tune/orthonormal.hpp>

namespace polyfold::tuning {

class segment_projection {
 public:
  /// Throws `failure` where a layer of this form cannot have the approximation.
  segment_projection(layer_form const& l, approximation const& a) : weights_(l.weights()) {
    if (std::string const why = why_not(l, a); !why.empty())
      throw failure("layer " + std::to_string(l.layer) + " (" + l.name + "): " + why);
    fold::fold_plan const plan = l.plan(a);
    if (a.flat.used) add(plan.place_in_weights(axis::flat), a.flat, on_weights_);
    if (fold::axis_place const at = plan.place_in_weights(axis::kernel); plan.cuts_kernel())
      on_weights_.push_back({at, at.extent, {plane(l.sliding, a.kernel)}});
    if (a.channel.used) add(plan.place_in_weights(axis::channel), a.channel, on_weights_);
    if (a.output.used) add(plan.place_in_weights(axis::output), a.output, on_weights_);
    if (a.bias.used) add({1, l.filters, 1}, a.bias, on_biases_);
  }

  /// Projects the layer's stored parameters in the exact network: weights, then biases.
  void operator()(float* parameters) const {
    for (projected_axis const& c : on_weights_) apply(c, parameters);
    for (projected_axis const& c : on_biases_) apply(c, parameters + weights_);
  }

 private:
  /// An axis in segments of `segment`.
  struct projected_axis {
    fold::axis_place at;
    int segment;
    std::vector<least_squares::matrix> functions;  // of a whole segment, then of a shorter last one if there is one
  };

  static void add(fold::axis_place const& at, cut const& f, std::vector<projected_axis>& to) {
    basis::axis_cut const axis(at.extent, f);
    auto const functions_of = [&](int s) { return orthonormal(axis.positions_of(s), axis.terms_of(s), f.basis); };
    std::vector<least_squares::matrix> functions{functions_of(0)};
    if (axis.tail != axis.segment) functions.push_back(functions_of(axis.segments - 1));
    to.push_back({at, axis.segment, std::move(functions)});
  }

  /// Products of functions along the row (degree j) and down the columns (degree i) with i + j <= order.
  [[nodiscard]] static least_squares::matrix plane(window const& w, cut const& f) {
    fold::operation_form const moments = fold::column_moments_of({}, w, f.order, f.basis);
    least_squares::matrix const row = orthonormal(w.x.size, moments.row_terms(), f.basis);
    least_squares::matrix const column = orthonormal(w.y.size, moments.axis().size(), f.basis);
    least_squares::matrix products(w.area(), moments.plane_terms());
    int k = 0;
    for (int j = 0; j < row.columns; ++j)
      for (int i = 0; i < column.columns && i + j <= f.order; ++i, ++k)
        for (int r = 0; r < w.y.size; ++r)
          for (int s = 0; s < w.x.size; ++s) products(r * w.x.size + s, k) = row(s, j) * column(r, i);
    return products;
  }

  static void apply(projected_axis const& c, float* values) {
    auto const [outer, extent, inner] = c.at;
    for (int o = 0; o < outer; ++o)
      for (int first = 0; first < extent; first += c.segment) {
        bool const whole = first + c.segment <= extent;
        least_squares::matrix const& q = whole ? c.functions.front() : c.functions.back();
        float* const w = values + (std::ptrdiff_t(o) * extent + first) * inner;
        least_squares::matrix sums(q.rows, inner);
        least_squares::matrix coefficients(1, inner);
        for (int k = 0; k < q.columns; ++k) {
          for (double& x : coefficients.values) x = 0;
          for (int i = 0; i < q.rows; ++i)
            for (int x = 0; x < inner; ++x) coefficients(0, x) += q(i, k) * double(w[i * inner + x]);
          for (int i = 0; i < q.rows; ++i)
            for (int x = 0; x < inner; ++x) sums(i, x) += q(i, k) * coefficients(0, x);
        }
        std::transform(sums.values.begin(), sums.values.end(), w, [](double sum) { return float(sum); });
      }
  }

  int weights_;
  std::vector<projected_axis> on_weights_;
  std::vector<projected_axis> on_biases_;
};

/// The same for all layers of a network, side by side.
class network_projection {
 public:
  /// One approximation for each form; `threads` must outlive the projection. Throws as segment_projection does, and
  /// `failure` where there are not as many approximations as forms.
  network_projection(std::vector<layer_form> const& forms, std::vector<approximation> const& approximations,
                     thread_pool& threads)
      : threads_(threads) {
    if (approximations.size() != forms.size())
      throw failure("network_projection: " + std::to_string(approximations.size()) + " approximations for " +
                    std::to_string(forms.size()) + " layers; expected one for each");
    for (std::size_t i = 0; i < forms.size(); ++i)
      layers_.push_back({forms[i].first_parameter, segment_projection(forms[i], approximations[i])});
  }

  /// Projects the weights of the exact network.
  template <class Network>
  void operator()(Network& net) const {
    threads_.run(int(layers_.size()), [&](int i, int) {
      placed const& layer = layers_[std::size_t(i)];
      layer.project(net.parameters.data() + layer.first_parameter);
    });
  }

 private:
  struct placed {
    int first_parameter;
    segment_projection project;
  };
  thread_pool& threads_;
  std::vector<placed> layers_;
};

}  // namespace polyfold::tuning
