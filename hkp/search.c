/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a search text to ids of certificates. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/hex.h"
#include "hkp/lookup.h"

#define KEYID_DIGITS 16

bool
hkp_keyid_read(struct bytes hex, uint64_t *keyid)
{
	uint8_t octets[8];

	if (hex.n != KEYID_DIGITS ||
	    hex_read(hex, octets, sizeof(octets)) != ICS_OK)
		return false;
	*keyid = be64_from_bytes(octets);
	return true;
}

bool
hkp_fpr_read(struct bytes hex, struct pgp_fpr *fpr)
{
	*fpr = (struct pgp_fpr){ 0 };
	if (hex.n != 32 && hex.n != 40 && hex.n != 64)
		return false;
	fpr->n = (uint8_t)(hex.n / 2);
	/* 32 octets may be of version 5 or 6. */
	fpr->version = hex.n == 40 ? 4 : hex.n == 32 ? 3 : 0;
	return hex_read(hex, fpr->b, fpr->n) == ICS_OK;
}

static void
number_read(struct bytes hex, struct hkp_search *s)
{
	if (!hex_is(hex))
		s->kind = HKP_SEARCH_BAD;
	else if (hkp_keyid_read(hex, &s->keyid))
		s->kind = HKP_SEARCH_KEYID;
	else if (hkp_fpr_read(hex, &s->fpr))
		s->kind = HKP_SEARCH_FPR;
	else
		s->kind = HKP_SEARCH_NOTHING;
}

/* A fingerprint as people write it: with spaces, without 0x. */
static bool
bare_number_read(struct bytes text, struct hkp_search *s)
{
	uint8_t digits[64];
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ')
			continue;
		if (n == sizeof(digits) || hex_digit(text.p[i]) < 0)
			return false;
		digits[n++] = text.p[i];
	}
	if (n != KEYID_DIGITS && n != 32 && n != 40 && n != 64)
		return false;
	number_read(bytes_of(digits, n), s);
	return true;
}

static struct bytes
trim(struct bytes text)
{
	while (text.n > 0 && text.p[0] == ' ')
		text = bytes_of(&text.p[1], text.n - 1);
	while (text.n > 0 && text.p[text.n - 1] == ' ')
		text.n--;
	return text;
}

void
hkp_search_read(struct bytes text, bool exact, struct hkp_search *s)
{
	struct bytes email;

	memset(s, 0, sizeof(*s));
	s->exact = exact;
	text = trim(text);
	s->text = text;
	if (text.n >= 2 && text.p[0] == '0' &&
	    (text.p[1] == 'x' || text.p[1] == 'X')) {
		number_read(bytes_of(&text.p[2], text.n - 2), s);
		return;
	}
	if (bare_number_read(text, s))
		return;
	email = pgp_uid_email(text);
	if (email.n > 0 && (email.n == text.n || text.p[0] == '<')) {
		s->kind = HKP_SEARCH_EMAIL;
		s->text = email;
	} else {
		s->kind =
		    exact || email.n > 0 ? HKP_SEARCH_UID : HKP_SEARCH_WORDS;
	}
}

struct dated {
	int64_t id, modified;
};

static int
newer_first(const void *a, const void *b)
{
	const struct dated *x = a;
	const struct dated *y = b;

	if (x->modified != y->modified)
		return x->modified < y->modified ? 1 : -1;
	return (x->id < y->id) - (x->id > y->id);
}

/* Exact keys come in no order. They have few certificates each, but for
 * addresses that are used for many things. */
static enum ics_err
sort_newest(struct store_reader *r, struct store_hits *hits)
{
	struct dated *dated;
	enum ics_err err = ICS_OK;

	if (hits->n < 2)
		return ICS_OK;
	dated = alloc_zero(hits->n, sizeof(*dated));
	for (size_t i = 0; i < hits->n; i++) {
		dated[i].id = hits->ids[i];
		TRY(store_cert_modified(r, hits->ids[i], &dated[i].modified));
	}
	qsort(dated, hits->n, sizeof(*dated), newer_first);
	for (size_t i = 0; i < hits->n; i++)
		hits->ids[i] = dated[i].id;
out:
	free(dated);
	return err;
}

static enum ics_err
words_find(struct hkp_request *rq, struct store_reader *r,
    const struct hkp_search *s, struct store_hits *hits)
{
	enum ics_err err = store_find_words(r, s->text, hits);

	if (err == ICS_OK)
		hkp_hits_keep(rq, r, hits);
	return err;
}

static enum ics_err
hits_find(struct hkp_request *rq, struct store_reader *r,
    const struct hkp_search *s, struct store_hits *hits)
{
	enum ics_err err = ICS_OK;

	hits->n = 0;
	hits->more = false;
	switch (s->kind) {
	case HKP_SEARCH_NOTHING:
	case HKP_SEARCH_BAD:
		return ICS_OK;
	case HKP_SEARCH_KEYID:
		TRY(store_find_keyid(r, s->keyid, hits));
		break;
	case HKP_SEARCH_FPR:
		TRY(store_find_fpr(r, &s->fpr, hits));
		break;
	case HKP_SEARCH_EMAIL:
		TRY(store_find_email(r, s->text, hits));
		break;
	case HKP_SEARCH_UID:
		TRY(store_find_uid(r, s->text, hits));
		break;
	case HKP_SEARCH_WORDS:
		return words_find(rq, r, s, hits);
	}
	hkp_hits_keep(rq, r, hits);
	if (hits->n == 0 && !s->exact &&
	    (s->kind == HKP_SEARCH_EMAIL || s->kind == HKP_SEARCH_UID))
		return words_find(rq, r, s, hits);
	err = sort_newest(r, hits);
out:
	return err;
}

enum ics_err
hkp_search_run(struct hkp_request *rq, struct store_reader *r,
    const struct hkp_search *s, struct store_hits *hits)
{
	enum ics_err err;

	store_reader_until(r, clock_mono_ns() + HKP_PATIENCE_NS);
	err = hits_find(rq, r, s, hits);
	store_reader_until(r, 0);
	return err;
}
