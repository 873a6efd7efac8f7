#include "ui/spectrogram/spectrogram_view.h"

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QPainter>
#include <QPointer>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/session/version.h"
#include "ui/common/drawing_export.h"
#include "ui/common/error_box.h"
#include "ui/common/sound_player.h"
#include "ui/common/spoken_reading.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/spectrogram/scene_export.h"
#include "ui/spectrogram/scene_recording.h"

namespace luthier::ui {

SpectrogramView::SpectrogramView(SoundPlayer& player, PictureService& pictures, SpectrogramSettings& settings, QWidget* parent)
    : QWidget(parent), player_(player), pictures_(pictures), settings_(settings) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  tools_ = new SpectrogramTools(scene_, settings_, pictures_.eye(), this);
  canvas_ = make_canvas(scene_, this);
  make_spoken(*canvas_, QAccessible::Canvas);
  canvas_->setAccessibleName(tr("Spectrogram"));
  canvas_->setToolTip(QString());
  canvas_->setWhatsThis(tr("Wheel: scroll. Ctrl+wheel: zoom in time; the other way round where the menu View says so. Alt+wheel: zoom in frequency. Click: go there. Drag: select and "
                           "loop. Middle or Shift+drag: move. Double-click or F: show all. H: harmonics. With the keyboard: left and right "
                           "go 0.5 s in the sound (Shift: 5 s), Home and End to its ends; Ctrl+arrows move the cursor, also "
                           "over the edge into the next strip, Enter goes there; Esc "
                           "takes the selection away."));
  canvas_->installEventFilter(this);
  QSizePolicy place = canvas_->sizePolicy();
  place.setRetainSizeWhenHidden(true);
  canvas_->setSizePolicy(place);
  column->addWidget(tools_);
  column->addWidget(canvas_, 1);

