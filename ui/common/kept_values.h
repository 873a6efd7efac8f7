#pragma once
#include <QString>
#include <QVariantMap>

namespace luthier::ui {

/// What was typed in a form belongs to the workspace it was typed for, and comes back there at the next start of the window. Kept in
/// QSettings, not in the workspace: what one user types is no part of it. `workspace`: its folder; `form`: a name in one word. GUI thread.
QVariantMap kept_values(const QString& workspace, const QString& form);
void keep_values(const QString& workspace, const QString& form, const QVariantMap& values);

}  // namespace luthier::ui
