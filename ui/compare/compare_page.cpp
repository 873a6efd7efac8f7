#include "ui/compare/compare_page.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <random>

#include "ui/application_style.h"
#include "ui/compare/blind_test_dialog.h"
#include "ui/compare/export_dialog.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/sound_slot.h"

namespace luthier::ui {

ComparePage::ComparePage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  auto* left = new QFrame(this);
  left->setObjectName("card");
  left->setFixedWidth(280);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(12, 10, 12, 10);
  auto* heading = new QLabel(tr("Sounds to compare"), left);
  heading->setProperty("role", "heading");
  auto* hint = new QLabel(tr("Click one to hear it at the same position. Alt+1 … Alt+9 switch while it plays."), left);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  list_ = new QListWidget(left);
  list_->setAccessibleName(tr("Sounds to compare"));
  list_->setAlternatingRowColors(true);
  auto* row = new QHBoxLayout;
  auto tool = [&](const char* icon_name, const QString& name, auto action) {
    auto* b = new QToolButton(left);
    b->setIcon(icon(icon_name));
    b->setIconSize({18, 18});
    b->setAccessibleName(name);
    b->setToolTip(name);
    connect(b, &QToolButton::clicked, this, action);
    row->addWidget(b);
  };
  tool("library", tr("Add clips of the library"), [this] { add_clips(); });
  tool("folder", tr("Add sound files"), [this] { add_files(); });
  tool("arrow-up-plain", tr("Move up"), [this] { move_chosen(-1); });
  tool("arrow-down-plain", tr("Move down"), [this] { move_chosen(1); });
  tool("remove", tr("Take out of the comparison"), [this] { remove_chosen(); });
  tool("close", tr("Take all out"), [this] { clear(); });
  row->addStretch();
  export_ = new QPushButton(icon("export"), tr("Export…"), left);
  export_->setToolTip(tr("Pictures (PNG, SVG), sounds (WAV or FLAC), figures and the record (JSON) into a folder"));
  column->addWidget(heading);
  column->addWidget(hint);
  column->addLayout(row);
  column->addWidget(list_, 1);
  blind_ = new QPushButton(icon("sound"), tr("Blind test of 1 and 2…"), left);
  blind_->setObjectName("blind_test");
  blind_->setToolTip(tr("ABX: hear the first two sounds without knowing which is which, and learn whether you can tell them apart"));
  column->addWidget(blind_);
  column->addWidget(export_);
  outer->addWidget(left);
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), this);
  view_->set_hint(tr("Nothing to compare yet.\nDrag clips or files here, or press V on clips in the library."));
  outer->addWidget(view_, 1);

  connect(list_, &QListWidget::currentRowChanged, this, [this](int index) {
    if (index < 0 || index >= count()) return;
    const SoundPtr wanted = entries_[static_cast<std::size_t>(index)].sound;
    const auto all = view_->sounds();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (wanted && all[i]->key == wanted->key) bench_.player().set_deck(all, i, false);
    }
  });
  connect(list_, &QListWidget::itemDoubleClicked, this, [this] { bench_.player().toggle(); });
  connect(export_, &QPushButton::clicked, this, [this] {
    std::vector<SoundPtr> sounds;
    std::vector<QString> titles;
    std::map<std::string, std::string> record;
    for (const Entry& entry : entries_) {
      if (!entry.sound) continue;
      sounds.push_back(entry.sound);
      titles.push_back(entry.choice.title);
      record["sound." + std::to_string(sounds.size())] = entry.choice.clip ? "clip " + entry.choice.text() : entry.choice.text();
    }
    export_comparison(bench_, this, sounds, titles, record);
  });
  connect(blind_, &QPushButton::clicked, this, &ComparePage::start_blind_test);
  connect(&bench_, &Workbench::comparison_added, this, [this](const SoundChoice& choice) {
    add(choice);
    bench_.say(tr("Added to the comparison: %1").arg(choice.title));
  });
  connect(&bench_, &Workbench::workspace_closing, this, &ComparePage::clear);
  connect(&bench_.player(), &SoundPlayer::deck_changed, this, &ComparePage::show_heard);
  rebuild(false);
}

