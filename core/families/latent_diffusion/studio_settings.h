#pragma once
#include <cstdint>
#include <string>

namespace luthier {

/// The settings of `system = studio`, each an ablation by one flag. The shipped weights follow preset `studio`, but for widths.
struct StudioSettings {
  // what is heard
  std::int64_t rate = 16000, n_fft = 2048, hop = 256, bands = 192;
  // data
  std::string source = "catalog";
  std::string pairing = "auto";
  std::int64_t phrases = 400, bank_seed = 1, others = 0;
  double phrase_seconds = 8, wide_share = 0.3, full_level_share = 0;
  std::string instruments = "piano,guitar,harp,violin";
  std::string other_programs;
  std::string soundfonts;
  std::string bank_file;
  double main_share = 0.5;
  double augment = 0.5, noise_share = 0.2, room_share = 0.2, identity_share = 0.06;
  // autoencoder
  std::int64_t patch = 4, latent = 256, ae_width = 256, ae_blocks = 1, ae_steps = 2000;
  bool pca_start = true, ae_residual = true;
  double whitening = 0.5, latent_noise = 0.1;
  bool decoder_learns = false;
  // network
  std::int64_t width = 448, deep_width = 576, blocks = 3, deep_blocks = 4, reach = 8, embedding = 256;
  std::int64_t style_tokens = 8, style_width = 224, attention_heads = 4;
  bool film = true, cross_attention = true, content_channels = true, latent_skips = false, content_memory = false;
  std::int64_t refine_blocks = 0, refine_width = 256;
  std::int64_t finish_blocks = 0, finish_width = 32;
  // diffusion
  std::string objective = "diffusion", learns = "all";
  std::int64_t steps = 4000, batch = 16, frames = 192, style_frames = 192;
  double learning_rate = 8e-4, finish_rate = 1, weight_decay = 1e-3;
  std::int64_t warmup = 200;
  double terminal_share = 0.3, style_drop = 0.1, mel_loss = 0.5, distance_loss = 0, cepstral_loss = 0, pitch_loss = 0, energy_loss = 0.1, low_noise_weight = 1.0;
  bool mixed_precision = true;

