/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a summary to index rows. */
#include "store/index.h"

#include <stdlib.h>

#include "store/store.h"

/* Latin-1 takes two octets for one; a space follows each User ID. */
#define WORDS_MAX (PGP_PARTS_MAX * (2 * PGP_UID_MAX + 1))

static uint8_t
folded(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
index_folded_equal(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return false;
	return true;
}

uint64_t
index_uid_hash(struct bytes uid)
{
	struct bytes email = pgp_uid_email(uid);
	struct bytes from = email.n > 0 ? email : uid;
	uint8_t text[PGP_UID_MAX], digest[32];

	/* Longer ones are in no certificate, so that nothing is lost. */
	if (from.n > sizeof(text))
		from.n = sizeof(text);
	for (size_t i = 0; i < from.n; i++)
		text[i] = folded(from.p[i]);
	pgp_sha256(bytes_of(text, from.n), digest);
	return be64_from_bytes(digest);
}

/* Octets of the UTF-8 character at the start of b; 0 when it is none. */
static size_t
utf8_length(struct bytes b)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };

	for (size_t n = 1; n <= 4 && n <= b.n; n++) {
		uint32_t c = b.p[0] & (uint8_t)~forms[n - 1].mask;

		if ((b.p[0] & forms[n - 1].mask) != forms[n - 1].lead)
			continue;
		for (size_t i = 1; i < n; i++) {
			if ((b.p[i] & 0xc0) != 0x80)
				return 0;
			c = c * 64 + (b.p[i] & 0x3f);
		}
		if (c < forms[n - 1].least || c > 0x10ffff ||
		    (c >= 0xd800 && c < 0xe000))
			return 0;
		return n;
	}
	return 0;
}

static bool
is_utf8(struct bytes b)
{
	struct cursor cur = cursor_of(b);

	while (cursor_has(&cur)) {
		size_t n = utf8_length(cur.rest);

		if (n == 0)
			return false;
		(void)cursor_take(&cur, n); /* measured just above */
	}
	return true;
}

void
index_words_put(struct buf *out, struct bytes uid)
{
	bool utf8 = is_utf8(uid);

	for (size_t i = 0; i < uid.n; i++) {
		uint8_t c = uid.p[i];

		if (c < 0x20 || c == 0x7f) {
			buf_u8(out, ' ');
		} else if (utf8 || c < 0x80) {
			buf_u8(out, c);
		} else {
			buf_u8(out, 0xc0 | c >> 6);
			buf_u8(out, 0x80 | (c & 0x3f));
		}
	}
}

static void
key_add(struct index *ix, const struct store_row *row)
{
	struct index_key *key = index_keys_add(&ix->keys);

	key->fpr = row->fpr;
	key->keyid = pgp_fpr_index(&row->fpr);
	key->kind = row->kind == STORE_ROW_KEY ? INDEX_PRIMARY : INDEX_SUBKEY;
	if (row->fpr.version != 3)
		return;
	key = index_keys_add(&ix->keys);
	key->fpr = row->fpr;
	key->keyid = row->keyid;
	key->kind = INDEX_KEYID;
}

static void
row_add(struct index *ix, const struct store_row *row)
{
	switch (row->kind) {
	case STORE_ROW_KEY:
	case STORE_ROW_SUBKEY:
		key_add(ix, row);
		return;
	case STORE_ROW_UID:
		*index_hashes_add(&ix->hashes) = index_uid_hash(row->uid);
		index_words_put(&ix->words, row->uid);
		buf_u8(&ix->words, ' ');
		return;
	}
}

int
index_key_compare(const struct index_key *a, const struct index_key *b)
{
	int c = (a->keyid > b->keyid) - (a->keyid < b->keyid);

	if (c == 0)
		c = bytes_compare(pgp_fpr_bytes(&a->fpr),
		    pgp_fpr_bytes(&b->fpr));
	return c != 0 ? c : (a->kind > b->kind) - (a->kind < b->kind);
}

static int
keys_order(const void *a, const void *b)
{
	return index_key_compare(a, b);
}

static int
hashes_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
sort(struct index *ix)
{
	size_t n = 0;

	if (ix->keys.n > 0)
		qsort(ix->keys.at, ix->keys.n, sizeof(*ix->keys.at),
		    keys_order);
	for (size_t i = 0; i < ix->keys.n; i++)
		if (n == 0 ||
		    keys_order(&ix->keys.at[n - 1], &ix->keys.at[i]) != 0)
			ix->keys.at[n++] = ix->keys.at[i];
	ix->keys.n = n;
	n = 0;
	if (ix->hashes.n > 0)
		qsort(ix->hashes.at, ix->hashes.n, sizeof(*ix->hashes.at),
		    hashes_order);
	for (size_t i = 0; i < ix->hashes.n; i++)
		if (n == 0 || ix->hashes.at[n - 1] != ix->hashes.at[i])
			ix->hashes.at[n++] = ix->hashes.at[i];
	ix->hashes.n = n;
}

enum ics_err
index_init(struct index *ix, struct bytes summary)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row;
	enum ics_err err;

	*ix = (struct index){ 0 };
	buf_init(&ix->words, WORDS_MAX);
	while ((err = store_summary_next(&cur, &row)) == ICS_OK)
		row_add(ix, &row);
	if (err != ICS_ENOTFOUND)
		return err;
	sort(ix);
	return ICS_OK;
}

void
index_release(struct index *ix)
{
	index_keys_release(&ix->keys);
	index_hashes_release(&ix->hashes);
	buf_release(&ix->words);
}