  auto take_look = [this] {
    scene_.set_look(settings_.range(), settings_.colours());
    scene_.set_harmonics(settings_.harmonics());
  };
  take_look();
  connect(&settings_, &SpectrogramSettings::picture_changed, this, &SpectrogramView::request_pictures);
  connect(&settings_, &SpectrogramSettings::look_changed, this, take_look);
  connect(&pictures_.eye(), &ModelEye::changed, this, [this] {
    sights_.clear();
    blind_.clear();
    look_through();
  });
  connect(tools_, &SpectrogramTools::sight_changed, this, &SpectrogramView::look_through);
  connect(tools_, &SpectrogramTools::picture_requested, this, [this] { ask_and_save(false); });
  connect(tools_, &SpectrogramTools::numbers_requested, this, [this] { ask_and_save(true); });
  connect(tools_, &SpectrogramTools::copy_requested, this, [this] {
    SceneRecording recording;
    const QSize size = canvas_->size();
    scene_.draw_still(recording, size);
    QImage image(size, QImage::Format_RGB32);
    QPainter painter(&image);
    recording.paint(painter);
    painter.end();
    QGuiApplication::clipboard()->setImage(image);
  });
  connect(this, &SpectrogramView::saved, this, [this](const QStringList& files) { tools_->set_readout(tr("Saved as %1").arg(files.join(", "))); });
  connect(this, &SpectrogramView::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(&scene_, &SpectrogramScene::seek_requested, this, &SpectrogramView::seek);
  connect(&scene_, &SpectrogramScene::selection_changed, this, [this] {
    const auto deck = shown_sounds();
    if (deck.empty()) return;
    player_.set_deck(deck, player_.selected(), false);
    player_.set_loop(scene_.selection());
    if (scene_.selection()) player_.seek(scene_.selection()->first);
  });
  connect(&scene_, &SpectrogramScene::readout_changed, this, [this](const QString& text) {
    tools_->set_readout(text);
    speak_reading(*canvas_, text);
  });
  connect(&player_, &SoundPlayer::position_changed, this, &SpectrogramView::follow_player);
  connect(&player_, &SoundPlayer::deck_changed, this, &SpectrogramView::follow_deck);
}

void SpectrogramView::hold_picture(bool held) { canvas_->setVisible(!held); }

// --- lanes -----------------------------------------------------------------------------------------------------------

void SpectrogramView::set_sources(std::vector<LaneSource> sources, bool keep_view) {
  sources_ = std::move(sources);
  show_lanes(keep_view);
  request_sights();
}

LaneSource SpectrogramView::seen(const LaneSource& source) const {
  LaneSource out = source;
  if (tools_->sight() == Sight::sound || !source.sound || source.picture) return out;
  if (blind_.contains(source.sound->key)) {
    out.title += " · " + blind_.value(source.sound->key);
    return out;
  }
  const auto sight = sights_.find(source.sound->key);
  if (sight == sights_.end()) {
    if (!out.waveform) out.title += " · " + tr("looking through the model…");
    return out;
  }
  out.sound = sight->inverted;
  if (out.waveform) return out;
  if (tools_->sight() == Sight::representation) out.picture = sight->picture;
  out.title += " · " + (tools_->sight() == Sight::representation ? sight->words : tr("inverted from %1").arg(sight->words));
  return out;
}

void SpectrogramView::look_through() {
  show_lanes(true);
  request_sights();
}

void SpectrogramView::request_sights() {
  const quint64 generation = ++sight_generation_;
  QStringList keys;
  for (const SoundPtr& sound : sounds()) keys << sound->key;
  const auto gone = [&keys](auto one) { return !keys.contains(one.key()); };
  sights_.removeIf(gone);  // the eye keeps the latest; here they would pile up
  blind_.removeIf(gone);
  if (tools_->sight() == Sight::sound) return;
  for (const SoundPtr& sound : sounds()) {
    if (sights_.contains(sound->key) || blind_.contains(sound->key)) continue;
    pictures_.eye().request(
        sound, this,
        [this, generation, key = sound->key](const ModelSight& sight) {
          if (generation != sight_generation_) return;
          sights_.insert(key, sight);
          show_lanes(true);
        },
        [this, generation, key = sound->key](const QString& message) {
          if (generation != sight_generation_) return;
          blind_.insert(key, message);
          show_lanes(true);
        });
  }
}

void SpectrogramView::show_lanes(bool keep_view) {
  shown_.clear();
  for (const LaneSource& source : sources_) shown_.push_back(seen(source));
  std::vector<Lane> lanes;
  for (const LaneSource& source : shown_) {
    Lane lane;
    lane.title = source.title;
    lane.sound = source.sound;
    lane.picture = source.picture;
    lane.waveform = source.waveform;
    lane.note = source.note.isEmpty() && source.sound && !source.picture && !source.waveform ? tr("Analysing…") : source.note;
    lanes.push_back(std::move(lane));
  }
  // Until the new analysis is there the old picture of the same sound stays, so a change of settings does not flicker.
  for (Lane& lane : lanes) {
    if (lane.picture || lane.waveform || !lane.sound) continue;
    for (const Lane& old : scene_.lanes()) {
      if (!old.waveform && old.picture && old.sound && old.sound->key == lane.sound->key) lane.picture = old.picture;
    }
  }
  scene_.set_lanes(std::move(lanes), keep_view);
  request_pictures();
  if (may_take_deck() && !player_.playing()) take_deck();
  follow_deck();
}

void SpectrogramView::set_hint(const QString& text) { scene_.set_hint(text); }

void SpectrogramView::request_pictures() {
  const quint64 generation = ++generation_;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const LaneSource& source = shown_[i];
    if (source.waveform || source.picture || !source.sound) continue;
    pictures_.request(
        source.sound, settings_.picture(), this,
        [this, i, generation](PicturePtr picture) {
          if (generation == generation_) scene_.set_picture(i, std::move(picture));
        },
        [this, i, generation](const QString& message) {
          if (generation != generation_) return;
          scene_.set_picture(i, nullptr);
          scene_.set_note(i, message);
        });
  }
}

bool SpectrogramView::complete() const {
  for (const Lane& lane : scene_.lanes()) {
    if (!lane.waveform && lane.sound && !lane.picture && lane.note == tr("Analysing…")) return false;
  }
  if (tools_->sight() == Sight::sound) return true;
  const auto all = sounds();
  return std::all_of(all.begin(), all.end(), [this](const SoundPtr& s) { return sights_.contains(s->key) || blind_.contains(s->key); });
}

// --- player ----------------------------------------------------------------------------------------------------------

