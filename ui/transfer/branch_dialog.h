#pragma once
#include <QDialog>

#include "core/session/transfer_session.h"

class QPushButton;

namespace luthier::ui {

class ConfigForm;

/// What is different from a step on: seed, temperature, guidance, eta of a transfer's own settings.
class BranchDialog : public QDialog {
  Q_OBJECT
 public:
  /// `schema` is the model's transfer_schema(); `options` those of the transfer.
  BranchDialog(const Schema& schema, const Config& options, int step, int total, QWidget* parent = nullptr);
  /// The options with the branch added. Throws ConfigError.
  Config options() const;
  ConfigForm& form() { return *form_; }
  /// True where a model of this schema can branch.
  static bool possible(const Schema& schema);

 private:
  void show_state();

  Schema schema_;
  Config options_;
  int step_;
  ConfigForm* form_;
  QPushButton* start_;
};

}  // namespace luthier::ui
