#include "ui/application_style.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>
#include <QSurfaceFormat>
#include <QSvgRenderer>
#include <array>
#include <utility>

// Q_INIT_RESOURCE must stand outside of any namespace.
static void init_assets() { Q_INIT_RESOURCE(assets); }

namespace luthier::ui {
namespace {

Theme dark_theme() {
  Theme t;
  t.dark = true;
  t.window = "#1b1e23";
  t.panel = "#21252b";
  t.field = "#16181c";
  t.stripe = "#1c1f24";
  t.raised = "#2d323a";
  t.pressed = "#3a3326";
  t.line = "#3b424c";
  t.text = "#e8eaed";
  t.dim = "#a3acb7";
  t.faint = "#6b737e";
  t.accent = "#e8a33d";
  t.accent_bright = "#f5bb62";
  t.accent_dim = "#8a6a33";
  t.on_accent = "#1b1200";
  t.selected = "#4a3d25";
  t.danger = "#f0716a";
  t.good = "#6cc28a";
  t.info = "#6cb0f0";
  t.canvas = "#101216";
  t.grid = "#3b424c";
  t.playhead = "#ffffff";
  t.cursor = "#f5bb62";
  t.wave = "#7fb2a6";
  return t;
}

Theme light_theme() {
  Theme t;
  t.dark = false;
  t.window = "#f3f1ed";
  t.panel = "#faf9f7";
  t.field = "#ffffff";
  t.stripe = "#f6f4f0";
  t.raised = "#e9e5de";
  t.pressed = "#f3e2c4";
  t.line = "#c9c3b9";
  t.text = "#22252a";
  t.dim = "#5c636c";
  t.faint = "#9a9da2";
  t.accent = "#a8650a";
  t.accent_bright = "#c07a1c";
  t.accent_dim = "#e2b777";
  t.on_accent = "#ffffff";
  t.selected = "#f6dfb8";
  t.danger = "#b3261e";
  t.good = "#1f7a43";
  t.info = "#1565a8";
  t.canvas = "#fcfbf9";
  t.grid = "#d5d0c7";
  t.playhead = "#d0021b";
  t.cursor = "#a8650a";
  t.wave = "#2f7d6e";
  return t;
}

Theme& current() {
  static Theme t = dark_theme();
  return t;
}

QPalette palette_of(const Theme& t) {
  QPalette p;
  p.setColor(QPalette::Window, t.window);
  p.setColor(QPalette::WindowText, t.text);
  p.setColor(QPalette::Base, t.field);
  p.setColor(QPalette::AlternateBase, t.stripe);
  p.setColor(QPalette::ToolTipBase, t.raised);
  p.setColor(QPalette::ToolTipText, t.text);
  p.setColor(QPalette::PlaceholderText, t.faint);
  p.setColor(QPalette::Text, t.text);
  p.setColor(QPalette::Button, t.raised);
  p.setColor(QPalette::ButtonText, t.text);
  p.setColor(QPalette::BrightText, t.danger);
  p.setColor(QPalette::Link, t.info);
  p.setColor(QPalette::Highlight, t.accent);
  p.setColor(QPalette::HighlightedText, t.on_accent);
  p.setColor(QPalette::Mid, t.line);
  p.setColor(QPalette::Dark, t.line);
  p.setColor(QPalette::Light, t.raised);
  for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, t.faint);
  }
  return p;
}

