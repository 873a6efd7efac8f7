#include "core/families/latent_diffusion/studio_draw.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

namespace luthier::studio {
namespace {

RepresentationSpec mel_spec(const StudioSettings& s) {
  RepresentationSpec spec;
  spec.kind = "log_mel";
  spec.sample_rate = static_cast<int>(s.rate);
  spec.n_fft = static_cast<int>(s.n_fft);
  spec.hop = static_cast<int>(s.hop);
  spec.bands = static_cast<int>(s.bands);
  return spec;
}

/// The next even size that a Fourier transform is quick at: no factors but 2, 3 and 5.
std::int64_t quick_size(std::int64_t least) {
  for (std::int64_t size = least + least % 2;; size += 2) {
    std::int64_t rest = size;
    for (const std::int64_t factor : {2, 3, 5})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return size;
  }
}

std::set<std::string> main_labels(const StudioSettings& s, const ClipSet& clips) {
  if (s.source != "rendered") return {clips.labels.begin(), clips.labels.end()};
  std::set<std::string> names;
  std::istringstream list(s.instruments);
  for (std::string name; std::getline(list, name, ',');) names.insert(name);
  return names;
}

}  // namespace

ExampleSource::ExampleSource(const TrainingInputs& inputs, const StudioSettings& settings)
    : inputs_(inputs), settings_(settings), store_(*inputs.clips, inputs.device), front_end_(mel_spec(settings), inputs.device),
      features_(store_, front_end_, static_cast<std::int64_t>(inputs.clips->clips.size()), settings.hop, settings.n_fft / 2, settings.bands, inputs.device) {
  const auto& clips = inputs_.clips->clips;
  const auto mains = main_labels(settings, *inputs_.clips);
  std::map<std::int64_t, std::set<int>> labels_of_phrase;
  for (std::size_t i = 0; i < clips.size(); ++i)
    if (clips[i].phrase >= 0) labels_of_phrase[clips[i].phrase].insert(clips[i].label_index);
  const bool shared = std::any_of(labels_of_phrase.begin(), labels_of_phrase.end(), [](const auto& e) { return e.second.size() > 1; });
  for (const auto& pair : inputs_.pairs)
    if (pair.target >= 0) pairs_.push_back(pair);
  paired_ = settings.pairing == "phrases" || (settings.pairing == "auto" && (shared || !pairs_.empty()));
  if (paired_ && !shared && pairs_.empty())
    throw ConfigError("No two labels share a phrase, so there are no known targets; set pairing to 'unpaired' or import paired clips.");
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const int validation = clips[i].split == "train" ? 0 : 1;
    if (clips[i].split == "test") continue;
    any_.push_back(index);
    if (clips[i].phrase >= 0) by_phrase_[clips[i].phrase].push_back(index);
    by_label_[{clips[i].label_index, validation}].push_back(index);
    by_source_[{clips[i].label_index, clips[i].source, validation}].push_back(index);
    if (!clips[i].target_allowed) continue;
    if (paired_ && pairs_.empty() && (clips[i].phrase < 0 || labels_of_phrase[clips[i].phrase].size() < 2)) continue;
    (mains.count(clips[i].label) ? main_ : other_)[validation].push_back(index);
  }
  if (main_[0].empty() && other_[0].empty())
    throw ConfigError("None of the clips can be trained on; label at least two clips of each instrument and leave them out of the test split.");
  for (const int part : {0, 1})
    if (main_[part].empty()) main_[part] = !other_[part].empty() ? other_[part] : main_[0].empty() ? other_[0] : main_[0];
}

std::int64_t ExampleSource::other_of_label(std::int64_t clip, Rng& rng, bool validation) const {
  const auto& info = inputs_.clips->clips[static_cast<std::size_t>(clip)];
  const auto draw_from = [&](const auto& lists, const auto& key) {
    const auto found = lists.find(key);
    for (int tries = 0; found != lists.end() && tries < 8; ++tries) {
      const auto other = pick(found->second, rng);
      const auto& candidate = inputs_.clips->clips[static_cast<std::size_t>(other)];
      if (other != clip && (candidate.phrase < 0 || candidate.phrase != info.phrase)) return other;
    }
    return clip;
  };
  const int part = validation ? 1 : 0;
  auto other = draw_from(by_source_, std::tuple(info.label_index, info.source, part));
  if (other == clip) other = draw_from(by_label_, std::pair(info.label_index, part));
  if (other == clip && validation) other = draw_from(by_label_, std::pair(info.label_index, 0));
  return other;
}

