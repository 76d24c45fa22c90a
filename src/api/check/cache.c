/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers that a worker keeps: packed, one behind the other in a ring of
 * octets, found by a table of rows of eight places.
 *
 *	ring   | free | tail: oldest, ..., newest | head: free |
 *	record   struct kept, what it rests on, the answer packed (pack.c)
 *
 * Invariant: each row of the log that came after an answer was made, and is
 * about anything that it rests on, makes it void. places[] has the position of
 * the last row about each place (until.c); a hash of two things to one place
 * voids too much, never too little. Descriptors come with another set. Where a
 * thing belongs, and who may see it, is asked of the store again after each
 * commit, before its answer is told.
 */
#include <stdlib.h>

#include "api/check.h"

#define ROWS	   4096u
#define IN_ROW	   8u
#define CATCHUP	   4096 /* log rows read in one look; beyond: all is void */
#define SIGHTS_MAX 64u	/* different ones for which answers are kept */
#define GROUPS_MAX 255u /* different sets of domains that things belong to */
#define PARTIES	   64u	/* of whom it is known who may see them */
#define NO_DOMAIN  UINT16_MAX

struct kept {
	uint64_t hash;
	uint64_t looked;  /* news as of which sight and group are known */
	int64_t position; /* of the log when it was made */
	int64_t made_at, data_at, until, freshness;
	uint32_t octets; /* of the record; 0: the ring goes on in front */
	uint32_t place;	 /* in at[], which points here unless it is void */
	uint32_t packed_n, block_n;
	uint16_t asked, number; /* the domain that was named; of the answer */
	uint16_t rests_n;
	uint8_t sight; /* for whose eyes it was made */
	uint8_t group; /* to which domains it belongs */
};
_Static_assert(sizeof(struct kept) % 8 == 0, "records stand at eights");
_Static_assert(STORE_DOMAINS_MAX < NO_DOMAIN, "a number of a domain fits");

/* May this party be seen, as of some news? */
struct seen {
	uint64_t looked;
	struct pgp_fpr fpr;
	uint8_t sight;
	bool is;
};

struct api_check_cache {
	const struct domain_set *set; /* held */
	uint64_t news, hits, quick;
	int64_t position;    /* of the log, as far as it was read */
	uint8_t *ring;	     /* owned */
	size_t most;	     /* octets of it */
	uint64_t tail, head; /* octets ever, of the oldest, behind the newest */
	struct buf scratch;
	struct domain_sight sights[SIGHTS_MAX];
	struct store_bits groups[GROUPS_MAX];
	size_t sights_n, groups_n;
	struct seen seen[PARTIES];
	int64_t places[API_CHECK_PLACES];
	uint32_t at[ROWS * IN_ROW]; /* eights of octets in the ring, plus 1 */
};

/* ---- life ------------------------------------------------------------------ */

struct api_check_cache *
api_check_cache_new(size_t octets)
{
	struct api_check_cache *k = alloc_zero(1, sizeof(*k));

	k->most = octets / 8 * 8;
	k->ring = alloc_zero(1, k->most);
	buf_init(&k->scratch, API_CHECK_PACKED_MAX);
	return k;
}

static void
all_clear(struct api_check_cache *k)
{
	k->tail = k->head = 0;
	k->sights_n = k->groups_n = 0;
	memset(k->at, 0, sizeof(k->at));
	memset(k->seen, 0, sizeof(k->seen));
}

void
api_check_cache_free(struct api_check_cache *k)
{
	if (k == NULL)
		return;
	domain_set_drop((struct domain_set *)(uintptr_t)k->set);
	buf_release(&k->scratch);
	free(k->ring);
	free(k);
}

void
api_check_cache_stats(const struct api_check_cache *k,
    struct api_check_cache_stats *out)
{
	*out = (struct api_check_cache_stats){ k->hits, k->quick,
		(size_t)(k->head - k->tail) };
}

/* ---- the ring --------------------------------------------------------------- */

