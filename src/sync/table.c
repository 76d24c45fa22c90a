/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The peers, and the rounds with them: begun when they are due, ended once,
 * and what came of each is in the peer's row. A round that fails delays the
 * next; a busy peer is asked again at its usual time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "sync/conn.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define BUSY	   "busy"
#define BUSY_TRIES 3 /* of a round that an operator waits for */

static const struct sync_method *const methods[SYNC_KINDS] = {
	[SYNC_SKS] = &sync_gossip,
	[SYNC_HOCKEYPUCK] = &sync_gossip,
	[SYNC_HKP] = &sync_push_method,
	[SYNC_ICS] = &sync_own_method,
};

static const struct sync_method *
method_of(const struct sync_peer *p)
{
	return methods[p->conf.kind];
}

/* ---- what rounds ask for --------------------------------------------------------- */

static void
timer_round(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;

	p->priv->calls[SYNC_TIMER_ROUND](s, p);
}

static void
timer_stall(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;

	p->priv->calls[SYNC_TIMER_STALL](s, p);
}

static void
timer_follow(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;

	p->priv->calls[SYNC_TIMER_FOLLOW](s, p);
}

static void
timer_news(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;

	p->priv->calls[SYNC_TIMER_NEWS](s, p);
}

void
sync_timer_set(struct sync_peer *p, enum sync_timer which, uint64_t at,
    void (*call)(struct sync *s, struct sync_peer *p))
{
	p->priv->calls[which] = call;
	sync_alarm_set(p->priv->s, &p->priv->timers[which], at);
}

/* ---- what came of it --------------------------------------------------------------- */

/* What a peer said may be in words, and goes to terminals. */
static void
words_keep(char *out, size_t max, const char *words)
{
	(void)snprintf(out, max, "%s", words == NULL ? "" : words);
	for (; *out != '\0'; out++)
		if (*out < ' ' || *out > '~')
			*out = '?';
}

static void
news_log(const struct sync_row *row)
{
	bool is_well = row->error[0] == '\0';
	enum log_level level = is_well ? LOG_LEVEL_NOTE : LOG_LEVEL_WARN;

	/* That comes and goes; nobody need act. */
	if (strcmp(row->error, BUSY) == 0)
		level = LOG_LEVEL_DEBUG;
	log_event(level, "peer", "name=%s error=%s why=\"%s\"", row->conf.name,
	    is_well ? "none" : row->error, row->words);
}

static void
row_judge(struct sync_row *row, const struct sync_result *result)
{
	bool was_busy = strcmp(row->error, BUSY) == 0;
	bool is_news = strcmp(row->error, result->error) != 0;

	if (result->error[0] == '\0')
		row->success = clock_now();
	else
		row->failure = clock_now();
	if (strcmp(result->error, BUSY) == 0)
		row->refused++;
	else if (result->error[0] != '\0')
		row->failures++;
	words_keep(row->error, sizeof(row->error), result->error);
	words_keep(row->words, sizeof(row->words), result->words);
	if (is_news && !(was_busy && result->error[0] == '\0'))
		news_log(row);
}

static void
due_set(struct sync *s, struct sync_peer *p, const struct sync_result *result)
{
	struct sync_peer_private *priv = p->priv;
	struct sync_pace pace = { p->conf.every, priv->failures,
		result->retry_after };

	if (result->again && result->error[0] == '\0')
		priv->due = s->now + SYNC_SECOND / 10;
	else if (p->conf.every == 0)
		priv->due = 0;
	else
		priv->due = sync_schedule_next(&pace, s->now, &s->seed);
}

/* Somebody waits for a round, and the peer only was busy: once more, soon. */
static bool
is_tried_again(struct sync_peer *p, const struct sync_result *result)
{
	struct sync_peer_private *priv = p->priv;

	if (strcmp(result->error, BUSY) == 0 && p->is_wanted &&
	    priv->busy < BUSY_TRIES)
		return ++priv->busy > 0;
	priv->busy = 0;
	return false;
}

