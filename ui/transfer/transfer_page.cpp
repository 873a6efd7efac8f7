#include "ui/transfer/transfer_page.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "db/transfer_store.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/compare/export_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/transfer_history.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

}  // namespace

TransferPage::TransferPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  outer->addWidget(make_left());
  outer->addWidget(make_right(), 1);
  connect(&bench_, &Workbench::slot_chosen, this, [this](bool content, const SoundChoice& choice) {
    (content ? content_ : style_)->set_choice(choice);
  });
  connect(&bench_, &Workbench::run_finished, this, &TransferPage::choose_run);
  connect(&bench_, &Workbench::workspace_opened, this, [this] {
    content_->clear();
    style_->clear();
    result_.reset();
    result_inputs_.clear();
    message_->clear();
    model_->refresh();
    history_->refresh();
    show_lanes(false);
  });
  connect(&bench_, &Workbench::workspace_closing, &job_, &TransferJob::cancel);
  connect(&job_, &TransferJob::progressed, this, &TransferPage::show_progress);
  connect(&job_, &TransferJob::step_arrived, this, [this] { show_step(static_cast<int>(job_.steps().size()) - 1); });
  connect(&job_, &TransferJob::ended, this, &TransferPage::job_ended);
  show_lanes(false);
  update_buttons();
}

QWidget* TransferPage::make_left() {
  auto* left = new QWidget(this);
  left->setFixedWidth(340);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  content_ = new SoundSlot(bench_, tr("Content"), "content", tr("The notes that are kept. Drag a clip or a file here, or press C on a clip in the library."), left);
  style_ = new SoundSlot(bench_, tr("Style"), "style", tr("The sound that is taken. Drag a clip or a file here, or press S on a clip in the library."), left);
  content_->setAccessibleName(tr("Content slot"));
  style_->setAccessibleName(tr("Style slot"));
  auto* swap = new QToolButton(left);
  swap->setIcon(icon("swap"));
  swap->setAccessibleName(tr("Swap content and style"));
  swap->setToolTip(tr("Swap content and style"));
  column->addWidget(content_);
  column->addWidget(swap, 0, Qt::AlignHCenter);
  column->addWidget(style_);

  auto* card = new QFrame(left);
  card->setObjectName("card");
  auto* inner = new QVBoxLayout(card);
  inner->setContentsMargins(10, 8, 10, 8);
  model_ = new ModelChoice(bench_, card);
  inner->addWidget(model_, 1);
  auto* buttons = new QHBoxLayout;
  auto* copy = new QToolButton(card);
  copy->setIcon(icon("copy"));
  copy->setAccessibleName(tr("Copy as command"));
  copy->setToolTip(tr("Copy this transfer as a luthierctl command"));
  cancel_ = new QPushButton(icon("close"), tr("Cancel"), card);
  cancel_->setObjectName("cancel_transfer");
  start_ = new QPushButton(accent_icon("transfer"), tr("Transfer"), card);
  start_->setObjectName("start_transfer");
  start_->setProperty("primary", true);
  buttons->addWidget(copy);
  buttons->addStretch();
  buttons->addWidget(cancel_);
  buttons->addWidget(start_);
  bar_ = new QProgressBar(card);
  bar_->setRange(0, 1000);
  bar_->setAccessibleName(tr("Progress of the transfer"));
  inner->addWidget(bar_);
  inner->addLayout(buttons);
  column->addWidget(card, 1);

  connect(swap, &QToolButton::clicked, this, [this] {
    const SoundChoice old = content_->choice();
    content_->set_choice(style_->choice());
    style_->set_choice(old);
  });
  for (SoundSlot* slot : {content_, style_}) {
    connect(slot, &SoundSlot::changed, this, [this] {
      result_.reset();
      update_buttons();
    });
    connect(slot, &SoundSlot::sound_changed, this, [this] {
      show_lanes(false);
      update_buttons();
    });
  }
  connect(content_, &SoundSlot::play_requested, this, [this] { view_->play(0); });
  connect(style_, &SoundSlot::play_requested, this, [this] { view_->play(content_->sound() ? 1 : 0); });
  connect(model_, &ModelChoice::changed, this, &TransferPage::update_buttons);
  connect(start_, &QPushButton::clicked, this, &TransferPage::start);
  connect(cancel_, &QPushButton::clicked, &job_, &TransferJob::cancel);
  connect(copy, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(command());
    bench_.say(tr("Copied: %1").arg(command()));
  });
  return left;
}

