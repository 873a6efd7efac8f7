#pragma once
#include <QDialog>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ui/common/workbench.h"

class QComboBox;
class QLineEdit;

namespace luthier::ui {

/// Where a comparison goes, and as what: a folder with PNG, SVG and PDF of the spectrograms, the sounds, figures and the record, or
/// one HTML page with all of it inside.
class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ExportDialog(const QString& folder, const QString& colours, QWidget* parent = nullptr);
  bool page() const;            ///< one HTML page
  QString folder() const;       ///< of a page: its file
  std::string format() const;   ///< "wav" or "flac"
  std::string colours() const;

 private:
  void choose_place();

  QComboBox* kind_;
  QLineEdit* folder_;
  QComboBox* format_;
  QComboBox* colours_;
};

/// What an export holds besides the sounds; numbers count them from 0.
struct ComparisonExtras {
  std::optional<std::size_t> truth = 0;    ///< none: nothing is measured
  std::optional<std::size_t> transferred;  ///< the sound that record["transfer"] made: its file carries that record, so that it brings its settings back
  std::optional<std::pair<std::size_t, std::size_t>> difference;
  bool equal_loudness = true;
  QStringList command = {};  ///< words of luthierctl that write the same folder, but for the place; empty: none is noted
};

/// Asks where, then writes the comparison in the background and says where it lies.
void export_comparison(Workbench& bench, QWidget* parent, const std::vector<SoundPtr>& sounds, const std::vector<QString>& titles,
                       const std::map<std::string, std::string>& record, const ComparisonExtras& extras = {});

}  // namespace luthier::ui
