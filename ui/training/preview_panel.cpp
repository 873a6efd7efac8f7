#include "ui/training/preview_panel.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/training/preview_picture.h"

namespace luthier::ui {
namespace {

QString reference_words(const QString& what) {
  if (what == "truth") return QObject::tr("Truth");
  if (what == "original") return QObject::tr("Original");
  if (what == "content") return QObject::tr("Content");
  if (what == "style") return QObject::tr("Style");
  return what;
}

}  // namespace

PreviewPanel::PreviewPanel(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setFocusPolicy(Qt::ClickFocus);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  titles_ = new QComboBox(this);
  titles_->setObjectName("preview_example");
  titles_->setAccessibleName(tr("Example"));
  titles_->setToolTip(tr("Which of the run's fixed examples; numbered ones are transfers of clips that it does not train on"));
  titles_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  result_ = new PreviewPicture(this);
  result_->setAccessibleName(tr("Result of the step"));
  result_->setToolTip(tr("Click to hear what the run made at this step; Up and Down go through the steps"));
  auto* steps = new QHBoxLayout;
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setObjectName("preview_step");
  slider_->setAccessibleName(tr("Step of the preview"));
  slider_->setToolTip(tr("Earlier and later previews (Down and Up)"));
  slider_->setPageStep(1);
  words_ = new QLabel(this);
  words_->setProperty("role", "hint");
  words_->setMinimumWidth(90);
  words_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  auto arrow = [&](const QString& icon_name, const QString& name, int by) {
    auto* button = new QToolButton(this);
    button->setIcon(icon(icon_name));
    button->setAccessibleName(name);
    button->setToolTip(name);
    connect(button, &QToolButton::clicked, this, [this, by] { step_by(by); });
    return button;
  };
  earlier_ = arrow("previous", tr("Earlier preview"), -1);
  later_ = arrow("next", tr("Later preview"), 1);
  steps->addWidget(earlier_);
  steps->addWidget(slider_, 1);
  steps->addWidget(later_);
  steps->addWidget(words_);
  below_ = new QWidget(this);
  auto* below = new QVBoxLayout(below_);
  below->setContentsMargins(0, 0, 0, 0);
  below->setSpacing(4);
  reference_picture_ = new PreviewPicture(below_);
  reference_picture_->setAccessibleName(tr("What the result is held against"));
  reference_picture_->setToolTip(tr("Click to hear it at the same place in time"));
  reference_buttons_ = new QHBoxLayout;
  references_ = new QButtonGroup(this);
  below->addWidget(reference_picture_, 1);
  below->addLayout(reference_buttons_);
  column->addWidget(titles_);
  column->addWidget(result_, 3);
  column->addLayout(steps);
  column->addWidget(below_, 2);
  connect(slider_, &QSlider::valueChanged, this, &PreviewPanel::show_entry);
  connect(titles_, &QComboBox::activated, this, &PreviewPanel::show_title);
  connect(result_, &PreviewPicture::clicked, this, [this] { hear("result"); });
  connect(reference_picture_, &PreviewPicture::clicked, this, [this] { hear(reference_); });
  clear();
}

void PreviewPanel::clear() {
  list_ = {};
  entries_.clear();
  run_.clear();
  reference_.clear();
  sounds_.clear();
  deck_.clear();
  ++load_number_;
  titles_->clear();
  titles_->setProperty("chosen", false);
  result_->show_file({}, {}, tr("Previews appear here while the run trains: what it makes of the same unseen clips at each stage, to be seen and heard beside the truth."));
  const QSignalBlocker block(slider_);
  slider_->setRange(0, 0);
  for (QWidget* w : std::initializer_list<QWidget*>{titles_, words_, slider_, earlier_, later_, below_}) w->hide();
}

void PreviewPanel::show_run(const RunRecord& record, const std::filesystem::path& folder) {
  if (record.id != run_) {
    clear();
    run_ = record.id;
  }
  list_.read(record, QString::fromStdString(folder.string()));
  if (list_.titles().isEmpty()) return;
  for (QWidget* w : std::initializer_list<QWidget*>{titles_, words_, slider_, earlier_, later_}) w->show();
  const QString before = titles_->currentText();
  if (titles_->count() != list_.titles().size()) {
    const QSignalBlocker block(titles_);
    const bool by_hand = titles_->property("chosen").toBool();
    titles_->clear();
    titles_->addItems(list_.titles());
    if (by_hand && list_.titles().contains(before)) titles_->setCurrentText(before);
  }
  const bool newest = entries_.empty() || slider_->value() == slider_->maximum();
  const std::int64_t place = step();
  entries_ = list_.entries(titles_->currentText());
  int at = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].step <= place) at = static_cast<int>(i);
  }
  {
    const QSignalBlocker block(slider_);
    slider_->setRange(0, std::max(0, static_cast<int>(entries_.size()) - 1));
    slider_->setValue(newest ? slider_->maximum() : at);
  }
  fill_references();
  show_entry();
}

void PreviewPanel::choose(const QString& title) {
  titles_->setCurrentText(title);
  show_title();
}

QString PreviewPanel::title() const { return titles_->currentText(); }

