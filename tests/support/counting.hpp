// A scalar that counts: `counted` computes like float and records every multiplication and addition done with it.
//
// A 0 that the code itself writes, T(0.0f), is no operand: the first term of a sum is not added to it. Comparisons,
// exponentials and divisions are not what costs are made of; divisions are recorded on their own.
#pragma once

#include <memory>
#include <vector>

#include <polyfold/core/scalar.hpp>
#include <polyfold/network.hpp>

#include "support/random.hpp"

namespace test {

struct operations {
  long long multiplications = 0;
  long long additions = 0;
  long long divisions = 0;
  friend bool operator==(operations const&, operations const&) = default;
};

class counted {
 public:
  static inline operations done{};

  counted() = default;
  explicit counted(float value) : value_(value), written_zero_(value == 0.0f) {}
  explicit operator float() const { return value_; }

  friend counted operator+(counted a, counted b) { return sum(a, b, a.value_ + b.value_); }
  friend counted operator-(counted a, counted b) { return sum(a, b, a.value_ - b.value_); }
  friend counted operator*(counted a, counted b) {
    ++done.multiplications;
    return computed(a.value_ * b.value_);
  }
  friend counted operator*(counted a, float b) { return a * computed(b); }
  friend counted operator/(counted a, counted b) {
    ++done.divisions;
    return computed(a.value_ / b.value_);
  }
  counted& operator+=(counted b) { return *this = *this + b; }

  friend counted mul_add(counted a, counted b, counted c) { return c + a * b; }
  friend counted mul_add(counted a, float b, counted c) { return c + a * b; }
  friend counted maximum(counted a, counted b) { return computed(polyfold::maximum(a.value_, b.value_)); }
  friend counted at_least(counted a, counted low) { return computed(polyfold::at_least(a.value_, low.value_)); }
  friend counted at_most(counted a, counted high) { return computed(polyfold::at_most(a.value_, high.value_)); }
  friend counted select_greater(counted a, counted b, counted yes, counted no) {
    return a.value_ > b.value_ ? yes : no;
  }
  friend counted exponential(counted a) { return computed(polyfold::exponential(a.value_)); }
  friend counted hyperbolic_tangent(counted a) { return computed(polyfold::hyperbolic_tangent(a.value_)); }
  friend counted error_function(counted a) { return computed(polyfold::error_function(a.value_)); }
  friend counted square_root(counted a) { return computed(polyfold::square_root(a.value_)); }
  friend float horizontal_sum(counted a) { return a.value_; }

 private:
  static counted computed(float value) {
    counted result(value);
    result.written_zero_ = false;
    return result;
  }
  static counted sum(counted a, counted b, float value) {
    if (!a.written_zero_ && !b.written_zero_) ++done.additions;
    counted result = computed(value);
    result.written_zero_ = a.written_zero_ && b.written_zero_;
    return result;
  }

  float value_ = 0;
  bool written_zero_ = false;
};

static_assert(polyfold::scalar<counted>);

/// What one inference of a network does, on a random image with random stored parameters.
template <class Network>
[[nodiscard]] operations operations_of(Network& net) {
  random_numbers random(11);
  std::vector<counted> image;
  for (int i = 0; i < Network::input_shape.size(); ++i) image.push_back(counted(random.normal()));
  auto const workspace = std::make_unique<typename Network::template workspace<counted>>();
  counted::done = {};
  (void)net.run(image.data(), workspace->data());
  return counted::done;
}
template <auto Pipeline>
[[nodiscard]] operations operations_of() {
  auto const net = std::make_unique<polyfold::network<Pipeline>>();
  random_numbers random(12);
  randomise(*net, random, 1.0f);
  return operations_of(*net);
}

}  // namespace test
