#include "ui/pairs/generate_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

namespace luthier::ui {

GeneratePairsDialog::GeneratePairsDialog(bool phrases, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Generate pairs"));
  setMinimumWidth(480);
  auto* column = new QVBoxLayout(this);
  phrase_ = new QRadioButton(tr("Clips that play the same phrase"), this);
  phrase_->setObjectName("by_phrase");
  phrase_->setWhatsThis(tr("Pairs with a known truth: content and target play the same notes on two instruments."));
  phrase_->setChecked(phrases);
  phrase_->setEnabled(phrases);
  auto* phrase_words = new QLabel(tr("Content and target play the same notes on two instruments; the style is another phrase of the target's "
                                     "instrument. What a transfer should give is then known."), this);
  random_ = new QRadioButton(tr("At random between labels"), this);
  random_->setObjectName("at_random");
  random_->setWhatsThis(tr("Any clip of one label as content with any clip of another as style. There is no truth to hold the result against."));
  random_->setChecked(!phrases);
  if (!phrases) phrase_words->setText(tr("No clips of this workspace play the same phrase. Demo phrases do: render some in the library."));
  auto* random_words = new QLabel(tr("Any clip of one label with any clip of another, without a target. The same seed gives the same pairs."), this);
  for (QLabel* words : {phrase_words, random_words}) {
    words->setProperty("role", "hint");
    words->setWordWrap(true);
    words->setContentsMargins(24, 0, 0, 6);
  }
  auto* rows = new QFormLayout;
  auto* count_row = new QHBoxLayout;
  count_ = new QSpinBox(this);
  count_->setObjectName("count");
  count_->setRange(1, 1'000'000);
  count_->setValue(1000);
  count_->setGroupSeparatorShown(true);
  count_->setAccessibleName(tr("Number of pairs"));
  count_->setWhatsThis(tr("How many pairs are drawn, from 1 to 1,000,000."));
  all_ = new QCheckBox(tr("all there are"), this);
  all_->setWhatsThis(tr("Takes every pair of clips that play the same phrase."));
  all_->setChecked(true);
  count_row->addWidget(count_, 1);
  count_row->addWidget(all_);
  seed_ = new QSpinBox(this);
  seed_->setRange(0, std::numeric_limits<int>::max());
  seed_->setValue(42);
  seed_->setAccessibleName(tr("Seed"));
  seed_->setToolTip(tr("Start of the draw: the same seed gives the same pairs"));
  name_ = new QLineEdit(this);
  name_->setPlaceholderText(tr("made up when empty"));
  name_->setAccessibleName(tr("Name of the pair set"));
  name_->setWhatsThis(tr("What the set is called in lists and on the command line; left empty, a name is made up."));
  rows->addRow(tr("Pairs"), count_row);
  rows->addRow(tr("Seed"), seed_);
  rows->addRow(tr("Name"), name_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Generate"));
  column->addWidget(phrase_);
  column->addWidget(phrase_words);
  column->addWidget(random_);
  column->addWidget(random_words);
  column->addLayout(rows);
  column->addStretch();
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto update = [this] {
    all_->setVisible(phrase_->isChecked());
    count_->setEnabled(!by_phrase() || !all_->isChecked());
  };
  connect(phrase_, &QRadioButton::toggled, this, update);
  connect(all_, &QCheckBox::toggled, this, update);
  update();
}

bool GeneratePairsDialog::by_phrase() const { return phrase_->isChecked(); }
int GeneratePairsDialog::count() const { return by_phrase() && all_->isChecked() ? 0 : count_->value(); }
quint32 GeneratePairsDialog::seed() const { return static_cast<quint32>(seed_->value()); }
QString GeneratePairsDialog::name() const { return name_->text().trimmed(); }

}  // namespace luthier::ui
