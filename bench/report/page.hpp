// Tables and a picture from the record of a run; the parts of docs/performance.md that are made.
#pragma once

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <polyfold/report/plot.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

#include "record.hpp"

namespace polyfold::bench {

/// One benchmark of a work: work/batch:N/engine.
struct engine_time {
  std::string name;
  double us = 0, low = 0, high = 0, multiplications = 0, flops = 0;
  /// Half of the distance between the quartiles, as a share of the median.
  [[nodiscard]] double spread() const { return us == 0 ? 0 : 0.5 * (high - low) / us; }
};

/// All engines of a work at one batch size.
struct work_times {
  std::string name;
  int batch = 1;
  std::vector<engine_time> engines;

  [[nodiscard]] engine_time const* find(std::string const& engine) const {
    for (engine_time const& e : engines)
      if (e.name == engine) return &e;
    return nullptr;
  }
  /// The faster of oneDNN and XNNPACK; null where neither ran.
  [[nodiscard]] engine_time const* best_peer(bool direct_only = false) const {
    engine_time const* best = nullptr;
    for (engine_time const& e : engines) {
      bool const counts =
          e.name == "xnnpack" || (e.name.starts_with("onednn") && !(direct_only && e.name.ends_with("winograd")));
      if (counts && (best == nullptr || e.us < best->us)) best = &e;
    }
    return best;
  }
  /// (best peer's dense time / time) / (dense / folded multiplications)
  [[nodiscard]] std::optional<double> fold_efficiency(engine_time const& e) const {
    engine_time const* const peer = best_peer();
    engine_time const* const dense = find("polyfold");
    if (peer == nullptr || dense == nullptr || !e.name.starts_with("polyfold_") || e.multiplications == 0) return {};
    return peer->us / e.us / (dense->multiplications / e.multiplications);
  }
};

/// What must be reached: times the speed of the best peer (or the best direct one) at the dense work.
struct bar {
  char const* title;
  char const* work;
  char const* engine;
  double factor;
  bool direct;
};
inline constexpr bar bars[] = {
    {"LeNet-5 dense", "lenet5", "polyfold", 1.5, false},
    {"LeNet-5, conv2 and the dense layers folded", "lenet5", "polyfold_folded", 4, false},
    {"conv 3x3 256 to 256 on 16x16, dense", "conv3x3_256x256_16x16", "polyfold", 0.9, true},
    {"the same, channel segments of 32, linear", "conv3x3_256x256_16x16", "polyfold_channel32_1", 11, true},
    {"the same, kernel order 1", "conv3x3_256x256_16x16", "polyfold_kernel_1", 2.3, true},
    {"dense 4096x4096, segments of 128, linear", "dense_4096x4096", "polyfold_channel128_1", 100, false},
    {"the same, arranged with 4-bit maps", "dense_4096x4096", "polyfold_arranged_4_bits", 7, false},
    {"ResNet-20 dense", "resnet20", "polyfold", 0.9, false},
    {"ResNet-20, kernel order 1 everywhere", "resnet20", "polyfold_kernel_1", 2, false},
    {"VGG16 for CIFAR, channel segments of 32, linear, from the second convolution on", "vgg16_cifar",
     "polyfold_channel32_1", 8, false},
};

/// Most seconds and MiB that compiling a program may take.
struct compile_bar {
  char const* program;
  double seconds;
  double mib;
};
inline constexpr compile_bar compile_bars[] = {{"lenet5", 10, 1024}, {"vgg16", 40, 1536}};

/// Everything that is said of a run. Parts of the run that are missing are left out.
class page {
 public:
  explicit page(json const& record) : record_(record) {
    for (json const& entry : record.value("benchmarks", json::array())) {
      std::string const name = entry.at("name");
      std::size_t const cut = name.find("/batch:");
      if (cut == std::string::npos) continue;
      std::size_t const end = name.find('/', cut + 1);
      std::string const work = name.substr(0, cut);
      std::optional<int> const batch = to_number<int>(std::string_view(name).substr(cut + 7, end - cut - 7));
      if (!batch) throw std::runtime_error("a benchmark is called '" + name + "', without a number of images");
      auto const same = [&](work_times const& w) { return w.name == work && w.batch == *batch; };
      auto own = std::find_if(works_.begin(), works_.end(), same);
      if (own == works_.end()) own = works_.insert(works_.end(), {work, *batch, {}});
      own->engines.push_back({name.substr(end + 1), entry.at("us"), entry.at("low"), entry.at("high"),
                              entry.value("multiplications", 0.0), entry.value("FLOP/s", 0.0)});
    }
  }

