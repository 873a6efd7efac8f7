#pragma once
#include <QObject>
#include <functional>

#include "db/rows.h"

class QWidget;

namespace luthier::ui {

class Workbench;

/// What can be done to a label itself: name, colour, key, removal. Each is one undo step. GUI thread.
class LabelActions : public QObject {
  Q_OBJECT
 public:
  LabelActions(Workbench& bench, QWidget* window);
  void rename(qint64 label);
  void choose_color(qint64 label);
  void set_key(qint64 label, int key);
  void remove(qint64 label);

 private:
  /// Calls `act` with the label as it is now; not at all when it is gone.
  void with_label(qint64 label, std::function<void(const db::LabelRow&)> act);

  Workbench& bench_;
  QWidget* window_;
};

}  // namespace luthier::ui
