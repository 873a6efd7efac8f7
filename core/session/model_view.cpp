#include "core/session/model_view.h"

#include <ATen/ATen.h>

#include "audio/loudness.h"
#include "core/families/family.h"
#include "core/session/model_source.h"
#include "core/session/training_session.h"
#include "core/session/transfer_session.h"

namespace luthier {
namespace {

std::filesystem::path weights_of(const std::filesystem::path& workspace, const std::string& run) {
  if (!run.empty()) return checkpoint_of_run(Workspace::open(workspace), run);
  const auto shipped = shipped_models();
  if (shipped.empty()) throw ConfigError("No shipped model is installed; choose a run.");
  return shipped.front();
}

}  // namespace

// Not the checkpoint's own "representation": that is what the clips were stored as, and a trainer may have made its features anew.
std::string representation_of_model(const std::filesystem::path& workspace, const std::string& run) {
  const Checkpoint checkpoint = load_checkpoint(weights_of(workspace, run));
  return find_family(checkpoint.at("family")).make_transfer(checkpoint, at::kCPU)->representation().canonical_text();
}

ModelView view_as_model(const std::filesystem::path& workspace, const std::string& run, const audio::AudioBuffer& sound, bool invert, std::stop_token stop) {
  const RepresentationSpec spec = RepresentationSpec::from_text(representation_of_model(workspace, run));
  const auto representation = make_representation(spec);
  const at::Tensor features = representation->analyse(sound);
  if (stop.stop_requested()) throw Cancelled();
  const at::Tensor picture = representation->picture(features).contiguous();
  ModelView out;
  out.model = run.empty() ? "shipped weights" : run;
  out.representation = spec.canonical_text();
  out.kind = spec.kind;
  out.sample_rate = spec.sample_rate;
  out.n_fft = spec.n_fft;
  out.seconds_per_frame = static_cast<double>(spec.hop) / spec.sample_rate;
  out.bins = static_cast<int>(picture.size(0));
  out.frames = static_cast<int>(picture.size(1));
  out.mel = spec.kind != "stft_cqt";
  out.decibels.assign(picture.data_ptr<float>(), picture.data_ptr<float>() + picture.numel());
  if (!invert) return out;
  InversionHints hints;
  hints.samples = static_cast<std::int64_t>(static_cast<double>(sound.length()) * spec.sample_rate / sound.sample_rate + 0.5);
  hints.keep_going = [stop] { return !stop.stop_requested(); };
  out.inverted = representation->invert(features, hints);
  if (stop.stop_requested()) throw Cancelled();
  // Representations are free of level; the sound comes back as loud as it was.
  audio::normalise_rms(out.inverted, audio::rms(audio::AudioBuffer(sound.sample_rate, sound.mono())));
  return out;
}

}  // namespace luthier
