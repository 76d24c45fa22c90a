/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Subjects: entities by fingerprint, code and statements by digest. Invariant:
 * n is what tag asks for, so that equal subjects have equal octets.
 */
#include <assert.h>

#include "base/hex.h"
#include "notations/value.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *prefix;
	enum notations_subject_kind kind;
} prefixes[] = {
#define X(prefix, kind, words) { prefix, NOTATIONS_SUBJECT_##kind },
#include "notations/subjects.def"
#undef X
};

/* Octets of a fingerprint of this version; 0 for versions that have no vfp. */
static size_t
fpr_octets(uint8_t version)
{
	return version == 4 ? 20 : version == 6 ? 32 : 0;
}

enum ics_err
notations_vfp_read(struct bytes value, struct pgp_fpr *fpr)
{
	struct cursor cur = cursor_of(value);
	enum ics_err err;

	*fpr = (struct pgp_fpr){ 0 };
	TRY(hex_read(cursor_take(&cur, 2), &fpr->version, 1));
	fpr->n = (uint8_t)fpr_octets(fpr->version);
	TRY(fpr->n == 0 ? ICS_EFORMAT : ICS_OK);
	TRY(hex_read(cursor_rest(&cur), fpr->b, fpr->n));
out:
	return err;
}

void
notations_vfp_text(const struct pgp_fpr *fpr, char out[PGP_FPR_TEXT_MAX + 2])
{
	hex_lower(bytes_of(&fpr->version, 1), out);
	hex_lower(pgp_fpr_bytes(fpr), &out[2]);
}

void
notations_subject_of_fpr(const struct pgp_fpr *fpr, struct notations_subject *s)
{
	*s = (struct notations_subject){ 0 };
	if (fpr->n == 0 || fpr->n != fpr_octets(fpr->version))
		return;
	s->kind = NOTATIONS_SUBJECT_ENTITY;
	s->tag = fpr->version;
	s->n = fpr->n;
	memcpy(s->b, fpr->b, fpr->n);
}

bool
notations_subject_fpr(const struct notations_subject *s, struct pgp_fpr *fpr)
{
	*fpr = (struct pgp_fpr){ 0 };
	if (s->kind != NOTATIONS_SUBJECT_ENTITY)
		return false;
	fpr->version = s->tag;
	fpr->n = s->n;
	memcpy(fpr->b, s->b, s->n);
	return true;
}

static bool
entity_read(struct bytes text, struct notations_subject *s)
{
	struct pgp_fpr fpr;

	if (notations_vfp_read(text, &fpr) != ICS_OK)
		return false;
	notations_subject_of_fpr(&fpr, s);
	return true;
}

static bool
digest_read(struct bytes text, enum notations_subject_kind kind,
    struct notations_subject *s)
{
	struct notations_digest d;

	/* Statements are named by SHA-256 everywhere. */
	if (notations_digest_read(text, &d) != ICS_OK || d.name.n > 0 ||
	    (kind == NOTATIONS_SUBJECT_RECORD && d.hash != PGP_HASH_SHA256))
		return false;
	s->kind = kind;
	s->tag = d.hash;
	s->n = d.n;
	memcpy(s->b, d.b, d.n);
	return true;
}

bool
notations_subject_read(struct bytes text, struct notations_subject *s)
{
	*s = (struct notations_subject){ 0 };
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		struct bytes rest = text;

		if (!notations_skip(&rest, prefixes[i].prefix))
			continue;
		return prefixes[i].kind == NOTATIONS_SUBJECT_ENTITY
			   ? entity_read(rest, s)
			   : digest_read(rest, prefixes[i].kind, s);
	}
	return false;
}

#define GUESS_MAX 66 /* "06" and 64 digits */

/* Digits without the spaces that people put between; 0 when it is too long. */
static size_t
digits_gather(struct bytes text, uint8_t out[GUESS_MAX + 2])
{
	struct cursor cur = cursor_of(text);
	size_t n = 0;

	while (cursor_has(&cur)) {
		uint8_t c = cursor_u8(&cur);

		if (c == ' ')
			continue;
		if (n == GUESS_MAX + 2)
			return 0;
		out[n++] = c;
	}
	return n;
}

