#include "core/session/start_check.h"

#include <torch/torch.h>

namespace luthier {
namespace {

/// Compares networks with a checkpoint; changes nothing.
class Fit : public StateVisitor {
 public:
  Fit(const Checkpoint& checkpoint, bool averaged) : checkpoint_(checkpoint), averaged_(averaged) {}
  void tensor(const std::string&, torch::Tensor&) override {}
  void number(const std::string&, double&) override {}
  void optimiser(const std::string&, torch::optim::Optimizer&) override {}
  void module(const std::string& name, torch::nn::Module& module) override {
    const std::string prefix = averaged_ ? checkpoint_.weights_prefix(name) : "model." + name + ".";
    for (const auto& item : module.named_parameters()) ++(compare(prefix + item.key(), item.value()) ? taken_ : fresh_);
    for (const auto& item : module.named_buffers()) compare(prefix + item.key(), item.value());
  }
  bool good() const { return unlike_.empty() && taken_ >= fresh_; }
  const std::string& unlike() const { return unlike_; }

 private:
  bool compare(const std::string& name, const torch::Tensor& own) {
    const auto found = checkpoint_.tensors.find(name);
    if (found == checkpoint_.tensors.end()) return false;
    if (found->second.sizes() != own.sizes() && unlike_.empty()) unlike_ = name;
    return true;
  }
  const Checkpoint& checkpoint_;
  bool averaged_;
  std::size_t taken_ = 0, fresh_ = 0;
  std::string unlike_;  ///< the first tensor of another shape
};

}  // namespace

bool shapes_networks(const Setting& setting) { return setting.group != "Data" && setting.group != "Training" && setting.group != "Run"; }

void check_resumable(const Checkpoint& checkpoint, const std::filesystem::path& file, Trainer& trainer) {
  if (!checkpoint.tensors.count("state.loop.best"))
    throw CheckpointError("The checkpoint '" + file.string() + "' holds weights only, so no training can go on from it; put back the run's own file, or begin a new run with --start-from.");
  Fit fit(checkpoint, false);
  trainer.visit(fit);
  if (!fit.good())
    throw CheckpointError("The checkpoint '" + file.string() + "' belongs to other networks than this run's" + (fit.unlike().empty() ? "" : " (" + fit.unlike() + ")") +
                          "; put back the run's own file.");
}

void check_start(const PreparedRun& run, Trainer& trainer) {
  if (!run.start_from) return;
  Fit fit(*run.start_from, true);
  trainer.visit(fit);
  if (fit.good()) return;
  const Schema schema = run_schema(*run.family);
  const Config trained = config_from_text(schema, run.start_from->at("config"));
  std::string unlike;
  for (const auto& setting : schema) {
    if (!shapes_networks(setting) || setting.name == "ae_steps") continue;
    const auto& was = trained.at(setting.name);
    const auto& is = run.config.at(setting.name);
    if (was != is) unlike += (unlike.empty() ? "" : ", ") + setting.name + " (" + to_text(was) + ", not " + to_text(is) + ")";
  }
  throw ConfigError("The weights to start from belong to other networks" + (unlike.empty() ? "" : ": they were trained with another " + unlike) +
                    "; leave such settings out, or train without --start-from.");
}

}  // namespace luthier
