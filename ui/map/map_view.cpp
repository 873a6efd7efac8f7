#include "ui/map/map_view.h"

#include <QCursor>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPicture>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>

#include "core/session/text_file.h"
#include "core/session/version.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/dot_icon.h"
#include "ui/common/drawing_export.h"
#include "ui/common/empty_hint.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/spoken_reading.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_panel.h"
#include "ui/map/map_canvas.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kNeighbours = 12;

QString text(const std::string& value) { return QString::fromStdString(value); }

QString clips_text(qint64 clips) { return counted(clips, QObject::tr("clip"), QObject::tr("clips")); }

QString name_of(const db::ClipView& view) {
  QString name = text(view.name);
  if (view.clip.start_frame > 0 && view.sample_rate > 0) name += QObject::tr("  %1 s").arg(static_cast<double>(view.clip.start_frame) / view.sample_rate, 0, 'f', 1);
  return view.label.empty() ? name : name + "  ·  " + text(view.label);
}

}  // namespace

MapView::MapView(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  canvas_ = new MapCanvas(this);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 6, 0, 0);
  row->addWidget(canvas_, 1);
  row->addWidget(make_side());
  connect(canvas_, &MapCanvas::clicked, this, &MapView::go_to);
  connect(canvas_, &MapCanvas::selection_changed, this, &MapView::show_selection);
  connect(canvas_, &MapCanvas::hovered, this, [this](qint64 clip) {
    hovered_ = clip;
    QToolTip::hideText();
    if (clip != 0) hover_timer_.start();
  });
  hover_timer_.setSingleShot(true);
  hover_timer_.setInterval(180);
  connect(&hover_timer_, &QTimer::timeout, this, &MapView::show_hovered);
  connect(&bench_, &Workbench::workspace_closing, this, &MapView::close_workspace);
  connect(&bench_, &Workbench::catalog_changed, this, [this] {
    fresh_ = false;
    if (isVisible()) refresh();
  });
  show_state();
  show_selection();
}

MapView::~MapView() = default;

QWidget* MapView::make_side() {
  auto* side = new QWidget(this);
  side->setFixedWidth(290);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(6, 0, 0, 0);
  auto title = [&](const QString& words) {
    auto* label = new QLabel(words, side);
    label->setProperty("role", "heading");
    column->addWidget(label);
    return label;
  };
  make_ = new QPushButton(icon("map"), tr("Make the map"), side);
  make_->setObjectName("make_map");
  make_->setToolTip(tr("Measures the clips that were not measured yet and places all of them anew, in the background"));
  auto* top = new QHBoxLayout;
  top->addWidget(make_, 1);
  top->addWidget(make_copy_command_button(bench_, side, [] { return QStringList{"map"}; }));
  auto* picture = new QToolButton(side);
  picture->setObjectName("save_map");
  picture->setIcon(icon("export"));
  picture->setAccessibleName(tr("Save the map as a picture"));
  picture->setToolTip(tr("Save the map as it is seen: PNG, SVG or PDF"));
  connect(picture, &QToolButton::clicked, this, [this] {
    const QString file = ask_for_picture_file(this, "map");
    if (!file.isEmpty()) save(file);
  });
  top->addWidget(picture);
  column->addLayout(top);
  state_ = new QLabel(side);
  state_->setProperty("role", "hint");
  state_->setWordWrap(true);
  column->addWidget(state_);
  title(tr("Labels"));
  legend_ = new QListWidget(side);
  legend_->setAccessibleName(tr("Labels on the map"));
  legend_->setToolTip(tr("Choose a label to see its clips alone; choose it again to see all"));
  legend_->setMaximumHeight(150);
  say_when_empty(*legend_, tr("The labels of the map, when there is one."));
  column->addWidget(legend_);
  heard_ = title(tr("Sounds most like it"));
  heard_->setWordWrap(true);
  near_ = new QListWidget(side);
  near_->setObjectName("neighbours");
  near_->setAccessibleName(tr("Clips that sound most like the one that is heard"));
  near_->setToolTip(tr("Choose one to hear it; double-click or Enter goes to it on the map"));
  say_when_empty(*near_, tr("Click a clip on the map: those that sound most like it are listed here."));
  column->addWidget(near_, 1);
  chosen_ = title({});
  show_ = new QPushButton(icon("library"), tr("Show only these in the library"), side);
  show_->setObjectName("show_in_library");
  column->addWidget(show_);
  connect(make_, &QPushButton::clicked, this, &MapView::make);
  connect(legend_, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) {
    const qint64 label = item->data(Qt::UserRole).toLongLong();
    const bool again = item->data(Qt::UserRole + 1).toBool();
    for (int i = 0; i < legend_->count(); ++i) legend_->item(i)->setData(Qt::UserRole + 1, false);
    item->setData(Qt::UserRole + 1, !again);
    if (again) legend_->clearSelection();
    canvas_->set_bright_label(again ? std::nullopt : std::optional(label));
  });
  connect(near_, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { play(item->data(Qt::UserRole).toLongLong()); });
  connect(near_, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) { go_to(item->data(Qt::UserRole).toLongLong()); });
  connect(show_, &QPushButton::clicked, this, [this] {
    const auto clips = selection();
    bench_.choose_clips(clips, tr("Chosen on the map: %1").arg(clips_text(static_cast<qint64>(clips.size()))));
    Q_EMIT bench_.page_requested("library");
  });
  return side;
}

