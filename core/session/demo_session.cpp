#include "core/session/family_catalog.h"
#include "core/session/demo_session.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/families/family.h"
#include "core/session/clip_sound.h"
#include "core/session/compare_session.h"
#include "core/session/device.h"
#include "core/session/pair_session.h"
#include "core/session/run_record.h"
#include "core/session/sound_figures.h"
#include "core/session/synth_session.h"
#include "core/session/text_file.h"
#include "core/session/training_session.h"
#include "core/session/transfer_session.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Where each part ends on the bar.
struct Parts {
  double rendered, trained, transferred;
};
constexpr Parts kWithTraining{0.10, 0.90, 0.96}, kWithoutTraining{0.80, 0.80, 0.95};

/// Clips of one direction: content and target play one phrase that was never trained on, style plays another.
struct Example {
  RecordedClip content, style, target;
};

std::optional<Example> find_example(const std::vector<RecordedClip>& clips, const std::string& from, const std::string& to) {
  for (const auto& content : clips) {
    if (content.label != from || content.split == "train" || content.phrase < 0) continue;
    const auto target = std::find_if(clips.begin(), clips.end(), [&](const RecordedClip& c) { return c.label == to && c.phrase == content.phrase; });
    const auto style = std::find_if(clips.begin(), clips.end(), [&](const RecordedClip& c) { return c.label == to && c.phrase != content.phrase && c.split != "validation"; });
    if (target != clips.end() && style != clips.end()) return Example{content, *style, *target};
  }
  return std::nullopt;
}

/// Piano to violin where there are both, else the first direction that has an example.
Example choose_example(const std::vector<RecordedClip>& clips) {
  if (auto found = find_example(clips, "piano", "violin")) return *found;
  std::set<std::string> labels;
  for (const auto& clip : clips) labels.insert(clip.label);
  for (const auto& from : labels)
    for (const auto& to : labels)
      if (from != to)
        if (auto found = find_example(clips, from, to)) return *found;
  throw SessionError("no phrase is left to show, as those there are were all trained on or are played by one instrument; render more phrases");
}

/// Passes the run's events on and turns steps into the demo's own progress.
class DemoListener : public RunListener {
 public:
  DemoListener(RunListener& inner, const ProgressSink& sink, const Parts& parts) : inner_(inner), sink_(sink), parts_(parts) {}
  void on_event(const RunEvent& event) override {
    run = event.run;
    if (const auto* finished = std::get_if<RunFinished>(&event.data)) message = finished->message;
    inner_.on_event(event);
    const auto* step = std::get_if<StepDone>(&event.data);
    if (!step || !sink_ || step->total_steps == 0) return;
    const double part = static_cast<double>(step->step) / static_cast<double>(step->total_steps);
    sink_({parts_.rendered + (parts_.trained - parts_.rendered) * part, "training, step " + std::to_string(step->step) + " of " + std::to_string(step->total_steps), step->seconds_left});
  }
  std::string run, message;

 private:
  RunListener& inner_;
  const ProgressSink& sink_;
  const Parts& parts_;
};

class Demo {
 public:
  Demo(const DemoRequest& request, RunListener& listener, const ProgressSink& progress, std::stop_token stop)
      : request_(request), parts_(request.train ? kWithTraining : kWithoutTraining), progress_(progress), stop_(std::move(stop)), listener_(listener, progress_, parts_), workspace_(Workspace::open_or_create(request.workspace)) {}

  DemoResult run() {
    render();
    make_pairs();
    if (request_.train)
      if (const Outcome outcome = train_model(); outcome != Outcome::done) return stopped(outcome, listener_.message);
    const Example example = choose_example(request_.train ? load_run_record(workspace_.runs() / listener_.run).clips : rendered_clips());
    const TransferResult result = transfer_example(example);
    if (result.outcome != Outcome::done) return stopped(result.outcome, result.message);
    return compare(example, result);
  }

 private:
  DemoResult stopped(Outcome outcome, const std::string& message) const {
    DemoResult out;
    out.outcome = outcome, out.message = message, out.run = listener_.run;
    return out;
  }

  std::vector<RecordedClip> rendered_clips() const {
    std::vector<RecordedClip> clips;
    const auto catalog = workspace_.open_catalog();
    for (const db::ClipView& view : catalog->clips().views(catalog->clips().ids())) {
      if (view.clip.phrase) clips.push_back({view.clip.id.value, view.name, view.label, "", view.clip.phrase->value, view.clip.sha256});
    }
    return clips;
  }

  void tell(double fraction, const std::string& text) const {
    if (progress_) progress_({fraction, text, -1});
    if (stop_.stop_requested()) throw Cancelled();
  }

  void render() {
    SynthRequest synth;
    synth.phrases = request_.phrases;
    synth.seed = request_.seed;
    synth.soundfont = request_.soundfont;
    const auto result = synth_phrases(workspace_, synth, [this](const Progress& p) {
      if (progress_) progress_({parts_.rendered * p.fraction, p.text, -1});
    }, stop_);
    if (result.outcome == Outcome::cancelled) throw Cancelled();
    tell(parts_.rendered, "pairing clips that play the same notes");
  }

