#pragma once
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace luthier::ui {

/// What is shown while no workspace is open: make one, open one, go on with a recent one, or try the demo; and what hardware
/// was found.
class StartPage : public QWidget {
  Q_OBJECT
 public:
  explicit StartPage(QWidget* parent = nullptr);
  void refresh();  ///< reads the recent workspaces again
  void set_hardware(const QString& text);

 Q_SIGNALS:
  void make_requested();
  void open_requested();
  void demo_requested();
  void recent_chosen(const QString& folder);
  void theme_chosen(const QString& name);

 private:
  QVBoxLayout* recent_;
  QLabel* hardware_;
};

}  // namespace luthier::ui
