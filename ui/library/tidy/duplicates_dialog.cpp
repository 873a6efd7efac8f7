#include "ui/library/tidy/duplicates_dialog.h"

#include <QToolButton>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/session/library_session.h"
#include "db/clip_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_panel.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMostShown = 500;

QString text(const std::string& value) { return QString::fromStdString(value); }

QString clips_text(std::size_t clips) { return counted(static_cast<qint64>(clips), QObject::tr("clip"), QObject::tr("clips")); }

}  // namespace

DuplicatesDialog::DuplicatesDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setObjectName("duplicates_dialog");
  setWindowTitle(tr("The same sound twice"));
  resize(820, 520);
  auto* column = new QVBoxLayout(this);
  heading_ = new QLabel(tr("Looking…"), this);
  heading_->setProperty("role", "heading");
  auto* words = new QLabel(tr("Clips are the same when every sample is, whatever the files are called. Of each sound one clip is kept: not excluded, "
                              "labelled, best rated, oldest. Choose a line to hear it."), this);
  words->setProperty("role", "hint");
  words->setWordWrap(true);
  tree_ = new QTreeWidget(this);
  tree_->setAccessibleName(tr("Clips with the same sound"));
  tree_->setWhatsThis(tr("Groups of clips whose samples are the same. Choose a line to hear it, Space plays it again; the last column says which clip of a group is kept."));
  tree_->setHeaderLabels({tr("Clip"), tr("Label"), tr("Start, s"), tr("Length, s"), tr("State")});
  tree_->header()->resizeSection(0, 340);
  tree_->setUniformRowHeights(true);
  tree_->setAlternatingRowColors(true);
  show_ = new QPushButton(tr("Show in the table"), this);
  show_->setWhatsThis(tr("Lists these clips alone in the library, to be looked at and changed there."));
  exclude_ = new QPushButton(icon("exclude"), tr("Exclude the extra ones"), this);
  exclude_->setObjectName("exclude_extra");
  exclude_->setToolTip(tr("Keep them in the library, but out of training, pairs and export"));
  remove_ = new QPushButton(icon("remove"), tr("Remove the extra ones…"), this);
  remove_->setObjectName("remove_extra");
  remove_->setToolTip(tr("Take all but one of each group out of the library, those that are excluded already too; undo brings them back"));
  auto* close = new QPushButton(tr("Close"), this);
  close->setWhatsThis(tr("Closes the dialog; what was done in it stays. Esc does the same."));
  auto* row = new QHBoxLayout;
  row->addWidget(make_copy_command_button(bench_, this, [] { return QStringList{"duplicates"}; }));
  row->addWidget(show_);
  row->addStretch();
  row->addWidget(exclude_);
  row->addWidget(remove_);
  row->addWidget(close);
  column->addWidget(heading_);
  column->addWidget(words);
  column->addWidget(tree_, 1);
  column->addLayout(row);
  for (QPushButton* button : {show_, exclude_, remove_, close}) button->setAutoDefault(false);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(show_, &QPushButton::clicked, this, [this] {
    bench_.choose_clips(all_, tr("The same sound twice: %1").arg(clips_text(all_.size())));
    Q_EMIT bench_.page_requested("library");
    QDialog::close();
  });
  connect(exclude_, &QPushButton::clicked, this, &DuplicatesDialog::exclude);
  connect(remove_, &QPushButton::clicked, this, &DuplicatesDialog::remove);
  connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
    if (!item || item->data(0, Qt::UserRole).isNull()) return;
    const bool play = tree_->hasFocus() && plays_when_chosen();  // without the focus the list has only been read anew
    bench_.load({item->data(0, Qt::UserRole).toLongLong(), {}, item->text(0), item->text(1)}, this,
                [this, play](SoundPtr sound) { bench_.player().set_deck({sound}, 0, play); }, [this](const QString& message) { bench_.say(message); });
  });
  auto* space = new QShortcut(QKeySequence(Qt::Key_Space), tree_, nullptr, nullptr, Qt::WidgetShortcut);
  connect(space, &QShortcut::activated, &bench_.player(), &SoundPlayer::toggle);
  connect(&bench_, &Workbench::catalog_changed, this, &DuplicatesDialog::look);
  look();
}

