// A trained network as the teacher of a distillation (see loss.hpp).
#pragma once

#include <vector>

#include <polyfold/network.hpp>
#include <polyfold/train/workers.hpp>

namespace polyfold {

/// For trainer::teacher, with the trainer's scalar type and workers. `net` must outlive it.
template <class Network, class T>
class teacher_network {
 public:
  teacher_network(Network const& net, workers const& threads)
      : net_(&net), rooms_(std::size_t(threads.count()), std::vector<T>(std::size_t(Network::workspace_size))) {}

  T const* operator()(T const* images, int worker) {
    return net_->run(images, rooms_[std::size_t(worker)].data()).data();
  }

 private:
  Network const* net_;
  std::vector<std::vector<T>> rooms_;
};

}  // namespace polyfold
