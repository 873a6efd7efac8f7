#include "ui/training/plot_files.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPicture>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/session/carried_record.h"
#include "core/session/csv.h"
#include "core/session/text_file.h"
#include "core/session/workspace.h"
#include "ui/common/drawing_export.h"
#include "ui/training/plot_curve.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {
namespace {

namespace fs = std::filesystem;

/// Points of one curve; a copy shares nothing with the plot.
struct Numbers {
  std::string run, figure;
  QVector<QCPGraphData> points;
};

Numbers numbers_of(const QString& run, const QString& figure, const QCPGraph& graph) {
  return {run.toStdString(), figure.toStdString(), QVector<QCPGraphData>(graph.data()->constBegin(), graph.data()->constEnd())};
}

std::string table_of(const std::vector<Numbers>& all) {
  std::string text = "run,figure,step (optimiser steps),value (no unit)\n";
  char cells[64];
  for (const Numbers& curve : all) {
    const std::string head = csv_cell(curve.run) + "," + csv_cell(curve.figure);
    for (const auto& point : curve.points) {
      if (!std::isfinite(point.value)) continue;
      std::snprintf(cells, sizeof cells, ",%.0f,%.9g\n", point.key, point.value);
      text += head + cells;
    }
  }
  return text;
}

/// A table has no place for its record. Another file of that name is not to be lost.
fs::path record_file(const fs::path& table) {
  fs::path beside = table;
  beside.replace_extension(".json");
  std::error_code error;
  if (fs::exists(beside, error) && carried_record(table).empty())
    throw SessionError("the file '" + beside.string() + "' is in the way of the table's record; choose another name, or move it");
  return beside;
}

}  // namespace

std::function<void()> plot_picture_writer(const QString& file, QCustomPlot& plot, const QString& title, const QJsonObject& record) {
  QPicture picture;  // QCustomPlot wants a painter of its own kind, and draws on this thread alone
  QCPPainter own(&picture);
  plot.toPainter(&own, plot.width(), plot.height());
  own.end();
  const Drawing drawing{title, plot.size(), QString::fromUtf8(QJsonDocument(record).toJson(QJsonDocument::Compact)),
                        [picture](QPainter& painter) { painter.drawPicture(0, 0, picture); }};
  return [file, drawing] { write_drawing(file, drawing); };
}

std::function<void()> plot_numbers_writer(const QString& file, const QString& run, const std::vector<PlotCurve>& curves, const std::vector<QCPGraph*>& pinned,
                                          const QJsonObject& record) {
  std::vector<Numbers> all;
  for (const PlotCurve& curve : curves)
    if (curve.shown) all.push_back(numbers_of(run, curve_title(curve.name(), curve.kind()), *curve.raw()));
  for (const QCPGraph* graph : pinned) all.push_back(numbers_of(graph->name().section(": ", 0, 0), graph->name().section(": ", 1), *graph));
  return [all = std::move(all), table = fs::path(file.toStdString()), record = record]() mutable {
    const fs::path beside = record_file(table);
    record["table"] = QString::fromStdString(table.filename().string());
    write_text(table, table_of(all));
    write_text(beside, QJsonDocument(record).toJson().toStdString());
  };
}

}  // namespace luthier::ui
