/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The forms of a parsed signature: normalised, compared, confirmed, and as a
 * record. All rest on one cut: the body before and behind its unhashed area,
 * which strangers can write.
 */
#include "pgp/registry.h"
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

/* ---- records ---- */

static bool
hashed_has(const struct pgp_sig *sig, uint8_t type)
{
	struct cursor cur = cursor_of(sig->hashed);
	struct pgp_sub sub;

	while (pgp_sub_next(&cur, &sub) == ICS_OK)
		if (sub.type == type)
			return true;
	return false;
}

/* Spec: RFC 9580 5.2.3.12: version 6 signatures carry no key ID. */
static void
issuer_write(const struct pgp_sig *sig, const struct pgp_fpr *issuer,
    struct buf *area)
{
	if (sig->version == 4 && !hashed_has(sig, PGP_SUB_ISSUER_KEYID)) {
		buf_u8(area, 1 + 8);
		buf_u8(area, PGP_SUB_ISSUER_KEYID);
		buf_be64(area, pgp_fpr_index(issuer));
	}
	if (!hashed_has(sig, PGP_SUB_ISSUER_FPR)) {
		buf_u8(area, (uint8_t)(2 + issuer->n));
		buf_u8(area, PGP_SUB_ISSUER_FPR);
		buf_u8(area, issuer->version);
		buf_put(area, pgp_fpr_bytes(issuer));
	}
}

void
pgp_sig_canonical(const struct pgp_sig *sig, const struct pgp_fpr *issuer,
    struct buf *out)
{
	struct pgp_sig_halves halves = pgp_sig_halves(sig);
	struct buf area;

	buf_init(&area, 64); /* both subpackets, and room */
	issuer_write(sig, issuer, &area);
	buf_put(out, halves.before);
	count_write(out, halves.count_width, area.n);
	buf_put(out, buf_bytes(&area));
	buf_put(out, halves.after);
	buf_release(&area);
}

bool
pgp_sig_is_canonical(const struct pgp_sig *sig)
{
	struct buf form;
	bool is;

	if (!hashed_has(sig, PGP_SUB_ISSUER_FPR))
		return false;
	buf_init(&form, PGP_SIG_MAX);
	pgp_sig_canonical(sig, &sig->issuer, &form);
	is = bytes_equal(buf_bytes(&form), sig->body);
	buf_release(&form);
	return is;
}

void
pgp_sig_record_digest(const struct pgp_sig *sig, uint8_t out[32])
{
	struct buf confirmed;

	buf_init(&confirmed, PGP_SIG_MAX + 16);
	pgp_sig_confirmed(sig, &confirmed);
	pgp_sha256(buf_bytes(&confirmed), out);
	buf_release(&confirmed);
}

void
pgp_sig_content_digest(const struct pgp_sig *sig, uint8_t out[32])
{
	pgp_sha256(pgp_sig_halves(sig).before, out);
}

/* The counted bits of an MPI are its significant ones. */
static bool
mpi_is_shortest(struct cursor *cur)
{
	size_t bits = cursor_be16(cur);
	struct bytes octets = cursor_take(cur, (bits + 7) / 8);

	return !cur->failed && pgp_mpi_bits(pgp_mpi_of(octets)) == bits;
}

static bool
values_are_shortest(const struct pgp_sig *sig)
{
	const struct pgp_algo_row *row = pgp_algo_row(sig->pk);
	struct cursor cur = cursor_of(sig->values);

	if (row == NULL || row->values.kind != PGP_SHAPE_MPI)
		return true; /* of one length, or nothing that verifies */
	for (size_t i = 0; i < row->values.n; i++)
		if (!mpi_is_shortest(&cur))
			return false;
	return true;
}

static bool
is_record_type(uint8_t type)
{
	return type == PGP_SIG_BINARY || type == PGP_SIG_STANDALONE ||
	       type == PGP_SIG_CONFIRMATION;
}

const struct reason *
pgp_record_unfit(const struct pgp_sig *sig)
{
	if (!is_record_type(sig->type))
		return PGP_REASON(no_record);
	if (sig->version != 4 && sig->version != 6)
		return PGP_REASON(record_version);
	if (!sig->has_created)
		return PGP_REASON(undated);
	if (sig->is_local)
		return PGP_REASON(local_record);
	if (sig->has_unknown_critical)
		return PGP_REASON(unknown_critical);
	return values_are_shortest(sig) ? NULL : PGP_REASON(loose_values);
}
