#pragma once
#include <QString>
#include <QStringList>
#include <vector>

#include "ui/training/run_record.h"

namespace luthier::ui {

/// What a run made at one step of one example: paths of a picture and a sound; either may be empty.
struct PreviewEntry {
  std::int64_t step = 0;
  QString image, audio;
};

/// The previews of a run by example. Titles are "1 piano to violin: result": before the colon the example, after it what it is.
/// "truth", "content", "style" and "original" stand still and are what the others are held against. A plain value.
class PreviewList {
 public:
  void read(const RunRecord& record, const QString& folder);
  /// Titles of what changes from step to step; auditions first, in their order.
  const QStringList& titles() const { return titles_; }
  /// By step.
  std::vector<PreviewEntry> entries(const QString& title) const;
  /// "truth", "content", "style": what the example of `title` has, in this order.
  QStringList references(const QString& title) const;
  PreviewEntry reference(const QString& title, const QString& what) const;

 private:
  struct Item {
    QString title;
    PreviewEntry entry;
  };
  std::vector<Item> items_;
  QStringList titles_, standing_;
};

}  // namespace luthier::ui
