#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QToolButton>

#include "core/session/carried_record.h"
#include "core/session/content_hash.h"
#include "core/session/sound_figures.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/figures_table.h"
#include "ui/main_window.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// A table of figures says what it was made of, and brings it back.
class TestFiguresRecord : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void aTableHasItsRecordBeside();
  void droppedBackItRestoresTheComparison();
  void anotherFileInTheRecordsPlaceStays();

 private:
  ComparePage& page() { return window_->compare(); }
  FiguresTable& figures() { return *page().findChild<FiguresTable*>(); }
  bool measured() { return !figures().busy() && figures().rows().size() == 3; }
  QJsonObject record() const;

  QTemporaryDir folder_;
  QString csv_, file_;
  std::unique_ptr<MainWindow> window_;
};

void TestFiguresRecord::initTestCase() {
  const Workspace workspace = testing::make_workspace(folder_.path(), 2, 1.5);
  file_ = folder_.path() + "/a file.wav";
  csv_ = folder_.path() + "/tables/first.csv";
  testing::write_tone(file_, 330, 1.5);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace.folder().string()));
  QVERIFY(wait_for([&] { return window_->bench().has_workspace(); }));
  page().add({1, {}, "clip", {}});
  page().add({3, {}, "clip", {}});
  page().add({0, file_, "a file.wav", {}});
  QVERIFY(wait_for([&] { return measured(); }));
  figures().choose_truth(1);
  QVERIFY(wait_for([&] { return measured(); }));
}

QJsonObject TestFiguresRecord::record() const {
  QFile file(QString(csv_).replace(".csv", ".json"));
  return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

void TestFiguresRecord::aTableHasItsRecordBeside() {
  figures().save(csv_);
  QVERIFY(wait_for([&] { return QFile::exists(QString(csv_).replace(".csv", ".json")) && window_->bench().tasks().empty(); }));
  const QJsonObject made = record();
  QCOMPARE(made.value("kind").toString(), QStringLiteral("comparison"));
  QCOMPARE(made.value("table").toString(), QStringLiteral("first.csv"));
  QVERIFY(!made.value("version").toString().isEmpty());
  QCOMPARE(made.value("truth").toInt(), 2);
  QCOMPARE(made.value("sound.1").toString(), QStringLiteral("clip 1"));
  QCOMPARE(made.value("sound.3").toString(), file_);
  const QJsonArray sounds = made.value("sounds").toArray();
  QCOMPARE(sounds.size(), qsizetype{3});
  const auto buffer = load_file(file_)->buffer;
  QCOMPARE(sounds[2].toObject().value("sha256").toString().toStdString(), sha256_of_clip(buffer, 0, buffer.length(), 0));
  const QJsonObject metrics = made.value("metrics").toObject();
  QCOMPARE(static_cast<std::size_t>(metrics.size()), sound_figure_columns().size());
  QCOMPARE(metrics.value("log_spectral_distance_db").toObject().value("unit").toString(), QStringLiteral("dB"));
  QCOMPARE(made.value("figures").toArray().size(), qsizetype{2});
  QVERIFY(!carried_record(csv_.toStdString()).empty());
}

void TestFiguresRecord::droppedBackItRestoresTheComparison() {
  for (auto* button : page().findChildren<QToolButton*>()) {
    if (button->accessibleName() == "Take all out") button->click();
  }
  QCOMPARE(page().count(), 0);
  window_->show_page("library");
  window_->take_files({csv_});
  QVERIFY(wait_for([&] { return window_->page() == "compare" && page().count() == 3 && measured(); }));
  QCOMPARE(figures().truth(), std::size_t{1});
  QVERIFY2(page().command().contains("compare 1 3 ") && page().command().contains(file_), qPrintable(page().command()));
  // In another workspace the clips have other numbers; they are known by their samples.
  const Workspace other = testing::make_workspace(folder_.path() + "/other", 3, 1.5);
  window_->open_workspace(QString::fromStdString(other.folder().string()));
  QVERIFY(wait_for([&] { return window_->bench().has_workspace() && window_->bench().workspace().folder() == other.folder(); }));
  window_->take_files({csv_});
  QVERIFY(wait_for([&] { return page().count() == 3 && measured(); }));
  QVERIFY2(!page().command().contains("compare 1 3 "), qPrintable(page().command()));
  QCOMPARE(figures().truth(), std::size_t{1});
}

void TestFiguresRecord::anotherFileInTheRecordsPlaceStays() {
  const QString taken = folder_.path() + "/tables/taken.csv", beside = folder_.path() + "/tables/taken.json";
  QFile own(beside);
  QVERIFY(own.open(QIODevice::WriteOnly) && own.write("{\"mine\": 1}") > 0);
  own.close();
  figures().save(taken);
  QVERIFY(wait_for([&] { return last_error().contains("taken.json"); }));
  QVERIFY(!QFile::exists(taken));
  QVERIFY(own.open(QIODevice::ReadOnly));
  QCOMPARE(own.readAll(), QByteArray("{\"mine\": 1}"));
}

int main(int argc, char** argv) { return testing::run<TestFiguresRecord>(argc, argv); }
#include "tst_figures_record.moc"
