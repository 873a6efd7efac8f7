#include "ui/common/error_box.h"

#include <QApplication>
#include <QClipboard>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QRegularExpression>
#include <QSysInfo>

#include "core/session/version.h"

namespace luthier::ui {
namespace {

struct State {
  QString context, last, question;
  bool quiet = false;
  int answer = -1;
  QPointer<QMessageBox> open;
};
State& state() {
  static State s;
  return s;
}

/// With a capital letter, as a box needs it. A name (of a file, a setting, the program) that begins the sentence stays as it is.
QString capitalised(QString words) {
  static const QRegularExpression word(QStringLiteral("^(?!luthier)\\p{Ll}[\\p{L}'’]*[,:;]?(\\s|$)"), QRegularExpression::UseUnicodePropertiesOption);
  if (word.match(words).hasMatch()) words[0] = words[0].toUpper();
  return words;
}

QString report(const QString& sentence, const QString& details) {
  QStringList lines{sentence};
  if (!details.isEmpty()) lines << QString() << details;
  lines << QString() << QString::fromStdString(version_text()) << QSysInfo::prettyProductName() + ", Qt " + qVersion();
  if (!state().context.isEmpty()) lines << state().context;
  return lines.join('\n');
}

}  // namespace

void show_error(QWidget* parent, const QString& sentence, const QString& details) {
  const QString words = capitalised(sentence);
  state().last = words;
  if (state().quiet) return;
  if (state().open && state().open->text() == words) {
    state().open->raise();
    return;
  }
  auto* box = new QMessageBox(QMessageBox::Warning, QObject::tr("Luthier"), words, QMessageBox::Close,
                              parent ? parent->window() : nullptr);
  box->setTextFormat(Qt::PlainText);  // it may name what others have named
  box->setAttribute(Qt::WA_DeleteOnClose);
  const QString text = report(words, details);
  box->setDetailedText(text);
  auto* copy = box->addButton(QObject::tr("Copy report"), QMessageBox::ActionRole);
  box->setDefaultButton(QMessageBox::Close);
  copy->disconnect();  // copying must not close the box
  QObject::connect(copy, &QPushButton::clicked, box, [text] { QApplication::clipboard()->setText(text); });
  state().open = box;
  box->open();
}

bool confirm(QWidget* parent, const QString& question, const QString& explanation, const QString& action) {
  return choose(parent, question, explanation, {action}) == 0;
}

int choose(QWidget* parent, const QString& question, const QString& explanation, const QStringList& actions) {
  state().question = question + "\n" + explanation;
  if (state().answer >= 0) return state().answer - 1;
  QMessageBox box(QMessageBox::Question, QObject::tr("Luthier"), question, QMessageBox::Cancel,
                  parent ? parent->window() : nullptr);
  box.setTextFormat(Qt::PlainText);
  box.setInformativeText(explanation);
  QList<QAbstractButton*> buttons;
  for (const QString& action : actions) buttons << box.addButton(action, QMessageBox::AcceptRole);
  box.setDefaultButton(QMessageBox::Cancel);
  box.exec();
  return static_cast<int>(buttons.indexOf(box.clickedButton()));
}

void set_report_context(const QString& text) { state().context = text; }
void set_quiet_errors(bool quiet) { state().quiet = quiet; }
QString last_error() { return state().last; }
QString last_question() { return state().question; }
void set_confirm_answer(int answer) { state().answer = answer; }

}  // namespace luthier::ui