static struct kept *
record_at(const struct api_check_cache *k, size_t octets)
{
	return (struct kept *)(void *)&k->ring[octets];
}

static void
void_make(struct api_check_cache *k, const struct kept *e)
{
	size_t here = (size_t)((const uint8_t *)e - k->ring);

	if (k->at[e->place] == here / 8 + 1)
		k->at[e->place] = 0;
}

static void
oldest_drop(struct api_check_cache *k)
{
	size_t here = (size_t)(k->tail % k->most);
	struct kept *e = record_at(k, here);

	if (k->most - here < sizeof(*e) || e->octets == 0) {
		k->tail += k->most - here;
		return;
	}
	void_make(k, e);
	k->tail += e->octets;
}

/* Room for so many octets in one piece, behind the newest. */
static struct kept *
room_take(struct api_check_cache *k, size_t octets)
{
	size_t here = (size_t)(k->head % k->most);
	size_t over = here + octets > k->most ? k->most - here : 0;

	while (k->head + over + octets - k->tail > k->most)
		oldest_drop(k);
	if (over >= sizeof(struct kept))
		record_at(k, here)->octets = 0;
	here = over > 0 ? 0 : here;
	k->head += over + octets;
	return record_at(k, here);
}

static uint16_t *
rests_of(struct kept *e)
{
	return (uint16_t *)(void *)&e[1];
}

static size_t
rests_octets(const struct kept *e)
{
	return (e->rests_n * sizeof(uint16_t) + 7) / 8 * 8;
}

static uint8_t *
packed_of(struct kept *e)
{
	return (uint8_t *)&e[1] + rests_octets(e);
}

/* ---- what is new ------------------------------------------------------------ */

static enum ics_err
log_read(struct api_check_cache *k, struct store_reader *r)
{
	struct store_log_row row;
	enum ics_err err = ICS_OK;

	for (int i = 0; i < CATCHUP; i++) {
		err = store_log_next(r, k->position, &row);
		if (err != ICS_OK)
			return err == ICS_ENOTFOUND ? ICS_OK : err;
		k->places[api_check_place(&row.subject)] = row.position;
		k->position = row.position;
	}
	all_clear(k);
	return store_log_size(r, &k->position);
}

enum ics_err
api_check_cache_look(struct api_check_cache *k,
    const struct api_check_request *c, uint64_t news)
{
	enum ics_err err = ICS_OK;

	if (k->set != c->set) {
		all_clear(k);
		domain_set_drop((struct domain_set *)(uintptr_t)k->set);
		k->set = domain_set_hold(c->set);
	}
	if (k->news == news && k->position != 0)
		return ICS_OK;
	if (k->position == 0) /* it is empty: nothing before matters */
		TRY(store_log_size(c->r, &k->position));
	TRY(log_read(k, c->r));
	k->news = news;
out:
	return err;
}

/* ---- keys ------------------------------------------------------------------- */

/* What an answer is kept under. */
struct key {
	const struct notations_subject *subject, *on; /* on kind NONE: none */
	const char *purpose;
	uint64_t hash;
	uint16_t asked;
	uint8_t sight;
};

static uint8_t
sight_number(struct api_check_cache *k, const struct api_check_request *c)
{
	static const struct domain_sight all = { .all = true };
	const struct domain_sight *sight =
	    c->rq == NULL || c->rq->sight == NULL ? &all : c->rq->sight;

	for (size_t i = 0; i < k->sights_n; i++)
		if (memcmp(&k->sights[i], sight, sizeof(*sight)) == 0)
			return (uint8_t)i;
	if (k->sights_n == SIGHTS_MAX)
		all_clear(k);
	memcpy(&k->sights[k->sights_n], sight, sizeof(*sight));
	return (uint8_t)k->sights_n++;
}

