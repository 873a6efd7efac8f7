#include "ui/form/config_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHash>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>

namespace luthier::ui {
namespace {

/// A list that the wheel does not change while the form is scrolled over it.
class StillComboBox : public QComboBox {
 public:
  using QComboBox::QComboBox;

 protected:
  bool event(QEvent* event) override {
    if (event->type() == QEvent::Wheel && !hasFocus()) {
      event->ignore();
      return false;
    }
    return QComboBox::event(event);
  }
};

/// What 0 stands for in a setting whose default it is and whose help says so ("…; 0: none."); empty: 0 is a number.
QString word_for_zero(const Setting& setting) {
  const bool zero = setting.default_value == Value(std::int64_t{0}) || setting.default_value == Value(0.0);
  const auto at = setting.help.find("; 0: ");
  if (!zero || at == std::string::npos) return {};
  const QString word = QString::fromStdString(setting.help.substr(at + 5)).section('.', 0, 0);
  return word.size() > 12 ? ConfigField::tr("automatic") : word;
}

}  // namespace

QString setting_title(const std::string& name) {
  static const QHash<QString, QString> whole = {{"n_fft", "FFT size"}};
  static const QHash<QString, QString> words = {{"ae", "AE"}, {"ema", "EMA"}, {"fft", "FFT"}, {"kl", "KL"}, {"cfg", "CFG"}, {"gan", "GAN"}, {"lpips", "LPIPS"},
                                                {"vggish", "VGGish"}, {"ddim", "DDIM"}, {"cqt", "CQT"}, {"db", "dB"}, {"hz", "Hz"}, {"stft", "STFT"}, {"pca", "PCA"}, {"mse", "MSE"}, {"l1", "L1"}};
  const QString key = QString::fromStdString(name);
  if (whole.contains(key)) return whole.value(key);
  QStringList parts = key.split('_');
  for (QString& part : parts) part = words.value(part, part);
  QString text = parts.join(' ');
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

ConfigField::ConfigField(Setting setting, QWidget* parent) : QWidget(parent), setting_(std::move(setting)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  const QString help = QString::fromStdString(setting_.help);
  const QString range = QString::fromStdString(range_text(setting_));
  if (std::holds_alternative<bool>(setting_.default_value)) {
    toggle_ = new QCheckBox(this);
    row->addWidget(toggle_);
    row->addStretch();
    connect(toggle_, &QCheckBox::toggled, this, &ConfigField::changed);
  } else if (!setting_.choices.empty()) {
    choices_ = new StillComboBox(this);
    choices_->setFocusPolicy(Qt::StrongFocus);
    for (const std::string& choice : setting_.choices) choices_->addItem(QString::fromStdString(choice));
    choices_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    choices_->setMinimumContentsLength(6);
    row->addWidget(choices_, 1);
    connect(choices_, &QComboBox::currentTextChanged, this, &ConfigField::changed);
  } else {
    line_ = new QLineEdit(this);
    line_->setMinimumWidth(60);
    row->addWidget(line_, 1);
    if (!std::holds_alternative<std::string>(setting_.default_value)) {
      line_->setAlignment(Qt::AlignRight);
      line_->setFixedWidth(96);
      zero_word_ = word_for_zero(setting_);
      line_->setPlaceholderText(zero_word_.isEmpty() ? QString::fromStdString(to_text(setting_.default_value)) : zero_word_);
      row->addStretch();
    }
    if (!setting_.unit.empty()) {
      unit_ = new QLabel(QString::fromStdString(setting_.unit), this);
      unit_->setProperty("role", "hint");
      row->insertWidget(1, unit_);
    }
    connect(line_, &QLineEdit::textChanged, this, [this] {
      check();
      Q_EMIT changed();
    });
  }
  control()->setAccessibleName(setting_title(setting_.name));
  control()->setAccessibleDescription(help + " " + range);
  control()->setObjectName(QString::fromStdString(setting_.name));
  setToolTip(QStringLiteral("<p>%1</p><p>%2<br>%3</p>")
                 .arg(help.toHtmlEscaped(), range.toHtmlEscaped(),
                      tr("Default: %1").arg(QString::fromStdString(to_text(setting_.default_value))).toHtmlEscaped()));
  setWhatsThis(QStringLiteral("<p><b>%1</b></p>").arg(setting_title(setting_.name).toHtmlEscaped()) + toolTip());
  control()->setWhatsThis(whatsThis());
  setFocusProxy(control());
  set_value(setting_.default_value);
}

QWidget* ConfigField::control() const {
  if (toggle_) return toggle_;
  if (choices_) return choices_;
  return line_;
}

Value ConfigField::value() const {
  if (toggle_) return toggle_->isChecked();
  if (choices_) return choices_->currentText().toStdString();
  const QString typed = line_->text().trimmed();
  if (typed.isEmpty() && !zero_word_.isEmpty()) return setting_.default_value;
  return parse_value(setting_, typed.toStdString());
}

void ConfigField::set_value(const Value& value) {
  if (toggle_) toggle_->setChecked(std::get<bool>(value));
  else if (choices_) choices_->setCurrentText(QString::fromStdString(std::get<std::string>(value)));
  else line_->setText(!zero_word_.isEmpty() && value == setting_.default_value ? QString() : QString::fromStdString(to_text(value)));
}

bool ConfigField::valid() const { return problem_.isEmpty(); }

bool ConfigField::is_default() const { return valid() && value() == setting_.default_value; }

void ConfigField::check() {
  problem_.clear();
  try {
    value();
  } catch (const std::exception& error) {
    problem_ = QString::fromUtf8(error.what());
  }
  line_->setProperty("wrong", !problem_.isEmpty());
  line_->style()->unpolish(line_);
  line_->style()->polish(line_);
}

}  // namespace luthier::ui
