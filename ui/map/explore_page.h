#pragma once
#include <QWidget>

#include "ui/library/clip_actions.h"

class QTabWidget;

namespace luthier::ui {

class LabelsView;
class MapView;
class Workbench;

/// The library seen from above: the map of all clips, and the figures and spectrograms of each label. GUI thread.
class ExplorePage : public QWidget {
  Q_OBJECT
 public:
  explicit ExplorePage(Workbench& bench, QWidget* parent = nullptr);
  MapView& map() { return *map_; }
  LabelsView& labels() { return *labels_; }
  QTabWidget& tabs() { return *tabs_; }
  ClipActions& actions() { return *actions_; }

 private:
  ClipActions::Selection chosen() const;
  void open_menu(const QPoint& global);
  void catalog_changed();

  Workbench& bench_;
  QTabWidget* tabs_;
  MapView* map_;
  LabelsView* labels_;
  ClipActions* actions_;
};

}  // namespace luthier::ui
