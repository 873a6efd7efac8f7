#include "ui/window/shortcut_sheet.h"

#include <QCoreApplication>
#include <QDialog>
#include <QList>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <utility>

namespace luthier::ui {
namespace {

struct Line {
  QString keys, what;
};

QString tr(const char* words) { return QCoreApplication::translate("ShortcutSheet", words); }

QList<std::pair<QString, QList<Line>>> all_keys() {
  return {
      {tr("Everywhere"),
       {{"Ctrl+1 … Ctrl+7", tr("Library, Pairs, Train, Transfer, Compare, Explore, Evaluate")},
        {"Space", tr("play or pause (a control reached by Tab is pressed)")},
        {"Shift+Space", tr("stop and go back to the start")},
        {"L", tr("repeat the selection or the whole sound, or stop repeating")},
        {"I", tr("repeat the selection, or what is seen of the sound")},
        {"J, K, L", tr("back, play, on, where the menu View says so")},
        {"Alt+←, Alt+→", tr("the page before, the page after")},
        {"F6, Shift+F6", tr("the next part of the window, the one before")},
        {"[  ]", tr("slower, faster (the pitch stays)")},
        {tr("← →, Home, End"), tr("move 0.5 s in the sound (Shift: 5 s), to its ends, where what has the focus has no other use for them")},
        {"M", tr("mute")},
        {"Alt+1 … Alt+9", tr("switch between the sounds at the same position")},
        {"Ctrl+Z, Ctrl+Shift+Z", tr("undo, redo (also after a restart)")},
        {"Ctrl+F", tr("search the clips")},
        {"Ctrl+I, Ctrl+Shift+I", tr("import files, import a folder")},
        {"Ctrl+R", tr("record a clip")},
        {"Shift+F1", tr("ask what a control is")},
        {"Ctrl+?", tr("this list")}}},
      {tr("Clips"),
       {{"1 … 9", tr("label the chosen clips, go on and play the next")},
        {"0", tr("take the label away")},
        {"C, S", tr("use as content, as style")},
        {"V", tr("add to the comparison")},
        {"X", tr("exclude or include")},
        {"+ or =, −", tr("rate higher, lower")},
        {"F2", tr("rename the label of the clip; on Train: give the run a title; on Pairs: rename the set")},
        {"T, N", tr("trim the clip to the selected range, cut a new clip out of it")},
        {"W", tr("show the whole recording, or the clip alone")},
        {"Enter", tr("play or pause")},
        {"← →, Shift+← →", tr("move 0.5 s or 5 s in the sound")},
        {"Home, End", tr("to the first clip of the list, to the last")},
        {"Del", tr("remove the chosen clips, or pairs from their set")},
        {"Esc", tr("take the selected time away, then clear the search")}}},
      {tr("Map of the clips"),
       {{tr("Click, Enter"), tr("hear a clip and see what sounds most like it")},
        {tr("Drag"), tr("choose clips with a lasso")},
        {"← → ↑ ↓", tr("to the next clip that way (Shift: choose it too)")},
        {tr("PgUp, PgDn"), tr("choose by a ring around the clip, wider or narrower")},
        {"Ctrl+Enter", tr("choose the clip, or no longer")},
        {"1 … 9, 0", tr("label the chosen clips, take the label away")},
        {"C, S, V, X, Del", tr("as in the library")},
        {tr("Wheel, + −"), tr("zoom")},
        {tr("Home, Esc"), tr("show all, choose none")}}},
      {tr("Spectrogram"),
       {{tr("Wheel"), tr("scroll in time; zoom, where the menu View says so, and Ctrl+wheel scrolls")},
        {tr("Ctrl+wheel, Ctrl+= Ctrl+−"), tr("zoom in time")},
        {tr("Alt+wheel"), tr("zoom in frequency")},
        {tr("Shift+wheel"), tr("scroll in frequency")},
        {tr("Click"), tr("go there")},
        {tr("Drag"), tr("select and repeat")},
        {tr("Middle or Shift+drag"), tr("move the picture")},
        {"Ctrl+E", tr("zoom to the selection")},
        {"F", tr("show all")},
        {"H", tr("mark the multiples of the frequency under the pointer")},
        {tr("← →, Home, End"), tr("with the picture in focus: move 0.5 s in the sound (Shift: 5 s), to its ends")},
        {tr("Ctrl+arrows, Enter"), tr("move the cursor (Shift: further), go there")},
        {"Esc", tr("take the selected time away")},
        {"G", tr("the next frequency scale: linear, mel, constant-Q")},
        {"E", tr("what the model sees, or the sound itself again")},
        {"Shift++, Shift+−", tr("larger or smaller FFT")}}},
  };
}

}  // namespace

void show_shortcut_sheet(QWidget* parent) {
  if (auto* open = parent->findChild<QDialog*>("shortcut_sheet")) {
    open->raise();
    return open->activateWindow();
  }
  auto* box = new QDialog(parent);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setObjectName("shortcut_sheet");
  box->setWindowTitle(tr("Keys"));
  box->resize(720, 560);
  auto* column = new QVBoxLayout(box);
  auto* text = new QTextBrowser(box);
  text->setAccessibleName(tr("Keys"));
  text->setWhatsThis(tr("Every key of the window, part by part."));
  QString html;
  for (const auto& [title, lines] : all_keys()) {
    html += "<h3>" + title + "</h3><table cellpadding='3'>";
    for (const Line& line : lines) {
      html += "<tr><td width='220'><b>" + line.keys.toHtmlEscaped() + "</b></td><td>" + line.what.toHtmlEscaped() + "</td></tr>";
    }
    html += "</table>";
  }
  text->setHtml(html);
  column->addWidget(text);
  box->show();
}

}  // namespace luthier::ui
