#pragma once
#include <QComboBox>

namespace luthier::ui {

/// The sound inputs of the machine, looked for on a thread. GUI thread.
class InputChoice : public QComboBox {
  Q_OBJECT
 public:
  explicit InputChoice(QWidget* parent = nullptr);
  int device() const;  ///< of audio::list_devices; -1: the default
  bool found() const { return found_; }

 Q_SIGNALS:
  void looked();       ///< the search has ended

 private:
  bool found_ = false;
};

}  // namespace luthier::ui
