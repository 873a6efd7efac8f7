#pragma once
#include <QDialog>
#include <map>
#include <string>
#include <vector>

#include "ui/common/workbench.h"

class QComboBox;
class QLineEdit;

namespace luthier::ui {

/// Where a comparison goes, and as what: a folder with PNG and SVG of the spectrograms, the sounds, and the record.
class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ExportDialog(const QString& folder, const QString& colours, QWidget* parent = nullptr);
  QString folder() const;
  std::string format() const;   ///< "wav" or "flac"
  std::string colours() const;

 private:
  QLineEdit* folder_;
  QComboBox* format_;
  QComboBox* colours_;
};

/// Asks where, then writes the comparison in the background and says where it lies.
void export_comparison(Workbench& bench, QWidget* parent, const std::vector<SoundPtr>& sounds, const std::vector<QString>& titles,
                       const std::map<std::string, std::string>& record);

}  // namespace luthier::ui
