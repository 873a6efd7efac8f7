#include "ui/spectrogram/spectrogram_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/sound_player.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/picture_service.h"

namespace luthier::ui {

SpectrogramView::SpectrogramView(SoundPlayer& player, PictureService& pictures, SpectrogramSettings& settings, QWidget* parent)
    : QWidget(parent), player_(player), pictures_(pictures), settings_(settings) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  tools_ = make_tools();
  canvas_ = make_canvas(scene_, this);
  canvas_->setAccessibleName(tr("Spectrogram"));
  canvas_->setToolTip(QString());
  canvas_->setWhatsThis(tr("Wheel: scroll. Ctrl+wheel: zoom in time. Alt+wheel: zoom in frequency. Click: go there. Drag: select and "
                           "loop. Middle or Shift+drag: move. Double-click or F: show all."));
  column->addWidget(tools_);
  column->addWidget(canvas_, 1);

  scene_.set_look(settings_.range(), settings_.colours());
  connect(&settings_, &SpectrogramSettings::picture_changed, this, [this] {
    show_settings();
    request_pictures();
  });
  connect(&settings_, &SpectrogramSettings::look_changed, this, [this] {
    show_settings();
    scene_.set_look(settings_.range(), settings_.colours());
  });
  connect(&scene_, &SpectrogramScene::seek_requested, this, &SpectrogramView::seek);
  connect(&scene_, &SpectrogramScene::selection_changed, this, [this] {
    if (sounds().empty()) return;
    player_.set_deck(sounds(), player_.selected(), false);
    player_.set_loop(scene_.selection());
    if (scene_.selection()) player_.seek(scene_.selection()->first);
  });
  connect(&scene_, &SpectrogramScene::readout_changed, this, [this](const QString& text) {
    readout_->setText(text);
    canvas_->setAccessibleDescription(text);
  });
  connect(&player_, &SoundPlayer::position_changed, this, &SpectrogramView::follow_player);
  connect(&player_, &SoundPlayer::deck_changed, this, &SpectrogramView::follow_deck);
}

QWidget* SpectrogramView::make_tools() {
  auto* row_widget = new QWidget(this);
  auto* row = new QHBoxLayout(row_widget);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(6);
  auto combo = [&](const QString& name, const QString& tip) {
    auto* box = new QComboBox(row_widget);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setFocusPolicy(Qt::StrongFocus);
    return box;
  };
  kind_ = combo(tr("Frequency scale"), tr("Frequency scale: linear, mel (what most models see) or constant-Q (equal steps a note)"));
  kind_->addItem(tr("Linear"), static_cast<int>(PictureKind::linear));
  kind_->addItem(tr("Mel"), static_cast<int>(PictureKind::mel));
  kind_->addItem(tr("Constant-Q"), static_cast<int>(PictureKind::cqt));
  fft_ = combo(tr("FFT size"), tr("FFT size in samples: larger shows tones more sharply, smaller shows moments (Shift++, Shift+−)"));
  for (int n : {512, 1024, 2048, 4096, 8192}) fft_->addItem(tr("FFT %1").arg(n), n);
  range_ = combo(tr("Range in dB"), tr("How far below the loudest point is shown"));
  for (int db : {40, 60, 80, 100, 120}) range_->addItem(tr("%1 dB").arg(db), db);
  colours_ = combo(tr("Colours"), tr("Colours from quiet to loud"));
  for (const QString& name : colour_map_names()) colours_->addItem(colour_map_title(name), name);
  auto tool = [&](const QString& icon_name, const QString& name, const QString& tip) {
    auto* b = new QToolButton(row_widget);
    b->setIcon(icon(icon_name));
    b->setIconSize({18, 18});
    b->setAccessibleName(name);
    b->setToolTip(tip);
    return b;
  };
  follow_ = tool("follow", tr("Scroll with the sound"), tr("Scroll with the sound while it plays, when zoomed in"));
  follow_->setCheckable(true);
  auto* in = tool("zoom-in", tr("Zoom in"), tr("Zoom in (Ctrl+=, or Ctrl+wheel)"));
  auto* out = tool("zoom-out", tr("Zoom out"), tr("Zoom out (Ctrl+−, or Ctrl+wheel)"));
  auto* all = tool("fit", tr("Show all"), tr("Show all (F, or double-click)"));
  readout_ = new QLabel(row_widget);
  readout_->setProperty("role", "hint");
  readout_->setAccessibleName(tr("Under the pointer"));
  readout_->setMinimumWidth(0);
  readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  readout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  for (QWidget* w : {static_cast<QWidget*>(kind_), static_cast<QWidget*>(fft_), static_cast<QWidget*>(range_),
                     static_cast<QWidget*>(colours_), static_cast<QWidget*>(in), static_cast<QWidget*>(out),
                     static_cast<QWidget*>(all), static_cast<QWidget*>(follow_)}) {
    row->addWidget(w);
  }
  row->addWidget(readout_, 1);
  connect(kind_, &QComboBox::activated, this, [this] {
    PictureSettings p = settings_.picture();
    p.kind = static_cast<PictureKind>(kind_->currentData().toInt());
    settings_.set_picture(p);
  });
  connect(fft_, &QComboBox::activated, this, [this] {
    PictureSettings p = settings_.picture();
    p.n_fft = fft_->currentData().toInt();
    settings_.set_picture(p);
  });
  connect(range_, &QComboBox::activated, this, [this] { settings_.set_range(range_->currentData().toDouble()); });
  connect(colours_, &QComboBox::activated, this, [this] { settings_.set_colours(colours_->currentData().toString()); });
  connect(follow_, &QToolButton::toggled, this, [this](bool on) { settings_.set_follow(on); });
  connect(in, &QToolButton::clicked, this, [this] {
    const auto [begin, end] = scene_.visible_time();
    scene_.zoom_time(1.6, (begin + end) / 2);
  });
  connect(out, &QToolButton::clicked, this, [this] {
    const auto [begin, end] = scene_.visible_time();
    scene_.zoom_time(1 / 1.6, (begin + end) / 2);
  });
  connect(all, &QToolButton::clicked, &scene_, &SpectrogramScene::fit);
  show_settings();
  return row_widget;
}

