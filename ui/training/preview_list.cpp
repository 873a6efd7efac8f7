#include "ui/training/preview_list.h"

#include <algorithm>
#include <filesystem>

namespace luthier::ui {
namespace {

const QStringList& references_in_order() {
  static const QStringList names = {"truth", "original", "content", "style"};
  return names;
}

/// "1 piano to violin: result" -> "1 piano to violin: "; titles without a colon belong to one example.
QString example_of(const QString& title) { return title.left(title.lastIndexOf(": ") + 1); }
QString part_of(const QString& title) { return title.contains(": ") ? title.mid(title.lastIndexOf(": ") + 2) : title; }

/// Paths of events are absolute or relative to the run's folder.
QString whole_path(const QString& folder, const QString& path) {
  if (path.isEmpty()) return {};
  const std::filesystem::path own(path.toStdString());
  return QString::fromStdString((own.is_absolute() ? own : folder.toStdString() / own).string());
}

bool is_audition(const QString& title) { return !title.isEmpty() && title.front().isDigit(); }

}  // namespace

void PreviewList::read(const RunRecord& record, const QString& folder) {
  items_.clear();
  titles_.clear();
  standing_.clear();
  for (const auto& preview : record.previews) {
    items_.push_back({preview.title, {preview.step, whole_path(folder, preview.image), whole_path(folder, preview.audio)}});
    QStringList& to = references_in_order().contains(part_of(preview.title)) ? standing_ : titles_;
    if (!to.contains(preview.title)) to << preview.title;
  }
  std::stable_sort(titles_.begin(), titles_.end(), [](const QString& a, const QString& b) { return is_audition(a) && !is_audition(b); });
}

std::vector<PreviewEntry> PreviewList::entries(const QString& title) const {
  std::vector<PreviewEntry> found;
  for (const Item& item : items_) {
    if (item.title == title) found.push_back(item.entry);
  }
  return found;
}

QStringList PreviewList::references(const QString& title) const {
  QStringList found;
  for (const QString& what : references_in_order()) {
    const bool there = std::any_of(standing_.begin(), standing_.end(),
                                   [&](const QString& each) { return example_of(each) == example_of(title) && part_of(each) == what; });
    if (there) found << what;
  }
  return found;
}

PreviewEntry PreviewList::reference(const QString& title, const QString& what) const {
  PreviewEntry newest;
  for (const Item& item : items_) {
    if (example_of(item.title) == example_of(title) && part_of(item.title) == what) newest = item.entry;
  }
  return newest;
}

}  // namespace luthier::ui