void ComparePage::add(const SoundChoice& choice) {
  const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.choice.text() == choice.text(); });
  if (known) return;
  const quint64 number = ++last_number_;
  entries_.push_back({number, choice, nullptr, {}});
  auto with_entry = [this, number](auto change) {
    for (Entry& entry : entries_) {
      if (entry.number == number) change(entry);
    }
    rebuild(true);
  };
  rebuild(true);
  bench_.load(
      choice, this,
      [with_entry](SoundPtr sound) {
        with_entry([&](Entry& entry) {
          entry.sound = sound;
          entry.choice.title = sound->title;
          entry.choice.label = sound->label;
        });
      },
      [with_entry](const QString& message) { with_entry([&](Entry& entry) { entry.problem = message; }); });
}

void ComparePage::rebuild(bool keep_view) {
  const QSignalBlocker block(list_);
  const int before = list_->currentRow();
  list_->clear();
  std::vector<LaneSource> lanes;
  int number = 0;
  for (const Entry& entry : entries_) {
    ++number;
    QString title = entry.choice.title;
    if (!entry.choice.label.isEmpty()) title += "  ·  " + entry.choice.label;
    auto* item = new QListWidgetItem(QStringLiteral("%1   %2").arg(number).arg(title));
    item->setToolTip(entry.problem.isEmpty() ? entry.choice.title : entry.problem);
    if (!entry.problem.isEmpty()) item->setForeground(theme().danger);
    list_->addItem(item);
    lanes.push_back({QStringLiteral("%1  %2").arg(number).arg(title), entry.sound, nullptr,
                     entry.problem.isEmpty() ? (entry.sound ? QString() : tr("Reading…")) : entry.problem, false});
  }
  list_->setCurrentRow(std::min(before, list_->count() - 1));
  blind_->setEnabled(entries_.size() >= 2 && entries_[0].sound && entries_[1].sound);
  export_->setEnabled(std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return e.sound != nullptr; }));
  view_->set_sources(std::move(lanes), keep_view && entries_.size() > 1);
}

void ComparePage::show_heard() {
  const auto now = bench_.player().current();
  for (int i = 0; i < count(); ++i) {
    const SoundPtr sound = entries_[static_cast<std::size_t>(i)].sound;
    if (!now || !sound || sound->key != now->key || list_->currentRow() == i) continue;
    const QSignalBlocker block(list_);
    list_->setCurrentRow(i);
  }
}

void ComparePage::start_blind_test() {
  if (entries_.size() < 2 || !entries_[0].sound || !entries_[1].sound) return;
  auto* dialog = new BlindTestDialog(bench_, entries_[0].sound, entries_[1].sound, std::random_device{}(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void ComparePage::add_clips() {
  if (!bench_.has_workspace()) return;
  ClipPickDialog dialog(bench_, this, true);
  if (dialog.exec() != QDialog::Accepted) return;
  for (const SoundChoice& choice : dialog.chosen()) add(choice);
}

void ComparePage::add_files() {
  const QStringList files =
      QFileDialog::getOpenFileNames(this, tr("Choose sound files"), QSettings().value("files/sounds").toString(), sound_file_filter());
  for (const QString& file : files) {
    QSettings().setValue("files/sounds", QFileInfo(file).absolutePath());
    add({0, file, QFileInfo(file).fileName(), {}});
  }
}

void ComparePage::remove_chosen() {
  const int row = list_->currentRow();
  if (row < 0) return;
  entries_.erase(entries_.begin() + row);
  rebuild(true);
}

void ComparePage::move_chosen(int by) {
  const int row = list_->currentRow(), to = row + by;
  if (row < 0 || to < 0 || to >= count()) return;
  std::swap(entries_[static_cast<std::size_t>(row)], entries_[static_cast<std::size_t>(to)]);
  rebuild(true);
  const QSignalBlocker block(list_);
  list_->setCurrentRow(to);
}

void ComparePage::clear() {
  entries_.clear();
  rebuild(false);
}

void ComparePage::dragEnterEvent(QDragEnterEvent* event) {
  if (!choices_of(*event->mimeData()).empty()) event->acceptProposedAction();
}

void ComparePage::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  for (const SoundChoice& choice : choices_of(*event->mimeData())) add(choice);
}

}  // namespace luthier::ui
