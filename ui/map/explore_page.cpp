#include "ui/map/explore_page.h"

#include <QMenu>
#include <QShortcut>
#include <QTabWidget>
#include <QVBoxLayout>
#include <utility>

#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/kept_layout.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_export_dialog.h"
#include "ui/map/labels_view.h"
#include "ui/map/map_canvas.h"
#include "ui/map/map_view.h"
#include "ui/map/wall_view.h"

namespace luthier::ui {

ExplorePage::ExplorePage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  map_ = new MapView(bench_, this);
  labels_ = new LabelsView(bench_, this);
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->addTab(map_, icon("map"), tr("Map of the clips"));
  tabs_->addTab(labels_, icon("label"), tr("Labels and their spectrograms"));
  keep_tab(*tabs_, "explore/tab");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 8, 10, 6);
  column->addWidget(tabs_);
  actions_ = new ClipActions(bench_, [this] { return chosen(); }, this);
  connect(actions_, &ClipActions::export_requested, this, [this] {
    if (!bench_.has_workspace()) return;
    auto* dialog = new ClipExportDialog(bench_, chosen().ids, {}, {}, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
  });
  connect(&map_->canvas(), &MapCanvas::label_key, actions_, &ClipActions::label_by_key);
  connect(&map_->canvas(), &MapCanvas::menu_requested, this, &ExplorePage::open_menu);
  connect(&labels_->wall(), &WallView::label_key, actions_, &ClipActions::label_by_key);
  connect(&labels_->wall(), &WallView::menu_requested, this, &ExplorePage::open_menu);
  const auto key = [this](int which, auto action) {
    auto* shortcut = new QShortcut(QKeySequence(which), this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, actions_, action);
  };
  // As in the table of the library; Enter and the digits belong to the map and the wall.
  key(Qt::Key_C, [this] { actions_->use(true); });
  key(Qt::Key_S, [this] { actions_->use(false); });
  key(Qt::Key_V, [this] { actions_->compare(); });
  key(Qt::Key_X, [this] { actions_->toggle_excluded(); });
  key(Qt::Key_Delete, [this] { actions_->remove(); });
  connect(&bench_, &Workbench::workspace_opened, this, &ExplorePage::catalog_changed);
  connect(&bench_, &Workbench::catalog_changed, this, &ExplorePage::catalog_changed);
}

ClipActions::Selection ExplorePage::chosen() const {
  ClipActions::Selection now;
  const bool on_map = tabs_->currentWidget() == map_;
  now.ids = on_map ? map_->selection() : labels_->wall().chosen();
  now.current = on_map ? map_->current() : labels_->wall().current();
  if (now.current) now.views.push_back(*now.current);
  return now;
}

void ExplorePage::open_menu(const QPoint& global) {
  if (chosen().ids.empty()) return;
  QMenu menu(this);
  actions_->fill_menu(menu, [this] { bench_.player().play(); });
  menu.exec(global);
}

void ExplorePage::catalog_changed() {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return std::make_pair(catalog.labels().labels(), catalog.labels().tags()); },
      [this](std::pair<std::vector<db::LabelRow>, std::vector<db::TagRow>> found) {
        actions_->set_labels(std::move(found.first));
        actions_->set_tags(std::move(found.second));
      });
}

}  // namespace luthier::ui
