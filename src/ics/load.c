/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches and outcomes, whatever door they go through. */
#include "ics/load.h"

#include <stdio.h>

#include "base/cursor.h"

struct bytes
load_batch_block(const struct load_batch *batch, size_t i)
{
	struct cursor cur = cursor_of(buf_bytes(&batch->data));
	size_t start = i == 0 ? 0 : batch->ends[i - 1];

	(void)cursor_take(&cur, start);
	return cursor_take(&cur, batch->ends[i] - start);
}

bool
load_err_is_answer(enum ics_err err)
{
	return err == ICS_EFORMAT || err == ICS_ETRUNCATED ||
	       err == ICS_ETOOBIG || err == ICS_ESECRET || err == ICS_EDENIED ||
	       err == ICS_EUNSUPPORTED;
}

static void
finding_set(struct load_outcome *to, const struct finding *f)
{
	if (f == NULL)
		return;
	/* All cut to fit: they are for people. */
	(void)snprintf(to->reason, sizeof(to->reason), "%s", f->reason->name);
	(void)snprintf(to->about, sizeof(to->about), "%s", f->about);
	(void)snprintf(to->words, sizeof(to->words), "%s", f->reason->words);
	(void)snprintf(to->help, sizeof(to->help), "%s", f->reason->help);
}

void
load_outcome_set(struct load_outcome *to, const struct intake_item *item)
{
	to->outcome = item->outcome;
	to->is_record = item->is_record;
	to->is_descriptor = item->is_descriptor;
	intake_item_name(item, to->name);
	if (item->outcome == INTAKE_INVALID || item->outcome == INTAKE_DENIED)
		finding_set(to, report_worst(&item->rep));
}

void
load_outcome_refuse(struct load_outcome *to, enum ics_err err,
    const struct report *rep)
{
	to->outcome = INTAKE_INVALID;
	if (err == ICS_ESECRET)
		finding_set(to, &(const struct finding){
				    .reason = PGP_REASON(secret_key) });
	if (to->words[0] != '\0')
		return;
	/* Cut to fit. */
	(void)snprintf(to->words, sizeof(to->words), "%s", err_words(err));
	finding_set(to, report_worst(rep));
}
