#include "core/data/phrase_bank.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "audio/audio_buffer.h"
#include "audio/resampler.h"
#include "audio/synth/gm_instruments.h"
#include "audio/synth/phrase.h"
#include "audio/random.h"
#include "audio/synth/soundfont_renderer.h"
#include "core/config/held_out.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr int kRenderRate = 48000;  // soundfont samples are 44.1 kHz: a lower rate would fold their treble back

struct Item {
  std::int64_t phrase = 0;
  int program = 0;
  std::size_t font = 0;
  bool full_level = false;
};

/// Memory for all samples: a mapped file where one is named, so that it survives the program.
class SampleMemory {
 public:
  SampleMemory(const fs::path& file, std::size_t bytes) : bytes_(bytes) {
    if (file.empty()) {
      heap_.reset(new std::int16_t[bytes / 2]);
      data_ = heap_.get();
      return;
    }
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0 || ::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
      if (descriptor >= 0) ::close(descriptor);
      throw ConfigError("The phrase bank '" + file.string() + "' cannot be written; choose another file or free some space.");
    }
    void* place = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (place == MAP_FAILED) throw ConfigError("The phrase bank '" + file.string() + "' cannot be mapped into memory.");
    data_ = static_cast<std::int16_t*>(place);
    mapped_ = true;
  }
  ~SampleMemory() {
    if (mapped_) ::munmap(data_, bytes_);
  }
  SampleMemory(const SampleMemory&) = delete;
  SampleMemory& operator=(const SampleMemory&) = delete;
  std::int16_t* data() { return data_; }

 private:
  std::size_t bytes_;
  std::unique_ptr<std::int16_t[]> heap_;
  std::int16_t* data_ = nullptr;
  bool mapped_ = false;
};

/// Every (program, font) that may play a phrase besides the main instruments.
std::vector<std::pair<int, std::size_t>> choices(const BankOptions& options) {
  std::vector<std::pair<int, std::size_t>> all;
  for (std::size_t font = 0; font < options.fonts.size(); ++font) {
    const auto& allowed = options.fonts[font].programs;
    for (const int program : options.other_programs)
      if (!held_out_program(program) && (allowed.empty() || std::find(allowed.begin(), allowed.end(), program) != allowed.end()))
        all.emplace_back(program, font);
  }
  return all;
}

std::vector<Item> plan(const BankOptions& options) {
  std::vector<Item> items;
  audio::Random random(static_cast<std::uint64_t>(options.seed) * 7919 + 17), levels(static_cast<std::uint64_t>(options.seed) * 6007 + 5);
  const auto others = choices(options);
  for (std::int64_t phrase = 0; phrase < options.phrases; ++phrase) {
    std::set<std::pair<int, std::size_t>> seen;
    const auto add = [&](int program, std::size_t font) {
      if (seen.insert({program, font}).second) items.push_back({phrase, program, font, levels.chance(options.full_level_share)});
    };
    for (const auto& name : options.instruments) add(audio::gm_program(name), 0);
    for (std::int64_t i = 0; i < options.others && !others.empty(); ++i) {
      const auto& choice = others[static_cast<std::size_t>(random.integer(0, static_cast<int>(others.size()) - 1))];
      add(choice.first, choice.second);
    }
  }
  return items;
}

audio::Phrase phrase_of(const BankOptions& options, std::int64_t index) {
  const std::uint64_t seed = kFirstTrainingPhraseSeed + static_cast<std::uint64_t>(options.seed) * 1'000'000 + static_cast<std::uint64_t>(index);
  audio::Random random(seed ^ 0xBADC0DEull);
  audio::PhraseOptions shape;
  shape.seconds = options.seconds;
  if (random.chance(options.wide_share)) {
    shape.low_pitch = 36 + random.integer(0, 24);
    shape.high_pitch = std::min(96, shape.low_pitch + 18 + random.integer(0, 24));
    shape.low_velocity = 30;
    shape.high_velocity = 120;
    shape.max_voices = 4;
    shape.low_bpm = 50;
    shape.high_bpm = 170;
    shape.varied = true;
  }
  return audio::make_phrase(seed, shape);
}

std::string key_of(const BankOptions& options, std::size_t items) {
  std::string key = "luthier-bank-3 " + std::to_string(options.full_level_share) + " " + std::to_string(options.phrases) + " " + std::to_string(options.seed) + " " +
                    std::to_string(options.seconds) + " " + std::to_string(options.sample_rate) + " " +
                    std::to_string(options.others) + " " + std::to_string(options.wide_share) + " " + std::to_string(items);
  for (const auto& name : options.instruments) key += " " + name;
  for (const auto& font : options.fonts) {
    key += " " + font.path.filename().string() + ":" + std::to_string(fs::file_size(font.path));
    for (const int program : font.programs) key += "," + std::to_string(program);
  }
  for (const int program : options.other_programs) key += " " + std::to_string(program);
  return key;
}

bool is_kept(const fs::path& file, const std::string& key, std::size_t bytes) {
  std::ifstream stream(file.string() + ".key");
  std::string found;
  std::getline(stream, found);
  std::error_code error;
  return found == key && fs::file_size(file, error) == bytes && !error;
}

