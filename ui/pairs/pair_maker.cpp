#include "ui/pairs/pair_maker.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "core/session/pair_suggestions.h"
#include "db/clip_store.h"
#include "db/pair_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/transfer/sound_slot.h"

namespace luthier::ui {
namespace {

constexpr const char* kByHand = "chosen by hand";

/// A button that clips can be dropped on.
class ClipSlot : public QPushButton {
 public:
  ClipSlot(std::function<void(const SoundChoice&)> take, QWidget* parent) : QPushButton(parent), take_(std::move(take)) {
    setAcceptDrops(true);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setMinimumWidth(110);
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

 private:
  std::function<void(const SoundChoice&)> take_;
};

SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, QString::fromStdString(view.name), QString::fromStdString(view.label)}; }

}  // namespace

PairMaker::PairMaker(Workbench& bench, std::function<QString()> set_name, QWidget* parent) : QFrame(parent), bench_(bench), set_name_(std::move(set_name)) {
  setObjectName("pair_maker");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  const QString tips[] = {tr("Content: whose notes are kept. Drop a clip of the library here, or click to choose one (C)"),
                          tr("Style: whose sound is taken. Drop a clip of the library here, or click to choose one (S)"),
                          tr("Target: the notes of the content by the instrument of the style, where there is such a clip (V)")};
  const char* names[] = {"pair_content", "pair_style", "pair_target"};
  const Qt::Key keys[] = {Qt::Key_C, Qt::Key_S, Qt::Key_V};
  for (int i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    slots_[role] = new ClipSlot([this, role](const SoundChoice& choice) { set_choice(role, choice); }, this);
    slots_[role]->setObjectName(names[i]);
    slots_[role]->setToolTip(tips[i]);
    slots_[role]->setWhatsThis(tips[i]);
    row->addWidget(slots_[role], 1);
    connect(slots_[role], &QPushButton::clicked, this, [this, role] { choose(role); });
    auto* shortcut = new QShortcut(QKeySequence(keys[i]), parent ? parent : this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, this, [this, role] { choose(role); });
  }
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
  column->addWidget(reason_label_);
  menu_ = new QMenu(this);
  connect(suggest_, &QToolButton::clicked, this, &PairMaker::suggest);
  connect(add_, &QPushButton::clicked, this, &PairMaker::add);
  // What C, S and V name in the library stands here too.
  connect(&bench_, &Workbench::slot_chosen, this, [this](bool as_content, const SoundChoice& choice) {
    if (choice.clip != 0) set_choice(as_content ? content : style, choice);
  });
  connect(&bench_, &Workbench::comparison_added, this, [this](const SoundChoice& choice) {
    if (choice.clip != 0) set_choice(target, choice);
  });
  connect(&bench_, &Workbench::workspace_closing, this, &PairMaker::clear);
  show_choices();
}

void PairMaker::clear() {
  choices_ = {};
  reason_.clear();
  show_choices();
}

void PairMaker::set_choice(Role role, const SoundChoice& choice) {
  choices_[role] = choice;
  reason_.clear();
  show_choices();
  if (choice.clip == 0 || !choice.label.isEmpty() || !bench_.catalog()) return;
  // A dropped clip brings its number only.
  bench_.catalog()->run(
      this, [id = db::ClipId{choice.clip}](db::Catalog& catalog) { return catalog.clips().view(id); },
      [this, role, clip = choice.clip](std::optional<db::ClipView> view) {
        if (!view || choices_[role].clip != clip) return;
        choices_[role] = choice_of(*view);
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
    const QString name = choice.label.isEmpty() ? choice.title : choice.title + " · " + choice.label;
    QPushButton* slot = slots_[static_cast<std::size_t>(i)];
    slot->setText(choice.empty() ? titles[i] + "…" : slot->fontMetrics().elidedText(titles[i].section(' ', 0, 0) + ": " + name, Qt::ElideMiddle, 172));
    slot->setAccessibleName(choice.empty() ? titles[i] : titles[i] + ": " + name);
  }
  const bool ready = choices_[content].clip != 0 && choices_[style].clip != 0;
  add_->setEnabled(ready);
  suggest_->setEnabled(choices_[content].clip != 0);
  reason_label_->setText(!reason_.empty() ? tr("Why: %1").arg(QString::fromStdString(reason_))
                         : ready          ? tr("Why: %1").arg(tr(kByHand))
                                          : tr("A pair by hand: drag clips of the library over \"Pairs\" at the left and drop them here, or click a slot."));
}

void PairMaker::suggest() {
  if (!bench_.has_workspace() || choices_[content].clip == 0) return;
  suggest_->setEnabled(false);
  in_background<std::vector<Suggestion>>(
      this,
      [workspace = bench_.workspace(), clip = db::ClipId{choices_[content].clip}] {
        std::vector<Suggestion> all;
        const auto catalog = workspace.open_catalog();
        for (const db::PairRow& pair : suggest_pairs(workspace, clip)) {
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
    menu_->addAction(words + "\t" + QString::fromStdString(one.pair.reason), this, [this, one] {
      choices_[style] = one.style;
      choices_[target] = one.target;
      reason_ = one.pair.reason;
      show_choices();
    });
  }
  if (found.empty()) menu_->addAction(tr("Nothing to suggest: no clip of another label plays the same phrase, and there is no map of what sounds alike (page Explore)."))->setEnabled(false);
  if (isVisible()) menu_->popup(suggest_->mapToGlobal(QPoint(0, suggest_->height())));
}

QStringList PairMaker::words() const {
  QStringList out{"pairs", "add", "--set", set_name_(), "--content", QString::number(choices_[content].clip), "--style", QString::number(choices_[style].clip)};
  if (choices_[target].clip != 0) out << "--target" << QString::number(choices_[target].clip);
  return out;
}

void PairMaker::add() {
  if (!bench_.catalog() || choices_[content].clip == 0 || choices_[style].clip == 0) return;
  db::PairRow pair;
  pair.content = db::ClipId{choices_[content].clip};
  pair.style = db::ClipId{choices_[style].clip};
  if (choices_[target].clip != 0) pair.target = db::ClipId{choices_[target].clip};
  pair.reason = reason_.empty() ? kByHand : reason_;
  const QString set = set_name_();
  bench_.note_command(words());
  bench_.edit(
      tr("add a pair to %1").arg(set),
      [pair, name = set.toStdString()](db::Catalog& catalog) {
        const auto known = catalog.pairs().find_set(name);
        db::PairSetRow fresh;
        fresh.name = name;
        fresh.kind = "manual";
        catalog.pairs().add(known ? known->id : catalog.pairs().add_set(fresh), {pair});
      },
      [this, set] {
        bench_.say(tr("Pair added to \"%1\".").arg(set));
        Q_EMIT added(set);
      });
}

}  // namespace luthier::ui
