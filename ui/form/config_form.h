#pragma once
#include <QWidget>
#include <set>
#include <vector>

#include "core/config/schema.h"

class QFormLayout;
class QLabel;

namespace luthier::ui {

class ConfigField;

/// A form made from a schema: one row a setting, under the headings of its groups, values overlaid by a preset. GUI thread.
class ConfigForm : public QWidget {
  Q_OBJECT
 public:
  explicit ConfigForm(QWidget* parent = nullptr);

  /// Builds the rows anew. `base` are the values that count as untouched (a preset); settings in `hidden` get no row.
  void set_schema(const Schema& schema, const Config& base = {}, const std::set<std::string>& hidden = {});
  /// New base values; what the user has changed is given up.
  void set_base(const Config& base);
  /// The values that differ from the base. Throws ConfigError for the first wrong field, which gets the focus.
  Config overrides() const;
  /// All values. Throws as overrides does.
  Config values() const;
  /// Sets some values, as the user would; unknown keys are left out.
  void set_values(const Config& values);
  bool valid() const;
  int changed_count() const;  ///< fields that differ from the base
  bool differs(const ConfigField& field) const;  ///< from the base; a wrong entry does
  ConfigField* field(const std::string& name) const;
  const std::vector<ConfigField*>& fields() const { return fields_; }
  void reset();

 Q_SIGNALS:
  void changed();

 private:
  void mark();
  Value base_of(const Setting& setting) const;

  Schema schema_;
  Config base_;
  std::vector<ConfigField*> fields_;
  std::vector<QLabel*> titles_;
  QFormLayout* rows_ = nullptr;
  QWidget* body_ = nullptr;
  QLabel* problem_;
};

}  // namespace luthier::ui
