// Sound files with bytes changed or cut off at random: each is read as numbers or refused in one sentence. Meant to be run
// under the dev-asan preset as well.
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

#include "audio/reader.h"
#include "audio/writer.h"

using namespace luthier::audio;

class TestMutatedFiles : public QObject {
  Q_OBJECT
 private slots:
  void isReadOrRefused_data();
  void isReadOrRefused();
};

void TestMutatedFiles::isReadOrRefused_data() {
  QTest::addColumn<QString>("name");
  for (const char* name : {"a.wav", "a.flac", "a.ogg", "a.opus", "a.mp3"}) QTest::newRow(name) << name;
}

void TestMutatedFiles::isReadOrRefused() {
  QFETCH(QString, name);
  QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath(name).toStdString();
  std::vector<float> samples(8000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = 0.3f * std::sin(0.05f * static_cast<float>(i));
  write_audio(path, AudioBuffer(16000, samples));
  std::ifstream in(path, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::mt19937 random(3);
  int refused = 0;
  QVERIFY(read_audio(path).length() > 7000);
  for (int round = 0; round < 80; ++round) {
    std::string bytes = good;
    const std::size_t span = round % 4 ? std::min<std::size_t>(bytes.size(), 200) : bytes.size();  // mostly the header
    for (unsigned k = 0; k < 1 + random() % 8; ++k) bytes[random() % span] = static_cast<char>(random());
    if (round % 4 == 1) bytes.resize(random() % bytes.size());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    try {
      const auto sound = read_audio(path);
      read_metadata(path);
      for (const auto& channel : sound.channels) QVERIFY(std::all_of(channel.begin(), channel.end(), [](float x) { return std::isfinite(x); }));
    } catch (const AudioError& error) {
      const std::string said = error.what();
      QVERIFY2(said.find(path.string()) != std::string::npos && said.find('\n') == std::string::npos, said.c_str());
      ++refused;
    }
  }
  QVERIFY(refused > 0);  // Ogg's checksums let nothing through
}

QTEST_GUILESS_MAIN(TestMutatedFiles)
#include "tst_mutated_files.moc"
