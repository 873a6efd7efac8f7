#include "ui/spectrogram/spectrogram_tools.h"

#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QSignalBlocker>
#include <QToolButton>

#include "ui/application_style.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/model_eye.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/spectrogram/spectrogram_scene.h"

namespace luthier::ui {

SpectrogramTools::SpectrogramTools(SpectrogramScene& scene, SpectrogramSettings& settings, ModelEye& eye, QWidget* parent)
    : QWidget(parent), scene_(scene), settings_(settings), eye_(eye) {
  row_ = new QHBoxLayout(this);
  row_->setContentsMargins(0, 0, 0, 0);
  row_->setSpacing(6);
  add_analysis();
  add_zoom();
  add_sight();
  add_saving();
  readout_ = new QLabel(this);
  readout_->setProperty("role", "hint");
  readout_->setAccessibleName(tr("Under the pointer"));
  readout_->setMinimumWidth(0);
  readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  readout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  row_->addWidget(readout_, 1);
  connect(&settings_, &SpectrogramSettings::picture_changed, this, &SpectrogramTools::show_settings);
  connect(&settings_, &SpectrogramSettings::look_changed, this, &SpectrogramTools::show_settings);
  show_settings();
}

QComboBox* SpectrogramTools::combo(const QString& name, const QString& tip) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(name);
  box->setToolTip(tip);
  box->setWhatsThis(tip);
  box->setFocusPolicy(Qt::StrongFocus);
  row_->addWidget(box);
  return box;
}

QToolButton* SpectrogramTools::tool(const QString& icon_name, const QString& name, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setIcon(icon(icon_name));
  button->setIconSize({18, 18});
  button->setAccessibleName(name);
  button->setToolTip(tip);
  button->setWhatsThis(tip);
  row_->addWidget(button);
  return button;
}

void SpectrogramTools::add_analysis() {
  kind_ = combo(tr("Frequency scale"), tr("Frequency scale: linear, mel (what most models see) or constant-Q (equal steps a note) (G)"));
  kind_->addItem(tr("Linear"), static_cast<int>(PictureKind::linear));
  kind_->addItem(tr("Mel"), static_cast<int>(PictureKind::mel));
  kind_->addItem(tr("Constant-Q"), static_cast<int>(PictureKind::cqt));
  fft_ = combo(tr("FFT size"), tr("FFT size in samples: larger shows tones more sharply, smaller shows moments (Shift++, Shift+−)"));
  for (int n : {512, 1024, 2048, 4096, 8192}) fft_->addItem(tr("FFT %1").arg(n), n);
  hop_ = combo(tr("Hop"), tr("Samples from one column to the next. Automatic: about one column a pixel. A long sound gets at least a 8192nd of its length."));
  hop_->addItem(tr("Hop auto"), 0);
  for (int n : {64, 128, 256, 512, 1024}) hop_->addItem(tr("Hop %1").arg(n), n);
  range_ = combo(tr("Range in dB"), tr("How far below the loudest point is shown"));
  for (int db : {40, 60, 80, 100, 120}) range_->addItem(tr("%1 dB").arg(db), db);
  colours_ = combo(tr("Colours"), tr("Colours from quiet to loud"));
  for (const QString& name : colour_map_names()) colours_->addItem(colour_map_title(name), name);
  colours_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  colours_->setMinimumContentsLength(7);
  auto change = [this](auto set) {
    PictureSettings picture = settings_.picture();
    set(picture);
    settings_.set_picture(picture);
  };
  connect(kind_, &QComboBox::activated, this, [this, change] { change([this](auto& p) { p.kind = static_cast<PictureKind>(kind_->currentData().toInt()); }); });
  connect(fft_, &QComboBox::activated, this, [this, change] { change([this](auto& p) { p.n_fft = fft_->currentData().toInt(); }); });
  connect(hop_, &QComboBox::activated, this, [this, change] { change([this](auto& p) { p.hop = hop_->currentData().toInt(); }); });
  connect(range_, &QComboBox::activated, this, [this] { settings_.set_range(range_->currentData().toDouble()); });
  connect(colours_, &QComboBox::activated, this, [this] { settings_.set_colours(colours_->currentData().toString()); });
}