  template <class V>
  void describe(V& v) {
    v.group("Sound");
    v.number("rate", rate, 8000, 48000, "Hz", "Sample rate that the model hears and makes.");
    v.number("n_fft", n_fft, 256, 8192, "samples", "Length of the analysis window.");
    v.number("hop", hop, 32, 4096, "samples", "From one analysis frame to the next.");
    v.number("bands", bands, 32, 512, "bands", "Mel bands of the logarithmic spectrogram.");
    v.group("Data");
    v.choice("source", source, {"catalog", "rendered"}, "Train on the workspace's clips, or on phrases rendered by soundfonts in memory.");
    v.choice("pairing", pairing, {"auto", "phrases", "unpaired"}, "Pairs by shared phrases (known targets), or from parts of one recording; auto takes phrases where there are any.");
    v.number("phrases", phrases, 8, 100000, "phrases", "Phrases to render (source = rendered).");
    v.number("phrase_seconds", phrase_seconds, 2, 30, "s", "Length of a rendered phrase.");
    v.number("bank_seed", bank_seed, 0, 1000, "", "Start of the rendered phrases.");
    v.text("instruments", instruments, "Instruments that play every phrase, by name, separated by commas.");
    v.text("other_programs", other_programs, "General MIDI programs 0-127 that play some phrases too, as in 0-79,104.");
    v.number("others", others, 0, 64, "renders", "Renders by other programs and fonts for each phrase.");
    v.text("soundfonts", soundfonts, "Soundfont files separated by colons, the first plays the instruments; file?0-79 limits a file to some programs.");
    v.text("bank_file", bank_file, "File that keeps the rendered phrases for the next start; empty: none.");
    v.number("wide_share", wide_share, 0, 1, "", "Share of phrases over the whole range of notes, voices and dynamics.");
    v.number("full_level_share", full_level_share, 0, 1, "", "Share of rendered sounds brought to full level; the rest stay as loud as they are, in 16 bits, with the noise that leaves under a quiet instrument.");
    v.number("main_share", main_share, 0, 1, "", "Share of targets played by the listed instruments when others are there too.");
    v.number("augment", augment, 0, 1, "", "Share of content crops with another equaliser curve and level.");
    v.number("noise_share", noise_share, 0, 1, "", "Share of content crops with background noise.");
    v.number("room_share", room_share, 0, 1, "", "Share of content crops in a room.");
    v.number("identity_share", identity_share, 0, 1, "", "Share of crops whose content is the target itself.");
    v.group("Autoencoder");
    v.number("patch", patch, 1, 8, "frames", "Analysis frames in one latent frame.");
    v.number("latent", latent, 8, 1024, "channels", "Channels of a latent frame.");
    v.toggle("pca_start", pca_start, "Start from the principal components of patches instead of random weights.");
    v.toggle("ae_residual", ae_residual, "Train a non-linear residual on top of the linear path.");
    v.number("ae_width", ae_width, 16, 1024, "channels", "Width of the residual.");
    v.number("ae_blocks", ae_blocks, 0, 16, "blocks", "Blocks of the residual on each side.");
    v.number("ae_steps", ae_steps, 0, 1000000, "steps", "Optimiser steps of the autoencoder.");
    v.number("whitening", whitening, 0, 1, "", "How far components are brought to one deviation: 0 not at all, 1 wholly.");
    v.number("latent_noise", latent_noise, 0, 1, "", "Noise on the latents while the autoencoder trains.");
    v.toggle("decoder_learns", decoder_learns, "The autoencoder's decoder goes on learning beside the denoiser, from what the denoiser makes.");
    v.group("Network");
    v.number("width", width, 16, 2048, "channels", "Width at the latent's own rate.");
    v.number("deep_width", deep_width, 16, 2048, "channels", "Width at half that rate.");
    v.number("blocks", blocks, 1, 16, "blocks", "Blocks before and after the deep level.");
    v.number("deep_blocks", deep_blocks, 1, 32, "blocks", "Blocks of the deep level.");
    v.number("reach", reach, 1, 64, "frames", "Largest dilation of the deep level from its fifth block on: what rang on before is heard that far away.");
    v.number("embedding", embedding, 16, 1024, "channels", "Size of the time and style vector.");
    v.number("style_tokens", style_tokens, 1, 64, "tokens", "Tokens that the style encoder makes for cross-attention.");
    v.number("style_width", style_width, 16, 1024, "channels", "Width of the style encoder.");
    v.number("attention_heads", attention_heads, 1, 16, "heads", "Heads of the cross-attention; must divide both widths.");
    v.toggle("film", film, "Time and style scale and shift every block; off: time alone does.");
    v.toggle("cross_attention", cross_attention, "Blocks look at the style tokens by residual cross-attention.");
    v.toggle("content_channels", content_channels, "The clean content latent is concatenated at every step; off: it is only in the start noise.");
    v.toggle("latent_skips", latent_skips, "The noisy and the content latent also reach the output directly, by gains that follow noise level and style.");
    v.toggle("content_memory", content_memory, "The content's sustained partials, as they would ring on, stand beside it: what a harp or a bell keeps sounding is seen long after its note.");
    v.number("refine_blocks", refine_blocks, 0, 16, "blocks", "Blocks that refine the decoded estimate beside the content at two frames a step; 0: none.");
    v.number("refine_width", refine_width, 16, 1024, "channels", "Width of these blocks.");
    v.number("finish_blocks", finish_blocks, 0, 8, "blocks", "Blocks that go over the finished estimate with the same weights for all bands and let notes ring on, each looking twice as far back; 0: none.");
    v.number("finish_width", finish_width, 4, 256, "channels", "Width of these blocks.");
    v.group("Training");
    v.choice("objective", objective, {"diffusion", "regression"}, "Diffusion with v-prediction, or direct regression by the same network.");
    v.choice("learns", learns, {"all", "finish"}, "What learns: all, or the finishing blocks alone, on what the rest makes as it is.");
    v.number("steps", steps, 1, 10000000, "steps", "Optimiser steps of the diffusion.");
    v.number("batch", batch, 1, 4096, "crops", "Crops in one step.");
    v.number("frames", frames, 16, 4096, "frames", "Length of a content crop.");
    v.number("style_frames", style_frames, 16, 4096, "frames", "Length of a style crop.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Largest step size; warm-up and cosine decay around it.");
    v.number("finish_rate", finish_rate, 0.01, 100, "", "Step size of the finishing blocks over that of the rest, where both learn.");
    v.number("weight_decay", weight_decay, 0, 1, "", "Decay of the weights in AdamW.");
    v.number("warmup", warmup, 0, 100000, "steps", "Steps until the largest step size.");
    v.number("terminal_share", terminal_share, 0, 1, "", "Share of draws at pure noise, where sampling starts.");
    v.number("style_drop", style_drop, 0, 0.9, "", "Share of crops trained without style, for guidance.");
    v.number("mel_loss", mel_loss, 0, 100, "", "Weight of the absolute error of the decoded estimate beside the error in v.");
    v.number("distance_loss", distance_loss, 0, 100, "", "Weight of the log-spectral distance of the decoded estimate: the root mean square of each band's error over the crop.");
    v.number("cepstral_loss", cepstral_loss, 0, 100, "", "Weight of the mel-cepstral distance of the decoded estimate: each frame's error in the shape of its spectrum.");
    v.number("pitch_loss", pitch_loss, 0, 100, "", "Weight of the error in how strongly each note is heard in the decoded estimate, by sums of its partials.");
    v.number("energy_loss", energy_loss, 0, 100, "", "Weight of the error in each band's energy over the crop, against dull, averaged results.");
    v.number("low_noise_weight", low_noise_weight, 0, 10, "", "Weight of the error in v at low noise; 1: all levels alike.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic where the device has it.");
  }
};

/// What a studio transfer can be asked for.
struct StudioTransferSettings {
  std::int64_t steps = 0, seed = 1, passes = 0;
  double strength = 1.0, guidance = 1.0, own_colour = 0.5, temperature = 1.0, start_level = 1.0, eta = 0.0;
  std::string branches;