QWidget* TransferPage::make_right() {
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setChildrenCollapsible(false);
  auto* upper = new QWidget(splitter);
  auto* column = new QVBoxLayout(upper);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* row = new QHBoxLayout;
  const QString names[] = {tr("Content"), tr("Style"), tr("Result")};
  for (int i = 0; i < 3; ++i) {
    hear_[i] = new QPushButton(icon("play"), names[i], upper);
    hear_[i]->setAccessibleName(tr("Hear the %1").arg(names[i].toLower()));
    hear_[i]->setToolTip(tr("Hear it; while it plays, switch with Alt+%1").arg(i + 1));
    row->addWidget(hear_[i]);
  }
  message_ = new QLabel(upper);
  message_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  export_ = new QPushButton(icon("export"), tr("Export…"), upper);
  export_->setObjectName("export_transfer");
  export_->setToolTip(tr("Pictures (PNG, SVG), sounds (WAV or FLAC) and the record (JSON) into a folder"));
  auto* compare = new QPushButton(icon("compare"), tr("Compare"), upper);
  compare->setToolTip(tr("Add the result to the page Compare"));
  row->addWidget(message_, 1);
  row->addWidget(compare);
  row->addWidget(export_);
  column->addLayout(row);
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), upper);
  view_->set_hint(tr("Content and style appear here, and the result below them.\nChoose both at the left, or drop two sounds here, then press Transfer."));
  column->addWidget(view_, 1);
  step_row_ = new QWidget(upper);
  auto* steps = new QHBoxLayout(step_row_);
  steps->setContentsMargins(0, 0, 0, 0);
  step_text_ = new QLabel(step_row_);
  step_text_->setProperty("role", "hint");
  step_text_->setMinimumWidth(190);
  steps_ = new QSlider(Qt::Horizontal, step_row_);
  steps_->setAccessibleName(tr("Sampling step"));
  steps_->setToolTip(tr("The clean estimate after each sampling step; the last place is the result"));
  steps->addWidget(step_text_);
  steps->addWidget(steps_, 1);
  column->addWidget(step_row_);
  step_row_->hide();
  splitter->addWidget(upper);

  auto* lower = new QWidget(splitter);
  auto* lower_column = new QVBoxLayout(lower);
  lower_column->setContentsMargins(0, 4, 0, 0);
  lower_column->setSpacing(4);
  history_ = new TransferHistory(bench_, lower);
  lower_column->addWidget(history_, 1);
  splitter->addWidget(lower);
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({560, 110});

  for (int i = 0; i < 3; ++i) {
    connect(hear_[i], &QPushButton::clicked, this, [this, i] {
      const SoundPtr wanted = i == 0 ? content_->sound() : i == 1 ? style_->sound() : result_;
      const auto all = view_->sounds();
      for (std::size_t k = 0; k < all.size(); ++k) {
        if (wanted && all[k]->key == wanted->key) view_->play(k);
      }
    });
  }
  connect(export_, &QPushButton::clicked, this, &TransferPage::export_result);
  connect(compare, &QPushButton::clicked, this, [this] {
    if (!content_->choice().empty()) bench_.add_to_comparison(content_->choice());
    if (!style_->choice().empty()) bench_.add_to_comparison(style_->choice());
    if (result_ && !result_->path.isEmpty()) bench_.add_to_comparison({0, result_->path, result_->title, {}});
    Q_EMIT bench_.page_requested("compare");
  });
  connect(steps_, &QSlider::valueChanged, this, &TransferPage::show_step);
  connect(history_, &TransferHistory::chosen, this, &TransferPage::open_earlier);
  return splitter;
}

void TransferPage::dragEnterEvent(QDragEnterEvent* event) {
  if (!choices_of(*event->mimeData()).empty()) event->acceptProposedAction();
}