void PreviewPanel::show_title() {
  titles_->setProperty("chosen", true);
  const std::int64_t place = step();
  entries_ = list_.entries(titles_->currentText());
  int at = std::max(0, static_cast<int>(entries_.size()) - 1);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].step == place) at = static_cast<int>(i);
  }
  {
    const QSignalBlocker block(slider_);
    slider_->setRange(0, std::max(0, static_cast<int>(entries_.size()) - 1));
    slider_->setValue(at);
  }
  fill_references();
  show_entry();
}

std::int64_t PreviewPanel::step() const {
  const auto at = static_cast<std::size_t>(slider_->value());
  return at < entries_.size() ? entries_[at].step : -1;
}

void PreviewPanel::step_by(int by) { slider_->setValue(slider_->value() + by); }

void PreviewPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Up) step_by(1);
  else if (event->key() == Qt::Key_Down) step_by(-1);
  else QWidget::keyPressEvent(event);
}

void PreviewPanel::fill_references() {
  const QStringList all = list_.references(titles_->currentText());
  below_->setVisible(!all.isEmpty());
  QStringList there;
  for (const QAbstractButton* button : references_->buttons()) there << button->property("what").toString();
  if (there == all) return;
  for (QAbstractButton* button : references_->buttons()) {
    references_->removeButton(button);
    delete button;
  }
  while (QLayoutItem* item = reference_buttons_->takeAt(0)) delete item;
  reference_ = all.contains(wanted_reference_) ? wanted_reference_ : all.value(0);
  for (const QString& what : all) {
    auto* button = new QToolButton(below_);
    button->setText(verbatim(reference_words(what)));
    button->setIcon(icon(what == "style" ? "style" : what == "content" ? "content" : "sound"));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setCheckable(true);
    button->setChecked(what == reference_);
    button->setProperty("what", what);
    button->setToolTip(tr("See and hear the %1 of this example").arg(reference_words(what).toLower()));
    references_->addButton(button);
    reference_buttons_->addWidget(button);
    connect(button, &QToolButton::clicked, this, [this, what] {
      reference_ = wanted_reference_ = what;
      show_entry();
      hear(what);
    });
  }
  reference_buttons_->addStretch();
}

void PreviewPanel::show_entry() {
  const auto at = static_cast<std::size_t>(slider_->value());
  earlier_->setEnabled(at > 0);
  later_->setEnabled(at + 1 < entries_.size());
  slider_->setEnabled(entries_.size() > 1);
  if (at >= entries_.size()) return;
  const PreviewEntry& entry = entries_[at];
  const QString step_words = tr("step %1").arg(QLocale().toString(static_cast<qlonglong>(entry.step)));
  words_->setText(step_words);
  slider_->setAccessibleDescription(step_words);
  result_->show_file(entry.image, tr("result, %1").arg(step_words), tr("This step has a sound only; click to hear it."));
  if (!reference_.isEmpty()) {
    const PreviewEntry held = list_.reference(titles_->currentText(), reference_);
    reference_picture_->show_file(held.image, reference_words(reference_), tr("It has a sound only; click to hear it."));
  }
  // While the result of another step sounds, this one's is heard in its place.
  if (bench_.player().playing() && !deck_.empty() && bench_.player().deck() == deck_ && bench_.player().selected() == 0) hear("result");
}

void PreviewPanel::hear(const QString& what) {
  const auto at = static_cast<std::size_t>(slider_->value());
  if (at >= entries_.size()) return;
  std::vector<std::pair<QString, QString>> files = {{"result", entries_[at].audio}};
  for (const QString& each : list_.references(titles_->currentText())) files.emplace_back(each, list_.reference(titles_->currentText(), each).audio);
  std::erase_if(files, [](const auto& file) { return file.second.isEmpty(); });
  if (std::none_of(files.begin(), files.end(), [&](const auto& file) { return file.first == what; })) {
    bench_.say(tr("This preview has no sound."));
    return;
  }
  sounds_.clear();
  const quint64 number = ++load_number_;
  for (const auto& [name, file] : files) {
    bench_.sounds().file(
        file, this,
        [this, name = name, number, of = files.size(), what](SoundPtr sound) {
          if (number != load_number_) return;
          sounds_[name] = std::move(sound);
          if (sounds_.size() == of) play_loaded(what);
        },
        [this, number](const QString& message) {
          if (number == load_number_) show_error(this, message);
        });
  }
}

void PreviewPanel::play_loaded(const QString& what) {
  std::vector<SoundPtr> deck = {sounds_["result"]};
  std::size_t selected = 0;
  for (const auto& [name, sound] : sounds_) {
    if (name == "result") continue;
    if (name == what) selected = deck.size();
    deck.push_back(sound);
  }
  if (!deck.front()) deck.erase(deck.begin()), selected = selected > 0 ? selected - 1 : 0;
  SoundPlayer& player = bench_.player();
  if (player.playing() && player.deck() == deck) {
    player.select(selected);
    return;
  }
  deck_ = deck;
  player.set_deck(std::move(deck), selected, true);
}

}  // namespace luthier::ui
