// The schedule by rolling rows: every row is computed as soon as what it reads is there, and of every map only the rows that are
// still to be read are kept. Same results as over whole maps, in less memory; an image may come row by row
// (integers/row_stream.hpp).
//
//   network<digits, in_int8, rolling_rows> net;
#pragma once

#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold::schedules {

struct rolling_rows_schedule : schedule {
  static constexpr bool runs_integers = true;
  static constexpr bool runs_scalars = false;
  friend constexpr bool operator==(rolling_rows_schedule const&, rolling_rows_schedule const&) = default;
};

}  // namespace polyfold::schedules

namespace polyfold {
inline constexpr schedules::rolling_rows_schedule rolling_rows{};
}
