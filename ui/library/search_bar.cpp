#include "ui/library/search_bar.h"

#include <QComboBox>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "db/label_query.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

void mark(QLineEdit* field, bool wrong) {
  field->setProperty("wrong", wrong);
  field->style()->unpolish(field);
  field->style()->polish(field);
}

}  // namespace

SearchBar::SearchBar(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(make_row());
  problem_ = new QLabel(this);
  problem_->setProperty("role", "error");
  problem_->hide();
  column->addWidget(problem_);
  typing_.setSingleShot(true);
  typing_.setInterval(80);
  connect(&typing_, &QTimer::timeout, this, &SearchBar::search_now);
  connect(search_, &QLineEdit::textChanged, &typing_, QOverload<>::of(&QTimer::start));
  connect(search_, &QLineEdit::returnPressed, this, &SearchBar::left_downwards);
  connect(labels_, &QComboBox::activated, this, &SearchBar::search_now);
}

QWidget* SearchBar::make_row() {
  auto* widget = new QWidget(this);
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(0, 0, 0, 0);
  auto* import = new QPushButton(icon("import"), tr("Import"), widget);
  import->setToolTip(tr("Bring recordings in: files or whole folders; WAV, FLAC, OGG, Opus, MP3, AIFF"));
  auto* menu = new QMenu(import);
  menu->addAction(icon("sound"), tr("Sound files…"), this, &SearchBar::import_files_requested);
  menu->addAction(icon("folder"), tr("A folder…"), this, &SearchBar::import_folder_requested);
  menu->addAction(icon("microphone"), tr("A recording made now…"), this, &SearchBar::record_requested);
  menu->addAction(icon("import"), tr("A list of links…"), this, &SearchBar::fetch_requested);
  menu->addAction(icon("wand"), tr("Demo phrases, rendered here…"), this, &SearchBar::demo_clips_requested);
  import->setMenu(menu);
  auto* tidy = new QPushButton(icon("tidy"), tr("Tidy"), widget);
  tidy->setObjectName("tidy");
  tidy->setToolTip(tr("The same sound twice, files that are missing, space on the disk"));
  tidy_menu_ = new QMenu(tidy);
  tidy->setMenu(tidy_menu_);
  connect(tidy_menu_, &QMenu::aboutToShow, this, [this] {
    tidy_menu_->clear();
    if (fill_tidy_) fill_tidy_(*tidy_menu_);
  });
  search_ = new QLineEdit(widget);
  search_->setObjectName("search");
  search_->setAccessibleName(tr("Search clips"));
  search_->setPlaceholderText(tr("Search (Ctrl+F):  violin   inst:harp   dur:>2   rating:>=3   tag:solo   -noise"));
  search_->setToolTip(tr("Words search names, labels, tags, phrases and notes. Fields: inst: tag: phrase: file: dur: rating: loud: "
                         "excluded:yes missing:yes. -word leaves out."));
  search_->setWhatsThis(tr("Type to list only what fits. Words look in names, labels, tags, phrases and notes; inst:harp, tag:solo, dur:>2, rating:>=3, "
                          "loud:<-20, excluded:yes, missing:yes look in one field; -word leaves out. Esc lists all again; the star keeps a search."));
  search_->setClearButtonEnabled(true);
  search_->addAction(icon("search"), QLineEdit::LeadingPosition);
  search_->installEventFilter(this);
  saved_ = new QToolButton(widget);
  saved_->setObjectName("saved_filters");
  saved_->setIcon(icon("star"));
  saved_->setIconSize({18, 18});
  saved_->setPopupMode(QToolButton::InstantPopup);
  saved_->setAccessibleName(tr("Saved searches"));
  saved_->setToolTip(tr("Saved searches: keep this one, or take an earlier one"));
  saved_menu_ = new QMenu(saved_);
  saved_->setMenu(saved_menu_);
  connect(saved_menu_, &QMenu::aboutToShow, this, &SearchBar::fill_filter_menu);
  labels_ = new QComboBox(widget);
  labels_->setAccessibleName(tr("Show"));
  labels_->setToolTip(tr("Show all clips, or those of one label"));
  labels_->setMinimumWidth(170);
  auto* columns = new QToolButton(widget);
  columns->setObjectName("columns");
  columns->setIcon(icon("columns"));
  columns->setIconSize({18, 18});
  columns->setPopupMode(QToolButton::InstantPopup);
  columns->setAccessibleName(tr("Columns"));
  columns->setToolTip(tr("Which columns the table shows"));
  column_menu_ = new QMenu(columns);
  columns->setMenu(column_menu_);
  connect(column_menu_, &QMenu::aboutToShow, this, [this] {
    column_menu_->clear();
    if (fill_columns_) fill_columns_(*column_menu_);
  });
  restriction_ = new QToolButton(widget);
  restriction_->setObjectName("restriction");
  restriction_->setIcon(icon("close"));
  restriction_->setIconSize({14, 14});
  restriction_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  restriction_->setLayoutDirection(Qt::RightToLeft);  // the cross stands behind the words
  restriction_->setCheckable(true);
  restriction_->setAccessibleName(tr("List all clips again"));
  restriction_->setToolTip(tr("Only these are listed. Click to list all clips again."));
  restriction_->hide();
  connect(restriction_, &QToolButton::clicked, this, &SearchBar::show_all_requested);
  counts_ = new QLabel(widget);
  counts_->setProperty("role", "hint");
  row->addWidget(import);
  row->addWidget(tidy);
  row->addWidget(search_, 1);
  row->addWidget(restriction_);
  row->addWidget(saved_);
  row->addWidget(columns);
  row->addWidget(labels_);
  row->addWidget(counts_);
  return widget;
}

