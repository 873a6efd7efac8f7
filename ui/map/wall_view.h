#pragma once
#include <QListView>
#include <optional>
#include <vector>

#include "db/rows.h"

namespace luthier::ui {

class ClipTableModel;
class Thumbnails;
class WallModel;
class Workbench;

/// Clips as small spectrograms, row after row; pictures are made as they come into sight. A click plays where
/// plays_when_chosen(), a second one and Enter always. GUI thread.
class WallView : public QListView {
  Q_OBJECT
 public:
  explicit WallView(Workbench& bench, QWidget* parent = nullptr);
  ~WallView() override;
  /// Shows what a search finds.
  void set_query(const QString& query);
  ClipTableModel& clips();
  /// Pictures that are there now, of those in sight; for tests.
  int pictures_in_sight() const;
  std::vector<db::ClipId> chosen() const;
  std::optional<db::ClipView> current() const;
  /// Asks the open workspace for the clips; the first call is what makes the wall follow it, so that a wall nobody has seen
  /// costs an opened workspace nothing.
  void refresh();
  void forget_catalog();

 Q_SIGNALS:
  void label_key(int key);
  void menu_requested(const QPoint& global);
  void counted(qint64 clips);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void play(const QModelIndex& index, bool start);

  Workbench& bench_;
  Thumbnails* thumbnails_;
  WallModel* model_;
  bool listening_ = false;
};

}  // namespace luthier::ui
