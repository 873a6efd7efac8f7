#pragma once
#include <filesystem>
#include <string>

#include "core/config/schema.h"
#include "core/session/workspace.h"

namespace luthier {

/// A published weight file (.pt, .pth; ZIP or legacy pickle, read as data: nothing in it runs) that was taken in.
struct PublicWeights {
  std::string kind;            ///< "melgan", "critic", "vggish", "alexnet" or "lpips"
  std::string run;             ///< MelGAN: the finished run that it became
  std::filesystem::path file;  ///< the others: the copy in weights/ of the workspace
};

/// True for a file that begins as torch.save writes it (either container); false for what cannot be read.
bool is_torch_archive(const std::filesystem::path& file);

/// Tells by its tensors what the file is, loads it into the network that it is for, and takes it in: a MelGAN generator
/// becomes a finished run (a vocoder for transfers); VGGish, AlexNet, LPIPS and a MelGAN's critics are copied to weights/<kind>.pth,
/// where every later training or texture transfer that asks for them finds them. Never overwrites. Throws WeightFileError, CheckpointError or SessionError.
PublicWeights import_public_weights(const Workspace& workspace, const std::filesystem::path& file);

/// The file in weights/ of the workspace that holds a kind that was taken in; empty: none.
std::string weights_taken_in(const Workspace& workspace, const std::string& kind);

/// The settings vggish_weights, alexnet_weights and lpips_weights, where a family has them and they are empty, filled with
/// what lies in weights/ of the workspace.
void use_public_weights(const Workspace& workspace, Config& config);

}  // namespace luthier
