#pragma once
#include <QTimer>
#include <QWidget>
#include <functional>
#include <vector>

#include "db/rows.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QToolButton;

namespace luthier::ui {

class Workbench;

/// What stands above the table of clips: import, search as you type, show one label, saved filters, and how many were found.
class SearchBar : public QWidget {
  Q_OBJECT
 public:
  explicit SearchBar(Workbench& bench, QWidget* parent = nullptr);
  QLineEdit& field() { return *search_; }
  void focus();
  void clear();
  /// Searches for this and nothing else: the label that was shown alone no longer is.
  void show_only(const QString& query);
  /// Labels with their counts, for "show one label". `all` and `unlabelled` are numbers of clips.
  void set_labels(const std::vector<db::LabelRow>& labels, qint64 unlabelled, qint64 all);
  void set_filters(std::vector<db::SavedFilterRow> filters);
  void set_counts(const QString& text);
  /// Says that only some clips are listed, with a button that ends it; empty: all are.
  void set_restriction(const QString& title);
  /// Fills the menus behind "Columns" and "Tidy" when they are opened.
  using FillMenu = std::function<void(QMenu&)>;
  void set_column_menu(FillMenu fill);
  void set_tidy_menu(FillMenu fill);
  /// One sentence below the field, which is marked; goes away with the next search.
  void show_problem(const QString& message);

 Q_SIGNALS:
  /// In the language of db/clip_query.h; at most 80 ms after the last key.
  void query_changed(const QString& query);
  void show_all_requested();  ///< the restriction is taken away
  void left_downwards();  ///< Down or Enter: the table shall have the focus
  void import_files_requested();
  void import_folder_requested();
  void fetch_requested();
  void record_requested();
  void demo_clips_requested();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* make_row();
  void search_now();
  QString query() const;
  void fill_filter_menu();
  void save_filter();

  Workbench& bench_;
  QLineEdit* search_;
  QComboBox* labels_;
  QToolButton* saved_;
  QMenu* saved_menu_;
  QLabel* counts_;
  QToolButton* restriction_;
  QMenu* column_menu_;
  QMenu* tidy_menu_;
  FillMenu fill_columns_, fill_tidy_;
  QLabel* problem_;
  QTimer typing_;
  std::vector<db::SavedFilterRow> filters_;
};

}  // namespace luthier::ui
