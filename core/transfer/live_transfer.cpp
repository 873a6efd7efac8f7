#include "core/transfer/live_transfer.h"

#include <algorithm>
#include <cmath>

#include "audio/loudness.h"

namespace luthier {
namespace {

constexpr double kSilence = 1e-4;  ///< peak of a window below which nothing is made of it

}  // namespace

void LiveWindows::check() const {
  if (!(fade > 0 && fade <= ahead && fade <= hop))
    throw ConfigError("Live windows cannot fade over " + std::to_string(fade) + " s: it must be above 0 and at most the hop and the look-ahead.");
  if (!(hop + ahead <= window && window <= 30))
    throw ConfigError("Live windows must be at least as long as hop and look-ahead together, and at most 30 s.");
}

LiveTransfer::LiveTransfer(FamilyTransfer& model, Config options, const SoundInverter& inverter, int sample_rate, LiveWindows windows)
    : model_(model), options_(std::move(options)), inverter_(inverter), rate_(sample_rate) {
  windows.check();
  const auto samples = [&](double seconds) { return static_cast<std::size_t>(std::llround(seconds * sample_rate)); };
  window_ = samples(windows.window), hop_ = std::max<std::size_t>(1, samples(windows.hop));
  ahead_ = samples(windows.ahead), fade_ = samples(windows.fade);
  if (audio::peak(inverter.style()) <= 0) throw ConfigError("The style clip is silent; choose one that sounds.");
  style_ = inverter.representation().analyse(inverter.style());
}

void LiveTransfer::process(std::span<const float> in, std::vector<float>& out, std::stop_token stop) {
  while (!in.empty()) {
    const std::size_t due = emitted_ + hop_ + ahead_;  // the next window ends here
    const std::size_t taken = std::min(in.size(), due - received_);
    heard_.insert(heard_.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken));
    received_ += taken;
    in = in.subspan(taken);
    if (received_ == due) advance(received_, emitted_ + hop_, out, stop);
  }
}

void LiveTransfer::finish(std::vector<float>& out, std::stop_token stop) {
  if (received_ > emitted_) advance(received_, received_, out, stop);
  heard_.clear(), tail_.clear();
  first_ = received_ = emitted_ = 0;
}

/// Makes the window that ends at sample `end` and lets samples out up to `until`.
void LiveTransfer::advance(std::size_t end, std::size_t until, std::vector<float>& out, const std::stop_token& stop) {
  const std::size_t begin = std::max(first_, end > window_ ? end - window_ : 0);
  const auto made = transferred(std::span(heard_).subspan(begin - first_, end - begin), stop);
  const std::size_t shared = std::min({tail_.size(), fade_, until - emitted_});
  for (std::size_t at = emitted_; at < until; ++at) {
    const std::size_t i = at - emitted_;
    const float fresh = made[at - begin];
    const float weight = i < shared ? (static_cast<float>(i) + 0.5f) / static_cast<float>(shared) : 1.0f;
    out.push_back(i < shared ? tail_[i] * (1 - weight) + fresh * weight : fresh);
  }
  tail_.assign(made.begin() + static_cast<std::ptrdiff_t>(until - begin), made.end());
  emitted_ = until;
  const std::size_t keep = emitted_ + hop_ + ahead_ > window_ ? emitted_ + hop_ + ahead_ - window_ : 0;  // where the next window begins
  if (keep > first_) {
    heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(std::min(keep - first_, heard_.size())));
    first_ = keep;
  }
}

std::vector<float> LiveTransfer::transferred(std::span<const float> window, const std::stop_token& stop) const {
  if (audio::peak(window) < kSilence) return std::vector<float>(window.size());
  const audio::AudioBuffer content(rate_, std::vector<float>(window.begin(), window.end()));
  const auto estimate = [&](int) { return model_.transform(inverter_.representation().analyse(content), style_, options_, {}, stop); };
  return std::move(inverter_.sound(content, estimate, stop).channels.front());
}

}  // namespace luthier
