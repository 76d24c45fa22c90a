/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The forms of a parsed signature: normalised, compared, confirmed. All rest
 * on one cut: the body before and behind its unhashed area, which strangers
 * can write.
 */
#include "pgp/wire.h"

struct pgp_sig_halves
pgp_sig_halves(const struct pgp_sig *sig)
{
	struct cursor cur = cursor_of(sig->body);
	struct pgp_sig_halves halves = { { NULL, 0 }, { NULL, 0 }, 0 };

	if (sig->version == 3) {
		halves.before = sig->body;
		return halves;
	}
	halves.count_width = sig->version == 6 ? 4 : 2;
	/* version, type, pk, hash, count */
	halves.before =
	    cursor_take(&cur, 4 + halves.count_width + sig->hashed.n);
	(void)cursor_take(&cur, halves.count_width + sig->unhashed.n);
	halves.after = cursor_rest(&cur); /* parsed before: cannot be short */
	return halves;
}

static bool
is_kept_unhashed(uint8_t type)
{
	return type == PGP_SUB_ISSUER_KEYID || type == PGP_SUB_ISSUER_FPR ||
	       type == PGP_SUB_EMBEDDED;
}

/* The whole subpackets of the unhashed area that stay, as they were. */
static void
unhashed_reduce(const struct pgp_sig *sig, struct buf *kept)
{
	struct cursor cur = cursor_of(sig->unhashed);
	struct bytes start = cur.rest;
	struct pgp_sub sub;

	for (; pgp_sub_next(&cur, &sub) == ICS_OK; start = cur.rest)
		if (is_kept_unhashed(sub.type))
			buf_put(kept, bytes_of(start.p, start.n - cur.rest.n));
}

static void
count_write(struct buf *out, size_t width, size_t n)
{
	if (width == 4)
		buf_be32(out, (uint32_t)n);
	else if (width == 2)
		buf_be16(out, (uint16_t)n);
}

void
pgp_sig_normalise(const struct pgp_sig *sig, struct buf *out)
{
	struct pgp_sig_halves halves = pgp_sig_halves(sig);
	struct buf kept;

	buf_init(&kept, PGP_SIG_MAX);
	unhashed_reduce(sig, &kept);
	buf_put(out, halves.before);
	count_write(out, halves.count_width, kept.n);
	buf_put(out, buf_bytes(&kept));
	buf_put(out, halves.after);
	buf_release(&kept);
}

int
pgp_sig_compare(const struct pgp_sig *a, const struct pgp_sig *b)
{
	struct pgp_sig_halves x = pgp_sig_halves(a), y = pgp_sig_halves(b);
	int c = bytes_compare(x.before, y.before);

	return c != 0 ? c : bytes_compare(x.after, y.after);
}

/* Spec: RFC 9580 5.2.4 */
void
pgp_sig_confirmed(const struct pgp_sig *sig, struct buf *out)
{
	struct pgp_sig_halves halves = pgp_sig_halves(sig);

	buf_u8(out, 0x88);
	buf_be32(out,
	    (uint32_t)(halves.before.n + halves.count_width + halves.after.n));
	buf_put(out, halves.before);
	count_write(out, halves.count_width, 0);
	buf_put(out, halves.after);
}
