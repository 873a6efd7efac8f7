#include <QLineEdit>

#include "core/session/family_catalog.h"
#include "tests/support/ui_harness.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"

using namespace luthier;
using namespace luthier::ui;

/// Forms made from schemas: every setting of every family gets a control that gives its value back.
class TestConfigForm : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyFamilysSettingsComeBackFromTheForm_data();
  void everyFamilysSettingsComeBackFromTheForm();
  void onlyChangedSettingsAreOverrides();
  void aWordStandsForZero();
  void aWrongEntryIsNamedWithItsRange();
  void everyControlHasANameAndHelp();
};

void TestConfigForm::everyFamilysSettingsComeBackFromTheForm_data() {
  QTest::addColumn<QString>("family");
  for (const FamilyEntry& entry : family_catalog()) QTest::newRow(entry.id.c_str()) << QString::fromStdString(entry.id);
}

void TestConfigForm::everyFamilysSettingsComeBackFromTheForm() {
  QFETCH(QString, family);
  const FamilyEntry& entry = family_entry(family.toStdString());
  QVERIFY(!entry.schema.empty());
  ConfigForm form;
  form.set_schema(entry.schema);
  QCOMPARE(form.values(), complete(entry.schema, {}));
  for (const PresetEntry& preset : entry.presets) {
    const Config wanted = preset_values(entry, preset.name);
    form.set_base(wanted);
    QCOMPARE(form.values(), wanted);
    QVERIFY(form.overrides().empty());
    QVERIFY(form.valid());
  }
  form.set_schema(entry.transfer_schema);
  QCOMPARE(form.values(), complete(entry.transfer_schema, {}));
}

void TestConfigForm::onlyChangedSettingsAreOverrides() {
  SchemaBuilder builder;
  std::int64_t steps = 100;
  double rate = 0.001;
  bool ema = true;
  std::string schedule = "cosine";
  builder.number("steps", steps, 1, 5000, "steps", "How many.");
  builder.number("learning_rate", rate, 0.0, 1.0, "", "How fast.");
  builder.toggle("ema", ema, "Average of the weights.");
  builder.choice("schedule", schedule, {"cosine", "linear"}, "Shape.");
  ConfigForm form;
  form.set_schema(builder.schema, {{"steps", std::int64_t{50}}});
  QVERIFY(form.overrides().empty());
  QCOMPARE(std::get<std::int64_t>(form.values().at("steps")), std::int64_t{50});
  qobject_cast<QLineEdit*>(form.field("steps")->control())->setText("75");
  form.set_values({{"schedule", std::string("linear")}});
  const Config changed = form.overrides();
  QCOMPARE(changed.size(), std::size_t{2});
  QCOMPARE(std::get<std::int64_t>(changed.at("steps")), std::int64_t{75});
  QCOMPARE(std::get<std::string>(changed.at("schedule")), std::string("linear"));
  QCOMPARE(form.changed_count(), 2);
  form.reset();
  QVERIFY(form.overrides().empty());
}

void TestConfigForm::aWordStandsForZero() {
  SchemaBuilder builder;
  std::int64_t steps = 0, patience = 0, plain = 0;
  builder.number("steps", steps, 0, 50, "steps", "How many; 0: as many as the model's system works best with.");
  builder.number("patience", patience, 0, 50, "", "When to stop; 0: never.");
  builder.number("plain", plain, 0, 50, "", "A number.");
  ConfigForm form;
  form.set_schema(builder.schema);
  const auto line = [&](const char* name) { return qobject_cast<QLineEdit*>(form.field(name)->control()); };
  QVERIFY(line("steps")->text().isEmpty() && line("patience")->text().isEmpty());
  QCOMPARE(line("steps")->placeholderText(), QStringLiteral("automatic"));
  QCOMPARE(line("patience")->placeholderText(), QStringLiteral("never"));
  QCOMPARE(line("plain")->text(), QStringLiteral("0"));
  QVERIFY(form.valid() && form.overrides().empty());
  line("steps")->setText("4");
  QCOMPARE(std::get<std::int64_t>(form.overrides().at("steps")), std::int64_t{4});
  line("steps")->clear();
  QVERIFY(form.valid() && form.overrides().empty());
  line("plain")->clear();
  QVERIFY(!form.valid());
}

void TestConfigForm::aWrongEntryIsNamedWithItsRange() {
  SchemaBuilder builder;
  std::int64_t steps = 100;
  builder.number("steps", steps, 1, 5000, "steps", "How many.");
  ConfigForm form;
  form.set_schema(builder.schema);
  auto* line = qobject_cast<QLineEdit*>(form.field("steps")->control());
  for (const char* wrong : {"0", "5001", "many", "", "1e99"}) {
    line->setText(wrong);
    QVERIFY2(!form.valid(), wrong);
    QVERIFY2(form.field("steps")->problem().contains("steps"), qPrintable(form.field("steps")->problem()));
    QVERIFY_EXCEPTION_THROWN(form.values(), ConfigError);
  }
  line->setText("5000");
  QVERIFY(form.valid());
}

void TestConfigForm::everyControlHasANameAndHelp() {
  for (const FamilyEntry& entry : family_catalog()) {
    ConfigForm form;
    form.set_schema(entry.schema);
    for (const ConfigField* field : form.fields()) {
      QVERIFY2(!field->control()->accessibleName().isEmpty(), field->setting().name.c_str());
      QVERIFY2(!field->setting().help.empty(), (entry.id + ": " + field->setting().name).c_str());
      for (const QString& help : {field->toolTip(), field->whatsThis(), field->control()->whatsThis()}) {
        QVERIFY(help.contains(QString::fromStdString(field->setting().help).toHtmlEscaped()));
        QVERIFY(help.contains(QString::fromStdString(range_text(field->setting())).toHtmlEscaped()));
        QVERIFY(help.contains("Default: " + QString::fromStdString(to_text(field->setting().default_value)).toHtmlEscaped()));
      }
    }
  }
}

int main(int argc, char** argv) { return testing::run<TestConfigForm>(argc, argv); }
#include "tst_config_form.moc"
