#pragma once
#include <QString>
#include <map>
#include <utility>
#include <vector>

#include "ui/spectrogram/lane.h"
#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

/// How levels become colours: dB shown below the loudest point, dB either way of a difference, and the map for levels.
struct PictureLook {
  double range = 80, difference_range = 20;
  QString colours = "magma";
};

/// Pictures in colour, as canvases draw them: made once, coloured anew when the look changes. GUI thread.
class PictureImages {
 public:
  const SceneImage& of(const PicturePtr& picture, const PictureLook& look);
  void recolour(const PictureLook& look);
  /// Forgets all that no lane shows.
  void keep_only(const std::vector<Lane>& lanes);

 private:
  std::map<const Picture*, std::pair<PicturePtr, SceneImage>> images_;
};

}  // namespace luthier::ui
