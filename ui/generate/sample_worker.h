#pragma once
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "core/session/sample_session.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// Keeps a generator loaded on a thread of its own and asks it for what was wanted last: requests that come faster than they
/// can be answered replace each other. Lives on the GUI thread.
class SampleWorker : public QObject {
  Q_OBJECT
 public:
  SampleWorker(std::filesystem::path workspace, std::string run, QObject* parent = nullptr);
  ~SampleWorker() override;
  /// A picture, and with `sound` its sound too. Before the model is loaded it waits.
  void ask(const Config& options, bool sound);

 Q_SIGNALS:
  void loaded(const luthier::Schema& settings);
  void pictured(luthier::ui::PicturePtr picture);
  void sounded(luthier::ui::SoundPtr sound);
  void failed(const QString& message);

 private:
  struct Wish {
    Config options;
    bool sound = false;
  };
  struct Shared {
    std::mutex mutex;
    std::optional<Wish> wish;  ///< the newest that nobody works on
    bool working = false;
    std::stop_source stop;     ///< of the sound that is being made
  };
  void start();

  const std::filesystem::path workspace_;
  const std::string run_;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<SampleMaker> maker_;  ///< made and used on the pool's only thread
  QThreadPool pool_;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
