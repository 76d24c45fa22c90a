/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets of both sides share: a session over recon_own.h's set
 * is fed an input in pieces. The first octet chooses the pieces and limits.
 * Whatever comes, the session ends, holds little, and finds only what may be.
 */
#ifndef T_FUZZ_RECON_SIDE_H
#define T_FUZZ_RECON_SIDE_H

#include <stdlib.h>

#include "../recon_own.h"
#include "recon/state.h"

static inline void
side_steps(struct recon_session *s)
{
	bool more = true;

	while (more)
		if (recon_session_step(s, &more) != ICS_OK)
			abort();
}

static inline void
side_feed(struct recon_session *s, struct bytes in, size_t piece)
{
	for (size_t at = 0; at < in.n && recon_session_wants(s); at += piece) {
		size_t n = in.n - at < piece ? in.n - at : piece;

		if (recon_session_feed(s, bytes_of(in.p + at, n)) != ICS_OK)
			abort();
		side_steps(s);
		if (s->in.cap > 2 * s->in.max || s->out.cap > 2 * s->out.max)
			abort();
		recon_session_sent(s, recon_session_out(s).n);
	}
}

static inline void
side_check(const struct recon_session *s, const struct recon_set *set)
{
	size_t n;
	const struct recon_hash *found = recon_session_found(s, &n);

	if (recon_session_end(s) == RECON_GOING_ON || n > s->limits.hashes)
		abort();
	for (size_t i = 0; i < n; i++)
		if (recon_set_has(set, &found[i]) ||
		    !recon_hash_fits(&found[i]))
			abort();
}

static inline void
side_run(enum recon_role role, const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 7, 1460, RECON_FEED_MAX };
	uint8_t choice = size > 0 ? data[0] : 0;
	static struct recon_set *set; /* made once: no session changes it */
	struct recon_setup setup = { .role = role,
		.version = "1.1.6",
		.filters = "yminsky.dedup",
		.filters_as_text = (choice & 4) != 0,
		.seed = choice };
	struct recon_session *s;

	set = set == NULL ? recon_own_make() : set;
	recon_limits_default(&setup.limits);
	setup.limits.wary = (choice & 8) != 0;
	setup.limits.full = (choice & 16) != 0 ? 10 : 149;
	setup.limits.hashes = (choice & 32) != 0 ? 3 : 1000;
	setup.limits.requests = (choice & 64) != 0 ? 5 : 1000;
	recon_view_of_set(set, &setup.view);
	s = recon_session_new(&setup);
	side_steps(s);
	if (size > 0)
		side_feed(s, bytes_of(data + 1, size - 1), pieces[choice & 3]);
	recon_session_eof(s);
	side_steps(s);
	side_check(s, set);
	recon_session_free(s);
}

#endif
