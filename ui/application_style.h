#pragma once
#include <QColor>
#include <QHash>
#include <QIcon>
#include <QObject>
#include <QString>
#include <cstddef>

class QApplication;

namespace luthier::ui {

/// Colours of one theme. Everything that is painted by hand takes them from here, everything else from the palette.
struct Theme {
  bool dark = true;
  QColor window, panel, field, stripe, raised, pressed, line;  ///< surfaces, from the lowest to the highest, and borders
  QColor text, dim, faint;                                     ///< words; `faint` is for what is disabled
  QColor accent, accent_bright, accent_dim, on_accent, selected;
  QColor danger, good, info;
  QColor canvas, grid, playhead, cursor, wave;                 ///< spectrogram panes and plots
};

/// Registers the resources in assets/ (icons, font, style sheet). Call before anything of ui/ is made; twice does no harm.
void load_resources();
/// Asks for OpenGL 3.3 core for all canvases; before QApplication is made.
void prepare_surface_format();
/// Fusion style, palette, style sheet and font of the theme "dark" or "light" for the whole program. GUI thread.
void apply_theme(QApplication& application, const QString& name);
const Theme& theme();
QString theme_name();

/// Tells hand-painted widgets that the theme has changed.
class ThemeNotifier : public QObject {
  Q_OBJECT
 public:
  static ThemeNotifier& instance();
 Q_SIGNALS:
  void changed();
};

/// assets/icons/<name>.svg in the theme's colours; follows later changes of theme by itself.
QIcon icon(const QString& name);
/// The same for a button filled with the accent colour.
QIcon accent_icon(const QString& name);
/// A steady colour for a label: the one the user gave it, else one of ten that tell apart in both themes.
QColor label_color(const QString& given, qint64 label_id);
/// A steady colour for curve number `index` of a plot, told apart in both themes.
QColor series_color(std::size_t index);
/// Colours that the user gave to labels of the open workspace, by label id; empty texts for none. GUI thread.
void set_label_colors(const QHash<qint64, QString>& colors);

}  // namespace luthier::ui
