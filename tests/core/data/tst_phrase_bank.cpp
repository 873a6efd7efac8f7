// timeout: 120
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>

#include "audio/synth/soundfont_renderer.h"
#include "core/data/phrase_bank.h"

using namespace luthier;

class TestPhraseBank : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    const std::filesystem::path small = "/usr/share/sounds/sf2/TimGM6mb.sf2";  // loads in no time
    try {
      font_ = std::filesystem::exists(small) ? small : audio::find_soundfont();
    } catch (const audio::AudioError& error) {
      QSKIP(error.what());
    }
  }

  /// A sound at its own level is the full-level one made quieter and put into 16 bits again: what lies under a step is lost to noise.
  void soundsKeepTheirOwnLevel() {
    const auto own = rendered(0), full = rendered(1);
    QCOMPARE(own->clips.size(), std::size_t{8});  // two phrases by four instruments
    bool quieter = false;
    for (std::size_t i = 0; i < own->clips.size(); ++i) {
      QCOMPARE(own->clips[i].label, full->clips[i].label);
      const auto a = own->features[i].to(torch::kDouble), b = full->features[i].to(torch::kDouble);
      const double peak = a.abs().max().item<double>();
      QCOMPARE(b.abs().max().item<double>(), 30000.0);
      QVERIFY(peak > 300 && peak <= 32767);
      quieter |= peak < 15000;
      QVERIFY(((b * (peak / 30000.0) - a).abs().max() < 1.5).item<bool>());
    }
    QVERIFY(quieter);
  }

  /// With a share, each sound is one or the other, and its source says which.
  void aShareOfTheSoundsIsAtFullLevel() {
    const auto own = rendered(0), full = rendered(1), mixed = rendered(0.5);
    int at_full = 0;
    for (std::size_t i = 0; i < mixed->clips.size(); ++i) {
      const bool marked = mixed->clips[i].source != own->clips[i].source;
      QCOMPARE(mixed->clips[i].source, (marked ? full : own)->clips[i].source);
      QVERIFY(torch::equal(mixed->features[i], (marked ? full : own)->features[i]));
      at_full += marked;
    }
    QVERIFY2(at_full > 0 && at_full < 8, qPrintable(QString::number(at_full)));
  }

  void aKeptBankIsTakenUpOnlyForTheSameSounds() {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("bank").toStdString();
    const auto first = rendered(0, file)->features[0].clone();
    const auto written = std::filesystem::last_write_time(file.string() + ".key");
    QVERIFY(torch::equal(rendered(0, file)->features[0], first));
    QVERIFY(std::filesystem::last_write_time(file.string() + ".key") == written);
    QVERIFY(!torch::equal(rendered(1, file)->features[0], first));
  }

 private:
  std::shared_ptr<ClipSet> rendered(double full_level_share, const std::filesystem::path& file = {}) const {
    BankOptions options;
    options.phrases = 2;
    options.seconds = 2;
    options.fonts = {{font_, {}}};
    options.full_level_share = full_level_share;
    options.file = file;
    return render_phrase_bank(options, {}, {});
  }
  std::filesystem::path font_;
};

QTEST_GUILESS_MAIN(TestPhraseBank)
#include "tst_phrase_bank.moc"
