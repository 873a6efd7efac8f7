#include "core/session/public_weights.h"

#include <torch/types.h>

#include <array>
#include <cstring>
#include <fstream>

#include "core/families/melgan/public_weights.h"
#include "core/nn/lpips.h"
#include "core/nn/vggish.h"
#include "core/nn/weights/torch_archive.h"
#include "core/session/sound_files.h"
#include "core/session/weights_session.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPublishedWidth = 64;
constexpr std::array kKinds = {"vggish", "alexnet", "lpips", "critic"};

fs::path place_of(const Workspace& workspace, const std::string& kind) { return workspace.folder() / "weights" / (kind + ".pth"); }

/// Channels and kernel of the first convolution tell the networks apart; empty: none of them.
std::string kind_of(const TensorMap& tensors) {
  if (melgan::is_public_generator(tensors)) return "melgan";
  if (melgan::is_public_critic(tensors)) return "critic";
  if (tensors.count("lin0.model.1.weight")) return "lpips";
  for (const char* name : {"features.0.weight", "features_network.0.weight"}) {
    const auto found = tensors.find(name);
    if (found == tensors.end() || found->second.dim() != 4) continue;
    if (found->second.size(1) == 1 && found->second.size(2) == 3) return "vggish";
    if (found->second.size(1) == 3 && found->second.size(2) == 11) return "alexnet";
  }
  return {};
}

/// Every tensor must be there and have its shape.
void try_out(const std::string& kind, const fs::path& file) {
  if (kind == "critic") {
    melgan::critic_of(read_torch_archive(file), "", file.string());
    return;
  }
  if (kind == "vggish") {
    VggishFeaturesImpl network(kPublishedWidth);
    load_vggish(file, network);
    return;
  }
  LpipsImpl network(kPublishedWidth);
  if (kind == "alexnet") load_alexnet(file, network);
  else load_lpips(file, network);
}

}  // namespace

bool is_torch_archive(const fs::path& file) {
  std::array<char, 4> start{};
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;  // opening a pipe would wait
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(start.data(), start.size())) return false;
  return std::memcmp(start.data(), "PK\3\4", 4) == 0 || (start[0] == '\x80' && start[1] == '\2' && start[2] == '\x8a');
}

PublicWeights import_public_weights(const Workspace& workspace, const fs::path& file) {
  const TensorMap tensors = read_torch_archive(file);
  PublicWeights taken;
  taken.kind = kind_of(tensors);
  if (taken.kind.empty())
    throw WeightFileError("The file '" + file.string() + "' holds " + std::to_string(tensors.size()) +
                          " tensors, but not those of VGGish, AlexNet, LPIPS, a MelGAN generator or its critics; choose one of these, or a file that Luthier wrote.");
  if (taken.kind == "melgan") {
    taken.run = import_checkpoint(workspace.folder(), melgan::checkpoint_from_public(tensors), file);
    return taken;
  }
  try_out(taken.kind, file);
  taken.file = place_of(workspace, taken.kind);
  if (fs::exists(taken.file))
    throw SessionError("'" + taken.file.string() + "' is there already and is never overwritten; remove it first if this one shall take its place");
  copy_whole(file, taken.file);
  return taken;
}

std::string weights_taken_in(const Workspace& workspace, const std::string& kind) {
  std::error_code error;
  const auto place = place_of(workspace, kind);
  return fs::is_regular_file(place, error) ? place.string() : "";
}

void use_public_weights(const Workspace& workspace, Config& config) {
  for (const std::string kind : kKinds) {
    const auto found = config.find(kind + "_weights");
    if (found == config.end()) continue;
    auto* named = std::get_if<std::string>(&found->second);
    if (named && named->empty()) *named = weights_taken_in(workspace, kind);
  }
}

}  // namespace luthier