// --- the map ---------------------------------------------------------------------------------------------------------

void MapView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  load();
  if (!fresh_) refresh();
}

void MapView::close_workspace() {
  loader_.reset();
  map_.reset();
  current_.reset();
  looked_ = fresh_ = false;
  marks_ticket_ = marks_ticket_.next();
  canvas_->set_dots({}, false);
  canvas_->set_bright_label(std::nullopt);
  near_->clear();
  legend_->clear();
  show_state();
  show_selection();
}

void MapView::load() {
  if (map_ || looked_ || !bench_.has_workspace()) return;
  looked_ = true;
  auto found = std::make_shared<std::shared_ptr<const ClipMap>>();
  loader_ = std::make_unique<BackgroundTask>(tr("Reading the map"), [found, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink&) { *found = load_map(workspace, stop); });
  connect(loader_.get(), &BackgroundTask::done, this, [this, found] { take_map(*found); });
  connect(loader_.get(), &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  loader_->start();
}

void MapView::make() {
  if (!bench_.has_workspace()) return;
  auto made = std::make_shared<std::shared_ptr<const ClipMap>>();
  auto* task = bench_.start_task(tr("Mapping the clips"), [made, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) { *made = make_map(workspace, {}, sink, stop); });
  make_->setEnabled(false);
  state_->setText(tr("The map is being made; you can go on working."));
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, made, folder = bench_.workspace().folder()] {
    if (bench_.has_workspace() && bench_.workspace().folder() == folder) take_map(*made);
  });
  connect(task, &BackgroundTask::ended, this, [this] {
    make_->setEnabled(true);
    show_state();
  });
}

QString MapView::record() const {
  QJsonArray chosen;
  for (const qint64 clip : canvas_->selection()) chosen.append(clip);
  QJsonObject all{{"kind", "map"}, {"made", QString::fromStdString(utc_now())}, {"version", QString::fromStdString(version_text())},
                  {"workspace", bench_.has_workspace() ? QString::fromStdString(bench_.workspace().folder().string()) : QString()},
                  {"command", command_text(bench_, {"map"})}, {"clips", static_cast<qint64>(canvas_->dots().size())}, {"not_placed", unplaced_}, {"chosen", chosen}};
  if (current_) all["heard"] = static_cast<qint64>(current_->clip.id.value);
  for (int i = 0; i < legend_->count(); ++i) {
    if (canvas_->bright_label() == legend_->item(i)->data(Qt::UserRole).toLongLong()) all["label"] = legend_->item(i)->text();
  }
  return QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact));
}

void MapView::save(const QString& file) {
  QPicture seen;  // what the canvas draws, to be drawn again on another thread
  {
    QPainter painter(&seen);
    canvas_->render(&painter, QPoint(), QRegion(), QWidget::DrawChildren);
  }
  BackgroundTask* task = bench_.start_task(tr("Saving"), [file, seen, size = canvas_->size(), record = record()](std::stop_token, const ProgressSink&) {
    write_drawing(file, {tr("Map of the clips"), size, record, [seen](QPainter& painter) {
                           QPicture again(seen);
                           again.play(&painter);
                         }});
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, file] { bench_.say(tr("Saved as %1").arg(file)); });
}

void MapView::take_map(std::shared_ptr<const ClipMap> map) {
  map_ = std::move(map);
  refresh();
}

void MapView::refresh() {
  if (!bench_.catalog()) return;
  marks_ticket_ = marks_ticket_.next();
  bench_.catalog()->read(
      this, marks_ticket_,
      [](db::Catalog& catalog) { return std::make_pair(catalog.clips().marks(), catalog.labels().labels()); },
      [this](std::pair<std::vector<db::ClipMark>, std::vector<db::LabelRow>> found) {
        fresh_ = true;
        show_dots(found.first, found.second);
      });
}

void MapView::show_dots(const std::vector<db::ClipMark>& marks, const std::vector<db::LabelRow>& labels) {
  all_ = static_cast<qint64>(marks.size());
  std::vector<MapDot> dots;
  QHash<qint64, qint64> counts;
  if (map_) {
    QHash<qint64, qint64> label_of;
    label_of.reserve(static_cast<qsizetype>(marks.size()));
    for (const auto& mark : marks) label_of.insert(mark.id.value, mark.label ? mark.label->value : 0);
    for (const auto& point : map_->points()) {
      const auto found = label_of.constFind(point.clip.value);
      if (found == label_of.constEnd()) continue;
      dots.push_back({point.clip.value, point.x, point.y, *found});
      ++counts[*found];
    }
  }
  unplaced_ = all_ - static_cast<qint64>(dots.size());
  canvas_->set_dots(std::move(dots), !canvas_->dots().empty());
  const QSignalBlocker block(legend_);
  legend_->clear();
  const auto line = [&](const QString& name, qint64 label, const QColor& colour) {
    if (!counts.contains(label)) return;
    auto* item = new QListWidgetItem(dot_icon(colour, 24), name + "  " + QLocale().toString(counts[label]), legend_);
    item->setData(Qt::UserRole, label);
    if (canvas_->bright_label() != label) return;
    item->setData(Qt::UserRole + 1, true);
    item->setSelected(true);
  };
  for (const auto& label : labels) line(text(label.name), label.id.value, label_color(text(label.color), label.id.value));
  line(tr("without label"), 0, theme().dim);
  show_state();
}

