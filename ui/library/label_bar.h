#pragma once
#include <QWidget>
#include <vector>

#include "db/rows.h"

class QHBoxLayout;
class QToolButton;

namespace luthier::ui {

/// The labels of the workspace with key, colour and count. A click labels the selected clips, as the key 1-9 does.
class LabelBar : public QWidget {
  Q_OBJECT
 public:
  explicit LabelBar(QWidget* parent = nullptr);
  void set_labels(std::vector<db::LabelRow> labels);
  const std::vector<db::LabelRow>& labels() const { return labels_; }
  /// Null: no label has that key.
  const db::LabelRow* label_of_key(int key) const;

 Q_SIGNALS:
  void chosen(qint64 label);       ///< label the selection; 0: take the label away
  void new_requested();
  void show_only(const QString& query);
  void rename_requested(qint64 label);
  void color_requested(qint64 label);
  void key_requested(qint64 label, int key);
  void remove_requested(qint64 label);

 private:
  void open_menu(const db::LabelRow& label, const QPoint& at);

  std::vector<db::LabelRow> labels_;
  QWidget* chips_;
};

}  // namespace luthier::ui