namespace {

std::vector<SoundPtr> each_once(const std::vector<LaneSource>& lanes) {
  std::vector<SoundPtr> all;
  for (const LaneSource& lane : lanes) {
    if (!lane.sound) continue;
    const bool known = std::any_of(all.begin(), all.end(), [&](const SoundPtr& s) { return s->key == lane.sound->key; });
    if (!known) all.push_back(lane.sound);
  }
  return all;
}

int place_of(const std::vector<SoundPtr>& sounds, const SoundPtr& wanted) {
  const auto at = std::find_if(sounds.begin(), sounds.end(), [&](const SoundPtr& s) { return wanted && s->key == wanted->key; });
  return at == sounds.end() ? -1 : static_cast<int>(at - sounds.begin());
}

/// Number of the given sounds that `now` is, or is as a model gives it back; -1: none of them.
int counterpart(const std::vector<SoundPtr>& given, const SoundPtr& now) {
  const int same = place_of(given, now);
  if (same >= 0 || !now || !now->key.startsWith("inverted:")) return same;
  const auto at = std::find_if(given.begin(), given.end(), [&](const SoundPtr& s) { return now->key.endsWith("|" + s->key); });
  return at == given.end() ? -1 : static_cast<int>(at - given.begin());
}

}  // namespace

std::vector<SoundPtr> SpectrogramView::sounds() const { return each_once(sources_); }
std::vector<SoundPtr> SpectrogramView::shown_sounds() const { return each_once(shown_); }

int SpectrogramView::sound_index(std::size_t lane) const { return lane < shown_.size() ? place_of(shown_sounds(), shown_[lane].sound) : -1; }

int SpectrogramView::heard() const { return place_of(shown_sounds(), player_.current()); }

void SpectrogramView::play(std::size_t index) {
  const auto all = shown_sounds();
  if (index >= all.size()) return;
  if (player_.playing() && heard() == static_cast<int>(index)) {
    player_.pause();
    return;
  }
  player_.set_deck(all, index, true);
}

void SpectrogramView::select(std::size_t index) {
  const auto all = shown_sounds();
  if (index < all.size()) player_.set_deck(all, index, false);
}

/// While a dialog is open the sounds are the dialog's.
bool SpectrogramView::may_take_deck() const {
  const QWidget* modal = QApplication::activeModalWidget();
  return isVisible() && (!modal || modal == window());
}

void SpectrogramView::take_deck() {
  const auto deck = shown_sounds(), now = player_.deck();
  const auto same = [](const SoundPtr& a, const SoundPtr& b) { return a->key == b->key; };
  if (deck.empty() || std::equal(deck.begin(), deck.end(), now.begin(), now.end(), same)) return;
  const int goes_on = counterpart(sounds(), player_.current());
  const double at = player_.position();
  player_.set_deck(deck, static_cast<std::size_t>(std::max(goes_on, 0)), goes_on >= 0 && player_.playing());
  if (goes_on >= 0) player_.seek(at);
  if (scene_.selection()) player_.set_loop(scene_.selection());
}

bool SpectrogramView::drop_selection() {
  if (!scene_.selection()) return false;
  scene_.set_selection(std::nullopt);
  if (heard() >= 0) player_.set_loop(std::nullopt);
  return true;
}

bool SpectrogramView::event(QEvent* event) {
  // A page that is shown is what the keys of the player are about, and so it is again after a dialog.
  if (event->type() == QEvent::Show && may_take_deck()) take_deck();
  if (event->type() == QEvent::WindowActivate && may_take_deck() && !player_.playing()) take_deck();
  return QWidget::event(event);
}

void SpectrogramView::follow_player(double seconds) {
  if (heard() < 0 || (seconds <= 0 && !player_.playing())) {
    scene_.set_playhead(std::nullopt, settings_.follow());
    return;
  }
  scene_.set_playhead(seconds, settings_.follow() && player_.playing());
}

void SpectrogramView::follow_deck() {
  const auto now = player_.current();
  int mark = -1, spectrograms = 0;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    if (shown_[i].waveform) continue;
    ++spectrograms;
    if (now && shown_[i].sound && shown_[i].sound->key == now->key) mark = static_cast<int>(i);
  }
  scene_.set_selected_lane(spectrograms > 1 ? mark : -1);
  follow_player(player_.position());
  const bool other = now && heard() < 0 && isVisible() && (place_of(sounds(), now) >= 0 || now->key.startsWith("inverted:"));
  if (other) QMetaObject::invokeMethod(this, &SpectrogramView::take_over, Qt::QueuedConnection);
}

/// The player has a sound of this view from the other side of the model: it gets this side's, at the same position.
void SpectrogramView::take_over() {
  if (isVisible() && heard() < 0 && counterpart(sounds(), player_.current()) >= 0) take_deck();
}

