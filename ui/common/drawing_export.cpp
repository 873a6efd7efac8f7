#include "ui/common/drawing_export.h"

#include <QBuffer>
#include <QFileDialog>
#include <QFileInfo>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSettings>
#include <QSvgGenerator>

#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/workspace.h"

namespace luthier::ui {
namespace {

constexpr int kPngScale = 2;
constexpr int kDotsPerInch = 96;  // a pixel of the screen in SVG and PDF

void png(QBuffer& buffer, const Drawing& drawing) {
  QImage image(drawing.size * kPngScale, QImage::Format_RGB32);
  image.setDevicePixelRatio(kPngScale);
  image.setText("Comment", drawing.record);
  image.setText("Software", QString::fromStdString(version_text()));
  QPainter painter(&image);
  drawing.paint(painter);
  painter.end();
  image.save(&buffer, "PNG");
}

void svg(QBuffer& buffer, const Drawing& drawing) {
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(drawing.size);
  generator.setViewBox(QRect(QPoint(0, 0), drawing.size));
  generator.setResolution(kDotsPerInch);
  generator.setTitle(QString::fromStdString(version_text()));
  generator.setDescription(drawing.record.toHtmlEscaped());
  QPainter painter(&generator);
  drawing.paint(painter);
}

void pdf(QBuffer& buffer, const Drawing& drawing) {
  QPdfWriter writer(&buffer);
  writer.setResolution(kDotsPerInch);
  writer.setPageSize(QPageSize(QSizeF(drawing.size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF());
  writer.setCreator(QString::fromStdString(version_text()));
  writer.setTitle(drawing.title);
  writer.addFileAttachment("record.json", drawing.record.toUtf8(), "application/json");
  QPainter painter(&writer);
  drawing.paint(painter);
}

}  // namespace

void write_drawing(const QString& file, const Drawing& drawing) {
  const QString ending = QFileInfo(file).suffix().toLower();
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (ending == "png") png(buffer, drawing);
  else if (ending == "svg") svg(buffer, drawing);
  else if (ending == "pdf") pdf(buffer, drawing);
  else throw SessionError(QObject::tr("A picture is written as .png, .svg or .pdf, not as '%1'.").arg(QFileInfo(file).fileName()).toStdString());
  if (bytes.isEmpty()) throw SessionError(QObject::tr("The picture '%1' could not be made; there may be too little memory.").arg(file).toStdString());
  write_text(file.toStdString(), std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QString ask_for_file(QWidget* parent, const QString& title, const QString& name, const QString& filters) {
  const QString folder = QSettings().value("export/pictures").toString();
  QString kind;
  QString file = QFileDialog::getSaveFileName(parent, title, folder.isEmpty() ? name : folder + "/" + name, filters, &kind);
  if (file.isEmpty()) return {};
  if (QFileInfo(file).suffix().isEmpty()) {
    const auto ending = QRegularExpression(QStringLiteral("\\*\\.(\\w+)")).match(kind);
    file += "." + (ending.hasMatch() ? ending.captured(1) : QFileInfo(name).suffix());
  }
  QSettings().setValue("export/pictures", QFileInfo(file).absolutePath());
  return file;
}

QString ask_for_picture_file(QWidget* parent, const QString& name) {
  return ask_for_file(parent, QObject::tr("Save as a picture"), name + ".png", QObject::tr("Picture (*.png);;Vectors (*.svg);;Page (*.pdf)"));
}

}  // namespace luthier::ui
