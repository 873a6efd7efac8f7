#pragma once
#include <QString>
#include <vector>

class QCPGraph;
class QCustomPlot;
class QJsonObject;

namespace luthier::ui {

class PlotCurve;

/// The plot as it looks: .png, .svg or .pdf. `record` goes into the file. Throws SessionError.
void write_plot_picture(const QString& file, QCustomPlot& plot, const QString& title, const QJsonObject& record);

/// CSV "run,figure,step,value": a line for each point of each curve that is shown, then of the pinned runs' graphs, whose names are
/// "run: figure". Throws SessionError.
void write_plot_numbers(const QString& file, const QString& run, const std::vector<PlotCurve>& curves, const std::vector<QCPGraph*>& pinned);

}  // namespace luthier::ui
