#pragma once
#include <QSize>
#include <QString>
#include <functional>

class QPainter;
class QWidget;

namespace luthier::ui {

/// Something that can be drawn at a given size, and what tells of it.
struct Drawing {
  QString title;
  QSize size;      ///< logical pixels, 96 to the inch
  QString record;  ///< JSON of what is shown; goes into the file
  std::function<void(QPainter&)> paint;
};

/// Writes by the file's ending: .png (two pixels for each of the screen's), .svg or .pdf (vectors and text). Any thread that `paint`
/// allows. Throws SessionError.
void write_drawing(const QString& file, const Drawing& drawing);

/// Asks where to write, in the folder of the last export; where no ending is typed, that of the chosen filter is added.
/// Empty: called off. GUI thread.
QString ask_for_file(QWidget* parent, const QString& title, const QString& name, const QString& filters);
/// The same for a picture's file: .png, .svg or .pdf.
QString ask_for_picture_file(QWidget* parent, const QString& name);

}  // namespace luthier::ui
