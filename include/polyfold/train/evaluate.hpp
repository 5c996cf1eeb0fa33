// Accuracy of a network on a set of images.
#pragma once

#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/network.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/train/dataset.hpp>

namespace polyfold {

struct evaluation {
  std::vector<int> predicted;  // class of every image
  int correct = 0;
  [[nodiscard]] double accuracy() const { return predicted.empty() ? 0 : double(correct) / double(predicted.size()); }
};

/// Classifies every image by network::run. T = float is the path of an application, one image at a time; wider scalars
/// give the same up to rounding, faster.
template <class T = float, class Network>
[[nodiscard]] evaluation evaluate(Network const& net, dataset const& data, thread_pool& threads) {
  constexpr int images = lane_count<T>;
  if (!(data.image_shape() == Network::input_shape))
    throw failure("evaluate: the images do not have the shape that the network reads");
  struct worker_memory {
    std::vector<T> input = std::vector<T>(Network::input_shape.size());
    std::vector<T> workspace = std::vector<T>(Network::workspace_size);
  };
  std::vector<worker_memory> memories(std::size_t(threads.count()));
  evaluation result;
  result.predicted.resize(data.size());
  int const count = int(data.size());
  threads.run(core::ceil_div(count, images), [&](int group, int worker) {
    worker_memory& r = memories[std::size_t(worker)];
    int const first = group * images;
    int const present = core::smaller(images, count - first);
    for (int lane = 0; lane < present; ++lane) data.load(std::size_t(first + lane), r.input.data(), lane);
    auto const logits = net.run(r.input.data(), r.workspace.data());
    for (int lane = 0; lane < present; ++lane) {
      auto const logit = [&](int k) {
        if constexpr (images == 1)
          return logits[k];
        else
          return logits[k][lane];
      };
      int best = 0;
      for (int k = 1; k < Network::output_shape.size(); ++k)
        if (logit(k) > logit(best)) best = k;
      result.predicted[std::size_t(first + lane)] = best;
    }
  });
  for (std::size_t i = 0; i < data.size(); ++i) result.correct += result.predicted[i] == data.label(i);
  return result;
}

}  // namespace polyfold
