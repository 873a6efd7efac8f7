#include "ui/library/import_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QSpinBox>
#include <QVBoxLayout>
#include <filesystem>
#include <system_error>

#include "core/session/sound_table.h"
#include "core/session/synth_session.h"
#include "db/label_store.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/words.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

/// What lies at the paths that are to be imported; asking the disk may take long, on a network above all.
struct Coming {
  int files = 0, folders = 0;
  bool table = false;  ///< one that brings labels along
};

Coming look_at(const QStringList& paths) {
  Coming coming;
  for (const QString& path : paths) {
    const std::filesystem::path file = path.toStdString();
    std::error_code error;
    ++(std::filesystem::is_directory(file, error) ? coming.folders : coming.files);
    coming.table = coming.table || SoundTables::is_table(file) || SoundTables::is_shard(file) || std::filesystem::exists(file / "metadata.csv", error) ||
                   std::filesystem::exists(file / "metadata.jsonl", error);
  }
  return coming;
}

QString what_comes(const Coming& coming) {
  QStringList parts;
  if (coming.folders > 0) parts << counted(coming.folders, QObject::tr("folder"), QObject::tr("folders"));
  if (coming.files > 0) parts << counted(coming.files, QObject::tr("file"), QObject::tr("files"));
  return parts.join(QObject::tr(" and "));
}

/// What an import came to, with the files that were left out and why.
void show_import_result(QWidget* parent, const ImportResult& result) {
  constexpr qsizetype kNamed = 3;
  if (result.skipped.empty()) return;
  QStringList failed, doubled;
  for (const SkippedFile& file : result.skipped) {
    const QString name = text(file.file.string()), reason = text(file.reason);
    (file.duplicate ? doubled : failed) << (reason.contains(name) ? reason : name + ": " + reason);
  }
  QStringList words = failed.mid(0, kNamed);
  if (failed.size() > kNamed) words << QObject::tr("… and %1 more; the details list them.").arg(failed.size() - kNamed);
  if (!doubled.isEmpty()) words << QObject::tr("In the library already: %1.").arg(counted(doubled.size(), QObject::tr("file"), QObject::tr("files")));
  auto* box = new QMessageBox(failed.isEmpty() ? QMessageBox::Information : QMessageBox::Warning, QObject::tr("Import"),
                              QObject::tr("Imported: %1. Left out: %2.")
                                  .arg(counted(result.clips, QObject::tr("clip"), QObject::tr("clips")),
                                       counted(static_cast<qint64>(result.skipped.size()), QObject::tr("file"), QObject::tr("files"))),
                              QMessageBox::Ok, parent->window());
  box->setTextFormat(Qt::PlainText);
  box->setInformativeText(words.join('\n'));
  box->setDetailedText((failed + doubled).join('\n'));
  if (auto* grid = qobject_cast<QGridLayout*>(box->layout())) grid->addItem(new QSpacerItem(520, 0), grid->rowCount(), 0, 1, -1);  // paths are long
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

/// The same import for luthierctl.
QStringList import_words(const ImportRequest& request) {
  QStringList words{"import"};
  for (const auto& path : request.paths) words << text(path.string());
  if (request.label_from_folder) words << "--label-from-folder";
  else if (!request.label.empty()) words << "--label" << text(request.label);
  words << "--clip-seconds" << QString::number(request.cutting.clip_seconds);
  if (!request.cutting.trim) words << "--no-trim";
  if (request.in_place) words << "--in-place";
  if (!request.source.empty()) words << "--source" << text(request.source);
  if (!request.rights.empty()) words << "--rights" << text(request.rights);
  return words;
}

}  // namespace

