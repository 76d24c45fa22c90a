/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of sessions share: captured streams, sets of hashes, and two
 * sides that talk. Invariant: octets cross in pieces, and both sides are
 * stepped until neither can go on.
 */
#ifndef T_RECON_TALK_H
#define T_RECON_TALK_H

#include "fixture.h"

#include "base/hex.h"
#include "recon/recon.h"

#define TALK_OPENING 126 /* octets: a Config with one filter, "passed" */

/* The hashes of a file, a line each, into a set. */
static inline void
talk_set_read(struct recon_set *set, const char *name)
{
	struct bytes text = fixture_read(name);
	struct recon_hash hash;

	ck_assert_uint_eq(text.n % (2 * RECON_HASH + 1), 0);
	for (size_t i = 0; i < text.n; i += 2 * RECON_HASH + 1) {
		ck_assert_int_eq(hex_read(bytes_of(text.p + i, 2 * RECON_HASH),
				     hash.b, RECON_HASH),
		    ICS_OK);
		(void)recon_set_add(set, &hash); /* perhaps there already */
	}
	fixture_free(text);
}

static inline struct recon_setup
talk_setup(enum recon_role role, struct recon_set *set)
{
	struct recon_setup setup = { .role = role,
		.version = "1.1.6",
		.filters = "yminsky.dedup",
		.http_port = 11371,
		.seed = 1 };

	recon_limits_default(&setup.limits);
	recon_view_of_set(set, &setup.view);
	return setup;
}

/* Step until nothing is left to do. */
static inline void
talk_step(struct recon_session *s)
{
	bool more = true;

	while (more)
		ck_assert_int_eq(recon_session_step(s, &more), ICS_OK);
}

/* What may be sent goes to out (NULL: nowhere). */
static inline size_t
talk_drain(struct recon_session *s, struct buf *out)
{
	struct bytes octets = recon_session_out(s);
	size_t n = octets.n;

	if (out != NULL)
		buf_put(out, octets);
	recon_session_sent(s, n);
	return n;
}

/* Feed a stream in pieces, and take what comes. */
static inline void
talk_feed(struct recon_session *s, struct bytes in, size_t piece,
    struct buf *out)
{
	talk_step(s);
	talk_drain(s, out);
	for (size_t at = 0; at < in.n; at += piece) {
		size_t n = in.n - at < piece ? in.n - at : piece;

		ck_assert_int_eq(recon_session_feed(s, bytes_of(in.p + at, n)),
		    ICS_OK);
		talk_step(s);
		talk_drain(s, out);
	}
}

/* Carry what one has for the other; how much it was. */
static inline size_t
talk_carry(struct recon_session *from, struct recon_session *to, size_t piece)
{
	struct bytes out = recon_session_out(from);
	size_t n = out.n < piece ? out.n : piece;

	if (n == 0 || !recon_session_wants(to))
		return 0;
	ck_assert_int_eq(recon_session_feed(to, bytes_of(out.p, n)), ICS_OK);
	recon_session_sent(from, n);
	return n;
}

/* Two sessions to their ends, or until both are stuck. */
static inline void
talk_run(struct recon_session *a, struct recon_session *b, size_t piece)
{
	size_t moved = 1;

	while (moved > 0) {
		talk_step(a);
		talk_step(b);
		moved = talk_carry(a, b, piece) + talk_carry(b, a, piece);
	}
}

/* Members of one that another lacks. */
struct talk_counting {
	const struct recon_set *other;
	size_t lacks;
};

static inline enum ics_err
talk_count(void *arg, const struct recon_hash *hash)
{
	struct talk_counting *c = arg;

	c->lacks += !recon_set_has(c->other, hash);
	return ICS_OK;
}

static inline size_t
talk_lacking(struct recon_set *set, const struct recon_set *other)
{
	struct talk_counting c = { other, 0 };
	struct recon_view view;
	struct recon_prefix root = { 0 };

	recon_view_of_set(set, &view);
	ck_assert_int_eq(view.each(view.arg, &root, talk_count, &c), ICS_OK);
	return c.lacks;
}

/* What was found is what only they have, all of it. */
static inline void
talk_found_is_all(const struct recon_session *s, struct recon_set *ours,
    struct recon_set *theirs)
{
	size_t n;
	const struct recon_hash *found = recon_session_found(s, &n);

	ck_assert_uint_eq(n, talk_lacking(theirs, ours));
	ck_assert_uint_eq(recon_session_tally(s)->theirs, n);
	for (size_t i = 0; i < n; i++)
		ck_assert(recon_set_has(theirs, &found[i]) &&
			  !recon_set_has(ours, &found[i]));
}

#endif
