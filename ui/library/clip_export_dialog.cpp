#include "ui/library/clip_export_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString clips_text(std::size_t clips) { return counted(static_cast<qint64>(clips), QObject::tr("clip"), QObject::tr("clips")); }

/// "id:3..9,12"
QString search_of(const std::vector<db::ClipId>& clips) {
  QStringList parts;
  for (std::size_t i = 0; i < clips.size();) {
    std::size_t last = i;
    while (last + 1 < clips.size() && clips[last + 1].value == clips[last].value + 1) ++last;
    parts << (last > i ? QStringLiteral("%1..%2").arg(clips[i].value).arg(clips[last].value) : QString::number(clips[i].value));
    i = last + 1;
  }
  return "id:" + parts.join(',');
}

}  // namespace

ClipExportDialog::ClipExportDialog(Workbench& bench, std::vector<db::ClipId> chosen, std::vector<db::ClipId> listed, const QString& query, QWidget* parent)
    : QDialog(parent), bench_(bench), chosen_(std::move(chosen)), listed_(std::move(listed)), query_(query) {
  setObjectName("clip_export");
  setWindowTitle(tr("Export clips"));
  setMinimumWidth(560);
  only_chosen_ = new QRadioButton(tr("The chosen: %1").arg(clips_text(chosen_.size())), this);
  all_listed_ = new QRadioButton(tr("All that the table lists: %1").arg(clips_text(listed_.size())), this);
  for (QRadioButton* which : {only_chosen_, all_listed_}) which->setWhatsThis(tr("Which clips are exported: those chosen in the table, or all that its search has left."));
  only_chosen_->setEnabled(!chosen_.empty());
  all_listed_->setEnabled(!listed_.empty());
  (chosen_.size() > 1 || listed_.empty() ? only_chosen_ : all_listed_)->setChecked(true);
  kind_ = new QComboBox(this);
  kind_->addItem(tr("Sounds, a folder for each label, with a table (audiofolder)"));
  kind_->addItem(tr("Sounds in tar shards (WebDataset)"));
  kind_->addItem(tr("Mel pictures, a folder for each label (8-bit grey PNG, 22,050 Hz)"));
  kind_->setAccessibleName(tr("What"));
  kind_->setWhatsThis(tr("Sounds with a table of their labels, the same packed into tar files, or the pictures that models see."));
  format_ = new QComboBox(this);
  format_->setAccessibleName(tr("Format of the sounds"));
  format_->setWhatsThis(tr("How the sounds are stored. WAV and FLAC keep every sample; the others are smaller and lose some."));
  for (const auto& [name, title] : std::initializer_list<std::pair<const char*, QString>>{
           {"wav16", tr("WAV, 16 bit")}, {"wav24", tr("WAV, 24 bit")}, {"wav_float", tr("WAV, 32 bit float")}, {"flac", tr("FLAC")}, {"ogg", tr("Ogg Vorbis")}, {"opus", tr("Opus")}, {"mp3", tr("MP3")}})
    format_->addItem(title, QString::fromLatin1(name));
  table_ = new QComboBox(this);
  table_->setAccessibleName(tr("Table"));
  table_->setWhatsThis(tr("The file that names label, tags, source and rights of each sound: comma-separated, or one JSON object a line."));
  table_->addItem(tr("metadata.csv"), "csv");
  table_->addItem(tr("metadata.jsonl"), "jsonl");
  folder_ = new QLineEdit(this);
  folder_->setObjectName("folder");
  folder_->setAccessibleName(tr("Folder"));
  folder_->setWhatsThis(tr("Where it is written to. Nothing that is there already is overwritten."));
  folder_->setText(QDir::toNativeSeparators(QString::fromStdString((bench_.workspace().exports() / "clips").string())));
  auto* browse = new QToolButton(this);
  browse->setIcon(icon("folder"));
  browse->setAccessibleName(tr("Choose a folder"));
  browse->setToolTip(tr("Choose a folder"));
  auto* folder_row = new QHBoxLayout;
  folder_row->addWidget(folder_, 1);
  folder_row->addWidget(browse);
  hint_ = new QLabel(this);
  hint_->setProperty("role", "hint");
  hint_->setWordWrap(true);
  auto* rows = new QFormLayout;
  rows->addRow(tr("What"), kind_);
  rows->addRow(tr("Format"), format_);
  rows->addRow(tr("Table"), table_);
  rows->addRow(tr("Folder"), folder_row);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  export_ = buttons->button(QDialogButtonBox::Ok);
  export_->setText(tr("Export"));
  auto* bottom = new QHBoxLayout;
  bottom->addWidget(make_copy_command_button(bench_, this, [this] { return command(); }));
  bottom->addWidget(buttons, 1);
  auto* column = new QVBoxLayout(this);
  column->addWidget(only_chosen_);
  column->addWidget(all_listed_);
  column->addLayout(rows);
  column->addWidget(hint_);
  column->addLayout(bottom);
  QSettings stored;
  kind_->setCurrentIndex(stored.value("export/kind", 0).toInt());
  format_->setCurrentIndex(std::max(0, format_->findData(stored.value("export/format", "wav16"))));
  table_->setCurrentIndex(std::max(0, table_->findData(stored.value("export/table", "csv"))));
  connect(kind_, &QComboBox::currentIndexChanged, this, &ClipExportDialog::update_state);
  connect(folder_, &QLineEdit::textChanged, this, &ClipExportDialog::update_state);
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString folder = QFileDialog::getSaveFileName(this, tr("Export into a new folder"), folder_->text(), {}, nullptr, QFileDialog::DontConfirmOverwrite | QFileDialog::ShowDirsOnly);
    if (!folder.isEmpty()) folder_->setText(QDir::toNativeSeparators(folder));
  });
  connect(buttons, &QDialogButtonBox::accepted, this, &ClipExportDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  update_state();
}

