#pragma once
#include <QPixmap>
#include <QString>
#include <QWidget>
#include <filesystem>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace luthier::ui {

class RunRecord;
class Workbench;

/// The pictures and sounds that a run made while it trained, with a slider over its steps. At the newest step it follows;
/// elsewhere it keeps its place when new ones come.
class PreviewPanel : public QWidget {
  Q_OBJECT
 public:
  explicit PreviewPanel(Workbench& bench, QWidget* parent = nullptr);
  void show_run(const RunRecord& record, const std::filesystem::path& folder);
  void clear();
  void step_by(int by);  ///< to an earlier (-1) or later (1) preview

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Entry {
    std::int64_t step;
    QString image, audio;
  };
  void show_entry();
  void scale_picture();

  Workbench& bench_;
  QLabel* picture_;
  QLabel* words_;
  QSlider* slider_;
  QComboBox* titles_;
  QPushButton* play_;
  std::vector<Entry> entries_;  ///< of the chosen title
  QString run_, shown_image_;
  QPixmap loaded_;
  const RunRecord* record_ = nullptr;
  std::filesystem::path folder_;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
