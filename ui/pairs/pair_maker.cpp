#include "ui/pairs/pair_maker.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QResizeEvent>
#include <QShortcut>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "core/session/pair_session.h"
#include "core/session/pair_suggestions.h"
#include "db/clip_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/words.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/transfer/sound_slot.h"

namespace luthier::ui {
namespace {

constexpr const char* kByHand = "chosen by hand";
constexpr std::size_t kEarlier = 8, kSuggested = 6;

SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, QString::fromStdString(view.name), QString::fromStdString(view.label)}; }

QString name_of(const SoundChoice& choice) { return choice.label.isEmpty() ? choice.title : choice.title + " · " + choice.label; }

}  // namespace

/// A button that clips can be dropped on.
class ClipSlot : public QPushButton {
 public:
  ClipSlot(std::function<void(const SoundChoice&)> take, QWidget* parent) : QPushButton(parent), take_(std::move(take)) {
    setAcceptDrops(true);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setMinimumWidth(110);
    setContextMenuPolicy(Qt::CustomContextMenu);
  }
  /// Shown as far as there is room.
  void set_words(const QString& words) {
    words_ = words;
    show_words();
  }

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override {
    if (event->mimeData()->hasFormat(kClipMime)) event->acceptProposedAction();
  }
  void dropEvent(QDropEvent* event) override {
    const auto choices = choices_of(*event->mimeData());
    if (choices.empty() || choices.front().clip == 0) return;
    event->acceptProposedAction();
    take_(choices.front());
  }
  void resizeEvent(QResizeEvent* event) override {
    QPushButton::resizeEvent(event);
    show_words();
  }

 private:
  void show_words() {
    const int room = width() - (icon().isNull() ? 28 : 32 + iconSize().width());
    setText(verbatim(fontMetrics().elidedText(words_, Qt::ElideMiddle, std::max(room, 60))));
  }

  QString words_;
  std::function<void(const SoundChoice&)> take_;
};

PairMaker::PairMaker(Workbench& bench, std::function<QString()> set_name, QWidget* parent) : QFrame(parent), bench_(bench), set_name_(std::move(set_name)) {
  setObjectName("pair_maker");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  swap_ = new QToolButton(this);
  swap_->setObjectName("swap_pair");
  swap_->setIcon(icon("swap"));
  swap_->setAccessibleName(tr("Swap content and style"));
  swap_->setToolTip(tr("Swap content and style; a target is taken out, for it belongs to the other direction"));
  row->addWidget(make_slot(content), 1);
  row->addWidget(swap_);
  row->addWidget(make_slot(style), 1);
  row->addWidget(make_slot(target), 1);
  suggest_ = new QToolButton(this);
  suggest_->setObjectName("suggest_pairs");
  suggest_->setIcon(icon("wand"));
  suggest_->setText(tr("Suggest"));
  suggest_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  suggest_->setToolTip(tr("What could be paired with the content: the same phrase by another instrument, and clips that sound alike"));
  add_ = new QPushButton(icon("add"), tr("Add pair"), this);
  add_->setObjectName("add_pair");
  add_->setAutoDefault(false);
  add_->setToolTip(tr("Adds the pair to the chosen set if it was made by hand, else to the set \"by hand\". Ctrl+Z takes it back."));
  row->addWidget(suggest_);
  row->addWidget(add_);
  row->addWidget(make_copy_command_button(bench_, this, [this] { return words(); }));
  column->addLayout(row);
  reason_label_ = new QLabel(this);
  reason_label_->setObjectName("pair_reason");
  reason_label_->setProperty("role", "hint");
  reason_label_->setTextFormat(Qt::PlainText);
  reason_label_->setWordWrap(true);
  column->addWidget(reason_label_);
  menu_ = new QMenu(this);
  connect(suggest_, &QToolButton::clicked, this, &PairMaker::suggest);
  connect(add_, &QPushButton::clicked, this, &PairMaker::add);
  connect(swap_, &QToolButton::clicked, this, &PairMaker::swap);
  // What C, S and V name in the library stands here too.
  connect(&bench_, &Workbench::slot_chosen, this, [this](bool as_content, const SoundChoice& choice) {
    const Role role = as_content ? content : style;
    if (choice.clip != 0 && !pinned_[role]) set_choice(role, choice);
  });
  connect(&bench_, &Workbench::comparison_added, this, [this](const SoundChoice& choice) {
    if (choice.clip != 0) set_choice(target, choice);
  });
  connect(&bench_, &Workbench::workspace_closing, this, &PairMaker::clear);
  connect(&bench_, &Workbench::catalog_changed, this, [this] {
    if (isVisible()) look();
  });
  show_choices();
}

