#include "ui/common/read_only.h"

#include <QVariant>

#include "ui/common/error_box.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

constexpr const char* kWhy = "read_only";  ///< a property of the workbench

}  // namespace

QString read_only(const Workbench& bench) { return bench.has_workspace() ? bench.property(kWhy).toString() : QString(); }

bool may_write(const Workbench& bench) {
  const QString why = read_only(bench);
  if (!why.isEmpty()) show_error(nullptr, why);
  return why.isEmpty();
}

void set_read_only(Workbench& bench, const QString& why) { bench.setProperty(kWhy, why); }

}  // namespace luthier::ui
