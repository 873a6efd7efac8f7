#include "ui/compare/compare_page.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_layout.h"
#include "ui/compare/figures_table.h"
#include "ui/compare/transfer_truth.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/sound_slot.h"

namespace luthier::ui {
namespace {

constexpr const char* kNeeded = "needed";  ///< of a button: as many sounds must be there

QString title_of(const SoundChoice& choice) { return choice.label.isEmpty() ? choice.title : choice.title + "  ·  " + choice.label; }

}  // namespace

ComparePage::ComparePage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  outer->addWidget(make_left());
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setChildrenCollapsible(false);
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), splitter);
  view_->set_hint(tr("Nothing to compare yet.\nDrag clips or files here, or press V on clips in the library."));
  view_->scene().set_difference_range(difference_->range());
  figures_ = new FiguresTable(bench_, splitter);
  splitter->addWidget(view_);
  splitter->addWidget(figures_);
  splitter->setStretchFactor(0, 1);
  splitter->setSizes({480, 230});  // six sounds with their figures
  keep_splitter(*splitter, "compare/splitter");
  outer->addWidget(splitter, 1);

  connect(list_, &QListWidget::currentRowChanged, this, [this](int index) {
    if (index < 0 || index >= count()) return;
    const SoundPtr wanted = entries_[static_cast<std::size_t>(index)].sound;
    const auto all = view_->sounds();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (wanted && all[i]->key == wanted->key) view_->select(i);
    }
  });
  connect(list_, &QListWidget::itemDoubleClicked, this, [this] { bench_.player().toggle(); });
  connect(difference_, &DifferencePanel::changed, this, [this] { show_lanes(true); });
  connect(difference_, &DifferencePanel::range_changed, this, [this] { view_->scene().set_difference_range(difference_->range()); });
  connect(&bench_, &Workbench::comparison_added, this, [this](const SoundChoice& choice) {
    add(choice);
    if (choice.clip == 0) look_for_truth(choice.path);
    bench_.say(tr("Added to the comparison: %1").arg(choice.title));
  });
  connect(&bench_, &Workbench::workspace_closing, this, &ComparePage::clear);
  connect(&bench_.player(), &SoundPlayer::deck_changed, this, &ComparePage::show_heard);
  rebuild(false);
}

QWidget* ComparePage::make_left() {
  auto* left = new QFrame(this);
  left->setObjectName("card");
  left->setFixedWidth(280);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(12, 10, 12, 10);
  auto* heading = new QLabel(tr("Sounds to compare"), left);
  heading->setProperty("role", "heading");
  auto* hint = new QLabel(tr("Click one to hear it at the same position. Alt+1 … Alt+9 switch while it plays; the button “Equal loudness” below the pictures brings all to one loudness."), left);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  column->addWidget(heading);
  column->addWidget(hint);
  add_list_tools(column, left);
  list_ = new QListWidget(left);
  list_->setAccessibleName(tr("Sounds to compare"));
  list_->setWhatsThis(tr("The sounds that stand side by side. A click plays one; Alt+1 to Alt+9 switch between them at the same place; two chosen ones can be told apart in a blind test."));
  list_->setAlternatingRowColors(true);
  column->addWidget(list_, 1);
  difference_ = new DifferencePanel(bench_, left);
  column->addWidget(difference_);
  auto button = [&](const char* icon_name, const QString& text, const char* name, const QString& tip) {
    auto* made = new QPushButton(icon(icon_name), text, left);
    made->setObjectName(name);
    made->setToolTip(tip);
    made->setWhatsThis(tip);
    column->addWidget(made);
    return made;
  };
  eq_match_ = button("wand", tr("Add EQ match"), "eq_match",
                     tr("Adds the classical baseline: the first of the two sounds chosen above (the content), filtered so that its average spectrum becomes the second's (the style's). "
                        "The content and the style themselves are the other two baselines."));
  blind_ = button("sound", tr("Blind test (ABX)…"), "blind_test", tr("Hear the two sounds chosen above without knowing which is which, and learn whether you can tell them apart"));
  rating_ = button("star", tr("Rating test…"), "rating_test", tr("Give all sounds 0 to 100 without knowing which is which, with the truth hidden among them (as in MUSHRA)"));
  auto* last = new QHBoxLayout;
  export_ = new QPushButton(icon("export"), tr("Export…"), left);
  export_->setToolTip(tr("Pictures (PNG, SVG, PDF), sounds (WAV or FLAC), figures (CSV) and the record (JSON) into a folder, or all in one HTML page"));
  auto* copy = new QToolButton(left);
  copy->setIcon(icon("copy"));
  copy->setAccessibleName(tr("Copy as command"));
  copy->setToolTip(tr("Copy this comparison as a luthierctl command"));
  last->addWidget(export_, 1);
  last->addWidget(copy);
  column->addLayout(last);
  connect(export_, &QPushButton::clicked, this, &ComparePage::start_export);
  connect(eq_match_, &QPushButton::clicked, this, &ComparePage::add_eq_match);
  connect(blind_, &QPushButton::clicked, this, &ComparePage::start_blind_test);
  connect(rating_, &QPushButton::clicked, this, &ComparePage::start_rating_test);
  connect(copy, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(command());
    bench_.say(tr("Copied: %1").arg(command()));
  });
  return left;
}

