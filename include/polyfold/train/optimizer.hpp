// Adam (Kingma & Ba 2015, with decoupled weight decay) and stochastic gradient descent with momentum, Nesterov's too, and the
// schedules of their learning rate: linear warm-up, then half a cosine down to zero; or one cycle (Smith & Topin 2018).
#pragma once

#include <cmath>
#include <vector>

namespace polyfold {

enum class method { adam, sgd };

/// How the learning rate moves: `half_cosine` rises from 0 in a line and falls to 0 by half a cosine; `one_cycle` rises from a 25th of
/// the highest, and falls to 0, by half a cosine each.
enum class rate_schedule { half_cosine, one_cycle };

struct optimizer_options {
  method by = method::adam;
  float learning_rate = 8e-3f;  // at its highest; per number it is scaled as parameter_space says
  float weight_decay = 0;       // of coefficients, per step and unit of learning rate
  float momentum = 0.9f;        // sgd's; Adam's first beta
  float beta2 = 0.999f;         // Adam's
  float warm_up = 0.05f;        // share of all steps; one_cycle is usually given 0.25 to 0.3
  rate_schedule schedule = rate_schedule::half_cosine;
  bool nesterov = false;  // sgd: the gradient's step goes on top of that of the momentum, as if taken from there
};

}  // namespace polyfold

namespace polyfold::training {

/// Learning rate of `step` of `steps`, as a share of the highest.
[[nodiscard]] inline float learning_rate_share(long long step, long long steps, float warm_up,
                                               rate_schedule schedule = rate_schedule::half_cosine) {
  float const position = (float(step) + 0.5f) / float(steps);
  if (position < warm_up) {
    if (schedule == rate_schedule::half_cosine) return position / warm_up;
    constexpr float first = 0.04f;
    return first + (1 - first) * 0.5f * (1 - std::cos(3.14159265f * position / warm_up));
  }
  return 0.5f * (1 + std::cos(3.14159265f * (position - warm_up) / (1 - warm_up)));
}

/// What an optimiser remembers from step to step.
struct optimizer_state {
  std::vector<float> first;   // momentum, or mean of the gradients
  std::vector<float> second;  // Adam: mean of their squares
  long long step = 0;

  explicit optimizer_state(std::size_t count = 0) : first(count), second(count) {}
};

/// One step on number i of `values`, at learning rate `rate`.
class step_rule {
 public:
  /// To be made anew for every step: counts it in `state`.
  step_rule(optimizer_options const& o, optimizer_state& state) : o_(o), state_(state) {
    ++state.step;
    correction1_ = 1 / (1 - std::pow(o.momentum, float(state.step)));
    correction2_ = 1 / (1 - std::pow(o.beta2, float(state.step)));
  }

  void apply(std::size_t i, float& value, float gradient, float rate, bool decays) const {
    float& m = state_.first[i];
    if (o_.by == method::adam) {
      float& v = state_.second[i];
      m += (1 - o_.momentum) * (gradient - m);
      v += (1 - o_.beta2) * (gradient * gradient - v);
      value -= rate * m * correction1_ / (std::sqrt(v * correction2_) + 1e-8f);
    } else {
      m = o_.momentum * m + gradient;
      value -= rate * (o_.nesterov ? gradient + o_.momentum * m : m);
    }
    if (decays) value -= rate * o_.weight_decay * value;
  }

 private:
  optimizer_options o_;
  optimizer_state& state_;
  float correction1_ = 1;
  float correction2_ = 1;
};

}  // namespace polyfold::training
