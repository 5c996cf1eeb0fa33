// What an integer network computes, as a value: operations of its program in groups, each of which reads and writes maps of codes.
//
// A product takes in the kernel moments that it reads, an expansion, an addition, an activation and the maximum of each 2 x 2
// sums, and writes codes of 8 bits; the last one of a network writes 16. Moments along channels or rows are maps of 16 bits.
// Other maxima go behind the activation that follows them, which never falls. How a schedule runs a group changes no bit of it.
#pragma once

#include <array>
#include <cstddef>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/fold/program.hpp>

namespace polyfold::integer {

enum class integer_group_kind { none, product, channel_moments, row_moments, maximum, average };

/// What an activation is in integers.
enum class integer_activation { none, rectified, leaky };

struct integer_group {
  integer_group_kind kind = integer_group_kind::none;
  int source = -1;  ///< the value that it reads
  int value = -1;   ///< that it writes
  int head = -1;    ///< its first step that stores numbers or moves a window: product, moments, maximum, average
  // Of a product; -1 where there is none:
  int rows = -1;        ///< step of the row moments that it takes in
  int columns = -1;     ///< and of the column moments
  int expansion = -1;   ///< step
  int added = -1;       ///< value that is added
  int activation = -1;  ///< step
  int pool = -1;        ///< step of the maximum of each 2 x 2 sums
};

/// Why a program has no integer form: a step that has none, and what it lacks.
enum class integer_need {
  nothing,
  integer_form,     ///< the operation has none
  activation_form,  ///< the function has none, or stands where no product takes it in
  product_to_add,   ///< an addition that no product takes in
  product_at_end,   ///< the last operation is no product
};

/// How a value lies in memory.
struct integer_map {
  int bits = 8;
  bool is_signed = false;
  long long bound = 255;  ///< the largest magnitude
  int shift = 0;          ///< of moments: they were divided by 2^shift
};

namespace detail {

/// What grouping must know of a step.
struct groupable_step {
  fold::operation_role role = fold::operation_role::other;
  bool executed = true;
  int sources[2] = {-1, -1};
  int value = 0;
  integer_activation activation = integer_activation::none;
  bool nondecreasing = false;
  bool halves = false;  // a maximum of each 2 x 2 numbers
};

template <int Steps>
struct integer_grouping {
  integer_group groups[std::size_t(Steps) + 1] = {};
  int count = 0;
  integer_need unmet = integer_need::nothing;
  int unmet_step = -1;
};

template <int Steps>
[[nodiscard]] constexpr integer_grouping<Steps> group_steps(core::fixed_array<groupable_step, Steps> const& known,
                                                            int result) {
  integer_grouping<Steps> all;
  auto const* const steps = known.data();
  // The value that a step which integers do not need reads.
  core::fixed_array<int, Steps + 1> same{};
  auto const same_as = [&same](int v) -> int& { return same[v]; };
  for (int v = 0; v <= Steps; ++v) same_as(v) = v;
  core::fixed_array<bool, Steps> taken{};
  auto const fail = [&](integer_need need, int step) {
    if (all.unmet != integer_need::nothing) return;
    all.unmet = need;
    all.unmet_step = step;
  };
  auto const source_of = [&](int step, int which) {
    int const s = steps[step].sources[which];
    return s < 0 ? s : same_as(s);
  };
  /// The one step that reads a value; -1 where there are others.
  auto const only_reader = [&](int value) {
    int reader = -1;
    if (same_as(result) == value) return -1;
    for (int k = 0; k < Steps; ++k) {
      if (!steps[k].executed || (source_of(k, 0) != value && source_of(k, 1) != value)) continue;
      if (reader >= 0) return -1;
      reader = k;
    }
    return reader;
  };
  for (int j = 0; j < Steps; ++j) {
    groupable_step const& s = steps[j];
    if (!s.executed || taken[j]) continue;
    integer_group g;
    g.head = j;
    g.source = source_of(j, 0);
    g.value = s.value;
    switch (s.role) {
      case fold::operation_role::identity:
        same_as(s.value) = g.source;
        continue;
      case fold::operation_role::average:
        g.kind = integer_group_kind::average;
        break;
      case fold::operation_role::column_moments:
        continue;
      case fold::operation_role::row_moments: {
        bool columns = true;
        for (int k = 0; k < Steps; ++k)
          if (steps[k].executed && source_of(k, 0) == s.value)
            columns = columns && steps[k].role == fold::operation_role::column_moments;
        if (columns) continue;
        g.kind = integer_group_kind::row_moments;
        break;
      }
      case fold::operation_role::channel_moments:
        g.kind = integer_group_kind::channel_moments;
        break;
      case fold::operation_role::maximum:
        g.kind = integer_group_kind::maximum;
        break;
      case fold::operation_role::product: {
        g.kind = integer_group_kind::product;
        if (g.source > 0 && steps[g.source - 1].role == fold::operation_role::column_moments) {
          g.columns = g.source - 1;
          g.rows = source_of(g.columns, 0) - 1;
          g.source = source_of(g.rows, 0);
        }
        for (int k = only_reader(g.value); k >= 0; k = only_reader(g.value)) {
          groupable_step const& next = steps[k];
          int const other = source_of(k, 0) == g.value ? source_of(k, 1) : source_of(k, 0);
          if (next.role == fold::operation_role::expansion && g.expansion < 0 && g.added < 0 && g.activation < 0 &&
              g.pool < 0) {
            g.expansion = k;
          } else if (next.role == fold::operation_role::addition && g.added < 0 && g.activation < 0 && g.pool < 0 &&
                     other >= 0 && other != g.value && other <= j) {
            g.added = other;
          } else if (next.role == fold::operation_role::activation && g.activation < 0 &&
                     next.activation != integer_activation::none && (g.pool < 0 || next.nondecreasing)) {
            g.activation = k;
          } else if (next.role == fold::operation_role::maximum && next.halves && g.pool < 0 && g.expansion < 0 &&
                     g.added < 0 && (g.activation < 0 || steps[g.activation].nondecreasing)) {
            g.pool = k;
          } else if (next.role == fold::operation_role::identity) {
            same_as(next.value) = g.value;
            taken[k] = true;
            continue;
          } else {
            break;
          }
          taken[k] = true;
          g.value = next.value;
        }
        // An activation behind maxima moves in front of them.
        int v = g.value;
        for (int k = only_reader(v); g.activation < 0 && k >= 0; k = only_reader(v)) {
          groupable_step const& next = steps[k];
          if (next.role == fold::operation_role::activation && next.activation != integer_activation::none &&
              next.nondecreasing) {
            g.activation = k;
            taken[k] = true;
            same_as(next.value) = v;
          } else if (next.role != fold::operation_role::maximum) {
            break;
          }
          v = next.value;
        }
        break;
      }
      case fold::operation_role::activation:
        fail(integer_need::activation_form, j);
        continue;
      case fold::operation_role::addition:
        fail(integer_need::product_to_add, j);
        continue;
      default:
        fail(integer_need::integer_form, j);
        continue;
    }
    all.groups[all.count++] = g;
  }
  if (all.count == 0 || all.groups[all.count - 1].kind != integer_group_kind::product ||
      all.groups[all.count - 1].value != same_as(result))
    fail(integer_need::product_at_end, Steps - 1);
  return all;
}

}  // namespace detail

}  // namespace polyfold::integer