ImportDialog::ImportDialog(Workbench& bench, const QStringList& paths, QWidget* parent) : QDialog(parent), paths_(paths) {
  setWindowTitle(tr("Import sounds"));
  setMinimumWidth(520);
  auto* column = new QVBoxLayout(this);
  auto* what = new QLabel(this);
  what->setText(what->fontMetrics().elidedText(paths.size() == 1 ? paths.first() : tr("%1 files and folders").arg(paths.size()), Qt::ElideMiddle, 490));
  what->setProperty("role", "heading");
  what->setToolTip(paths.join('\n'));
  column->addWidget(what);
  auto* hint = new QLabel(tr("A table comes along: its labels, tags, splits, sources and rights go before what is said here."), this);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  hint->hide();
  column->addWidget(hint);

  auto* label_box = new QGroupBox(tr("Label"), this);
  auto* labels = new QVBoxLayout(label_box);
  from_folder_ = new QRadioButton(tr("The name of the folder each file lies in"), label_box);
  from_folder_->setWhatsThis(tr("Each sound gets the name of its folder as its label: harp/c4.wav becomes harp."));
  auto* one_row = new QHBoxLayout;
  one_label_ = new QRadioButton(tr("This one for all:"), label_box);
  one_label_->setWhatsThis(tr("All sounds get the label that is typed or chosen here."));
  label_ = new QComboBox(label_box);
  label_->setEditable(true);
  label_->setObjectName("import_label");
  label_->setAccessibleName(tr("Label for all"));
  label_->setWhatsThis(tr("The label for all sounds: one there is already, or a new one."));
  label_->setInsertPolicy(QComboBox::NoInsert);
  one_row->addWidget(one_label_);
  one_row->addWidget(label_, 1);
  no_label_ = new QRadioButton(tr("None for now"), label_box);
  no_label_->setWhatsThis(tr("The clips come in without a label; the keys 1 to 9 give them one in the library."));
  labels->addWidget(from_folder_);
  labels->addLayout(one_row);
  labels->addWidget(no_label_);
  column->addWidget(label_box);

  auto* cut_box = new QGroupBox(tr("Clips"), this);
  auto* cuts = new QVBoxLayout(cut_box);
  auto* cut_row = new QHBoxLayout;
  cut_ = new QCheckBox(tr("Cut into pieces of"), cut_box);
  cut_->setToolTip(tr("Otherwise each file becomes one clip"));
  seconds_ = new QDoubleSpinBox(cut_box);
  seconds_->setRange(0.25, 600);
  seconds_->setSuffix(tr(" s"));
  seconds_->setAccessibleName(tr("Length of a piece"));
  seconds_->setWhatsThis(tr("Length of the clips that a recording is cut into, from 0.25 to 600 seconds. The last one is filled up with silence."));
  cut_row->addWidget(cut_);
  cut_row->addWidget(seconds_);
  cut_row->addStretch();
  trim_ = new QCheckBox(tr("Leave out silence at both ends of a recording"), cut_box);
  trim_->setWhatsThis(tr("Silence before the first and after the last sound of a whole recording is left out before it is cut."));
  cuts->addLayout(cut_row);
  cuts->addWidget(trim_);
  column->addWidget(cut_box);

  in_place_ = new QCheckBox(tr("Leave the files where they are (otherwise they are copied into the workspace)"), this);
  in_place_->setWhatsThis(tr("The workspace notes where the files lie, and does not copy them. Moved ones are found again by their content."));
  auto* rows = new QFormLayout;
  rights_ = new QLineEdit(this);
  rights_->setPlaceholderText(tr("licence or permission, if you like to note it"));
  rights_->setWhatsThis(tr("The licence or permission, kept with every recording and found again with rights: in the search."));
  source_ = new QLineEdit(this);
  source_->setPlaceholderText(tr("where they come from; left empty, the file's path is noted"));
  source_->setWhatsThis(tr("Where the recordings come from, kept with each and found again with source: in the search."));
  rows->addRow(tr("Source"), source_);
  rows->addRow(tr("Rights"), rights_);
  column->addWidget(in_place_);
  column->addLayout(rows);
  column->addStretch();
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Import"));
  column->addWidget(buttons);

  QSettings stored;
  no_label_->setChecked(true);
  cut_->setChecked(stored.value("import/cut", true).toBool());
  seconds_->setValue(stored.value("import/seconds", 3.0).toDouble());
  trim_->setChecked(stored.value("import/trim", true).toBool());
  in_place_->setChecked(stored.value("import/in_place", false).toBool());
  for (QRadioButton* button : {from_folder_, one_label_, no_label_}) connect(button, &QRadioButton::toggled, this, &ImportDialog::update_state);
  connect(cut_, &QCheckBox::toggled, this, &ImportDialog::update_state);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  update_state();
  QPushButton* import = buttons->button(QDialogButtonBox::Ok);
  import->setEnabled(false);  // until it is known whether folders come, whose names are labels
  in_background<Coming>(
      this, [paths] { return look_at(paths); },
      [this, what, hint, import](const Coming& coming) {
        if (paths_.size() > 1) what->setText(what_comes(coming));
        hint->setVisible(coming.table);
        if (coming.folders > 0 && no_label_->isChecked()) from_folder_->setChecked(true);
        import->setEnabled(true);
        import->setDefault(true);
      },
      [import](const QString&) { import->setEnabled(true); });
  if (bench.catalog()) {
    bench.catalog()->run(
        this, [](db::Catalog& catalog) { return catalog.labels().labels(); },
        [this](std::vector<db::LabelRow> known) {
          const QString typed = label_->currentText();
          for (const db::LabelRow& row : known) label_->addItem(text(row.name));
          label_->setCurrentText(typed);
        });
  }
}

void ImportDialog::update_state() {
  label_->setEnabled(one_label_->isChecked());
  seconds_->setEnabled(cut_->isChecked());
}

