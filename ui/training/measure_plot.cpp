#include "ui/training/measure_plot.h"

#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {

MeasurePlot::MeasurePlot(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  plot_ = new QCustomPlot(this);
  plot_->setMinimumHeight(140);
  plot_->legend->setVisible(false);
  column->addWidget(plot_);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &MeasurePlot::restyle);
  restyle();
}

void MeasurePlot::clear() {
  info_ = nullptr;
  labels_.clear();
  restyle();
}

void MeasurePlot::show_measure(const MeasureInfo& info, const std::vector<LabelMeasures>& labels, const QHash<QString, qint64>& ids) {
  info_ = &info;
  labels_ = labels;
  ids_ = ids;
  restyle();
}

void MeasurePlot::restyle() {
  const Theme& t = theme();
  plot_->clearPlottables();
  plot_->setBackground(t.canvas);
  for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
    axis->setBasePen(QPen(t.line));
    axis->setTickPen(QPen(t.dim));
    axis->setSubTickPen(QPen(t.line));
    axis->setTickLabelColor(t.dim);
    axis->setLabelColor(t.dim);
    axis->grid()->setPen(QPen(t.grid, 1, Qt::DotLine));
  }
  if (info_) {
    auto names = QSharedPointer<QCPAxisTickerText>::create();
    QStringList told;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const Spread& spread = labels_[i].measures.at(info_->id);
      const double at = static_cast<double>(i) + 1;
      const QString name = QString::fromStdString(labels_[i].label);
      names->addTick(at, name);
      const qint64 id = ids_.value(name);
      const QColor color = id > 0 ? label_color({}, id) : t.dark ? series_color(i) : series_color(i).darker(135);
      QColor pale = color;
      pale.setAlpha(70);
      auto* box = new QCPStatisticalBox(plot_->xAxis, plot_->yAxis);
      box->setWidth(0.35);
      box->setPen(QPen(color, 1.4));
      box->setBrush(pale);
      box->setWhiskerPen(QPen(color, 1.4));
      box->setWhiskerBarPen(QPen(color, 1.4));
      box->setMedianPen(QPen(t.text, 2));
      box->setOutlierStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 8));
      box->addData(at, spread.least, std::max(spread.least, spread.mean - spread.deviation), spread.median,
                   std::min(spread.most, spread.mean + spread.deviation), spread.most, {spread.mean});
      told << tr("%1: %2 to %3, mean %4, median %5").arg(name).arg(spread.least, 0, 'g', 4).arg(spread.most, 0, 'g', 4)
                  .arg(spread.mean, 0, 'g', 4).arg(spread.median, 0, 'g', 4);
    }
    plot_->xAxis->setTicker(names);
    const QString unit = QString::fromUtf8(info_->unit);
    plot_->yAxis->setLabel(QString::fromUtf8(info_->title) + (unit.isEmpty() ? QString() : ", " + unit));
    plot_->rescaleAxes();
    plot_->yAxis->scaleRange(1.1);
    plot_->xAxis->setRange(0.4, static_cast<double>(labels_.size()) + 0.6);
    plot_->setAccessibleName(QString::fromUtf8(info_->title));
    plot_->setAccessibleDescription(told.join("; "));
    plot_->setToolTip(told.join("\n") + "\n" + tr("Line: all clips; box: one deviation around the mean; dot: mean; bar: median"));
  }
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace luthier::ui