  [[nodiscard]] table bars_table() const {
    table t({{"work, batch 1", alignment::left},
             {"time, us"},
             {"peer", alignment::left},
             {"its time, us"},
             {"times its speed"},
             {"wanted"},
             {"reached", alignment::left}});
    for (bar const& b : bars) {
      work_times const* const w = find(b.work, 1);
      if (w == nullptr) continue;
      engine_time const* const own = w->find(b.engine);
      engine_time const* const peer = w->best_peer(b.direct);
      if (own == nullptr || peer == nullptr) continue;
      double const ratio = peer->us / own->us;
      t.add_row({b.title, time(own->us), peer->name, time(peer->us), as_ratio(ratio, 2), as_ratio(b.factor),
                 ratio >= b.factor ? "yes" : "no"});
    }
    return t;
  }

  [[nodiscard]] table works_table() const {
    table t({{"work", alignment::left},
             {"batch"},
             {"engine", alignment::left},
             {"time, us"},
             {"spread"},
             {"GFLOP/s"},
             {"of peak"},
             {"best peer / time"},
             {"best direct peer / time"},
             {"fold efficiency"}});
    for (work_times const& w : works_)
      for (engine_time const& e : w.engines) {
        auto const against = [&](bool direct) {
          engine_time const* const peer = w.best_peer(direct);
          return peer == nullptr ? std::string("-") : as_ratio(peer->us / e.us, 2);
        };
        auto const efficiency = w.fold_efficiency(e);
        t.add_row({w.name, std::to_string(w.batch), e.name, time(e.us), as_percent(e.spread()),
                   with_decimals(e.flops / 1e9, 1), peak() > 0 ? as_percent(e.flops / peak()) : "-", against(false),
                   against(true), efficiency ? with_decimals(*efficiency, 2) : "-"});
      }
    return t;
  }

  [[nodiscard]] table kernels_table() const {
    table t({{"kernel", alignment::left}, {"time, us"}, {"spread"}, {"GFLOP/s"}, {"GB/s"}, {"of peak"}});
    for (json const& e : record_.value("benchmarks", json::array())) {
      std::string const name = e.at("name");
      if (name.find("/batch:") != std::string::npos || name.starts_with("peak/")) continue;
      double const us = e.at("us");
      double const flops = e.value("FLOP/s", 0.0);
      t.add_row({name, time(us), as_percent(0.5 * (e.at("high").get<double>() - e.at("low").get<double>()) / us),
                 with_decimals(flops / 1e9, 1), with_decimals(e.value("bytes", 0.0) / us / 1e3, 1),
                 peak() > 0 ? as_percent(flops / peak()) : "-"});
    }
    return t;
  }

  [[nodiscard]] table peak_table() const {
    table t({{"ceiling of one core", alignment::left}, {"measured"}});
    for (json const& e : record_.value("benchmarks", json::array())) {
      std::string const name = e.at("name");
      if (!name.starts_with("peak/")) continue;
      bool const bytes = e.contains("bytes/s");
      double const rate = e.at(bytes ? "bytes/s" : "FLOP/s");
      t.add_row({name.substr(5), with_decimals(rate / 1e9, 1) + (bytes ? " GB/s" : " GFLOP/s")});
    }
    return t;
  }

  [[nodiscard]] table compile_table() const {
    table t({{"program", alignment::left},
             {"compiler", alignment::left},
             {"seconds"},
             {"MiB"},
             {"at most", alignment::left},
             {"reached", alignment::left}});
    for (json const& e : record_.value("compile", json::array())) {
      std::string const program = e.at("program");
      std::string const compiler = e.at("compiler");
      double const seconds = e.at("seconds");
      double const mib = e.at("mib");
      std::string limit = "-";
      std::string reached = "-";
      for (compile_bar const& b : compile_bars)
        if (program == b.program && compiler.starts_with("g++")) {
          limit = with_decimals(b.seconds, 0) + " s, " + with_decimals(b.mib, 0) + " MiB";
          reached = seconds <= b.seconds && mib <= b.mib ? "yes" : "no";
        }
      t.add_row({program, compiler, with_decimals(seconds, 1), with_decimals(mib, 0), limit, reached});
    }
    return t;
  }

