/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of store/store.h about domains: every version of every descriptor,
 * and what belongs to which domain. Others include store/store.h.
 *
 *	descriptor   the signed text as it came; none is ever changed or lost
 *	member       an item and a domain: derived, see item/item.h
 *	due, walk    items that must be derived again: at a time; one by one
 *
 * A domain has a small number for ever, given in the order in which names
 * came, without gaps. What it means is known above: src/domain.
 */
#ifndef STORE_DESCRIPTOR_H
#define STORE_DESCRIPTOR_H

#include "notations/notations.h"

struct store;
struct store_reader; /* see store/store.h */

#define STORE_DOMAINS_MAX	255
#define STORE_DOMAIN_NAME_MAX	64	   /* octets, with the NUL */
#define STORE_DESCRIPTORS_MAX	1024	   /* versions of a domain */
#define STORE_DESCRIPTOR_OCTETS (4u << 20) /* of one */

struct store_descriptor {
	char name[STORE_DOMAIN_NAME_MAX];
	unsigned domain; /* its number; filled by the store */
	int64_t serial;
	struct pgp_fpr owner; /* as it names it */
	int64_t signed_at;
	int64_t position;   /* in the log; filled by the store */
	uint8_t digest[32]; /* SHA-256 of text; filled by the store */
	struct bytes text;  /* the signed text as it came, lent until the next
	                     * call on the reader */
};

/* The one after this name and serial, by name, then serial; begin with "" and
 * 0. ICS_ENOTFOUND at the end. */
enum ics_err store_descriptor_next(struct store_reader *r,
    const char *after_name, int64_t after_serial, struct store_descriptor *d);
/* One of a name; serial 0: the newest. ICS_ENOTFOUND. */
enum ics_err store_descriptor_get(struct store_reader *r, const char *name,
    int64_t serial, struct store_descriptor *d);
/* The domain whose descriptor a row of the log tells of. ICS_ENOTFOUND. */
enum ics_err store_descriptor_domain(struct store_reader *r, int64_t position,
    unsigned *domain);
/* Grows with each descriptor that is stored. */
enum ics_err store_descriptor_generation(struct store_reader *r,
    uint64_t *generation);
/* Domains there are: one more than the highest number. */
enum ics_err store_domains_count(struct store_reader *r, unsigned *n);
/* Versions of one. */
enum ics_err store_descriptors_count(struct store_reader *r, unsigned domain,
    int64_t *n);

/* ---- membership ---------------------------------------------------------------- */

/* A bit for each domain, by number. */
struct store_bits {
	uint64_t w[4];
};
static inline bool
store_bits_has(const struct store_bits *bits, unsigned domain)
{
	return domain < STORE_DOMAINS_MAX &&
	       (bits->w[domain / 64] >> (domain % 64) & 1u) != 0;
}
static inline void
store_bits_set(struct store_bits *bits, unsigned domain)
{
	bits->w[domain / 64] |= UINT64_C(1) << (domain % 64);
}
/* Is there a domain in both? */
static inline bool
store_bits_meet(const struct store_bits *a, const struct store_bits *b)
{
	return ((a->w[0] & b->w[0]) | (a->w[1] & b->w[1]) |
		   (a->w[2] & b->w[2]) | (a->w[3] & b->w[3])) != 0;
}

/* All zero: of no domain. */
enum ics_err store_membership_get(struct store_reader *r,
    const struct notations_subject *subject, struct store_bits *bits);
/* The member of a domain after this one (NULL: the first), in the order of
 * their octets. ICS_ENOTFOUND. */
enum ics_err store_membership_next(struct store_reader *r, unsigned domain,
    const struct notations_subject *after, struct notations_subject *out);

/* ---- writing (the writer's thread only) ---------------------------------------- */

/*
 * Keep a descriptor, with its log row (STORE_EVENT_DESCRIPTOR, about its
 * owner). A new name gets the next number. ICS_EEXISTS when the newest of the
 * name has this serial or a higher one; ICS_ETOOBIG beyond one of the maxima.
 * position, domain and digest of d are filled.
 */
enum ics_err store_descriptor_put(struct store *s, struct store_descriptor *d,
    int64_t now);

enum ics_err store_membership_set(struct store *s,
    const struct notations_subject *subject, const struct store_bits *bits);

/* Look at an item again at this second; INT64_MAX: never by itself. */
enum ics_err store_due_put(struct store *s,
    const struct notations_subject *subject, int64_t at);
/* The item that has been due for longest; ICS_ENOTFOUND: none is. */
enum ics_err store_due_next(struct store *s, int64_t now,
    struct notations_subject *subject);

/*
 * A walk goes over all items (party version 0), or over those that a key spoke
 * about, for as many calls of store_walk_step as it takes, over restarts too.
 * Putting it again begins it anew. Of a key that spoke about nothing but
 * itself there is none.
 */
enum store_reach {
	STORE_WALK_FAR, /* who walks goes on to what those items spoke about */
	STORE_WALK_NEAR
};
enum ics_err store_walk_put(struct store *s, const struct pgp_fpr *party,
    enum store_reach reach);
/* The next item of a walk; it is done with when that is committed.
 * ICS_ENOTFOUND: no walk is under way (any more). */
struct store_walked {
	struct notations_subject subject;
	enum store_reach reach;
};
enum ics_err store_walk_step(struct store *s, struct store_walked *walked);
/* An item that a key spoke about, behind *after (0: the first), which moves on.
 * ICS_ENOTFOUND: there is no more. */
enum ics_err store_spoken_next(struct store_reader *r,
    const struct pgp_fpr *party, int64_t *after, struct notations_subject *out);
/* Is one? */
enum ics_err store_walk_is(struct store_reader *r, bool *is);

/*
 * A reader that sees what the open transaction has changed. Lent by s; its
 * snapshot is neither begun nor ended by anybody, and what it lends ends with
 * the next change. The writer's thread only. Errors of preparing it.
 */
enum ics_err store_peek_reader(struct store *s, struct store_reader **r);

/* ---- fsck -------------------------------------------------------------------- */

/* What is derived by rules that the store does not know. Both are told what is
 * stored and say whether they make it so; r is fsck's. Errors of the world. */
struct store_judge {
	enum ics_err (*descriptor)(void *arg, struct store_reader *r,
	    const struct store_descriptor *d, bool *is_right);
	/* NULL: not looked at. */
	enum ics_err (*member)(void *arg, struct store_reader *r,
	    const struct notations_subject *subject, bool *is_right);
	void *arg;
};

#endif
