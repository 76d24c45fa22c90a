/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a work: made by a submitter, ended by the writer. */
#include "intake/work.h"

#include <stdio.h>
#include <stdlib.h>

const struct reason intake_reasons[INTAKE_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[INTAKE_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "intake/reasons.def"
#undef X
};

static const char *const outcome_words[] = {
	[INTAKE_INSERTED] = "inserted",
	[INTAKE_UPDATED] = "updated",
	[INTAKE_IGNORED] = "ignored",
	[INTAKE_DELETED] = "deleted",
	[INTAKE_WAITING] = "waiting",
	[INTAKE_INVALID] = "invalid",
	[INTAKE_DENIED] = "denied",
	[INTAKE_RECEIVED] = "received",
};

const char *
intake_outcome_word(enum intake_outcome outcome)
{
	return outcome_words[outcome];
}

void
intake_item_name(const struct intake_item *item, char out[INTAKE_NAME_MAX])
{
	struct notations_subject record = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	out[0] = '\0';
	if (item->is_descriptor) {
		if (item->domain[0] == '\0')
			return; /* it was not read */
		(void)snprintf(out, INTAKE_NAME_MAX, "domain:%s",
		    item->domain); /* fits */
	} else if (item->is_record) {
		memcpy(record.b, item->digest, 32);
		notations_subject_text(&record, text);
		memcpy(out, &text[strlen("rec:")], INTAKE_NAME_MAX - 1);
		out[INTAKE_NAME_MAX - 1] = '\0';
	} else if (item->fpr.version != 0) {
		pgp_fpr_hex(&item->fpr, out);
	}
}

struct work *
work_new(enum work_kind kind, const struct intake_job *job)
{
	struct work *w = alloc_zero(1, sizeof(*w));

	w->kind = kind;
	if (job != NULL)
		w->job = *job;
	return w;
}

void
waiting_release(struct waiting_array *waiting)
{
	for (size_t i = 0; i < waiting->n; i++) {
		alloc_bytes_free(waiting->at[i].part);
		alloc_bytes_free(waiting->at[i].sig);
	}
	waiting_array_release(waiting);
}

void
change_release(struct change *c)
{
	waiting_release(&c->waiting);
	id_array_release(&c->judged);
	store_entry_free(c->entry);
	pgp_cert_free(c->cert);
	store_record_entry_free(c->record);
	alloc_bytes_free(c->record_body);
	descriptor_free(c->descriptor);
	*c = (struct change){ 0 };
}

void
work_free(struct work *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->result.n; i++) {
		report_release(&w->result.items[i].rep);
		change_release(&w->changes[i]);
	}
	free(w->result.items);
	free(w->changes);
	report_release(&w->result.rep);
	fpr_array_release(&w->ready);
	alloc_bytes_free(w->job.input);
	free(w);
}

struct intake_item *
work_item_add(struct work *w)
{
	size_t n = w->result.n++;

	/* Grows at powers of two: n has one exactly when no bit below. */
	if ((n & (n - 1)) == 0) {
		size_t cap = n == 0 ? 1 : 2 * n;

		w->result.items = alloc_resize(w->result.items, cap,
		    sizeof(*w->result.items));
		w->changes = alloc_resize(w->changes, cap, sizeof(*w->changes));
	}
	w->result.items[n] = (struct intake_item){
		.outcome = INTAKE_IGNORED,
	};
	w->changes[n] = (struct change){ 0 };
	return &w->result.items[n];
}

void
work_item_refuse(struct intake_item *item, const struct reason *reason)
{
	char name[INTAKE_NAME_MAX];

	intake_item_name(item, name);
	item->outcome = INTAKE_INVALID;
	report_add(&item->rep, reason, "%s", name);
}

void
work_refuse(struct work *w, enum ics_err err, const struct reason *reason)
{
	for (size_t i = 0; i < w->result.n; i++) {
		report_release(&w->result.items[i].rep);
		change_release(&w->changes[i]);
	}
	w->result.n = 0;
	free(w->result.items);
	free(w->changes);
	w->result.items = NULL;
	w->changes = NULL;
	w->result.err = err;
	report_add(&w->result.rep, reason, "submission");
}
