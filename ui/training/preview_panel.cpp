#include "ui/training/preview_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QImage>
#include <QLabel>
#include <QLocale>
#include <QMetaObject>
#include <QPointer>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QThreadPool>
#include <QVBoxLayout>

#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/training/run_record.h"

namespace luthier::ui {
namespace {

/// Paths of events are absolute or relative to the run's folder.
QString whole_path(const std::filesystem::path& folder, const QString& path) {
  if (path.isEmpty()) return {};
  const std::filesystem::path own(path.toStdString());
  return QString::fromStdString((own.is_absolute() ? own : folder / own).string());
}

}  // namespace

PreviewPanel::PreviewPanel(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  titles_ = new QComboBox(this);
  titles_->setAccessibleName(tr("Preview"));
  titles_->setToolTip(tr("Which of the run's fixed examples"));
  play_ = new QPushButton(icon("play"), tr("Hear"), this);
  play_->setToolTip(tr("Play the sound of this step"));
  row->addWidget(titles_, 1);
  row->addWidget(play_);
  picture_ = new QLabel(this);
  picture_->setAlignment(Qt::AlignCenter);
  picture_->setMinimumSize(120, 80);
  picture_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
  picture_->setProperty("role", "hint");
  picture_->setWordWrap(true);
  auto* below = new QHBoxLayout;
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setAccessibleName(tr("Step of the preview"));
  slider_->setToolTip(tr("Earlier and later previews"));
  words_ = new QLabel(this);
  words_->setProperty("role", "hint");
  words_->setMinimumWidth(90);
  below->addWidget(slider_, 1);
  below->addWidget(words_);
  column->addLayout(row);
  column->addWidget(picture_, 1);
  column->addLayout(below);
  connect(slider_, &QSlider::valueChanged, this, &PreviewPanel::show_entry);
  connect(titles_, &QComboBox::activated, this, [this] {
    if (record_) show_run(*record_, folder_);
  });
  connect(play_, &QPushButton::clicked, this, [this] {
    const auto at = static_cast<std::size_t>(slider_->value());
    if (at >= entries_.size() || entries_[at].audio.isEmpty()) return;
    bench_.sounds().file(
        entries_[at].audio, this, [this](SoundPtr sound) { bench_.player().set_deck({sound}, 0, true); },
        [this](const QString& message) { show_error(this, message); });
  });
  clear();
}

void PreviewPanel::clear() {
  record_ = nullptr;
  entries_.clear();
  run_.clear();
  shown_image_.clear();
  loaded_ = {};
  titles_->clear();
  titles_->hide();
  picture_->setPixmap({});
  picture_->setText(tr("Previews of this run appear here while it trains: a picture and a sound of the same examples at each stage."));
  words_->hide();
  slider_->setRange(0, 0);
  slider_->hide();
  play_->hide();
}

void PreviewPanel::show_run(const RunRecord& record, const std::filesystem::path& folder) {
  if (record.id != run_) {
    clear();
    run_ = record.id;
  }
  record_ = &record;
  folder_ = folder;
  if (record.previews.empty()) return;
  for (QWidget* w : {static_cast<QWidget*>(titles_), static_cast<QWidget*>(words_), static_cast<QWidget*>(slider_), static_cast<QWidget*>(play_)}) w->show();
  QStringList titles;
  for (const auto& preview : record.previews) {
    if (!titles.contains(preview.title)) titles << preview.title;
  }
  QString title = titles_->currentText();
  if (titles_->count() != titles.size()) {
    const QSignalBlocker block(titles_);
    titles_->clear();
    titles_->addItems(titles);
    if (titles.contains(title)) titles_->setCurrentText(title);
    title = titles_->currentText();
  }
  const bool newest = entries_.empty() || slider_->value() == slider_->maximum();
  const std::int64_t place = entries_.empty() ? 0 : entries_[static_cast<std::size_t>(slider_->value())].step;
  entries_.clear();
  int at = 0;
  for (const auto& preview : record.previews) {
    if (preview.title != title) continue;
    entries_.push_back({preview.step, whole_path(folder, preview.image), whole_path(folder, preview.audio)});
    if (preview.step <= place) at = static_cast<int>(entries_.size()) - 1;
  }
  {
    const QSignalBlocker block(slider_);
    slider_->setRange(0, std::max(0, static_cast<int>(entries_.size()) - 1));
    slider_->setValue(newest ? slider_->maximum() : at);
    slider_->setEnabled(entries_.size() > 1);
  }
  show_entry();
}

void PreviewPanel::step_by(int by) { slider_->setValue(slider_->value() + by); }

void PreviewPanel::show_entry() {
  const auto at = static_cast<std::size_t>(slider_->value());
  if (at >= entries_.size()) return;
  const Entry& entry = entries_[at];
  words_->setText(tr("step %1").arg(QLocale().toString(static_cast<qlonglong>(entry.step))));
  play_->setEnabled(!entry.audio.isEmpty());
  if (entry.image.isEmpty()) {
    picture_->setPixmap({});
    picture_->setText(tr("This step has a sound only."));
    shown_image_.clear();
    return;
  }
  if (entry.image == shown_image_) return;
  shown_image_ = entry.image;
  const quint64 number = ++number_;
  QPointer<PreviewPanel> self(this);
  QThreadPool::globalInstance()->start([self, number, file = entry.image] {
    const QImage image(file);
    QMetaObject::invokeMethod(
        qApp,
        [self, number, image] {
          if (!self || number != self->number_) return;
          self->loaded_ = QPixmap::fromImage(image);
          if (image.isNull()) self->picture_->setText(tr("The picture of this step cannot be read."));
          else self->scale_picture();
        },
        Qt::QueuedConnection);
  });
}

void PreviewPanel::scale_picture() {
  if (loaded_.isNull()) return;
  const qreal ratio = devicePixelRatioF();
  QPixmap scaled = loaded_.scaled(picture_->size() * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation);
  scaled.setDevicePixelRatio(ratio);
  picture_->setPixmap(scaled);
}

void PreviewPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  scale_picture();
}

}  // namespace luthier::ui
