/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An answer as it is kept: half as many octets as the block that is told.
 * Invariant: what is unpacked is what was packed, member by member; so both
 * stand here.
 */
#include <assert.h>

#include "api/check.h"

enum {
	IS_ALLOWED = 1,
	IS_STALE = 2,
	HAS_ON = 4,
	HAS_REGISTERED = 8
};

/* ---- into octets ----------------------------------------------------------- */

static void
text_pack(struct buf *out, const char *text)
{
	struct bytes b = bytes_of_str(text);

	assert(b.n <= UINT16_MAX); /* API_CHECK_NAME_MAX as a JSON string */
	buf_be16(out, (uint16_t)b.n);
	buf_put(out, b);
}

static void
subject_pack(struct buf *out, const struct notations_subject *s)
{
	buf_u8(out, (uint8_t)s->kind);
	buf_u8(out, s->tag);
	buf_u8(out, s->n);
	buf_put(out, bytes_of(s->b, s->n));
}

static void
fpr_pack(struct buf *out, const struct pgp_fpr *fpr)
{
	buf_u8(out, fpr->version);
	buf_u8(out, fpr->n);
	buf_put(out, bytes_of(fpr->b, fpr->n));
}

static void
reason_pack(struct buf *out, const struct api_check_reason *r)
{
	buf_u8(out, r->rule);
	buf_u8(out, r->tone);
	buf_u8(out, r->evidence);
	buf_be16(out, r->missing);
	buf_be32(out, (uint32_t)r->line);
}

static void
voucher_pack(struct buf *out, const struct api_check_voucher *v)
{
	fpr_pack(out, &v->fpr);
	buf_be16(out, v->roles);
	buf_put(out, bytes_of(v->digest, sizeof(v->digest)));
	text_pack(out, v->name);
}

static void
lists_pack(struct buf *out, const struct api_check_answer *a)
{
	buf_be16(out, a->reasons_n);
	buf_be16(out, a->said_n);
	buf_be16(out, a->vouchers_n);
	for (size_t i = 0; i < a->reasons_n; i++)
		reason_pack(out, &a->reasons[i]);
	for (size_t i = 0; i < a->said_n; i++) {
		buf_put(out, bytes_of(a->said[i].digest, 32));
		fpr_pack(out, &a->said[i].issuer);
	}
	for (size_t i = 0; i < a->vouchers_n; i++)
		voucher_pack(out, &a->vouchers[i]);
}

void
api_check_answer_pack(const struct api_check_answer *a, struct buf *out)
{
	buf_u8(out, (uint8_t)((a->is_allowed ? IS_ALLOWED : 0) |
			      (a->is_stale ? IS_STALE : 0) |
			      (a->on != NULL ? HAS_ON : 0) |
			      (a->registered != NULL ? HAS_REGISTERED : 0)));
	buf_be64(out, a->number);
	buf_be64(out, (uint64_t)a->made_at);
	buf_be64(out, (uint64_t)a->data_at);
	buf_be64(out, (uint64_t)a->freshness);
	buf_be64(out, (uint64_t)a->grace);
	buf_be64(out, (uint64_t)a->until);
	subject_pack(out, &a->subject);
	if (a->on != NULL)
		subject_pack(out, a->on);
	if (a->registered != NULL)
		subject_pack(out, a->registered);
	text_pack(out, a->domain);
	lists_pack(out, a);
	text_pack(out, a->purpose);
}

/* ---- and back -------------------------------------------------------------- */

/* What we packed ourselves is whole: the end is looked at once. */
static char *
text_unpack(struct cursor *cur, struct api_check_block *b)
{
	struct bytes text = cursor_take(cur, cursor_be16(cur));
	char *to = api_check_block_take(b, text.n + 1);

	if (text.n > 0)
		memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return to;
}

static void
subject_unpack(struct cursor *cur, struct notations_subject *s)
{
	struct bytes octets;

	s->kind = cursor_u8(cur);
	s->tag = cursor_u8(cur);
	s->n = cursor_u8(cur);
	octets = cursor_take(cur, s->n);
	if (octets.n > 0 && octets.n <= sizeof(s->b))
		memcpy(s->b, octets.p, octets.n);
}

