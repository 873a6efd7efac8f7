#include "ui/common/empty_hint.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QLabel>

namespace luthier::ui {
namespace {

/// Over the view's rows; lets the mouse and drops through.
class EmptyHint : public QLabel {
 public:
  EmptyHint(QAbstractItemView& view, const QString& words) : QLabel(words, view.viewport()), view_(view) {
    setObjectName("empty_hint");
    setProperty("role", "hint");
    setWordWrap(true);
    setAlignment(Qt::AlignCenter);
    setMargin(8);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    view.viewport()->installEventFilter(this);
    const auto look = [this] { setVisible(view_.model()->rowCount(view_.rootIndex()) == 0); };
    connect(view.model(), &QAbstractItemModel::rowsInserted, this, look);
    connect(view.model(), &QAbstractItemModel::rowsRemoved, this, look);
    connect(view.model(), &QAbstractItemModel::modelReset, this, look);
    setGeometry(view.viewport()->rect());
    look();
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Resize) setGeometry(view_.viewport()->rect());
    return QLabel::eventFilter(watched, event);
  }

 private:
  QAbstractItemView& view_;
};

}  // namespace

void say_when_empty(QAbstractItemView& view, const QString& words) { new EmptyHint(view, words); }

}  // namespace luthier::ui
