// Workers: every job once, on the worker that is promised, and no failure lost or kept.

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <polyfold/train/workers.hpp>

#include "catch.hpp"

using polyfold::workers;

TEST_CASE("every job runs exactly once, job i on worker i % threads") {
  for (int const threads : {1, 2, 3, 7}) {
    workers team(threads);
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
  CHECK(workers(0).count() == 1);
  CHECK(workers(-3).count() == 1);
}

TEST_CASE("a failure on any worker is rethrown, and the others finish first") {
  workers team(3);
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
  workers team(3);
  CHECK_THROWS_AS(team.run(3, [](int, int) { throw std::runtime_error("all fail"); }), std::runtime_error);
  std::atomic<int> done = 0;
  CHECK_NOTHROW(team.run(9, [&](int, int) { ++done; }));
  CHECK(done == 9);
}
