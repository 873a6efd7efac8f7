#pragma once
#include <QPixmap>
#include <QString>
#include <QWidget>

namespace luthier::ui {

/// A picture file, scaled to the widget and read on another thread; over it a word in the corner. GUI thread.
class PreviewPicture : public QWidget {
  Q_OBJECT
 public:
  explicit PreviewPicture(QWidget* parent = nullptr);
  /// `words` stands in the place of a picture (empty `file`), `caption` in its corner.
  void show_file(const QString& file, const QString& caption, const QString& words = {});
  bool has_picture() const { return !picture_.isNull(); }

 Q_SIGNALS:
  void clicked();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;

 private:
  QPixmap picture_;
  QString file_, caption_, words_;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