Triple ExampleSource::draw_triple(Rng& rng, bool validation) const {
  const int part = validation ? 1 : 0;
  if (paired_ && !pairs_.empty() && !validation) {
    const auto& pair = pairs_[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(pairs_.size())))];
    return {pair.content, pair.style, pair.target};
  }
  const bool main = other_[part].empty() || rng.uniform() < settings_.main_share;
  Triple triple;
  triple.target = pick(main ? main_[part] : other_[part], rng);
  triple.content = triple.target;
  triple.style = other_of_label(triple.target, rng, validation);
  if (!paired_ || (!validation && rng.uniform() < settings_.identity_share)) return triple;
  const auto& info = inputs_.clips->clips[static_cast<std::size_t>(triple.target)];
  const auto& partners = by_phrase_.at(info.phrase);
  for (int tries = 0; tries < 16 && triple.content == triple.target; ++tries) {
    const auto other = pick(partners, rng);
    if (inputs_.clips->clips[static_cast<std::size_t>(other)].label_index != info.label_index) triple.content = other;
  }
  return triple;
}

std::int64_t ExampleSource::random_start(std::int64_t clip, std::int64_t frames, Rng& rng) const {
  const std::int64_t half = settings_.n_fft / 2;
  const std::int64_t room = store_.length(clip) + 2 * half - front_end_.span(frames);
  if (room <= 0) return -half;
  return features_.kept() ? rng.below(room / settings_.hop + 1) * settings_.hop - half : rng.below(room) - half;
}

torch::Tensor ExampleSource::perturbed(torch::Tensor samples, Rng& rng, double strength, const std::vector<Touch>& touches) const {
  const std::int64_t batch = samples.size(0), length = samples.size(1);
  const auto device = samples.device();
  const auto chosen = [&](bool Touch::*which) {
    std::vector<float> flags;
    for (const auto& touch : touches) flags.push_back(touch.*which ? 1.0f : 0.0f);
    return torch::tensor(flags).reshape({batch, 1}).to(device);
  };
  const auto any = [&](bool Touch::*which) { return std::any_of(touches.begin(), touches.end(), [&](const Touch& touch) { return touch.*which; }); };
  const std::int64_t room = settings_.rate / 2, size = quick_size(length + room);
  // Equaliser: a few cosines over the mel axis, in nepers; every draw on the device from one seeded generator.
  const auto bins = torch::arange(size / 2 + 1, torch::TensorOptions().device(device).dtype(torch::kFloat));
  const auto axis = torch::log1p(bins * (static_cast<double>(settings_.rate) / static_cast<double>(size) / 700.0)) /
                    std::log1p(static_cast<double>(settings_.rate) / 2 / 700.0);
  auto curve = torch::zeros({batch, size / 2 + 1}, samples.options());
  for (int k = 1; k <= 6; ++k)
    curve = curve + rng.normal({batch, 1}, device) * (strength / std::sqrt(static_cast<double>(k))) * torch::cos(axis * (k * std::numbers::pi));
  const auto level = (rng.uniform({batch, 1}, device) - 0.5) * 0.7;
  auto spectrum = torch::fft_rfft(samples, size) * torch::exp((curve + level) * chosen(&Touch::equaliser));
  if (any(&Touch::room)) {  // exponentially decaying noise after the direct sound
    const auto n = torch::arange(room, torch::TensorOptions().device(device).dtype(torch::kFloat));
    const auto decay = 0.03 + 0.12 * rng.uniform({batch, 1}, device);
    auto tail = rng.normal({batch, room}, device) * torch::exp(-n / (decay * static_cast<double>(settings_.rate)));
    tail = tail / tail.norm(2, {1}, true) * (0.1 + 0.5 * rng.uniform({batch, 1}, device)) * chosen(&Touch::room);
    spectrum = spectrum * (1.0 + torch::fft_rfft(tail, size));
  }
  auto out = torch::fft_irfft(spectrum, size).narrow(1, 0, length);
  if (any(&Touch::noise)) {
    const auto colour = torch::pow(bins.clamp_min(1.0), -0.5 * rng.uniform({batch, 1}, device));
    auto noise = torch::fft_irfft(torch::fft_rfft(rng.normal({batch, size}, device)) * colour, size).narrow(1, 0, length);
    const auto amplitude = torch::pow(10.0, -(15.0 + 35.0 * rng.uniform({batch, 1}, device)) / 20.0);
    out = out + noise / noise.square().mean(1, true).sqrt() * amplitude * chosen(&Touch::noise);
  }
  return out;
}

