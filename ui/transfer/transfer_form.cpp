#include "ui/transfer/transfer_form.h"

#include <QClipboard>
#include <QFrame>
#include <QGuiApplication>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/session/command_words.h"
#include "core/session/transfer_models.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/form/config_form.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/preset_bar.h"
#include "ui/transfer/sound_slot.h"

namespace luthier::ui {
TransferForm::TransferForm(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setFixedWidth(340);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  content_ = new SoundSlot(bench_, tr("Content"), "content", tr("The notes that are kept. Drag a clip or a file here, or press C on a clip in the library."), this);
  style_ = new SoundSlot(bench_, tr("Style"), "style", tr("The sound that is taken. Drag a clip or a file here, or press S on a clip in the library."), this);
  content_->setAccessibleName(tr("Content slot"));
  style_->setAccessibleName(tr("Style slot"));
  auto* swap = new QToolButton(this);
  swap->setIcon(icon("swap"));
  swap->setAccessibleName(tr("Swap content and style"));
  swap->setToolTip(tr("Swap content and style"));
  column->addWidget(content_);
  column->addWidget(swap, 0, Qt::AlignHCenter);
  column->addWidget(style_);
  column->addWidget(make_card(), 1);
  connect(swap, &QToolButton::clicked, this, [this] {
    const SoundChoice old = content_->choice();
    content_->set_choice(style_->choice());
    style_->set_choice(old);
  });
  for (SoundSlot* slot : {content_, style_}) {
    for (auto signal : {&SoundSlot::changed, &SoundSlot::sound_changed}) {
      connect(slot, signal, this, [this] {
        show_state();
        Q_EMIT inputs_changed();
      });
    }
    connect(slot, &SoundSlot::play_requested, this, [this, slot] { Q_EMIT play_requested(slot->sound()); });
  }
  connect(model_, &ModelChoice::changed, this, &TransferForm::show_state);
  show_state();
}

QWidget* TransferForm::make_card() {
  auto* card = new QFrame(this);
  card->setObjectName("card");
  auto* inner = new QVBoxLayout(card);
  inner->setContentsMargins(10, 8, 10, 8);
  presets_ = new PresetBar(bench_, [this] { return request(); }, card);
  model_ = new ModelChoice(bench_, card);
  auto* buttons = new QHBoxLayout;
  auto* copy = new QToolButton(card);
  copy->setObjectName("copy_transfer");
  copy->setIcon(icon("copy"));
  copy->setAccessibleName(tr("Copy as command"));
  copy->setToolTip(tr("Copy this transfer as a luthierctl command"));
  start_ = new QPushButton(accent_icon("transfer"), tr("Transfer"), card);
  start_->setObjectName("start_transfer");
  start_->setProperty("primary", true);
  buttons->addWidget(copy);
  buttons->addStretch();
  buttons->addWidget(start_);
  inner->addWidget(presets_);
  inner->addWidget(model_, 1);
  inner->addLayout(buttons);
  connect(presets_, &PresetBar::recalled, this, [this](const TransferPreset& preset) {
    TransferRequest wanted;
    apply_preset(preset, wanted);
    wanted.device = "auto";
    model_->take(wanted);
    bench_.say(tr("Recalled: %1").arg(QString::fromStdString(preset.name)));
  });
  connect(start_, &QPushButton::clicked, this, &TransferForm::start_requested);
  connect(copy, &QToolButton::clicked, this, [this] {
    try {
      const QString words = command();
      QGuiApplication::clipboard()->setText(words);
      bench_.say(tr("Copied: %1").arg(words));
    } catch (const std::exception& error) {
      show_error(this, QString::fromUtf8(error.what()));
    }
  });
  return card;
}

TransferRequest TransferForm::request() const {
  TransferRequest request;
  if (bench_.has_workspace()) request.workspace = bench_.workspace().folder();
  request.content = content_->choice().text();
  request.style = style_->choice().text();
  model_->fill(request);
  return request;
}

QString TransferForm::command() const { return QString::fromStdString(shell_line(transfer_words(request()))); }

void TransferForm::take(const TransferRequest& request) {
  content_->set_choice(choice_named(request.content));
  style_->set_choice(choice_named(request.style));
  model_->take(request);
}

bool TransferForm::needs_style() const {
  try {
    return needs_style_clip(model_->schema(), model_->form().overrides());
  } catch (const std::exception&) {
    return true;  // a wrong entry is said where it stands
  }
}

bool TransferForm::style_ready() const { return style_->sound() || (style_->choice().empty() && !needs_style()); }

bool TransferForm::ready() const { return content_->sound() && style_ready() && model_->ready(); }

void TransferForm::set_waiting(int jobs) {
  waiting_ = jobs;
  show_state();
}

void TransferForm::refresh() {
  model_->refresh();
  presets_->refresh();
}

void TransferForm::clear() {
  content_->clear();
  style_->clear();
}

void TransferForm::show_state() {
  start_->setEnabled(ready());
  start_->setText(waiting_ > 0 ? tr("Add to the queue") : tr("Transfer"));
  QString why = waiting_ > 0 ? tr("It begins when those before it have ended: %1").arg(counted(waiting_, tr("transfer"), tr("transfers")))
                             : tr("Let the content be played with the sound of the style");
  if (!content_->sound()) why = tr("Choose the content first");
  else if (!style_ready()) why = tr("Choose the style first");
  else if (model_->empty()) why = tr("Train a model first, on the page Train, or install one from a file");
  else if (model_->gone()) why = tr("This model is not here any more; choose another one, or install its weights");
  else if (!model_->ready()) why = tr("A setting is wrong");
  start_->setToolTip(why);
}

}  // namespace luthier::ui
