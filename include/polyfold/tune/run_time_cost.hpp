// What a network of given layers and approximations costs, counted at run time: the same figures as the constants
// layer_cost and total_cost of the type (network, its numbers in floats or in bytes), without compiling one. The steps are those of
// folded_convolution:
//
//   channel moments, row and column moments (or flat moments), the product, the expansion
// Layers that read one map and cut it alike share its moments: they count at the first of them.
#pragma once

#include <algorithm>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/cost.hpp>
#include <polyfold/error.hpp>
#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/tune/layer_form.hpp>

namespace polyfold {

/// One cost for every layer with weights; `total` has the other layers as well.
struct counted_network {
  std::vector<cost> layers;
  cost total;
  cost approximated;  ///< sum over the approximated layers
};

namespace detail {

/// Windows of `length` positions that slide over a line (sliding_basis of fold/moments.hpp).
class window_line {
 public:
  window_line(int windows, int length, int order, basis_kind kind, int stride)
      : basis_(length, factor{true, 0, order, kind}), windows_(windows), fresh_(windows) {
    long long const slide_operations = slide_additions() + slide_multiplications();
    if (windows > 1 && basis_.running_sums && stride == 1 && slide_operations < basis_.analysis_additions())
      fresh_ = ceil_div(windows, sliding_basis<1, 1, 0, basis_kind::polynomial, 1>::restart);
  }
  [[nodiscard]] int terms() const { return basis_.size(); }
  [[nodiscard]] axis_cut const& basis() const { return basis_; }
  /// Of so many such lines.
  [[nodiscard]] cost count(long long lines) const {
    cost c;
    c.multiplications = lines * (fresh_ * basis_.multiplications() + (windows_ - fresh_) * slide_multiplications());
    c.additions = lines * (fresh_ * basis_.analysis_additions() + (windows_ - fresh_) * slide_additions());
    return c;
  }

 private:
  [[nodiscard]] long long slide_additions() const { return 2LL * terms(); }
  [[nodiscard]] long long slide_multiplications() const { return terms() - 1LL; }

  axis_cut basis_;
  int windows_;
  int fresh_;
};

class run_time_counter {
 public:
  explicit run_time_counter(stored_as stored) : stored_(stored) {}

  [[nodiscard]] cost count(layer_form const& l, approximation const& a) {
    if (std::string const why = why_not(l, a); !why.empty())
      throw error("layer " + std::to_string(l.layer) + " (" + l.name + "): " + why);
    window const& w = l.sliding;
    bool const cuts_kernel = a.kernel.used && w.area() > 1;
    bool const cuts_rows = a.flat.used && a.flat.segment == w.x.size;
    bool const cuts_flat = a.flat.used && !cuts_rows;
    cost c;

    int value = l.input_value;
    shape map = l.in;
    window rest = w;
    if (a.channel.used) {
      factor const cut = with_length(a.channel, l.channels());
      axis_cut const basis(l.channels(), cut);
      value = shared({kind::channels, value, map, {}, l.groups, cut}, c,
                     [&] { return operations(basis, l.groups, map.pixels()); });
      map.channels = l.groups * basis.size();
    }
    if (cuts_kernel || cuts_rows) {
      factor const& f = cuts_rows ? a.flat : a.kernel;
      window const along_rows{{}, w.x};
      window_line const line(w.x.outputs(map.width), w.x.size, f.order, f.basis, w.x.slides_by_one());
      value = shared({kind::rows, value, map, along_rows, 1, {true, 0, f.order, f.basis}}, c, [&] {
        read_constants(c, line.basis());
        return line.count(static_cast<long long>(map.channels) * map.height);
      });
      map = {map.channels * line.terms(), map.height, w.x.outputs(map.width)};
      rest = {w.y, {}};
    }
    if (cuts_kernel) {
      int const row_terms = smaller(a.kernel.order + 1, w.x.size);
      int const planes = map.channels / row_terms;
      int const height = w.y.outputs(map.height);
      shared({kind::columns, value, map, w, 1, {true, 0, a.kernel.order, a.kernel.basis}}, c, [&] {
        cost sum;
        for (int j = 0; j < row_terms; ++j) {
          window_line const column(height, w.y.size, a.kernel.order - j, a.kernel.basis, w.y.slides_by_one());
          read_constants(sum, column.basis());
          sum += column.count(static_cast<long long>(planes) * map.width);
        }
        return sum;
      });
      map = {planes * terms_up_to(row_terms, smaller(a.kernel.order + 1, w.y.size), a.kernel.order), height, map.width};
      rest = {};
    }
    if (cuts_flat) {
      axis_cut const basis(l.fan_in(), a.flat);
      shared({kind::flat, value, map, w, l.groups, a.flat}, c,
             [&] { return operations(basis, static_cast<long long>(l.groups) * l.output().pixels(), 1); });
      map = {l.groups * basis.size(), l.output().height, l.output().width};
      rest = {};
    }

    int const per_group = l.filters / l.groups;
    axis_cut const expansion(per_group, a.output.used ? a.output : factor{});
    int const products = l.groups * (a.output.used ? expansion.size() : per_group);
    long long const fan_in = static_cast<long long>(map.channels / l.groups) * rest.area();
    long long const pixels = l.output().pixels();
    c.multiplications += products * pixels * fan_in;
    c.additions += products * pixels * (fan_in - 1);
    if (a.output.used) {
      read_constants(c, expansion);
      c.multiplications += l.groups * expansion.multiplications(l.output().pixels());
      c.additions += l.groups * expansion.synthesis_additions(l.output().pixels());
    }

    c.coefficients = products * fan_in;
    c.stored_numbers = c.coefficients;
    if (l.bias) add_biases(c, l, a, products);
    c.weights = l.weights();
    c.dense_numbers = c.weights + (l.bias ? l.filters : 0);
    c.dense_multiplications = c.weights * pixels;
    c.dense_additions = c.dense_multiplications - (l.bias ? 0 : l.filters * pixels);
    if (stored_ == stored_as::bytes) {
      c.byte_numbers = c.stored_numbers;
      c.scale_bytes = scales(l, a);
      c.multiplications += c.byte_numbers;
    }
    return c;
  }

