#pragma once
#include <QFrame>

#include "ui/common/workbench.h"

class QLabel;
class QMimeData;
class QToolButton;

namespace luthier::ui {

/// A place for one sound: takes a clip dragged from the library, a file dropped from anywhere, or a choice by its buttons.
class SoundSlot : public QFrame {
  Q_OBJECT
 public:
  SoundSlot(Workbench& bench, const QString& title, const QString& icon_name, const QString& hint, QWidget* parent = nullptr);
  const SoundChoice& choice() const { return choice_; }
  SoundPtr sound() const { return sound_; }  ///< null until it is read, or when it cannot be
  void set_choice(const SoundChoice& choice);
  void clear();

 Q_SIGNALS:
  void changed();         ///< another choice
  void sound_changed();   ///< the sound has been read, or has gone
  void play_requested();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void choose_clip();
  void choose_file();
  void record();
  void show_choice();
  void mark_drop(bool on);

  Workbench& bench_;
  SoundChoice choice_;
  SoundPtr sound_;
  QString hint_, problem_;
  QLabel* name_;
  QLabel* details_;
  QToolButton* play_;
  quint64 number_ = 0;
};

/// Clips or files that a drag brings; empty when it brings none. Clips get their title by and by.
std::vector<SoundChoice> choices_of(const QMimeData& data);
/// A clip's number or a path, as requests name a sound; empty for an empty name.
SoundChoice choice_named(const std::string& name);
/// True for a folder, a picture, a page, a table, a record or weights, which fill no slot; by the name alone.
bool is_no_sound(const QString& path);

}  // namespace luthier::ui