QPushButton* PairMaker::make_slot(Role role) {
  const QString tips[] = {tr("Content: whose notes are kept. Drop a clip of the library here, or click to choose one (C). A right click pins it, empties it, or brings an earlier one back."),
                          tr("Style: whose sound is taken. Drop a clip of the library here, or click to choose one (S). A right click pins it, empties it, or brings an earlier one back."),
                          tr("Target: the notes of the content by the instrument of the style, where there is such a clip (V). A right click empties it, or brings an earlier one back.")};
  const char* names[] = {"pair_content", "pair_style", "pair_target"};
  const Qt::Key keys[] = {Qt::Key_C, Qt::Key_S, Qt::Key_V};
  auto* slot = slots_[role] = new ClipSlot([this, role](const SoundChoice& choice) { set_choice(role, choice); }, this);
  slot->setObjectName(names[role]);
  slot->setToolTip(tips[role]);
  slot->setWhatsThis(tips[role]);
  connect(slot, &QPushButton::clicked, this, [this, role] { choose(role); });
  connect(slot, &QPushButton::customContextMenuRequested, this, [this, role, slot](const QPoint& at) {
    QMenu menu(this);
    fill_slot_menu(role, menu);
    menu.exec(slot->mapToGlobal(at));
  });
  auto* shortcut = new QShortcut(QKeySequence(keys[role]), parentWidget() ? parentWidget() : this);
  shortcut->setContext(Qt::WidgetWithChildrenShortcut);
  connect(shortcut, &QShortcut::activated, this, [this, role] { choose(role); });
  return slot;
}

/// A clip may have gone meanwhile, or have another split.
void PairMaker::showEvent(QShowEvent* event) {
  QFrame::showEvent(event);
  look();
}

void PairMaker::clear() {
  choices_ = {};
  earlier_ = {};
  pinned_ = {};
  problem_.clear();
  reason_.clear();
  look();
}

void PairMaker::put(Role role, const SoundChoice& choice) {
  const SoundChoice before = std::exchange(choices_[role], choice);
  problem_.clear();
  if (choice.clip == 0) pinned_[role] = false;
  auto& earlier = earlier_[role];
  std::erase_if(earlier, [&](const SoundChoice& one) { return one.clip == before.clip || one.clip == choice.clip; });
  if (before.clip != 0 && before.clip != choice.clip) earlier.insert(earlier.begin(), before);
  if (earlier.size() > kEarlier) earlier.pop_back();
}

void PairMaker::set_choice(Role role, const SoundChoice& choice) {
  put(role, choice);
  reason_.clear();
  look();
}

void PairMaker::set_pinned(Role role, bool pinned) {
  pinned_[role] = pinned;
  show_choices();
}

void PairMaker::swap() {
  const SoundChoice before = choices_[content];
  std::swap(pinned_[content], pinned_[style]);
  put(content, SoundChoice(choices_[style]));
  put(style, before);
  put(target, {});
  reason_.clear();
  look();
}

void PairMaker::fill_slot_menu(Role role, QMenu& menu) {
  if (role != target) {
    QAction* pin = menu.addAction(icon("pin"), tr("Pinned: the library's keys and suggestions leave it"));
    pin->setCheckable(true);
    pin->setChecked(pinned_[role]);
    pin->setEnabled(choices_[role].clip != 0);
    connect(pin, &QAction::toggled, this, [this, role](bool on) { set_pinned(role, on); });
  }
  QAction* empty = menu.addAction(icon("close"), tr("Empty"), this, [this, role] { set_choice(role, {}); });
  empty->setEnabled(choices_[role].clip != 0);
  if (!earlier_[role].empty()) menu.addSection(tr("Earlier"));
  for (const SoundChoice& one : earlier_[role]) menu.addAction(verbatim(name_of(one)), this, [this, role, one] { set_choice(role, one); });
}

void PairMaker::look() {
  ticket_ = ticket_.next();
  show_choices();
  std::vector<db::ClipId> wanted;
  for (const SoundChoice& choice : choices_) {
    if (choice.clip != 0) wanted.push_back({choice.clip});
  }
  if (wanted.empty() || !bench_.catalog()) return;
  bench_.catalog()->read(
      this, ticket_, [wanted](db::Catalog& catalog) { return catalog.clips().views(wanted); },
      [this](const std::vector<db::ClipView>& views) {
        std::array<std::optional<PairedClip>, role_count> clips;
        for (std::size_t i = 0; i < role_count; ++i) {
          for (const db::ClipView& view : views) {
            if (view.clip.id.value != choices_[i].clip) continue;
            choices_[i] = choice_of(view);  // a dropped clip brought its number only
            clips[i] = PairedClip{view.clip.id, view.clip.split};
          }
          if (choices_[i].clip != 0 && !clips[i]) choices_[i] = {}, pinned_[i] = false;  // it is no longer in the library
        }
        if (clips[content] && clips[style]) problem_ = QString::fromStdString(pair_problem(*clips[content], *clips[style], clips[target]));
        show_choices();
      });
}

void PairMaker::choose(Role role) {
  if (!bench_.has_workspace()) return;
  ClipPickDialog dialog(bench_, this, false);
  if (dialog.exec() == QDialog::Accepted && !dialog.chosen().empty()) set_choice(role, dialog.chosen().front());
}