void MapView::show_state() {
  const bool any = map_ && !canvas_->dots().empty();
  make_->setText(any ? tr("Make the map anew") : tr("Make the map"));
  canvas_->set_hint(tr("A map places clips that sound alike side by side: outliers and wrong labels stand out, a click plays, a lasso chooses.\n\n"
                       "Press \"Make the map\". Measuring takes some milliseconds a clip, once."));
  if (!any) return state_->setText(all_ > 0 ? clips_text(all_) : QString());
  QString words = tr("%1 on the map.").arg(clips_text(static_cast<qint64>(canvas_->dots().size())));
  if (unplaced_ > 0) words += " " + tr("%1 not on it: new or cut since, or silent.").arg(clips_text(unplaced_));
  state_->setText(words);
}

// --- what is heard and chosen ----------------------------------------------------------------------------------------

void MapView::go_to(qint64 clip) {
  if (!bench_.catalog() || !map_) return;
  const auto near = map_->neighbours(db::ClipId{clip}, kNeighbours);
  std::vector<qint64> tied;
  std::vector<db::ClipId> wanted{db::ClipId{clip}};
  for (const auto& one : near) tied.push_back(one.clip.value), wanted.push_back(one.clip);
  canvas_->set_marked(clip, tied);
  play(clip);
  heard_ticket_ = heard_ticket_.next();
  bench_.catalog()->read(
      this, heard_ticket_, [wanted](db::Catalog& catalog) { return catalog.clips().views(wanted); },
      [this, clip, near](std::vector<db::ClipView> views) {
        if (!views.empty() && views.front().clip.id.value == clip) show_neighbours(views.front(), near, views);
      });
}

void MapView::show_neighbours(const db::ClipView& own, const std::vector<ClipMap::Near>& near, const std::vector<db::ClipView>& views) {
  current_ = own;
  heard_->setText(tr("Sounds most like %1").arg(name_of(own)));
  speak_reading(*canvas_, name_of(own));
  near_->clear();
  for (const auto& one : near) {
    const auto view = std::find_if(views.begin(), views.end(), [&](const auto& row) { return row.clip.id == one.clip; });
    if (view == views.end()) continue;
    auto* item = new QListWidgetItem(dot_icon(view->clip.label ? label_color({}, view->clip.label->value) : theme().dim, 24), name_of(*view), near_);
    item->setData(Qt::UserRole, static_cast<qlonglong>(one.clip.value));
    item->setToolTip(tr("%1\nDistance %2").arg(name_of(*view)).arg(one.distance, 0, 'f', 2));
  }
  show_selection();
}

/// What is chosen once more plays in any case.
void MapView::play(qint64 clip) {
  const auto now = bench_.player().current();
  const bool start = plays_when_chosen() || (now && now->clip == clip);
  bench_.load({clip, {}, {}, {}}, this, [this, start](SoundPtr sound) { bench_.player().set_deck({sound}, 0, start); }, [this](const QString& message) { bench_.say(message); });
}

void MapView::show_hovered() {
  if (hovered_ == 0 || !bench_.catalog() || !canvas_->underMouse()) return;
  hover_ticket_ = hover_ticket_.next();
  bench_.catalog()->read(
      this, hover_ticket_, [id = db::ClipId{hovered_}](db::Catalog& catalog) { return catalog.clips().view(id); },
      [this, clip = hovered_](std::optional<db::ClipView> view) {
        if (view && clip == hovered_) QToolTip::showText(QCursor::pos(), name_of(*view), canvas_);
      });
}

std::vector<db::ClipId> MapView::selection() const {
  std::vector<db::ClipId> ids;
  for (const qint64 clip : canvas_->selection()) ids.push_back({clip});
  if (ids.empty() && canvas_->marked() != 0) ids.push_back({canvas_->marked()});
  return ids;
}

void MapView::show_selection() {
  const auto& clips = canvas_->selection();
  const bool any = !clips.empty();
  chosen_->setText(any ? tr("%1 chosen").arg(clips_text(static_cast<qint64>(clips.size()))) : QString());
  show_->setEnabled(any || canvas_->marked() != 0);
  show_->setToolTip(any ? tr("Lists them in the library; 1-9 labels them here as well") : tr("Draw a line around clips to choose them, or click one"));
  if (!any || clips == selected_) return;
  selected_ = clips;
  bench_.choose_clips(selection());  // the library's table has them chosen when it is looked at
}

}  // namespace luthier::ui
