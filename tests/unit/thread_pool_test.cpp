// Workers: every job once, on the worker that is promised, and no failure lost or kept, whoever calls.

#include <atomic>
#include <cerrno>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <polyfold/thread_pool.hpp>

#include "catch.hpp"

using polyfold::thread_pool;

namespace {

/// Calls work(0) and work(1) on two threads at the same time.
template <class Work>
void two_callers(Work work) {
  std::thread other([&] { work(1); });
  work(0);
  other.join();
}

/// Memory that belongs to a worker: says whether two jobs were ever on it at the same time.
class owned_by_workers {
 public:
  explicit owned_by_workers(thread_pool const& team) : used_(std::size_t(team.count())) {}
  /// Has `work` done on the memory of `worker`.
  template <class Work>
  void use(int worker, Work work) {
    std::atomic<int>& used = used_.at(std::size_t(worker));
    if (++used > 1) shared_ = true;
    work();
    --used;
  }
  [[nodiscard]] bool shared() const { return shared_; }

 private:
  std::vector<std::atomic<int>> used_;
  std::atomic<bool> shared_ = false;
};

}  // namespace

TEST_CASE("every job runs exactly once, job i on worker i % threads") {
  for (int const threads : {1, 2, 3, 7}) {
    thread_pool team(threads);
    CHECK(team.count() == threads);
    for (int const jobs : {0, 1, 2, 5, 64}) {
      for (int repeat = 0; repeat < 20; ++repeat) {
        std::vector<std::atomic<int>> runs(std::size_t(jobs) + 1);
        std::atomic<bool> right = true;
        team.run(jobs, [&](int i, int worker) {
          ++runs[std::size_t(i)];
          if (worker != i % threads) right = false;
        });
        INFO(threads << " threads, " << jobs << " jobs");
        CHECK(right);
        for (int i = 0; i < jobs; ++i) REQUIRE(runs[std::size_t(i)] == 1);
        REQUIRE(runs.back() == 0);
      }
    }
  }
}

TEST_CASE("fewer than one thread are one") {
  CHECK(thread_pool(0).count() == 1);
  CHECK(thread_pool(-3).count() == 1);
}

TEST_CASE("a failure on any worker is rethrown, and the others finish first") {
  thread_pool team(3);
  for (int const failing : {0, 1, 2}) {
    std::atomic<int> finished = 0;
    auto const run = [&] {
      team.run(6, [&](int i, int) {
        if (i == failing) throw std::runtime_error("job " + std::to_string(i));
        ++finished;
      });
    };
    CHECK_THROWS_WITH(run(), contains("job " + std::to_string(failing)));
    // The failing worker leaves out its second job.
    CHECK(finished == 4);
  }
}

TEST_CASE("several failures are rethrown once; the next run starts afresh") {
  thread_pool team(3);
  CHECK_THROWS_AS(team.run(3, [](int, int) { throw std::runtime_error("all fail"); }), std::runtime_error);
  std::atomic<int> done = 0;
  CHECK_NOTHROW(team.run(9, [&](int, int) { ++done; }));
  CHECK(done == 9);
}

TEST_CASE("two threads that call at once take turns: every job runs, on the worker that is promised") {
  for (int const threads : {1, 2, 3}) {
    thread_pool team(threads);
    owned_by_workers memory(team);
    constexpr int rounds = 300;
    constexpr int jobs = 7;
    std::vector<std::atomic<int>> runs(2);
    std::atomic<bool> right = true;
    two_callers([&](int caller) {
      for (int round = 0; round < rounds; ++round) {
        std::atomic<int> done = 0;
        team.run(jobs, [&](int i, int worker) {
          memory.use(worker, [&] { ++done; });
          if (worker != i % threads) right = false;
        });
        if (done != jobs) right = false;  // all are done when run returns
        runs[std::size_t(caller)] += done;
      }
    });
    INFO(threads << " threads");
    CHECK(right);
    CHECK(!memory.shared());
    CHECK(runs[0] == rounds * jobs);
    CHECK(runs[1] == rounds * jobs);
  }
}

