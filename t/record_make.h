/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records for tests: bare signatures by keys of maker.h that say what
 * notations.h can write.
 */
#ifndef T_RECORD_MAKE_H
#define T_RECORD_MAKE_H

#include "maker.h"
#include "notations/notations.h"

struct record_make {
	const struct maker_key *by;
	uint8_t type; /* 0x00, 0x02 or 0x50 */
	uint32_t created;
	const char *rec, *subject, *status; /* NULL: not said */
	struct bytes target;	     /* the signature that 0x50 confirms */
	struct bytes more, unhashed; /* further subpackets */
	bool no_issuer;		     /* no subpacket 33 */
};

static inline void
record_say(struct buf *hashed, enum notations_name name, const char *value)
{
	if (value != NULL)
		notations_write(name, bytes_of_str(value), hashed);
}

/* Append the signature's body to out. */
static inline void
record_make(const struct record_make *how, struct buf *out)
{
	struct pgp_subject on = { 0 };
	struct pgp_sig target;
	struct buf hashed;

	buf_init(&hashed, PGP_HASHED_MAX);
	record_say(&hashed, NOTATIONS_NAME_REC, how->rec);
	record_say(&hashed, NOTATIONS_NAME_SUBJECT, how->subject);
	record_say(&hashed, NOTATIONS_NAME_STATUS, how->status);
	buf_put(&hashed, how->more);
	if (how->target.n > 0) {
		ck_assert_int_eq(pgp_sig_parse(how->target, &target), ICS_OK);
		on.target = &target;
	}
	maker_sig_write(&(struct maker_sig){ .by = how->by,
			    .type = how->type,
			    .created = how->created,
			    .hashed = buf_bytes(&hashed),
			    .unhashed = how->unhashed,
			    .no_issuer = how->no_issuer },
	    &on, out);
	buf_release(&hashed);
}

/* Append it as a packet. */
static inline void
record_put(const struct record_make *how, struct buf *out)
{
	struct buf body;

	buf_init(&body, PGP_SIG_MAX);
	record_make(how, &body);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&body));
	buf_release(&body);
}

#endif
