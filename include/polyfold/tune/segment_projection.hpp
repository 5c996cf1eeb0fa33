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
#include <polyfold/error.hpp>
#include <polyfold/fold/operation_form.hpp>
#include <polyfold/train/workers.hpp>
#include <polyfold/tune/layer_form.hpp>
#include <polyfold/tune/orthonormal.hpp>

namespace polyfold {

class segment_projection {
 public:
  /// Throws `error` where a layer of this form cannot have the approximation.
  segment_projection(layer_form const& l, approximation const& a) : weights_(l.weights()) {
    if (std::string const why = why_not(l, a); !why.empty())
      throw error("layer " + std::to_string(l.layer) + " (" + l.name + "): " + why);
    fold_plan const plan = l.plan(a);
    if (a.flat.used) add(plan.place_in_weights(axis::flat), a.flat, on_weights_);
    if (axis_place const at = plan.place_in_weights(axis::kernel); plan.cuts_kernel())
      on_weights_.push_back({at, at.extent, {plane(l.sliding, a.kernel)}});
    if (a.channel.used) add(plan.place_in_weights(axis::channel), a.channel, on_weights_);
    if (a.output.used) add(plan.place_in_weights(axis::output), a.output, on_weights_);
    if (a.bias.used) add({1, l.filters, 1}, a.bias, on_biases_);
  }

  /// Projects the layer's stored numbers in the exact network: weights, then biases.
  void operator()(float* numbers) const {
    for (cut const& c : on_weights_) apply(c, numbers);
    for (cut const& c : on_biases_) apply(c, numbers + weights_);
  }

 private:
  /// An axis in segments of `segment`.
  struct cut {
    axis_place at;
    int segment;
    std::vector<matrix> functions;  // of a whole segment, then of a shorter last one if there is one
  };

  static void add(axis_place const& at, factor const& f, std::vector<cut>& to) {
    axis_cut const axis(at.extent, f);
    auto const functions_of = [&](int s) { return orthonormal(axis.positions_of(s), axis.terms_of(s), f.basis); };
    std::vector<matrix> functions{functions_of(0)};
    if (axis.tail != axis.segment) functions.push_back(functions_of(axis.segments - 1));
    to.push_back({at, axis.segment, std::move(functions)});
  }

  /// Products of functions along the row (degree j) and down the columns (degree i) with i + j <= order.
  [[nodiscard]] static matrix plane(window const& w, factor const& f) {
    operation_form const moments = column_moments_of({}, w, f.order, f.basis);
    matrix const row = orthonormal(w.x.size, moments.row_terms(), f.basis);
    matrix const column = orthonormal(w.y.size, moments.axis().size(), f.basis);
    matrix products(w.area(), moments.plane_terms());
    int k = 0;
    for (int j = 0; j < row.columns; ++j)
      for (int i = 0; i < column.columns && i + j <= f.order; ++i, ++k)
        for (int r = 0; r < w.y.size; ++r)
          for (int s = 0; s < w.x.size; ++s) products(r * w.x.size + s, k) = row(s, j) * column(r, i);
    return products;
  }

  static void apply(cut const& c, float* values) {
    auto const [outer, extent, inner] = c.at;
    for (int o = 0; o < outer; ++o)
      for (int first = 0; first < extent; first += c.segment) {
        bool const whole = first + c.segment <= extent;
        matrix const& q = whole ? c.functions.front() : c.functions.back();
        float* const w = values + (std::ptrdiff_t(o) * extent + first) * inner;
        matrix sums(q.rows, inner);
        matrix coefficients(1, inner);
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
  std::vector<cut> on_weights_;
  std::vector<cut> on_biases_;
};

/// The same for all layers of a network, side by side.
class network_projection {
 public:
  /// One approximation for each form; `threads` must outlive the projection. Throws as segment_projection does, and `error`
  /// where there are not as many approximations as forms.
  network_projection(std::vector<layer_form> const& forms, std::vector<approximation> const& approximations,
                     workers& threads)
      : threads_(threads) {
    if (approximations.size() != forms.size())
      throw error("network_projection: " + std::to_string(approximations.size()) + " approximations for " +
                  std::to_string(forms.size()) + " layers; expected one for each");
    for (std::size_t i = 0; i < forms.size(); ++i)
      layers_.push_back({forms[i].first_number, segment_projection(forms[i], approximations[i])});
  }

  /// Projects the weights of the exact network.
  template <class Network>
  void operator()(Network& net) const {
    threads_.run(int(layers_.size()), [&](int i, int) {
      placed const& layer = layers_[std::size_t(i)];
      layer.project(net.numbers.data() + layer.first_number);
    });
  }

 private:
  struct placed {
    int first_number;
    segment_projection project;
  };
  workers& threads_;
  std::vector<placed> layers_;
};

}  // namespace polyfold