  [[nodiscard]] table training_table() const {
    table t({{"one epoch of LeNet-5 on MNIST", alignment::left},
             {"seconds, median"},
             {"fastest"},
             {"slowest"},
             {"median / polyfold's"}});
    std::optional<double> own;
    for (json const& e : record_.value("training", json::array())) {
      std::vector<double> const seconds = e.at("seconds");
      double const median = quantile(seconds, 0.5);
      if (!own) own = median;
      t.add_row({e.at("engine"), with_decimals(median, 2), with_decimals(quantile(seconds, 0), 2),
                 with_decimals(quantile(seconds, 1), 2), as_ratio(median / *own, 2)});
    }
    return t;
  }

  [[nodiscard]] std::string machine() const {
    if (!record_.contains("machine")) return "";
    json const& m = record_.at("machine");
    text_stream out;
    out << m.value("processor", "A processor") << ", " << m.value("mhz", 0) << " MHz";
    for (json const& c : m.value("caches", json::array()))
      if (c.at("type") != "Instruction")
        out << ", level " << c.at("level").get<int>() << " " << with_thousands(c.at("size").get<long long>() / 1024)
            << " KiB";
    out << ". Compiled by " << m.value("compiler", "an unknown compiler") << ".\n";
    return out.str();
  }

  /// Speed over the best peer against multiplications saved, both as powers of two.
  [[nodiscard]] std::string picture() const {
    plot p("Folded forms, one core, batch 1", "multiplications: dense / folded, log2",
           "speed over the best peer, log2");
    p.extent(760, 460);
    std::vector<plot_point> points;
    double most = 1;
    for (work_times const& w : works_) {
      if (w.batch != 1) continue;
      engine_time const* const dense = w.find("polyfold");
      engine_time const* const peer = w.best_peer();
      if (dense == nullptr || peer == nullptr) continue;
      for (engine_time const& e : w.engines) {
        // Arranged layers are limited by bytes and hardly multiply.
        if (!e.name.starts_with("polyfold") || e.multiplications == 0 || e.name.find("arranged") != std::string::npos)
          continue;
        plot_point const at{std::log2(dense->multiplications / e.multiplications), std::log2(peer->us / e.us)};
        points.push_back(at);
        most = std::max({most, at.x, at.y});
        p.label(at, w.name.substr(0, w.name.find('_')) + (e.name == "polyfold" ? "" : e.name.substr(8)));
      }
    }
    p.line({{0, 0}, {most, most}}, {.label = "efficiency 1", .dashed = true});
    p.points(points, {.label = "measured", .size = 5});
    p.x_range({-0.6, most + 0.8});
    return p.svg();
  }

  /// Text with what stands between <!-- part --> and <!-- /part --> made anew.
  [[nodiscard]] std::string filled(std::string text) const {
    fill(text, "machine", machine());
    fill(text, "bars", markdown(bars_table()));
    fill(text, "peak", markdown(peak_table()));
    fill(text, "works", markdown(works_table()));
    fill(text, "kernels", markdown(kernels_table()));
    fill(text, "compile", markdown(compile_table()));
    fill(text, "training", markdown(training_table()));
    return text;
  }

  void print(std::ostream& out) const {
    out << machine() << '\n';
    for (table const& t :
         {peak_table(), kernels_table(), works_table(), compile_table(), training_table(), bars_table()}) {
      if (t.rows().empty()) continue;
      t.write_text(out);
      out << '\n';
    }
  }

 private:
  json record_;
  std::vector<work_times> works_;

  [[nodiscard]] work_times const* find(std::string const& name, int batch) const {
    for (work_times const& w : works_)
      if (w.name == name && w.batch == batch) return &w;
    return nullptr;
  }
  [[nodiscard]] double peak() const {
    for (json const& e : record_.value("benchmarks", json::array()))
      if (e.at("name") == "peak/multiply_add") return e.at("FLOP/s");
    return 0;
  }
  [[nodiscard]] static std::string time(double us) { return with_decimals(us, us < 100 ? 2 : us < 1000 ? 1 : 0); }
  [[nodiscard]] static std::string markdown(table const& t) {
    if (t.rows().empty()) return "";
    text_stream out;
    t.write_markdown(out);
    return out.str();
  }
  static void fill(std::string& text, std::string const& part, std::string const& with) {
    std::string const first = "<!-- " + part + " -->\n";
    std::size_t const begin = text.find(first);
    std::size_t const end = text.find("<!-- /" + part + " -->");
    if (begin == std::string::npos || end == std::string::npos || end < begin)
      throw std::runtime_error("the page has no part '" + part + "'");
    text.replace(begin + first.size(), end - begin - first.size(), with);
  }
};

}  // namespace polyfold::bench
