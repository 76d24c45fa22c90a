/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan's life: the peers that it is about are asked one after the other,
 * beside whatever goes on; then it is answered as a whole. A peer that cannot
 * be asked is told as such, and delays no other.
 */
#include <stdio.h>

#include "base/clock.h"
#include "sync/plan.h"
#include "sync/schedule.h"

#define PLANS_MAX    4u	 /* at a time */
#define PLAN_SECONDS 60u /* for a peer */
#define ASK_SECONDS  15u /* for a request */

static const struct {
	const char *word;
	bool keeps;
	const char *words, *help;
} whys[SYNC_WHYS] = {
#define X(id, word, keeps, words, help) \
	[SYNC_WHY_##id] = { word, keeps, words, help },
#include "sync/whys.def"
#undef X
};

const char *
sync_why_word(enum sync_why why)
{
	return whys[why].word;
}

const char *
sync_why_words(enum sync_why why)
{
	return whys[why].words;
}

const char *
sync_why_help(enum sync_why why)
{
	return whys[why].help;
}

bool
sync_why_keeps(enum sync_why why)
{
	return whys[why].keeps;
}

/* ---- what steps use ----------------------------------------------------------- */

void
plan_ask(struct planning *pl, const char *path, size_t answer_max,
    void (*done)(struct sync *s, const struct sync_http *h,
	const struct sync_http_answer *answer))
{
	const struct sync_http http = {
		.peer = pl->p,
		.path = path,
		.answer_max = answer_max,
		.seconds = ASK_SECONDS,
		.stall_seconds = ASK_SECONDS,
		.done = done,
		.arg = pl,
	};

	sync_http_start(pl->s, &http);
}

static void
turn_due(struct sync *s, void *arg)
{
	struct planning *pl = arg;

	(void)s;
	pl->step(pl);
}

void
plan_go(struct planning *pl, void (*step)(struct planning *pl))
{
	pl->step = step;
	sync_alarm_set(pl->s, &pl->turn, pl->s->now);
}

bool
plan_has_time(struct planning *pl)
{
	bool has = clock_mono_ns() < pl->deadline;

	plan_of(pl)->is_cut = plan_of(pl)->is_cut || !has;
	return has;
}

struct sync_plan_row *
plan_row_add(struct planning *pl, const char *item, enum sync_why why)
{
	struct sync_plan *out = plan_of(pl);
	struct sync_plan_row *row;

	if (out->rows.n >= pl->m->order.limit)
		return NULL;
	row = sync_plan_rows_add(&out->rows);
	(void)snprintf(row->item, sizeof(row->item), "%s", item); /* fits */
	row->why = why;
	row->is_push = why >= SYNC_WHY_GOES;
	return row;
}

/* ---- one peer after the other ------------------------------------------------- */

static void peer_next(struct planning *pl);

void
plan_peer_end(struct planning *pl)
{
	plan_finds_release(&pl->theirs);
	plan_finds_release(&pl->ours);
	pl->p = NULL;
	plan_go(pl, peer_next);
}

/* What a peer said may be in words, and goes to terminals. */
static void
words_keep(char *out, size_t max, const char *words)
{
	(void)snprintf(out, max, "%s", words == NULL ? "" : words);
	for (; *out != '\0'; out++)
		if (*out < ' ' || *out > '~')
			*out = '?';
}

void
plan_fail(struct planning *pl, const char *error, const char *words)
{
	struct sync_plan *out = plan_of(pl);

	words_keep(out->error, sizeof(out->error), error);
	words_keep(out->words, sizeof(out->words), words);
	plan_peer_end(pl);
}

void
plan_fail_http(struct planning *pl, const struct sync_http_answer *answer)
{
	char name[32], words[64];

	if (answer->status == 0) {
		plan_fail(pl, answer->error, answer->words);
		return;
	}
	(void)snprintf(name, sizeof(name), "http-%ld", answer->status);
	(void)snprintf(words, sizeof(words), "it answered with status %ld",
	    answer->status); /* both fit */
	plan_fail(pl, name, words);
}

/* The serial of the descriptor by whose word it is; its number. */
static void
domain_find(struct planning *pl)
{
	const char *name = pl->p->conf.domain;
	struct domain_set *set;

	pl->domain = POLICY_NOBODY;
	if (name[0] == '\0')
		return;
	set = intake_domains_hold(pl->s->config.in);
	pl->domain = domain_set_find(set, bytes_of_str(name));
	if (pl->domain != POLICY_NOBODY)
		plan_of(pl)->serial =
		    domain_set_newest(set, pl->domain)->serial;
	domain_set_drop(set);
}

static void
peer_begin(struct planning *pl, struct sync_peer *p)
{
	struct sync_plan *out = &pl->plans[pl->n++];

	pl->p = p;
	pl->deadline = clock_mono_ns() + PLAN_SECONDS * SYNC_SECOND;
	sync_tell_row(pl->s, p, &out->row);
	out->pulls = p->conf.pull;
	out->gives = plan_gives(&p->conf);
	domain_find(pl);
	if (p->conf.url[0] == '\0')
		plan_fail(pl, "no-url", "its row has no url: it comes to us");
	else if (pl->m->order.item.kind != NOTATIONS_SUBJECT_NONE)
		plan_item_start(pl);
	else
		plan_feed_start(pl);
}

static void
plan_free(struct planning *pl)
{
	sync_alarm_set(pl->s, &pl->turn, 0);
	sync_ring_remove(&pl->ring);
	for (size_t i = 0; i < pl->n; i++)
		sync_plan_rows_release(&pl->plans[i].rows);
	plan_finds_release(&pl->theirs);
	plan_finds_release(&pl->ours);
	free(pl->m);
	free(pl);
}

static void
peer_next(struct planning *pl)
{
	struct sync_answer answer = { .plans = pl->plans, .n = pl->n };

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		struct sync_peer *p = pl->s->peers[i];

		if ((pl->todo >> i & 1u) == 0)
			continue;
		pl->todo &= ~(UINT64_C(1) << i);
		if (p == NULL)
			continue; /* it went */
		peer_begin(pl, p);
		return;
	}
	pl->m->order.done(pl->m->order.arg, &answer);
	plan_free(pl);
}

