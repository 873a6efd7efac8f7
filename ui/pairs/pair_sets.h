#pragma once
#include <QObject>
#include <QString>

#include "db/rows.h"
#include "ui/common/workbench.h"

namespace luthier::ui {

/// What can be done with pair sets: made, read from and written to CSV, renamed, removed; each is noted as a command. Owned by the
/// page that lists them, in whose window it asks. GUI thread; the work is done in the background.
class PairSets : public QObject {
  Q_OBJECT
 public:
  PairSets(Workbench& bench, QWidget* page);
  void ask_generate();
  /// `count` 0: all pairs of clips that share a phrase. `name` empty: made up.
  void generate(const QString& name, int count, quint64 seed, bool by_phrase);
  void ask_import();
  void import_file(const QString& file, const QString& name);
  void ask_export(const db::PairSetRow& set);
  /// With the targets, where the set knows any.
  void export_file(const db::PairSetRow& set, const QString& file);
  void ask_rename(const db::PairSetRow& set);
  void rename(const db::PairSetRow& set, const QString& name);
  void ask_remove(const db::PairSetRow& set);

 Q_SIGNALS:
  void made(const QString& name);  ///< there is a new set

 private:
  Workbench& bench_;
  QWidget* page_;
};

}  // namespace luthier::ui
