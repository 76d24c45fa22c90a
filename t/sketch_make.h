/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two sides of a reconciliation in one process. Members of a side are numbered
 * or random; a conversation goes as sketch_plan says.
 */
#ifndef T_SKETCH_MAKE_H
#define T_SKETCH_MAKE_H

#include "fixture.h"
#include "pgp/pgp.h"
#include "sketch/place.h"

struct pair {
	struct sketch_maker *m;
	struct sketch_reader *r;
	uint64_t theirs_n; /* members of m */
	size_t octets;	   /* of symbols, so far */
	unsigned rounds;
};

static inline struct sketch_member
digest_member(uint64_t n)
{
	uint8_t digest[32];
	struct sketch_member m;

	pgp_sha256(bytes_of(&n, sizeof(n)), digest);
	memcpy(m.b, digest, sizeof(m.b));
	return m;
}

static inline struct sketch_member
random_member(void)
{
	struct sketch_sum sum = { fixture_random() << 24 ^ fixture_random(),
		fixture_random() << 24 ^ fixture_random() };

	return sketch_member_of(sum);
}

static inline void
pair_new(struct pair *p, uint32_t symbols)
{
	struct sketch_member key = random_member();

	*p = (struct pair){ .m = sketch_maker_new(key.b, symbols),
		.r = sketch_reader_new(key.b) };
}

static inline void
pair_free(struct pair *p)
{
	sketch_maker_free(p->m);
	sketch_reader_free(p->r);
}

static inline void
theirs(struct pair *p, struct sketch_member m)
{
	sketch_maker_add(p->m, &m);
	p->theirs_n++;
}

static inline void
common(struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sketch_member m = random_member();

		theirs(p, m);
		sketch_reader_add(p->r, &m);
	}
}

/* Symbols [from, from + n) as they travel; buf_release. */
static inline struct buf
symbols(const struct pair *p, uint32_t from, uint32_t n)
{
	struct buf out;

	buf_init(&out, (size_t)n * SKETCH_SYMBOL);
	ck_assert_int_eq(sketch_maker_write(p->m, from, n, &out), ICS_OK);
	return out;
}

/* Ask as planned until the difference is known; false when it says to list
 * everything. */
static inline bool
converse(struct pair *p)
{
	while (!sketch_reader_is_done(p->r)) {
		uint32_t n = sketch_plan(p->r, p->theirs_n);
		struct buf out;

		if (n == 0)
			return false;
		out = symbols(p, sketch_reader_symbols(p->r), n);
		p->octets += out.n;
		p->rounds++;
		ck_assert_int_eq(sketch_reader_feed(p->r, buf_bytes(&out)),
		    ICS_OK);
		buf_release(&out);
	}
	return sketch_reader_fits(p->r, p->theirs_n);
}

#endif