  template <class V>
  void describe(V& v) {
    v.group("Transfer");
    v.number("steps", steps, 0, 4000, "steps", "Sampling steps; 0: as many as the model's system works best with (studio 1, report 50).");
    v.number("strength", strength, 0, 1, "", "0 leaves the content as it is, 1 gives the full transfer.");
    v.number("guidance", guidance, 0, 10, "", "Above 1 the style is pushed further than the model expects.");
    v.number("own_colour", own_colour, 0, 1, "", "How much is given back of the colour that the model loses when it makes a strange style clip out of itself; styles like those of its training are left as they are.");
    v.number("seed", seed, 0, 2147483647, "", "Start of the noise.");
    v.number("temperature", temperature, 0, 2, "", "Deviation of the noise; below 1 is calmer.");
    v.number("start_level", start_level, 0.01, 1, "", "Noise level that the refinement after the first step starts from.");
    v.number("eta", eta, 0, 1, "", "Fresh noise in each DDIM step; 0 is deterministic.");
    v.number("passes", passes, 0, 8, "passes", "Estimates averaged, each with the sound shifted by a part of a latent frame; 0: 4 with one step, else 1.");
    v.text("branches", branches, "Steps after which other settings hold, as in '12 seed=7 guidance=2; 20 seed=9'; empty: none.");
  }
};

}  // namespace luthier