bool
notations_subject_guess(struct bytes text, struct notations_subject *s)
{
	uint8_t room[2 + GUESS_MAX + 2] = "04";
	struct bytes digits;
	size_t n;

	if (text.n == 40 && hex_is(text)) { /* what is asked most: first */
		memcpy(&room[2], text.p, text.n);
		return entity_read(bytes_of(room, text.n + 2), s);
	}
	if (notations_subject_read(text, s) ||
	    digest_read(text, NOTATIONS_SUBJECT_CODE, s))
		return true;
	n = digits_gather(text, &room[2]);
	digits = bytes_of(&room[2], n);
	(void)(notations_skip(&digits, "0x") || notations_skip(&digits, "0X"));
	if (digits.n == 40 || digits.n == 64) {
		room[1] = digits.n == 40 ? '4' : '6';
		memmove(&room[2], digits.p, digits.n);
		digits = bytes_of(room, digits.n + 2);
	}
	return entity_read(digits, s);
}

void
notations_subject_text(const struct notations_subject *s,
    char out[NOTATIONS_SUBJECT_TEXT_MAX])
{
	struct notations_digest d = { .hash = s->tag, .n = s->n };
	size_t i = 0, n;

	assert(s->kind != NOTATIONS_SUBJECT_NONE);
	while (prefixes[i].kind != s->kind)
		i++;
	n = strlen(prefixes[i].prefix);
	memcpy(out, prefixes[i].prefix, n);
	memcpy(d.b, s->b, s->n);
	if (s->kind != NOTATIONS_SUBJECT_ENTITY && s->n > 0 &&
	    notations_hash_octets(s->tag) == s->n) {
		notations_digest_text(&d, &out[n]);
		return;
	}
	hex_lower(bytes_of(&s->tag, 1), &out[n]);
	hex_lower(bytes_of(s->b, s->n), &out[n + 2]);
}

bool
notations_subject_equal(const struct notations_subject *a,
    const struct notations_subject *b)
{
	return a->kind == b->kind && a->tag == b->tag &&
	       bytes_equal(bytes_of(a->b, a->n), bytes_of(b->b, b->n));
}

size_t
notations_subject_octets(const struct notations_subject *s,
    uint8_t out[NOTATIONS_SUBJECT_OCTETS_MAX])
{
	out[0] = (uint8_t)s->kind;
	out[1] = s->tag;
	memcpy(&out[2], s->b, s->n);
	return (size_t)s->n + 2;
}

static size_t
octets_wanted(enum notations_subject_kind kind, uint8_t tag)
{
	switch (kind) {
	case NOTATIONS_SUBJECT_NONE:
		break;
	case NOTATIONS_SUBJECT_ENTITY:
		return fpr_octets(tag);
	case NOTATIONS_SUBJECT_CODE:
		return notations_hash_octets(tag);
	case NOTATIONS_SUBJECT_RECORD:
		return tag == PGP_HASH_SHA256 ? 32 : 0;
	}
	return 0;
}

bool
notations_subject_of_octets(struct bytes octets, struct notations_subject *s)
{
	struct cursor cur = cursor_of(octets);
	uint8_t kind = cursor_u8(&cur), tag = cursor_u8(&cur);
	size_t n = kind > NOTATIONS_SUBJECT_RECORD
		       ? 0
		       : octets_wanted((enum notations_subject_kind)kind, tag);
	struct bytes b = cursor_take(&cur, n);

	*s = (struct notations_subject){ 0 };
	if (cursor_end(&cur) != ICS_OK || n == 0)
		return false;
	s->kind = (enum notations_subject_kind)kind;
	s->tag = tag;
	s->n = (uint8_t)n;
	memcpy(s->b, b.p, n);
	return true;
}
