#pragma once
#include <QString>
#include <functional>

#include "core/session/transfer_session.h"

class QWidget;

namespace luthier::ui {

class Workbench;

/// Asks for a weight file and installs it; `installed` gets the run that it became, not at all for weights that no transfer uses.
void install_model(Workbench& bench, QWidget* parent, std::function<void(const QString& run)> installed);
/// The same for a file that is known, as one that was dropped.
void install_model_file(Workbench& bench, QWidget* parent, const QString& file, std::function<void(const QString& run)> installed);
/// Asks for a name and writes the weights of this model there as one file.
void give_model_away(Workbench& bench, QWidget* parent, const TransferRequest& model);
/// True for names of weight files.
bool is_weight_file(const QString& file);

}  // namespace luthier::ui
