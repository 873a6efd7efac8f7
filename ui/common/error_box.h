#pragma once
#include <QString>
#include <QStringList>

class QWidget;

namespace luthier::ui {

/// One clear sentence; under "Details" a report that can be copied: the sentence, `details`, program version, system, workspace.
/// Not modal for the rest of the program's work; returns at once. The same sentence is not shown twice at a time.
void show_error(QWidget* parent, const QString& sentence, const QString& details = {});
/// Asks before something is lost. `action` is the verb on the button ("Remove 12 clips"). The safe answer is the default.
bool confirm(QWidget* parent, const QString& question, const QString& explanation, const QString& action);
/// The same with several ways to go on: the number of the button that was pressed, from 0; -1: called off.
int choose(QWidget* parent, const QString& question, const QString& explanation, const QStringList& actions);
/// What show_error puts into its report besides the sentence; set by the workbench.
void set_report_context(const QString& text);
/// While true, show_error only remembers the sentence (tests and screenshots).
void set_quiet_errors(bool quiet);
QString last_error();
/// What confirm() asked last, with its explanation (tests).
QString last_question();
/// Answers `confirm` and `choose` without asking while set: 1 yes (the first way), 2 the second way …, 0 no, -1 ask (tests).
void set_confirm_answer(int answer);

}  // namespace luthier::ui
