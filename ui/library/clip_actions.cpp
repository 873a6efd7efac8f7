#include "ui/library/clip_actions.h"

#include <QActionGroup>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileInfo>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QUrl>
#include <algorithm>

#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/read_only.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/recording_dialog.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

/// Numbers as luthierctl reads them: "3-9", "12".
QStringList clip_words(std::vector<db::ClipId> ids) {
  std::sort(ids.begin(), ids.end());
  QStringList words;
  for (std::size_t i = 0; i < ids.size();) {
    std::size_t last = i;
    while (last + 1 < ids.size() && ids[last + 1].value == ids[last].value + 1) ++last;
    words << (last == i ? QString::number(ids[i].value) : QStringLiteral("%1-%2").arg(ids[i].value).arg(ids[last].value));
    i = last + 1;
  }
  return words;
}

SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, text(view.name), text(view.label)}; }

}  // namespace

ClipActions::ClipActions(Workbench& bench, Ask selection, QWidget* window)
    : QObject(window), bench_(bench), selection_(std::move(selection)), window_(window) {}

QString ClipActions::count_text(std::size_t clips) const { return counted(static_cast<qint64>(clips), tr("clip"), tr("clips")); }

void ClipActions::label(qint64 label) {
  const auto ids = selection_().ids;
  if (ids.empty()) return bench_.say(tr("Choose clips in the table first, then label them."));
  if (!may_write(bench_)) return;
  QString name = tr("none");
  for (const db::LabelRow& row : labels_) {
    if (row.id.value == label) name = text(row.name);
  }
  bench_.edit(tr("label %1 %2").arg(count_text(ids.size()), name), [ids, label](db::Catalog& catalog) {
    catalog.clips().set_label(ids, label ? std::optional(db::LabelId{label}) : std::nullopt);
  });
  bench_.note_command(QStringList{"label", label ? name : QStringLiteral("none")} + clip_words(ids));
  bench_.say(tr("%1: %2").arg(name, count_text(ids.size())));
  Q_EMIT labelled(static_cast<int>(ids.size()));
}

std::vector<db::ClipId> ClipActions::ids_to_change() const {
  auto ids = selection_().ids;
  if (!ids.empty() && !may_write(bench_)) ids.clear();
  return ids;
}

void ClipActions::label_by_key(int key) {
  if (key == 0) return label(0);
  for (const db::LabelRow& row : labels_) {
    if (row.key == key) return label(row.id.value);
  }
  bench_.say(tr("No label has the key %1: make one with \"New label…\", or right-click a label to give it this key.").arg(key));
}

void ClipActions::new_label() {
  if (!may_write(bench_)) return;
  bool ok = false;
  const QString name =
      QInputDialog::getText(window_, tr("New label"), tr("Name of the instrument or sound:"), QLineEdit::Normal, {}, &ok).trimmed();
  if (!ok || name.isEmpty()) return;
  const auto ids = selection_().ids;
  bench_.edit(tr("new label %1").arg(name), [ids, n = name.toStdString()](db::Catalog& catalog) {
    const db::LabelId made = catalog.labels().label(n);
    if (!ids.empty()) catalog.clips().set_label(ids, made);
  });
  if (!ids.empty()) bench_.note_command(QStringList{"label", name} + clip_words(ids));
}

void ClipActions::set_split(db::Split split) {
  const auto ids = ids_to_change();
  if (ids.empty()) return;
  const QString name = QString::fromLatin1(db::to_text(split));
  bench_.edit(tr("split of %1: %2").arg(count_text(ids.size()), name), [ids, split](db::Catalog& catalog) { catalog.clips().set_split(ids, split); });
  bench_.note_command(QStringList{"split", name} + clip_words(ids));
  bench_.say(tr("Split of %1: %2").arg(count_text(ids.size()), name));
}

void ClipActions::set_phrase(const QString& name) {
  const auto ids = ids_to_change();
  if (ids.empty()) return;
  bench_.edit(tr("phrase of %1: %2").arg(count_text(ids.size()), name.isEmpty() ? tr("none") : name), [ids, n = name.toStdString()](db::Catalog& catalog) {
    std::optional<db::PhraseId> phrase;
    if (!n.empty()) {
      const auto found = catalog.phrases().find(n);
      phrase = found ? found->id : catalog.phrases().add({{}, n, 0, {}});
    }
    catalog.clips().set_phrase(ids, phrase);
  });
  bench_.note_command(QStringList{"phrase", name.isEmpty() ? QStringLiteral("none") : name} + clip_words(ids));
  bench_.say(name.isEmpty() ? tr("%1 belong to no phrase now.").arg(count_text(ids.size()))
                            : tr("%1 play \"%2\": they are each other's targets.").arg(count_text(ids.size()), name));
}

void ClipActions::ask_phrase() {
  const Selection now = selection_();
  if (now.ids.empty() || !may_write(bench_)) return;
  bool ok = false;
  const QString before = now.current ? text(now.current->phrase) : QString();
  const QString name = QInputDialog::getText(window_, tr("Phrase"), tr("Clips of one phrase play the same notes. Name of the phrase of %1:").arg(count_text(now.ids.size())),
                                             QLineEdit::Normal, before, &ok).trimmed();
  if (!ok || name.isEmpty()) return;
  if (name == "none") return bench_.say(tr("A phrase cannot be called none; the menu has \"No phrase\" to take it away."));
  set_phrase(name);
}

