// A few threads that do numbered jobs together, again and again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace polyfold {

/// `threads` workers, the calling thread among them; a job may use memory that belongs to its worker.
///
/// Any number of threads may call `run`: they take turns. A job may call it, too: what it asks for is done at once, in
/// order, by the worker that the job is on. So two jobs with the same worker number never run at the same time. A job must
/// not wait for another thread that calls `run`: that thread may be waiting for the job's turn to end.
class thread_pool {
 public:
  /// Fewer than 1 thread are 1. Where the system refuses a thread, there are as many workers as it gave: see count().
  explicit thread_pool(int threads) : thread_pool(threads, [](auto serve) { return std::thread(std::move(serve)); }) {}
  /// The same on threads that `start` makes, each running the function object that it is given: pinned to a core, say.
  /// Where `start` throws, there are no more workers.
  template <class Start>
  thread_pool(int threads, Start start) : failures_(std::size_t(threads < 1 ? 1 : threads)) {
    threads_.reserve(failures_.size() - 1);
    try {
      while (threads_.size() + 1 < failures_.size())
        threads_.push_back(start([this, worker = count()] { serve(worker); }));
    } catch (...) {
      failures_.resize(threads_.size() + 1);
    }
  }
  thread_pool(thread_pool const&) = delete;
  thread_pool& operator=(thread_pool const&) = delete;
  ~thread_pool() {
    {
      std::lock_guard const lock(mutex_);
      stopped_ = true;
    }
    round_begins_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  /// How many workers there are: as many as were asked for, unless the system refused threads.
  [[nodiscard]] int count() const { return int(threads_.size()) + 1; }

  /// Calls job(i, worker) for i in [0, jobs) and returns when all are done. Job i runs on worker i % count(); where a job
  /// makes the call, all run on the worker of that job. A job that throws ends its worker's share of the jobs; one of the
  /// failures is rethrown, once all workers are done.
  void run(int jobs, std::function<void(int, int)> const& job) {
    if (int const worker = worker_of_this_thread(); worker >= 0) {
      for (int i = 0; i < jobs; ++i) job(i, worker);
      return;
    }
    std::lock_guard const turn(turns_);
    {
      std::lock_guard const lock(mutex_);
      caller_ = std::this_thread::get_id();
      jobs_ = jobs;
      job_ = &job;
      busy_ = int(threads_.size());
      ++round_;
    }
    round_begins_.notify_all();
    work(0);
    {
      std::unique_lock lock(mutex_);
      round_ends_.wait(lock, [&] { return busy_ == 0; });
      caller_ = {};
    }
    std::exception_ptr first;
    for (std::exception_ptr& failure : failures_) {
      std::exception_ptr const caught = std::exchange(failure, nullptr);
      if (!first) first = caught;
    }
    if (first) std::rethrow_exception(first);
  }

 private:
  /// The worker whose job this thread is at, or -1.
  [[nodiscard]] int worker_of_this_thread() {
    std::thread::id const self = std::this_thread::get_id();
    {
      std::lock_guard const lock(mutex_);
      if (caller_ == self) return 0;
    }
    for (std::size_t i = 0; i < threads_.size(); ++i)
      if (threads_[i].get_id() == self) return int(i) + 1;
    return -1;
  }

  void work(int worker) {
    try {
      for (std::int64_t i = worker; i < jobs_; i += count()) (*job_)(int(i), worker);
    } catch (...) {
      failures_[std::size_t(worker)] = std::current_exception();
    }
  }
  void serve(int worker) {
    std::unique_lock lock(mutex_);
    for (std::uint64_t done = 0;; ++done) {
      round_begins_.wait(lock, [&] { return stopped_ || round_ != done; });
      if (stopped_) return;
      lock.unlock();
      work(worker);
      lock.lock();
      if (--busy_ == 0) round_ends_.notify_one();
    }
  }

  std::mutex turns_;  // held by the thread whose jobs are being done
  std::mutex mutex_;  // guards what follows, up to `stopped_`; jobs are done without it
  std::condition_variable round_begins_;
  std::condition_variable round_ends_;
  std::thread::id caller_;
  int jobs_ = 0;
  std::function<void(int, int)> const* job_ = nullptr;
  int busy_ = 0;
  std::uint64_t round_ = 0;
  bool stopped_ = false;
  std::vector<std::exception_ptr> failures_;  // of each worker
  std::vector<std::thread> threads_;          // of all workers but the calling thread
};

}  // namespace polyfold
