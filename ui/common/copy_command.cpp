#include "ui/common/copy_command.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QToolButton>

#include "core/session/command_words.h"
#include "ui/application_style.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
QString command_text(const Workbench& bench, const QStringList& words) {
  std::vector<std::string> all{"luthierctl"};
  if (bench.has_workspace()) all.insert(all.end(), {"--workspace", bench.workspace().folder().string()});
  for (const QString& word : words) all.push_back(word.toStdString());
  return QString::fromStdString(shell_line(all));
}

void copy_command(Workbench& bench, const QStringList& words) {
  const QString command = command_text(bench, words);
  QGuiApplication::clipboard()->setText(command);
  bench.say(QObject::tr("Copied: %1").arg(command));
}

QToolButton* make_copy_command_button(Workbench& bench, QWidget* parent, std::function<QStringList()> words) {
  auto* button = new QToolButton(parent);
  button->setObjectName("copy_command");
  button->setIcon(icon("copy"));
  button->setAccessibleName(QObject::tr("Copy as command"));
  button->setToolTip(QObject::tr("Copy this as a luthierctl command"));
  QObject::connect(button, &QToolButton::clicked, button, [&bench, words = std::move(words)] { copy_command(bench, words()); });
  return button;
}

}  // namespace luthier::ui