void PairMaker::show_choices() {
  const QString titles[] = {tr("Content"), tr("Style"), tr("Target (if known)")};
  for (int i = 0; i < role_count; ++i) {
    const SoundChoice& choice = choices_[static_cast<std::size_t>(i)];
    const QString name = name_of(choice);
    const bool pinned = pinned_[static_cast<std::size_t>(i)];
    ClipSlot* slot = slots_[static_cast<std::size_t>(i)];
    slot->setIcon(pinned ? accent_icon("pin") : QIcon());
    slot->set_words(choice.empty() ? titles[i] + "…" : titles[i].section(' ', 0, 0) + ": " + name);
    slot->setAccessibleName(choice.empty() ? titles[i] : titles[i] + ": " + name + (pinned ? ", " + tr("pinned") : QString()));
  }
  const bool ready = choices_[content].clip != 0 && choices_[style].clip != 0;
  add_->setEnabled(ready && problem_.isEmpty());
  swap_->setEnabled(choices_[content].clip != 0 || choices_[style].clip != 0);
  suggest_->setEnabled(choices_[content].clip != 0);
  reason_label_->setProperty("role", problem_.isEmpty() ? "hint" : "error");
  reason_label_->style()->unpolish(reason_label_);
  reason_label_->style()->polish(reason_label_);
  reason_label_->setText(!problem_.isEmpty() ? problem_
                         : !reason_.empty() ? tr("Why: %1").arg(QString::fromStdString(reason_))
                         : ready          ? tr("Why: %1").arg(tr(kByHand))
                                          : tr("A pair by hand: drag clips of the library over \"Pairs\" at the left and drop them here, or click a slot."));
}

void PairMaker::suggest() {
  if (!bench_.has_workspace() || choices_[content].clip == 0) return;
  suggest_->setEnabled(false);
  in_background<std::vector<Suggestion>>(
      this,
      [workspace = bench_.workspace(), clip = db::ClipId{choices_[content].clip}, style = pinned_[style] ? std::optional(db::ClipId{choices_[style].clip}) : std::nullopt] {
        std::vector<Suggestion> all;
        const auto catalog = workspace.open_catalog();
        for (const db::PairRow& pair : suggest_pairs(workspace, clip, kSuggested, style)) {
          Suggestion one{pair, {}, {}};
          if (const auto view = catalog->clips().view(pair.style)) one.style = choice_of(*view);
          if (const auto view = pair.target ? catalog->clips().view(*pair.target) : std::nullopt) one.target = choice_of(*view);
          all.push_back(one);
        }
        return all;
      },
      [this, clip = choices_[content].clip](const std::vector<Suggestion>& found) {
        suggest_->setEnabled(true);
        if (clip == choices_[content].clip) offer(found);
      },
      [this](const QString& problem) {
        suggest_->setEnabled(true);
        show_error(this, problem);
      });
}

void PairMaker::offer(const std::vector<Suggestion>& found) {
  menu_->clear();
  for (const Suggestion& one : found) {
    QString words = tr("Style: %1").arg(one.style.title);
    if (!one.target.empty()) words += tr(", target: %1").arg(one.target.title);
    menu_->addAction(verbatim(words + "\t" + QString::fromStdString(one.pair.reason)), this, [this, one] {
      put(style, one.style);
      put(target, one.target);
      reason_ = one.pair.reason;
      look();
    });
  }
  if (found.empty()) menu_->addAction(pinned_[style] ? tr("Nothing to suggest with the pinned style: no clip of its label and of the content's split plays the content's phrase.")
                                      : tr("Nothing to suggest: no clip of another label and of the same split plays the same phrase, and there is no map of what sounds alike (page Explore)."))->setEnabled(false);
  if (isVisible()) menu_->popup(suggest_->mapToGlobal(QPoint(0, suggest_->height())));
}

QStringList PairMaker::words() const {
  QStringList out{"pairs", "add", "--set", set_name_(), "--content", QString::number(choices_[content].clip), "--style", QString::number(choices_[style].clip)};
  if (choices_[target].clip != 0) out << "--target" << QString::number(choices_[target].clip);
  if (!reason_.empty()) out << "--reason" << QString::fromStdString(reason_);
  return out;
}

void PairMaker::add() {
  if (!bench_.catalog() || !add_->isEnabled()) return;
  db::PairRow pair;
  pair.content = db::ClipId{choices_[content].clip};
  pair.style = db::ClipId{choices_[style].clip};
  if (choices_[target].clip != 0) pair.target = db::ClipId{choices_[target].clip};
  pair.reason = reason_.empty() ? kByHand : reason_;
  const QString set = set_name_();
  bench_.note_command(words());
  bench_.edit(
      tr("add a pair to %1").arg(set),
      [pair, name = set.toStdString()](db::Catalog& catalog) { add_pair(catalog, name, pair); },
      [this, set] {
        bench_.say(tr("Pair added to \"%1\".").arg(set));
        Q_EMIT added(set);
      });
}

}  // namespace luthier::ui
