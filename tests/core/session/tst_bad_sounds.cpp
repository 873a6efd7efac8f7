#include <QTemporaryDir>
#include <QtTest>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <unistd.h>

#include "audio/writer.h"
#include "core/session/import_session.h"
#include "tests/support/audio_signals.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

constexpr int kRate = 16000;

void write_bytes(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A float WAV written by hand: the product's own writer refuses what is tested here.
std::string float_wav(const std::vector<float>& samples) {
  std::string out;
  const auto put = [&](std::uint32_t value, std::size_t size) { out.append(reinterpret_cast<const char*>(&value), size); };
  const auto bytes = static_cast<std::uint32_t>(samples.size() * sizeof(float));
  out += "RIFF", put(36 + bytes, 4), out += "WAVEfmt ", put(16, 4), put(3, 2), put(1, 2), put(kRate, 4), put(kRate * 4, 4), put(4, 2), put(32, 2), out += "data", put(bytes, 4);
  out.append(reinterpret_cast<const char*>(samples.data()), bytes);
  return out;
}

audio::AudioBuffer tone(double seconds, double hz = 440) { return {kRate, sine(hz, kRate, static_cast<std::size_t>(seconds * kRate))}; }

void write_sound(const fs::path& path, const audio::AudioBuffer& sound) {
  fs::create_directories(path.parent_path());
  audio::write_audio(path, sound);
}

ImportRequest request_of(const fs::path& path) {
  ImportRequest request;
  request.paths = {path};
  request.cutting.trim = false;
  return request;
}

}  // namespace

class TestBadSounds : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  fs::path root() const { return folder_->path().toStdString(); }
  Workspace workspace() const { return Workspace::open_or_create(root() / "w"); }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void aBadFileIsSkippedWithOneSentence_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    const auto bytes = [](const std::string& text) { return QByteArray::fromStdString(text); };
    std::vector<float> nan = sine(440, kRate, kRate);
    nan[700] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> infinite = sine(440, kRate, kRate);
    infinite[1] = std::numeric_limits<float>::infinity();
    const std::string good = float_wav(sine(440, kRate, kRate));
    QTest::newRow("empty") << "empty.wav" << QByteArray();
    QTest::newRow("a text") << "letter.wav" << QByteArray("Dear Sir or Madam, this is no sound.\n").repeated(30);
    QTest::newRow("NaN") << "nan.wav" << bytes(float_wav(nan));
    QTest::newRow("infinite") << "inf.wav" << bytes(float_wav(infinite));
    QTest::newRow("no sample") << "none.wav" << bytes(float_wav({}));
    QTest::newRow("cut short") << "short.wav" << bytes(good.substr(0, good.size() / 2));
  }
  void aBadFileIsSkippedWithOneSentence() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    write_bytes(root() / "in" / name.toStdString(), bytes.toStdString());
    write_sound(root() / "in" / "good.wav", tone(1));
    const auto result = import_sounds(workspace(), request_of(root() / "in"));
    QCOMPARE(result.recordings, 1);
    QCOMPARE(result.skipped.size(), std::size_t{1});
    const auto& skipped = result.skipped.front();
    QCOMPARE(skipped.file.filename().string(), name.toStdString());
    QVERIFY2(skipped.reason.find(name.toStdString()) != std::string::npos && skipped.reason.find('\n') == std::string::npos && !skipped.duplicate, skipped.reason.c_str());
    QVERIFY(!fs::exists(workspace().audio() / name.toStdString()));
  }

  void wrongCuttingIsAnError() {
    write_sound(root() / "a.wav", tone(1));
    for (const double seconds : {-1.0, 0.001, std::numeric_limits<double>::quiet_NaN()}) {
      auto request = request_of(root() / "a.wav");
      request.cutting.clip_seconds = seconds;
      QVERIFY_THROWS_EXCEPTION(SessionError, import_sounds(workspace(), request));
    }
  }

  void aReadOnlyWorkspaceIsRefused() {
    if (::geteuid() == 0) QSKIP("root may write everywhere");
    write_sound(root() / "a.wav", tone(1));
    const auto made = workspace();
    const auto writable = fs::status(made.folder()).permissions();
    fs::permissions(made.folder(), fs::perms::owner_read | fs::perms::owner_exec);
    bool refused = false;
    try {
      import_sounds(made, request_of(root() / "a.wav"));
    } catch (const std::runtime_error& error) {
      refused = std::string(error.what()).find("read-only") != std::string::npos;
    }
    fs::permissions(made.folder(), writable);
    QVERIFY(refused);
  }
};

QTEST_GUILESS_MAIN(TestBadSounds)
#include "tst_bad_sounds.moc"
