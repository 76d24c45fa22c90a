/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests and what they stand for: the text form with a name behind it, and
 * Atkins' binary form. A digest always has the length of its algorithm.
 */
#include <assert.h>

#include "base/hex.h"
#include "notations/value.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct digest_row {
	const char *word;
	uint8_t number, octets;
} rows[] = {
#define X(word, number, octets) { word, number, octets },
#include "notations/digests.def"
#undef X
};

static const struct digest_row *
row_of_number(uint8_t number)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

static const struct digest_row *
row_of_word(struct bytes word)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (notations_word_is(word, rows[i].word))
			return &rows[i];
	return NULL;
}

const char *
notations_hash_word(uint8_t hash)
{
	const struct digest_row *row = row_of_number(hash);

	return row == NULL ? NULL : row->word;
}

uint8_t
notations_hash_find(struct bytes word)
{
	const struct digest_row *row = row_of_word(word);

	return row == NULL ? 0 : row->number;
}

size_t
notations_hash_octets(uint8_t hash)
{
	const struct digest_row *row = row_of_number(hash);

	return row == NULL ? 0 : row->octets;
}

enum ics_err
notations_digest_read(struct bytes value, struct notations_digest *d)
{
	struct bytes digest, word, digits;
	bool is_named = notations_split(value, ' ', &digest, &d->name);
	const struct digest_row *row;

	if (!notations_split(digest, ':', &word, &digits) ||
	    (is_named && !notations_is_text(d->name)))
		return ICS_EFORMAT;
	row = row_of_word(word);
	if (row == NULL)
		return ICS_EFORMAT;
	d->hash = row->number;
	d->n = row->octets;
	return hex_read(digits, d->b, d->n);
}

void
notations_digest_text(const struct notations_digest *d,
    char out[NOTATIONS_DIGEST_TEXT_MAX])
{
	const struct digest_row *row = row_of_number(d->hash);
	size_t n;

	assert(row != NULL && row->octets == d->n);
	n = strlen(row->word);
	memcpy(out, row->word, n);
	out[n] = ':';
	hex_lower(bytes_of(d->b, d->n), &out[n + 1]);
}

/* Spec: draft-atkins-openpgp-device-certificates-04, "hash": length, name,
 * OpenPGP's number of the algorithm, digest. */
enum ics_err
notations_hash_read(struct bytes value, struct notations_digest *d)
{
	struct cursor cur = cursor_of(value);
	struct bytes digest;

	d->name = cursor_take(&cur, cursor_u8(&cur));
	d->hash = cursor_u8(&cur);
	d->n = (uint8_t)notations_hash_octets(d->hash);
	digest = cursor_take(&cur, d->n);
	if (cursor_end(&cur) != ICS_OK || d->n == 0 ||
	    (d->name.n > 0 && !notations_is_text(d->name)))
		return ICS_EFORMAT;
	memcpy(d->b, digest.p, d->n);
	return ICS_OK;
}

void
notations_hash_write(const struct notations_digest *d, struct buf *out)
{
	assert(d->name.n <= UINT8_MAX &&
	       notations_hash_octets(d->hash) == d->n);
	buf_u8(out, (uint8_t)d->name.n);
	buf_put(out, d->name);
	buf_u8(out, d->hash);
	buf_put(out, bytes_of(d->b, d->n));
}