/// Two sounds fill both slots; one fills the slot that is empty, the content's first.
void TransferPage::dropEvent(QDropEvent* event) {
  const auto choices = choices_of(*event->mimeData());
  if (choices.empty()) return;
  event->acceptProposedAction();
  if (choices.size() > 1) {
    content_->set_choice(choices[0]);
    style_->set_choice(choices[1]);
  } else {
    (content_->choice().empty() ? content_ : style_)->set_choice(choices[0]);
  }
}

void TransferPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  model_->refresh();
  history_->refresh();
}

QString TransferPage::run() const { return model_->run(); }

void TransferPage::choose_run(const QString& run) { model_->choose(run); }

TransferRequest TransferPage::request() const {
  TransferRequest request;
  request.workspace = bench_.workspace().folder();
  request.run = run().toStdString();
  request.content = content_->choice().text();
  request.style = style_->choice().text();
  request.options = model_->overrides();
  request.device = model_->device();
  return request;
}

QString TransferPage::command() const {
  if (!bench_.has_workspace()) return {};
  QStringList words{"luthierctl", "--workspace", "'" + text(bench_.workspace().folder().string()) + "'", "transfer"};
  if (!run().isEmpty()) words << "--run" << run();
  words << "--content" << "'" + text(content_->choice().text()) + "'" << "--style" << "'" + text(style_->choice().text()) + "'";
  try {
    for (const auto& [name, value] : model_->overrides()) words << "--" + text(name) << text(to_text(value));
  } catch (const std::exception&) {
    // a wrong field is left out of the command
  }
  words << "--out" << "result.wav";
  return words.join(' ');
}

// --- the transfer ----------------------------------------------------------------------------------------------------

