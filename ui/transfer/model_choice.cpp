#include "ui/transfer/model_choice.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QFormLayout>
#include <QLabel>
#include <QMetaObject>
#include <QPointer>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

#include "core/session/family_catalog.h"
#include "core/session/training_session.h"
#include "core/session/transfer_session.h"
#include "ui/common/workbench.h"
#include "ui/form/config_form.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

bool is_translator(const std::string& family) {
  for (const FamilyEntry& entry : family_catalog()) {
    if (entry.id == family) return entry.role == "translator" || entry.role == "optimiser";
  }
  return false;
}

}  // namespace

ModelChoice::ModelChoice(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  auto* rows = new QFormLayout;
  rows->setVerticalSpacing(5);
  rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  run_ = new QComboBox(this);
  run_->setObjectName("transfer_run");
  run_->setAccessibleName(tr("Model"));
  run_->setToolTip(tr("The trained run, or the shipped weights, that does the transfer"));
  run_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  run_->setMinimumContentsLength(10);
  device_ = new QComboBox(this);
  device_->setAccessibleName(tr("Device"));
  device_->addItem(tr("automatic"), "auto");
  device_->addItem(tr("processor (cpu)"), "cpu");
  device_->addItem(tr("graphics card (cuda)"), "cuda");
  rows->addRow(tr("Model"), run_);
  rows->addRow(tr("Device"), device_);
  hint_ = new QLabel(this);
  hint_->setProperty("role", "hint");
  hint_->setWordWrap(true);
  column->addLayout(rows);
  column->addWidget(hint_);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* body = new QWidget(scroll);
  body->setObjectName("form_body");
  auto* body_column = new QVBoxLayout(body);
  body_column->setContentsMargins(0, 0, 8, 0);
  form_ = new ConfigForm(body);
  body_column->addWidget(form_);
  body_column->addStretch();
  scroll->setWidget(body);
  column->addWidget(scroll, 1);
  connect(run_, &QComboBox::currentIndexChanged, this, &ModelChoice::read_settings);
  connect(form_, &ConfigForm::changed, this, &ModelChoice::changed);
}

QString ModelChoice::run() const { return run_->currentData().toString(); }
bool ModelChoice::empty() const { return run_->currentIndex() < 0; }
bool ModelChoice::ready() const { return !empty() && form_->valid(); }
std::string ModelChoice::device() const { return device_->currentData().toString().toStdString(); }
Config ModelChoice::overrides() const { return form_->overrides(); }
Config ModelChoice::values() const { return form_->values(); }

void ModelChoice::choose(const QString& run) {
  wanted_run_ = run;
  refresh();
}

void ModelChoice::refresh() {
  if (!bench_.has_workspace()) return;
  QPointer<ModelChoice> self(this);
  QThreadPool::globalInstance()->start([self, folder = bench_.workspace().folder()] {
    struct Found {
      std::vector<RunSummary> runs;
      bool shipped = false;
    };
    auto found = std::make_shared<Found>();
    try {
      found->shipped = !shipped_models().empty();
      found->runs = list_runs(folder);
    } catch (const std::exception&) {
      // shown as an empty list with its hint
    }
    QMetaObject::invokeMethod(
        qApp,
        [self, found] {
          if (!self) return;
          QComboBox* box = self->run_;
          const QString before = self->wanted_run_.isEmpty() ? self->run() : self->wanted_run_;
          const bool had = box->count() > 0;
          {
            const QSignalBlocker block(box);
            box->clear();
            for (const RunSummary& run : found->runs) {
              if (!is_translator(run.family) || (run.latest_checkpoint.empty() && run.best_checkpoint.empty())) continue;
              box->addItem(tr("%1  (%2, %3)").arg(text(run.id), text(run.family), text(run.preset)), text(run.id));
              box->setItemData(box->count() - 1, text(run.id), Qt::ToolTipRole);
            }
            if (found->shipped) box->addItem(tr("Shipped weights"), QString());
            const int at = box->findData(before);
            box->setCurrentIndex(box->count() == 0 ? -1 : at >= 0 && had ? at : std::max(0, at));
          }
          self->wanted_run_.clear();
          self->read_settings();
        },
        Qt::QueuedConnection);
  });
}

void ModelChoice::read_settings() {
  if (run_->currentIndex() < 0 || !bench_.has_workspace()) {
    form_->set_schema({});
    hint_->setText(tr("No trained model yet: train one on the page Train. Runs appear here as soon as they have a checkpoint."));
    hint_->show();
    Q_EMIT changed();
    return;
  }
  const quint64 number = ++settings_number_;
  QPointer<ModelChoice> self(this);
  QThreadPool::globalInstance()->start([self, number, folder = bench_.workspace().folder(), id = run().toStdString()] {
    auto schema = std::make_shared<Schema>();
    QString message;
    try {
      *schema = transfer_settings(folder, id);
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        qApp,
        [self, number, schema, message] {
          if (!self || number != self->settings_number_) return;
          Config keep;
          try {
            keep = self->form_->overrides();
          } catch (const std::exception&) {
            // a wrong entry is not taken over
          }
          self->form_->set_schema(*schema);
          try {
            self->form_->set_values(complete(*schema, keep));
          } catch (const std::exception&) {
            // settings of another family: its own defaults stand
          }
          self->hint_->setText(message);
          self->hint_->setVisible(!message.isEmpty());
          Q_EMIT self->changed();
        },
        Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
