// timeout: 120
#include <QJsonArray>
#include <QJsonDocument>
#include <QMessageBox>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>
#include <algorithm>
#include <cmath>

#include "audio/reader.h"
#include "audio/writer.h"
#include "core/session/listening_tests.h"
#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/blind_test_dialog.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/rating_test_dialog.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// The log of a listening test names its sounds so that they are found again, and brings them back.
class TestListeningLog : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    workspace_ = testing::make_workspace(folder_.path(), 2, 1.0);
    window_ = std::make_unique<MainWindow>();
    QVERIFY(testing::show_active(*window_));
    window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
    QVERIFY(wait_for([&] { return window_->page() == "library" && window_->library().model().rowCount() == 6; }));
    for (const qint64 clip : {qint64{1}, qint64{4}}) window_->bench().load({clip, {}, {}, {}}, this, [this](SoundPtr sound) { sounds_.push_back(sound); }, {});
    // A result of a transfer, as far as its record goes.
    result_ = folder_.path() + "/result.wav";
    audio::AudioBuffer tone(22050, 1, 22050);
    for (std::size_t i = 0; i < tone.length(); ++i) tone.channels[0][i] = static_cast<float>(0.2 * std::sin(0.1 * static_cast<double>(i)));
    audio::write_audio(result_.toStdString(), tone, {{"comment", R"({"kind":"transfer","run":"some-run"})"}});
    window_->bench().load({0, result_, "result.wav", {}}, this, [this](SoundPtr sound) { sounds_.push_back(sound); }, {});
    QVERIFY(wait_for([&] { return sounds_.size() == 3; }));
    std::sort(sounds_.begin(), sounds_.end(), [](const SoundPtr& a, const SoundPtr& b) { return (a->clip == 0 ? 99 : a->clip) < (b->clip == 0 ? 99 : b->clip); });
  }

  void cleanupTestCase() { window_.reset(); }

  void theSoundsOfABlindTestAreNamedAndBroughtBack() {
    QString log;
    {
      BlindTestDialog dialog(window_->bench(), sounds_[0], sounds_[2], 3, window_.get());
      QVERIFY(testing::show_active(dialog));
      log = dialog.log_file();
      dialog.set_trials(5);
      dialog.answer(true);
    }
    QVERIFY(wait_for([&] { return QFile::exists(log); }));
    const ListeningTest broken_off = read_listening_test(log.toStdString());
    QVERIFY(!broken_off.complete);
    QCOMPARE(broken_off.results, (std::vector<std::string>{"broken off after 1 of 5 trials, so no score is told"}));
    const QJsonObject all = json(log);
    QCOMPARE(all["kind"].toString(), QStringLiteral("listening_test"));
    const QJsonObject a = all["sounds"].toArray()[0].toObject(), b = all["sounds"].toArray()[1].toObject();
    QCOMPARE(a["clip"].toInteger(), sounds_[0]->clip);
    QCOMPARE(a["letter"].toString(), QStringLiteral("A"));
    QCOMPARE(a["sha256"].toString().toStdString(), workspace_->open_catalog()->clips().view(db::ClipId{sounds_[0]->clip})->clip.sha256);
    QCOMPARE(b["path"].toString(), result_);
    QCOMPARE(b["sha256"].toString().size(), 64);
    QCOMPARE(b["record"].toObject()["run"].toString(), QStringLiteral("some-run"));
    window_->show_page("train");
    window_->take_files({log});
    QVERIFY(wait_for([&] { return window_->page() == "compare" && window_->compare().view().sounds().size() == 2; }));
    QCOMPARE(window_->compare().view().sounds()[0]->clip, sounds_[0]->clip);
    QVERIFY(wait_for([&] { return window_->findChild<QMessageBox*>("listening_result") != nullptr; }));
    auto* box = window_->findChild<QMessageBox*>("listening_result");
    QVERIFY2(box->informativeText().contains("broken off"), qPrintable(box->informativeText()));
    box->close();
  }

  void aBlindTestHasALoopThatStaysAndAReference() {
    BlindTestDialog dialog(window_->bench(), sounds_[0], sounds_[1], 3, window_.get(), sounds_[2]);
    QVERIFY(testing::show_active(dialog));
    auto& player = window_->bench().player();
    QVERIFY(!player.loop());
    QVERIFY(wait_for([&] { return player.deck().size() == 4 && player.length() > 0.9; }));
    QTest::qWait(200);
    QTest::keyClick(&dialog, Qt::Key_R);
    QCOMPARE(player.selected(), std::size_t{3});
    QTest::keyClick(&dialog, Qt::Key_B);
    QCOMPARE(player.selected(), std::size_t{1});
    player.pause();
    player.seek(0.2);
    QVERIFY(wait_for([&] { return std::abs(player.position() - 0.2) < 0.01; }));
    QTest::keyClick(&dialog, Qt::Key_I);
    player.seek(0.7);
    QVERIFY(wait_for([&] { return std::abs(player.position() - 0.7) < 0.01; }));
    QTest::keyClick(&dialog, Qt::Key_O);
    QVERIFY(player.loop());
    QVERIFY(std::abs(player.loop()->first - 0.2) < 0.02 && std::abs(player.loop()->second - 0.7) < 0.02);
    dialog.answer(false);
    QVERIFY(player.loop());
    QTest::keyClick(&dialog, Qt::Key_L);
    QVERIFY(!player.loop());
  }

  void aRatingTestIsListedWithItsMeans() {
    QString log;
    {
      RatingTestDialog dialog(window_->bench(), sounds_, 1, 5, window_.get());
      QVERIFY(testing::show_active(dialog));
      dialog.start();
      QVERIFY(dialog.test());
      log = dialog.log_file();
      while (!dialog.test()->finished()) {
        for (std::size_t place = 0; place < 3; ++place)
          dialog.findChild<QSlider*>(QStringLiteral("score_%1").arg(place + 1))->setValue(10 + 30 * static_cast<int>(dialog.test()->trial().order[place]));
        QTest::mouseClick(dialog.findChild<QPushButton*>("next_trial"), Qt::LeftButton);
      }
      QCOMPARE(dialog.findChild<QTableWidget*>("rating_pairs")->rowCount(), 3);
    }
    const auto tests = list_listening_tests(workspace_->folder());
    QVERIFY(tests.size() >= 2);
    const auto found = std::find_if(tests.begin(), tests.end(), [&](const auto& test) { return test.file == log.toStdString(); });
    QVERIFY(found != tests.end());
    QVERIFY(found->complete);
    QCOMPARE(found->test, std::string("rating"));
    QCOMPARE(found->results.size(), std::size_t{8});  // two questions, three pairs of each
    QVERIFY2(found->results[0].find(" 10.0, ") != std::string::npos && found->results[0].ends_with("result.wav 70.0"), found->results[0].c_str());
    QVERIFY2(found->results[2].find("p = 0.5 (1 for all pairs together)") != std::string::npos, found->results[2].c_str());
    QCOMPARE(json(log)["truth"].toInt(), 2);
  }

  void whatIsNoLogIsRefused() {
    QFile file(folder_.path() + "/other.json");
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"kind\":\"comparison\"}");
    file.close();
    QVERIFY_THROWS_EXCEPTION(SessionError, read_listening_test(file.fileName().toStdString()));
  }

 private:
  static QJsonObject json(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
  }

  QTemporaryDir folder_;
  QString result_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
  std::vector<SoundPtr> sounds_;
};

int main(int argc, char** argv) { return testing::run<TestListeningLog>(argc, argv); }
#include "tst_listening_log.moc"
