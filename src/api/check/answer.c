/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A decision as one block of plain data, so that thousands may be kept: what
 * is the same for all (words, help) stays in tables. And the words.
 */
#include <assert.h>
#include <stdlib.h>

#include "api/check.h"

/* ---- words ------------------------------------------------------------------ */

static const struct {
	const char *word, *words, *help;
} own[] = {
#define X(id, word, words, help) { word, words, help },
#include "api/check_rules.def"
#undef X
};

const char *
api_check_rule_word(unsigned rule)
{
	assert(rule < API_CHECK_RULES);
	return rule < POLICY_RULES ? policy_rule_word((enum policy_rule)rule)
				   : own[rule - POLICY_RULES].word;
}

const char *
api_check_rule_words(unsigned rule)
{
	assert(rule < API_CHECK_RULES);
	return rule < POLICY_RULES ? policy_rule_words((enum policy_rule)rule)
				   : own[rule - POLICY_RULES].words;
}

const char *
api_check_rule_help(unsigned rule)
{
	assert(rule < API_CHECK_RULES);
	return rule < POLICY_RULES ? policy_rule_help((enum policy_rule)rule)
				   : own[rule - POLICY_RULES].help;
}

/* ---- the block --------------------------------------------------------------- */

/* Pieces stand at multiples of eight octets. */
void *
api_check_block_take(struct api_check_block *b, size_t n)
{
	uint8_t *to = b->at == NULL ? NULL : b->at + b->n;

	b->n += (n + 7) / 8 * 8;
	return to;
}

static void *
piece_put(struct api_check_block *b, const void *from, size_t n)
{
	void *to = api_check_block_take(b, n);

	if (to != NULL && n > 0)
		memcpy(to, from, n);
	return to;
}

static const char *
text_put(struct api_check_block *b, const char *text)
{
	return piece_put(b, text, strlen(text) + 1);
}

static const struct notations_subject *
subject_put(struct api_check_block *b, const struct notations_subject *subject)
{
	return subject->kind == NOTATIONS_SUBJECT_NONE
		   ? NULL
		   : piece_put(b, subject, sizeof(*subject));
}

static void
pieces_put(struct api_check_block *b, const struct api_check_draft *d,
    struct api_check_answer *a)
{
	struct api_check_voucher *vouchers;

	a->on = subject_put(b, &d->part->on);
	a->registered = subject_put(b, &d->registered);
	a->domain = text_put(b, d->domain);
	a->reasons =
	    piece_put(b, d->reasons, d->reasons_n * sizeof(d->reasons[0]));
	a->said = piece_put(b, d->said, d->said_n * sizeof(d->said[0]));
	vouchers =
	    piece_put(b, d->vouchers, d->vouchers_n * sizeof(d->vouchers[0]));
	a->vouchers = vouchers;
	a->rests = piece_put(b, d->rests, d->rests_n * sizeof(d->rests[0]));
	for (size_t i = 0; i < d->vouchers_n; i++) {
		char *name = piece_put(b, d->vouchers[i].name,
		    strlen(d->vouchers[i].name) + 1);

		if (vouchers != NULL)
			vouchers[i].name = name;
	}
}

void
api_check_answer_drop(struct api_check_answer *a)
{
	if (a != NULL && --a->holds == 0)
		free(a);
}

struct api_check_answer *
api_check_answer_new(const struct api_check_request *c,
    const struct api_check_draft *d)
{
	struct api_check_answer a = { .holds = 1,
		.number = d->number,
		.subject = d->part->subject,
		.is_allowed = d->is_allowed,
		.is_stale = d->is_stale,
		.is_fleeting = d->is_fleeting,
		.made_at = c->when.at,
		.data_at = d->data_at,
		.freshness = d->freshness,
		.grace = d->grace,
		.until = d->until,
		.reasons_n = (uint16_t)d->reasons_n,
		.said_n = (uint16_t)d->said_n,
		.vouchers_n = (uint16_t)d->vouchers_n,
		.rests_n = (uint16_t)d->rests_n };
	struct api_check_answer *out;
	struct api_check_block b = { NULL, 0 };

	(void)piece_put(&b, &a, sizeof(a));
	pieces_put(&b, d, &a);
	(void)text_put(&b, c->purpose);
	a.octets = b.n;
	out = alloc_new(b.n);
	b = (struct api_check_block){ (uint8_t *)out, 0 };
	(void)piece_put(&b, &a, sizeof(a));
	pieces_put(&b, d, out);
	out->purpose = text_put(&b, c->purpose);
	return out;
}
