#include "ui/library/recording_dialog.h"

#include <QToolButton>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "db/recording_store.h"
#include "ui/common/copy_command.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

QString search_of(const std::vector<db::RecordingRow>& recordings) {
  QStringList numbers;
  for (const auto& recording : recordings) numbers << QString::number(recording.id.value);
  return "recording:" + numbers.join(',');
}

}  // namespace

RecordingDialog::RecordingDialog(Workbench& bench, std::vector<db::RecordingRow> recordings, QWidget* parent)
    : QDialog(parent), bench_(bench), recordings_(std::move(recordings)) {
  setWindowTitle(tr("Source and rights"));
  setMinimumWidth(560);
  auto* column = new QVBoxLayout(this);
  auto* head = new QLabel(recordings_.size() == 1 ? text(recordings_.front().name) : counted(static_cast<qint64>(recordings_.size()), tr("recording"), tr("recordings")), this);
  head->setTextFormat(Qt::PlainText);
  head->setProperty("role", "heading");
  auto* words = new QLabel(facts(), this);
  words->setProperty("role", "hint");
  words->setWordWrap(true);
  words->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(head);
  column->addWidget(words);
  auto* rows = new QFormLayout;
  source_ = field(&db::RecordingRow::source, "source");
  source_->setAccessibleName(tr("Source"));
  source_->setWhatsThis(tr("Where the recording comes from: a link, a performer, a disc. Found again with source: in the search."));
  rights_ = field(&db::RecordingRow::rights, "rights");
  rights_->setAccessibleName(tr("Rights"));
  rights_->setWhatsThis(tr("The licence or permission. Found again with rights: in the search."));
  auto* common = new QCompleter({"CC0 1.0", "CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", tr("public domain"), tr("own recording"), tr("all rights reserved, used by permission")}, rights_);
  common->setCaseSensitivity(Qt::CaseInsensitive);
  common->setFilterMode(Qt::MatchContains);
  rights_->setCompleter(common);
  rows->addRow(tr("Source"), source_);
  rows->addRow(tr("Rights"), rights_);
  column->addLayout(rows);
  auto* hint = new QLabel(tr("Both belong to the whole recording, so to all clips that were cut from it. Search with source: and rights:."), this);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  column->addWidget(hint);
  auto* bottom = new QHBoxLayout;
  bottom->addWidget(make_copy_command_button(bench_, this, [this] { return command(); }));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Keep"));
  bottom->addWidget(buttons, 1);
  column->addLayout(bottom);
  connect(buttons, &QDialogButtonBox::accepted, this, &RecordingDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QLineEdit* RecordingDialog::field(std::string db::RecordingRow::*value, const QString& name) {
  auto* edit = new QLineEdit(this);
  edit->setObjectName(name);
  const auto& first = recordings_.front().*value;
  const bool equal = std::all_of(recordings_.begin(), recordings_.end(), [&](const auto& recording) { return recording.*value == first; });
  if (equal) edit->setText(text(first));
  else edit->setPlaceholderText(tr("several; what you type replaces them all"));
  return edit;
}

QString RecordingDialog::facts() const {
  if (recordings_.size() > 1) {
    qint64 bytes = 0;
    for (const auto& recording : recordings_) bytes += recording.bytes;
    return bytes_text(bytes);
  }
  const auto& one = recordings_.front();
  const double seconds = one.sample_rate > 0 ? static_cast<double>(one.frames) / one.sample_rate : 0;
  QString words = tr("%1\n%2 Hz, %3, %4 · %5 · added %6 UTC\nSHA-256 %7")
                      .arg(text(bench_.workspace().resolve(one.path).string()), QLocale().toString(one.sample_rate),
                           counted(one.channels, tr("channel"), tr("channels")), duration_text(seconds), bytes_text(one.bytes),
                           text(one.added_at).replace('T', ' ').remove('Z'), text(one.sha256).left(16) + "…");
  if (!one.notes.empty()) words += "\n" + text(one.notes);
  return words;
}

/// One of the two: luthierctl notes source and rights one at a time.
QStringList RecordingDialog::command() const {
  const bool source = source_->isModified() && !rights_->isModified();
  return {"note", source ? "--source" : "--rights", (source ? source_ : rights_)->text().trimmed(), search_of(recordings_)};
}

void RecordingDialog::accept() {
  std::vector<db::RecordingId> ids;
  for (const auto& recording : recordings_) ids.push_back(recording.id);
  const bool source = source_->isModified(), rights = rights_->isModified();
  if (source || rights) {
    bench_.edit(tr("source and rights of %1").arg(counted(static_cast<qint64>(ids.size()), tr("recording"), tr("recordings"))),
                [ids, source, rights, from = source_->text().trimmed().toStdString(), may = rights_->text().trimmed().toStdString()](db::Catalog& catalog) {
                  if (source) catalog.recordings().set_source(ids, from);
                  if (rights) catalog.recordings().set_rights(ids, may);
                });
    bench_.note_command(command());
  }
  QDialog::accept();
}

void show_recording_dialog(Workbench& bench, const std::vector<db::ClipId>& clips, QWidget* parent) {
  if (!bench.catalog()) return;
  bench.catalog()->run(
      parent, [clips](db::Catalog& catalog) { return catalog.recordings().of_clips(clips); },
      [&bench, parent](std::vector<db::RecordingRow> recordings) {
        if (recordings.empty()) return;
        auto* dialog = new RecordingDialog(bench, std::move(recordings), parent);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
      });
}

}  // namespace luthier::ui
