// timeout: 180
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "audio/device/device_list.h"
#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/common/workbench.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/transfer/input_choice.h"
#include "ui/transfer/level_meter.h"
#include "ui/transfer/live_spectrogram.h"
#include "ui/transfer/record_dialog.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// Records from a sound input that a file stands for (tests/support/pace.c).
class TestRecordDialog : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theNewestSoundEntersAtTheRight();
  void whatComesInIsSeenAndBecomesAClip();
  void nothingRecordedIsLostByASlip();
  void withoutAnInputASentenceSaysSo();

 private:
  void use_sound(const QString& pcm) {
    std::ofstream(folder_.filePath("asound.conf").toStdString())
        << "</usr/share/alsa/alsa.conf>\npcm_type.pace { lib \"" BUILD_DIR "/tests/libasound_module_pcm_pace.so\" }\n" << pcm.toStdString() << "\n";
    qputenv("ALSA_CONFIG_PATH", folder_.filePath("asound.conf").toUtf8());
  }
  static std::vector<float> tone(double hz, double seconds, int rate) {
    std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.5 * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
    return samples;
  }
  QTemporaryDir folder_;
};

void TestRecordDialog::theNewestSoundEntersAtTheRight() {
  SpectrogramSettings settings;
  LiveSpectrogram picture(settings);
  picture.resize(400, 200);
  picture.add(tone(440, 1, 48000));
  QCOMPARE(picture.frames(), 0);  // not started
  picture.start(48000);
  // Pieces of any length give the frames of the whole.
  const std::vector<float> low = tone(440, 2, 48000);
  for (std::size_t at = 0; at < low.size();) {
    const std::size_t count = std::min<std::size_t>(777, low.size() - at);
    picture.add(std::span(low).subspan(at, count));
    at += count;
  }
  QCOMPARE(picture.frames(), static_cast<int>((low.size() - 2048) / 512 + 1));
  QVERIFY2(picture.reading().contains("A4"), qPrintable(picture.reading()));
  QCOMPARE(picture.accessibleDescription(), picture.reading());
  const auto brightest = [&](double part) {
    const QImage image = picture.grab().toImage();
    int best = 20;
    for (int y = 20; y < image.height() - 2; ++y)
      if (image.pixelColor(static_cast<int>(part * image.width()), y).lightness() > image.pixelColor(static_cast<int>(part * image.width()), best).lightness()) best = y;
    return best;
  };
  const int at_440 = brightest(0.97);
  QVERIFY(picture.grab().toImage().pixelColor(100, at_440).lightness() < 40);  // nothing was heard so long ago
  picture.add(tone(3000, 1, 48000));
  QVERIFY(brightest(0.97) < at_440 - 20);                // higher
  QVERIFY(std::abs(brightest(0.80) - at_440) <= 3);      // moved to the left
  picture.add(tone(3000, 20, 48000));                    // more than it shows
  QVERIFY(brightest(0.5) < at_440 - 20);
  picture.add(std::vector<float>(48000));
  QVERIFY(picture.reading().isEmpty());
}

void TestRecordDialog::whatComesInIsSeenAndBecomesAClip() {
  if (!QFile::exists(BUILD_DIR "/tests/libasound_module_pcm_pace.so")) QSKIP("built without ALSA");
  const std::vector<float> heard = tone(880, 4, 48000);
  std::ofstream(folder_.filePath("heard.raw").toStdString(), std::ios::binary).write(reinterpret_cast<const char*>(heard.data()), static_cast<std::streamsize>(heard.size() * 4));
  use_sound("pcm.!default { type pace file \"/dev/null\" rate 48000 input \"" + folder_.filePath("heard.raw") + "\" }");
  const Workspace workspace = Workspace::create(folder_.filePath("workspace").toStdString());
  Workbench bench;
  bench.open(QString::fromStdString(workspace.folder().string()), false);
  QVERIFY(wait_for([&] { return bench.has_workspace(); }));
  RecordDialog dialog(bench);
  dialog.open();
  auto* record = dialog.findChild<QPushButton*>("record");
  auto* picture = dialog.findChild<LiveSpectrogram*>();
  auto* input = dialog.findChild<InputChoice*>();
  QVERIFY(wait_for([&] { return input->found(); }));
  QVERIFY(wait_for([&] { return record->isEnabled(); }));
  QVERIFY(picture->isVisible());
  auto* meter = dialog.findChild<LevelMeter*>();
  QVERIFY(wait_for([&] { return meter->level() > 0.1; }));  // the level is seen before anything is recorded
  QCOMPARE(picture->frames(), 0);
  record->click();
  QVERIFY2(wait_for([&] { return picture->frames() > 100; }, 20000), qPrintable(QString::number(picture->frames())));
  QVERIFY2(picture->reading().contains("A5"), qPrintable(picture->reading()));
  QVERIFY(testing::busy_share(picture->grab().toImage()) > 0.003);
  record->click();
  QVERIFY(wait_for([&] { return dialog.result() == QDialog::Accepted; }));
  const auto view = workspace.open_catalog()->clips().view(db::ClipId{dialog.recorded().clip});
  QVERIFY(view && view->clip.seconds > 1);
}

