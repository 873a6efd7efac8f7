#pragma once
#include <QJsonObject>
#include <QString>

namespace luthier::ui {

/// What a file or folder that was dropped on the window is.
struct FileContent {
  enum class Kind {
    other,       ///< a sound, a folder of sounds, or nothing that is known
    workspace,   ///< a folder
    weights,
    pairs,       ///< a table of pairs
    evaluation,  ///< a JSON file with tables
    record       ///< carries a record of Luthier; a folder: of an exported comparison
  };
  Kind kind = Kind::other;
  QJsonObject record;
  QString problem = {};  ///< one sentence: why nothing can be taken from it; empty: something can, as far as one look tells
  QString record_kind() const { return record.value("kind").toString(); }
};

/// A workspace's folder where its catalog (luthier.sqlite) is named, as a file manager does; else the path itself.
QString folder_of_catalog(const QString& path);

/// Reads as much of it as that takes; on any thread. Never throws: what cannot be read is `other` and says why.
FileContent look_into(const QString& path);

}  // namespace luthier::ui
