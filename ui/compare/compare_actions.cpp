// What can be done with the sounds on the page: an EQ match, listening tests, the export and the command.
#include <QPointer>
#include <random>

#include "core/session/eq_baseline.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/compare/blind_test_dialog.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/figures_table.h"
#include "ui/compare/rating_test_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {

void ComparePage::add_eq_match() {
  const auto pair = difference_->pair();
  if (!pair || !bench_.has_workspace()) return;
  const Entry content = entries_[pair->first], style = entries_[pair->second];
  auto file = std::make_shared<QString>();
  BackgroundTask* task = bench_.start_task(tr("EQ match"), [workspace = bench_.workspace(), content, style, file](std::stop_token, const ProgressSink&) {
    const auto compared = [](const Entry& entry) { return ComparedSound{entry.choice.title.toStdString(), entry.sound->buffer}; };
    const auto place = [](const Entry& entry) { return (entry.choice.clip ? "clip " : "") + entry.choice.text(); };
    *file = QString::fromStdString(keep_eq_baseline(workspace, compared(content), place(content), compared(style), place(style)).string());
  });
  bench_.note_command({"compare", QString::fromStdString(content.choice.text()), QString::fromStdString(style.choice.text()), "--eq-match", "1", "2"});
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, file, title = tr("EQ match of %1").arg(content.choice.title)] {
    add({0, *file, title, {}});
    bench_.say(tr("Added, and kept as %1").arg(*file));
  });
}

void ComparePage::start_blind_test() {
  const auto pair = difference_->pair();
  if (!pair) return;
  const auto truth = figures_->truth();
  const bool third = truth && *truth != pair->first && *truth != pair->second;
  auto* dialog = new BlindTestDialog(bench_, entries_[pair->first].sound, entries_[pair->second].sound, std::random_device{}(), this, third ? entries_[*truth].sound : nullptr);
  open_test(dialog);
}

/// The player gets the sounds of this page back when the test is over.
void ComparePage::open_test(QDialog* dialog) {
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QObject::destroyed, view_, [view = QPointer<SpectrogramView>(view_)] {
    if (view && view->isVisible()) view->take_deck();
  });
  dialog->open();
}

void ComparePage::start_rating_test() {
  std::vector<SoundPtr> sounds;
  std::size_t reference = 0;
  for (const NumberedSound& one : loaded()) {
    if (one.place == figures_->truth()) reference = sounds.size();
    sounds.push_back(one.sound);
  }
  if (sounds.size() > 9) return show_error(this, tr("A rating test takes two to nine sounds; take %1 out of the comparison first.").arg(sounds.size() - 9));
  auto* dialog = new RatingTestDialog(bench_, std::move(sounds), reference, std::random_device{}(), this);
  open_test(dialog);
}

void ComparePage::start_export() {
  std::vector<SoundPtr> sounds;
  std::vector<QString> titles;
  std::map<std::string, std::string> record;
  ComparisonExtras extras;
  extras.truth.reset();
  extras.equal_loudness = difference_->equal_loudness();
  const auto pair = difference_->shown() ? difference_->pair() : std::nullopt;
  std::size_t first = 0, second = 0;
  for (const NumberedSound& one : loaded()) {
    const SoundChoice& choice = entries_[one.place].choice;
    if (one.place == figures_->truth()) extras.truth = sounds.size();
    if (pair && one.place == pair->first) first = sounds.size();
    if (pair && one.place == pair->second) second = sounds.size();
    sounds.push_back(one.sound);
    titles.push_back(choice.title);
    record["sound." + std::to_string(sounds.size())] = choice.clip ? "clip " + choice.text() : choice.text();
  }
  if (pair) extras.difference = {first, second};
  record["command"] = command().toStdString();
  export_comparison(bench_, this, sounds, titles, record, extras);
}

QString ComparePage::command() const {
  QStringList words{"compare"};
  for (const Entry& entry : entries_) words << QString::fromStdString(entry.choice.text());
  if (const auto truth = figures_->truth()) words << "--truth" << QString::number(*truth + 1);
  else words << "--no-truth";
  const auto pair = difference_->pair();
  if (difference_->shown() && pair) {
    words << "--difference" << QString::number(pair->first + 1) << QString::number(pair->second + 1);
    if (!difference_->equal_loudness()) words << "--as-they-are";
  }
  words << "--out" << "comparison";
  return command_text(bench_, words);
}

}  // namespace luthier::ui
