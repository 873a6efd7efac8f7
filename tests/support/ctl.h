#pragma once
#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

/// luthierctl called from outside, as a user or a script does.
struct Said {
  int code = -1;      ///< exit code; -1: it crashed or hung
  QByteArray out, err;

  QList<QJsonObject> json() const {
    QList<QJsonObject> lines;
    for (const QByteArray& line : out.split('\n'))
      if (!line.isEmpty()) lines.append(QJsonDocument::fromJson(line).object());
    return lines;
  }
  /// stderr and stdout, for the message of a failed test.
  QByteArray all() const { return "exit " + QByteArray::number(code) + "\n" + err + out; }
};

inline Said luthierctl(const QStringList& arguments, const QString& folder, int timeout_ms = 60000,
                       const std::function<void(QProcess&)>& while_running = {}) {
  QProcess program;
  auto environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"LUTHIER_WORKSPACE", "DISPLAY", "WAYLAND_DISPLAY"}) environment.remove(name);
  program.setProcessEnvironment(environment);
  program.setWorkingDirectory(folder);
  program.start(LUTHIERCTL, arguments, QIODevice::ReadOnly);
  if (while_running && program.waitForStarted()) while_running(program);
  const bool ended = program.waitForFinished(timeout_ms);
  if (!ended) program.kill(), program.waitForFinished();
  Said said;
  said.out = program.readAllStandardOutput();
  said.err = program.readAllStandardError();
  if (ended && program.exitStatus() == QProcess::NormalExit) said.code = program.exitCode();
  return said;
}

/// A WAV file with any header: the sizes may lie.
struct WavFile {
  std::uint16_t format = 1, channels = 1, bits = 16;
  std::uint32_t rate = 16000;
  std::int64_t claimed_bytes = -1;  ///< < 0: the truth
  QByteArray data;

  QByteArray bytes() const {
    const auto size = static_cast<std::uint32_t>(claimed_bytes < 0 ? data.size() : claimed_bytes);
    QByteArray out;
    const auto put32 = [&](std::uint32_t value) { out.append(reinterpret_cast<const char*>(&value), 4); };
    const auto put16 = [&](std::uint16_t value) { out.append(reinterpret_cast<const char*>(&value), 2); };
    const auto frame = static_cast<std::uint16_t>(channels * bits / 8);
    out.append("RIFF"), put32(36 + size), out.append("WAVEfmt "), put32(16), put16(format), put16(channels), put32(rate);
    put32(rate * frame), put16(frame), put16(bits), out.append("data"), put32(size);
    return out + data;
  }
};

inline void write_file(const QString& path, const QByteArray& bytes) {
  QDir().mkpath(QFileInfo(path).path());
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write %s", qPrintable(path));
}

/// Notes of one phrase; `bright` gives seven harmonics, otherwise one.
inline QByteArray wav_of_phrase(int phrase, bool bright, double seconds = 3, std::uint32_t rate = 16000) {
  WavFile wav;
  wav.rate = rate;
  for (int i = 0; i < static_cast<int>(seconds * rate); ++i) {
    const double t = static_cast<double>(i) / rate, note = std::floor(t / 0.3), since = t - note * 0.3;
    const double hz = (220 + 0.1 * phrase) * std::pow(2.0, std::fmod(phrase * 5 + note * 7, 12.0) / 12);  // no two phrases are equal
    double sum = 0;
    for (int k = 1; k <= (bright ? 7 : 1); ++k) sum += std::sin(2 * M_PI * k * hz * t) / k;
    const auto sample = static_cast<std::int16_t>(8000 * sum * std::exp(-(bright ? 6 : 2) * since) * std::min(1.0, since / 0.01));
    wav.data.append(reinterpret_cast<const char*>(&sample), 2);
  }
  return wav.bytes();
}

/// Everything under a folder with sizes and contents, to see that nothing was touched. SQLite's -wal and -shm are left out.
inline QMap<QString, QByteArray> snapshot(const QString& folder) {
  QMap<QString, QByteArray> all;
  std::function<void(const QString&)> walk = [&](const QString& at) {
    for (const auto& info : QDir(at).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden)) {
      if (info.isDir()) {
        all[info.filePath() + "/"] = {};
        walk(info.filePath());
      } else if (!info.fileName().endsWith("-wal") && !info.fileName().endsWith("-shm")) {
        QFile file(info.filePath());
        if (file.open(QIODevice::ReadOnly)) all[info.filePath()] = file.readAll();
      }
    }
  };
  walk(folder);
  return all;
}
