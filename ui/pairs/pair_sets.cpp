#include "ui/pairs/pair_sets.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QSettings>
#include <algorithm>
#include <memory>

#include "core/session/pair_session.h"
#include "db/pair_store.h"
#include "db/phrase_store.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/pairs/generate_dialog.h"

namespace luthier::ui {
namespace {
QString text(const std::string& value) { return QString::fromStdString(value); }
}  // namespace

PairSets::PairSets(Workbench& bench, QWidget* page) : QObject(page), bench_(bench), page_(page) {}

void PairSets::ask_generate() {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.phrases().all().size() > 1; },
      [this](bool phrases) {
        GeneratePairsDialog dialog(phrases, page_);
        if (dialog.exec() == QDialog::Accepted) generate(dialog.name(), dialog.count(), dialog.seed(), dialog.by_phrase());
      });
}

void PairSets::generate(const QString& name, int count, quint64 seed, bool by_phrase) {
  if (!bench_.has_workspace()) return;
  QStringList words{"pairs", "generate", "--seed", QString::number(seed)};
  if (by_phrase) words << "--phrases";
  if (count > 0) words << "--count" << QString::number(count);
  if (!name.isEmpty()) words << "--name" << name;
  bench_.note_command(words);
  auto set = std::make_shared<PairSetSummary>();
  BackgroundTask* task = bench_.start_task(
      tr("Generating pairs"),
      [set, by_phrase, count, seed, workspace = bench_.workspace(), n = name.toStdString()](std::stop_token stop, const ProgressSink& sink) {
        sink({0, "", -1});
        const auto start = static_cast<std::uint32_t>(seed);
        *set = by_phrase ? generate_phrase_pairs(workspace, count, start, n) : generate_pairs(workspace, count, start, n, sink, stop);
      });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(page_, message); });
  connect(task, &BackgroundTask::done, this, [this, set] {
    QString told = tr("Pair set \"%1\" with %2.").arg(text(set->name), counted(set->pairs, tr("pair"), tr("pairs")));
    if (set->kept_out > 0) told += " " + tr("%1 kept for validation or test: left out.").arg(counted(set->kept_out, tr("clip"), tr("clips")));
    bench_.say(told);
    Q_EMIT made(text(set->name));
  });
}

void PairSets::ask_import() {
  const QString file = QFileDialog::getOpenFileName(page_, tr("Read pairs from a CSV file"), QSettings().value("files/csv").toString(),
                                                    tr("CSV (*.csv *.txt);;All files (*)"));
  if (file.isEmpty()) return;
  QSettings().setValue("files/csv", QFileInfo(file).absolutePath());
  import_file(file, {});
}

void PairSets::import_file(const QString& file, const QString& name) {
  if (!bench_.has_workspace()) return;
  bench_.note_command(QStringList{"pairs", "import", file} + (name.isEmpty() ? QStringList{} : QStringList{"--name", name}));
  auto set = std::make_shared<PairSetSummary>();
  BackgroundTask* task = bench_.start_task(tr("Reading pairs"), [set, workspace = bench_.workspace(), path = file.toStdString(),
                                                                 n = name.toStdString()](std::stop_token, const ProgressSink&) {
    *set = import_pairs(workspace, path, n);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(page_, message); });
  connect(task, &BackgroundTask::done, this, [this, set] { Q_EMIT made(text(set->name)); });
}

void PairSets::ask_export(const db::PairSetRow& set) {
  const QString start = QSettings().value("files/csv").toString() + "/" + text(set.name) + ".csv";
  const QString file = QFileDialog::getSaveFileName(page_, tr("Write pairs to a CSV file"), start, tr("CSV (*.csv)"));
  if (file.isEmpty()) return;
  QSettings().setValue("files/csv", QFileInfo(file).absolutePath());
  export_file(set, file);
}

void PairSets::export_file(const db::PairSetRow& set, const QString& file) {
  if (!bench_.has_workspace()) return;
  auto targets = std::make_shared<bool>(false);
  BackgroundTask* task = bench_.start_task(tr("Writing pairs"), [targets, workspace = bench_.workspace(), path = file.toStdString(),
                                                                 name = set.name](std::stop_token, const ProgressSink&) {
    const auto pairs = pairs_of_set(workspace, name);
    *targets = std::any_of(pairs.begin(), pairs.end(), [](const db::PairRow& pair) { return pair.target.has_value(); });
    export_pairs(workspace, path, name, *targets);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(page_, message); });
  connect(task, &BackgroundTask::done, this, [this, targets, file, name = text(set.name)] {
    bench_.note_command(QStringList{"pairs", "export", file, "--set", name} + (*targets ? QStringList{"--targets"} : QStringList{}));
    bench_.say((*targets ? tr("Pairs written to %1, with their targets.") : tr("Pairs written to %1")).arg(file));
  });
}

void PairSets::ask_rename(const db::PairSetRow& set) {
  bool ok = false;
  const QString name = QInputDialog::getText(page_, tr("Rename pair set"), tr("Name:"), QLineEdit::Normal, text(set.name), &ok).trimmed();
  if (ok && !name.isEmpty()) rename(set, name);
}

void PairSets::rename(const db::PairSetRow& set, const QString& name) {
  if (name == text(set.name)) return;
  bench_.note_command({"pairs", "rename", name, "--set", text(set.name)});
  bench_.edit(tr("rename the pair set %1 to %2").arg(text(set.name), name),
              [id = set.id, n = name.toStdString()](db::Catalog& catalog) { rename_pair_set(catalog, id, n); });
}

void PairSets::ask_remove(const db::PairSetRow& set) {
  const QString name = text(set.name);
  if (!confirm(page_, tr("Remove the pair set \"%1\"?").arg(name), tr("Its clips stay. Ctrl+Z brings it back."), tr("Remove pair set"))) return;
  bench_.note_command({"pairs", "remove", "--set", name});
  bench_.edit(tr("remove the pair set %1").arg(name), [id = set.id](db::Catalog& catalog) { catalog.pairs().remove_set(id); });
}

}  // namespace luthier::ui
