#include "ui/transfer/transfer_history.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QSignalBlocker>
#include <QToolButton>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/session/transfer_session.h"
#include "db/transfer_store.h"
#include "ui/application_style.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

}  // namespace

QString model_title(const std::string& model) {
  if (!model.ends_with(".safetensors")) return text(model);
  const std::filesystem::path file(model);
  static const auto shipped_files = shipped_models();
  for (const auto& shipped : shipped_files) {
    if (shipped == file) return QObject::tr("shipped weights");
  }
  return text(file.filename().string());
}

TransferHistory::TransferHistory(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 4, 4, 4);
  list_ = new QListWidget(this);
  list_->setObjectName("transfer_history");
  list_->setAccessibleName(tr("Earlier transfers"));
  list_->setWhatsThis(tr("Every result of this workspace. Choose one to see and hear it; Enter or a double-click brings its content, style, model and settings back."));
  list_->setAlternatingRowColors(true);
  restore_ = new QToolButton(this);
  restore_->setObjectName("restore_transfer");
  restore_->setIcon(icon("undo"));
  restore_->setAccessibleName(tr("Bring its settings back"));
  restore_->setToolTip(tr("Bring content, style, model and settings of this result back (Enter, double-click)"));
  restore_->setEnabled(false);
  row->addWidget(list_, 1);
  row->addWidget(restore_, 0, Qt::AlignTop);
  connect(list_, &QListWidget::currentRowChanged, this, [this](int at) {
    restore_->setEnabled(at >= 0);
    if (at >= 0) with_current([this](const db::TransferRow& found) { Q_EMIT chosen(found); });
  });
  const auto restore = [this] {
    with_current([this](const db::TransferRow& found) { Q_EMIT restore_requested(found); });
  };
  connect(restore_, &QToolButton::clicked, this, restore);
  connect(list_, &QListWidget::itemActivated, this, restore);
}

void TransferHistory::with_current(std::function<void(const db::TransferRow&)> then) {
  if (!list_->currentItem() || !bench_.catalog()) return;
  const db::TransferId id{list_->currentItem()->data(Qt::UserRole).toLongLong()};
  bench_.catalog()->run(
      this, [id](db::Catalog& catalog) { return catalog.transfers().get(id); },
      [then = std::move(then)](std::optional<db::TransferRow> found) {
        if (found) then(*found);
      });
}

void TransferHistory::unmark() {
  const QSignalBlocker block(list_);
  list_->setCurrentRow(-1);
  restore_->setEnabled(false);
}

void TransferHistory::show_newest() {
  newest_wanted_ = true;
  refresh();
}

void TransferHistory::refresh() {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.transfers().all(200); },
      [this](std::vector<db::TransferRow> rows) {
        QSignalBlocker block(list_);
        const QVariant before = list_->currentItem() ? list_->currentItem()->data(Qt::UserRole) : QVariant();
        list_->clear();
        for (const db::TransferRow& row : rows) {
          auto* item = new QListWidgetItem(tr("%1   %2  →  %3   (%4)")
                                               .arg(text(row.created_at).replace('T', ' ').remove('Z').left(16), text(row.content), text(row.style),
                                                    model_title(row.model)));
          item->setData(Qt::UserRole, static_cast<qlonglong>(row.id.value));
          item->setToolTip(text(row.settings_json));
          list_->addItem(item);
          if (item->data(Qt::UserRole) == before) list_->setCurrentItem(item);
        }
        if (!std::exchange(newest_wanted_, false)) return;
        list_->setCurrentRow(-1);
        block.unblock();
        list_->setCurrentRow(0);
      });
}

}  // namespace luthier::ui
