/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers that a worker keeps, in a table of rows of eight.
 *
 * Invariant: each row of the log that came after an answer was made, and is
 * about anything that it rests on, makes it void. places[] has the position of
 * the last row about each place (until.c); a hash of two things to one place
 * voids too much, never too little. Descriptors come with another set;
 * membership, and what may be seen, are part of the key.
 */
#include <stdlib.h>

#include "api/check.h"

#define ROWS	2048u
#define IN_ROW	8u
#define CATCHUP 4096 /* log rows read in one look; beyond: all is void */

struct kept {
	struct api_check_answer *answer; /* held; NULL: free */
	uint64_t hash;
	size_t asked; /* the domain that was named */
	struct store_bits bits;
	struct domain_sight sight; /* for whose eyes it was made */
	int64_t position;	   /* of the log when it was made */
};
struct row {
	struct kept at[IN_ROW];
};
struct api_check_cache {
	const struct domain_set *set; /* held */
	uint64_t news, hits;
	int64_t position; /* of the log, as far as it was read */
	size_t octets, most;
	size_t hand; /* the row that gives next, when there is too much */
	int64_t places[API_CHECK_PLACES];
	struct row rows[ROWS];
};

/* ---- life ----------------------------------------------------------------- */

struct api_check_cache *
api_check_cache_new(size_t octets)
{
	struct api_check_cache *k = alloc_zero(1, sizeof(*k));

	k->most = octets;
	return k;
}

static void
kept_clear(struct api_check_cache *k, struct kept *e)
{
	if (e->answer == NULL)
		return;
	k->octets -= e->answer->octets;
	api_check_answer_drop(e->answer);
	e->answer = NULL;
}

static void
all_clear(struct api_check_cache *k)
{
	for (size_t i = 0; i < ROWS; i++)
		for (size_t n = 0; n < IN_ROW; n++)
			kept_clear(k, &k->rows[i].at[n]);
}

void
api_check_cache_free(struct api_check_cache *k)
{
	if (k == NULL)
		return;
	all_clear(k);
	domain_set_drop((struct domain_set *)(uintptr_t)k->set);
	free(k);
}

uint64_t
api_check_cache_hits(const struct api_check_cache *k)
{
	return k->hits;
}

/* ---- what is new ---------------------------------------------------------- */

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

/* ---- finding -------------------------------------------------------------- */

static uint64_t
mixed(uint64_t h, const void *p, size_t n)
{
	const uint8_t *octets = p;

	for (size_t i = 0; i < n; i++) /* FNV-1a */
		h = (h ^ octets[i]) * UINT64_C(0x100000001b3);
	return h;
}

static struct domain_sight
sight_of(const struct api_check_request *c)
{
	struct domain_sight sight;

	memset(&sight, 0, sizeof(sight));
	sight.all = true;
	return c->rq == NULL || c->rq->sight == NULL ? sight : *c->rq->sight;
}

static uint64_t
hash_of(const struct api_check_request *c,
    const struct notations_subject *subject, const struct store_bits *bits)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct domain_sight sight = sight_of(c);

	h = mixed(h, &sight, sizeof(sight));
	h = mixed(h, subject->b, subject->n);
	h = mixed(h, c->purpose, strlen(c->purpose));
	h = mixed(h, bits, sizeof(*bits));
	h = mixed(h, &c->domain, sizeof(c->domain));
	return h ^ h >> 32;
}

/* on NULL: none. */
static bool
is_same_on(const struct notations_subject *on,
    const struct notations_subject *asked)
{
	return on == NULL ? asked->kind == NOTATIONS_SUBJECT_NONE
			  : asked->kind != NOTATIONS_SUBJECT_NONE &&
				notations_subject_equal(on, asked);
}

static bool
is_of(const struct kept *e, const struct api_check_request *c,
    const struct api_check_part *part, const struct store_bits *bits)
{
	struct domain_sight sight = sight_of(c);

	return memcmp(&e->sight, &sight, sizeof(sight)) == 0 &&
	       notations_subject_equal(&e->answer->subject, &part->subject) &&
	       is_same_on(e->answer->on, &part->on) &&
	       strcmp(e->answer->purpose, c->purpose) == 0 &&
	       e->asked == c->domain &&
	       memcmp(&e->bits, bits, sizeof(*bits)) == 0;
}

/* Was its data heard of as it says, or is it fresh, and was heard of since? */
static bool
is_of_age(const struct api_check_request *c, const struct api_check_answer *a)
{
	int64_t data_at;

	if (a->number == POLICY_NOBODY)
		return true;
	data_at = api_check_data_at(c,
	    policy_line_at(domain_set_line(c->set, a->number), c->when.at));
	if (data_at == a->data_at)
		return true;
	return data_at > a->data_at && a->data_at != 0 &&
	       c->when.at - a->data_at <= a->freshness / 4 * 3;
}

static bool
is_good(const struct api_check_cache *k, const struct api_check_request *c,
    const struct kept *e)
{
	const struct api_check_answer *a = e->answer;

	if (c->when.at < a->made_at || c->when.at >= a->until ||
	    !is_of_age(c, a))
		return false;
	for (size_t i = 0; i < a->rests_n; i++)
		if (k->places[a->rests[i]] > e->position)
			return false;
	return true;
}

struct api_check_answer *
api_check_cache_find(struct api_check_cache *k,
    const struct api_check_request *c, const struct api_check_part *part,
    const struct store_bits *bits)
{
	uint64_t hash = hash_of(c, &part->subject, bits);
	struct row *row = &k->rows[hash % ROWS];

	for (size_t n = 0; n < IN_ROW; n++) {
		struct kept *e = &row->at[n];

		if (e->answer == NULL || e->hash != hash ||
		    !is_of(e, c, part, bits))
			continue;
		if (!is_good(k, c, e)) {
			kept_clear(k, e);
			return NULL;
		}
		k->hits++;
		e->answer->holds++;
		return e->answer;
	}
	return NULL;
}

/* ---- keeping -------------------------------------------------------------- */

/* A free place of the row, else the one that was made first. */
static struct kept *
place_take(struct api_check_cache *k, struct row *row)
{
	struct kept *oldest = &row->at[0];

	for (size_t n = 0; n < IN_ROW; n++) {
		if (row->at[n].answer == NULL)
			return &row->at[n];
		if (row->at[n].position < oldest->position)
			oldest = &row->at[n];
	}
	kept_clear(k, oldest);
	return oldest;
}

static void
room_make(struct api_check_cache *k, size_t octets)
{
	for (size_t i = 0; i < ROWS && k->octets + octets > k->most; i++) {
		struct row *row = &k->rows[k->hand++ % ROWS];

		for (size_t n = 0; n < IN_ROW; n++)
			kept_clear(k, &row->at[n]);
	}
}

void
api_check_cache_put(struct api_check_cache *k,
    const struct api_check_request *c, struct api_check_answer *a,
    const struct store_bits *bits)
{
	uint64_t hash = hash_of(c, &a->subject, bits);
	struct kept *e;

	if (a->is_fleeting || a->octets > k->most)
		return;
	room_make(k, a->octets);
	e = place_take(k, &k->rows[hash % ROWS]);
	*e = (struct kept){ .answer = a,
		.hash = hash,
		.asked = c->domain,
		.bits = *bits,
		.sight = sight_of(c),
		.position = k->position };
	a->holds++;
	k->octets += a->octets;
}
