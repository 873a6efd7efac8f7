#include "ui/common/copy_command.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QRegularExpression>
#include <QToolButton>

#include "ui/application_style.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString quoted(const QString& word) {
  static const QRegularExpression plain("^[A-Za-z0-9_./:=,@%+-]+$");
  if (plain.match(word).hasMatch()) return word;
  return "'" + QString(word).replace("'", "'\\''") + "'";
}

}  // namespace

QString command_text(const Workbench& bench, const QStringList& words) {
  QStringList parts{"luthierctl"};
  if (bench.has_workspace()) parts << "--workspace" << quoted(QString::fromStdString(bench.workspace().folder().string()));
  for (const QString& word : words) parts << quoted(word);
  return parts.join(' ');
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