void SpectrogramView::seek(int lane, double seconds) {
  const int index = lane < 0 ? -1 : sound_index(static_cast<std::size_t>(lane));
  if (index < 0) return;
  player_.set_deck(shown_sounds(), static_cast<std::size_t>(index), false);
  player_.set_loop(std::nullopt);
  player_.seek(seconds);
  Q_EMIT lane_clicked(index);
}

void SpectrogramView::move_in_sound(double seconds) {
  take_deck();
  player_.seek(std::clamp(player_.position() + seconds, 0.0, scene_.duration()));
}

bool SpectrogramView::eventFilter(QObject* watched, QEvent* event) {
  if (watched != canvas_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
  const auto* key = static_cast<QKeyEvent*>(event);
  const bool far = key->modifiers() & Qt::ShiftModifier, cursor = key->modifiers() & Qt::ControlModifier;
  const double step = far ? 0.1 : 0.01, seconds = far ? 5 : 0.5;
  switch (key->key()) {
    case Qt::Key_Left: cursor ? scene_.move_cursor(-step, 0) : move_in_sound(-seconds); return true;
    case Qt::Key_Right: cursor ? scene_.move_cursor(step, 0) : move_in_sound(seconds); return true;
    case Qt::Key_Up: scene_.move_cursor(0, step); return true;
    case Qt::Key_Down: scene_.move_cursor(0, -step); return true;
    case Qt::Key_Home: move_in_sound(-scene_.duration()); return true;
    case Qt::Key_End: move_in_sound(scene_.duration()); return true;
    case Qt::Key_Escape: return drop_selection() || QWidget::eventFilter(watched, event);
    case Qt::Key_Return:
    case Qt::Key_Enter: scene_.seek_to_cursor(); return true;
    default: return QWidget::eventFilter(watched, event);
  }
}

// --- saving ----------------------------------------------------------------------------------------------------------

QString SpectrogramView::record() const {
  static const char* kinds[] = {"linear", "mel", "cqt"};
  const PictureSettings& picture = settings_.picture();
  QJsonArray lanes;
  for (const LaneSource& source : shown_) {
    QJsonObject lane{{"title", source.title}, {"waveform", source.waveform}};
    if (source.sound) lane["sound"] = source.sound->title;
    if (source.sound && !source.sound->path.isEmpty()) lane["file"] = source.sound->path;
    if (source.sound && source.sound->clip != 0) lane["clip"] = static_cast<double>(source.sound->clip);
    if (source.sound && source.sound->clip != 0) lane["sha256"] = source.sound->key.section(':', -1);  // as the catalog has it
    lanes.append(lane);
  }
  const auto [begin, end] = scene_.visible_time();
  const auto [low, high] = scene_.visible_band();
  const QJsonObject all{{"kind", "spectrogram_view"}, {"version", QString::fromStdString(version_text())}, {"scale", kinds[static_cast<int>(picture.kind)]},
                        {"n_fft", picture.n_fft}, {"hop", picture.hop}, {"bands", picture.bands}, {"range_db", settings_.range()},
                        {"difference_range_db", scene_.difference_range()}, {"colours", settings_.colours()}, {"begin_s", begin}, {"end_s", end}, {"band_low", low}, {"band_high", high}, {"lanes", lanes}};
  return QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact));
}

void SpectrogramView::ask_and_save(bool numbers) {
  const QString file = numbers ? ask_for_file(this, tr("Save the numbers"), "spectrogram.csv", tr("Numbers (*.csv)")) : ask_for_picture_file(this, "spectrogram");
  if (!file.isEmpty()) save(file);
}

void SpectrogramView::save(const QString& file) {
  const SceneSnapshot snapshot(scene_, record(), shown_sounds());
  if (snapshot.empty()) {
    Q_EMIT failed(tr("There is no picture to save yet; choose a sound and wait until it is analysed."));
    return;
  }
  QThreadPool::globalInstance()->start([self = QPointer<SpectrogramView>(this), snapshot, file] {
    QStringList files{file};
    QString message;
    try {
      if (QFileInfo(file).suffix().toLower() == "csv") files = snapshot.write_numbers(file);
      else snapshot.write_picture(file);
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        qApp, [self, files, message] {
          if (!self) return;
          if (message.isEmpty()) Q_EMIT self->saved(files);
          else Q_EMIT self->failed(message);
        }, Qt::QueuedConnection);
  });
}
}  // namespace luthier::ui