void DuplicatesDialog::look() {
  if (!bench_.catalog()) return;
  ticket_ = ticket_.next();
  bench_.catalog()->read(
      this, ticket_,
      [](db::Catalog& catalog) {
        Found found;
        auto groups = catalog.clips().duplicates();
        found.count = static_cast<qint64>(groups.size());
        for (const auto& group : groups) {
          found.all.insert(found.all.end(), group.begin(), group.end());
          if (found.groups.size() < kMostShown) found.groups.push_back(catalog.clips().views(group));
        }
        found.extra = extra_duplicates(catalog);
        found.excluded = catalog.clips().ids("dup:extra excluded:yes", {db::ClipColumn::content});
        return found;
      },
      [this](Found found) { take(std::move(found)); });
}

QString DuplicatesDialog::heading(const Found& found) const {
  if (found.count == 0) return tr("No sound occurs twice.");
  const qint64 excluded = static_cast<qint64>(excluded_.size());
  QString words = tr("%1 in %2.").arg(counted(found.count, tr("sound"), tr("sounds")), clips_text(all_.size())) + " ";
  if (extra_.empty()) words += tr("All extra ones are excluded already.");
  else if (excluded > 0) words += tr("%1 extra, %2 more excluded already.").arg(clips_text(extra_.size()), QLocale().toString(excluded));
  else words += tr("%1 extra.").arg(clips_text(extra_.size()));
  if (found.count > static_cast<qint64>(kMostShown)) words += " " + tr("The first %1 are listed.").arg(kMostShown);
  return words;
}

void DuplicatesDialog::take(Found found) {
  loaded_ = true;
  all_ = std::move(found.all);
  extra_ = std::move(found.extra);
  excluded_ = std::move(found.excluded);
  tree_->clear();
  for (const auto& group : found.groups) {
    QTreeWidgetItem* parent = nullptr;
    for (const db::ClipView& view : group) {
      const double rate = view.sample_rate > 0 ? view.sample_rate : 1;
      const QString state = !parent ? tr("kept") : view.clip.excluded ? tr("extra, excluded") : tr("extra");
      const QStringList cells{text(view.name), text(view.label), QString::number(static_cast<double>(view.clip.start_frame) / rate, 'f', 2),
                              QString::number(view.clip.seconds, 'f', 2), state};
      auto* item = parent ? new QTreeWidgetItem(parent, cells) : new QTreeWidgetItem(tree_, cells);
      item->setData(0, Qt::UserRole, static_cast<qlonglong>(view.clip.id.value));
      item->setToolTip(0, text(view.path));
      if (parent) item->setForeground(4, theme().dim);
      else parent = item;
    }
  }
  tree_->expandAll();
  heading_->setText(heading(found));
  show_->setEnabled(!all_.empty());
  exclude_->setEnabled(!extra_.empty());
  remove_->setEnabled(!extra_.empty() || !excluded_.empty());
}

void DuplicatesDialog::exclude() {
  bench_.note_command({"duplicates", "--exclude"});
  bench_.edit(tr("exclude %1 that occur twice").arg(clips_text(extra_.size())), [ids = extra_](db::Catalog& catalog) { catalog.clips().set_excluded(ids, true); });
  bench_.say(tr("%1 excluded. Ctrl+Z takes it back.").arg(clips_text(extra_.size())));
}

void DuplicatesDialog::remove() {
  std::vector<db::ClipId> ids = extra_;
  ids.insert(ids.end(), excluded_.begin(), excluded_.end());
  const QString clips = clips_text(ids.size());
  if (!confirm(this, tr("Remove %1 from the library?").arg(clips), tr("Their pairs go along, and Ctrl+Z brings the clips back. The sound files stay where they are."),
               tr("Remove %1").arg(clips))) {
    return;
  }
  // "duplicates --remove" leaves what is excluded alone.
  bench_.note_command(excluded_.empty() ? QStringList{"duplicates", "--remove"} : QStringList{"remove", "dup:extra"});
  bench_.edit(tr("remove %1 that occur twice").arg(clips), [ids](db::Catalog& catalog) { catalog.clips().remove(ids); });
}

}  // namespace luthier::ui
