// Which rows of which maps are at hand when rows roll: found at compile time, by going through the rows of one image.
//
// Every map but the image has a maker, which runs once for each of its rows, or several times. Maker g makes map g + 1; map 0 is
// the image. A maker runs as soon as what it reads is there, the last makers first.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/shape.hpp>

namespace polyfold::schedules {

struct row_maker {
  int sources[2] = {-1, -1};                  ///< the maps that it reads; -1: none
  int runs = 0;                               ///< for one image; 0 where nothing is made
  int (*made)(int) = nullptr;                 ///< rows that are there after so many runs
  row_range (*reads)(int first) = nullptr;    ///< the rows of the first source that a run reads
  row_range (*beside)(int second) = nullptr;  ///< and of the second
};

/// From which event to which something is in use, and the most rows of it at once. An event is a row that comes or is made.
struct row_use {
  int kept = 0;
  int born = -1;
  int dies = -1;
  constexpr void at(int event) {
    if (born < 0) born = event;
    dies = event;
  }
};

template <int Makers>
struct row_plan {
  core::fixed_array<row_use, Makers + 1> maps{};  // the image's first
  core::fixed_array<row_use, Makers> makers{};
  int events = 0;
};

namespace detail {

template <int Makers>
struct row_walk {
  core::fixed_array<row_maker, Makers> const& facts;
  row_plan<Makers> plan{};
  core::fixed_array<int, Makers + 1> taken{};  // runs; the image's rows first

  [[nodiscard]] constexpr int made(int map) const { return map == 0 ? taken[0] : facts[map - 1].made(taken[map]); }
  [[nodiscard]] constexpr bool reads(row_maker const& maker, int map) const {
    return maker.sources[0] == map || maker.sources[1] == map;
  }
  [[nodiscard]] constexpr int first_needed(int map) const {
    int first = made(map);
    for (int g = 0; g < Makers; ++g) {
      row_maker const& f = facts[g];
      int const run = taken[g + 1];
      if (run == f.runs) continue;
      if (f.sources[0] == map) first = core::smaller(first, f.reads(run).first);
      if (f.sources[1] == map) first = core::smaller(first, f.beside(run).first);
    }
    return first;
  }
  [[nodiscard]] constexpr bool ready(int g) const {
    row_maker const& f = facts[g];
    int const run = taken[g + 1];
    return run < f.runs && f.reads(run).last <= made(f.sources[0]) &&
           (f.sources[1] < 0 || f.beside(run).last <= made(f.sources[1]));
  }
  /// The new row lies beside those that are still read, by this run or later.
  constexpr void take_row(int map, int rows) {
    row_use& of = plan.maps[map];
    of.kept = core::larger(of.kept, rows - first_needed(map));
    of.at(plan.events);
  }
  constexpr void pass_on(int map) {
    for (int g = Makers - 1; g >= map; --g) {
      row_maker const& f = facts[g];
      if (!reads(f, map)) continue;
      while (ready(g)) {
        ++plan.events;
        take_row(g + 1, f.made(taken[g + 1] + 1));
        for (int const source : f.sources)
          if (source >= 0) plan.maps[source].at(plan.events);
        plan.makers[g].at(plan.events);
        ++taken[g + 1];
        pass_on(g + 1);
      }
    }
  }
};

}  // namespace detail

/// What an image with so many rows asks of memory.
template <int Makers>
[[nodiscard]] constexpr row_plan<Makers> plan_rows(core::fixed_array<row_maker, Makers> const& makers, int image_rows) {
  detail::row_walk<Makers> walk{makers};
  for (int row = 0; row < image_rows; ++row) {
    ++walk.plan.events;
    walk.take_row(0, row + 1);
    walk.taken[0] = row + 1;
    walk.pass_on(0);
  }
  return walk.plan;
}

}  // namespace polyfold::schedules
