#pragma once
#include <QDialog>

#include "core/session/fetch_session.h"

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace luthier::ui {

class Workbench;

/// Recordings from a list of links (CSV with lines instrument,title,url) through yt-dlp: shows what the list holds before
/// anything is fetched, then fetches in the background; rows that fail are listed at the end.
class FetchDialog : public QDialog {
  Q_OBJECT
 public:
  explicit FetchDialog(Workbench& bench, QWidget* parent = nullptr);
  void set_list(const QString& csv);
  bool ready() const;
  void accept() override;

 private:
  FetchRequest request() const;
  QStringList command() const;
  void look();

  Workbench& bench_;
  QLineEdit* list_;
  QTableWidget* rows_;
  QLabel* state_;
  QLineEdit* rights_;
  QDoubleSpinBox* seconds_;
  QPushButton* fetch_;
  quint64 looked_ = 0;
};

}  // namespace luthier::ui