static void
round_ended(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;
	struct sync_peer_private *priv = p->priv;
	const struct sync_result *result = &priv->result;

	priv->is_running = false;
	p->row.rounds++;
	row_judge(&p->row, result);
	if (result->error[0] == '\0' && p->conf.pull)
		sync_heard_now(s, p);
	if (result->error[0] == '\0' && p->conf.pull && !result->again)
		sync_wants_tell(s);
	if (result->error[0] == '\0')
		priv->failures = 0;
	else if (strcmp(result->error, BUSY) != 0)
		priv->failures++;
	due_set(s, p, result);
	if (is_tried_again(p, result))
		priv->due = s->now + SYNC_SECOND;
	else if (!result->again || result->error[0] != '\0')
		sync_orders_end(s, p);
	sync_knock_again(s, p);
}

void
sync_round_end(struct sync *s, struct sync_peer *p,
    const struct sync_result *result)
{
	struct sync_peer_private *priv = p->priv;

	priv->result = *result;
	(void)snprintf(priv->error, sizeof(priv->error), "%s",
	    result->error == NULL ? "" : result->error); /* cut is fine */
	(void)snprintf(priv->words, sizeof(priv->words), "%s",
	    result->words == NULL ? "" : result->words); /* likewise */
	priv->result.error = priv->error;
	priv->result.words = priv->words;
	sync_alarm_set(s, &priv->end, s->now);
}

/* ---- sessions that peers begin ------------------------------------------------------- */

bool
sync_visit_may(const struct sync *s, const struct sync_peer *p)
{
	const struct sync_peer_private *priv = p->priv;
	uint64_t pause = s->config.pause_seconds * SYNC_SECOND;

	return !priv->is_running && !priv->is_visited &&
	       (priv->visited == 0 || s->now - priv->visited >= pause);
}

bool
sync_visit_begin(struct sync *s, struct sync_peer *p)
{
	struct sync_peer_private *priv = p->priv;

	if (!sync_visit_may(s, p))
		return false;
	priv->is_visited = true;
	priv->visited = s->now;
	return true;
}

void
sync_visit_end(struct sync *s, struct sync_peer *p,
    const struct sync_result *result)
{
	p->priv->is_visited = false;
	row_judge(&p->row, result);
	/* It lives, whatever was wrong when we asked. */
	if (result->error[0] == '\0') {
		p->row.visited = p->row.success;
		p->priv->failures = 0;
	}
	sync_knock_again(s, p);
}

/* ---- rounds of ours --------------------------------------------------------------------- */

bool
sync_peer_is_recon(const struct sync_peer *p)
{
	return p->conf.kind == SYNC_SKS || p->conf.kind == SYNC_HOCKEYPUCK;
}

static size_t
recon_running(const struct sync *s)
{
	size_t n = 0;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		n += s->peers[i] != NULL && sync_peer_is_recon(s->peers[i]) &&
		     s->peers[i]->priv->is_running;
	return n;
}

/* When it may begin: 0 not at all. */
static uint64_t
turn_of(const struct sync *s, const struct sync_peer *p)
{
	if (p == NULL || p->priv->is_running || p->priv->is_visited ||
	    p->priv->rests)
		return 0;
	if (sync_peer_is_recon(p) && recon_running(s) >= SYNC_ROUNDS_MAX)
		return 0;
	if (sync_orders_want(s, p))
		return 1;
	/* Who waits at the door does the same for both. */
	return p->priv->knock.fd >= 0 ? 0 : p->priv->due;
}

uint64_t
sync_table_next(const struct sync *s)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		uint64_t due = turn_of(s, s->peers[i]);

		if (due != 0 && due < next)
			next = due;
	}
	return next;
}