void SpectrogramTools::add_zoom() {
  auto* in = tool("zoom-in", tr("Zoom in"), tr("Zoom in (Ctrl+=, or Ctrl+wheel)"));
  auto* out = tool("zoom-out", tr("Zoom out"), tr("Zoom out (Ctrl+−, or Ctrl+wheel)"));
  auto* all = tool("fit", tr("Show all"), tr("Show all (F, or double-click)"));
  follow_ = tool("follow", tr("Scroll with the sound"), tr("Scroll with the sound while it plays, when zoomed in"));
  follow_->setCheckable(true);
  harmonics_ = tool("harmonics", tr("Harmonics"), tr("Mark the multiples of the frequency under the pointer (H)"));
  harmonics_->setCheckable(true);
  auto zoom = [this](double factor) {
    const auto [begin, end] = scene_.visible_time();
    scene_.zoom_time(factor, (begin + end) / 2);
  };
  connect(in, &QToolButton::clicked, this, [zoom] { zoom(1.6); });
  connect(out, &QToolButton::clicked, this, [zoom] { zoom(1 / 1.6); });
  connect(all, &QToolButton::clicked, &scene_, &SpectrogramScene::fit);
  connect(follow_, &QToolButton::toggled, this, [this](bool on) { settings_.set_follow(on); });
  connect(harmonics_, &QToolButton::toggled, this, [this](bool on) { settings_.set_harmonics(on); });
}

void SpectrogramTools::add_sight() {
  eye_button_ = tool("eye", tr("What the model sees"), tr("Look and listen through a model: its representation, and the sound that can be made of that again (E)"));
  eye_button_->setPopupMode(QToolButton::InstantPopup);
  sight_menu_ = new QMenu(eye_button_);
  eye_button_->setMenu(sight_menu_);
  connect(sight_menu_, &QMenu::aboutToShow, this, &SpectrogramTools::fill_sight_menu);
}

void SpectrogramTools::fill_sight_menu() {
  sight_menu_->clear();
  auto* group = new QActionGroup(sight_menu_);
  const std::pair<Sight, QString> sights[] = {{Sight::sound, tr("The sound itself")},
                                              {Sight::representation, tr("What the model sees (heard as it can be inverted)")},
                                              {Sight::inverted, tr("The inverted sound, analysed anew")}};
  for (const auto& [sight, title] : sights) {
    QAction* action = sight_menu_->addAction(title, this, [this, chosen = sight] { set_sight(chosen); });
    action->setCheckable(true);
    action->setChecked(sight == sight_);
    group->addAction(action);
  }
  sight_menu_->addSection(tr("Model"));
  auto* models = new QActionGroup(sight_menu_);
  auto add = [this, models, menu = sight_menu_](const QString& title, const QString& run) {
    QAction* action = menu->addAction(title, this, [this, run] { eye_.set_run(run); });
    action->setCheckable(true);
    action->setChecked(run == eye_.run());
    models->addAction(action);
  };
  add(tr("Shipped weights"), {});
  eye_.list_runs(models, [add](const QStringList& runs) {
    for (const QString& run : runs) add(run, run);
  });
}

void SpectrogramTools::add_saving() {
  auto* save = tool("export", tr("Save what is shown"), tr("Save what is shown: as a picture with rulers and scale, or as numbers"));
  save->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(save);
  menu->addAction(icon("export"), tr("Picture (PNG, SVG, PDF)…"), this, &SpectrogramTools::picture_requested);
  menu->addAction(icon("export"), tr("Numbers (CSV)…"), this, &SpectrogramTools::numbers_requested);
  menu->addAction(icon("copy"), tr("Copy the picture"), this, &SpectrogramTools::copy_requested);
  save->setMenu(menu);
}

void SpectrogramTools::set_sight(Sight sight) {
  if (sight == sight_) return;
  sight_ = sight;
  eye_button_->setCheckable(true);
  eye_button_->setChecked(sight != Sight::sound);
  Q_EMIT sight_changed();
}

void SpectrogramTools::set_readout(const QString& text) { readout_->setText(text); }

void SpectrogramTools::show_settings() {
  auto choose = [](QComboBox* box, const QVariant& value) {
    const QSignalBlocker block(box);
    const int at = box->findData(value);
    if (at >= 0) box->setCurrentIndex(at);
  };
  choose(kind_, static_cast<int>(settings_.picture().kind));
  choose(fft_, settings_.picture().n_fft);
  choose(hop_, settings_.picture().hop);
  choose(range_, static_cast<int>(settings_.range()));
  choose(colours_, settings_.colours());
  fft_->setEnabled(settings_.picture().kind != PictureKind::cqt);
  const QSignalBlocker block(follow_), block_harmonics(harmonics_);
  follow_->setChecked(settings_.follow());
  harmonics_->setChecked(settings_.harmonics());
}

}  // namespace luthier::ui
