/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sketches for other servers. One thread, begun by the first question, owns
 * all there is of them: it makes sketches, keeps the last few, and answers
 * every question, so that no thread of the front ever waits.
 *
 * A version is a set as it was when its sketch was begun: of everything, or of
 * a selection, as far as somebody may see it. Its name, ICS-Sketch-At, is a
 * stamp of the store when somebody first asked, and a mark of this process; its
 * key is drawn from that name. The stamp is the size of the log; but who does
 * not see everything may see more without a row of the log, so that the stamp
 * of his sets is the count of commits.
 * Invariant: all symbols under one name are of one set and one key.
 */
#ifndef API_SKETCH_H
#define API_SKETCH_H

#include "api/handler.h"
#include "base/array.h"
#include "item/item.h"

#define API_SKETCH_NAME_MAX  64
#define API_SKETCH_COUNT_MAX (1u << 18) /* symbols of an answer */

/* Of what a sketch is. */
struct api_scope {
	struct item_terms select;  /* none: everything */
	struct domain_sight sight; /* as far as this shows it */
};

/* A question on its way. */
struct api_sketch_ask {
	struct hkp_request *rq;
	struct hkp_reply *rp;
	struct api_scope scope;
	bool is_print;			/* else symbols: */
	char name[API_SKETCH_NAME_MAX]; /* empty: of the newest set */
	uint32_t from, count;
};

struct api_sketcher;
struct api_sketcher *api_sketcher_new(void);
/* Every question has been answered by then. */
void api_sketcher_free(struct api_sketcher *k);
/* ask is given; the reply comes later, or is filled at once when too many
 * are asking. */
void api_sketcher_ask(struct api_sketcher *k, struct api_sketch_ask *ask);

/* ---- a set, piece by piece ------------------------------------------------------ */

struct api_set {
	struct store_reader *r;	       /* looks at one snapshot; lent */
	const struct api_scope *scope; /* lent */
	uint8_t after[32];	       /* everything: the last digest */
	bool has_after;
	int64_t item; /* a selection: the last candidate */
	void (*each)(void *arg, const uint8_t digest[32]);
	void *arg;
};

/* Tell the next few digests; *more false: that was all. */
enum ics_err api_set_step(struct api_set *set, bool *more);

/* ---- versions --------------------------------------------------------------------- */

enum api_version_state {
	API_VERSION_ASKED, /* not begun */
	API_VERSION_MADE,  /* being made */
	API_VERSION_READY
};

ARRAY_OF(struct api_sketch_ask *, api_asks);

struct api_version {
	struct api_version *next;
	enum api_version_state state;
	char name[API_SKETCH_NAME_MAX];
	uint8_t key[SKETCH_KEY];
	struct api_scope scope;
	int64_t stamp; /* not above that of the snapshot it is made of */
	struct sketch_print print;
	struct sketch_maker *maker; /* owned; NULL before it is begun */
	uint32_t want;		    /* symbols that somebody asked for */
	uint64_t used;		    /* monotonic ns */
	struct api_asks asks;	    /* that wait for it */
};

#define API_VERSIONS_MAX    16
#define API_VERSIONS_OCTETS (64u << 20) /* of all of them, at rest */

/* Those there are, the newest first. Zero but for secret is an empty one. */
struct api_versions {
	struct api_version *first;
	uint8_t secret[32]; /* keys and the mark of names are drawn from it */
};

/* The newest of this scope that has (or will have) this stamp. */
struct api_version *api_versions_of(struct api_versions *all,
    const struct api_scope *scope, int64_t stamp);
/* By its name. */
struct api_version *api_versions_find(struct api_versions *all,
    const struct api_scope *scope, const char *name);
/* One more; NULL when as many as may be are waited for. */
struct api_version *api_versions_add(struct api_versions *all,
    const struct api_scope *scope, const char *name);
void api_versions_drop(struct api_versions *all, struct api_version *v);
/* Let go of what nobody has used for long, and of what is too much. */
void api_versions_trim(struct api_versions *all);

/* The name of a set that this stamp stands for. */
void api_version_name(const struct api_versions *all, int64_t stamp,
    char out[API_SKETCH_NAME_MAX]);
/* Is it one that this process gave? */
bool api_version_is_ours(const struct api_versions *all, const char *name);
void api_version_key(const struct api_versions *all, const char *name,
    uint8_t key[SKETCH_KEY]);

#endif