torch::Tensor ExampleSource::content_features(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start, Rng& rng) const {
  std::vector<std::int64_t> touched_clip, touched_start, touched_row, plain_clip, plain_start, plain_row;
  std::vector<Touch> touches;
  for (std::size_t i = 0; i < clip.size(); ++i) {
    Touch touch;
    touch.equaliser = !paired_ || rng.uniform() < settings_.augment;
    touch.room = rng.uniform() < settings_.room_share;
    touch.noise = rng.uniform() < settings_.noise_share;
    (touch.any() ? touched_clip : plain_clip).push_back(clip[i]);
    (touch.any() ? touched_start : plain_start).push_back(start[i]);
    (touch.any() ? touched_row : plain_row).push_back(static_cast<std::int64_t>(i));
    if (touch.any()) touches.push_back(touch);
  }
  const std::int64_t frames = settings_.frames;
  if (touched_clip.empty()) return features_.crop(clip, start, frames);
  const auto touched = front_end_(perturbed(store_.crop(touched_clip, touched_start, front_end_.span(frames)), rng, paired_ ? 0.3 : 0.9, touches));
  if (plain_clip.empty()) return touched;
  auto rows = plain_row;
  rows.insert(rows.end(), touched_row.begin(), touched_row.end());
  const auto joined = torch::cat({features_.crop(plain_clip, plain_start, frames), touched});
  return torch::empty_like(joined).index_copy_(0, torch::tensor(rows).to(joined.device()), joined);
}

Batch ExampleSource::draw(std::int64_t batch, Rng& rng, bool validation) const {
  torch::NoGradGuard guard;
  std::vector<std::int64_t> content, target, style, start, style_start;
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto triple = draw_triple(rng, validation);
    content.push_back(triple.content);
    target.push_back(triple.target);
    style.push_back(triple.style);
    start.push_back(random_start(triple.target, settings_.frames, rng));
    style_start.push_back(random_start(triple.style, settings_.style_frames, rng));
  }
  Batch out;
  out["content"] = validation ? features_.crop(content, start, settings_.frames) : content_features(content, start, rng);
  out["target"] = features_.crop(target, start, settings_.frames);
  out["style"] = features_.crop(style, style_start, settings_.style_frames);
  return out;
}

torch::Tensor ExampleSource::draw_any(std::int64_t batch, Rng& rng) const {
  torch::NoGradGuard guard;
  std::vector<std::int64_t> clip, start;
  for (std::int64_t i = 0; i < batch; ++i) {
    clip.push_back(rng.uniform() < settings_.main_share ? pick(main_[0], rng) : pick(any_, rng));
    start.push_back(random_start(clip.back(), settings_.frames, rng));
  }
  return features_.crop(clip, start, settings_.frames);
}

Batch ExampleSource::fixed(const std::vector<Triple>& triples, std::int64_t frames) const {
  torch::NoGradGuard guard;
  std::vector<std::int64_t> content, target, style, start(triples.size(), -settings_.n_fft / 2);
  for (const auto& triple : triples) {
    content.push_back(triple.content);
    target.push_back(triple.target);
    style.push_back(triple.style);
  }
  const auto crop = [&](const std::vector<std::int64_t>& clips) { return front_end_(store_.crop(clips, start, front_end_.span(frames))); };
  return {{"content", crop(content)}, {"target", crop(target)}, {"style", crop(style)}};
}

std::vector<Triple> ExampleSource::validation_triples(std::size_t limit) const {
  Rng rng(4242, 1);
  std::vector<Triple> all;
  std::map<std::pair<int, int>, int> seen;
  for (int tries = 0; tries < 4000 && all.size() < limit; ++tries) {
    const auto target = pick(main_[1], rng);
    const auto& info = inputs_.clips->clips[static_cast<std::size_t>(target)];
    Triple triple{target, other_of_label(target, rng, true), target};
    if (paired_ && info.phrase >= 0) {
      std::vector<std::int64_t> partners;
      for (const auto other : by_phrase_.at(info.phrase))
        if (inputs_.clips->clips[static_cast<std::size_t>(other)].label_index != info.label_index &&
            std::find(main_[1].begin(), main_[1].end(), other) != main_[1].end())
          partners.push_back(other);
      if (partners.empty()) continue;
      triple.content = pick(partners, rng);
    }
    const auto key = std::make_pair(inputs_.clips->clips[static_cast<std::size_t>(triple.content)].label_index, info.label_index);
    const int most = 1 + static_cast<int>(limit / 12);
    if (paired_ && seen[key]++ >= most) continue;
    all.push_back(triple);
  }
  return all;
}

}  // namespace luthier::studio
