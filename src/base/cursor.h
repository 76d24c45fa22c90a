/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reader over borrowed octets with a sticky error: read ten fields, ask
 * once whether it went well. After a short read every further read yields
 * zero or an empty view, and cursor_end reports it.
 *
 * This is the only place that turns octets into numbers.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/bytes.h"
#include "base/err.h"

struct cursor {
	struct bytes rest; /* what is not yet read */
	bool failed;	   /* sticky: something was short */
};

/* A cursor at the start of data, which the caller keeps alive. */
static inline struct cursor
cursor_of(struct bytes data)
{
	return (struct cursor){ data, false };
}

/* The next n octets, lent from the data; empty and failed when short. */
struct bytes cursor_take(struct cursor *cur, size_t n);

/* Everything that is left (may be empty), lent; never fails. */
struct bytes cursor_rest(struct cursor *cur);

/* Big-endian unsigned numbers; 0 and failed when short. */
uint8_t cursor_u8(struct cursor *cur);
uint16_t cursor_be16(struct cursor *cur);
uint32_t cursor_be32(struct cursor *cur);
uint64_t cursor_be64(struct cursor *cur);

/* The next octet without consuming it; 0 at the end, never fails. */
uint8_t cursor_peek(const struct cursor *cur);

/* Mark the data as malformed; the cursor stays failed. */
void cursor_fail(struct cursor *cur);

static inline bool
cursor_has(const struct cursor *cur)
{
	return !cur->failed && cur->rest.n > 0;
}

/*
 * The one check. ICS_OK: everything read, nothing left. ICS_ETRUNCATED: a
 * read was short or the data was marked malformed. ICS_EFORMAT: octets are
 * left over.
 */
enum ics_err cursor_end(const struct cursor *cur);

/* Like cursor_end, but octets left over are fine. */
enum ics_err cursor_ok(const struct cursor *cur);

/* Octets of a fixed-width number outside a stream, as of a key ID. */
uint64_t be64_from_bytes(const uint8_t p[8]);
uint32_t be32_from_bytes(const uint8_t p[4]);

#endif
