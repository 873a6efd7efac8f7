#pragma once
#include <QObject>
#include <functional>
#include <vector>

#include "db/rows.h"

class QMenu;
class QWidget;

namespace luthier::ui {

class Workbench;
struct SoundChoice;

/// What can be done to the clips that are chosen in a table: label, rate, tag, note, exclude, remove, use. Each is one
/// transaction and one undo step. GUI thread.
class ClipActions : public QObject {
  Q_OBJECT
 public:
  struct Selection {
    std::vector<db::ClipId> ids;           ///< in the order of the table
    std::vector<db::ClipView> views;       ///< those of them whose rows are in memory
    std::optional<db::ClipView> current;   ///< the row with the cursor
  };
  using Ask = std::function<Selection()>;

  ClipActions(Workbench& bench, Ask selection, QWidget* window);
  void set_labels(std::vector<db::LabelRow> labels) { labels_ = std::move(labels); }
  void set_tags(std::vector<db::TagRow> tags) { tags_ = std::move(tags); }

  void label(qint64 label);   ///< 0: take the label away
  void label_by_key(int key);  ///< 0 to 9
  void new_label();
  void set_split(db::Split split);
  void set_phrase(const QString& name);  ///< made if there is none of that name; empty: none
  void ask_phrase();
  void change_rating(int by);
  void set_rating(int stars);
  void add_tag();
  void add_tag(const QString& name);
  void remove_tag(qint64 tag);
  void edit_notes();
  void edit_recordings();  ///< source and rights
  void toggle_excluded();
  void remove();
  void use(bool as_content);
  void compare();
  /// Fills a context menu for the present selection; `play` starts the sound of the row with the cursor.
  void fill_menu(QMenu& menu, std::function<void()> play);

 Q_SIGNALS:
  void labelled(int clips);  ///< after label(), with how many
  void export_requested();

 private:
  QString count_text(std::size_t clips) const;
  /// What is chosen; empty, with the reason shown, where the workspace cannot be written.
  std::vector<db::ClipId> ids_to_change() const;
  void fill_tags(QMenu& menu);
  void fill_splits(QMenu& menu);
  void fill_phrases(QMenu& menu);
  void fill_files(QMenu& menu, const db::ClipView& view);

  Workbench& bench_;
  Ask selection_;
  QWidget* window_;
  std::vector<db::LabelRow> labels_;
  std::vector<db::TagRow> tags_;
};

}  // namespace luthier::ui
