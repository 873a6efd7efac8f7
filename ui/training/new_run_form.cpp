#include "ui/training/new_run_form.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/session/command_words.h"
#include "core/session/family_catalog.h"
#include "db/label_store.h"
#include "db/pair_store.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_values.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/form/scrolled_form.h"
#include "ui/training/run_check.h"
#include "ui/training/run_steering.h"
#include "ui/training/settings_timeline.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

/// An entry of the labels' menu says the name so that '&' is seen, and holds it as it is.
QString label_of(const QAction& action) { return action.data().toString(); }

constexpr const char* kForm = "train";

const FamilyEntry* entry_of(const QString& id) {
  for (const FamilyEntry& entry : family_catalog()) {
    if (text(entry.id) == id) return &entry;
  }
  return nullptr;
}

}  // namespace

NewRunForm::NewRunForm(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* rows = new QFormLayout;
  rows->setVerticalSpacing(5);
  rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  auto combo = [this](const QString& name, const QString& tip) {
    auto* box = new QComboBox(this);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(12);
    return box;
  };
  auto hint = [this] {
    auto* label = new QLabel(this);
    label->setProperty("role", "hint");
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
  };
  family_ = combo(tr("Model family"), tr("The kind of model to train"));
  family_->setObjectName("family");
  preset_ = combo(tr("Preset"), tr("Settings that go together; every one can be changed below"));
  preset_->setObjectName("preset");
  pairs_ = combo(tr("Pairs"), tr("The pair set to learn from; see the page Pairs"));
  pairs_->setObjectName("pair_set");
  device_ = combo(tr("Device"), tr("Where to train; automatic takes the graphics card when there is one"));
  device_->addItem(tr("automatic"), "auto");
  device_->addItem(tr("processor (cpu)"), "cpu");
  device_->addItem(tr("graphics card (cuda)"), "cuda");
  labels_ = new QPushButton(this);
  labels_->setObjectName("label_choice");
  labels_->setAccessibleName(tr("Labels"));
  labels_->setToolTip(tr("Train on these labels only"));
  label_menu_ = new QMenu(labels_);
  labels_->setMenu(label_menu_);
  summary_ = hint();
  preset_help_ = hint();
  rows->addRow(tr("Family"), family_);
  rows->addRow(summary_);
  rows->addRow(tr("Preset"), preset_);
  rows->addRow(preset_help_);
  rows->addRow(tr("Pairs"), pairs_);
  auto* look = new QToolButton(this);
  look->setObjectName("look_at_data");
  look->setIcon(icon("search"));
  look->setAccessibleName(tr("Look at the clips"));
  look->setToolTip(tr("What the clips are like, label by label: length, level, dynamic range and spectrum"));
  auto* label_row = new QHBoxLayout;
  label_row->addWidget(labels_, 1);
  label_row->addWidget(look);
  auditions_ = new QLineEdit(this);
  auditions_->setObjectName("auditions");
  auditions_->setAccessibleName(tr("Auditions"));
  auditions_->setPlaceholderText(tr("unseen clips, chosen"));
  auditions_->setToolTip(tr("Transfers to be heard at every preview: content and style by clip number, as in 12,40 13,55; empty: clips that are not trained on are chosen"));
  rows->addRow(tr("Labels"), label_row);
  rows->addRow(tr("Auditions"), auditions_);
  rows->addRow(tr("Device"), device_);
  column->addLayout(rows);

  auto* head = new QHBoxLayout;
  changed_ = hint();
  auto* reset = new QToolButton(this);
  reset->setText(tr("Reset"));
  reset->setToolTip(tr("All settings as the preset has them"));
  head->addWidget(changed_, 1);
  head->addWidget(reset);
  column->addLayout(head);
  auto* scroll = new ScrolledForm(this);
  form_ = &scroll->form();
  column->addWidget(scroll, 1);
  timeline_ = new SettingsTimeline(this);
  column->addWidget(timeline_);

  own_process_ = new QCheckBox(tr("Train in a process of its own"), this);
  own_process_->setObjectName("own_process");
  own_process_->setToolTip(tr("luthierctl trains, and this window watches: the run goes on when the window is closed or crashes, and others can be started beside it. Also for runs that are gone on with."));
  own_process_->setChecked(RunSteering::wants_process());
  column->addWidget(own_process_);

  auto* buttons = new QHBoxLayout;
  check_ = new QPushButton(tr("Check first"), this);
  check_->setToolTip(tr("Tries one step without training: clips, memory, time per step and time in all"));
  auto* copy = new QToolButton(this);
  copy->setIcon(icon("copy"));
  copy->setAccessibleName(tr("Copy as command"));
  copy->setToolTip(tr("Copy this run as a luthierctl command"));
  start_ = new QPushButton(accent_icon("play"), tr("Start training"), this);
  start_->setObjectName("start_training");
  start_->setProperty("primary", true);
  buttons->addWidget(check_);
  buttons->addWidget(copy);
  buttons->addStretch();
  buttons->addWidget(start_);
  column->addLayout(buttons);

  connect(look, &QToolButton::clicked, this, &NewRunForm::data_requested);
  connect(reset, &QToolButton::clicked, form_, &ConfigForm::reset);
  connect(form_, &ConfigForm::changed, this, [this] {
    const int count = form_->changed_count();
    changed_->setText(count == 0 ? tr("Settings as in the preset") : tr("%1 changed (bold)").arg(counted(count, tr("setting"), tr("settings"))));
    show_startable();
    show_timeline();
  });
  connect(copy, &QToolButton::clicked, this, [this] {
    try {
      QGuiApplication::clipboard()->setText(command());
      bench_.say(tr("Copied: %1").arg(command()));
    } catch (const std::exception& error) {
      show_error(this, QString::fromUtf8(error.what()));
    }
  });
  connect(start_, &QPushButton::clicked, this, &NewRunForm::start_requested);
  connect(check_, &QPushButton::clicked, this, &NewRunForm::check_requested);
  connect(own_process_, &QCheckBox::toggled, this, [this](bool on) {
    RunSteering::want_process(on);
    show_startable();
    Q_EMIT process_wanted();
  });
  connect(family_, &QComboBox::currentIndexChanged, this, &NewRunForm::show_family);
  connect(preset_, &QComboBox::currentIndexChanged, this, &NewRunForm::show_preset);
  for (const FamilyEntry& entry : family_catalog()) {
    if (entry.role == "optimiser") continue;  // nothing to train
    family_->addItem(text(entry.title), text(entry.id));
  }
  for (QComboBox* box : {pairs_, device_}) connect(box, &QComboBox::currentIndexChanged, this, &NewRunForm::remember);
  connect(auditions_, &QLineEdit::textChanged, this, &NewRunForm::remember);
  connect(form_, &ConfigForm::changed, this, &NewRunForm::remember);
  choose("latent_diffusion", "quick");
  set_busy(false);
}

