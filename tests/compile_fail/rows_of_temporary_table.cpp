// expect: deleted (function .*table::rows|member function .*rows)
// A range of rows does not keep the table that it is taken from.

#include <polyfold/report/table.hpp>
#include <string>

using namespace polyfold;

table make();

std::size_t cells() {
#ifdef POLYFOLD_COMPILE_PASS
  table const made = make();
  std::size_t count = 0;
  for (auto const& row : made.rows()) count += row.size();
#else
  std::size_t count = 0;
  for (auto const& row : make().rows()) count += row.size();
#endif
  return count;
}