ImportRequest ImportDialog::request() const {
  QSettings stored;
  stored.setValue("import/cut", cut_->isChecked());
  stored.setValue("import/seconds", seconds_->value());
  stored.setValue("import/trim", trim_->isChecked());
  stored.setValue("import/in_place", in_place_->isChecked());
  ImportRequest request;
  for (const QString& path : paths_) request.paths.emplace_back(path.toStdString());
  if (one_label_->isChecked()) request.label = label_->currentText().trimmed().toStdString();
  request.label_from_folder = from_folder_->isChecked();
  request.source = source_->text().trimmed().toStdString();
  request.rights = rights_->text().trimmed().toStdString();
  request.in_place = in_place_->isChecked();
  request.cutting.clip_seconds = cut_->isChecked() ? seconds_->value() : 0;
  request.cutting.trim = trim_->isChecked();
  return request;
}

QString import_file_filter() {
  return QObject::tr("Sounds, tables, shards (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aif *.aiff *.aifc *.rf64 *.w64 *.au *.caf *.csv *.jsonl *.tar *.tar.gz *.tgz);;All files (*)");
}

void start_import(Workbench& bench, QWidget* parent, const ImportRequest& request) {
  if (!bench.has_workspace()) return;
  bench.note_command(import_words(request));
  auto result = std::make_shared<ImportResult>();
  BackgroundTask* task = bench.start_task(QObject::tr("Importing"), [result, request, workspace = bench.workspace()](std::stop_token stop, const ProgressSink& sink) {
    *result = import_sounds(workspace, request, sink, stop);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::cancelled, parent, [&bench, result] {
    bench.say(QObject::tr("The import was cancelled; %1 clips that were ready stay.").arg(result->clips));
  });
  QObject::connect(task, &BackgroundTask::done, parent, [&bench, parent, result] {
    bench.say(QObject::tr("Imported %1 of %2.").arg(counted(result->clips, QObject::tr("clip"), QObject::tr("clips")), counted(result->recordings, QObject::tr("recording"), QObject::tr("recordings"))));
    show_import_result(parent, *result);
  });
}

void start_rendering(Workbench& bench, QWidget* parent, int phrases, quint64 seed, double seconds) {
  if (!bench.has_workspace()) return;
  SynthRequest request;
  request.phrases = phrases;
  request.seed = seed;
  request.seconds = seconds;
  bench.note_command({"synth", "--phrases", QString::number(phrases), "--seed", QString::number(seed), "--seconds", QString::number(seconds)});
  auto result = std::make_shared<SynthResult>();
  BackgroundTask* task = bench.start_task(QObject::tr("Rendering phrases"), [result, request, workspace = bench.workspace()](std::stop_token stop, const ProgressSink& sink) {
    *result = synth_phrases(workspace, request, sink, stop);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [&bench, result] {
    bench.say(QObject::tr("Rendered %1 phrases by each instrument: %2 clips.").arg(result->phrases).arg(result->clips));
  });
}

void ask_and_render_phrases(Workbench& bench, QWidget* parent) {
  QDialog dialog(parent);
  dialog.setWindowTitle(QObject::tr("Render demo phrases"));
  auto* column = new QVBoxLayout(&dialog);
  auto* words = new QLabel(QObject::tr("Short melodies are made up and played by piano, guitar, harp and violin from the installed soundfont. "
                                       "As all play the same notes, what a transfer should give is known."), &dialog);
  words->setWordWrap(true);
  words->setMinimumWidth(420);
  words->setProperty("role", "hint");
  auto* rows = new QFormLayout;
  auto* phrases = new QSpinBox(&dialog);
  phrases->setRange(1, 2000);
  phrases->setValue(24);
  auto* seconds = new QDoubleSpinBox(&dialog);
  seconds->setRange(1, 30);
  seconds->setValue(8);
  seconds->setSuffix(QObject::tr(" s"));
  auto* seed = new QSpinBox(&dialog);
  seed->setRange(0, 1'000'000'000);
  seed->setValue(1);
  phrases->setWhatsThis(QObject::tr("How many melodies are made up, from 1 to 2,000. Each gives one clip for each of the four instruments."));
  seconds->setWhatsThis(QObject::tr("Length of each melody, from 1 to 30 seconds."));
  seed->setWhatsThis(QObject::tr("The same seed gives the same melodies again."));
  rows->addRow(QObject::tr("Phrases"), phrases);
  rows->addRow(QObject::tr("Length of each"), seconds);
  rows->addRow(QObject::tr("Seed"), seed);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
  buttons->button(QDialogButtonBox::Ok)->setText(QObject::tr("Render"));
  column->addWidget(words);
  column->addLayout(rows);
  column->addWidget(buttons);
  QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  if (dialog.exec() == QDialog::Accepted) {
    start_rendering(bench, parent, phrases->value(), static_cast<quint64>(seed->value()), seconds->value());
  }
}

}  // namespace luthier::ui
