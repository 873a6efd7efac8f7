#pragma once
#include <QString>
#include <map>
#include <utility>
#include <vector>

#include "ui/spectrogram/lane.h"
#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

/// Pictures in colour, as canvases draw them: made once, coloured anew when the look changes. GUI thread.
class PictureImages {
 public:
  /// `range`: dB shown below the loudest point.
  const SceneImage& of(const PicturePtr& picture, double range, const QString& colours);
  void recolour(double range, const QString& colours);
  /// Forgets all that no lane shows.
  void keep_only(const std::vector<Lane>& lanes);

 private:
  std::map<const Picture*, std::pair<PicturePtr, SceneImage>> images_;
};

}  // namespace luthier::ui
