#pragma once
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/session/map_session.h"
#include "db/clip_store.h"
#include "db/rows.h"
#include "ui/common/catalog_worker.h"

class QLabel;
class QListWidget;
class QPushButton;

namespace luthier::ui {

class BackgroundTask;
class MapCanvas;
class Workbench;

/// The map of the clips with what belongs to it: a legend, the clips that sound most like the one that is heard, and what the
/// lasso holds. The map is made in the background and kept in the workspace. GUI thread.
class MapView : public QWidget {
  Q_OBJECT
 public:
  explicit MapView(Workbench& bench, QWidget* parent = nullptr);
  ~MapView() override;
  MapCanvas& canvas() { return *canvas_; }
  /// Reads the map that was made last, if it is not there yet.
  void load();
  void make();
  /// Writes the map as it is seen, in the background: .png, .svg or .pdf.
  void save(const QString& file);
  bool has_map() const { return map_ != nullptr; }
  /// What the lasso holds, else the clip that is heard.
  std::vector<db::ClipId> selection() const;
  const std::optional<db::ClipView>& current() const { return current_; }
  /// Plays a clip, marks it and shows its neighbours.
  void go_to(qint64 clip);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QString record() const;
  QWidget* make_side();
  void close_workspace();
  void take_map(std::shared_ptr<const ClipMap> map);
  void refresh();
  void show_dots(const std::vector<db::ClipMark>& marks, const std::vector<db::LabelRow>& labels);
  void show_state();
  void show_selection();
  void show_hovered();
  void show_neighbours(const db::ClipView& own, const std::vector<ClipMap::Near>& near, const std::vector<db::ClipView>& views);
  void play(qint64 clip);

  Workbench& bench_;
  MapCanvas* canvas_;
  QPushButton* make_;
  QLabel* state_;
  QListWidget* legend_;
  QLabel* heard_;
  QListWidget* near_;
  QLabel* chosen_;
  QPushButton* show_;
  std::unique_ptr<BackgroundTask> loader_;
  std::shared_ptr<const ClipMap> map_;
  std::optional<db::ClipView> current_;
  std::vector<qint64> selected_;  ///< told to the library
  Ticket marks_ticket_, heard_ticket_, hover_ticket_;
  QTimer hover_timer_;
  qint64 hovered_ = 0, unplaced_ = 0, all_ = 0;
  bool looked_ = false, fresh_ = false;
};

}  // namespace luthier::ui
