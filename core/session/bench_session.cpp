#include "core/session/bench_session.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>

#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/mel_inversion.h"
#include "audio/resampler.h"
#include "core/families/family.h"
#include "core/session/device.h"
#include "core/session/model_source.h"
#include "core/transfer/transfer_sound.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kSeconds = 10;  ///< of the sound that is analysed
constexpr int kRate = 22050;

double milliseconds_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

/// Notes with seven harmonics or one; `phrase` chooses the notes.
std::vector<float> melody(int phrase, bool bright, int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate, since = std::fmod(t, 0.3);
    const double hz = 220 * std::pow(2.0, ((phrase * 5 + static_cast<int>(t / 0.3) * 7) % 12) / 12.0);
    double sum = 0;
    for (int k = 1; k <= (bright ? 7 : 1) && k * hz < 0.45 * rate; ++k) sum += std::sin(2 * M_PI * k * hz * t) / k;
    samples[i] = static_cast<float>(0.3 * sum * std::exp(-(bright ? 6 : 2) * since) * std::min(1.0, since / 0.01));
  }
  return samples;
}

struct Times {
  double median = 0, fastest = 0;
  int repeats = 0;
};

class Bench {
 public:
  Bench(const BenchRequest& request, std::stop_token stop) : request_(request), stop_(std::move(stop)), device_(choose_device(request.device)) {}
  const torch::Device& device() const { return device_; }
  bool stopped() const { return stop_.stop_requested(); }

  Times times(const std::function<void()>& call) const {
    call();
    std::vector<double> all;
    const auto start = Clock::now();
    while (!stopped() && (all.size() < 3 || (milliseconds_since(start) < 1000 * request_.seconds && all.size() < 1000))) {
      const auto begun = Clock::now();
      call();
      all.push_back(milliseconds_since(begun));
    }
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all.front(), static_cast<int>(all.size())};
  }

  BenchFigure measure(const std::string& work, double sound_seconds, const std::function<void()>& call) const {
    const Times own = times(call);
    BenchFigure figure;
    figure.milliseconds = own.median, figure.fastest = own.fastest, figure.repeats = own.repeats, figure.work = work;
    if (sound_seconds > 0 && own.median > 0) figure.real_time = 1000 * sound_seconds / own.median;
    return figure;
  }

  void compare(BenchFigure& figure, const std::string& peer, const std::function<void()>& call) const {
    figure.peer = peer;
    figure.peer_milliseconds = times(call).median;
    if (figure.milliseconds > 0) figure.ratio = figure.peer_milliseconds / figure.milliseconds;
  }

 private:
  const BenchRequest& request_;
  std::stop_token stop_;
  torch::Device device_;
};

at::Tensor torch_power(const at::Tensor& samples, const at::Tensor& window) {
  return at::stft(samples, 2048, 512, 2048, window, /*center=*/true, "constant", /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true).abs().square();
}

BenchFigure bench_stft(const Bench& bench) {
  const auto samples = melody(0, true, kRate, kSeconds);
  audio::Stft stft({});
  auto figure = bench.measure("10 s at 22,050 Hz, window 2048, hop 512", kSeconds, [&] { stft.forward(samples); });
  const auto tensor = at::from_blob(const_cast<float*>(samples.data()), {static_cast<std::int64_t>(samples.size())}, at::kFloat).clone();
  const auto window = at::hann_window(2048);
  bench.compare(figure, "at::stft", [&] { at::stft(tensor, 2048, 512, 2048, window, true, "constant", false, true, true); });
  return figure;
}

BenchFigure bench_mel(const Bench& bench) {
  const auto samples = melody(0, true, kRate, kSeconds);
  const audio::MelFilterbank bank({});
  auto figure = bench.measure("10 s at 22,050 Hz, window 2048, hop 512, 128 bands, power", kSeconds, [&] { audio::mel_spectrogram(samples, {}, bank); });
  const auto tensor = at::from_blob(const_cast<float*>(samples.data()), {static_cast<std::int64_t>(samples.size())}, at::kFloat).clone();
  auto dense = bank.dense();
  const auto filters = at::from_blob(dense.data(), {bank.bands(), bank.bins()}, at::kFloat).clone(), window = at::hann_window(2048);
  bench.compare(figure, "at::stft and at::matmul", [&] { at::matmul(filters, torch_power(tensor, window)); });
  return figure;
}

