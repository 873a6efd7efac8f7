#pragma once
#include <QObject>
#include <QString>

class QHeaderView;
class QMenu;
class QSplitter;
class QTabWidget;

namespace luthier::ui {

// What the user has arranged comes back at the next start of the window. Each takes over what was kept under `key` in QSettings, if
// anything was, and keeps every later change there. Call it when the widget is set up as it shall be at first. GUI thread.

void keep_splitter(QSplitter& splitter, const QString& key);
void keep_tab(QTabWidget& tabs, const QString& key);

/// Widths, order and visibility of the columns of a table or tree; the columns become movable, and a right-click on their heads lists
/// them with ticks. The first column cannot be hidden. Lives as long as the header.
class KeptColumns : public QObject {
  Q_OBJECT
 public:
  KeptColumns(QHeaderView& header, const QString& key);
  /// For tables whose columns are made anew: as they were kept for so many columns. False, and nothing is changed, where nothing was.
  bool restore();
  /// The same, or else the columns are as wide as their contents.
  void settle();
  void fill_menu(QMenu& menu);

 private:
  QString place() const;
  void resized(int column);
  void remember();

  QHeaderView& header_;
  const QString key_;
  bool own_ = false;  ///< a change is being made by this object
};

}  // namespace luthier::ui
