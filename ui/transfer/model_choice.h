#pragma once
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "core/session/transfer_models.h"
#include "core/session/transfer_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QToolButton;

namespace luthier::ui {

class ConfigForm;
class ScrolledForm;
class Workbench;

/// Which model does a transfer (a run of the workspace, the shipped weights, or a family without training), which of its
/// checkpoints, how the result becomes sound, where, and with which settings of the model's own. GUI thread.
class ModelChoice : public QWidget {
  Q_OBJECT
 public:
  explicit ModelChoice(Workbench& bench, QWidget* parent = nullptr);
  void refresh();                      ///< reads runs and vocoders again, off the GUI thread
  void choose(const QString& run);     ///< empty: the shipped weights; one that no transfer can be made with changes nothing
  QString run() const;                 ///< empty: not a run
  bool ready() const;                  ///< there is a model, and its settings are right
  bool empty() const;                  ///< there is no model at all
  bool gone() const;                   ///< the model that was asked for is not in this workspace
  /// Writes model, settings that differ from the defaults, vocoder, treble and device into a request. Throws ConfigError.
  void fill(TransferRequest& request) const;
  /// The other way round; settings that the model does not know are left out. What comes later by itself (the list of models) does not undo it.
  /// A model that is not here stays chosen, and is not ready(): no other one takes its place unseen.
  void take(const TransferRequest& request);
  const Schema& schema() const { return schema_; }
  ConfigForm& form();

 Q_SIGNALS:
  void changed();

 private:
  void make_sound_rows();
  void forget();                        ///< of another workspace
  void show_models(const std::vector<TransferModel>& models);
  void show_checkpoints(const std::optional<std::string>& wanted);  ///< none: the one that was chosen
  void read_settings();
  void read_vocoders();
  void show_schema(const Schema& schema, const QString& problem);
  TransferRequest model_request() const;  ///< the model alone
  const TransferModel* chosen() const;

  Workbench& bench_;
  QComboBox* run_;
  QToolButton* menu_;
  QComboBox* checkpoint_;
  QComboBox* vocoder_;
  QCheckBox* treble_;
  QComboBox* device_;
  QLabel* hint_;
  ScrolledForm* scroll_;
  std::vector<TransferModel> models_;
  Schema schema_;
  // To be chosen as soon as their lists are there.
  std::optional<TransferRequest> wanted_model_, otherwise_;  ///< otherwise_: where the wanted one is not to be had
  std::optional<Config> wanted_options_;
  std::optional<std::string> wanted_vocoder_;
  quint64 models_number_ = 0, settings_number_ = 0, vocoder_number_ = 0;
};

}  // namespace luthier::ui