BenchFigure bench_mel_inversion(const Bench& bench) {
  const auto samples = melody(0, true, kRate, kSeconds);
  const audio::MelFilterbank bank({});
  const auto mel = audio::mel_spectrogram(samples, {}, bank);
  auto figure = bench.measure("10 s, 128 bands to 1025 bins, non-negative least squares", kSeconds, [&] { audio::mel_to_linear_fast(mel, bank, {}); });
  return figure;
}

BenchFigure bench_griffin_lim(const Bench& bench) {
  const auto samples = melody(0, true, kRate, kSeconds);
  const auto magnitude = audio::magnitude(audio::stft(samples));
  audio::GriffinLimOptions options;
  options.length = samples.size();
  return bench.measure("10 s at 22,050 Hz, 32 rounds", kSeconds, [&] { audio::griffin_lim(magnitude, options); });
}

BenchFigure bench_resample(const Bench& bench) {
  const auto samples = melody(0, true, 44100, kSeconds);
  return bench.measure("10 s from 44,100 to 22,050 Hz, one channel", kSeconds, [&] { audio::resample(samples, 44100, 22050); });
}

/// A hundred thousand clips in a temporary folder that goes with the object.
class ManyClips {
 public:
  ManyClips() {
    std::string name = (fs::temp_directory_path() / "luthier-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw SessionError("no temporary folder can be made in '" + fs::temp_directory_path().string() + "'; check free space and permissions");
    folder_ = name;
    catalog_ = std::make_unique<db::Catalog>(folder_ / "luthier.sqlite");
    fill();
  }
  ~ManyClips() {
    catalog_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  ManyClips(const ManyClips&) = delete;
  ManyClips& operator=(const ManyClips&) = delete;
  db::ClipStore& clips() { return catalog_->clips(); }

 private:
  static std::string hash_of(int number) {
    std::string text = std::to_string(number);
    return std::string(64 - text.size(), '0') + text;
  }

  void fill() {
    const char* labels[] = {"violin", "harp", "piano", "guitar"};
    db::Transaction transaction(*catalog_);
    for (int r = 0; r < 1000; ++r) {
      db::RecordingRow recording;
      recording.name = "take_" + std::to_string(r * 7919 % 1000) + ".wav";
      recording.path = "audio/" + recording.name;
      recording.sha256 = hash_of(r);
      recording.sample_rate = 44100, recording.channels = 1, recording.frames = 10'000'000;
      const auto id = catalog_->recordings().add(recording);
      std::vector<db::ClipRow> rows(100);
      for (int c = 0; c < 100; ++c) {
        auto& row = rows[static_cast<std::size_t>(c)];
        row.recording = id;
        row.start_frame = c * 1000;
        row.frame_count = 1000 + (r * 31 + c * 17) % 5000;
        row.sha256 = hash_of(r * 1000 + c);
        row.label = catalog_->labels().label(labels[(r + c) % 4]);
        row.rating = c % 6;
      }
      catalog_->clips().add(rows);
    }
    transaction.commit();
  }

  fs::path folder_;
  std::unique_ptr<db::Catalog> catalog_;
};

BenchFigure bench_search(const Bench& bench) {
  ManyClips many;
  return bench.measure("'take_9 inst:violin' in 100,000 clips, by name", 0, [&] { many.clips().ids("take_9 inst:violin", {db::ClipColumn::name}); });
}

BenchFigure bench_list(const Bench& bench) {
  ManyClips many;
  return bench.measure("all ids of 100,000 clips, by name", 0, [&] { many.clips().ids({}, {db::ClipColumn::name}); });
}

BenchFigure bench_page(const Bench& bench) {
  ManyClips many;
  const auto ids = many.clips().ids({}, {db::ClipColumn::name});
  const std::vector<db::ClipId> page(ids.end() - 200, ids.end());
  return bench.measure("200 rows out of 100,000 clips", 0, [&] { many.clips().views(page); });
}

BenchFigure bench_transfer(const Bench& bench) {
  const auto loaded = load_model(nullptr, {}, {}, Role::translator);
  const auto model = loaded.family->make_transfer(loaded.checkpoint, bench.device());
  const SoundTransfer transfer{*model, nullptr, complete(loaded.family->transfer_schema(), {}), {}};
  const audio::AudioBuffer content(kRate, melody(1, true, kRate, kSeconds)), style(kRate, melody(4, false, kRate, kSeconds));
  auto figure = bench.measure("10 s with the shipped weights (" + loaded.family->info().id + "), default steps, and Griffin-Lim", kSeconds,
                              [&] { transfer_sound(transfer, content, style, {}, {}); });
  figure.device = device_text(bench.device());
  return figure;
}

std::shared_ptr<ClipSet> clips_for(const RepresentationSpec& spec, double seconds) {
  const auto representation = make_representation(spec);
  auto set = std::make_shared<ClipSet>();
  set->representation = spec;
  set->labels = {"bright", "soft"};
  for (int label = 0; label < 2; ++label)
    for (int phrase = 0; phrase < 4; ++phrase) {
      ClipInfo info;
      info.id = static_cast<std::int64_t>(set->clips.size()) + 1;
      info.label = set->labels[static_cast<std::size_t>(label)];
      info.label_index = label, info.phrase = phrase, info.recording = static_cast<int>(set->clips.size());
      info.split = phrase == 3 ? "validation" : "train";
      set->clips.push_back(info);
      set->features.push_back(representation->analyse({spec.sample_rate, melody(phrase, label == 0, spec.sample_rate, seconds)}));
    }
  return set;
}

BenchFigure bench_training_step(const Bench& bench, const Family& family, const std::string& preset) {
  TrainingInputs inputs;
  inputs.config = preset_config(family, preset);
  inputs.clips = clips_for(family.representation(inputs.config), std::max(3.0, family.needs(inputs.config).minimum_seconds + 0.5));
  inputs.device = bench.device();
  for (std::int64_t i = 0; i < 3; ++i) inputs.pairs.push_back({i, 4 + (i + 1) % 3, 4 + i});
  const auto trainer = family.make_training(inputs);
  const auto phases = trainer->phases();
  const int phase = static_cast<int>(phases.size()) - 1;
  for (int earlier = 0; earlier <= phase; ++earlier) trainer->enter_phase(earlier);
  std::int64_t step = 0;
  const auto one = [&] {
    Rng rng(1, static_cast<std::uint64_t>(step));
    rng.seed_defaults();
    const auto batch = trainer->draw(phase, rng);
    trainer->update(phase, batch, step, rng);
    step = std::min(step + 1, phases.back().steps - 1);
    if (bench.device().is_cuda()) at::empty({1}, at::TensorOptions(bench.device())).zero_().item<float>();  // waits for the device
  };
  auto figure = bench.measure("one step of '" + phases.back().name + "', draw included", 0, one);
  figure.device = device_text(bench.device());
  return figure;
}

struct Entry {
  std::string name;
  std::function<BenchFigure(const Bench&)> run;
};

std::vector<Entry> entries() {
  std::vector<Entry> all = {{"audio.stft", bench_stft},         {"audio.mel", bench_mel},
                            {"audio.mel_inversion", bench_mel_inversion}, {"audio.griffin_lim", bench_griffin_lim},
                            {"audio.resample", bench_resample}, {"catalog.search", bench_search},
                            {"catalog.list", bench_list},       {"catalog.page", bench_page},
                            {"transfer.shipped", bench_transfer}};
  for (const Family* family : families()) {
    if (family->info().role == Role::optimiser) continue;
    for (const auto& preset : family->presets())
      if (preset.name.ends_with("tiny"))
        all.push_back({"training_step." + family->info().id + "." + preset.name,
                       [family, name = preset.name](const Bench& bench) { return bench_training_step(bench, *family, name); }});
  }
  return all;
}

}  // namespace

std::vector<std::string> bench_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

void run_benchmarks(const BenchRequest& request, const std::function<void(const BenchFigure&)>& tell, std::stop_token stop) {
  const Bench bench(request, stop);
  bool any = false;
  std::string known;
  for (const auto& entry : entries()) {
    known += (known.empty() ? "" : ", ") + entry.name;
    if (entry.name.find(request.filter) == std::string::npos) continue;
    any = true;
    if (stop.stop_requested()) return;
    auto figure = entry.run(bench);
    figure.name = entry.name;
    if (figure.repeats > 0) tell(figure);
  }
  if (!any) throw ConfigError("No benchmark's name holds '" + request.filter + "'; they are: " + known + ".");
}

}  // namespace luthier