static const struct notations_subject *
subject_new(struct cursor *cur, struct api_check_block *b)
{
	struct notations_subject *s = api_check_block_take(b, sizeof(*s));

	subject_unpack(cur, s);
	return s;
}

static void
fpr_unpack(struct cursor *cur, struct pgp_fpr *fpr)
{
	struct bytes octets;

	fpr->version = cursor_u8(cur);
	fpr->n = cursor_u8(cur);
	octets = cursor_take(cur, fpr->n);
	if (octets.n > 0 && octets.n <= sizeof(fpr->b))
		memcpy(fpr->b, octets.p, octets.n);
}

static void
digest_unpack(struct cursor *cur, uint8_t digest[32])
{
	struct bytes octets = cursor_take(cur, 32);

	if (octets.n == 32)
		memcpy(digest, octets.p, 32);
}

static void
reason_unpack(struct cursor *cur, struct api_check_reason *r)
{
	r->rule = cursor_u8(cur);
	r->tone = cursor_u8(cur);
	r->evidence = cursor_u8(cur);
	r->missing = cursor_be16(cur);
	r->line = (int32_t)cursor_be32(cur);
}

static void
lists_unpack(struct cursor *cur, struct api_check_block *b,
    struct api_check_answer *a)
{
	struct api_check_reason *reasons;
	struct api_check_said *said;
	struct api_check_voucher *vouchers;

	a->reasons_n = cursor_be16(cur);
	a->said_n = cursor_be16(cur);
	a->vouchers_n = cursor_be16(cur);
	reasons = api_check_block_take(b, a->reasons_n * sizeof(*reasons));
	said = api_check_block_take(b, a->said_n * sizeof(*said));
	vouchers = api_check_block_take(b, a->vouchers_n * sizeof(*vouchers));
	for (size_t i = 0; i < a->reasons_n; i++)
		reason_unpack(cur, &reasons[i]);
	for (size_t i = 0; i < a->said_n; i++) {
		digest_unpack(cur, said[i].digest);
		fpr_unpack(cur, &said[i].issuer);
	}
	for (size_t i = 0; i < a->vouchers_n; i++) {
		fpr_unpack(cur, &vouchers[i].fpr);
		vouchers[i].roles = cursor_be16(cur);
		digest_unpack(cur, vouchers[i].digest);
		vouchers[i].name = text_unpack(cur, b);
	}
	a->reasons = reasons;
	a->said = said;
	a->vouchers = vouchers;
}

struct api_check_answer *
api_check_answer_unpack(struct bytes packed, size_t octets)
{
	struct api_check_block b = { alloc_zero(1, octets), 0 };
	struct api_check_answer *a = api_check_block_take(&b, sizeof(*a));
	struct cursor cur = cursor_of(packed);
	unsigned flags = cursor_u8(&cur);

	a->holds = 1;
	a->octets = octets;
	a->is_allowed = (flags & IS_ALLOWED) != 0;
	a->is_stale = (flags & IS_STALE) != 0;
	a->number = (size_t)cursor_be64(&cur);
	a->made_at = (int64_t)cursor_be64(&cur);
	a->data_at = (int64_t)cursor_be64(&cur);
	a->freshness = (int64_t)cursor_be64(&cur);
	a->grace = (int64_t)cursor_be64(&cur);
	a->until = (int64_t)cursor_be64(&cur);
	subject_unpack(&cur, &a->subject);
	if ((flags & HAS_ON) != 0)
		a->on = subject_new(&cur, &b);
	if ((flags & HAS_REGISTERED) != 0)
		a->registered = subject_new(&cur, &b);
	a->domain = text_unpack(&cur, &b);
	lists_unpack(&cur, &b, a);
	a->purpose = text_unpack(&cur, &b);
	assert(cursor_end(&cur) == ICS_OK && b.n <= octets);
	return a;
}
