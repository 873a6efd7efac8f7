#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "audio/random.h"
#include "core/evaluate/recognition.h"
#include "core/evaluate/single_torch_thread.h"
#include "core/families/family.h"
#include "core/training/checkpoint.h"

namespace luthier {
namespace {

constexpr int kBands = 64;
constexpr int kFrames = 62;  // 1 s at hop 256

/// [batch, 1, frame, band] -> [batch, class] log-probabilities.
struct JudgeNetImpl : torch::nn::Module {
  explicit JudgeNetImpl(int outputs) {
    const int widths[] = {1, 16, 32, 64};
    for (int i = 0; i < 3; ++i) {
      convs->push_back(torch::nn::Conv2d(
          torch::nn::Conv2dOptions(widths[i], widths[i + 1], 3).padding(1).stride(2)));
      norms->push_back(torch::nn::GroupNorm(torch::nn::GroupNormOptions(8, widths[i + 1])));
    }
    register_module("convs", convs);
    register_module("norms", norms);
    head = register_module("head", torch::nn::Linear(64 * 8 * 2, outputs));
  }
  torch::Tensor forward(const torch::Tensor& pictures) {
    torch::Tensor x = pictures;  // 62 x 64 -> 31 x 32 -> 16 x 16 -> 8 x 8
    for (std::size_t i = 0; i < 3; ++i)
      x = torch::relu(norms[i]->as<torch::nn::GroupNorm>()->forward(convs[i]->as<torch::nn::Conv2d>()->forward(x)));
    // Mean and deviation over time keep the bands apart.
    const torch::Tensor mean = x.mean(2), spread = (x.var(2, false) + 1e-5).sqrt();
    x = torch::cat({mean.flatten(1), spread.flatten(1)}, 1);
    return torch::log_softmax(head(torch::dropout(x, 0.3, is_training())), 1);
  }
  torch::nn::ModuleList convs, norms;
  torch::nn::Linear head{nullptr};
};
TORCH_MODULE(JudgeNet);

/// Half-overlapping windows of a clip, [window, 1, 62, 64].
torch::Tensor windows_of(const ClipAnalysis& clip) {
  const auto frames = static_cast<std::int64_t>(clip.judge_mel.size()) / kBands;
  const torch::Tensor all =
      torch::from_blob(const_cast<float*>(clip.judge_mel.data()), {frames, kBands}, torch::kFloat32);
  std::vector<torch::Tensor> parts;
  for (std::int64_t start = 0; start + kFrames <= frames; start += kFrames / 2)
    parts.push_back(all.narrow(0, start, kFrames));
  return (torch::stack(parts).unsqueeze(1) + 3.0) / 2.5;  // ln magnitudes of RMS-1 clips lie about -7 … 1
}

/// So that level, room colour and noise floor do not decide: +-.3 nepers, a smooth tilt, a random floor.
torch::Tensor disturb(const torch::Tensor& batch, audio::Random& random) {
  const std::int64_t n = batch.size(0);
  std::vector<float> curves(static_cast<std::size_t>(n * kBands));
  std::vector<float> floors(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const double gain = random.uniform(-0.12, 0.12), tilt = random.uniform(-0.08, 0.08), bow = random.uniform(-0.08, 0.08);
    for (int b = 0; b < kBands; ++b) {
      const double x = (b + 0.5) / kBands * 3.141592653589793;
      curves[static_cast<std::size_t>(i * kBands + b)] =
          static_cast<float>(gain + tilt * std::cos(x) + bow * std::cos(2 * x));
    }
    floors[static_cast<std::size_t>(i)] = static_cast<float>(random.uniform(-1.6, -0.6));
  }
  const torch::Tensor moved = batch + torch::tensor(curves).reshape({n, 1, 1, kBands});
  return torch::maximum(moved, torch::tensor(floors).reshape({n, 1, 1, 1}));
}

struct TrainingSet {
  torch::Tensor pictures;  ///< [window, 1, 62, 64]
  torch::Tensor labels;    ///< [window]
};

TrainingSet gather(const CnnJudge::Material& material) {
  std::vector<torch::Tensor> pictures;
  std::vector<std::int64_t> labels;
  const auto take = [&](const std::vector<const ClipAnalysis*>& clips, std::size_t label) {
    for (const ClipAnalysis* clip : clips) {
      pictures.push_back(windows_of(*clip));
      labels.insert(labels.end(), static_cast<std::size_t>(pictures.back().size(0)), static_cast<std::int64_t>(label));
    }
  };
  for (std::size_t k = 0; k < material.real.size(); ++k) {
    if (material.real[k].empty()) throw EvaluationError("The second judge needs real renders of every instrument.");
    take(material.real[k], k);
  }
  if (material.real.size() < 2) throw EvaluationError("A judge needs at least two instruments.");
  take(material.fake, material.real.size());
  return {torch::cat(pictures), torch::tensor(labels)};
}

std::vector<std::int64_t> shuffled(std::int64_t count, audio::Random& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.integer(0, static_cast<int>(i) - 1))]);
  return order;
}

}  // namespace

