#include <QtTest>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/training/tensorboard_writer.h"

using namespace luthier;

namespace {

/// Reads records back by the format's description, apart from the writer's code.
struct Reader {
  std::string bytes;
  std::size_t at = 0;
  template <class T>
  T raw() {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    at += sizeof value;
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (!(byte & 0x80u)) return value;
    }
  }
  std::string text() {
    const auto size = varint();
    at += size;
    return bytes.substr(at - size, size);
  }
};

struct Parsed {
  double wall_time = 0;
  std::int64_t step = 0;
  std::string version, tag;
  float value = 0;
  int status = 0;
};

Parsed parse_event(const std::string& data) {
  Parsed out;
  Reader event{data};
  while (event.at < data.size()) {
    switch (event.varint()) {
      case 0x09: out.wall_time = event.raw<double>(); break;
      case 0x10: out.step = static_cast<std::int64_t>(event.varint()); break;
      case 0x1A: out.version = event.text(); break;
      case 0x2A: {
        Reader summary{event.text()};
        if (summary.varint() != 0x0A) throw std::runtime_error("no Summary.value");
        Reader value{summary.text()};
        while (value.at < value.bytes.size()) {
          const auto key = value.varint();
          if (key == 0x0A) out.tag = value.text();
          else if (key == 0x15) out.value = value.raw<float>();
          else throw std::runtime_error("unknown field of a value");
        }
        break;
      }
      case 0x3A: {
        Reader session{event.text()};
        if (session.varint() != 0x08) throw std::runtime_error("no status");
        out.status = static_cast<int>(session.varint());
        break;
      }
      default: throw std::runtime_error("unknown field of an event");
    }
  }
  return out;
}

std::vector<Parsed> read_file(const std::filesystem::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  Reader file{all.str()};
  std::vector<Parsed> out;
  while (file.at < file.bytes.size()) {
    const std::string length = file.bytes.substr(file.at, 8);
    const auto size = file.raw<std::uint64_t>();
    if (file.raw<std::uint32_t>() != masked_crc32c(length)) throw std::runtime_error("length crc");
    const std::string data = file.bytes.substr(file.at, size);
    file.at += size;
    if (file.raw<std::uint32_t>() != masked_crc32c(data)) throw std::runtime_error("data crc");
    out.push_back(parse_event(data));
  }
  return out;
}

}  // namespace

class TestTensorBoardWriter : public QObject {
  Q_OBJECT
 private slots:
  void crcGivesTheVectorsOfRfc3720();
  void scalarsComeBackWithTagStepAndValue();
  void aRunThatGoesOnMarksItsFirstStep();
  void twoFilesOfOneSecondDoNotMeet();
  void aFolderThatIsNotThereIsNoError();
};

void TestTensorBoardWriter::crcGivesTheVectorsOfRfc3720() {
  QCOMPARE(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  QCOMPARE(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string up, down;
  for (int i = 0; i < 32; ++i) up.push_back(static_cast<char>(i)), down.push_back(static_cast<char>(31 - i));
  QCOMPARE(crc32c(up), 0x46DD794Eu);
  QCOMPARE(crc32c(down), 0x113FDB5Cu);
  QCOMPARE(crc32c("123456789"), 0xE3069283u);
}

void TestTensorBoardWriter::scalarsComeBackWithTagStepAndValue() {
  QTemporaryDir folder;
  TensorBoardWriter writer(folder.path().toStdString(), 1700000000.5);
  writer.scalar("loss", 1, 0.25, 1700000001.0);
  writer.scalar("validation/mel_l1", 300, 1.5, 1700000002.0);
  QVERIFY(writer.good());
  const auto events = read_file(writer.file());  // while it is still open: every record is there at once
  QCOMPARE(events.size(), std::size_t{3});
  QCOMPARE(events[0].version, std::string("brain.Event:2"));
  QCOMPARE(events[1].tag, std::string("loss"));
  QCOMPARE(events[1].value, 0.25f);
  QCOMPARE(events[2].step, std::int64_t{300});
  QCOMPARE(events[2].wall_time, 1700000002.0);
  QVERIFY(writer.file().filename().string().starts_with("events.out.tfevents.1700000000"));
}

void TestTensorBoardWriter::aRunThatGoesOnMarksItsFirstStep() {
  QTemporaryDir folder;
  const TensorBoardWriter writer(folder.path().toStdString(), 1700000000, 501);
  const auto events = read_file(writer.file());
  QCOMPARE(events.size(), std::size_t{2});
  QCOMPARE(events[1].status, 1);
  QCOMPARE(events[1].step, std::int64_t{501});
}

void TestTensorBoardWriter::twoFilesOfOneSecondDoNotMeet() {
  QTemporaryDir folder;
  const TensorBoardWriter a(folder.path().toStdString(), 5), b(folder.path().toStdString(), 5);
  QVERIFY(a.file() != b.file());
}

void TestTensorBoardWriter::aFolderThatIsNotThereIsNoError() {
  TensorBoardWriter writer("/nonexistent/folder", 5);
  writer.scalar("loss", 1, 1, 5);
  QVERIFY(!writer.good());
}

QTEST_GUILESS_MAIN(TestTensorBoardWriter)
#include "tst_tensorboard_writer.moc"
