/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The codec: reader and writer of a message side by side. Invariant: a shape
 * is taken only when every octet of the frame has its place in it.
 */
#include "recon/msg.h"

/* ---- strings, prefixes, sets ------------------------------------------------- */

void
recon_msg_string(struct buf *out, struct bytes text)
{
	buf_be32(out, (uint32_t)text.n);
	buf_put(out, text);
}

struct bytes
recon_msg_string_read(struct cursor *cur, size_t max)
{
	size_t n = cursor_be32(cur);

	if (n > max)
		cursor_fail(cur);
	return cursor_take(cur, n);
}

static void
prefix_write(struct buf *out, const struct recon_prefix *p)
{
	buf_be32(out, p->bits);
	recon_msg_string(out, bytes_of(p->b, (p->bits + 7u) / 8));
}

static void
prefix_read(struct cursor *cur, struct recon_prefix *p)
{
	uint32_t bits = cursor_be32(cur);
	struct bytes octets = recon_msg_string_read(cur, RECON_HASH);

	if (cur->failed || recon_prefix_make(bits, octets, p) != ICS_OK)
		cursor_fail(cur);
}

static void
set_write(struct buf *out, const struct recon_hashes *set)
{
	buf_be32(out, (uint32_t)set->n);
	for (size_t i = 0; i < set->n; i++) {
		buf_put(out, bytes_of(set->at[i].b, RECON_HASH));
		buf_u8(out, 0);
	}
}

/* A set is the last part of any message: its count is what is left. */
static struct bytes
set_read(struct cursor *cur)
{
	uint32_t count = cursor_be32(cur);
	struct bytes rest = cursor_rest(cur);

	if (rest.n % RECON_ELEMENT != 0 || rest.n / RECON_ELEMENT != count)
		cursor_fail(cur);
	return rest;
}

bool
recon_msg_element(struct cursor *elements, struct recon_hash *hash)
{
	struct bytes octets = cursor_take(elements, RECON_HASH);

	if (octets.n == RECON_HASH)
		memcpy(hash->b, octets.p, RECON_HASH);
	return cursor_u8(elements) == 0 && !elements->failed &&
	       recon_hash_fits(hash);
}

/* ---- writers --------------------------------------------------------------------- */

/* Begin a frame; where it begins. */
static size_t
frame_begin(struct buf *out, enum recon_type type)
{
	size_t at = out->n;

	buf_be32(out, 0);
	buf_u8(out, (uint8_t)type);
	return at;
}

/* Its length is known now. */
static void
frame_end(struct buf *out, size_t at)
{
	uint32_t n;

	if (buf_end(out) != ICS_OK)
		return;
	n = (uint32_t)(out->n - at - RECON_FRAME_HEAD);
	for (size_t i = 0; i < RECON_FRAME_HEAD; i++)
		out->p[at + i] = (uint8_t)(n >> (24 - 8 * i));
}

void
recon_msg_poly(struct buf *out, const struct recon_prefix *p,
    const struct recon_sum *sum)
{
	size_t at = frame_begin(out, RECON_POLY);
	uint8_t sample[RECON_ELEMENT];

	prefix_write(out, p);
	buf_be32(out, sum->n);
	buf_be32(out, RECON_SAMPLES);
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		recon_zp_write(&sum->at[i], sample);
		buf_put(out, bytes_of(sample, RECON_ELEMENT));
	}
	frame_end(out, at);
}

/* Samples that are not fully reduced are refused, and a size that SKS would
 * take for a negative one. */
static void
poly_read(struct cursor *cur, struct recon_msg *m)
{
	prefix_read(cur, &m->prefix);
	m->sum.n = cursor_be32(cur);
	if (m->sum.n > INT32_MAX || cursor_be32(cur) != RECON_SAMPLES)
		cursor_fail(cur);
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		struct bytes octets = cursor_take(cur, RECON_ELEMENT);

		if (octets.n != RECON_ELEMENT ||
		    recon_zp_read(octets.p, &m->sum.at[i]) != ICS_OK)
			cursor_fail(cur);
	}
}

void
recon_msg_full(struct buf *out, const struct recon_prefix *p,
    const struct recon_hashes *set)
{
	size_t at = frame_begin(out, RECON_FULL);

	prefix_write(out, p);
	set_write(out, set);
	frame_end(out, at);
}

static void
full_read(struct cursor *cur, struct recon_msg *m)
{
	prefix_read(cur, &m->prefix);
	m->elements = set_read(cur);
}

void
recon_msg_elements(struct buf *out, enum recon_type type,
    const struct recon_hashes *set)
{
	size_t at = frame_begin(out, type);

	set_write(out, set);
	frame_end(out, at);
}

void
recon_msg_bare(struct buf *out, enum recon_type type)
{
	frame_end(out, frame_begin(out, type));
}

void
recon_msg_error(struct buf *out, const char *text)
{
	size_t at = frame_begin(out, RECON_ERROR);

	recon_msg_string(out, bytes_of_str(text));
	frame_end(out, at);
}

/* ---- the reader ------------------------------------------------------------------- */

enum recon_end
recon_msg_read(struct bytes frame, struct recon_msg *m)
{
	struct cursor cur = cursor_of(frame);
	uint8_t type = cursor_u8(&cur);

	memset(m, 0, sizeof(*m));
	if (cur.failed)
		return RECON_END_SHAPE;
	if (type > RECON_CONFIG)
		return RECON_END_TYPE;
	m->type = (enum recon_type)type;
	switch (m->type) {
	case RECON_POLY:
		poly_read(&cur, m);
		break;
	case RECON_FULL:
		full_read(&cur, m);
		break;
	case RECON_ELEMENTS:
	case RECON_FULL_ELEMENTS:
		m->elements = set_read(&cur);
		break;
	case RECON_SYNC_FAIL:
	case RECON_DONE:
	case RECON_FLUSH:
		break;
	case RECON_ERROR:
		m->body = recon_msg_string_read(&cur, frame.n);
		break;
	case RECON_DB_REQUEST:
	case RECON_DB_REPLY:
		return RECON_END_TYPE; /* defined, never sent */
	case RECON_CONFIG:
		m->body = cursor_rest(&cur);
		break;
	}
	return cursor_end(&cur) == ICS_OK ? RECON_GOING_ON : RECON_END_SHAPE;
}

/* ---- sets -------------------------------------------------------------------------- */

/* The last octet is the most significant. */
static int
compare(const void *a, const void *b)
{
	const struct recon_hash *x = a, *y = b;

	for (size_t i = RECON_HASH; i-- > 0;)
		if (x->b[i] != y->b[i])
			return x->b[i] < y->b[i] ? -1 : 1;
	return 0;
}

void
recon_hashes_sort(struct recon_hashes *set)
{
	if (set->n > 1)
		qsort(set->at, set->n, sizeof(set->at[0]), compare);
}

bool
recon_hashes_has(const struct recon_hashes *set, const struct recon_hash *hash)
{
	return set->n > 0 && bsearch(hash, set->at, set->n, sizeof(set->at[0]),
				 compare) != NULL;
}
