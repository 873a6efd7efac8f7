#include "ui/transfer/transfer_history.h"

#include <QLabel>
#include <QListWidget>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/session/transfer_session.h"
#include "db/transfer_store.h"
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
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* title = new QLabel(tr("Earlier transfers"), this);
  title->setProperty("role", "hint");
  list_ = new QListWidget(this);
  list_->setAccessibleName(tr("Earlier transfers"));
  list_->setAlternatingRowColors(true);
  column->addWidget(title);
  column->addWidget(list_, 1);
  connect(list_, &QListWidget::currentRowChanged, this, [this](int row) {
    if (row < 0 || !bench_.catalog()) return;
    const db::TransferId id{list_->item(row)->data(Qt::UserRole).toLongLong()};
    bench_.catalog()->run(
        this, [id](db::Catalog& catalog) { return catalog.transfers().get(id); },
        [this](std::optional<db::TransferRow> found) {
          if (found) Q_EMIT chosen(*found);
        });
  });
}

void TransferHistory::unmark() {
  const QSignalBlocker block(list_);
  list_->setCurrentRow(-1);
}

void TransferHistory::refresh() {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.transfers().all(200); },
      [this](std::vector<db::TransferRow> rows) {
        const QSignalBlocker block(list_);
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
      });
}

}  // namespace luthier::ui
