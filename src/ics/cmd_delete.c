/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics delete FINGERPRINT...: remove it; whoever sends it again is welcome. */
#include "ics/operate.h"

int
cmd_delete(struct ics *ics)
{
	const struct operate_order order = { .order = INTAKE_DELETE };

	return operate_all(ics, &order);
}
