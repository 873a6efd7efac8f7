#pragma once
#include <QFrame>
#include <array>
#include <functional>
#include <string>

#include "db/rows.h"
#include "ui/common/workbench.h"

class QLabel;
class QMenu;
class QPushButton;
class QToolButton;

namespace luthier::ui {

/// Makes one pair by hand: content, style and, where it is known, target, dropped from the library, chosen in a list, or taken
/// from a suggestion, whose reason is shown and kept. Each pair is one undo step. GUI thread.
class PairMaker : public QFrame {
  Q_OBJECT
 public:
  enum Role { content, style, target, role_count };
  /// `set_name`: the set that pairs are added to; made where there is none of that name.
  PairMaker(Workbench& bench, std::function<QString()> set_name, QWidget* parent = nullptr);
  void set_choice(Role role, const SoundChoice& choice);
  const SoundChoice& choice(Role role) const { return choices_[role]; }
  void choose(Role role);  ///< asks which clip
  void add();
  /// Reads what could be paired with the content and offers it in a menu.
  void suggest();
  QMenu& suggestions() { return *menu_; }
  void clear();

 Q_SIGNALS:
  void added(const QString& set);

 private:
  struct Suggestion {
    db::PairRow pair;
    SoundChoice style, target;
  };
  void show_choices();
  void offer(const std::vector<Suggestion>& found);
  QStringList words() const;

  Workbench& bench_;
  std::function<QString()> set_name_;
  std::array<SoundChoice, role_count> choices_;
  std::array<QPushButton*, role_count> slots_;
  std::string reason_;  ///< of the suggestion that was taken
  QLabel* reason_label_;
  QPushButton* add_;
  QToolButton* suggest_;
  QMenu* menu_;
};

}  // namespace luthier::ui