void ComparePage::add_list_tools(QVBoxLayout* column, QWidget* parent) {
  auto* row = new QHBoxLayout;
  auto tool = [&](const char* icon_name, const QString& name, auto action, int needed = 0) {
    auto* b = new QToolButton(parent);
    b->setProperty(kNeeded, needed);
    b->setEnabled(needed == 0);
    b->setIcon(icon(icon_name));
    b->setIconSize({18, 18});
    b->setAccessibleName(name);
    b->setToolTip(name);
    connect(b, &QToolButton::clicked, this, action);
    row->addWidget(b);
  };
  tool("library", tr("Add clips of the library"), [this] { add_clips(); });
  tool("folder", tr("Add sound files"), [this] { add_files(); });
  tool("arrow-up-plain", tr("Move up"), [this] { move_chosen(-1); }, 2);
  tool("arrow-down-plain", tr("Move down"), [this] { move_chosen(1); }, 2);
  tool("remove", tr("Take out of the comparison"), [this] { remove_chosen(); }, 1);
  tool("close", tr("Take all out"), [this] { clear(); }, 1);
  row->addStretch();
  column->addLayout(row);
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

void ComparePage::arrange(const Arrangement& arrangement) {
  clear();
  arrangement_ = arrangement;
  if (!arrangement.truth) suggested_.emplace();
  for (const SoundChoice& choice : arrangement.sounds) add(choice);
  finish_arrangement();
}

/// The result of a transfer is measured against what it should be, or not at all; never against its content, which stands first.
void ComparePage::look_for_truth(const QString& file) {
  find_transfer_truth(bench_, this, file, [this, file](const SoundChoice& truth) {
    const bool here = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.choice.path == file; });
    if (!here) return;  // taken out meanwhile
    suggested_ = truth.text();
    if (!truth.empty()) add(truth);
    rebuild(true);
  });
}

std::optional<std::size_t> ComparePage::suggested_truth() const {
  if (!suggested_) return 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].sound && entries_[i].choice.text() == *suggested_) return i;
  }
  return std::nullopt;
}

/// Truth, difference and zoom are chosen when all sounds are there.
void ComparePage::finish_arrangement() {
  const auto read = [](const Entry& entry) { return entry.sound || !entry.problem.isEmpty(); };
  if (!arrangement_ || entries_.size() < arrangement_->sounds.size() || !std::all_of(entries_.begin(), entries_.end(), read)) return;
  const Arrangement wanted = *std::exchange(arrangement_, std::nullopt);
  if (wanted.truth) figures_->choose_truth(*wanted.truth);
  difference_->set_equal_loudness(wanted.equal_loudness);
  if (wanted.difference) difference_->choose(wanted.difference->first, wanted.difference->second);
  difference_->set_shown(wanted.difference.has_value());
  if (wanted.difference_range) difference_->choose_range(*wanted.difference_range);
  const double span = wanted.band ? wanted.band->second - wanted.band->first : 1;
  if (span > 0 && span < 1) view_->scene().zoom_band(1 / span, wanted.band->first / (1 - span));  // from the whole axis
  if (wanted.seen) view_->scene().show_time(wanted.seen->first, wanted.seen->second);
}

