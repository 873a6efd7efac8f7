#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/families/family.h"
#include "core/session/run_record.h"
#include "core/session/workspace.h"

namespace luthier {

/// `count` transfers between labels, each direction in turn, of clips that are not trained on (all clips, where every one is
/// trained on); the style is of another phrase than the content. The same clips give the same cases.
std::vector<AuditionCase> choose_auditions(const std::vector<ClipInfo>& clips, std::int64_t count);
/// Cases of chosen clips (content, style) of the catalog. Throws ConfigError: there is no such clip.
std::vector<AuditionCase> named_auditions(db::Catalog& catalog, const std::vector<std::pair<std::int64_t, std::int64_t>>& clips);

/// Makes the cases with the weights of the moment. Content, style and truth are given once, at the first call. Belongs to the
/// run's thread.
class Auditions {
 public:
  /// `warn` is told once when a case cannot be made; the others go on. Sounds are read at the first call.
  Auditions(const Workspace& workspace, const Family& family, torch::Device device, std::vector<AuditionCase> cases,
            std::function<void(const std::string&)> warn);
  /// Titles are "1 piano to violin: result" and so on. Stopped, it gives what is ready.
  std::vector<Preview> make(const Checkpoint& weights, const std::stop_token& stop);

 private:
  struct Sounds {
    std::string title;
    std::map<std::string, audio::AudioBuffer> parts;  ///< "content", "style", "truth"
  };
  void read();
  Preview preview(const std::string& title, const audio::AudioBuffer& sound, const Representation& representation) const;

  const Workspace workspace_;
  const Family& family_;
  torch::Device device_;
  std::vector<AuditionCase> cases_;
  std::function<void(const std::string&)> warn_;
  std::vector<Sounds> sounds_;
  bool read_ = false;
};

}  // namespace luthier
