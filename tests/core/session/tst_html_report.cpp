#include <QtTest>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/config/schema.h"
#include "core/session/figure/embedding.h"
#include "core/session/figure/pdf_canvas.h"
#include "core/session/html_report.h"
#include "core/session/text_file.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

audio::AudioBuffer tone(double hz) {
  std::vector<float> samples(24000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.3 * std::sin(6.283185307179586 * hz * static_cast<double>(i) / 16000));
  return {16000, std::move(samples)};
}

ReportRequest report_in(const QTemporaryDir& folder) {
  ReportRequest request;
  request.file = folder.filePath("report.html").toStdString();
  request.comparison.sounds = {{"the </script> truth", tone(440)}, {"other <b>", tone(660)}};
  request.comparison.difference = {0, 1};
  request.comparison.record = {{"title", "A & B"}, {"note", "</script><!-- x"}};
  EvaluationTable table;
  table.protocol = "t1";
  EvaluationRow row;
  row.name = "ours";
  row.figures["lsd"] = {5.27, 5.13, 5.43};
  table.rows = {row};
  request.tables = {{"t1", table}};
  return request;
}

}  // namespace

/// One page with everything inside, and PDF pages.
class TestHtmlReport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void thePageNeedsNothingElse() {
    QTemporaryDir folder;
    const ReportRequest request = report_in(folder);
    write_report(request);
    const QString page = QString::fromStdString(read_text(request.file));
    QCOMPARE(page.count("data:audio/flac;base64,"), 3);  // both and the residual
    QCOMPARE(page.count("<svg "), 1);
    QVERIFY(page.contains("5.13 … 5.43"));
    QVERIFY(!page.contains("http://", Qt::CaseInsensitive) || page.count("http://") == page.count("http://www.w3.org/"));  // names of XML only
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    // The sound inside is a FLAC file.
    const int at = static_cast<int>(page.indexOf("flac;base64,")) + 12;
    QVERIFY(QByteArray::fromBase64(page.mid(at, 8).toLatin1()).startsWith("fLaC"));
  }

  void noTitleEndsTheRecord() {
    QTemporaryDir folder;
    const ReportRequest request = report_in(folder);
    write_report(request);
    const QString page = QString::fromStdString(read_text(request.file));
    const int begin = static_cast<int>(page.indexOf("id=\"luthier-record\">")) + 20, end = static_cast<int>(page.indexOf("</script>", begin));
    const auto record = nlohmann::json::parse(page.mid(begin, end - begin).toStdString());
    QCOMPARE(record.at("note").get<std::string>(), std::string("</script><!-- x"));
    QCOMPARE(record.at("sounds")[0].at("title").get<std::string>(), std::string("the </script> truth"));
    QVERIFY(record.at("difference").at("residual_below_first_db").get<double>() > -10);
    QCOMPARE(record.at("figures").size(), std::size_t{1});
    QVERIFY(page.contains("other &lt;b&gt;"));
    QVERIFY(!page.contains("other <b>"));
  }

  void whatCannotBeWrittenIsRefusedAndNothingIsLost() {
    QTemporaryDir folder;
    ReportRequest request = report_in(folder);
    write_report(request);
    const std::string before = read_text(request.file);
    QVERIFY_THROWS_EXCEPTION(ConfigError, write_report(request));
    QCOMPARE(read_text(request.file), before);
    request.file = folder.filePath("report.pdf").toStdString();
    QVERIFY_THROWS_EXCEPTION(ConfigError, write_report(request));
    request.file = folder.filePath("none.html").toStdString();
    request.comparison.sounds.clear();
    request.comparison.difference.reset();
    request.tables.clear();
    QVERIFY_THROWS_EXCEPTION(ConfigError, write_report(request));
    QVERIFY(!fs::exists(request.file));
  }

  void aPdfPointsAtItsObjects() {
    PdfCanvas canvas(200, 100, {255, 255, 255, 255});
    canvas.image(10, 10, 50, 50, Raster(7, 5, {200, 10, 10, 255}));
    canvas.text(20, 80, "Größe – ♯", 12, {0, 0, 0, 255}, Align::left, false);
    const std::string pdf = canvas.document("title", "{\"a\": \"ä\"}");
    QVERIFY(pdf.starts_with("%PDF-1.4\n"));
    QVERIFY(pdf.ends_with("%%EOF\n"));
    const auto start = std::stoul(pdf.substr(pdf.rfind("startxref\n") + 10));
    QCOMPARE(pdf.substr(start, 5), std::string("xref\n"));
    const QStringList table = QString::fromLatin1(pdf.substr(start).c_str()).split('\n');
    const int count = table[1].split(' ')[1].toInt();
    QCOMPARE(count, 7);  // nothing, five objects, one picture
    for (int i = 1; i < count; ++i) {
      const auto offset = table[2 + i].left(10).toULong();
      QCOMPARE(QByteArray::fromStdString(pdf.substr(offset, 7)), QByteArray::number(i) + " 0 obj");
    }
    QVERIFY(pdf.find("/Width 7 /Height 5") != std::string::npos);
    QVERIFY(pdf.find("<FEFF0074") != std::string::npos);
    QVERIFY(pdf.find(" c\n") != std::string::npos);  // letters are curves
  }

  void bytesAreEncodedAsTheStandardSays() {
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) QCOMPARE(QByteArray::fromStdString(base64(text)), QByteArray(text).toBase64());
    QCOMPARE(escaped_xml("a<b>&\"c\x01"), std::string("a&lt;b&gt;&amp;&quot;c"));
  }
};

QTEST_GUILESS_MAIN(TestHtmlReport)
#include "tst_html_report.moc"
