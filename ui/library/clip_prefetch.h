#pragma once
#include <QObject>
#include <QTimer>
#include <functional>
#include <vector>

#include "ui/common/workbench.h"

namespace luthier::ui {

/// Decodes and analyses the clips that may be chosen next, one after the other, so that going on finds sound and picture in memory.
/// It waits until the chosen clip is heard and seen, asks for one at a time, so that one of the stores' two threads is always free, and gives up what nobody asks for any more. GUI thread.
class ClipPrefetch : public QObject {
  Q_OBJECT
 public:
  /// `idle`: the chosen clip is complete, and nothing is waited for.
  ClipPrefetch(Workbench& bench, std::function<bool()> idle, QObject* parent);
  /// These and no others, the most likely first.
  void prepare(std::vector<db::ClipView> clips);
  void stop() { prepare({}); }
  bool done() const { return waiting_.empty() && !working_; }

 private:
  void go_on();
  void end_one();

  Workbench& bench_;
  std::function<bool()> idle_;
  QTimer wait_;
  std::vector<db::ClipView> waiting_;  ///< the last one is next
  bool working_ = false;
  quint64 number_ = 0;                 ///< of the last call of prepare(): older work is given up between sound and picture
};

}  // namespace luthier::ui
