#pragma once
#include <QString>

#include "ui/common/sound.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// One strip of the picture: a waveform or a spectrogram.
struct Lane {
  QString title;
  SoundPtr sound;      ///< may be empty
  PicturePtr picture;  ///< may be empty: not analysed yet
  QString note;        ///< shown in the middle while there is no picture ("Analysing…", or why it failed)
  bool waveform = false;
  bool selected = false;  ///< marked as the one that is heard
};

}  // namespace luthier::ui