TEST_CASE("each of two callers gets the failures of its own jobs") {
  thread_pool team(2);
  std::vector<std::atomic<int>> own(2);
  two_callers([&](int caller) {
    for (int round = 0; round < 200; ++round) try {
        team.run(4, [&](int i, int) {
          if (i == round % 4) throw caller;
        });
      } catch (int thrown) {
        own[std::size_t(caller)] += thrown == caller;
      }
  });
  CHECK(own[0] == 200);
  CHECK(own[1] == 200);
}

TEST_CASE("a job that calls has its jobs done by its own worker, in order") {
  for (int const threads : {1, 2, 3}) {
    thread_pool team(threads);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::vector<int>> order(5);
      std::atomic<bool> right = true;
      team.run(5, [&](int i, int worker) {
        team.run(4, [&](int j, int inner) {
          if (inner != worker) right = false;
          // Jobs within jobs within jobs.
          team.run(2, [&](int k, int innermost) {
            if (innermost != worker) right = false;
            order[std::size_t(i)].push_back(2 * j + k);
          });
        });
      });
      INFO(threads << " threads");
      CHECK(right);
      for (auto const& own : order) CHECK(own == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    }
    // The workers are as they were.
    std::vector<std::atomic<int>> runs(6);
    team.run(6, [&](int i, int worker) { runs[std::size_t(i)] += worker == i % threads; });
    for (auto const& run : runs) CHECK(run == 1);
  }
}

TEST_CASE("the failure of a job within a job is its caller's") {
  thread_pool team(2);
  std::atomic<int> finished = 0;
  std::atomic<int> caught = 0;
  team.run(6, [&](int i, int) {
    try {
      team.run(3, [&](int j, int) {
        if (j == 1) throw std::runtime_error("job " + std::to_string(i));
        ++finished;
      });
    } catch (std::runtime_error const& failure) {
      caught += failure.what() == "job " + std::to_string(i);
    }
  });
  CHECK(caught == 6);
  CHECK(finished == 6);
  // Or that of the outer run, where the job lets it through.
  CHECK_THROWS_WITH(team.run(2,
                             [&](int i, int) {
                               team.run(1, [&](int, int) {
                                 if (i == 1) throw std::runtime_error("inner");
                               });
                             }),
                    "inner");
}

TEST_CASE("two callers whose jobs call: no worker's memory is shared") {
  thread_pool team(3);
  owned_by_workers memory(team);
  std::atomic<int> done = 0;
  two_callers([&](int) {
    for (int round = 0; round < 100; ++round)
      team.run(6, [&](int, int) { team.run(5, [&](int, int worker) { memory.use(worker, [&] { ++done; }); }); });
  });
  CHECK(done == 2 * 100 * 6 * 5);
  CHECK(!memory.shared());
}

TEST_CASE("threads that the system refuses are done without") {
  for (int const granted : {0, 1, 2}) {
    int asked = 0;
    thread_pool team(8, [&](auto serve) {
      if (asked++ == granted) throw std::system_error(EAGAIN, std::generic_category());
      return std::thread(std::move(serve));
    });
    INFO(granted << " threads granted");
    CHECK(team.count() == granted + 1);
    CHECK(asked == granted + 1);
    std::set<std::thread::id> seen;
    std::mutex guard;
    std::atomic<bool> right = true;
    std::vector<std::atomic<int>> runs(20);
    team.run(20, [&](int i, int worker) {
      ++runs[std::size_t(i)];
      if (worker != i % (granted + 1)) right = false;
      std::lock_guard const lock(guard);
      seen.insert(std::this_thread::get_id());
    });
    CHECK(right);
    for (auto const& run : runs) CHECK(run == 1);
    CHECK(int(seen.size()) == granted + 1);
    // One failure from every worker: room is left for each.
    CHECK_THROWS_AS(team.run(20, [](int, int) { throw std::runtime_error("all fail"); }), std::runtime_error);
  }
}
