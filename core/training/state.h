#pragma once
#include <torch/types.h>

#include <map>
#include <string>

namespace torch::nn { class Module; }
namespace torch::optim { class Optimizer; }

namespace luthier {

/// Walks everything that makes up a run's state; the same walk saves and loads. Names are dotted and stable.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  virtual void tensor(const std::string& name, torch::Tensor& value) = 0;
  virtual void number(const std::string& name, double& value) = 0;
  virtual void module(const std::string& name, torch::nn::Module& module) = 0;
  virtual void optimiser(const std::string& name, torch::optim::Optimizer& optimiser) = 0;
};

using TensorMap = std::map<std::string, torch::Tensor>;

/// Collects state into a map: "model.<name>.<parameter>", "optim.<name>.<i>.<moment>", "state.<name>".
class StateSaver : public StateVisitor {
 public:
  TensorMap tensors;
  void tensor(const std::string& name, torch::Tensor& value) override;
  void number(const std::string& name, double& value) override;
  void module(const std::string& name, torch::nn::Module& module) override;
  void optimiser(const std::string& name, torch::optim::Optimizer& optimiser) override;
};

/// Fills state from a map. Throws CheckpointError naming the first tensor that is missing or of another shape.
class StateLoader : public StateVisitor {
 public:
  explicit StateLoader(const TensorMap& tensors) : tensors_(tensors) {}
  void tensor(const std::string& name, torch::Tensor& value) override;
  void number(const std::string& name, double& value) override;
  void module(const std::string& name, torch::nn::Module& module) override;
  void optimiser(const std::string& name, torch::optim::Optimizer& optimiser) override;

 private:
  const torch::Tensor& get(const std::string& name) const;
  double number_in(const std::string& name) const;
  const TensorMap& tensors_;
};

/// Whether "model.<name>.<tensor>" belongs to a module "…_memory": what that holds was gathered while it trained, not learned. Checkpoints
/// that are older than it lack it and load all the same, and of several there is no mean.
bool is_gathered(const std::string& tensor);

/// Loads "<prefix><parameter>" from a map into one module (parameters and buffers). Throws CheckpointError.
void load_module(const TensorMap& tensors, const std::string& prefix, torch::nn::Module& module);

}  // namespace luthier