ClipExportDialog::Kind ClipExportDialog::kind() const { return static_cast<Kind>(kind_->currentIndex()); }
void ClipExportDialog::set_kind(Kind kind) { kind_->setCurrentIndex(static_cast<int>(kind)); }
void ClipExportDialog::set_folder(const QString& folder) { folder_->setText(folder); }

void ClipExportDialog::update_state() {
  format_->setEnabled(kind() != Kind::pictures);
  table_->setEnabled(kind() == Kind::sounds);
  const QString folder = folder_->text().trimmed();
  const bool taken = !folder.isEmpty() && QDir(folder).exists() && !QDir(folder).isEmpty();
  export_->setEnabled(!folder.isEmpty() && !taken);
  hint_->setText(taken ? tr("This folder holds something already; name a new one.")
                       : tr("Clips without a label, excluded ones and those whose file is missing are left out. A record of the export lies beside."));
}

ExportRequest ClipExportDialog::request() const {
  ExportRequest request;
  request.folder = folder_->text().trimmed().toStdString();
  request.clips = only_chosen_->isChecked() ? chosen_ : listed_;
  request.format = format_->currentData().toString().toStdString();
  request.table = table_->currentData().toString().toStdString();
  return request;
}

QStringList ClipExportDialog::command() const {
  const QString folder = folder_->text().trimmed();
  QStringList words{"export"};
  switch (kind()) {
    case Kind::sounds: words << "--audio" << folder << "--format" << format_->currentData().toString() << "--table" << table_->currentData().toString(); break;
    case Kind::shards: words << "--shards" << folder << "--format" << format_->currentData().toString(); break;
    case Kind::pictures: words << "--images" << folder; break;
  }
  if (only_chosen_->isChecked()) words << search_of(chosen_);
  else if (!query_.isEmpty()) words << query_;
  return words;
}

void ClipExportDialog::accept() {
  QSettings stored;
  stored.setValue("export/kind", kind_->currentIndex());
  stored.setValue("export/format", format_->currentData());
  stored.setValue("export/table", table_->currentData());
  auto result = std::make_shared<ExportResult>();
  auto* task = bench_.start_task(tr("Exporting clips"), [result, request = request(), kind = kind(), workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) {
    const auto work = kind == Kind::sounds ? export_sounds : kind == Kind::shards ? export_shards : export_images;
    *result = work(workspace, request, sink, stop);
  });
  // The dialog is gone by then: what is said comes from the window.
  QWidget* window = parentWidget();
  QObject* context = window ? static_cast<QObject*>(window) : static_cast<QObject*>(&bench_);
  connect(task, &BackgroundTask::failed, context, [window](const QString& message) { show_error(window, message); });
  connect(task, &BackgroundTask::done, context, [&bench = bench_, result, window, folder = folder_->text().trimmed()] {
    bench.say(tr("Exported %1 into %2.").arg(clips_text(static_cast<std::size_t>(result->files)), folder));
    if (result->skipped.empty()) return;
    QStringList lines;
    for (const auto& reason : result->skipped) lines << QString::fromStdString(reason);
    show_error(window, tr("%1 could not be exported.").arg(clips_text(result->skipped.size())), lines.join('\n'));
  });
  QDialog::accept();
}

}  // namespace luthier::ui
