// A few threads that do numbered jobs together, again and again.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace polyfold {

/// `threads` workers, the caller among them. Job i always runs on worker i % threads.
class workers {
 public:
  explicit workers(int threads) : count_(threads < 1 ? 1 : threads), failures_(std::size_t(count_)) {
    for (int i = 1; i < count_; ++i) threads_.emplace_back([this, i] { serve(i); });
  }
  workers(workers const&) = delete;
  workers& operator=(workers const&) = delete;
  ~workers() {
    job_ = nullptr;
    round_.fetch_add(1);
    round_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  [[nodiscard]] int count() const { return count_; }

  /// Calls job(i, worker) for i in [0, jobs) and returns when all are done. A job that throws ends its worker's share of
  /// the jobs; one of the failures is rethrown, once all workers are done.
  void run(int jobs, std::function<void(int, int)> const& job) {
    jobs_ = jobs;
    job_ = &job;
    busy_.store(count_ - 1);
    round_.fetch_add(1);
    round_.notify_all();
    work(0);
    for (int left = busy_.load(); left != 0; left = busy_.load()) busy_.wait(left);
    std::exception_ptr first;
    for (std::exception_ptr& failure : failures_) {
      std::exception_ptr const caught = std::exchange(failure, nullptr);
      if (!first) first = caught;
    }
    if (first) std::rethrow_exception(first);
  }

 private:
  void work(int worker) {
    try {
      for (int i = worker; i < jobs_; i += count_) (*job_)(i, worker);
    } catch (...) {
      failures_[std::size_t(worker)] = std::current_exception();
    }
  }
  void serve(int worker) {
    for (int seen = 0;;) {
      round_.wait(seen);
      seen = round_.load();
      if (job_ == nullptr) return;
      work(worker);
      if (busy_.fetch_sub(1) == 1) busy_.notify_all();
    }
  }

  int count_;
  int jobs_ = 0;
  std::function<void(int, int)> const* job_ = nullptr;
  std::atomic<int> round_{0};
  std::atomic<int> busy_{0};
  std::vector<std::exception_ptr> failures_;
  std::vector<std::thread> threads_;
};

}  // namespace polyfold
