#pragma once
#include <QFrame>

class QLabel;

namespace luthier::ui {

/// What stands in the place of the table while it is empty: why, and what to do.
class EmptyLibrary : public QFrame {
  Q_OBJECT
 public:
  explicit EmptyLibrary(QWidget* parent = nullptr);
  /// Empty: there are no clips at all; else nothing matches this search.
  void show_reason(const QString& query);

 Q_SIGNALS:
  void import_files_requested();
  void import_folder_requested();
  void demo_clips_requested();

 private:
  QLabel* words_;
  QWidget* buttons_;
};

}  // namespace luthier::ui
