#pragma once
#include <QDialog>
#include <QHash>
#include <QPointer>
#include <vector>

#include "core/session/dataset_session.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace luthier::ui {

class BackgroundTask;
class MeasurePlot;
class Workbench;

/// What the clips are like, label by label: length, level, dynamic range and spectral measures, as a table and, for the chosen row,
/// as a plot. Every labelled clip is read in the background. GUI thread.
class DataDialog : public QDialog {
  Q_OBJECT
 public:
  explicit DataDialog(Workbench& bench, QWidget* parent = nullptr);
  ~DataDialog() override;  ///< stops the reading
  bool ready() const { return !labels_.empty(); }
  QTableWidget& table() { return *table_; }
  /// Write what is shown. Throw SessionError: the file is there already, or cannot be written.
  void save_picture(const QString& file) const;
  void save_table(const QString& file) const;

 private:
  void read();
  void fill(const DatasetAnalysis& analysis, const QHash<QString, qint64>& ids);
  void show_measure(int row);
  void save(const QString& title, const QString& filter, void (DataDialog::*write)(const QString&) const);

  Workbench& bench_;
  std::vector<LabelMeasures> labels_;
  QHash<QString, qint64> ids_;  ///< of the labels by name
  QPointer<BackgroundTask> task_;
  QTableWidget* table_;
  MeasurePlot* plot_;
  QLabel* words_;
  QProgressBar* bar_;
  QPushButton* picture_;
  QPushButton* csv_;
};

/// Opens it.
void show_data_dialog(Workbench& bench, QWidget* parent);

}  // namespace luthier::ui