void ClipActions::change_rating(int by) {
  const Selection now = selection_();
  if (now.current) set_rating(std::clamp(now.current->clip.rating + by, 0, 5));
}

void ClipActions::set_rating(int stars) {
  const auto ids = ids_to_change();
  if (ids.empty()) return;
  bench_.edit(tr("rate %1 %2").arg(count_text(ids.size())).arg(stars), [ids, stars](db::Catalog& catalog) { catalog.clips().set_rating(ids, stars); });
  bench_.note_command(QStringList{"rate", QString::number(stars)} + clip_words(ids));
}

void ClipActions::add_tag() {
  if (ids_to_change().empty()) return;
  bool ok = false;
  const QString name = QInputDialog::getText(window_, tr("Add tag"), tr("Tag:"), QLineEdit::Normal, {}, &ok).trimmed();
  if (ok && !name.isEmpty()) add_tag(name);
}

void ClipActions::add_tag(const QString& name) {
  const auto ids = ids_to_change();
  if (ids.empty()) return;
  bench_.edit(tr("tag %1 %2").arg(count_text(ids.size()), name), [ids, n = name.toStdString()](db::Catalog& catalog) {
    catalog.clips().add_tag(ids, catalog.labels().tag(n));
  });
  bench_.note_command(QStringList{"tag", name} + clip_words(ids));
}

void ClipActions::remove_tag(qint64 tag) {
  const auto ids = ids_to_change();
  if (ids.empty()) return;
  bench_.edit(tr("take a tag from %1").arg(count_text(ids.size())), [ids, tag](db::Catalog& catalog) { catalog.clips().remove_tag(ids, db::TagId{tag}); });
}

void ClipActions::edit_notes() {
  const Selection now = selection_();
  if (now.ids.empty() || !may_write(bench_)) return;
  const auto same = [&now](const db::ClipView& view) { return view.clip.notes == now.views.front().clip.notes; };
  const bool all_seen = now.views.size() == now.ids.size(), one = all_seen && !now.views.empty() && std::all_of(now.views.begin(), now.views.end(), same);
  const QString before = one ? text(now.views.front().clip.notes) : QString();
  const QString clips = count_text(now.ids.size());
  bool ok = false;
  const QString words = one ? tr("Notes on %1:").arg(clips) : tr("Notes on %1. They differ now; what you write here replaces them all:").arg(clips);
  const QString notes = QInputDialog::getMultiLineText(window_, tr("Notes"), words, before, &ok).trimmed();
  if (!ok || notes == before.trimmed()) return;
  bench_.edit(tr("note on %1").arg(clips), [ids = now.ids, n = notes.toStdString()](db::Catalog& catalog) { catalog.clips().set_notes(ids, n); });
  bench_.note_command(QStringList{"note", notes} + clip_words(now.ids));
}

void ClipActions::toggle_excluded() {
  const Selection now = selection_();
  if (now.ids.empty() || !may_write(bench_)) return;
  const bool exclude = !now.current || !now.current->clip.excluded;
  const QString clips = count_text(now.ids.size());
  bench_.edit((exclude ? tr("exclude %1") : tr("include %1")).arg(clips),
              [ids = now.ids, exclude](db::Catalog& catalog) { catalog.clips().set_excluded(ids, exclude); });
  bench_.note_command(QStringList{"exclude"} + clip_words(now.ids) + (exclude ? QStringList{} : QStringList{"--undo"}));
  bench_.say((exclude ? tr("%1 excluded from training, pairs and export.") : tr("%1 included again.")).arg(clips));
}

void ClipActions::remove() {
  const auto ids = ids_to_change();
  if (ids.empty() || !bench_.catalog()) return;
  bench_.catalog()->run(
      this, [ids](db::Catalog& catalog) { return catalog.recordings().used_only_by(ids); },
      [this, ids](db::RecordingStore::Files unused) {
        const QString clips = count_text(ids.size());
        QString words = tr("Their pairs go along, and Ctrl+Z brings the clips back. The sound files stay where they are.");
        if (unused.files > 0)
          words += " " + tr("No clip uses %1 (%2) then; \"Tidy\", \"Space on the disk…\" frees them.")
                             .arg(counted(unused.files, tr("file"), tr("files")), bytes_text(unused.bytes));
        if (!confirm(window_, tr("Remove %1 from the library?").arg(clips), words, tr("Remove %1").arg(clips))) return;
        bench_.edit(tr("remove %1").arg(clips), [ids](db::Catalog& catalog) { catalog.clips().remove(ids); });
        bench_.note_command(QStringList{"remove"} + clip_words(ids));
      });
}

void ClipActions::edit_recordings() {
  const auto ids = selection_().ids;
  if (!ids.empty()) show_recording_dialog(bench_, ids, window_);
}

