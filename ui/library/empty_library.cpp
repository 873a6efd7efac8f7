#include "ui/library/empty_library.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/application_style.h"

namespace luthier::ui {

EmptyLibrary::EmptyLibrary(QWidget* parent) : QFrame(parent) {
  setObjectName("card");
  auto* column = new QVBoxLayout(this);
  words_ = new QLabel(this);
  words_->setAlignment(Qt::AlignCenter);
  words_->setWordWrap(true);
  words_->setProperty("role", "hint");
  buttons_ = new QWidget(this);
  auto* row = new QHBoxLayout(buttons_);
  auto add = [&](const char* icon_name, const QString& name, const QString& help, auto signal) {
    auto* b = new QPushButton(icon(icon_name), name, buttons_);
    b->setWhatsThis(help);
    row->addWidget(b);
    connect(b, &QPushButton::clicked, this, signal);
  };
  row->addStretch();
  add("folder", tr("Import a folder…"), tr("Brings in every sound of a folder and the folders in it; you are asked how they are labelled and cut."), &EmptyLibrary::import_folder_requested);
  add("sound", tr("Import files…"), tr("Brings in sounds, tables of sounds and tar shards."), &EmptyLibrary::import_files_requested);
  add("wand", tr("Render demo phrases…"), tr("Makes up melodies and lets four instruments play them, to try things out with."), &EmptyLibrary::demo_clips_requested);
  row->addStretch();
  column->addStretch();
  column->addWidget(words_);
  column->addWidget(buttons_);
  column->addStretch();
}

void EmptyLibrary::show_reason(const QString& query) {
  buttons_->setVisible(query.isEmpty());
  words_->setText(query.isEmpty() ? tr("No clips yet. Drop sound files or folders here, import them, or let Luthier render phrases to try it out.")
                                  : tr("No clip matches \"%1\". Change the search, or press Esc to clear it.").arg(query));
}

}  // namespace luthier::ui
