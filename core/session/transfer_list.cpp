#include "core/session/transfer_list.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>

#include "core/session/transfer_session.h"
#include "core/session/workspace.h"
#include "db/transfer_store.h"

namespace luthier {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string searched_text(const db::TransferRow& row, const RunTitles& titles) {
  std::string all;
  for (const std::string& part : {row.content, row.style, transfer_model_name(row.model), model_name(row.model, titles), row.model, row.settings_json, row.notes, row.folder, row.created_at}) all += part + "\n";
  return lower(std::move(all));
}

}  // namespace

std::string transfer_model_name(const std::string& model) {
  if (!model.ends_with(".safetensors")) return model;
  const std::filesystem::path file(model);
  if (file.is_relative() && file.has_parent_path()) return file.parent_path().string();  // a run and its checkpoint
  static const auto shipped = shipped_models();
  return std::find(shipped.begin(), shipped.end(), file) != shipped.end() ? "shipped weights" : file.filename().string();
}

std::string model_name(const std::string& model, const RunTitles& titles) { return name_of(transfer_model_name(model), titles); }

FoundTransfers find_transfers(db::Catalog& catalog, const TransferQuery& query) {
  std::vector<std::string> words;
  std::istringstream stream(lower(query.words));
  for (std::string word; stream >> word;) words.push_back(word);
  FoundTransfers found;
  found.titles = run_titles(catalog);
  for (auto& row : catalog.transfers().all(1'000'000)) {
    if (query.kept_only && !row.kept) continue;
    if (!words.empty()) {
      const std::string text = searched_text(row, found.titles);
      if (!std::all_of(words.begin(), words.end(), [&](const std::string& word) { return text.find(word) != std::string::npos; })) continue;
    }
    if (++found.count <= query.limit) found.rows.push_back(std::move(row));
  }
  return found;
}

void mark_transfers(db::Catalog& catalog, const std::vector<db::TransferId>& ids, bool kept) {
  for (const db::TransferId id : ids)
    if (!catalog.transfers().get(id)) throw SessionError("there is no transfer " + std::to_string(id.value) + " in this workspace; luthierctl transfers lists them");
  db::Transaction transaction(catalog);
  for (const db::TransferId id : ids) catalog.transfers().set_kept(id, kept);
  transaction.commit();
}

}  // namespace luthier
