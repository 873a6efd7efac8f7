#include "ui/transfer/transfer_commands.h"

#include "core/session/command_words.h"

namespace luthier::ui {
namespace {

/// Without the program and the workspace, which are put before every command that is copied.
QStringList words_of(const std::vector<std::string>& words) {
  QStringList list;
  for (std::size_t i = 1; i < words.size(); ++i) list << QString::fromStdString(words[i]);
  return list;
}

}  // namespace

QStringList command_of(TransferRequest request) {
  request.workspace.clear();
  return words_of(transfer_words(request));
}

QStringList command_of(LiveRequest request) {
  request.workspace.clear();
  return words_of(live_words(request));
}

QStringList command_of_result(const QString& file) { return {"transfer", "--like", file}; }

}  // namespace luthier::ui