static void
round_begin(struct sync *s, struct sync_peer *p)
{
	static const struct sync_result never = { .error = "unsupported",
		.words = "this version has no rounds with this kind" };

	p->priv->is_running = true;
	sync_orders_begin(s, p);
	p->is_wanted = sync_orders_wait(s, p);
	if (method_of(p) == NULL)
		sync_round_end(s, p, &never);
	else
		method_of(p)->start(s, p);
}

void
sync_peer_hurry(struct sync *s, struct sync_peer *p)
{
	p->is_wanted = true;
	if (method_of(p) != NULL && method_of(p)->hurry != NULL)
		method_of(p)->hurry(s, p);
}

void
sync_table_run(struct sync *s)
{
	struct sync_turn turns[SYNC_PEERS_MAX];
	size_t next;

	for (;;) {
		for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
			turns[i] = (struct sync_turn){ turn_of(s, s->peers[i]),
				s->peers[i] == NULL
				    ? 1
				    : s->peers[i]->conf.weight };
		next =
		    sync_schedule_pick(turns, SYNC_PEERS_MAX, s->now, &s->seed);
		if (next == SYNC_PEERS_MAX)
			return;
		round_begin(s, s->peers[next]);
	}
}

/* ---- coming and going --------------------------------------------------------------------- */

struct sync_peer *
sync_table_find(struct sync *s, const char *name)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL &&
		    strcmp(s->peers[i]->conf.name, name) == 0)
			return s->peers[i];
	return NULL;
}

static struct sync_peer *
peer_new(struct sync *s, const struct sync_peer_conf *conf)
{
	struct sync_peer *p = alloc_zero(1, sizeof(*p));
	struct sync_peer_private *priv = alloc_zero(1, sizeof(*priv));

	p->conf = p->row.conf = *conf;
	p->row.lag = -1;
	p->priv = priv;
	priv->s = s;
	sync_alarm_init(&priv->timers[SYNC_TIMER_ROUND], timer_round, p);
	sync_alarm_init(&priv->timers[SYNC_TIMER_STALL], timer_stall, p);
	sync_alarm_init(&priv->timers[SYNC_TIMER_FOLLOW], timer_follow, p);
	sync_alarm_init(&priv->timers[SYNC_TIMER_NEWS], timer_news, p);
	sync_alarm_init(&priv->end, round_ended, p);
	sync_knock_init(p);
	if (conf->every != 0)
		priv->due = sync_schedule_first(conf->every, s->now, &s->seed);
	return p;
}

enum ics_err
sync_table_add(struct sync *s, const struct sync_peer_conf *conf, bool is_added,
    struct sync_peer **p)
{
	size_t slot = 0;

	if (sync_table_find(s, conf->name) != NULL)
		return ICS_EEXISTS;
	while (slot < SYNC_PEERS_MAX && s->peers[slot] != NULL)
		slot++;
	if (slot == SYNC_PEERS_MAX)
		return ICS_ETOOBIG;
	*p = s->peers[slot] = peer_new(s, conf);
	(*p)->row.is_added = is_added;
	(*p)->priv->slot = slot;
	sync_pins_take(s);
	return ICS_OK;
}

void
sync_table_remove(struct sync *s, struct sync_peer *p)
{
	struct sync_peer_private *priv = p->priv;
	const struct sync_method *method = method_of(p);

	if (method != NULL)
		method->cancel(s, p);
	sync_http_cancel(s, p);
	sync_submit_cancel(s, p);
	for (size_t i = 0; i < SYNC_TIMERS; i++)
		sync_alarm_set(s, &priv->timers[i], 0);
	sync_alarm_set(s, &priv->end, 0);
	sync_knock_drop(s, p);
	if (method != NULL && method->forget != NULL)
		method->forget(p);
	s->peers[priv->slot] = NULL;
	sync_orders_drop(s, p);
	sync_pins_take(s);
	sync_untakens_free(priv->untaken);
	free(priv);
	free(p);
}

void
sync_table_clear(struct sync *s)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL)
			sync_table_remove(s, s->peers[i]);
}
