/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: what only a peer has is fetched from it by /pks/hashquery,
 * in batches, each given to intake like any upload. What is in our set
 * afterwards is forgotten by known.c, what is not is noted there: as a ghost
 * when the peer delivered it. Spec: recon.md 13, 16
 */
#ifndef SYNC_FETCH_H
#define SYNC_FETCH_H

#include "recon/recon.h"
#include "sync/known.h"
#include "sync/loop.h"

/* What came of it. */
struct sync_fetched {
	size_t asked;	/* hashes that went into a request */
	size_t came;	/* certificates that were answered */
	size_t taken;	/* of these, inserted or updated */
	size_t useless; /* came, but changed nothing or were refused */
	size_t left;	/* hashes not asked for: after an error, or for later */
	const char *error, *words; /* as in struct sync_result */
	unsigned retry_after;
};

struct sync_fetch {
	const struct recon_hash *hashes; /* n of them; copied */
	size_t n;
	struct sync_known *known; /* lent until done or cancelled */
	uint16_t http_port; /* of the peer's Config; where its url is empty */
	void *arg;
	/* Called once, from the loop; the result is lent for the call. */
	void (*done)(struct sync *s, struct sync_peer *p, void *arg,
	    const struct sync_fetched *result);
};

/* One at a time for a peer; n 0 is done at once. */
void sync_fetch_start(struct sync *s, struct sync_peer *p,
    const struct sync_fetch *what);
/* True while one goes on. */
bool sync_fetch_is_active(const struct sync_peer *p);
/* Let go of it: done is not called. Harmless when there is none. */
void sync_fetch_cancel(struct sync *s, struct sync_peer *p);

/* ---- push.c ------------------------------------------------------------------ */

/*
 * The other way, where sets cannot be compared: certificates that are new in
 * our log go to /pks/add of the peer. How far the log was given is kept; what
 * the peer refused is behind that, and goes again when it has changed.
 * Spec: recon.md 14
 */
struct sync_push {
	uint16_t http_port; /* where the peer's url is empty */
	void *arg;
	/* Called once, from the loop; the result is lent for the call. */
	void (*done)(struct sync *s, struct sync_peer *p, void *arg,
	    const struct sync_result *result);
};

/* One at a time for a peer. */
void sync_push_start(struct sync *s, struct sync_peer *p,
    const struct sync_push *what);
/* Let go of it: done is not called. Harmless when there is none. */
void sync_push_cancel(struct sync *s, struct sync_peer *p);

#endif
