#include "ui/map/wall_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_table_model.h"
#include "ui/map/thumbnails.h"

namespace luthier::ui {
namespace {

constexpr int kGap = 10, kWords = 34;

/// The picture, the name below it, and a bar in the colour of the label.
class WallDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {Thumbnails::kWidth + kGap, Thumbnails::kHeight + kWords + kGap}; }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Theme& t = theme();
    const QRect area = option.rect.adjusted(kGap / 2, kGap / 2, -kGap / 2, -kGap / 2);
    const bool selected = option.state & QStyle::State_Selected, current = option.state & QStyle::State_HasFocus;
    painter->fillRect(area, selected ? t.selected : t.panel);
    const QRect picture(area.left(), area.top(), area.width(), Thumbnails::kHeight);
    const QImage image = index.data(Qt::DecorationRole).value<QImage>();
    if (image.isNull()) painter->fillRect(picture, t.canvas);
    else painter->drawImage(picture, image);
    const QColor label = index.data(Qt::BackgroundRole).value<QColor>();
    if (label.isValid()) painter->fillRect(QRect(area.left(), picture.bottom() + 1, area.width(), 3), label);
    QFont font = option.font;
    font.setStrikeOut(index.data(Qt::FontRole).value<QFont>().strikeOut());
    painter->setFont(font);
    painter->setPen(t.text);
    const QRect words(area.left() + 4, picture.bottom() + 5, area.width() - 8, kWords - 6);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter, option.fontMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, words.width()));
    painter->setPen(selected || current ? t.accent : t.line);
    painter->drawRect(area.adjusted(0, 0, -1, -1));
  }
};

}  // namespace

/// The library's list with pictures.
class WallModel : public ClipTableModel {
 public:
  WallModel(Workbench& bench, Thumbnails& thumbnails, QObject* parent) : ClipTableModel(parent), bench_(bench), thumbnails_(thumbnails) {}

  QVariant data(const QModelIndex& index, int role) const override {
    const db::ClipView* view = view_at(index.row());
    switch (role) {
      case Qt::DecorationRole: return view && bench_.has_workspace() ? QVariant(thumbnails_.of(bench_.workspace(), *view)) : QVariant();
      case Qt::BackgroundRole: return view && view->clip.label ? QVariant(label_color({}, view->clip.label->value)) : QVariant();
      case Qt::ToolTipRole:
      case Qt::AccessibleTextRole: {
        if (!view) return {};
        const QString heading = QString::fromStdString(view->name), instrument = QString::fromStdString(view->label);
        const double begin = view->sample_rate > 0 ? static_cast<double>(view->clip.start_frame) / view->sample_rate : 0;
        return tr("%1\n%2 s from %3 s%4").arg(heading).arg(view->clip.seconds, 0, 'f', 2).arg(begin, 0, 'f', 2).arg(instrument.isEmpty() ? instrument : "\n" + instrument);
      }
      default: return ClipTableModel::data(index, role);
    }
  }

 private:
  Workbench& bench_;
  Thumbnails& thumbnails_;
};

WallView::WallView(Workbench& bench, QWidget* parent) : QListView(parent), bench_(bench) {
  setObjectName("wall");
  setAccessibleName(tr("Wall of spectrograms"));
  setWhatsThis(tr("A click or Enter plays. 1-9 labels what is chosen, right-click for more, double-click shows it in the library."));
  thumbnails_ = new Thumbnails(bench_.spectrograms(), this);
  model_ = new WallModel(bench_, *thumbnails_, this);
  setItemDelegate(new WallDelegate(this));
  setModel(model_);
  setModelColumn(ClipTableModel::name);
  setViewMode(QListView::ListMode);
  setFlow(QListView::LeftToRight);
  setWrapping(true);
  setResizeMode(QListView::Adjust);
  setUniformItemSizes(true);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setMouseTracking(true);
  connect(thumbnails_, &Thumbnails::ready, this, [this](qint64 clip) {
    const int row = model_->row_of(clip);
    if (row >= 0) update(model_->index(row, ClipTableModel::name));
  });
  connect(thumbnails_, &Thumbnails::all_changed, viewport(), qOverload<>(&QWidget::update));
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, viewport(), qOverload<>(&QWidget::update));
  connect(model_, &QAbstractItemModel::modelAboutToBeReset, thumbnails_, &Thumbnails::drop_waiting);
  connect(model_, &ClipTableModel::loaded, this, [this] { Q_EMIT counted(static_cast<qint64>(model_->ids().size())); });
  connect(this, &QListView::clicked, this, [this](const QModelIndex& index) {
    const auto now = bench_.player().current();
    play(index, plays_when_chosen() || (now && now->clip == model_->id_at(index.row())));
  });
  connect(this, &QListView::doubleClicked, this, [this](const QModelIndex& index) {
    bench_.choose_clips({db::ClipId{model_->id_at(index.row())}});
    Q_EMIT bench_.page_requested("library");
  });
}

WallView::~WallView() = default;

ClipTableModel& WallView::clips() { return *model_; }

void WallView::set_query(const QString& query) { model_->set_query(query); }

void WallView::refresh() {
  if (listening_) return model_->refresh();
  model_->set_catalog(bench_.catalog());
  listening_ = bench_.catalog() != nullptr;
}

void WallView::forget_catalog() {
  model_->set_catalog(nullptr);
  listening_ = false;
}

void WallView::play(const QModelIndex& index, bool start) {
  const db::ClipView* view = model_->view_at(index.row());
  if (!view || !bench_.has_workspace()) return;
  bench_.sounds().clip(bench_.workspace(), *view, this, [this, start](SoundPtr sound) { bench_.player().set_deck({sound}, 0, start); },
                       [this](const QString& message) { bench_.say(message); });
}

int WallView::pictures_in_sight() const {
  int pictures = 0;
  for (int row = 0; row < model_->rowCount(); ++row) {
    const QModelIndex index = model_->index(row, ClipTableModel::name);
    if (visualRect(index).intersects(viewport()->rect()) && !index.data(Qt::DecorationRole).value<QImage>().isNull()) ++pictures;
    if (visualRect(index).top() > viewport()->height()) break;
  }
  return pictures;
}

std::vector<db::ClipId> WallView::chosen() const {
  std::vector<int> rows;
  for (const QModelIndex& index : selectionModel()->selectedIndexes()) rows.push_back(index.row());
  std::sort(rows.begin(), rows.end());
  std::vector<db::ClipId> ids;
  for (const int row : rows)
    if (const qint64 id = model_->id_at(row)) ids.push_back({id});
  return ids;
}

std::optional<db::ClipView> WallView::current() const {
  const db::ClipView* view = model_->view_at(currentIndex().row());
  return view ? std::optional(*view) : std::nullopt;
}

void WallView::keyPressEvent(QKeyEvent* event) {
  const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
  const int key = event->key();
  if (plain && key >= Qt::Key_0 && key <= Qt::Key_9) return void(Q_EMIT label_key(key - Qt::Key_0));
  if (plain && (key == Qt::Key_Return || key == Qt::Key_Enter)) return play(currentIndex(), true);
  QListView::keyPressEvent(event);
}

void WallView::contextMenuEvent(QContextMenuEvent* event) {
  if (!chosen().empty()) Q_EMIT menu_requested(event->globalPos());
}

}  // namespace luthier::ui
