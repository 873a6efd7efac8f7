#include "ui/training/phase_marks.h"

#include <algorithm>

#include "ui/application_style.h"
#include "ui/training/plot_curve.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {
namespace {

/// "reconstruction 8, contrast 0.5": the weights at the first step after `start`; at the phase's last known step where they move.
QString weights_after(const RunRecord& record, double start, double end) {
  QStringList words;
  for (const std::string& name : record.loss_names) {
    if (curve_kind(name) != CurveKind::weight) continue;
    const RunRecord::Series& series = record.losses.at(name);
    const auto first = std::upper_bound(series.steps.begin(), series.steps.end(), start);
    if (first == series.steps.end()) continue;
    const auto last = std::upper_bound(first, series.steps.end(), end) - 1;
    const double from = series.values[static_cast<std::size_t>(first - series.steps.begin())];
    const double to = series.values[static_cast<std::size_t>(std::max(first, last) - series.steps.begin())];
    if (from == 0 && to == 0) continue;
    const QString title = QString::fromStdString(name).mid(7).replace('_', ' ');
    words << (from == to ? QStringLiteral("%1 %2").arg(title).arg(from, 0, 'g', 3) : QStringLiteral("%1 %2–%3").arg(title).arg(from, 0, 'g', 2).arg(to, 0, 'g', 2));
  }
  return words.join("\n");
}

}  // namespace

void PhaseMarks::clear() {
  plot_.clearItems();
  starts_.clear();
  drawn_.clear();
}

void PhaseMarks::show(const RunRecord& record, bool weights) {
  if (record.phases.size() < 2) {
    if (!drawn_.empty()) clear();
    return;
  }
  std::vector<QString> texts;
  for (std::size_t i = 0; i < record.phases.size(); ++i) {
    const double start = static_cast<double>(record.phases[i].step);
    const double end = i + 1 < record.phases.size() ? static_cast<double>(record.phases[i + 1].step) : static_cast<double>(record.total_steps);
    const QString told = weights ? weights_after(record, start, end) : QString();
    texts.push_back(QString::number(start) + "\n" + record.phases[i].name + (told.isEmpty() ? QString() : "\n" + told));
  }
  if (texts == drawn_) return;
  clear();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double start = static_cast<double>(record.phases[i].step);
    if (i > 0) starts_.push_back(start);
    mark(start, texts[i].mid(texts[i].indexOf('\n') + 1));
  }
  drawn_ = std::move(texts);
}

void PhaseMarks::mark(double step, const QString& text) {
  if (step > 0) {
    auto* line = new QCPItemStraightLine(&plot_);
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(step, 0);
    line->point2->setCoords(step, 1);
    line->setPen(QPen(theme().dim, 1, Qt::DashLine));
  }
  auto* label = new QCPItemText(&plot_);
  label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
  label->position->setCoords(step, 0.02);
  label->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
  label->setTextAlignment(Qt::AlignLeft);
  label->setPadding(QMargins(5, 0, 0, 0));
  label->setText(text);
  label->setColor(theme().dim);
}

}  // namespace luthier::ui
