#include "ui/compare/export_dialog.h"

#include <QComboBox>
#include <QDateTime>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "core/session/compare_session.h"
#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/spectrogram/colour_map.h"

namespace luthier::ui {

ExportDialog::ExportDialog(const QString& folder, const QString& colours, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Export the comparison"));
  setMinimumWidth(560);
  auto* column = new QVBoxLayout(this);
  auto* words = new QLabel(tr("Writes the spectrograms as PNG and SVG, every sound, and a JSON record that says how they were made."), this);
  words->setWordWrap(true);
  words->setProperty("role", "hint");
  auto* rows = new QFormLayout;
  auto* row = new QHBoxLayout;
  folder_ = new QLineEdit(QDir::toNativeSeparators(folder), this);
  folder_->setObjectName("export_folder");
  auto* browse = new QToolButton(this);
  browse->setIcon(icon("folder"));
  browse->setAccessibleName(tr("Choose a folder"));
  row->addWidget(folder_, 1);
  row->addWidget(browse);
  format_ = new QComboBox(this);
  format_->addItem(tr("WAV"), "wav");
  format_->addItem(tr("FLAC (smaller, lossless)"), "flac");
  colours_ = new QComboBox(this);
  for (const QString& name : colour_map_names()) colours_->addItem(colour_map_title(name), name);
  format_->setCurrentIndex(std::max(0, format_->findData(QSettings().value("export/format", "wav"))));
  colours_->setCurrentIndex(std::max(0, colours_->findData(colours)));
  rows->addRow(tr("Folder"), row);
  rows->addRow(tr("Sounds as"), format_);
  rows->addRow(tr("Colours"), colours_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Export"));
  column->addWidget(words);
  column->addLayout(rows);
  column->addStretch();
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString chosen = QFileDialog::getSaveFileName(this, tr("Name a new folder"), folder_->text(), {}, nullptr,
                                                        QFileDialog::ShowDirsOnly | QFileDialog::DontConfirmOverwrite);
    if (!chosen.isEmpty()) folder_->setText(QDir::toNativeSeparators(chosen));
  });
}

QString ExportDialog::folder() const { return QDir::fromNativeSeparators(folder_->text().trimmed()); }
std::string ExportDialog::format() const { return format_->currentData().toString().toStdString(); }
std::string ExportDialog::colours() const { return colours_->currentData().toString().toStdString(); }

void export_comparison(Workbench& bench, QWidget* parent, const std::vector<SoundPtr>& sounds, const std::vector<QString>& titles,
                       const std::map<std::string, std::string>& record) {
  if (!bench.has_workspace() || sounds.empty()) return;
  const QString name = QDateTime::currentDateTimeUtc().toString("yyyyMMdd'T'hhmmss'Z'") + "-comparison";
  ExportDialog dialog(QString::fromStdString((bench.workspace().exports() / name.toStdString()).string()), bench.spectrograms().colours(), parent);
  if (dialog.exec() != QDialog::Accepted || dialog.folder().isEmpty()) return;
  QSettings().setValue("export/format", QString::fromStdString(dialog.format()));
  ComparisonRequest request;
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (sounds[i]) request.sounds.push_back({titles[i].toStdString(), sounds[i]->buffer});
  }
  request.record = record;
  request.record["program"] = version_text();
  request.folder = dialog.folder().toStdString();
  request.audio_format = dialog.format();
  request.colours = dialog.colours();
  auto files = std::make_shared<ComparisonFiles>();
  BackgroundTask* task = bench.start_task(QObject::tr("Exporting"), [request, files](std::stop_token, const ProgressSink& sink) {
    sink({0, request.folder.filename().string(), -1});
    *files = write_comparison(request);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [parent, files, &bench] {
    const QString folder = QString::fromStdString(files->png.parent_path().string());
    bench.say(QObject::tr("Exported to %1").arg(QDir::toNativeSeparators(folder)));
    auto* box = new QMessageBox(QMessageBox::Information, QObject::tr("Exported"),
                                QObject::tr("The comparison lies in\n%1").arg(QDir::toNativeSeparators(folder)), QMessageBox::Ok, parent->window());
    box->setAttribute(Qt::WA_DeleteOnClose);
    auto* open = box->addButton(QObject::tr("Open folder"), QMessageBox::ActionRole);
    QObject::connect(open, &QPushButton::clicked, box, [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    box->open();
  });
}

}  // namespace luthier::ui
