#pragma once
#include <QScrollArea>

class QVBoxLayout;

namespace luthier::ui {

class ConfigForm;

/// A ConfigForm in a column that scrolls up and down, with room for other rows around it. GUI thread.
class ScrolledForm : public QScrollArea {
  Q_OBJECT
 public:
  explicit ScrolledForm(QWidget* parent = nullptr);
  ConfigForm& form() { return *form_; }
  void add_below(QWidget* widget);  ///< under the form's rows

 private:
  QVBoxLayout* column_;
  ConfigForm* form_;
};

}  // namespace luthier::ui