void NewRunForm::choose(const QString& family, const QString& preset) {
  const int at = family_->findData(family);
  if (at >= 0) family_->setCurrentIndex(at);
  const int place = preset_->findData(preset);
  if (place >= 0) preset_->setCurrentIndex(place);
}

void NewRunForm::show_family() {
  const FamilyEntry* entry = entry_of(family_->currentData().toString());
  if (!entry) return;
  summary_->setText(text(entry->summary));
  const QString before = preset_->currentData().toString();
  {
    const QSignalBlocker block(preset_);
    preset_->clear();
    for (const PresetEntry& preset : entry->presets) preset_->addItem(text(preset.name), text(preset.name));
    const int at = preset_->findData(before);
    const int quick = preset_->findData("quick");
    preset_->setCurrentIndex(at >= 0 ? at : quick >= 0 ? quick : 0);
  }
  form_->set_schema(entry->schema);
  show_preset();
}

void NewRunForm::show_preset() {
  const FamilyEntry* entry = entry_of(family_->currentData().toString());
  if (!entry) return;
  const std::string name = preset_->currentData().toString().toStdString();
  for (const PresetEntry& preset : entry->presets) {
    if (preset.name == name) preset_help_->setText(text(preset.help));
  }
  try {
    form_->set_base(preset_values(*entry, name));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

void NewRunForm::restore() {
  if (!bench_.has_workspace()) return;
  const QVariantMap kept = kept_values(QString::fromStdString(bench_.workspace().folder().string()), kForm);
  const QScopedValueRollback block(restoring_, true);
  choose(kept.value("family", "latent_diffusion").toString(), kept.value("preset", "quick").toString());
  form_->reset();
  const QVariantMap typed = kept.value("settings").toMap();
  for (ConfigField* field : form_->fields()) {
    const QString name = text(field->setting().name);
    if (!typed.contains(name)) continue;
    try {
      field->set_value(parse_value(field->setting(), typed.value(name).toString().toStdString()));
    } catch (const ConfigError&) {
      // of another version of the program: the preset's own stands
    }
  }
  pairs_->setCurrentIndex(0);
  wanted_pairs_ = kept.value("pairs").toString();
  off_ = kept.value("labels_off").toStringList();
  label_menu_->clear();
  auditions_->setText(kept.value("auditions").toString());
  device_->setCurrentIndex(std::max(0, device_->findData(kept.value("device"))));
}

void NewRunForm::remember() {
  if (restoring_ || !bench_.has_workspace()) return;
  QVariantMap typed;
  for (const ConfigField* field : form_->fields()) {
    if (field->valid() && form_->differs(*field)) typed.insert(text(field->setting().name), text(to_text(field->value())));
  }
  keep_values(QString::fromStdString(bench_.workspace().folder().string()), kForm,
              {{"family", family_->currentData()}, {"preset", preset_->currentData()}, {"settings", typed}, {"pairs", pairs_->currentData()},
               {"labels_off", off_}, {"auditions", auditions_->text()}, {"device", device_->currentData()}});
}

void NewRunForm::refresh() {
  if (!bench_.catalog()) return;
  struct Lists {
    std::vector<db::PairSetRow> sets;
    std::vector<std::string> labels;
  };
  bench_.catalog()->run(
      this,
      [](db::Catalog& catalog) {
        Lists lists{catalog.pairs().sets(), {}};
        for (const db::LabelRow& label : catalog.labels().labels()) lists.labels.push_back(label.name);
        return lists;
      },
      [this](Lists lists) {
        const QString before = wanted_pairs_.isEmpty() ? pairs_->currentData().toString() : std::exchange(wanted_pairs_, {});
        const QSignalBlocker block(pairs_);
        pairs_->clear();
        pairs_->addItem(tr("newest that fits, or made on the fly"), QString());
        for (const auto& set : lists.sets) pairs_->addItem(tr("%1 (%2)").arg(text(set.name)).arg(set.pairs), text(set.name));
        const int at = pairs_->findData(before);
        pairs_->setCurrentIndex(at < 0 ? 0 : at);
        fill_labels(lists.labels);
      });
}

void NewRunForm::fill_labels(const std::vector<std::string>& names) {
  QStringList old, now;
  for (const QAction* action : label_menu_->actions()) old << label_of(*action);
  for (const std::string& name : names) now << text(name);
  if (old == now) return;  // the menu may be open
  label_menu_->clear();
  for (const std::string& name : names) {
    QAction* action = label_menu_->addAction(verbatim(text(name)));
    action->setData(text(name));
    action->setCheckable(true);
    action->setChecked(!off_.contains(text(name)));
    connect(action, &QAction::toggled, this, [this, action](bool on) {
      off_.removeAll(label_of(*action));
      if (!on) off_ << label_of(*action);
      show_label_text();
      remember();
    });
  }
  show_label_text();
}

void NewRunForm::show_label_text() {
  QStringList on;
  for (const QAction* action : label_menu_->actions()) {
    if (action->isChecked()) on << label_of(*action);
  }
  const auto all = label_menu_->actions().size();
  none_chosen_ = all > 0 && on.isEmpty();
  show_startable();
  const QString words = all == 0 ? tr("no labels yet") : none_chosen_ ? tr("none: choose at least one") : on.size() == all ? tr("all (%1)").arg(all) : on.join(", ");
  // The style draws a left-aligned text at the very edge.
  labels_->setText(" " + verbatim(labels_->fontMetrics().elidedText(words, Qt::ElideRight, 220)));
  labels_->setEnabled(all > 0);
}

TrainingRequest NewRunForm::request() const {
  TrainingRequest request;
  if (bench_.has_workspace()) request.workspace = bench_.workspace().folder();
  request.family = family_->currentData().toString().toStdString();
  request.preset = preset_->currentData().toString().toStdString();
  request.overrides = form_->overrides();
  request.device = device_->currentData().toString().toStdString();
  request.pair_set = pairs_->currentData().toString().toStdString();
  int off = 0;
  for (const QAction* action : label_menu_->actions()) {
    if (action->isChecked()) request.labels.push_back(label_of(*action).toStdString());
    else ++off;
  }
  if (off == 0) request.labels.clear();
  else if (request.labels.empty()) throw ConfigError(tr("No label is chosen to train on; choose some at Labels.").toStdString());
  for (const QString& word : auditions_->text().split(' ', Qt::SkipEmptyParts)) {
    bool content_known = false, style_known = false;
    const QStringList numbers = word.split(',');
    const qint64 content = numbers.value(0).toLongLong(&content_known), style = numbers.value(1).toLongLong(&style_known);
    if (numbers.size() != 2 || !content_known || !style_known)
      throw ConfigError(tr("Auditions are pairs of clip numbers, content and style, as in 12,40; '%1' is none.").arg(word).toStdString());
    request.auditions.emplace_back(content, style);
  }
  return request;
}

QString NewRunForm::command() const { return train_command(request()); }

void NewRunForm::show_timeline() {
  const FamilyEntry* entry = entry_of(family_->currentData().toString());
  if (!entry || !form_->valid()) return;
  timeline_->show_settings(entry->id, form_->values());
}

void NewRunForm::set_busy(bool training, bool launching) {
  training_ = training;
  launching_ = launching;
  show_startable();
}

void NewRunForm::show_startable() {
  const QString why = launching_     ? tr("A run is being prepared in a process of its own; wait for its first step")
                      : training_ && !own_process_->isChecked() ? tr("A run is training here; stop it first, or train beside it in a process of its own")
                      : none_chosen_ ? tr("No label is chosen to train on; choose some at Labels")
                      : !form_->valid() ? tr("A setting is out of its range; it is marked in red")
                                        : QString();
  start_->setEnabled(why.isEmpty());
  start_->setToolTip(why.isEmpty() ? tr("Train in the background") : why);
  check_->setEnabled(!training_ && !none_chosen_);
}

}  // namespace luthier::ui
