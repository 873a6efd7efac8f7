#include "core/session/probe_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "audio/loudness.h"
#include "audio/resampler.h"
#include "core/data/clip_loader.h"
#include "core/session/clip_sound.h"
#include "core/session/device.h"
#include "core/session/model_source.h"
#include "core/session/progress_meter.h"
#include "core/session/run_record.h"
#include "core/transfer/transfer_sound.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

/// Values of one figure over clips.
class Sample {
 public:
  void add(double value) { values_.push_back(value); }
  MeanOf result() const {
    MeanOf out;
    for (const double x : values_) out.mean += x / static_cast<double>(values_.size());
    for (const double x : values_) out.deviation += (x - out.mean) * (x - out.mean);
    out.deviation = values_.size() > 1 ? std::sqrt(out.deviation / static_cast<double>(values_.size() - 1)) : 0;
    return out;
  }

 private:
  std::vector<double> values_;
};

class ProbeRun {
 public:
  ProbeRun(const Workspace& workspace, const ProbeRequest& request, const ProgressSink& progress, std::stop_token stop)
      : workspace_(workspace), request_(request), progress_(progress), stop_(std::move(stop)), device_(choose_device(request.device)),
        catalog_(workspace.open_catalog()), record_(load_run_record(workspace.runs() / request.run)),
        loaded_(load_model(&workspace, request.run, request.checkpoint, Role::translator)),
        model_(loaded_.family->make_transfer(loaded_.checkpoint, device_)) {}

  ProbeReport run() {
    choose_clips();
    const auto count = clips_.size();
    ProgressMeter meter(progress_, static_cast<double>(count * count * static_cast<std::size_t>(request_.clips)));
    ProbeReport report;
    for (const auto& [label, members] : clips_) report.reconstruction.push_back(reconstruct(label, members, meter));
    for (const auto& [from, members] : clips_)
      for (const auto& [to, others] : clips_)
        if (from != to) report.transfer.push_back(transfer(from, members, to, others, meter));
    if (loaded_.family->info().id == "disentangled") report.parts = disentangled::probe_parts(loaded_.checkpoint, *all_clips(), device_, stop_);
    return report;
  }

 private:
  using Sounds = std::vector<audio::AudioBuffer>;

  /// Clips of the test split first, then of the validation split.
  void choose_clips() {
    for (const char* split : {"test", "validation"})
      for (const auto& clip : record_.clips) {
        if (clip.split != split || static_cast<int>(clips_[clip.label].size()) >= request_.clips) continue;
        const auto view = catalog_->clips().view({clip.id});
        if (!view || view->clip.sha256 != clip.hash) continue;
        auto samples = audio::resample(audio::AudioBuffer(read_clip(workspace_, *view)), kLikenessRate).mono();
        if (audio::rms(samples) > 1e-4) clips_[clip.label].push_back({kLikenessRate, std::move(samples)});
      }
    std::erase_if(clips_, [](const auto& item) { return item.second.empty(); });
    if (clips_.empty()) throw ConfigError("No clip of run '" + request_.run + "' was kept from training and is still in the catalog; there is nothing to measure on.");
  }

  audio::AudioBuffer moved(const audio::AudioBuffer& content, const audio::AudioBuffer& style, const std::string& label) {
    if (stop_.stop_requested()) throw Cancelled();
    Config wanted = request_.options;
    const auto schema = loaded_.family->transfer_schema();
    const auto has = [&](const char* name) { return std::any_of(schema.begin(), schema.end(), [&](const Setting& s) { return s.name == name; }); };
    if (has("style_by") && has("label") && !wanted.count("style_by")) wanted["style_by"] = std::string("label");
    if (has("label") && !wanted.count("label")) wanted["label"] = label;
    SoundTransfer way{*model_, nullptr, complete(schema, wanted), {}, 32, 1};
    return transfer_sound(way, content, style, {}, stop_);
  }

  ReconstructionRow reconstruct(const std::string& label, const Sounds& sounds, ProgressMeter& meter) {
    Sample chroma, onsets, pitch, error;
    for (std::size_t i = 0; i < sounds.size(); ++i) {
      meter.report(static_cast<double>(done_++), label);
      const auto made = moved(sounds[i], sounds[(i + 1) % sounds.size()], label);
      const auto figures = reconstruction_likeness(made.channels[0], sounds[i].channels[0]);
      chroma.add(figures.chroma_distance), onsets.add(figures.onset_f1), pitch.add(figures.pitch_correlation), error.add(figures.magnitude_error);
    }
    return {label, static_cast<int>(sounds.size()), chroma.result(), onsets.result(), pitch.result(), error.result()};
  }

  TransferRow transfer(const std::string& from, const Sounds& sounds, const std::string& to, const Sounds& targets, ProgressMeter& meter) {
    Sample chroma, cepstra, spectrum, structure;
    for (std::size_t i = 0; i < sounds.size(); ++i) {
      meter.report(static_cast<double>(done_++), from + " to " + to);
      // Another phrase than the content's, so that no figure is helped by the same notes.
      const auto& target = targets[(i + 1) % targets.size()];
      const auto figures = transfer_likeness(moved(sounds[i], target, to).channels[0], sounds[i].channels[0], target.channels[0]);
      chroma.add(figures.chroma_correlation), cepstra.add(figures.cepstral_distance), spectrum.add(figures.spectrum_correlation),
          structure.add(figures.structure_difference);
    }
    return {from, to, static_cast<int>(sounds.size()), chroma.result(), cepstra.result(), spectrum.result(), structure.result()};
  }

  /// All clips of the run as the model sees them, with its splits.
  std::shared_ptr<ClipSet> all_clips() {
    ClipChoice choice;
    for (const auto& clip : record_.clips) {
      choice.ids.push_back(clip.id);
      choice.splits[clip.id] = clip.split;
    }
    const ClipSources sources{*catalog_, [&](const std::string& path) { return workspace_.resolve(path); }, workspace_.features()};
    const auto loaded = load_clips(sources, choice, model_->representation(), {}, stop_);
    if (loaded.stopped) throw Cancelled();
    return loaded.clips;
  }

  const Workspace& workspace_;
  const ProbeRequest& request_;
  const ProgressSink& progress_;
  std::stop_token stop_;
  torch::Device device_;
  std::unique_ptr<db::Catalog> catalog_;
  RunRecord record_;
  LoadedModel loaded_;
  std::unique_ptr<FamilyTransfer> model_;
  std::map<std::string, Sounds> clips_;
  std::size_t done_ = 0;
};

}  // namespace

ProbeReport probe_run(const Workspace& workspace, const ProbeRequest& request, const ProgressSink& progress, std::stop_token stop) {
  try {
    return ProbeRun(workspace, request, progress, std::move(stop)).run();
  } catch (const Cancelled&) {
    ProbeReport report;
    report.stopped = true;
    return report;
  }
}

}  // namespace luthier