void SpectrogramView::show_settings() {
  auto choose = [](QComboBox* box, const QVariant& value) {
    const QSignalBlocker block(box);
    const int at = box->findData(value);
    if (at >= 0) box->setCurrentIndex(at);
  };
  choose(kind_, static_cast<int>(settings_.picture().kind));
  choose(fft_, settings_.picture().n_fft);
  choose(range_, static_cast<int>(settings_.range()));
  choose(colours_, settings_.colours());
  fft_->setEnabled(settings_.picture().kind != PictureKind::cqt);
  const QSignalBlocker block(follow_);
  follow_->setChecked(settings_.follow());
}

void SpectrogramView::add_tool(QWidget* widget) {
  static_cast<QHBoxLayout*>(tools_->layout())->insertWidget(0, widget);
}

void SpectrogramView::set_sources(std::vector<LaneSource> sources, bool keep_view) {
  sources_ = std::move(sources);
  std::vector<Lane> lanes;
  for (const LaneSource& source : sources_) {
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
  follow_deck();
}

void SpectrogramView::set_hint(const QString& text) { scene_.set_hint(text); }

void SpectrogramView::request_pictures() {
  const quint64 generation = ++generation_;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const LaneSource& source = sources_[i];
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
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Lane& lane = scene_.lanes()[i];
    if (!lane.waveform && lane.sound && !lane.picture && lane.note == tr("Analysing…")) return false;
  }
  return true;
}

std::vector<SoundPtr> SpectrogramView::sounds() const {
  std::vector<SoundPtr> all;
  for (const LaneSource& source : sources_) {
    if (!source.sound) continue;
    const bool known = std::any_of(all.begin(), all.end(), [&](const SoundPtr& s) { return s->key == source.sound->key; });
    if (!known) all.push_back(source.sound);
  }
  return all;
}

int SpectrogramView::sound_index(std::size_t lane) const {
  if (lane >= sources_.size() || !sources_[lane].sound) return -1;
  const auto all = sounds();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->key == sources_[lane].sound->key) return static_cast<int>(i);
  }
  return -1;
}

void SpectrogramView::play(std::size_t index) {
  const auto all = sounds();
  if (index >= all.size()) return;
  const auto now = player_.current();
  if (player_.playing() && now && now->key == all[index]->key) {
    player_.pause();
    return;
  }
  player_.set_deck(all, index, true);
}

void SpectrogramView::follow_player(double seconds) {
  const auto now = player_.current();
  bool mine = false;
  for (const LaneSource& source : sources_) mine = mine || (now && source.sound && source.sound->key == now->key);
  if (!mine || (seconds <= 0 && !player_.playing())) {
    scene_.set_playhead(std::nullopt, settings_.follow());
    return;
  }
  scene_.set_playhead(seconds, settings_.follow() && player_.playing());
}

void SpectrogramView::follow_deck() {
  const auto now = player_.current();
  int mark = -1, spectrograms = 0;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].waveform) continue;
    ++spectrograms;
    if (now && sources_[i].sound && sources_[i].sound->key == now->key) mark = static_cast<int>(i);
  }
  scene_.set_selected_lane(spectrograms > 1 ? mark : -1);
  follow_player(player_.position());
}

void SpectrogramView::seek(int lane, double seconds) {
  const int index = lane < 0 ? -1 : sound_index(static_cast<std::size_t>(lane));
  if (index < 0) return;
  player_.set_deck(sounds(), static_cast<std::size_t>(index), false);
  player_.set_loop(std::nullopt);
  player_.seek(seconds);
  Q_EMIT lane_clicked(index);
}

}  // namespace luthier::ui
