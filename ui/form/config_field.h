#pragma once
#include <QWidget>

#include "core/config/schema.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace luthier::ui {

/// One setting as a control of its kind: a switch, a list of choices, or a line that takes a number or text and says at once
/// what is wrong with it. Everything comes from the Setting: range, unit, help, default.
class ConfigField : public QWidget {
  Q_OBJECT
 public:
  explicit ConfigField(Setting setting, QWidget* parent = nullptr);
  const Setting& setting() const { return setting_; }
  /// The control's value. Throws ConfigError, one sentence naming key and range, when what is typed is wrong.
  Value value() const;
  void set_value(const Value& value);
  bool valid() const;
  QString problem() const { return problem_; }
  bool is_default() const;
  /// The control that takes the focus, for labels and tests.
  QWidget* control() const;

 Q_SIGNALS:
  void changed();

 private:
  void check();

  Setting setting_;
  QCheckBox* toggle_ = nullptr;
  QComboBox* choices_ = nullptr;
  QLineEdit* line_ = nullptr;
  QLabel* unit_ = nullptr;
  QString problem_, zero_word_;  ///< zero_word_: shown in place of 0, and an empty line means 0
};

/// "learning_rate" -> "Learning rate".
QString setting_title(const std::string& name);

}  // namespace luthier::ui