QString style_sheet(const Theme& t) {
  QFile file(":/style.qss");
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString text = QString::fromUtf8(file.readAll());
  const QString suffix = t.dark ? "-dark.svg" : "-light.svg";
  // Longer names first, so that @accent does not eat the beginning of @accent_bright.
  const std::pair<const char*, QString> names[] = {
      {"@arrow_down", "arrow-down" + suffix},
      {"@arrow_up", "arrow-up" + suffix},
      {"@check", "check" + suffix},
      {"@accent_bright", t.accent_bright.name()},
      {"@accent_dim", t.accent_dim.name()},
      {"@on_accent", t.on_accent.name()},
      {"@accent", t.accent.name()},
      {"@selected", t.selected.name()},
      {"@window", t.window.name()},
      {"@panel", t.panel.name()},
      {"@field", t.field.name()},
      {"@stripe", t.stripe.name()},
      {"@raised", t.raised.name()},
      {"@pressed", t.pressed.name()},
      {"@line", t.line.name()},
      {"@text", t.text.name()},
      {"@dim", t.dim.name()},
      {"@faint", t.faint.name()},
      {"@danger", t.danger.name()},
      {"@good", t.good.name()},
  };
  for (const auto& [name, value] : names) text.replace(QLatin1String(name), value);
  return text;
}

QByteArray icon_source(const QString& name) {
  static QHash<QString, QByteArray> sources;
  auto found = sources.find(name);
  if (found != sources.end()) return *found;
  QFile file(":/icons/" + name + ".svg");
  QByteArray text;
  if (file.open(QIODevice::ReadOnly)) text = file.readAll();
  sources.insert(name, text);
  return text;
}

/// Renders one of the icons in the colour that mode and theme ask for.
class ThemedIconEngine : public QIconEngine {
 public:
  ThemedIconEngine(QString name, bool on_accent) : name_(std::move(name)), on_accent_(on_accent) {}
  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    QByteArray text = icon_source(name_);
    QColor color = on_accent_ ? theme().on_accent : theme().text;
    if (state == QIcon::On) color = theme().accent;
    if (mode == QIcon::Disabled) color = theme().faint;
    text.replace("#000000", color.name().toLatin1());
    QSvgRenderer renderer(text);
    renderer.render(painter, QRectF(rect));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap picture(size);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return picture;
  }
  QIconEngine* clone() const override { return new ThemedIconEngine(name_, on_accent_); }
  bool isNull() override { return icon_source(name_).isEmpty(); }

 private:
  QString name_;
  bool on_accent_;
};

}  // namespace

void load_resources() {
  init_assets();
  static bool font_loaded = false;
  if (!font_loaded && qApp) {
    font_loaded = true;
    QFontDatabase::addApplicationFont(":/fonts/DejaVuSans.ttf");
  }
}

void prepare_surface_format() {
  QSurfaceFormat format;
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  format.setSwapInterval(1);
  QSurfaceFormat::setDefaultFormat(format);
}

void apply_theme(QApplication& application, const QString& name) {
  load_resources();
  current() = name == "light" ? light_theme() : dark_theme();
  application.setStyle(QStyleFactory::create("Fusion"));
  application.setPalette(palette_of(current()));
  application.setStyleSheet(style_sheet(current()));
  Q_EMIT ThemeNotifier::instance().changed();
}

const Theme& theme() { return current(); }

QString theme_name() { return current().dark ? "dark" : "light"; }

ThemeNotifier& ThemeNotifier::instance() {
  static ThemeNotifier notifier;
  return notifier;
}

QIcon icon(const QString& name) { return QIcon(new ThemedIconEngine(name, false)); }

QIcon accent_icon(const QString& name) { return QIcon(new ThemedIconEngine(name, true)); }

namespace {
QHash<qint64, QString>& own_label_colors() {
  static QHash<qint64, QString> colors;
  return colors;
}
}  // namespace

void set_label_colors(const QHash<qint64, QString>& colors) { own_label_colors() = colors; }

QColor label_color(const QString& given, qint64 label_id) {
  const QColor own(given.isEmpty() ? own_label_colors().value(label_id) : given);
  if (own.isValid()) return own;
  return series_color(static_cast<std::size_t>(label_id > 0 ? label_id - 1 : 0));
}

QColor series_color(std::size_t index) {
  static const std::array<const char*, 10> colors = {"#e8a33d", "#5aa9e6", "#6cc28a", "#d978b8", "#b9a3f0",
                                                     "#e0736b", "#4fc4c0", "#c9c04f", "#9aa7b5", "#c98b5a"};
  return QColor(colors[index % colors.size()]);
}

}  // namespace luthier::ui
