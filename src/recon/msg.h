/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages, private to recon: one in a frame, its shape exact. What is read
 * lies in the frame; what is written is appended whole. Spec: recon.md 5, 6
 */
#ifndef RECON_MSG_H
#define RECON_MSG_H

#include "base/array.h"
#include "base/cursor.h"
#include "recon/recon.h"

ARRAY_OF(struct recon_hash, recon_hashes);

/* In the order in which SKS writes sets: as little-endian numbers. */
void recon_hashes_sort(struct recon_hashes *set);
/* In a sorted one. */
bool recon_hashes_has(const struct recon_hashes *set,
    const struct recon_hash *hash);

#define RECON_FRAME_HEAD    4 /* octets: the length of what follows */
#define RECON_ELEMENTS_HEAD 5 /* octets of Elements: its type, the count */

struct recon_msg {
	enum recon_type type;
	struct recon_prefix prefix; /* Poly, Full */
	struct recon_sum sum;	    /* Poly */
	struct bytes elements;	    /* Full, Elements, FullElements: whole ones,
	                        * lent from the frame */
	struct bytes body;	    /* Config: its map; Error: its text; lent */
};

/* What is in a frame, whose length is taken off. RECON_GOING_ON; SHAPE; TYPE
 * for what nobody sends. */
enum recon_end recon_msg_read(struct bytes frame, struct recon_msg *m);

/* The next of elements. False for what can be no member. */
bool recon_msg_element(struct cursor *elements, struct recon_hash *hash);

void recon_msg_poly(struct buf *out, const struct recon_prefix *p,
    const struct recon_sum *sum);
void recon_msg_full(struct buf *out, const struct recon_prefix *p,
    const struct recon_hashes *set);
/* Elements or FullElements. */
void recon_msg_elements(struct buf *out, enum recon_type type,
    const struct recon_hashes *set);
/* SyncFail, Done, Flush: no body. */
void recon_msg_bare(struct buf *out, enum recon_type type);
void recon_msg_error(struct buf *out, const char *text);

/* A string: its length, its octets. */
void recon_msg_string(struct buf *out, struct bytes text);
/* At most max octets, lent; else the cursor fails. */
struct bytes recon_msg_string_read(struct cursor *cur, size_t max);

#endif