class BankRenderer {
 public:
  BankRenderer(const BankOptions& options, const std::vector<Item>& items, std::int16_t* samples, std::size_t length)
      : options_(options), items_(items), samples_(samples), length_(length) {}

  void run(const ProgressSink& progress, std::stop_token stop) {
    const unsigned count = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < count; ++i) workers.emplace_back([this, stop] { work(stop); });
    const auto start = std::chrono::steady_clock::now();
    while (done_.load() < items_.size() && !failed_.load() && !stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      const double fraction = static_cast<double>(done_.load()) / static_cast<double>(items_.size());
      const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (progress) progress({fraction, "rendering phrases", fraction > 0.01 ? spent * (1 - fraction) / fraction : -1});
    }
    workers.clear();
    if (error_) std::rethrow_exception(error_);
    if (stop.stop_requested()) throw ConfigError("Rendering the phrases was cancelled.");
  }

 private:
  void work(const std::stop_token& stop) {
    try {
      std::map<std::size_t, std::unique_ptr<audio::SoundfontRenderer>> renderers;
      for (std::size_t i = next_++; i < items_.size() && !failed_ && !stop.stop_requested(); i = next_++) {
        auto& renderer = renderers[items_[i].font];
        if (!renderer) {
          const std::lock_guard lock(mutex_);
          audio::RenderOptions render;
          render.sample_rate = kRenderRate;
          renderer = std::make_unique<audio::SoundfontRenderer>(options_.fonts[items_[i].font].path, render);
        }
        render_item(*renderer, i);
        ++done_;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  void render_item(audio::SoundfontRenderer& renderer, std::size_t index) {
    const auto& item = items_[index];
    const auto sound = renderer.render(phrase_of(options_, item.phrase), item.program, options_.seconds);
    const auto low = audio::resample(sound, options_.sample_rate).mono();
    float peak = 0;
    for (const float value : low) peak = std::max(peak, std::abs(value));
    std::int16_t* out = samples_ + index * length_;
    if (peak < 1e-4f) {
      std::fill(out, out + length_, std::int16_t{0});
      return;
    }
    const float scale = item.full_level ? 30000.0f / peak : 32767.0f / std::max(1.0f, peak);
    for (std::size_t i = 0; i < length_; ++i)
      out[i] = i < low.size() ? static_cast<std::int16_t>(std::lrint(low[i] * scale)) : std::int16_t{0};
  }

  const BankOptions& options_;
  const std::vector<Item>& items_;
  std::int16_t* samples_;
  std::size_t length_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

std::string label_of(const BankOptions& options, const Item& item) {
  std::string name(audio::gm_name(item.program));
  for (const auto& wanted : options.instruments)
    if (audio::gm_program(wanted) == item.program) name = wanted;
  return item.font == 0 ? name : name + "@" + options.fonts[item.font].path.stem().string();
}

}  // namespace

std::shared_ptr<ClipSet> render_phrase_bank(const BankOptions& options, const ProgressSink& progress, std::stop_token stop) {
  if (options.fonts.empty()) throw ConfigError("Rendering phrases needs at least one General MIDI soundfont.");
  for (const auto& font : options.fonts)
    if (!fs::exists(font.path))
      throw ConfigError("The soundfont '" + font.path.string() + "' is not there; install it or name another.");
  const auto items = plan(options);
  const auto length = static_cast<std::size_t>(std::lround(options.seconds * options.sample_rate));
  const std::size_t bytes = items.size() * length * sizeof(std::int16_t);
  const std::string key = key_of(options, items.size());
  const bool kept = !options.file.empty() && is_kept(options.file, key, bytes);
  auto memory = std::make_shared<SampleMemory>(options.file, bytes);
  if (!kept) {
    if (!options.file.empty()) fs::remove(options.file.string() + ".key");
    BankRenderer(options, items, memory->data(), length).run(progress, stop);
    if (!options.file.empty()) std::ofstream(options.file.string() + ".key") << key << "\n";
  }

  auto set = std::make_shared<ClipSet>();
  set->representation.kind = "waveform";
  set->representation.sample_rate = options.sample_rate;
  std::set<std::string> labels;
  for (const auto& item : items) labels.insert(label_of(options, item));
  set->labels.assign(labels.begin(), labels.end());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::int16_t* sound = memory->data() + i * length;
    if (std::all_of(sound, sound + length, [](std::int16_t value) { return value == 0; })) continue;
    ClipInfo info;
    info.label = label_of(options, items[i]);
    info.label_index = static_cast<int>(std::lower_bound(set->labels.begin(), set->labels.end(), info.label) - set->labels.begin());
    info.name = info.label + " phrase " + std::to_string(items[i].phrase);
    info.phrase = items[i].phrase;
    info.recording = static_cast<int>(i);
    info.split = items[i].phrase % 50 == 0 ? "validation" : "train";
    info.source = options.fonts[items[i].font].path.filename().string() + (items[i].full_level ? " at full level" : "");
    set->clips.push_back(info);
    set->features.push_back(torch::from_blob(
        memory->data() + i * length, {1, 1, static_cast<std::int64_t>(length)}, [memory](void*) {}, torch::kShort));
  }
  return set;
}

}  // namespace luthier
