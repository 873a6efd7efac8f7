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

class ClipSlot;

/// Makes one pair by hand: content, style and, where it is known, target, dropped from the library, chosen in a list, or taken
/// from a suggestion, whose reason is shown and kept. What cannot be a pair is said at once and not added. Each pair is one undo
/// step. GUI thread.
class PairMaker : public QFrame {
  Q_OBJECT
 public:
  enum Role { content, style, target, role_count };
  /// `set_name`: the set that pairs are added to; made where there is none of that name.
  PairMaker(Workbench& bench, std::function<QString()> set_name, QWidget* parent = nullptr);
  void set_choice(Role role, const SoundChoice& choice);
  const SoundChoice& choice(Role role) const { return choices_[role]; }
  /// A pinned content or style stays when the library's keys or a suggestion name another.
  void set_pinned(Role role, bool pinned);
  bool pinned(Role role) const { return pinned_[role]; }
  /// Content becomes style and style content; the target goes, for it is not that of the new pair.
  void swap();
  /// What a slot held before, newest first, and what can be done with it.
  void fill_slot_menu(Role role, QMenu& menu);
  void choose(Role role);  ///< asks which clip
  void add();
  /// Reads what could be paired with the content and offers it in a menu.
  void suggest();
  QMenu& suggestions() { return *menu_; }
  void clear();

 Q_SIGNALS:
  void added(const QString& set);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  struct Suggestion {
    db::PairRow pair;
    SoundChoice style, target;
  };
  void put(Role role, const SoundChoice& choice);
  void show_choices();
  /// Reads the chosen clips: their names, and whether they can be a pair.
  void look();
  void offer(const std::vector<Suggestion>& found);
  QStringList words() const;
  QPushButton* make_slot(Role role);

  Workbench& bench_;
  std::function<QString()> set_name_;
  std::array<SoundChoice, role_count> choices_;
  std::array<std::vector<SoundChoice>, role_count> earlier_;
  std::array<bool, role_count> pinned_{};
  std::array<ClipSlot*, role_count> slots_;
  std::string reason_;  ///< of the suggestion that was taken
  QString problem_;     ///< why the chosen clips are no pair
  Ticket ticket_;
  QLabel* reason_label_;
  QPushButton* add_;
  QToolButton* swap_;
  QToolButton* suggest_;
  QMenu* menu_;
};

}  // namespace luthier::ui
