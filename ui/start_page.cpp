#include "ui/start_page.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QPushButton* choice(const char* icon_name, const QString& title, const QString& text, QWidget* parent) {
  auto* b = new QPushButton(parent);
  b->setAccessibleName(title);
  b->setAccessibleDescription(text);
  b->setWhatsThis(text);
  b->setProperty("choice", true);
  auto* row = new QHBoxLayout(b);
  row->setContentsMargins(14, 8, 14, 8);
  row->setSpacing(14);
  auto* picture = new QLabel(b);
  picture->setPixmap(icon(icon_name).pixmap(30, 30));
  auto* words = new QLabel(QStringLiteral("<b>%1</b><br><span style='color:%2'>%3</span>").arg(title, theme().dim.name(), text), b);
  words->setAttribute(Qt::WA_TransparentForMouseEvents);
  picture->setAttribute(Qt::WA_TransparentForMouseEvents);
  row->addWidget(picture);
  row->addWidget(words, 1);
  QObject::connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, b, [picture, words, icon_name, title, text] {
    picture->setPixmap(icon(icon_name).pixmap(30, 30));
    words->setText(QStringLiteral("<b>%1</b><br><span style='color:%2'>%3</span>").arg(title, theme().dim.name(), text));
  });
  return b;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
  auto* outer = new QVBoxLayout(this);
  auto* middle = new QWidget(this);
  middle->setFixedWidth(680);
  auto* column = new QVBoxLayout(middle);
  column->setSpacing(10);
  auto* head = new QHBoxLayout;
  auto* sign = new QLabel(middle);
  sign->setPixmap(QIcon(":/icons/luthier.svg").pixmap(72, 72));
  auto* title = new QLabel(tr("<span style='font-size:22pt'><b>Luthier</b></span><br>A workbench for musical timbre: collect sounds, "
                              "train models on them,<br>and let one instrument play what another has played."),
                           middle);
  title->setContentsMargins(0, 0, 0, 6);  // a text of two sizes asks for too little: its last line would lose the feet of p and y
  head->addWidget(sign);
  head->addSpacing(14);
  head->addWidget(title, 1);
  column->addLayout(head);
  column->addSpacing(14);

  auto* demo = choice("wand", tr("Try it: make a demo workspace"),
                      tr("Phrases by four instruments, and a finished transfer to hear beside the truth: a minute."), middle);
  auto* make = choice("add", tr("New workspace…"), tr("An empty folder of yours that will hold sounds, runs and results."), middle);
  auto* open = choice("folder", tr("Open workspace…"), tr("A folder that Luthier made before."), middle);
  demo->setObjectName("demo_button");
  make->setObjectName("make_button");
  open->setObjectName("open_button");
  column->addWidget(demo);
  column->addWidget(make);
  column->addWidget(open);
  connect(demo, &QPushButton::clicked, this, &StartPage::demo_requested);
  connect(make, &QPushButton::clicked, this, &StartPage::make_requested);
  connect(open, &QPushButton::clicked, this, &StartPage::open_requested);

  recent_ = new QVBoxLayout;
  recent_->setSpacing(2);
  column->addSpacing(6);
  column->addLayout(recent_);
  column->addSpacing(10);
  hardware_ = new QLabel(tr("Looking at the hardware…"), middle);
  hardware_->setObjectName("hardware");
  hardware_->setProperty("role", "hint");
  hardware_->setWordWrap(true);
  hardware_->setTextFormat(Qt::PlainText);
  hardware_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  hardware_->ensurePolished();
  hardware_->setMinimumHeight(2 * hardware_->fontMetrics().lineSpacing());  // what is found takes two lines: nothing moves when it comes
  column->addWidget(hardware_);
  auto* themes = new QHBoxLayout;
  auto* words = new QLabel(tr("Theme:"), middle);
  words->setProperty("role", "hint");
  themes->addWidget(words);
  for (const auto& [name, shown] : {std::pair<QString, QString>{"dark", tr("Dark")}, {"light", tr("Light")}}) {
    auto* b = new QRadioButton(shown, middle);
    b->setWhatsThis(tr("Colours of the window: light text on dark, or dark text on light. The button at the foot of the page bar changes it, too."));
    b->setChecked(theme().dark == (name == "dark"));
    themes->addWidget(b);
    connect(b, &QRadioButton::clicked, this, [this, name = name] { Q_EMIT theme_chosen(name); });
  }
  themes->addStretch();
  column->addLayout(themes);

  outer->addStretch(2);
  outer->addWidget(middle, 0, Qt::AlignHCenter);
  outer->addStretch(3);
  refresh();
}

void StartPage::refresh() {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  const QStringList folders = Workbench::recent_workspaces();
  if (folders.isEmpty()) return;
  auto* title = new QLabel(tr("Recent"));
  title->setProperty("role", "hint");
  recent_->addWidget(title);
  for (const QString& folder : folders.mid(0, 4)) {
    auto* b = new QToolButton;
    b->setIcon(icon("workspace"));
    b->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    b->setText(verbatim(QFileInfo(folder).fileName() + "   " + QDir::toNativeSeparators(QFileInfo(folder).absolutePath())));
    b->setToolTip(folder);
    recent_->addWidget(b);
    connect(b, &QToolButton::clicked, this, [this, folder] { Q_EMIT recent_chosen(folder); });
  }
}

void StartPage::set_hardware(const QString& text) {
  hardware_->setText(text);
  QLayout* column = hardware_->parentWidget()->layout();
  const QMargins margins = column->contentsMargins();
  const int room = hardware_->parentWidget()->minimumWidth() - margins.left() - margins.right();
  hardware_->setMinimumHeight(std::max(hardware_->minimumHeight(), hardware_->heightForWidth(room)));
  // At once, so that no line is seen cut in half.
  column->activate();
  layout()->activate();
}

}  // namespace luthier::ui