void TransferPage::start() {
  if (job_.running() || !bench_.has_workspace()) return;
  try {
    const TransferRequest wanted = request();
    record_.clear();
    record_["run"] = wanted.run.empty() ? "shipped weights" : wanted.run;
    record_["content"] = content_->choice().title.toStdString();
    record_["style"] = style_->choice().title.toStdString();
    for (const auto& [name, value] : model_->values()) record_["option." + name] = to_text(value);
    result_.reset();
    result_inputs_ = {content_->sound(), style_->sound()};
    history_->unmark();
    job_.start(wanted, content_->sound() ? content_->sound()->seconds() : 3.0);
    show_lanes(true);
    message_->clear();
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
  update_buttons();
}

void TransferPage::show_progress() {
  bar_->setValue(static_cast<int>(job_.fraction() * 1000));
  bar_->setFormat(job_.text().isEmpty() ? tr("preparing") : tr("%1 % – %2").arg(static_cast<int>(job_.fraction() * 100)).arg(job_.text()));
  bar_->setToolTip(job_.text());
  update_buttons();
}

void TransferPage::show_step(int index) {
  const int count = static_cast<int>(job_.steps().size());
  step_row_->setVisible(count > 0);
  {
    const QSignalBlocker block(steps_);
    steps_->setRange(0, result_ ? count : std::max(0, count - 1));
    steps_->setValue(index);
  }
  const bool final_result = result_ && index >= count;
  step_text_->setText(final_result ? tr("Result (after %1)").arg(counted(count, tr("step"), tr("steps"))) : tr("Clean estimate, step %1 of %2").arg(index + 1).arg(count));
  if (index < 0) return;
  std::size_t lane = 0;
  for (const SoundSlot* slot : {content_, style_}) lane += slot->sound() ? 1 : 0;
  auto& scene = view_->scene();
  if (lane >= scene.lanes().size()) {
    show_lanes(true);
    return;
  }
  if (!final_result) scene.set_picture(lane, job_.steps()[static_cast<std::size_t>(std::min(index, count - 1))]);
  else show_lanes(true);
}

void TransferPage::show_lanes(bool keep_view) {
  std::vector<LaneSource> lanes;
  if (content_->sound()) lanes.push_back({tr("1  Content: %1").arg(content_->choice().title), content_->sound(), nullptr, {}, false});
  if (style_->sound()) lanes.push_back({tr("2  Style: %1").arg(style_->choice().title), style_->sound(), nullptr, {}, false});
  if (result_) {
    lanes.push_back({tr("3  Result"), result_, nullptr, {}, false});
  } else if (!lanes.empty()) {
    LaneSource lane;
    lane.title = tr("3  Result");
    if (job_.running()) {
      lane.picture = job_.steps().empty() ? nullptr : job_.steps().back();
      lane.note = tr("The estimate appears with the first step…");
    } else {
      lane.note = content_->sound() && style_->sound() ? tr("Press Transfer") : tr("Choose content and style");
    }
    lanes.push_back(std::move(lane));
  }
  view_->set_sources(std::move(lanes), keep_view);
}

void TransferPage::job_ended() {
  const TransferResult& result = job_.result();
  QString words;
  bool wrong = false;
  if (result.outcome == Outcome::done && !result.result.empty()) {
    result_ = make_sound(QStringLiteral("result:%1").arg(++result_number_), tr("Result"), result.result, text(result.output.string()));
    words = tr("Done in %1 s (%2 × real time). Saved as %3")
                .arg(result.seconds, 0, 'f', 1).arg(result.real_time_factor, 0, 'g', 2).arg(text(result.output.filename().string()));
    record_["seconds"] = std::to_string(result.seconds);
    record_["output"] = result.output.string();
    bench_.note_catalog_change();
    show_lanes(true);
    show_step(static_cast<int>(job_.steps().size()));
    history_->refresh();
  } else if (result.outcome == Outcome::cancelled) {
    words = tr("The transfer was cancelled; nothing was saved.");
    show_lanes(true);
  } else {
    wrong = true;
    words = result.message.empty() ? tr("The transfer failed for a reason that is not known.") : text(result.message);
    show_error(this, words, command());
    show_lanes(true);
  }
  message_->setProperty("role", wrong ? "error" : "hint");
  message_->style()->unpolish(message_);
  message_->style()->polish(message_);
  message_->setText(words);
  message_->setToolTip(words);
  update_buttons();
}

void TransferPage::update_buttons() {
  const bool busy = job_.running();
  const bool can = !busy && content_->sound() && style_->sound() && model_->ready();
  start_->setEnabled(can);
  QString why = tr("Let the content be played with the sound of the style");
  if (!content_->sound()) why = tr("Choose the content first");
  else if (!style_->sound()) why = tr("Choose the style first");
  else if (model_->empty()) why = tr("Train a model first, on the page Train");
  start_->setToolTip(why);
  cancel_->setVisible(busy);
  bar_->setVisible(busy);
  hear_[0]->setEnabled(content_->sound() != nullptr);
  hear_[1]->setEnabled(style_->sound() != nullptr);
  hear_[2]->setEnabled(result_ != nullptr);
  export_->setEnabled(result_ != nullptr);
  if (!busy && job_.steps().empty()) step_row_->hide();
}

void TransferPage::export_result() {
  export_comparison(bench_, this, {content_->sound(), style_->sound(), result_}, {"content", "style", "result"}, record_);
}

// --- history ---------------------------------------------------------------------------------------------------------

void TransferPage::open_earlier(const db::TransferRow& found) {
  if (job_.running() || !bench_.has_workspace()) return;
  const QString file = text((bench_.workspace().folder() / found.folder / found.audio).string());
  record_ = {{"run", found.model}, {"content", found.content}, {"style", found.style}, {"settings", found.settings_json}};
  auto choice = [](std::optional<db::ClipId> clip, const std::string& name) {
    SoundChoice c;
    c.title = text(name);
    if (clip) c.clip = clip->value;
    else c.path = text(name);
    return c;
  };
  content_->set_choice(choice(found.content_clip, found.content));
  style_->set_choice(choice(found.style_clip, found.style));
  message_->setText(tr("%1 by %2").arg(text(found.created_at), model_title(found.model)));
  bench_.sounds().file(
      file, this,
      [this](SoundPtr sound) {
        result_ = sound;
        show_lanes(false);
        update_buttons();
      },
      [this](const QString& problem) { show_error(this, problem); });
}

}  // namespace luthier::ui
