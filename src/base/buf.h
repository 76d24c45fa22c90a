/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growing owned octets with a ceiling given at birth.
 *
 * Writing past the ceiling is remembered, not reported: every further write
 * is dropped and buf_end answers ICS_ETOOBIG. So a writer of many fields
 * asks once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"

struct buf {
	uint8_t *p;
	size_t n;   /* written */
	size_t cap; /* allocated */
	size_t max; /* the ceiling */
	bool full;  /* sticky: the ceiling was met */
};

/* An empty buffer that never grows over max octets; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Free the octets; the buffer is empty and usable again. */
void buf_release(struct buf *b);

/* Forget what was written, keep the storage. */
void buf_clear(struct buf *b);

/* Forget what was written behind the first n octets; n <= b->n. */
void buf_cut(struct buf *b, size_t n);

/* Append a copy of the view. */
void buf_put(struct buf *b, struct bytes data);
void buf_put_str(struct buf *b, const char *s);
void buf_u8(struct buf *b, uint8_t v);
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);

/* Append formatted text, without a NUL. */
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Room for n octets at the end, lent for writing until the next call; the
 * octets count as written. NULL when that would pass the ceiling.
 */
uint8_t *buf_grow(struct buf *b, size_t n);

/* A view of what was written; valid until the next write. */
static inline struct bytes
buf_bytes(const struct buf *b)
{
	return bytes_of(b->p, b->n);
}

/* NUL-terminate (the NUL is not counted) and lend as a string. */
const char *buf_str(struct buf *b);

/*
 * Give the octets away: the caller frees them with alloc_bytes_free(); the
 * buffer is empty afterwards. p is never NULL.
 */
struct bytes buf_take(struct buf *b);

/* ICS_OK, or ICS_ETOOBIG when any write met the ceiling. */
enum ics_err buf_end(const struct buf *b);

#endif
