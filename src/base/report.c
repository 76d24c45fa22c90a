/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of findings. Bounded, so that hostile data cannot grow it. */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

static struct finding *
finding_add(struct report *rep)
{
	if (rep->n == REPORT_FINDINGS_MAX) {
		rep->more++;
		return NULL;
	}
	if (rep->n == rep->cap) {
		rep->cap = rep->cap == 0 ? 4 : rep->cap * 2;
		rep->at = alloc_resize(rep->at, rep->cap, sizeof(*rep->at));
	}
	return &rep->at[rep->n++];
}

void
report_release(struct report *rep)
{
	free(rep->at);
	*rep = (struct report){ 0 };
}

void
report_add(struct report *rep, const struct reason *reason, const char *about,
    ...)
{
	struct finding *f = finding_add(rep);
	va_list ap;

	if (f == NULL)
		return;
	f->reason = reason;
	va_start(ap, about);
	/* Cut to fit: the name is for people, a prefix serves. */
	(void)vsnprintf(f->about, sizeof(f->about), about, ap);
	va_end(ap);
	for (char *c = f->about; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

const struct finding *
report_worst(const struct report *rep)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < rep->n; i++)
		if (worst == NULL ||
		    rep->at[i].reason->severity > worst->reason->severity)
			worst = &rep->at[i];
	return worst;
}

bool
report_has(const struct report *rep, const struct reason *reason)
{
	for (size_t i = 0; i < rep->n; i++)
		if (rep->at[i].reason == reason)
			return true;
	return false;
}

void
report_merge(struct report *rep, const struct report *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct finding *f = finding_add(rep);

		if (f != NULL)
			*f = from->at[i];
	}
	rep->more += from->more;
}
