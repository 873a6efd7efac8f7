#pragma once
#include <QDialog>
#include <QString>

class QCheckBox;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace luthier::ui {

/// How a pair set is to be made: at random between labels, or of clips that play the same phrase.
class GeneratePairsDialog : public QDialog {
  Q_OBJECT
 public:
  /// `phrases`: some clips share a phrase, so that pairs with a target can be made.
  explicit GeneratePairsDialog(bool phrases, QWidget* parent = nullptr);
  bool by_phrase() const;
  int count() const;      ///< 0: all (by phrase only)
  quint32 seed() const;
  QString name() const;   ///< empty: made up

 private:
  QRadioButton* random_;
  QRadioButton* phrase_;
  QSpinBox* count_;
  QCheckBox* all_;
  QSpinBox* seed_;
  QLineEdit* name_;
};

}  // namespace luthier::ui
