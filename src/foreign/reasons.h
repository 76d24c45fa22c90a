/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why something of another program's cannot be read; rows in reasons.def. */
#ifndef FOREIGN_REASONS_H
#define FOREIGN_REASONS_H

#include "base/report.h"

/* FOREIGN_REASON(x) is a const struct reason. */
enum foreign_reason_index {
#define X(id, name, severity, words, help) FOREIGN_REASON_##id,
#include "foreign/reasons.def"
#undef X
	FOREIGN_REASON_COUNT
};
extern const struct reason foreign_reasons[FOREIGN_REASON_COUNT];
#define FOREIGN_REASON(id) (&foreign_reasons[FOREIGN_REASON_##id])

#endif
