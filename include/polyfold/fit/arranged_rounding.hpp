// Retraining of arranged layers with their maps: the dense network is trained, and before every step its weights give way to
// the arranged ones nearest to them (straight-through estimator, see trainer::rounding). So a weight may change its level,
// which it cannot in an arranged network, whose maps are fixed.
//
//   arranged_rounding<network<arranged>> rounding;
//   trainer.rounding = std::ref(rounding);
//   trainer.before_epoch = [&](int) { rounding.restart(); };   // where a run may be resumed
//   trainer.run(images);
//   rounding.store(dense_net, arranged_net);
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fit/arrange.hpp>
#include <polyfold/fit/basis_changes.hpp>
#include <polyfold/fit/fit.hpp>

namespace polyfold {

/// Folded: a network of the same layers, some of them arranged. Levels are carried on from step to step, each time by one
/// step of Lloyd's iteration. They are no part of a training_state: an uninterrupted run has to restart as a resumed one
/// does, and a checkpoint of the last epoch's end would lack them.
template <class Folded>
class arranged_rounding {
 public:
  arranged_rounding() = default;
  // A trainer that rounded with a copy would leave this one without levels: give it std::ref.
  arranged_rounding(arranged_rounding const&) = delete;
  arranged_rounding& operator=(arranged_rounding const&) = delete;

  /// Rounds the layers that are arranged in Folded.
  template <class Dense>
  void operator()(Dense& net) {
    for_each_arranged([&]<int I>() {
      using arranged = arranged_at<I>;
      constexpr int per_curve = arranged::per_curve;
      least_squares::matrix const& basis = basis_of<I>();
      std::vector<least_squares::arranged_weights>& fits = fits_[I];
      bool const first = fits.empty();
      fits.resize(arranged::curves);
      float* weights = net.parameters.data() + Dense::first_parameter(I);
      for (least_squares::arranged_weights& own : fits) {
        if (first)
          own = least_squares::arrange(std::vector<float>(weights, weights + per_curve), basis);
        else
          least_squares::refine(own, weights, basis);
        std::vector<float> values(std::size_t(basis.rows));
        least_squares::multiply_along(basis, 1, 1, own.coefficients.data(), values.data());
        for (std::uint8_t const level : own.levels) *weights++ = values[level];
      }
    });
  }

  /// The next call fits all levels afresh.
  void restart() { fits_ = {}; }

  /// Sets `target` to what `net` is, which has been rounded last. Throws `failure` where none has been.
  template <class Dense>
  void store(Dense const& net, Folded& target) const {
    for_each_arranged([&]<int I>() {
      if (fits_[I].empty())
        throw failure(
            "arranged_rounding: no network has been rounded since the last restart; there are no levels to store");
    });
    fit(net, target);
    for_each_arranged([&]<int I>() {
      int c = 0;
      for (least_squares::arranged_weights const& fitted : fits_[I])
        arranged_at<I>::store(fitted, c++, target.parameters.data() + Folded::first_parameter(I),
                              target.maps.data() + Folded::first_map_byte(I));
    });
  }

 private:
  template <int I>
  using layer_at = typename Folded::template layer_at<I>;
  template <int I>
  using arranged_at = detail::arranged_layer<layer_at<I>, Folded::template layer_input_shape<I>()>;

  template <int I>
  [[nodiscard]] static consteval bool is_arranged() {
    if constexpr (weighted_layer<layer_at<I>>)
      return layer_at<I>::spec.approximated.arranged.used;
    else
      return false;
  }
  template <class F>
  static void for_each_arranged(F f) {
    core::for_constexpr<Folded::layers>([&]<int I>() {
      if constexpr (is_arranged<I>()) f.template operator()<I>();
    });
  }
  /// Levels x coefficients of a curve of layer I.
  template <int I>
  [[nodiscard]] static least_squares::matrix const& basis_of() {
    static least_squares::matrix const basis =
        least_squares::basis_changes_of<layer_at<I>, Folded::template layer_input_shape<I>()>().weights.front().basis;
    return basis;
  }

  std::array<std::vector<least_squares::arranged_weights>, Folded::layers> fits_;
};

}  // namespace polyfold
