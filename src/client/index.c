/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine-readable index (draft-shaw-openpgp-hkp-00 section 5.2):
 *
 *	info:1:COUNT
 *	pub:KEY:ALGORITHM:BITS:CREATED:EXPIRES:FLAGS
 *	uid:TEXT:CREATED:EXPIRES:FLAGS
 *
 * Servers differ in everything, so missing fields are empty, unknown lines
 * and malformed numbers are passed over, and %HH is decoded wherever it is.
 */
#include "client/index.h"

#include <string.h>

#include "base/hex.h"
#include "client/out.h"

#define INDEX_ROWS_MAX 65536 /* lines that are kept of an answer */

void
index_list_init(struct find_list *list)
{
	*list = (struct find_list){ 0 };
	buf_init(&list->texts, FIND_OCTETS_MAX);
}

/* The octets up to the separator, which is passed over. */
static struct bytes
field_take(struct cursor *cur, char separator)
{
	const uint8_t *at = cur->rest.n == 0
				? NULL
				: memchr(cur->rest.p, separator, cur->rest.n);
	struct bytes field;

	if (at == NULL)
		return cursor_take(cur, cur->rest.n);
	field = cursor_take(cur, (size_t)(at - cur->rest.p));
	(void)cursor_u8(cur); /* the separator */
	return field;
}

static int64_t
number_read(struct bytes field)
{
	int64_t n = 0;

	for (size_t i = 0; i < field.n && i < 12; i++) {
		if (field.p[i] < '0' || field.p[i] > '9')
			return 0;
		n = 10 * n + (field.p[i] - '0');
	}
	return n;
}

static struct store_row *
row_add(struct find_list *list, struct bytes text)
{
	struct store_row *row = find_rows_add(&list->rows);

	/* At first its place; see index_list_settle. */
	row->uid = bytes_of(NULL, list->texts.n);
	buf_put(&list->texts, text);
	buf_u8(&list->texts, 0);
	return row;
}

void
index_list_settle(struct find_list *list)
{
	for (size_t i = 0; i < list->rows.n; i++) {
		size_t end = i + 1 < list->rows.n ? list->rows.at[i + 1].uid.n
						  : list->texts.n;
		struct bytes *uid = &list->rows.at[i].uid;
		struct cursor cur = cursor_of(buf_bytes(&list->texts));
		size_t start = uid->n;

		(void)cursor_take(&cur, start);
		*uid = cursor_take(&cur, end - start - 1); /* its NUL */
	}
}

static void
flags_read(struct bytes flags, struct store_row *row)
{
	if (flags.n > 0 && memchr(flags.p, 'r', flags.n) != NULL)
		row->revoked = PGP_SOFT_REVOKED;
}

static void
pub_read(struct cursor *line, struct find_list *list)
{
	struct bytes key = field_take(line, ':');
	struct store_row *row = row_add(list, bytes_of(NULL, 0));

	row->kind = STORE_ROW_KEY;
	row->fpr.n = (uint8_t)(key.n / 2 > 32 ? 32 : key.n / 2);
	if (hex_read(bytes_of(key.p, 2 * (size_t)row->fpr.n), row->fpr.b,
		row->fpr.n) != ICS_OK)
		row->fpr.n = 0;
	row->fpr.version = row->fpr.n == 32 ? 6 : row->fpr.n == 16 ? 3 : 4;
	if (row->fpr.n == 8)
		row->keyid = be64_from_bytes(row->fpr.b);
	else if (row->fpr.n >= 16)
		row->keyid = pgp_fpr_index(&row->fpr);
	row->algo = (uint8_t)number_read(field_take(line, ':'));
	row->bits = (uint16_t)number_read(field_take(line, ':'));
	row->created = number_read(field_take(line, ':'));
	row->expires = number_read(field_take(line, ':'));
	flags_read(field_take(line, ':'), row);
}

static void
percent_decode(struct bytes text, struct buf *to)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t octet = text.p[i];

		if (octet == '%' && i + 2 < text.n &&
		    hex_read(bytes_of(&text.p[i + 1], 2), &octet, 1) == ICS_OK)
			i += 2;
		buf_u8(to, octet);
	}
}

static void
uid_read(struct cursor *line, struct find_list *list)
{
	struct bytes escaped = field_take(line, ':');
	struct store_row *row;
	struct buf text;

	buf_init(&text, escaped.n + 1);
	percent_decode(escaped, &text);
	row = row_add(list, buf_bytes(&text));
	row->kind = STORE_ROW_UID;
	row->created = number_read(field_take(line, ':'));
	row->expires = number_read(field_take(line, ':'));
	flags_read(field_take(line, ':'), row);
	buf_release(&text);
}

enum ics_err
index_read(struct bytes text, struct find_list *list)
{
	struct cursor cur = cursor_of(text);
	bool has_info = false;

	while (cursor_has(&cur) && list->rows.n < INDEX_ROWS_MAX) {
		struct bytes raw = field_take(&cur, '\n');
		struct cursor line;
		struct bytes word;

		while (raw.n > 0 && raw.p[raw.n - 1] == '\r')
			raw.n--;
		line = cursor_of(raw);
		word = field_take(&line, ':');
		if (bytes_equal(word, bytes_of_str("info")))
			has_info = true;
		if (bytes_equal(word, bytes_of_str("pub")))
			pub_read(&line, list);
		if (bytes_equal(word, bytes_of_str("uid")) && list->rows.n > 0)
			uid_read(&line, list);
	}
	if (has_info || list->rows.n > 0)
		return ICS_OK;
	out_fail("the server's answer is no machine-readable index");
	return ICS_EFORMAT;
}

enum ics_err
index_summary_read(struct bytes summary, struct find_list *list)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row, *to;
	enum ics_err err;
	size_t place;

	while ((err = store_summary_next(&cur, &row)) == ICS_OK) {
		to = row_add(list, row.uid);
		place = to->uid.n;
		*to = row;
		to->uid = bytes_of(NULL, place);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}
