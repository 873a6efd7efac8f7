#pragma once
#include <cstdint>
#include <string>

#include "core/signal/representation.h"

namespace luthier::disentangled {

/// Defaults are the published system's (`report`).
struct Settings {
  // sound
  std::int64_t rate = 22050, n_fft = 1024, hop = 256, cqt_bins = 84;
  std::int64_t window = 287, overlap = 96, sections = 4;
  std::string statistics = "label", statistics_files;
  bool even_level = false;
  // networks
  std::int64_t filters = 32, blocks = 6, embedding = 256, heads = 4, layers = 4, feed_forward = 1024;
  double dropout = 0.1, start_gain = 0.2;
  bool content_matrix = false, content_in_place = false, content_levels = false;
  std::string content_norm = "instance", decoder = "linear";
  std::string style_source = "encoder", style_by = "class", style_from = "same";
  // reconstruction
  double mse = 1.0, magnitude = 0.5, phase = 0.2, section_steps = 0.3, frame_steps = 0.1, bin_steps = 0.0, levels = 0.0, consistency = 0.0;
  // separation
  double temperature = 0.1, margin_distance = 2.0, class_critic = 0.5;
  // curriculum
  std::string order = "independence_first";
  double phase_1_end = 0.2, phase_2_end = 0.4, phase_3_end = 0.6, fixed_warmup = 0.05;
  double reconstruction_1 = 10, reconstruction_2 = 8, reconstruction_3 = 5, reconstruction_4 = 3;
  double contrast_entering = 0.5, contrast_settled = 0.8, margin_entering = 0.5, margin_settled = 1.0;
  double independence_entering = 0.5, independence_settled = 0.3, adversarial = 0.5, critic = 0.3;
  // training
  std::int64_t steps = 2400, batch = 16;
  double learning_rate = 3e-5, critic_rate = 1e-5, beta1 = 0.5, weight_decay = 1e-4, clip_norm = 0.5;
  double plateau_factor = 0.7;
  std::int64_t plateau_patience = 5, generator_steps = 5, critic_steps = 3;
  double own_inputs = 0.0, paired = 0.0;
  bool mixed_precision = false;

  std::int64_t bins() const { return n_fft / 2 + 1; }                      ///< of the STFT
  std::int64_t features() const { return bins() + cqt_bins; }              ///< of a frame, real or imaginary
  std::int64_t step() const { return window - overlap; }                   ///< frames from section to section
  std::int64_t crop() const { return window + (sections - 1) * step(); }   ///< frames of `sections` sections
  double window_seconds() const { return static_cast<double>((window - 1) * hop) / static_cast<double>(rate); }
  bool hears_style() const { return style_source == "encoder"; }            ///< or styles are vectors of labels
  RepresentationSpec spec() const;

