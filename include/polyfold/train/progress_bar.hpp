// A line that shows how far a training run is: bar, loss, accuracy and the time left.
#pragma once

#include <chrono>
#include <iomanip>
#include <ostream>
#include <string>

#include <polyfold/text.hpp>
#include <polyfold/train/trainer.hpp>

namespace polyfold {

/// Give it to trainer::on_progress. On a terminal the line is redrawn in place a few times a second; elsewhere (a log) it
/// is written once an epoch.
class progress_bar {
 public:
  progress_bar(std::ostream& out, std::string title, bool terminal)
      : out_(&out), title_(std::move(title)), terminal_(terminal), start_(clock::now()), drawn_(start_) {}

  void operator()(training_progress const& p) {
    bool const epoch_ends = p.image == p.images;
    auto const now = clock::now();
    if (!epoch_ends && (!terminal_ || now - drawn_ < std::chrono::milliseconds(200))) return;
    drawn_ = now;
    // A run that goes on from a checkpoint has done its first epochs before.
    if (first_epoch_ < 0) first_epoch_ = p.epoch;
    double const done = double(p.epoch) + double(p.image) / double(p.images);
    double const seconds = std::chrono::duration<double>(now - start_).count();
    double const left = seconds / (done - first_epoch_) * (double(p.epochs) - done);
    constexpr int width = 20;
    int const filled = int(width * done / p.epochs);
    text_stream text;
    text << std::left << std::setw(14) << title_ << " epoch " << std::right << std::setw(3) << p.epoch + 1 << '/'
         << p.epochs << " [" << std::string(std::size_t(filled), '=') << std::string(std::size_t(width - filled), ' ')
         << "] loss " << std::fixed << std::setprecision(4) << p.sums.loss / p.sums.images << "  accuracy "
         << std::setprecision(2) << std::setw(6) << 100.0 * p.sums.correct / p.sums.images << " %  "
         << std::setprecision(0) << left << " s left";
    bool const last = epoch_ends && p.epoch + 1 == p.epochs;
    *out_ << (terminal_ ? "\r\033[K" : "") << text.str() << (terminal_ && !last ? "" : "\n") << std::flush;
  }

 private:
  using clock = std::chrono::steady_clock;
  std::ostream* out_;
  std::string title_;
  bool terminal_;
  clock::time_point start_;
  clock::time_point drawn_;
  int first_epoch_ = -1;
};

}  // namespace polyfold