void ComparePage::rebuild(bool keep_view) {
  {
    const QSignalBlocker block(list_);
    const int before = list_->currentRow();
    list_->clear();
    int number = 0;
    for (const Entry& entry : entries_) {
      auto* item = new QListWidgetItem(QStringLiteral("%1   %2").arg(++number).arg(title_of(entry.choice)));
      item->setToolTip(Qt::convertFromPlainText(entry.problem.isEmpty() ? entry.choice.title : entry.problem));  // a name is no HTML
      if (!entry.problem.isEmpty()) item->setForeground(theme().danger);
      list_->addItem(item);
    }
    list_->setCurrentRow(std::min(before, list_->count() - 1));
  }
  for (auto* button : findChildren<QToolButton*>()) {
    if (const int needed = button->property(kNeeded).toInt(); needed > 0) button->setEnabled(list_->count() >= needed);
  }
  const auto sounds = loaded();
  eq_match_->setEnabled(sounds.size() >= 2);
  blind_->setEnabled(sounds.size() >= 2);
  rating_->setEnabled(sounds.size() >= 2);
  export_->setEnabled(!sounds.empty());
  figures_->set_sounds(sounds, suggested_truth());
  difference_->set_sounds(sounds);
  show_lanes(keep_view);
  finish_arrangement();
}

void ComparePage::show_lanes(bool keep_view) {
  std::vector<LaneSource> lanes;
  int number = 0;
  for (const Entry& entry : entries_) {
    lanes.push_back({QStringLiteral("%1  %2").arg(++number).arg(title_of(entry.choice)), entry.sound, nullptr,
                     entry.problem.isEmpty() ? (entry.sound ? QString() : tr("Reading…")) : entry.problem, false});
  }
  if (const auto lane = difference_->lane()) lanes.push_back(*lane);
  view_->set_sources(std::move(lanes), keep_view && entries_.size() > 1);
}

std::vector<NumberedSound> ComparePage::loaded() const {
  std::vector<NumberedSound> out;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].sound) out.push_back({i, title_of(entries_[i].choice), entries_[i].sound});
  }
  return out;
}

void ComparePage::show_heard() {
  const int heard = view_->heard();
  const auto all = view_->sounds();
  if (heard < 0 || heard >= static_cast<int>(all.size())) return;
  for (int i = 0; i < count(); ++i) {
    const SoundPtr sound = entries_[static_cast<std::size_t>(i)].sound;
    if (!sound || sound->key != all[static_cast<std::size_t>(heard)]->key || list_->currentRow() == i) continue;
    const QSignalBlocker block(list_);
    list_->setCurrentRow(i);
  }
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
  arrangement_.reset();
  suggested_.reset();
  entries_.clear();
  rebuild(false);
}

void ComparePage::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() || !choices_of(*event->mimeData()).empty()) event->acceptProposedAction();
}

void ComparePage::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  // A folder, a picture, a page or a record is no sound to compare; it may hold a comparison.
  const auto urls = event->mimeData()->hasFormat(kClipMime) ? QList<QUrl>() : event->mimeData()->urls();
  const QFileInfo one(urls.size() == 1 ? urls.first().toLocalFile() : QString());
  if (urls.size() == 1 && is_no_sound(one.filePath())) {
    Q_EMIT files_dropped({one.absoluteFilePath()});
    return;
  }
  for (const SoundChoice& choice : choices_of(*event->mimeData())) add(choice);
}

}  // namespace luthier::ui
