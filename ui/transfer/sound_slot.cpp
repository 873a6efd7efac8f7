#include "ui/transfer/sound_slot.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QSettings>
#include <QStyle>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/application_style.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/transfer/record_dialog.h"

namespace luthier::ui {

std::vector<SoundChoice> choices_of(const QMimeData& data) {
  std::vector<SoundChoice> choices;
  if (data.hasFormat(kClipMime)) {
    for (const QByteArray& line : data.data(kClipMime).split('\n')) {
      const qint64 id = line.toLongLong();
      if (id > 0) choices.push_back({id, {}, QObject::tr("clip %1").arg(id), {}});
    }
    return choices;
  }
  for (const QUrl& url : data.urls()) {
    const QFileInfo file(url.toLocalFile());
    if (url.isLocalFile() && file.isFile()) choices.push_back({0, file.absoluteFilePath(), file.fileName(), {}});
  }
  return choices;
}

SoundChoice choice_named(const std::string& name) {
  const QString words = QString::fromStdString(name);
  bool is_clip = false;
  const qint64 clip = words.toLongLong(&is_clip);
  if (name.empty()) return {};
  if (is_clip) return {clip, {}, QObject::tr("clip %1").arg(clip), {}};
  return {0, words, QFileInfo(words).fileName(), {}};
}

bool is_no_sound(const QString& path) {
  static const QStringList others{"png", "svg", "pdf", "html", "htm", "json", "csv", "txt", "md", "safetensors", "pt", "pth"};
  const QFileInfo file(path);
  return file.isDir() || others.contains(file.suffix().toLower());
}

SoundSlot::SoundSlot(Workbench& bench, const QString& title, const QString& icon_name, const QString& hint, QWidget* parent)
    : QFrame(parent), bench_(bench), hint_(hint) {
  setObjectName("card");
  setAcceptDrops(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 6, 8, 8);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  auto* picture = new QLabel(this);
  picture->setPixmap(icon(icon_name).pixmap(18, 18));
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, picture,
          [picture, icon_name] { picture->setPixmap(icon(icon_name).pixmap(18, 18)); });
  auto* heading = new QLabel(title, this);
  heading->setProperty("role", "heading");
  auto tool = [this](const char* icon_of, const QString& name, const QString& tip) {
    auto* b = new QToolButton(this);
    b->setIcon(icon(icon_of));
    b->setIconSize({18, 18});
    b->setAccessibleName(name);
    b->setToolTip(tip);
    return b;
  };
  play_ = tool("play", tr("Hear %1").arg(title), tr("Hear it"));
  auto* clip = tool("library", tr("%1: a clip of the library").arg(title), tr("Choose a clip of the library"));
  auto* file = tool("folder", tr("%1: a sound file").arg(title), tr("Choose any sound file"));
  auto* microphone = tool("microphone", tr("%1: record").arg(title), tr("Record from a sound input, into a new clip"));
  row->addWidget(picture);
  row->addWidget(heading, 1);
  row->addWidget(play_);
  row->addWidget(clip);
  row->addWidget(file);
  row->addWidget(microphone);
  name_ = new QLabel(this);
  name_->setTextFormat(Qt::PlainText);
  name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  details_ = new QLabel(this);
  details_->setWordWrap(true);
  column->addLayout(row);
  column->addWidget(name_);
  column->addWidget(details_);
  connect(play_, &QToolButton::clicked, this, &SoundSlot::play_requested);
  connect(clip, &QToolButton::clicked, this, &SoundSlot::choose_clip);
  connect(file, &QToolButton::clicked, this, &SoundSlot::choose_file);
  connect(microphone, &QToolButton::clicked, this, &SoundSlot::record);
  show_choice();
}

void SoundSlot::clear() { set_choice({}); }

void SoundSlot::set_choice(const SoundChoice& choice) {
  choice_ = choice;
  sound_.reset();
  problem_.clear();
  const quint64 number = ++number_;
  show_choice();
  Q_EMIT changed();
  if (choice_.empty()) {
    Q_EMIT sound_changed();
    return;
  }
  bench_.load(
      choice_, this,
      [this, number](SoundPtr sound) {
        if (number != number_) return;
        sound_ = sound;
        choice_.title = sound->title;
        choice_.label = sound->label;
        show_choice();
        Q_EMIT sound_changed();
      },
      [this, number](const QString& message) {
        if (number != number_) return;
        problem_ = message;
        show_choice();
        Q_EMIT sound_changed();
      });
}

void SoundSlot::show_choice() {
  name_->setVisible(!choice_.empty());
  name_->setText(choice_.title);
  name_->setToolTip(choice_.clip ? choice_.title : choice_.path);
  QString words = hint_;
  if (!problem_.isEmpty()) {
    words = problem_;
  } else if (!choice_.empty()) {
    QStringList parts;
    if (!choice_.label.isEmpty()) parts << choice_.label;
    if (sound_) {
      parts << tr("%1 s").arg(sound_->seconds(), 0, 'f', 2) << tr("%1 Hz").arg(sound_->buffer.sample_rate);
    } else {
      parts << tr("reading…");
    }
    words = parts.join("  ·  ");
  }
  details_->setProperty("role", problem_.isEmpty() ? "hint" : "error");
  details_->style()->unpolish(details_);
  details_->style()->polish(details_);
  details_->setText(words);
  play_->setEnabled(sound_ != nullptr);
}

void SoundSlot::choose_clip() {
  if (!bench_.has_workspace()) return;
  ClipPickDialog dialog(bench_, this);
  if (dialog.exec() == QDialog::Accepted && !dialog.chosen().empty()) set_choice(dialog.chosen().front());
}

void SoundSlot::choose_file() {
  const QString last = QSettings().value("files/sounds").toString();
  const QString path = QFileDialog::getOpenFileName(this, tr("Choose a sound file"), last, sound_file_filter());
  if (path.isEmpty()) return;
  QSettings().setValue("files/sounds", QFileInfo(path).absolutePath());
  set_choice({0, path, QFileInfo(path).fileName(), {}});
}

void SoundSlot::record() {
  if (!bench_.has_workspace()) return;
  RecordDialog dialog(bench_, this);
  if (dialog.exec() == QDialog::Accepted) set_choice(dialog.recorded());
}

void SoundSlot::mark_drop(bool on) {
  setProperty("drop", on);
  style()->unpolish(this);
  style()->polish(this);
}

void SoundSlot::dragEnterEvent(QDragEnterEvent* event) {
  const auto choices = choices_of(*event->mimeData());
  if (choices.empty()) return;
  if (choices.front().clip == 0 && is_no_sound(choices.front().path)) return event->ignore();  // the page knows where it belongs
  event->acceptProposedAction();
  mark_drop(true);
}

void SoundSlot::dragLeaveEvent(QDragLeaveEvent*) { mark_drop(false); }

void SoundSlot::dropEvent(QDropEvent* event) {
  mark_drop(false);
  const auto choices = choices_of(*event->mimeData());
  if (choices.empty()) return;
  event->acceptProposedAction();
  set_choice(choices.front());
}

}  // namespace luthier::ui