 private:
  enum class kind { channels, rows, columns, flat };
  /// All that the values of a moment depend on.
  struct moments {
    kind is;
    int source;
    shape in;
    window under;
    int groups;
    factor cut;
    friend bool operator==(moments const&, moments const&) = default;
  };

  /// The value that holds `wanted`; where no layer before has computed it, its cost goes to `c`.
  template <class Count>
  int shared(moments const& wanted, cost& c, Count count) {
    auto const found = std::find(computed_.begin(), computed_.end(), wanted);
    int const value = -1 - static_cast<int>(found - computed_.begin());  // maps of the network count from 0 up
    if (found == computed_.end()) {
      c += count();
      computed_.push_back(wanted);
    }
    return value;
  }

  /// `times` analyses along a whole axis, each of so many pixels together.
  [[nodiscard]] cost operations(axis_cut const& basis, long long times, int pixels) {
    cost c;
    read_constants(c, basis);
    c.multiplications = times * basis.multiplications(pixels);
    c.additions = times * basis.analysis_additions(pixels);
    return c;
  }

  /// Constants count where they are read first.
  void read_constants(cost& c, axis_cut const& basis) {
    for (function_set const& set : basis.sets()) {
      if (set.functions == 0 || std::find(read_.begin(), read_.end(), set) != read_.end()) continue;
      read_.push_back(set);
      c.table_bytes += set.constant_bytes();
    }
  }

  void add_biases(cost& c, layer_form const& l, approximation const& a, int products) {
    long long const pixels = l.output().pixels();
    // Biases cut like the outputs are added to the partial products.
    if (a.output.used && a.bias == a.output && l.groups == 1) {
      c.stored_numbers += products;
      c.additions += products * pixels;
      return;
    }
    c.additions += l.filters * pixels;
    if (!a.bias.used) {
      c.stored_numbers += l.filters;
      return;
    }
    axis_cut const basis(l.filters, a.bias);
    c.stored_numbers += basis.size();
    read_constants(c, basis);
    c.multiplications += basis.multiplications();
    c.additions += basis.synthesis_additions();
  }

  /// Scales of a layer (scale_groups of layers/scale_groups.hpp).
  [[nodiscard]] static int scales(layer_form const& l, approximation const& a) {
    auto const degrees = [](int length, factor const& f) {
      axis_cut const basis(length, f);
      return basis.running_sums ? basis.terms_of(0) : 1;
    };
    window const& w = l.sliding;
    int count = 1;
    if (a.output.used) count *= degrees(l.filters / l.groups, a.output);
    if (a.flat.used) count *= degrees(a.flat.segment == w.x.size ? w.x.size : l.fan_in(), a.flat);
    if (a.channel.used) count *= degrees(l.channels(), a.channel);
    if (a.kernel.used && w.area() > 1) {
      axis_cut const rows(w.x.size, a.kernel);
      axis_cut const columns(w.y.size, a.kernel);
      if (rows.running_sums) count *= smaller(a.kernel.order + 1, rows.size() + columns.size() - 1);
    }
    return count + (l.bias ? 1 : 0);
  }

  stored_as stored_;
  std::vector<moments> computed_;
  std::vector<function_set> read_;
};

}  // namespace detail

/// Counts a network with layers `forms` under `approximations`, one for each, and `others`, what its other layers cost.
/// Throws `error` where a layer cannot have its approximation.
[[nodiscard]] inline counted_network count_network(std::vector<layer_form> const& forms,
                                                   std::vector<approximation> const& approximations, cost const& others,
                                                   stored_as stored = stored_as::float32) {
  if (forms.size() != approximations.size())
    throw error("count_network: " + std::to_string(approximations.size()) + " approximations for " +
                std::to_string(forms.size()) + " layers");
  counted_network counted{{}, others, {}};
  detail::run_time_counter counter(stored);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    cost const c = counter.count(forms[i], approximations[i]);
    counted.layers.push_back(c);
    counted.total += c;
    if (c.coefficients < c.weights) counted.approximated += c;
  }
  return counted;
}

}  // namespace polyfold
