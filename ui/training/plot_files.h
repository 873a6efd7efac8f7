#pragma once
#include <QString>
#include <functional>
#include <vector>

class QCPGraph;
class QCustomPlot;
class QJsonObject;

namespace luthier::ui {

class PlotCurve;

/// Both take what is drawn as it is now, on the GUI thread, and return what writes it: for any thread, and it throws SessionError.

/// The plot as it looks: .png, .svg or .pdf. `record` goes into the file.
std::function<void()> plot_picture_writer(const QString& file, QCustomPlot& plot, const QString& title, const QJsonObject& record);

/// CSV "run,figure,step (optimiser steps),value (no unit)": a line for each point of each curve that is shown, then of the pinned
/// runs' graphs, whose names are "run: figure". `record` goes into a file beside it that names the table: losses.csv has losses.json.
std::function<void()> plot_numbers_writer(const QString& file, const QString& run, const std::vector<PlotCurve>& curves, const std::vector<QCPGraph*>& pinned,
                                          const QJsonObject& record);

}  // namespace luthier::ui
