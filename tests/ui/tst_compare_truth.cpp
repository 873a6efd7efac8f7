// timeout: 90
#include <QComboBox>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QTableWidget>

#include "audio/reader.h"
#include "audio/writer.h"
#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/figures_table.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// Against what the result of a transfer is measured: the same notes by the style's label, or nothing.
class TestCompareTruth : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void init();
  void theTruthOfATransferIsFoundInTheLibrary();
  void withoutOneNothingIsMeasured();
  void whatSomebodyChoseStays();
  void anArrangementWithoutATruthHasNone();
  void theNamesStayReadable();

 private:
  db::ClipView clip(const char* label, int phrase);
  SoundChoice choice(const db::ClipView& view) { return {view.clip.id.value, {}, QString::fromStdString(view.name), QString::fromStdString(view.label)}; }
  /// A sound with the record of a transfer from one to the other.
  QString result(const QString& name, const std::string& content_sha, const std::string& style_sha);
  FiguresTable& figures() { return page_->figures(); }
  QString state() { return page_->findChild<QLabel*>("figures_state")->text(); }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<ComparePage> page_;
};

void TestCompareTruth::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 2, 1.0);
  bench_ = std::make_unique<Workbench>();
  bench_->open(QString::fromStdString(workspace_->folder().string()), false);
  QVERIFY(wait_for([&] { return bench_->has_workspace(); }));
}

void TestCompareTruth::init() {
  page_ = std::make_unique<ComparePage>(*bench_);
  page_->resize(1180, 660);
  QVERIFY(testing::show_active(*page_));
}

db::ClipView TestCompareTruth::clip(const char* label, int phrase) {
  const auto catalog = workspace_->open_catalog();
  for (const db::ClipView& view : catalog->clips().views(catalog->clips().ids()))
    if (view.label == label && view.phrase == "phrase " + std::to_string(phrase)) return view;
  qFatal("no clip of %s", label);
}

QString TestCompareTruth::result(const QString& name, const std::string& content_sha, const std::string& style_sha) {
  const QString file = folder_.path() + "/" + name, tone = folder_.path() + "/tone.wav";
  testing::write_tone(tone, 220, 1.0, 6);
  const auto sound = [](const std::string& sha) { return QJsonObject{{"name", "one"}, {"given", "999"}, {"sha256", QString::fromStdString(sha)}}; };
  const QJsonObject record{{"kind", "transfer"}, {"content", sound(content_sha)}, {"style", sound(style_sha)}, {"options", QJsonObject{}}};
  audio::write_audio(file.toStdString(), audio::read_audio(tone.toStdString()), {{"comment", QJsonDocument(record).toJson(QJsonDocument::Compact).toStdString()}});
  return file;
}

void TestCompareTruth::theTruthOfATransferIsFoundInTheLibrary() {
  const db::ClipView content = clip("harp", 0), style = clip("violin", 1), truth = clip("violin", 0);
  // As the page Transfer does it.
  bench_->add_to_comparison(choice(content));
  bench_->add_to_comparison(choice(style));
  bench_->add_to_comparison({0, result("result.wav", content.clip.sha256, style.clip.sha256), "result.wav", {}});
  QVERIFY(wait_for([&] { return page_->count() == 4 && page_->view().sounds().size() == 4; }));
  QCOMPARE(page_->view().sounds()[3]->clip, truth.clip.id.value);
  QVERIFY(wait_for([&] { return !figures().busy() && figures().rows().size() == 4; }));
  QVERIFY(figures().truth() == std::size_t{3});
  QVERIFY(figures().rows()[3].truth && !figures().rows()[0].truth);
  QVERIFY(page_->command().contains("--truth 4"));
  QVERIFY(page_->findChild<QTableWidget*>("figures")->item(3, 0)->text().startsWith("truth: 4"));
}

void TestCompareTruth::withoutOneNothingIsMeasured() {
  const db::ClipView style = clip("violin", 1);
  const QString content = folder_.path() + "/outside.wav";
  testing::write_tone(content, 300, 1.0);
  bench_->add_to_comparison({0, content, "outside.wav", {}});
  bench_->add_to_comparison(choice(style));
  bench_->add_to_comparison({0, result("other.wav", "0123", style.clip.sha256), "other.wav", {}});
  QVERIFY(wait_for([&] { return page_->view().sounds().size() == 3 && state().contains("without a truth"); }));
  QVERIFY(!figures().truth());
  QVERIFY(wait_for([&] { return !figures().busy(); }));
  QVERIFY(figures().rows().empty());
  QVERIFY(page_->command().contains("--no-truth") && !page_->command().contains("--truth "));
  figures().choose_truth(1);
  QVERIFY(wait_for([&] { return !figures().busy() && figures().rows().size() == 3; }));
  QVERIFY(page_->command().contains("--truth 2"));
}

void TestCompareTruth::whatSomebodyChoseStays() {
  const db::ClipView content = clip("harp", 0), style = clip("violin", 1);
  page_->add(choice(content));
  page_->add(choice(style));
  QVERIFY(wait_for([&] { return page_->view().sounds().size() == 2; }));
  QVERIFY(figures().truth() == std::size_t{0});
  auto* list = page_->findChild<QComboBox*>("truth");
  QCOMPARE(list->count(), 3);
  list->setCurrentIndex(1);
  Q_EMIT list->activated(1);
  bench_->add_to_comparison({0, result("third.wav", content.clip.sha256, style.clip.sha256), "third.wav", {}});
  QVERIFY(wait_for([&] { return page_->view().sounds().size() == 4; }));
  QVERIFY(figures().truth() == std::size_t{1});
}

void TestCompareTruth::anArrangementWithoutATruthHasNone() {
  Arrangement arrangement;
  arrangement.sounds = {choice(clip("harp", 0)), choice(clip("violin", 0))};
  page_->arrange(arrangement);
  QVERIFY(wait_for([&] { return page_->view().sounds().size() == 2; }));
  QVERIFY(!figures().truth());
}

void TestCompareTruth::theNamesStayReadable() {
  page_->resize(700, 660);
  for (const char* label : {"harp", "piano", "violin"})
    for (const int phrase : {0, 1}) page_->add(choice(clip(label, phrase)));
  QVERIFY(wait_for([&] { return page_->view().sounds().size() == 6 && !figures().busy() && figures().rows().size() == 6; }));
  auto* table = page_->findChild<QTableWidget*>("figures");
  const auto fits = [&] {
    for (int row = 0; row < 6; ++row)
      if (table->columnWidth(0) < table->fontMetrics().horizontalAdvance(table->item(row, 0)->text())) return false;
    return true;
  };
  QVERIFY2(wait_for(fits, 3000), qPrintable(QString::number(table->columnWidth(0))));
  page_->resize(3000, 900);
  QVERIFY(wait_for([&] { return table->horizontalHeader()->sectionResizeMode(0) == QHeaderView::Stretch; }, 3000));
}

int main(int argc, char** argv) { return testing::run<TestCompareTruth>(argc, argv); }
#include "tst_compare_truth.moc"
