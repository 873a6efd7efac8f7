#include "ui/compare/figures_table.h"

#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/session/compare_session.h"
#include "core/session/sound_figures.h"
#include "ui/application_style.h"
#include "ui/common/drawing_export.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_layout.h"

namespace luthier::ui {
namespace {

constexpr const char* kNone = "none";  // no sound's key
constexpr int kWidestName = 360;         // pixels; a longer one is cut

QString text(const std::string& value) { return QString::fromStdString(value); }

QString direction(Better better) {
  if (better == Better::one) return QStringLiteral(" → 1");
  return better == Better::lower ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
}

}  // namespace

FiguresTable::FiguresTable(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  auto* label = new QLabel(tr("Truth"), this);
  truth_ = new QComboBox(this);
  truth_->setObjectName("truth");
  truth_->setAccessibleName(tr("Truth"));
  truth_->setToolTip(tr("The sound that the others are measured against: the content's notes as they should sound. With none of them nothing is measured."));
  truth_->setMinimumContentsLength(22);
  truth_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  state_ = new QLabel(this);
  state_->setObjectName("figures_state");
  state_->setTextFormat(Qt::PlainText);
  state_->setProperty("role", "hint");
  state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  auto tool = [this](const char* name, const QString& title) {
    auto* button = new QToolButton(this);
    button->setIcon(icon(name));
    button->setIconSize({18, 18});
    button->setAccessibleName(title);
    button->setToolTip(title);
    return button;
  };
  copy_ = tool("copy", tr("Copy the figures (CSV)"));
  save_ = tool("export", tr("Save the figures (CSV)…"));
  row->addWidget(label);
  row->addWidget(truth_);
  row->addWidget(state_, 1);
  row->addWidget(copy_);
  row->addWidget(save_);
  table_ = new QTableWidget(this);
  table_->setObjectName("figures");
  table_->setAccessibleName(tr("Figures against the truth"));
  table_->setWhatsThis(tr("Each sound held against the truth that is chosen above, one row a sound. A heading says under the pointer what its figure measures."));
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setAlternatingRowColors(true);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(23);
  table_->viewport()->installEventFilter(this);
  columns_ = new KeptColumns(*table_->horizontalHeader(), "compare/columns");
  column->addLayout(row);
  column->addWidget(table_, 1);
  wait_.setSingleShot(true);
  wait_.setInterval(250);
  connect(&wait_, &QTimer::timeout, this, &FiguresTable::measure);
  connect(truth_, &QComboBox::activated, this, [this] {
    by_hand_ = true;
    Q_EMIT truth_changed();
    restart();
  });
  connect(copy_, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(text(figures_csv(rows_)));
    bench_.say(tr("Copied the figures of %1 sounds").arg(rows_.size()));
  });
  connect(save_, &QToolButton::clicked, this, &FiguresTable::ask_and_save);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &FiguresTable::show_rows);
  show_rows();
}

FiguresTable::~FiguresTable() = default;

void FiguresTable::set_sounds(std::vector<NumberedSound> sounds, std::optional<std::size_t> suggested) {
  const auto same = [](const NumberedSound& a, const NumberedSound& b) { return a.place == b.place && a.title == b.title && a.sound->key == b.sound->key; };
  if (suggested == suggested_ && std::equal(sounds.begin(), sounds.end(), sounds_.begin(), sounds_.end(), same)) return;
  const QString before = truth_->currentData().toString();
  sounds_ = std::move(sounds);
  suggested_ = suggested;
  {
    const QSignalBlocker block(truth_);
    truth_->clear();
    for (const NumberedSound& sound : sounds_) truth_->addItem(QStringLiteral("%1  %2").arg(sound.place + 1).arg(sound.title), sound.sound->key);
    if (!sounds_.empty()) truth_->addItem(tr("none of them"), kNone);
    const int kept = by_hand_ ? truth_->findData(before) : -1;
    by_hand_ = kept >= 0;  // what was chosen may have gone
    truth_->setCurrentIndex(by_hand_ ? kept : suggested_index());
  }
  Q_EMIT truth_changed();
  restart();
}

/// Of the list of truths; "none of them" stands last.
int FiguresTable::suggested_index() const {
  if (!suggested_) return truth_->count() - 1;
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    if (sounds_[i].place == *suggested_) return static_cast<int>(i);
  }
  return sounds_.empty() ? -1 : 0;
}

std::optional<std::size_t> FiguresTable::truth() const {
  const int at = truth_->currentIndex();
  if (at < 0 || static_cast<std::size_t>(at) >= sounds_.size()) return std::nullopt;
  return sounds_[static_cast<std::size_t>(at)].place;
}

void FiguresTable::choose_truth(std::size_t place) {
  by_hand_ = true;
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    if (sounds_[i].place == place) truth_->setCurrentIndex(static_cast<int>(i));
  }
  Q_EMIT truth_changed();
  restart();
}

void FiguresTable::restart() {
  if (task_) task_->cancel();
  wait_.start();
  rows_.clear();
  if (sounds_.size() < 2) state_->setText(tr("Two sounds or more are measured against one of them."));
  else state_->setText(truth() ? tr("Measuring…") : tr("Nothing is measured without a truth; choose it at the left."));
  show_rows();
}