void SearchBar::focus() {
  search_->setFocus(Qt::ShortcutFocusReason);
  search_->selectAll();
}

void SearchBar::clear() { show_only({}); }

void SearchBar::show_only(const QString& query) {
  labels_->setCurrentIndex(0);
  search_->setText(query);
  search_now();
}

void SearchBar::set_labels(const std::vector<db::LabelRow>& labels, qint64 unlabelled, qint64 all) {
  const QString before = labels_->currentData().toString();
  const QSignalBlocker block(labels_);
  labels_->clear();
  labels_->addItem(tr("All clips  %1").arg(QLocale().toString(all)), QString());
  labels_->addItem(tr("Without label  %1").arg(QLocale().toString(unlabelled)), QString("inst:none"));
  for (const db::LabelRow& label : labels) {
    labels_->addItem(text(label.name) + "  " + QLocale().toString(static_cast<qlonglong>(label.clips)), text(db::label_query(label.name)));
  }
  const int at = labels_->findData(before);
  labels_->setCurrentIndex(at < 0 ? 0 : at);
  if (at < 0 && !before.isEmpty()) search_now();  // the label that was shown alone is gone, or has another name
}

void SearchBar::set_filters(std::vector<db::SavedFilterRow> filters) { filters_ = std::move(filters); }

void SearchBar::set_counts(const QString& words) { counts_->setText(words); }

void SearchBar::set_restriction(const QString& title) {
  restriction_->setText(title);
  restriction_->setChecked(true);
  restriction_->setVisible(!title.isEmpty());
}

void SearchBar::set_column_menu(FillMenu fill) { fill_columns_ = std::move(fill); }
void SearchBar::set_tidy_menu(FillMenu fill) { fill_tidy_ = std::move(fill); }

void SearchBar::show_problem(const QString& message) {
  mark(search_, true);
  problem_->setText(message);
  problem_->show();
}

QString SearchBar::query() const {
  const QString words = search_->text().trimmed(), label = labels_->currentData().toString();
  if (label.isEmpty()) return words;
  return words.isEmpty() ? label : label + " " + words;
}

void SearchBar::search_now() {
  typing_.stop();
  if (search_->property("wrong").toBool()) {
    mark(search_, false);
    problem_->hide();
  }
  Q_EMIT query_changed(query());
}

void SearchBar::fill_filter_menu() {
  saved_menu_->clear();
  QAction* keep = saved_menu_->addAction(icon("add"), tr("Keep this search…"), this, &SearchBar::save_filter);
  keep->setEnabled(!query().isEmpty());
  if (filters_.empty()) return;
  saved_menu_->addSeparator();
  for (const db::SavedFilterRow& filter : filters_) {
    saved_menu_->addAction(QStringLiteral("%1\t%2").arg(verbatim(text(filter.name)), verbatim(text(filter.query).left(40))), this, [this, q = text(filter.query)] { show_only(q); });
  }
  QMenu* forget = saved_menu_->addMenu(icon("remove"), tr("Forget"));
  for (const db::SavedFilterRow& filter : filters_) {
    forget->addAction(verbatim(text(filter.name)), this, [this, name = filter.name] {
      bench_.edit(tr("forget the search %1").arg(text(name)), [name](db::Catalog& catalog) { catalog.labels().remove_filter(name); });
      bench_.note_command({"searches", "remove", text(name)});
    });
  }
}

void SearchBar::save_filter() {
  bool ok = false;
  const QString wanted = query();
  const QString name = QInputDialog::getText(this, tr("Keep this search"), tr("Name for \"%1\":").arg(wanted), QLineEdit::Normal, {}, &ok).trimmed();
  if (!ok || name.isEmpty()) return;
  bench_.edit(tr("keep the search %1").arg(name), [row = db::SavedFilterRow{name.toStdString(), wanted.toStdString()}](db::Catalog& catalog) {
    catalog.labels().save_filter(row);
  });
  bench_.note_command({"searches", "add", name, wanted});
  bench_.say(tr("Kept: %1. It is behind the star beside the search.").arg(name));
}

bool SearchBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == search_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape) {
      if (search_->text().isEmpty()) Q_EMIT left_downwards();
      search_->clear();
      return true;
    }
    if (key == Qt::Key_Down) {
      Q_EMIT left_downwards();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace luthier::ui
