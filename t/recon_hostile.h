/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of hostile peers share: sessions that have opened, messages
 * in hex, and what always holds. Spec: recon.md 16
 */
#ifndef T_RECON_HOSTILE_H
#define T_RECON_HOSTILE_H

#include "recon_own.h"
#include "recon_talk.h"

#include "recon/state.h"

#define CONFIG                       \
	"00000070"                   \
	"0a"                         \
	"00000005"                   \
	"0000000a"                   \
	"6269747175616e74756d"       \
	"00000004"                   \
	"00000002"                   \
	"00000007"                   \
	"66696c74657273"             \
	"0000000d"                   \
	"796d696e736b792e6465647570" \
	"00000009"                   \
	"6874747020706f7274"         \
	"00000004"                   \
	"00002c6b"                   \
	"00000004"                   \
	"6d626172"                   \
	"00000004"                   \
	"00000005"                   \
	"00000007"                   \
	"76657273696f6e"             \
	"00000005"                   \
	"312e312e36"
#define PASSED     \
	"00000006" \
	"706173736564"

static inline void
memory_is_bounded(const struct recon_session *s)
{
	/* The buffer doubles. */
	ck_assert_uint_le(s->in.cap, 2 * (s->in.max + 1));
	ck_assert_uint_le(s->out.cap, 2 * (s->out.max + 1));
	ck_assert_uint_le(s->found.list.n, s->limits.hashes);
	ck_assert_uint_le(s->found.slots, 64 + 4 * s->limits.hashes);
	ck_assert_uint_le(s->asker.burst.n, s->limits.fly);
	/* Deep first: three more at each level for each on its way. */
	ck_assert_uint_le(s->asker.todo.n, 64 * 3 * s->limits.fly + 4);
}

static inline void
found_is_sound(const struct recon_session *s, const struct recon_set *ours)
{
	size_t n;
	const struct recon_hash *found = recon_session_found(s, &n);

	for (size_t i = 0; i < n; i++)
		ck_assert(recon_hash_fits(&found[i]) &&
			  !recon_set_has(ours, &found[i]));
}

static inline struct bytes
octets_of(const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *octets = alloc_new(n + 1);

	ck_assert_int_eq(hex_read(bytes_of_str(hex), octets, n), ICS_OK);
	return bytes_of(octets, n);
}

static inline void
hex_feed(struct recon_session *s, const char *hex, struct buf *out)
{
	struct bytes octets = octets_of(hex);

	talk_feed(s, octets, RECON_FEED_MAX, out);
	fixture_free(octets);
}

/* A session that has opened: what it said so far is gone. */
static inline struct recon_session *
opened(struct recon_set *set, enum recon_role role, size_t hashes)
{
	struct recon_setup setup = talk_setup(role, set);
	struct recon_session *s;

	setup.limits.hashes = hashes;
	setup.limits.requests = 5000; /* so that floods end soon */
	s = recon_session_new(&setup);
	hex_feed(s, CONFIG PASSED, NULL);
	ck_assert_int_eq(recon_session_end(s), RECON_GOING_ON);
	return s;
}

#endif
