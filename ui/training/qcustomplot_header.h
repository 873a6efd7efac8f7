#pragma once
// qcustomplot.h speaks with Qt's keywords (signals, slots, foreach, emit), which QT_NO_KEYWORDS switches off in this program.
// Included by few files: it is large.
#include <QObject>
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#define emit
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
#undef emit