/* ---- orders ------------------------------------------------------------------- */

static size_t
plans_count(const struct sync *s)
{
	size_t n = 0;

	for (struct sync_ring *r = s->plans.next; r != &s->plans; r = r->next)
		n++;
	return n;
}

static void
refuse(struct sync_order_message *m, enum ics_err err, const char *why)
{
	sync_tell_error(&m->order, err, why);
	free(m);
}

/* Of these slots those of our own kind. */
static uint64_t
slots_own(const struct sync *s, uint64_t slots)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] == NULL || s->peers[i]->conf.kind != SYNC_ICS)
			slots &= ~(UINT64_C(1) << i);
	return slots;
}

void
sync_plan_take(struct sync *s, struct sync_order_message *m)
{
	uint64_t named = sync_orders_named(s, m->order.text);
	uint64_t slots = slots_own(s, named);
	struct planning *pl;

	if (named == 0 && m->order.text[0] != '\0') {
		refuse(m, ICS_ENOTFOUND, "there is no peer of this name");
		return;
	}
	if (slots == 0 && m->order.text[0] != '\0') {
		refuse(m, ICS_EUSAGE,
		    "only peers of the kind ics can be asked for that");
		return;
	}
	if (plans_count(s) == PLANS_MAX) {
		refuse(m, ICS_EBUSY, "other plans are being made");
		return;
	}
	pl = alloc_zero(1, sizeof(*pl));
	pl->s = s;
	pl->m = m;
	pl->todo = slots;
	if (m->order.limit > SYNC_PLAN_MAX)
		m->order.limit = SYNC_PLAN_MAX;
	sync_alarm_init(&pl->turn, turn_due, pl);
	sync_ring_append(&s->plans, &pl->ring);
	plan_go(pl, peer_next);
}

void
sync_plan_drop(struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->plans.next; r != &s->plans; r = r->next) {
		struct planning *pl = (struct planning *)(void *)r;

		if (pl->p == p)
			plan_fail(pl, "removed", "the peer was removed");
	}
}

void
sync_plans_close(struct sync *s)
{
	while (s->plans.next != &s->plans) {
		struct planning *pl = (struct planning *)(void *)s->plans.next;

		sync_tell_error(&pl->m->order, ICS_ECLOSED,
		    "the server is stopping");
		plan_free(pl);
	}
}