struct CnnJudge::Impl {
  explicit Impl(int class_count) : classes(class_count), net(class_count + 1) {}

  void train(const TrainingSet& set, const CnnJudgeOptions& options, const ProgressSink& progress, std::stop_token stop) {
    const SingleTorchThread single;
    audio::Random random(options.seed);
    torch::optim::AdamW optimiser(net->parameters(), torch::optim::AdamWOptions(options.learning_rate).weight_decay(1e-3));
    const std::int64_t count = set.pictures.size(0), batches = (count + options.batch - 1) / options.batch;
    const std::int64_t total = batches * options.epochs;
    std::int64_t step = 0;
    net->train();
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
      const std::vector<std::int64_t> order = shuffled(count, random);
      for (std::int64_t from = 0; from < count; from += options.batch, ++step) {
        if (stop.stop_requested()) throw Cancelled();
        const std::int64_t to = std::min(count, from + options.batch);
        const torch::Tensor rows = torch::tensor(std::vector<std::int64_t>(order.begin() + from, order.begin() + to));
        set_rate(optimiser, options.learning_rate, static_cast<double>(step) / static_cast<double>(total));
        optimiser.zero_grad();
        const torch::Tensor loss = torch::nll_loss(net(disturb(set.pictures.index_select(0, rows), random)),
                                                   set.labels.index_select(0, rows));
        loss.backward();
        optimiser.step();
        if (progress) progress({static_cast<double>(step + 1) / static_cast<double>(total), "training the second judge"});
      }
    }
    net->eval();
  }

  static void set_rate(torch::optim::AdamW& optimiser, double peak, double done) {
    const double rate = peak * 0.5 * (1.0 + std::cos(3.141592653589793 * done)) + 1e-6;
    for (auto& group : optimiser.param_groups()) static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
  }

  int classes;
  JudgeNet net;
};

CnnJudge::CnnJudge(const Material& material, const CnnJudgeOptions& options, const ProgressSink& progress,
                   std::stop_token stop) {
  const TrainingSet set = gather(material);
  torch::manual_seed(options.seed);
  impl_ = std::make_unique<Impl>(static_cast<int>(material.real.size()));
  impl_->train(set, options, progress, stop);
}

CnnJudge::CnnJudge(const std::filesystem::path& path, int classes) : impl_(std::make_unique<Impl>(classes)) {
  const Checkpoint file = load_checkpoint(path);
  torch::NoGradGuard guard;
  for (auto& item : impl_->net->named_parameters()) {
    const auto found = file.tensors.find(item.key());
    if (found == file.tensors.end() || found->second.sizes() != item.value().sizes())
      throw CheckpointError("'" + path.string() + "' does not hold a judge of " + std::to_string(classes) +
                            " instruments; delete it and it is trained anew.");
    item.value().copy_(found->second);
  }
  impl_->net->eval();
}

CnnJudge::~CnnJudge() = default;
CnnJudge::CnnJudge(CnnJudge&&) noexcept = default;
CnnJudge& CnnJudge::operator=(CnnJudge&&) noexcept = default;

void CnnJudge::save(const std::filesystem::path& path) const {
  Checkpoint file;
  file.record["kind"] = "judge of core/evaluate";
  file.record["classes"] = std::to_string(impl_->classes);
  for (const auto& item : impl_->net->named_parameters()) file.tensors[item.key()] = item.value().detach().clone();
  save_checkpoint(path, file);
}

int CnnJudge::classes() const { return impl_->classes; }

std::vector<double> CnnJudge::scores(const ClipAnalysis& clip) const {
  torch::NoGradGuard guard;
  const torch::Tensor mean = impl_->net(windows_of(clip)).mean(0).to(torch::kDouble).contiguous();
  return {mean.const_data_ptr<double>(), mean.const_data_ptr<double>() + mean.numel()};
}

int CnnJudge::verdict(const ClipAnalysis& clip) const {
  const std::vector<double> s = scores(clip);
  return static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin());
}

}  // namespace luthier