void FiguresTable::measure() {
  if (sounds_.size() < 2 || !truth()) return;
  if (task_) return wait_.start();  // the one before is just being cancelled
  places_.clear();
  for (const NumberedSound& sound : sounds_) places_.push_back(sound.place);
  auto rows = std::make_shared<std::vector<ComparedFigures>>();
  task_ = std::make_unique<BackgroundTask>(
      tr("Measuring"), [sounds = sounds_, truth = static_cast<std::size_t>(truth_->currentIndex()), rows](std::stop_token stop, const ProgressSink& sink) {
        std::vector<ComparedSound> plain;
        for (const NumberedSound& sound : sounds) plain.push_back({sound.title.toStdString(), sound.sound->buffer});
        *rows = compare_to_truth(plain, truth, sink, stop);
      });
  connect(task_.get(), &BackgroundTask::progressed, this, [this] { state_->setText(tr("Measuring: %1").arg(task_->text())); });
  connect(task_.get(), &BackgroundTask::failed, this, [this](const QString& message) { state_->setText(message); });
  connect(task_.get(), &BackgroundTask::done, this, [this, rows] {
    rows_ = std::move(*rows);
    state_->clear();
    show_rows();
  });
  connect(task_.get(), &BackgroundTask::ended, this, [this] {
    task_.release()->deleteLater();
    if (!wait_.isActive()) Q_EMIT measured();
  });
  task_->start();
}

void FiguresTable::show_rows() {
  const auto& columns = sound_figure_columns();
  copy_->setEnabled(!rows_.empty());
  save_->setEnabled(!rows_.empty());
  table_->clear();
  table_->setColumnCount(1 + static_cast<int>(columns.size()));
  table_->setRowCount(static_cast<int>(rows_.size()));
  QStringList head{tr("Sound")};
  for (const MetricInfo& metric : columns) head << text(metric.title) + (metric.unit.empty() || metric.unit == "ratio" ? QString() : ", " + text(metric.unit)) + direction(metric.better);
  table_->setHorizontalHeaderLabels(head);
  for (std::size_t c = 0; c < columns.size(); ++c) table_->horizontalHeaderItem(static_cast<int>(c) + 1)->setToolTip(text(columns[c].help));
  std::map<std::string, double> best;
  for (const ComparedFigures& row : rows_) {
    for (const MetricInfo& metric : columns) {
      const double value = figure_named(row.figures, metric.id);
      if (std::isfinite(value) && (!best.contains(metric.id) || badness(metric, value) < badness(metric, best[metric.id]))) best[metric.id] = value;
    }
  }
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const ComparedFigures& row = rows_[r];
    const int at = static_cast<int>(r);
    const QString number = r < places_.size() ? QString::number(places_[r] + 1) + "  " : QString();
    // First, as the end of a long name is cut off.
    auto* name = new QTableWidgetItem(row.truth ? tr("truth: %1").arg(number + text(row.title)) : number + text(row.title));
    name->setToolTip(text(row.not_measured));
    table_->setItem(at, 0, name);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double value = figure_named(row.figures, columns[c].id);
      auto* cell = new QTableWidgetItem(std::isfinite(value) ? QString::number(value, 'f', columns[c].decimals) : row.truth ? QString() : QStringLiteral("–"));
      cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      cell->setToolTip(row.not_measured.empty() ? text(columns[c].help) : text(row.not_measured));
      if (rows_.size() > 2 && std::isfinite(value) && value == best[columns[c].id]) {
        QFont bold = table_->font();
        bold.setBold(true);
        cell->setFont(bold);
        cell->setForeground(theme().good);
      }
      table_->setItem(at, static_cast<int>(c) + 1, cell);
    }
  }
  columns_->settle();
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  fit_names();
}

/// The names take the room that the figures leave. Where that is too little to read them, they keep what they need, and the table is
/// moved sideways instead.
void FiguresTable::fit_names() {
  QHeaderView& header = *table_->horizontalHeader();
  if (header.count() == 0) return;
  int needed = 0;
  for (int row = 0; row < table_->rowCount(); ++row) needed = std::max(needed, table_->fontMetrics().horizontalAdvance(table_->item(row, 0)->text()) + 24);
  needed = std::min(needed, kWidestName);
  const int room = table_->viewport()->width() - (header.length() - header.sectionSize(0));
  if (room >= needed) return header.setSectionResizeMode(0, QHeaderView::Stretch);
  if (header.sectionResizeMode(0) != QHeaderView::Stretch && header.sectionSize(0) >= needed) return;  // the user's own width
  header.setSectionResizeMode(0, QHeaderView::Fixed);  // while it is this, a width is not kept as one that the user gave
  header.resizeSection(0, needed);
  header.setSectionResizeMode(0, QHeaderView::Interactive);
}

bool FiguresTable::eventFilter(QObject* watched, QEvent* event) {
  // Not within the event, which lays the columns out itself.
  if (watched == table_->viewport() && event->type() == QEvent::Resize) QMetaObject::invokeMethod(this, &FiguresTable::fit_names, Qt::QueuedConnection);
  return QWidget::eventFilter(watched, event);
}

void FiguresTable::ask_and_save() {
  const QString file = ask_for_file(this, tr("Save the figures"), "figures.csv", tr("CSV (*.csv)"));
  if (!file.isEmpty()) save(file);
}

void FiguresTable::save(const QString& file) {
  // Each sound is called as where it comes from calls it, so that it is found again there.
  ComparisonRequest request;
  std::vector<ComparedFigures> rows = rows_;
  for (std::size_t i = 0; i < sounds_.size() && i < rows.size(); ++i) {
    const Sound& sound = *sounds_[i].sound;
    rows[i].title = sound.title.toStdString();
    request.sounds.push_back({rows[i].title, sound.buffer});
    request.record["sound." + std::to_string(i + 1)] = sound.clip != 0 ? "clip " + std::to_string(sound.clip) : sound.path.toStdString();
    if (rows[i].truth) request.truth = i;
  }
  BackgroundTask* task = bench_.start_task(tr("Saving"), [path = file.toStdString(), request = std::move(request), rows = std::move(rows)](std::stop_token, const ProgressSink&) { write_figures(request, rows, path); });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, file] { bench_.say(tr("Saved as %1").arg(file)); });
}

}  // namespace luthier::ui
