// A trained network as the teacher of a distillation (see loss.hpp).
#pragma once

#include <string>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/network.hpp>
#include <polyfold/thread_pool.hpp>

namespace polyfold {

/// For trainer::teacher, with the trainer's scalar type and workers. `net` must outlive it.
template <class Network, class T>
class teacher_network {
 public:
  teacher_network(Network const& net, thread_pool const& threads)
      : net_(&net), workspaces_(std::size_t(threads.count()), std::vector<T>(Network::workspace_size)) {}
  teacher_network(Network const&& net, thread_pool const& threads) = delete;  // a temporary would not outlive it

  /// Throws `failure` where there is no such worker: the trainer's are not those that the teacher was made with.
  T const* operator()(T const* images, int worker) {
    if (worker < 0 || std::size_t(worker) >= workspaces_.size())
      throw failure("teacher_network: was made for " + std::to_string(workspaces_.size()) +
                    " workers and is called by worker " + std::to_string(worker) +
                    "; expected the workers of the trainer");
    return net_->run(images, workspaces_[std::size_t(worker)].data()).data();
  }

 private:
  Network const* net_;
  std::vector<std::vector<T>> workspaces_;
};

}  // namespace polyfold
