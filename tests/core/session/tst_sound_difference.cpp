#include "core/families/family.h"
// LibTorch comes before Qt, whose keywords it does not bear.
#include <QtTest>
#include <cmath>

#include "audio/loudness.h"
#include "core/config/schema.h"
#include "core/session/comparison_figures.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/sound_difference.h"
#include "core/session/sound_figures.h"

using namespace luthier;

namespace {

audio::AudioBuffer tone(double hz, double amplitude, double seconds = 1.0, int rate = 16000) {
  std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(amplitude * std::sin(6.283185307179586 * hz * static_cast<double>(i) / rate));
  return {rate, std::move(samples)};
}

}  // namespace

/// What is left of one sound without another, and the table of sounds against one of them.
class TestSoundDifference : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void equalSoundsLeaveSilence() {
    const auto difference = subtract_sounds(tone(440, 0.3), tone(440, 0.3), true);
    QCOMPARE(difference.residual_db, -200.0);
    QCOMPARE(audio::rms(difference.residual), 0.0);
  }

  void loudnessIsBroughtTogetherUnlessTheyStayAsTheyAre() {
    const auto equal = subtract_sounds(tone(440, 0.4), tone(440, 0.1), true);
    QVERIFY(std::abs(equal.gain_db - 12.04) < 0.1);
    QVERIFY2(equal.residual_db < -40, qPrintable(QString::number(equal.residual_db)));
    const auto plain = subtract_sounds(tone(440, 0.4), tone(440, 0.1), false);
    QCOMPARE(plain.gain_db, 0.0);
    QVERIFY(std::abs(plain.residual_db - 20 * std::log10(0.75)) < 0.01);
  }

  void ratesLengthsAndChannelsAreBroughtTogether() {
    audio::AudioBuffer stereo = tone(440, 0.3, 0.5, 8000);
    stereo.channels.push_back(stereo.channels.front());
    const auto difference = subtract_sounds(tone(440, 0.3, 1.0, 16000), stereo, false);
    QCOMPARE(difference.residual.sample_rate, 16000);
    QCOMPARE(difference.residual.length(), std::size_t{16000});
    QCOMPARE(difference.residual.channel_count(), 1);
    const auto& left = difference.residual.channels.front();
    QVERIFY(audio::rms(std::span(left).subspan(1000, 6000)) < 0.01);  // the half where both play
    QVERIFY(audio::rms(std::span(left).subspan(9000, 6000)) > 0.2);   // the half where one plays
  }

  void theExcessHoldsWhatOnlyTheFirstHas() {
    audio::AudioBuffer both = tone(440, 0.3);
    const audio::AudioBuffer high = tone(2500, 0.2);
    for (std::size_t i = 0; i < both.length(); ++i) both.channels[0][i] += high.channels[0][i];
    // The second has the low tone in another phase: the plain residual keeps it, the excess does not.
    audio::AudioBuffer second = tone(440, -0.3);
    const auto difference = subtract_sounds(both, second, false);
    QVERIFY(audio::rms(difference.residual) > 0.4);
    const auto excess = excess_of(difference.first, difference.second);
    QCOMPARE(excess.length(), both.length());
    const double left = audio::rms(std::span(excess.channels[0]).subspan(4000, 8000));
    QVERIFY2(std::abs(left - 0.2 / std::sqrt(2.0)) < 0.02, qPrintable(QString::number(left)));
  }

  void theDifferencePictureIsZeroWhereBothAreSilentOrAlike() {
    const auto first = mel_panel("", tone(440, 0.4)), second = mel_panel("", tone(440, 0.2));
    const auto panel = difference_panel("d", first, second, 20);
    QCOMPARE(panel.difference_range, 20.0);
    float largest = 0, smallest = 0;
    for (const float value : panel.decibels) largest = std::max(largest, value), smallest = std::min(smallest, value);
    QVERIFY2(std::abs(largest - 6.02f) < 0.2f, qPrintable(QString::number(static_cast<double>(largest))));
    QVERIFY(smallest > -0.2f);
    SpectrogramFigure figure;
    figure.panels = {first, panel};
    show_loudest(figure);
    QCOMPARE(figure.top, -5.0);  // of the sounds alone
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, difference_panel("d", first, mel_panel("", tone(440, 0.2, 2.0))));
  }

  void soundsAreMeasuredAgainstTheChosenTruth() {
    const std::vector<ComparedSound> sounds{{"a", tone(440, 0.3, 1.5)}, {"the truth", tone(550, 0.3, 1.5)}, {"same", tone(550, 0.1, 1.5)}, {"short, \"x\"", tone(550, 0.3, 0.2)}};
    const auto rows = compare_to_truth(sounds, 1);
    QCOMPARE(rows.size(), std::size_t{4});
    QVERIFY(rows[1].truth && rows[1].figures.empty());
    QVERIFY(figure_named(rows[0].figures, "log_spectral_distance_db") > figure_named(rows[2].figures, "log_spectral_distance_db"));
    QVERIFY(std::isfinite(figure_named(rows[2].figures, "onset_f1")));
    QVERIFY(std::abs(figure_named(rows[2].figures, "mel_l1_nepers")) < 1e-3);  // louder alone is no distance
    const QStringList lines = QString::fromStdString(figures_csv(rows)).split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 5);
    QVERIFY(lines[0].startsWith("sound,role,log_spectral_distance_db,mel_cepstral_distortion_db,mel_l1_nepers"));
    QVERIFY(lines[2].startsWith("the truth,truth,"));
    QVERIFY_THROWS_EXCEPTION(ConfigError, compare_to_truth(sounds, 4));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, compare_to_truth(sounds, 1, {}, stop.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestSoundDifference)
#include "tst_sound_difference.moc"
