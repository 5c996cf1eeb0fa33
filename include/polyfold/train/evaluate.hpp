// Accuracy of a network on a set of images.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/network.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/train/dataset.hpp>

namespace polyfold {

struct evaluation {
  std::vector<int> predicted;  // class of every image
  int correct = 0;
  [[nodiscard]] double accuracy() const { return predicted.empty() ? 0 : double(correct) / double(predicted.size()); }
};

namespace detail {
/// The class whose logit, `logit(k)`, is the largest; the first of several.
template <class Logit>
[[nodiscard]] int largest_of(int classes, Logit logit) {
  int best = 0;
  for (int k = 1; k < classes; ++k)
    if (logit(k) > logit(best)) best = k;
  return best;
}
}  // namespace detail

/// Classifies every image by network::run. T = float is the path of an application, one image at a time; wider scalars
/// give the same up to rounding, faster. Networks in integers take the pixels as they are: what `data` normalises by is in them.
template <class T = float, class Network>
[[nodiscard]] evaluation evaluate(Network const& net, dataset const& data, thread_pool& threads) {
  if (!(data.image_shape() == Network::input_shape))
    throw failure("evaluate: the images do not have the shape that the network reads");
  constexpr int classes = Network::output_shape.size();
  evaluation result;
  result.predicted.resize(data.size());
  int const count = int(data.size());
  if constexpr (std::is_same_v<typename Network::pixel, std::uint8_t>) {
    std::vector<typename Network::template workspace<>> workspaces{std::size_t(threads.count())};
    threads.run(count, [&](int i, int worker) {
      std::uint8_t const* const image = data.images().image(data.index(std::size_t(i))).data();
      auto const logits = net.run(image, &workspaces[std::size_t(worker)]);
      result.predicted[std::size_t(i)] = detail::largest_of(classes, [&](int k) { return logits[k]; });
    });
  } else {
    constexpr int images = lane_count<T>;
    struct worker_memory {
      std::vector<T> input = std::vector<T>(Network::input_shape.size());
      std::vector<T> workspace = std::vector<T>(Network::workspace_size);
    };
    std::vector<worker_memory> memories(std::size_t(threads.count()));
    threads.run(core::ceil_div(count, images), [&](int group, int worker) {
      worker_memory& r = memories[std::size_t(worker)];
      int const first = group * images;
      int const present = core::smaller(images, count - first);
      for (int lane = 0; lane < present; ++lane) data.load(std::size_t(first + lane), r.input.data(), lane);
      auto const logits = net.run(r.input.data(), r.workspace.data());
      for (int lane = 0; lane < present; ++lane)
        result.predicted[std::size_t(first + lane)] = detail::largest_of(classes, [&](int k) {
          if constexpr (images == 1)
            return logits[k];
          else
            return logits[k][lane];
        });
    });
  }
  for (std::size_t i = 0; i < data.size(); ++i) result.correct += result.predicted[i] == data.label(i);
  return result;
}

}  // namespace polyfold