void ClipActions::use(bool as_content) {
  const Selection now = selection_();
  if (!now.current) return bench_.say(tr("Choose a clip in the table first."));
  const SoundChoice choice = choice_of(*now.current);
  bench_.set_slot(as_content, choice);
  bench_.say((as_content ? tr("Content of the next transfer: %1") : tr("Style of the next transfer: %1")).arg(choice.title));
}

void ClipActions::compare() {
  for (const db::ClipView& view : selection_().views) bench_.add_to_comparison(choice_of(view));
}

void ClipActions::fill_menu(QMenu& menu, std::function<void()> play) {
  const Selection now = selection_();
  menu.addAction(icon("play"), tr("Play\tEnter"), this, play);
  menu.addAction(icon("content"), tr("Use as content\tC"), this, [this] { use(true); });
  menu.addAction(icon("style"), tr("Use as style\tS"), this, [this] { use(false); });
  menu.addAction(icon("compare"), tr("Add to the comparison\tV"), this, &ClipActions::compare);
  menu.addSeparator();
  QMenu* labels = menu.addMenu(icon("label"), tr("Label"));
  for (const db::LabelRow& row : labels_) {
    const QString key = row.key > 0 ? "\t" + QString::number(row.key) : QString();
    labels->addAction(verbatim(text(row.name)) + key, this, [this, id = row.id.value] { label(id); });
  }
  labels->addAction(tr("None\t0"), this, [this] { label(0); });
  labels->addAction(icon("add"), tr("New label…"), this, &ClipActions::new_label);
  QMenu* rating = menu.addMenu(icon("star"), tr("Rating"));
  for (int stars = 5; stars >= 0; --stars) {
    rating->addAction(stars ? QString(stars, QChar(0x2605)) : tr("Not rated"), this, [this, stars] { set_rating(stars); });
  }
  fill_tags(*menu.addMenu(icon("label"), tr("Tags")));
  fill_splits(*menu.addMenu(icon("train"), tr("Split")));
  fill_phrases(*menu.addMenu(icon("content"), tr("Phrase")));
  menu.addAction(icon("info"), tr("Notes…"), this, &ClipActions::edit_notes);
  menu.addAction(icon("rights"), tr("Source and rights…"), this, &ClipActions::edit_recordings);
  menu.addAction(icon("exclude"), tr("Exclude or include\tX"), this, &ClipActions::toggle_excluded);
  menu.addSeparator();
  if (now.current && bench_.has_workspace()) fill_files(menu, *now.current);
  menu.addAction(icon("export"), tr("Export…"), this, &ClipActions::export_requested);
  menu.addAction(icon("remove"), tr("Remove…\tDel"), this, &ClipActions::remove);
}

void ClipActions::fill_tags(QMenu& menu) {
  menu.addAction(icon("add"), tr("New tag…"), this, qOverload<>(&ClipActions::add_tag));
  const Selection now = selection_();
  for (const db::TagRow& tag : tags_) {
    const bool has = now.current && std::find(now.current->tags.begin(), now.current->tags.end(), tag.name) != now.current->tags.end();
    QAction* action = menu.addAction(verbatim(text(tag.name)));
    action->setCheckable(true);
    action->setChecked(has);
    connect(action, &QAction::triggered, this, [this, tag](bool on) {
      if (on) add_tag(text(tag.name));
      else remove_tag(tag.id.value), bench_.note_command(QStringList{"tag", "--remove", text(tag.name)} + clip_words(selection_().ids));
    });
  }
}

void ClipActions::fill_splits(QMenu& menu) {
  const Selection now = selection_();
  auto* group = new QActionGroup(&menu);
  const std::pair<db::Split, QString> splits[] = {{db::Split::train, tr("Train")}, {db::Split::validation, tr("Validation")}, {db::Split::test, tr("Test")},
                                                  {db::Split::none, tr("None: left to the training")}};
  for (const auto& [split, title] : splits) {
    QAction* action = menu.addAction(title, this, [this, chosen = split] { set_split(chosen); });
    action->setCheckable(true);
    action->setChecked(now.current && now.current->clip.split == split);
    group->addAction(action);
  }
}

void ClipActions::fill_phrases(QMenu& menu) {
  const Selection now = selection_();
  const QString phrase = now.current ? text(now.current->phrase) : QString();
  if (!phrase.isEmpty() && now.ids.size() > 1) menu.addAction(tr("All of them: %1").arg(verbatim(phrase)), this, [this, phrase] { set_phrase(phrase); });
  menu.addAction(icon("add"), phrase.isEmpty() ? tr("Give a phrase…") : tr("Another phrase…"), this, &ClipActions::ask_phrase);
  menu.addAction(tr("No phrase"), this, [this] { set_phrase({}); });
}

void ClipActions::fill_files(QMenu& menu, const db::ClipView& view) {
  const QString file = text(bench_.workspace().resolve(view.path).string());
  menu.addAction(icon("folder"), tr("Open its folder"), this,
                 [file] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).absolutePath())); });
  menu.addAction(icon("copy"), tr("Copy file name"), this, [file] { QGuiApplication::clipboard()->setText(file); });
}

}  // namespace luthier::ui
