#include "ui/library/fetch_dialog.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMetaObject>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QThreadPool>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMostShown = 200;

QString text(const std::string& value) { return QString::fromStdString(value); }

/// What came of it, with the rows that failed and why.
void show_result(QWidget* parent, const FetchResult& result) {
  if (result.problems.empty()) return;
  QStringList lines;
  for (const FetchProblem& problem : result.problems) lines << QObject::tr("line %1, %2: %3").arg(problem.line).arg(text(problem.title), text(problem.reason));
  auto* box = new QMessageBox(QMessageBox::Information, QObject::tr("Fetch"),
                              QObject::tr("Fetched: %1. Failed: %2.")
                                  .arg(counted(result.recordings, QObject::tr("recording"), QObject::tr("recordings")),
                                       counted(static_cast<qint64>(result.problems.size()), QObject::tr("row"), QObject::tr("rows"))),
                              QMessageBox::Ok, parent ? parent->window() : nullptr);
  box->setDetailedText(lines.join('\n'));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

}  // namespace

FetchDialog::FetchDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setObjectName("fetch_dialog");
  setWindowTitle(tr("Fetch recordings from a list"));
  resize(720, 460);
  auto* column = new QVBoxLayout(this);
  auto* words = new QLabel(tr("A CSV file with lines instrument,title,url. Each is fetched with yt-dlp and ffmpeg; the instrument becomes the label, the link the "
                              "source. Rows that were fetched before are passed over. Fetch only what you may use."), this);
  words->setProperty("role", "hint");
  words->setWordWrap(true);
  list_ = new QLineEdit(this);
  list_->setObjectName("list");
  list_->setAccessibleName(tr("List of links"));
  list_->setWhatsThis(tr("A CSV file: one recording a line, as instrument,title,url."));
  auto* browse = new QToolButton(this);
  browse->setIcon(icon("folder"));
  browse->setAccessibleName(tr("Choose a list"));
  browse->setToolTip(tr("Choose a list"));
  auto* row = new QHBoxLayout;
  row->addWidget(list_, 1);
  row->addWidget(browse);
  rows_ = new QTableWidget(this);
  rows_->setAccessibleName(tr("Recordings of the list"));
  rows_->setWhatsThis(tr("What the list holds, before anything is fetched."));
  rows_->setColumnCount(3);
  rows_->setHorizontalHeaderLabels({tr("Instrument"), tr("Title"), tr("Link")});
  rows_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  rows_->setSelectionMode(QAbstractItemView::NoSelection);
  rows_->setAlternatingRowColors(true);
  rows_->verticalHeader()->hide();
  rows_->horizontalHeader()->setStretchLastSection(true);
  rows_->setColumnWidth(1, 240);
  state_ = new QLabel(this);
  state_->setWordWrap(true);
  rights_ = new QLineEdit(this);
  rights_->setPlaceholderText(tr("licence or permission, kept with each recording"));
  rights_->setAccessibleName(tr("Rights"));
  rights_->setWhatsThis(tr("The licence or permission, kept with every recording of the list and found again with rights: in the search."));
  seconds_ = new QDoubleSpinBox(this);
  seconds_->setRange(0, 600);
  seconds_->setValue(3);
  seconds_->setSuffix(tr(" s"));
  seconds_->setSpecialValueText(tr("whole recordings"));
  seconds_->setAccessibleName(tr("Length of a clip"));
  seconds_->setWhatsThis(tr("Recordings are cut into clips of this length; 0 keeps each as one clip."));
  auto* form = new QFormLayout;
  form->addRow(tr("List"), row);
  form->addRow(tr("Rights"), rights_);
  form->addRow(tr("Clips of"), seconds_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  fetch_ = buttons->button(QDialogButtonBox::Ok);
  fetch_->setText(tr("Fetch"));
  fetch_->setEnabled(false);
  auto* bottom = new QHBoxLayout;
  bottom->addWidget(make_copy_command_button(bench_, this, [this] { return command(); }));
  bottom->addWidget(buttons, 1);
  column->addWidget(words);
  column->addLayout(form);
  column->addWidget(rows_, 1);
  column->addWidget(state_);
  column->addLayout(bottom);
  connect(list_, &QLineEdit::textChanged, this, &FetchDialog::look);
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString file = QFileDialog::getOpenFileName(this, tr("List of links"), QSettings().value("files/lists").toString(), tr("CSV (*.csv);;All files (*)"));
    if (file.isEmpty()) return;
    QSettings().setValue("files/lists", QFileInfo(file).absolutePath());
    set_list(file);
  });
  connect(buttons, &QDialogButtonBox::accepted, this, &FetchDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void FetchDialog::set_list(const QString& csv) { list_->setText(csv); }
bool FetchDialog::ready() const { return fetch_->isEnabled(); }

FetchRequest FetchDialog::request() const {
  FetchRequest request;
  request.csv = list_->text().trimmed().toStdString();
  request.rights = rights_->text().trimmed().toStdString();
  request.cutting.clip_seconds = seconds_->value();
  return request;
}

QStringList FetchDialog::command() const {
  QStringList words{"fetch", list_->text().trimmed(), "--clip-seconds", QString::number(seconds_->value())};
  if (!rights_->text().trimmed().isEmpty()) words << "--rights" << rights_->text().trimmed();
  return words;
}

/// Reads the list on a thread, and says what it holds or what is wrong with it.
void FetchDialog::look() {
  const quint64 number = ++looked_;
  fetch_->setEnabled(false);
  rows_->setRowCount(0);
  state_->clear();
  if (list_->text().trimmed().isEmpty()) return;
  QPointer<FetchDialog> self(this);
  QThreadPool::globalInstance()->start([self, number, request = request(), context = QPointer<QObject>(&bench_)] {
    std::vector<FetchRow> rows;
    QString problem;
    try {
      rows = check_fetch(request);
    } catch (const std::exception& error) {
      problem = QString::fromUtf8(error.what());
    }
    if (!context) return;
    QMetaObject::invokeMethod(context.data(), [self, number, rows = std::move(rows), problem] {
      if (!self || number != self->looked_) return;
      self->state_->setText(problem.isEmpty() ? counted(static_cast<qint64>(rows.size()), tr("recording"), tr("recordings")) : problem);
      self->state_->setStyleSheet(problem.isEmpty() ? QString() : QStringLiteral("color: %1").arg(theme().danger.name()));
      self->fetch_->setEnabled(problem.isEmpty() && !rows.empty());
      const auto shown = std::min(rows.size(), kMostShown);
      self->rows_->setRowCount(static_cast<int>(shown));
      for (std::size_t i = 0; i < shown; ++i) {
        int column = 0;
        for (const std::string& cell : {rows[i].instrument, rows[i].title, rows[i].url}) self->rows_->setItem(static_cast<int>(i), column++, new QTableWidgetItem(text(cell)));
      }
    }, Qt::QueuedConnection);
  });
}

void FetchDialog::accept() {
  auto result = std::make_shared<FetchResult>();
  auto* task = bench_.start_task(tr("Fetching"), [result, request = request(), workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) {
    *result = fetch_sounds(workspace, request, sink, stop);
  });
  QWidget* window = parentWidget();
  QObject* context = window ? static_cast<QObject*>(window) : static_cast<QObject*>(&bench_);
  connect(task, &BackgroundTask::failed, context, [window](const QString& message) { show_error(window, message); });
  connect(task, &BackgroundTask::cancelled, context, [&bench = bench_, result] {
    bench.say(tr("Fetching was cancelled; %1 that were ready stay.").arg(counted(result->clips, tr("clip"), tr("clips"))));
  });
  connect(task, &BackgroundTask::done, context, [&bench = bench_, result, window] {
    bench.say(tr("Fetched %1, %2 of the list were there already.").arg(counted(result->recordings, tr("recording"), tr("recordings"))).arg(result->already));
    show_result(window, *result);
  });
  QDialog::accept();
}

}  // namespace luthier::ui