  template <class V>
  void describe(V& v) {
    v.group("Sound");
    v.number("rate", rate, 8000, 48000, "Hz", "Sample rate that the model hears and makes.");
    v.number("n_fft", n_fft, 64, 8192, "samples", "Length of the analysis window.");
    v.number("hop", hop, 16, 4096, "samples", "From one analysis frame to the next; a multiple of 64 for seven octaves.");
    v.number("cqt_bins", cqt_bins, 12, 108, "bins", "Bins of the constant-Q transform, 12 an octave from C1.");
    v.number("window", window, 4, 2048, "frames", "Length of a section; the model knows a section by one vector.");
    v.number("overlap", overlap, 0, 2047, "frames", "Frames that neighbouring sections share.");
    v.number("sections", sections, 2, 400, "sections", "Sections that are seen, and generated, together.");
    v.choice("statistics", statistics, {"label", "unified"}, "Normalise by each label's own statistics, or by those of all clips.");
    v.text("statistics_files", statistics_files, "Statistics to use instead of the clips' own, as in piano=piano.npz,violin=violin.npz.");
    v.toggle("even_level", even_level, "Bring every clip to one level (RMS 0.07) first.");
    v.group("Networks");
    v.number("filters", filters, 2, 128, "channels", "Channels of the encoders' first block; they double up to 16 times as many.");
    v.number("blocks", blocks, 2, 8, "blocks", "Residual blocks of the encoders; each halves frames and bins.");
    v.number("embedding", embedding, 8, 1024, "channels", "Length of the vector of a section and of a style.");
    v.number("heads", heads, 1, 16, "heads", "Heads of attention; must divide the embedding.");
    v.number("layers", layers, 1, 12, "layers", "Layers of each transformer.");
    v.number("feed_forward", feed_forward, 8, 4096, "channels", "Inner width of a transformer layer.");
    v.number("dropout", dropout, 0, 0.9, "", "Share of values dropped in the transformers while training.");
    v.number("start_gain", start_gain, 0.01, 2, "", "Gain of the Xavier start of most weights; the authors took 0.2 against NaN.");
    v.toggle("content_matrix", content_matrix, "The content encoder also sees each section through one matrix: its convolutions average pitch and phase away.");
    v.toggle("content_in_place", content_in_place, "The decoder is given each section's content at its place, besides finding it by attention.");
    v.toggle("content_levels", content_levels, "That matrix sees the logarithms of the magnitudes too, which no matrix can make of real and imaginary parts.");
    v.choice("content_norm", content_norm, {"instance", "batch"}, "Norm of the content encoder: as the report says, or as its code has it.");
    v.choice("decoder", decoder, {"linear", "cnn", "polar"},
             "How a section becomes a vector and back in the decoder: one matrix, convolutions, or matrices for the logarithm of the magnitude and for the phase.");
    v.choice("style_source", style_source, {"encoder", "learned", "one_hot"},
             "What makes a style: the style encoder, a learned vector of each label, or a fixed one (to see what the encoder is worth).");
    v.choice("style_by", style_by, {"class", "clip", "both"}, "What the decoder is told: the mean style of the batch's label, the clip's own, or either by chance.");
    v.choice("style_from", style_from, {"same", "other"}, "Style of the content's own clip, or of another clip of its label, which cannot tell the notes.");
    v.group("Reconstruction");
    v.number("mse", mse, 0, 100, "", "Weight of the squared error (published: 1 with the linear decoder, 2 with the CNN).");
    v.number("magnitude", magnitude, 0, 100, "", "Weight of the squared error of the magnitude.");
    v.number("phase", phase, 0, 100, "", "Weight of the squared phase error where there is sound.");
    v.number("section_steps", section_steps, 0, 100, "", "Weight of the squared error of differences between sections.");
    v.number("frame_steps", frame_steps, 0, 100, "", "Weight of the squared error of differences between frames.");
    v.number("bin_steps", bin_steps, 0, 100, "", "Weight of the squared error of differences between bins.");
    v.number("levels", levels, 0, 100, "", "Weight of the error of the magnitude's logarithm, which hears quiet sound too.");
    v.number("consistency", consistency, 0, 100, "", "Weight of how far magnitude and phase are from those of any sound.");
    v.group("Separation");
    v.number("temperature", temperature, 0.01, 10, "", "Temperature of the contrast between styles.");
    v.number("margin_distance", margin_distance, 0, 100, "", "Distance that the classes' mean styles shall keep.");
    v.number("class_critic", class_critic, 0, 10, "", "Weight of the class means in the critic's loss.");
    v.group("Curriculum");
    v.choice("order", order, {"independence_first", "contrast_first", "none"},
             "Phase 2 brings independence and phase 3 contrast (report), the other way round (its code), or fixed weights.");
    v.number("phase_1_end", phase_1_end, 0.01, 0.97, "", "Share of the steps after which phase 1, reconstruction alone, ends.");
    v.number("phase_2_end", phase_2_end, 0.02, 0.98, "", "Share of the steps after which phase 2 ends.");
    v.number("phase_3_end", phase_3_end, 0.03, 0.99, "", "Share of the steps after which phase 3 ends and the critic joins.");
    v.number("fixed_warmup", fixed_warmup, 0, 1, "", "Share of the steps over which separation fades in (order = none).");
    v.number("reconstruction_1", reconstruction_1, 0, 1000, "", "Weight of reconstruction in phase 1.");
    v.number("reconstruction_2", reconstruction_2, 0, 1000, "", "Weight of reconstruction in phase 2.");
    v.number("reconstruction_3", reconstruction_3, 0, 1000, "", "Weight of reconstruction in phase 3, and without a curriculum.");
    v.number("reconstruction_4", reconstruction_4, 0, 1000, "", "Weight of reconstruction in phase 4.");
    v.number("contrast_entering", contrast_entering, 0, 1000, "", "Weight of the contrast between styles in its first phase.");
    v.number("contrast_settled", contrast_settled, 0, 1000, "", "Weight of the contrast between styles afterwards.");
    v.number("margin_entering", margin_entering, 0, 1000, "", "Weight of the distance between classes in its first phase.");
    v.number("margin_settled", margin_settled, 0, 1000, "", "Weight of the distance between classes afterwards.");
    v.number("independence_entering", independence_entering, 0, 1000, "", "Weight of the independence of style and content in its first phase.");
    v.number("independence_settled", independence_settled, 0, 1000, "", "Weight of the independence of style and content afterwards.");
    v.number("adversarial", adversarial, 0, 1000, "", "Weight of hiding the label from the critic at the end of phase 4.");
    v.number("critic", critic, 0, 1000, "", "Weight of the critic's own loss at the end of phase 4.");
    v.group("Training");
    v.number("steps", steps, 4, 10000000, "steps", "Steps; each trains encoders and decoder, some also the critic.");
    v.number("batch", batch, 4, 1024, "crops", "Crops in one step, the same number of each label.");
    v.number("learning_rate", learning_rate, 1e-8, 1, "", "Step size of encoders and decoder.");
    v.number("critic_rate", critic_rate, 1e-8, 1, "", "Step size of the critic.");
    v.number("beta1", beta1, 0, 0.999, "", "AdamW's memory of the gradient.");
    v.number("weight_decay", weight_decay, 0, 1, "", "Decay of the weights in AdamW.");
    v.number("clip_norm", clip_norm, 0, 1000, "", "Largest norm of the gradient; 0: no limit.");
    v.number("plateau_factor", plateau_factor, 0.01, 1, "", "Factor on the step sizes when validation stands still; 1: never.");
    v.number("plateau_patience", plateau_patience, 0, 1000, "validations", "Validations without progress before that.");
    v.number("generator_steps", generator_steps, 1, 1000, "steps", "Length of a cycle of steps.");
    v.number("critic_steps", critic_steps, 0, 1000, "steps", "Steps of a cycle in which the critic learns too.");
    v.number("own_inputs", own_inputs, 0, 1, "", "Share of crops whose earlier sections are the decoder's own, as in a transfer.");
    v.number("paired", paired, 0, 1, "", "Share of crops whose target is the same phrase by another label, where there is one.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic on a CUDA device.");
  }
};

/// What a transfer can be asked for.
struct TransferSettings {
  std::string style_by = "clip", label, from_label, content_label;
  double blend = 1.0;
  std::int64_t refine = -1;

  template <class V>
  void describe(V& v) {
    v.group("Transfer");
    v.choice("style_by", style_by, {"clip", "label", "between"},
             "Style of the style clip, the mean style of a label, or a mixture of two labels.");
    v.text("label", label, "Label whose mean style is taken (label), or that a mixture ends at (between); empty: the style clip's.");
    v.text("from_label", from_label, "Label that a mixture begins at (between); empty: the content's.");
    v.number("blend", blend, 0, 1, "", "Where a mixture of two labels stands: 0 the first, 1 the second.");
    v.text("content_label", content_label, "Label whose statistics the content is normalised by; empty: that which its spectrum is nearest to.");
    v.number("refine", refine, -1, 1000, "iterations", "Griffin-Lim iterations after the model's own phase; 0: its phase as it is; -1: as the decoder needs it, 32 with polar, else none.");
  }
};

/// Throws ConfigError, in one sentence, for settings that contradict each other.
void check(const Settings& settings);

}  // namespace luthier::disentangled
