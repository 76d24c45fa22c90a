/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sending many certificates while more are signed: batches go one after the
 * other over one connection, on a thread of its own, and come back with their
 * outcomes in the same order.
 */
#ifndef SIGN_POST_H
#define SIGN_POST_H

#include "base/array.h"
#include "sign/send.h"

/* Where a certificate of a batch comes from. */
struct sign_origin {
	size_t line;
	char fingerprint[72];
};
ARRAY_OF(struct sign_origin, sign_origins);

struct sign_batch {
	struct buf packets;	     /* owned */
	struct sign_origins origins; /* owned; one for each certificate */
	size_t last;		     /* line of the last row read for it */
	struct sign_answer answer;   /* owned */
	enum ics_err err;	     /* of sending it */
};
struct sign_batch *sign_batch_new(void);
void sign_batch_free(struct sign_batch *batch);

/* The line of a fingerprint; 0 when it is of none. */
size_t sign_batch_line(const struct sign_batch *batch, const char *fingerprint);

struct sign_post;

/* Start the thread; where is lent. The caller frees *post. */
enum ics_err sign_post_new(const struct where *where, struct sign_post **post);
/* Waits for what is under way; batches that were not taken back are freed. */
void sign_post_free(struct sign_post *post);

/* Give a batch away; waits while several are ahead. */
void sign_post_put(struct sign_post *post, struct sign_batch *batch);

/* One that was answered, or NULL: at once, or with wait after none is left
 * under way. The caller frees it. */
struct sign_batch *sign_post_take(struct sign_post *post, bool wait);

#endif