static uint64_t
mixed(uint64_t h, const void *p, size_t n)
{
	const uint8_t *octets = p;

	for (size_t i = 0; i < n; i++) /* FNV-1a */
		h = (h ^ octets[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void
key_make(struct api_check_cache *k, const struct api_check_request *c,
    struct key *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	key->purpose = c->purpose;
	key->sight = sight_number(k, c);
	key->asked =
	    c->domain == POLICY_NOBODY ? NO_DOMAIN : (uint16_t)c->domain;
	h = mixed(h, key->subject->b, key->subject->n);
	h = mixed(h, key->on->b, key->on->n);
	h = mixed(h, key->purpose, strlen(key->purpose));
	h = mixed(h, &key->sight, sizeof(key->sight));
	h = mixed(h, &key->asked, sizeof(key->asked));
	key->hash = h ^ h >> 32;
}

/* Behind the hash, an answer says itself what it is about. */
static bool
is_of(const struct api_check_answer *a, const struct key *key)
{
	return notations_subject_equal(&a->subject, key->subject) &&
	       (a->on == NULL ? key->on->kind == NOTATIONS_SUBJECT_NONE
			      : notations_subject_equal(a->on, key->on)) &&
	       strcmp(a->purpose, key->purpose) == 0;
}

static struct kept *
kept_find(struct api_check_cache *k, const struct key *key)
{
	const uint32_t *row = &k->at[key->hash % ROWS * IN_ROW];

	for (size_t n = 0; n < IN_ROW; n++) {
		struct kept *e;

		if (row[n] == 0)
			continue;
		e = record_at(k, (size_t)(row[n] - 1) * 8);
		if (e->hash == key->hash && e->sight == key->sight &&
		    e->asked == key->asked)
			return e;
	}
	return NULL;
}

/* ---- is it still so --------------------------------------------------------- */

/* Was its data heard of as it says, or is it fresh, and was heard of since? */
static bool
is_of_age(const struct api_check_request *c, const struct kept *e)
{
	int64_t data_at;

	if (e->number == NO_DOMAIN)
		return true;
	data_at = api_check_data_at(c,
	    policy_line_at(domain_set_line(c->set, e->number), c->when.at));
	if (data_at == e->data_at)
		return true;
	return data_at > e->data_at && e->data_at != 0 &&
	       c->when.at - e->data_at <= e->freshness / 4 * 3;
}

static bool
is_good(const struct api_check_cache *k, const struct api_check_request *c,
    struct kept *e)
{
	const uint16_t *rests = rests_of(e);

	if (c->when.at < e->made_at || c->when.at >= e->until ||
	    !is_of_age(c, e))
		return false;
	for (size_t i = 0; i < e->rests_n; i++)
		if (k->places[rests[i]] > e->position)
			return false;
	return true;
}

/* The answer of a record that is good; NULL for one that is not of the key. */
static struct api_check_answer *
told_again(struct api_check_cache *k, struct kept *e, const struct key *key)
{
	struct api_check_answer *a =
	    api_check_answer_unpack(bytes_of(packed_of(e), e->packed_n),
		e->block_n);

	if (is_of(a, key)) {
		k->hits++;
		return a;
	}
	api_check_answer_drop(a);
	return NULL;
}

struct api_check_answer *
api_check_cache_quick(struct api_check_cache *k,
    const struct api_check_request *c, const struct notations_subject *subject)
{
	static const struct notations_subject nothing;
	struct key key = { .subject = subject, .on = &nothing };
	struct api_check_answer *a;
	struct kept *e;

	key_make(k, c, &key);
	e = kept_find(k, &key);
	if (e == NULL || e->looked != k->news || !is_good(k, c, e))
		return NULL;
	a = told_again(k, e, &key);
	k->quick += a != NULL;
	return a;
}

static bool
is_group(const struct api_check_cache *k, const struct kept *e,
    const struct store_bits *bits)
{
	return memcmp(&k->groups[e->group], bits, sizeof(*bits)) == 0;
}

struct api_check_answer *
api_check_cache_find(struct api_check_cache *k,
    const struct api_check_request *c, const struct api_check_part *part,
    const struct store_bits *bits)
{
	struct key key = { .subject = &part->subject, .on = &part->on };
	struct kept *e;

	key_make(k, c, &key);
	e = kept_find(k, &key);
	if (e == NULL)
		return NULL;
	if (!is_group(k, e, bits) || !is_good(k, c, e)) {
		void_make(k, e);
		return NULL;
	}
	e->looked = k->news;
	return told_again(k, e, &key);
}

/* ---- keeping ---------------------------------------------------------------- */

static uint8_t
group_number(struct api_check_cache *k, const struct store_bits *bits)
{
	for (size_t i = 0; i < k->groups_n; i++)
		if (memcmp(&k->groups[i], bits, sizeof(*bits)) == 0)
			return (uint8_t)i;
	k->groups[k->groups_n] = *bits;
	return (uint8_t)k->groups_n++;
}

/* A free place of the row, else that of the one that was made first. */
static uint32_t
place_take(struct api_check_cache *k, uint64_t hash)
{
	uint32_t first = (uint32_t)(hash % ROWS * IN_ROW), oldest = first;

	for (uint32_t i = first; i < first + IN_ROW; i++) {
		if (k->at[i] == 0)
			return i;
		if (record_at(k, (size_t)(k->at[i] - 1) * 8)->position <
		    record_at(k, (size_t)(k->at[oldest] - 1) * 8)->position)
			oldest = i;
	}
	return oldest;
}

static void
record_put(struct api_check_cache *k, const struct kept *head,
    const struct api_check_answer *a)
{
	struct kept *e = room_take(k, head->octets);

	*e = *head;
	memcpy(rests_of(e), a->rests, a->rests_n * sizeof(uint16_t));
	memcpy(packed_of(e), k->scratch.p, k->scratch.n);
	e->place = place_take(k, e->hash);
	k->at[e->place] = (uint32_t)(((uint8_t *)e - k->ring) / 8 + 1);
}

void
api_check_cache_put(struct api_check_cache *k,
    const struct api_check_request *c, const struct api_check_answer *a,
    const struct store_bits *bits)
{
	static const struct notations_subject nothing;
	struct key key = { .subject = &a->subject,
		.on = a->on == NULL ? &nothing : a->on };
	struct kept head, *before;

	if (a->is_fleeting)
		return;
	buf_clear(&k->scratch);
	api_check_answer_pack(a, &k->scratch);
	if (buf_end(&k->scratch) != ICS_OK)
		return;
	if (k->groups_n == GROUPS_MAX)
		all_clear(k);
	key_make(k, c, &key);
	head = (struct kept){ .hash = key.hash,
		.looked = k->news,
		.position = k->position,
		.made_at = a->made_at,
		.data_at = a->data_at,
		.until = a->until,
		.freshness = a->freshness,
		.packed_n = (uint32_t)k->scratch.n,
		.block_n = (uint32_t)a->octets,
		.asked = key.asked,
		.number = a->number == POLICY_NOBODY ? NO_DOMAIN
						     : (uint16_t)a->number,
		.rests_n = a->rests_n,
		.sight = key.sight,
		.group = group_number(k, bits) };
	head.octets = (uint32_t)(sizeof(head) + rests_octets(&head) +
				 (k->scratch.n + 7) / 8 * 8);
	if (head.octets > k->most)
		return;
	before = kept_find(k, &key);
	if (before != NULL)
		void_make(k, before);
	record_put(k, &head, a);
}

/* ---- parties ---------------------------------------------------------------- */

bool
api_check_cache_sees(struct api_check_cache *k,
    const struct api_check_request *c, const struct pgp_fpr *party)
{
	struct notations_subject subject;
	uint8_t sight = sight_number(k, c);
	struct seen *s = &k->seen[(party->b[0] + sight) % PARTIES];

	if (s->fpr.n != 0 && s->looked == k->news && s->sight == sight &&
	    pgp_fpr_equal(&s->fpr, party))
		return s->is;
	notations_subject_of_fpr(party, &subject);
	*s = (struct seen){ .looked = k->news,
		.fpr = *party,
		.sight = sight,
		.is = api_check_may_see(c, &subject) };
	return s->is;
}
