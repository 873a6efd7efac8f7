#pragma once
#include <QLayout>
#include <QList>

namespace luthier::ui {

/// Widgets in rows, as words in a paragraph. Makes its widget as high as its rows are at the width that it has: a height that follows
/// width, as Qt has it, would ask the window for as many rows as there are widgets.
class FlowLayout : public QLayout {
 public:
  explicit FlowLayout(QWidget* parent, int spacing = 6);
  ~FlowLayout() override;
  void addItem(QLayoutItem* item) override { items_.append(item); }
  int count() const override { return static_cast<int>(items_.size()); }
  QLayoutItem* itemAt(int index) const override { return items_.value(index); }
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  void setGeometry(const QRect& area) override;
  QSize sizeHint() const override { return minimumSize(); }
  QSize minimumSize() const override;

 private:
  int place(const QRect& area) const;  ///< -> the height of the rows
  QList<QLayoutItem*> items_;
  int spacing_;
};

}  // namespace luthier::ui
