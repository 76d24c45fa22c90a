/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine-readable index, from summaries alone.
 *
 *	info:1:<count>
 *	pub:<fingerprint>:<algorithm>:<bits>:<created>:<expires>:<flags>
 *	uid:<escaped>:<created>:<expires>:<flags>
 *
 * Always 7 and 5 fields; times in seconds, empty when unknown or never.
 */
#include "hkp/lookup.h"

#define CERTS_INFO "info:1:"
#define UNRESERVED                                                         \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-." \
	"_~"

bool
hkp_row_is_expired(const struct store_row *row, int64_t now)
{
	return row->expires != 0 && row->expires <= now;
}

bool
hkp_row_is_revoked(const struct store_row *row, int64_t now)
{
	return row->revoked == PGP_HARD_REVOKED ||
	       (row->revoked == PGP_SOFT_REVOKED && row->revoked_at <= now);
}

static void
put_number(struct buf *out, int64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	if (n <= 0)
		return;
	for (; n > 0; n /= 10)
		digits[--at] = (char)('0' + n % 10);
	buf_put(out, bytes_of(&digits[at], sizeof(digits) - at));
}

static void
put_times(struct buf *out, const struct store_row *row, int64_t now)
{
	buf_u8(out, ':');
	put_number(out, row->created);
	buf_u8(out, ':');
	put_number(out, row->expires);
	buf_u8(out, ':');
	if (hkp_row_is_revoked(row, now))
		buf_u8(out, 'r');
	if (hkp_row_is_expired(row, now))
		buf_u8(out, 'e');
	buf_u8(out, '\n');
}

static void
put_escaped(struct buf *out, struct bytes uid)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < uid.n; i++) {
		uint8_t c = uid.p[i];

		if (c != 0 && memchr(UNRESERVED, c, sizeof(UNRESERVED) - 1)) {
			buf_u8(out, c);
			continue;
		}
		buf_u8(out, '%');
		buf_u8(out, (uint8_t)digits[c >> 4]);
		buf_u8(out, (uint8_t)digits[c & 15]);
	}
}

static void
put_key(struct buf *out, const struct store_row *row, int64_t now)
{
	char hex[PGP_FPR_TEXT_MAX];

	pgp_fpr_hex(&row->fpr, hex);
	buf_put_str(out, "pub:");
	for (const char *c = hex; *c != '\0'; c++)
		buf_u8(out, (uint8_t)(*c >= 'a' ? *c - 'a' + 'A' : *c));
	buf_u8(out, ':');
	put_number(out, row->algo);
	buf_u8(out, ':');
	put_number(out, row->bits);
	put_times(out, row, now);
}

static enum ics_err
put_cert(const struct store_cert *cert, int64_t now, struct buf *out)
{
	struct cursor cur = cursor_of(cert->summary);
	struct store_row row;
	enum ics_err err;

	while ((err = store_summary_next(&cur, &row)) == ICS_OK) {
		if (row.kind == STORE_ROW_KEY) {
			put_key(out, &row, now);
		} else if (row.kind == STORE_ROW_UID) {
			buf_put_str(out, "uid:");
			put_escaped(out, row.uid);
			put_times(out, &row, now);
		}
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* The count goes in front, so the lines are made first. */
enum ics_err
hkp_index_mr(const struct hkp_listing *l, struct buf *out, size_t *n)
{
	struct store_cert cert;
	struct buf lines;
	enum ics_err err = ICS_OK;

	buf_init(&lines, out->max);
	*n = 0;
	for (size_t i = 0; i < l->hits->n && *n < l->limit; i++) {
		TRY(store_cert_get(l->r, l->hits->ids[i], &cert));
		if (l->form == HKP_FORM_LEGACY &&
		    (cert.flags & STORE_CERT_HIDDEN))
			continue;
		TRY(put_cert(&cert, l->now, &lines));
		++*n;
	}
	buf_put_str(out, CERTS_INFO);
	put_number(out, (int64_t)*n);
	buf_u8(out, '\n');
	buf_put(out, buf_bytes(&lines));
	err = buf_end(&lines);
out:
	buf_release(&lines);
	return err;
}