  void make_pairs() const {
    const std::string name = "demo " + std::to_string(request_.seed);
    const auto sets = list_pair_sets(workspace_);
    if (std::any_of(sets.begin(), sets.end(), [&](const PairSetSummary& set) { return set.name == name; })) return;
    generate_phrase_pairs(workspace_, 0, static_cast<std::uint32_t>(request_.seed), name);
  }

  Outcome train_model() {
    TrainingRequest training;
    training.workspace = workspace_.folder();
    training.family = "latent_diffusion";
    training.preset = request_.preset;
    return train(training, listener_, stop_);
  }

  TransferResult transfer_example(const Example& example) const {
    TransferRequest transfer_request;
    transfer_request.workspace = workspace_.folder();
    transfer_request.run = listener_.run;
    transfer_request.content = std::to_string(example.content.id);
    transfer_request.style = std::to_string(example.style.id);
    TransferListener listener;
    listener.progress = [this](double fraction, const std::string& text) {
      if (progress_) progress_({parts_.trained + (parts_.transferred - parts_.trained) * fraction, text, -1});
    };
    return transfer(transfer_request, listener, stop_);
  }

  audio::AudioBuffer sound_of(const RecordedClip& clip) const {
    const auto view = workspace_.open_catalog()->clips().view({clip.id});
    if (!view) throw SessionError("the clip " + std::to_string(clip.id) + " is gone; start the demo anew");
    return read_clip(workspace_, *view);
  }

  DemoResult compare(const Example& example, const TransferResult& result) const {
    tell(parts_.transferred, "measuring and drawing");
    const auto truth = sound_of(example.target);
    ComparisonRequest comparison;
    comparison.folder = workspace_.make_unique_folder(workspace_.exports(), "demo");
    comparison.sounds = {{"content: " + example.content.label, result.content}, {"style: " + example.style.label, result.style}, {"result", result.result},
                         {"truth: the same notes by the " + example.target.label, truth}};
    const auto kept = sound_figures(result.result, result.content), before = sound_figures(result.content, truth), after = sound_figures(result.result, truth);
    const auto json = [](const auto& figures) {
      Json out = Json::object();
      for (const auto& [name, value] : figures) out[name] = value;
      return out;
    };
    comparison.record = {{"title", "Style transfer: " + example.content.label + " to " + example.target.label},
                         {"transfer", read_text(result.record)},
                         {"sound.1", "clip " + std::to_string(example.content.id)},
                         {"sound.2", "clip " + std::to_string(example.style.id)},
                         {"sound.3", result.output.string()},
                         {"sound.4", "clip " + std::to_string(example.target.id)},
                         {"against_truth", Json{{"content", json(before)}, {"result", json(after)}}.dump()}};
    if (request_.train) comparison.record.insert({{"run", listener_.run}, {"preset", request_.preset}, {"notes", "content and truth were not trained on"}});
    else comparison.record["model"] = "shipped weights";
    DemoResult out;
    write_comparison(comparison);
    out.comparison = comparison.folder;
    out.content = std::to_string(example.content.id), out.style = std::to_string(example.style.id), out.truth = std::to_string(example.target.id);
    out.result = result.output.string();
    out.run = listener_.run;
    out.message = sentence(kept, before, after);
    tell(1, "done");
    return out;
  }

  using FigureList = std::vector<std::pair<std::string, double>>;
  static std::string sentence(const FigureList& kept, const FigureList& before, const FigureList& after) {
    char text[320];
    std::snprintf(text, sizeof text,
                  "The result keeps %.0f %% of the content's notes (%.0f %% of those that the true recording plays, where the content itself has %.0f %%); its log-spectral "
                  "distance to the true recording is %.1f dB, the content's is %.1f dB.",
                  100 * figure_named(kept, "notes_kept"), 100 * figure_named(after, "notes_kept"), 100 * figure_named(before, "notes_kept"),
                  figure_named(after, "log_spectral_distance_db"), figure_named(before, "log_spectral_distance_db"));
    return text;
  }

  const DemoRequest& request_;
  const Parts parts_;
  const ProgressSink& progress_;
  std::stop_token stop_;
  DemoListener listener_;
  Workspace workspace_;
};

}  // namespace

DemoResult run_demo(const DemoRequest& request, RunListener& listener, const ProgressSink& progress, std::stop_token stop) {
  DemoResult failure;
  try {
    preset_values(family_entry("latent_diffusion"), request.preset, {});  // a wrong name ends here, before anything is made
    return Demo(request, listener, progress, stop).run();
  } catch (const Cancelled&) {
    failure.outcome = Outcome::cancelled;
    failure.message = "Stopped.";
  } catch (const std::exception& error) {
    failure.outcome = stop.stop_requested() ? Outcome::cancelled : Outcome::failed;
    failure.message = error_sentence(error);
  }
  return failure;
}

}  // namespace luthier