void TestRecordDialog::nothingRecordedIsLostByASlip() {
  if (!QFile::exists(BUILD_DIR "/tests/libasound_module_pcm_pace.so")) QSKIP("built without ALSA");
  const Workspace workspace = Workspace::create(folder_.filePath("second").toStdString());
  Workbench bench;
  bench.open(QString::fromStdString(workspace.folder().string()), false);
  QVERIFY(wait_for([&] { return bench.has_workspace(); }));
  RecordDialog dialog(bench);
  dialog.open();
  auto* record = dialog.findChild<QPushButton*>("record");
  auto* save = dialog.findChild<QPushButton*>("save_take");
  auto* picture = dialog.findChild<LiveSpectrogram*>();
  QVERIFY(wait_for([&] { return record->isEnabled(); }));
  dialog.findChild<QComboBox*>("record_label")->setCurrentText("whistle");
  record->click();
  QVERIFY(wait_for([&] { return picture->frames() > 50; }, 20000));
  set_confirm_answer(0);
  QTest::keyClick(&dialog, Qt::Key_Escape);
  QVERIFY(dialog.isVisible() && last_question().contains("Discard the recording?"));
  // The workspace cannot be written: its folder of sounds is a file.
  std::filesystem::remove_all(workspace.audio());
  std::ofstream(workspace.audio()) << "in the way";
  record->click();
  QVERIFY(wait_for([&] { return save->isVisible() && record->isEnabled(); }));
  QTest::keyClick(&dialog, Qt::Key_Escape);
  QVERIFY(dialog.isVisible());
  std::filesystem::remove(workspace.audio());
  record->click();  // "Keep it again"
  QVERIFY(wait_for([&] { return dialog.result() == QDialog::Accepted; }));
  const auto view = workspace.open_catalog()->clips().view(db::ClipId{dialog.recorded().clip});
  QVERIFY(view && view->clip.seconds > 0.5);
  QCOMPARE(view->label, std::string("whistle"));
  QVERIFY(bench.last_command().join(' ').startsWith("record --seconds "));
  QVERIFY(bench.last_command().join(' ').endsWith("--label whistle"));
  set_confirm_answer(-1);
}

void TestRecordDialog::withoutAnInputASentenceSaysSo() {
  use_sound("pcm.!default { type null_is_not_here }");
  const auto devices = audio::list_devices();
  if (std::any_of(devices.begin(), devices.end(), [](const auto& device) { return device.input_channels > 0; })) QSKIP("this machine has another sound system");
  Workbench bench;
  RecordDialog dialog(bench);
  dialog.open();
  const auto says = [&] {
    for (const QLabel* label : dialog.findChildren<QLabel*>())
      if (label->isVisible() && label->text() == QString::fromUtf8(audio::kNoInputMessage)) return true;
    return false;
  };
  QVERIFY(wait_for(says));
  QVERIFY(!dialog.findChild<QPushButton*>("record")->isEnabled());
  QVERIFY(!dialog.findChild<QPushButton*>("save_take")->isVisible());  // there is nothing to save
  QVERIFY(!dialog.findChild<LiveSpectrogram*>()->isVisible());
}

int main(int argc, char** argv) { return testing::run<TestRecordDialog>(argc, argv); }
#include "tst_record_dialog.moc"
