#pragma once
#include <QJsonObject>
#include <QObject>
#include <QStringList>

namespace luthier::ui {

class MainWindow;
struct FileContent;

/// Sends files that are dropped on the window, or named when the program starts, to where they belong: a workspace is opened,
/// weights are installed, pairs are read, a result of any kind brings its sounds and settings back, and sounds are imported.
/// What needs a workspace waits until one is open. GUI thread; files are read on others.
class FileTaker : public QObject {
  Q_OBJECT
 public:
  explicit FileTaker(MainWindow& window);
  void take(const QStringList& paths);
  /// Takes these as soon as a workspace is open.
  void take_later(const QStringList& paths) { waiting_ += paths; }

 private:
  void ask_for_workspace(const QStringList& paths);
  void send(const QString& path, const FileContent& content);
  void bring_back(const QString& path, const QJsonObject& record);
  void show_comparison(const QString& path, const QJsonObject& record);
  void show_listening(const QString& path, const QJsonObject& record);
  void show_view(const QString& path, const QJsonObject& record);
  void show_analysis(const QJsonObject& record);
  void show_sample(const QJsonObject& record);

  MainWindow& window_;
  QStringList waiting_;
};

}  // namespace luthier::ui
