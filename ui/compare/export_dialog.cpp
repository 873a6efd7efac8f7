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

#include "core/session/html_report.h"
#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/spectrogram/colour_map.h"

namespace luthier::ui {

ExportDialog::ExportDialog(const QString& folder, const QString& colours, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Export the comparison"));
  setMinimumWidth(560);
  auto* column = new QVBoxLayout(this);
  auto* words = new QLabel(tr("Writes the spectrograms as PNG, SVG and PDF, every sound, the figures against the truth as CSV, and a JSON record that says how "
                              "they were made; or one HTML page that holds pictures, sounds, figures and record and needs nothing else."), this);
  words->setWordWrap(true);
  words->setProperty("role", "hint");
  auto* rows = new QFormLayout;
  kind_ = new QComboBox(this);
  kind_->setObjectName("export_kind");
  kind_->setAccessibleName(tr("Export as"));
  kind_->setWhatsThis(tr("A folder with pictures, sounds, figures and record as files, or one HTML page that holds them all and opens in any browser."));
  kind_->addItem(tr("Folder with all files"));
  kind_->addItem(tr("One HTML page"));
  auto* row = new QHBoxLayout;
  folder_ = new QLineEdit(QDir::toNativeSeparators(folder), this);
  folder_->setObjectName("export_folder");
  folder_->setAccessibleName(tr("Place"));
  folder_->setWhatsThis(tr("Where it is written to; nothing that is there already is overwritten. The record in it, dropped on the window, brings the comparison back."));
  auto* browse = new QToolButton(this);
  browse->setIcon(icon("folder"));
  browse->setAccessibleName(tr("Choose a folder"));
  browse->setToolTip(tr("Choose the place"));
  row->addWidget(folder_, 1);
  row->addWidget(browse);
  format_ = new QComboBox(this);
  format_->setAccessibleName(tr("Sounds as"));
  format_->setWhatsThis(tr("How the sounds of a folder are stored; both keep every sample."));
  format_->addItem(tr("WAV"), "wav");
  format_->addItem(tr("FLAC (smaller, lossless)"), "flac");
  colours_ = new QComboBox(this);
  colours_->setAccessibleName(tr("Colours"));
  colours_->setWhatsThis(tr("The colours of the spectrograms in the pictures."));
  for (const QString& name : colour_map_names()) colours_->addItem(colour_map_title(name), name);
  format_->setCurrentIndex(std::max(0, format_->findData(QSettings().value("export/format", "wav"))));
  colours_->setCurrentIndex(std::max(0, colours_->findData(colours)));
  rows->addRow(tr("Export as"), kind_);
  rows->addRow(tr("Place"), row);
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
  connect(browse, &QToolButton::clicked, this, &ExportDialog::choose_place);
  connect(kind_, &QComboBox::currentIndexChanged, this, [this] {
    format_->setEnabled(!page());
    QString place = folder_->text();
    if (place.endsWith(".html")) place.chop(5);
    folder_->setText(page() ? place + ".html" : place);
  });
  kind_->setCurrentIndex(QSettings().value("export/page", false).toBool() ? 1 : 0);
}

void ExportDialog::choose_place() {
  const QString chosen = page() ? QFileDialog::getSaveFileName(this, tr("Name a new page"), folder_->text(), tr("HTML (*.html)"), nullptr, QFileDialog::DontConfirmOverwrite)
                                : QFileDialog::getSaveFileName(this, tr("Name a new folder"), folder_->text(), {}, nullptr,
                                                               QFileDialog::ShowDirsOnly | QFileDialog::DontConfirmOverwrite);
  if (!chosen.isEmpty()) folder_->setText(QDir::toNativeSeparators(chosen));
}

bool ExportDialog::page() const { return kind_->currentIndex() == 1; }
QString ExportDialog::folder() const { return QDir::fromNativeSeparators(folder_->text().trimmed()); }
std::string ExportDialog::format() const { return format_->currentData().toString().toStdString(); }
std::string ExportDialog::colours() const { return colours_->currentData().toString().toStdString(); }

namespace {

void say_where(QWidget* parent, Workbench& bench, const QString& place, bool page) {
  const QString shown = QDir::toNativeSeparators(place);
  bench.say(QObject::tr("Exported to %1").arg(shown));
  auto* box = new QMessageBox(QMessageBox::Information, QObject::tr("Exported"), QObject::tr("The comparison lies in\n%1").arg(shown), QMessageBox::Ok, parent->window());
  box->setTextFormat(Qt::PlainText);  // a folder's name
  box->setAttribute(Qt::WA_DeleteOnClose);
  auto* open = box->addButton(page ? QObject::tr("Open page") : QObject::tr("Open folder"), QMessageBox::ActionRole);
  QObject::connect(open, &QPushButton::clicked, box, [place] { QDesktopServices::openUrl(QUrl::fromLocalFile(place)); });
  box->open();
}

}  // namespace

void export_comparison(Workbench& bench, QWidget* parent, const std::vector<SoundPtr>& sounds, const std::vector<QString>& titles,
                       const std::map<std::string, std::string>& record, const ComparisonExtras& extras) {
  if (!bench.has_workspace() || sounds.empty()) return;
  const QString name = QDateTime::currentDateTimeUtc().toString("yyyyMMdd'T'hhmmss'Z'") + "-comparison";
  ExportDialog dialog(QString::fromStdString((bench.workspace().exports() / name.toStdString()).string()), bench.spectrograms().colours(), parent);
  if (dialog.exec() != QDialog::Accepted || dialog.folder().isEmpty()) return;
  QSettings().setValue("export/format", QString::fromStdString(dialog.format()));
  QSettings().setValue("export/page", dialog.page());
  ReportRequest report;
  report.file = dialog.folder().toStdString();
  ComparisonRequest& request = report.comparison;
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (!sounds[i]) continue;
    request.sounds.push_back({titles[i].toStdString(), sounds[i]->buffer});
    if (const auto own = record.find("transfer"); extras.transferred == i && own != record.end()) request.sounds.back().record = own->second;
  }
  request.truth = extras.truth;
  request.difference = extras.difference;
  request.equal_loudness = extras.equal_loudness;
  request.record = record;
  request.record["program"] = version_text();
  if (dialog.page()) request.record.emplace("title", QObject::tr("Comparison").toStdString());
  request.folder = report.file;
  request.audio_format = dialog.format();
  request.colours = dialog.colours();
  if (!extras.command.isEmpty() && !dialog.page())
    bench.note_command(extras.command + QStringList{"--format", QString::fromStdString(dialog.format()), "--colours", QString::fromStdString(dialog.colours()), "--out", dialog.folder()});
  BackgroundTask* task = bench.start_task(QObject::tr("Exporting"), [report, page = dialog.page()](std::stop_token, const ProgressSink& sink) {
    sink({0, report.file.filename().string(), -1});
    if (page) write_report(report);
    else write_comparison(report.comparison);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [parent, &bench, place = dialog.folder(), page = dialog.page()] { say_where(parent, bench, place, page); });
}

}  // namespace luthier::ui
