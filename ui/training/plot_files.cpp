#include "ui/training/plot_files.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPicture>
#include <cmath>

#include "core/session/csv.h"
#include "core/session/text_file.h"
#include "ui/common/drawing_export.h"
#include "ui/training/plot_curve.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {

void write_plot_picture(const QString& file, QCustomPlot& plot, const QString& title, const QJsonObject& record) {
  write_drawing(file, {title, plot.size(), QString::fromUtf8(QJsonDocument(record).toJson(QJsonDocument::Compact)), [&plot](QPainter& painter) {
                         QPicture picture;  // QCustomPlot wants a painter of its own kind
                         QCPPainter own(&picture);
                         plot.toPainter(&own, plot.width(), plot.height());
                         own.end();
                         painter.drawPicture(0, 0, picture);
                       }});
}

void write_plot_numbers(const QString& file, const QString& run, const std::vector<PlotCurve>& curves, const std::vector<QCPGraph*>& pinned) {
  std::string text = "run,figure,step,value\n";
  const auto put = [&](const QString& of, const QString& figure, const QCPGraph& graph) {
    const std::string head = csv_cell(of.toStdString()) + "," + csv_cell(figure.toStdString());
    for (const auto& point : *graph.data())
      if (std::isfinite(point.value)) text += head + QStringLiteral(",%1,%2\n").arg(point.key, 0, 'f', 0).arg(point.value, 0, 'g', 9).toStdString();
  };
  for (const PlotCurve& curve : curves)
    if (curve.shown) put(run, curve_title(curve.name(), curve.kind()), *curve.raw());
  for (const QCPGraph* graph : pinned) put(graph->name().section(": ", 0, 0), graph->name().section(": ", 1), *graph);
  write_text(file.toStdString(), text);
}

}  // namespace luthier::ui
