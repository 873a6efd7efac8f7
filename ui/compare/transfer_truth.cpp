#include "ui/compare/transfer_truth.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <optional>

#include "core/session/carried_record.h"
#include "core/session/phrase_pairs.h"
#include "core/session/transfer_record.h"
#include "db/clip_store.h"
#include "ui/common/in_background.h"

namespace luthier::ui {
namespace {

using Record = std::optional<TransferRecord>;

/// Nothing where another thing made the sound; the content of an export carries the transfer inside its own record, and is no result.
Record record_of(const std::string& file) {
  const QJsonObject carried = QJsonDocument::fromJson(QByteArray::fromStdString(carried_record(file))).object();
  if (carried.value("kind").toString() != "transfer") return std::nullopt;
  return read_transfer_record(file);
}

SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, QString::fromStdString(view.name), QString::fromStdString(view.label)}; }

/// The label that the result should sound like; empty: none is known.
std::string wanted_label(db::Catalog& catalog, const TransferRecord& record) {
  const auto option = [&](const char* name) {
    const auto found = record.options.find(name);
    return found == record.options.end() ? std::string() : to_text(found->second);
  };
  if (option("style_by") == "between") return {};  // nobody plays a mixture
  if (option("style_by") == "label" && !option("label").empty()) return option("label");
  if (record.style.sha256.empty()) return {};
  for (const db::ClipView& view : catalog.clips().views(catalog.clips().find_by_sha256(record.style.sha256)))
    if (!view.label.empty()) return view.label;
  return {};
}

/// Clips are known by their samples, as the result may come from another workspace where they have other numbers.
SoundChoice truth_of(db::Catalog& catalog, const TransferRecord& record) {
  const std::string label = wanted_label(catalog, record);
  if (label.empty() || record.content.sha256.empty()) return {};
  for (const db::ClipView& content : catalog.clips().views(catalog.clips().find_by_sha256(record.content.sha256))) {
    if (content.label == label) return choice_of(content);  // into its own label: it should come back as it was
    for (const db::ClipView& view : catalog.clips().views(same_phrase_clips(catalog, content.clip.id)))
      if (view.label == label && !view.missing) return choice_of(view);
  }
  return {};
}

}  // namespace

void find_transfer_truth(Workbench& bench, QObject* context, const QString& file, std::function<void(const SoundChoice&)> done) {
  QPointer<QObject> alive(context);
  in_background<Record>(
      context, [name = file.toStdString()] { return record_of(name); },
      [&bench, alive, done = std::move(done)](const Record& record) {
        if (!record) return;
        if (!bench.catalog()) return done({});
        bench.catalog()->run(alive, [record = *record](db::Catalog& catalog) { return truth_of(catalog, record); }, done);
      },
      {});
}

}  // namespace luthier::ui
