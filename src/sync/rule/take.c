/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table follows what descriptors order: looked at twice a second, and
 * done anew when a descriptor came or when the operator's peers are others.
 * What is wrong with a block is told once, and stays in the list.
 */
#include "sync/rule.h"

#include <string.h>

#include "base/log.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define LOOK_NS (SYNC_SECOND / 2)

static bool
is_told(const struct sync_refusals *before, const struct sync_refused *one)
{
	for (size_t i = 0; i < before->n; i++)
		if (before->at[i].why == one->why &&
		    before->at[i].line == one->line &&
		    strcmp(before->at[i].name, one->name) == 0 &&
		    strcmp(before->at[i].domain, one->domain) == 0)
			return true;
	return false;
}

static void
refused_tell(const struct sync_refusals *before,
    const struct sync_refusals *now)
{
	for (size_t i = 0; i < now->n; i++) {
		const struct sync_refused *one = &now->at[i];

		if (!is_told(before, one))
			log_event(LOG_LEVEL_WARN,
			    one->is_followed ? "sync-block" : "sync-refused",
			    "domain=%s block=\"%s\" line=%d why=\"%s\" "
			    "help=\"%s\"",
			    one->domain, one->name, one->line, one->why,
			    one->help);
	}
}

static size_t
rows_gather(const struct sync *s, struct sync_peer_conf out[SYNC_PEERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL && s->peers[i]->conf.domain[0] == '\0')
			out[n++] = s->peers[i]->conf;
	return n;
}

static void
rules_read(const struct sync *s, const struct domain_set *set,
    struct sync_rules *rules)
{
	struct sync_peer_conf *rows = alloc_zero(SYNC_PEERS_MAX, sizeof(*rows));
	const struct sync_rule_ask ask = { .set = set,
		.rows = rows,
		.rows_n = rows_gather(s, rows),
		.own = s->config.has_pin ? s->config.pin : NULL,
		.is_mute = s->config.is_mute };

	sync_rules_read(&ask, rules);
	free(rows);
}

void
sync_rules_take(struct sync *s)
{
	struct sync_rules before = s->rules;
	struct domain_set *set;

	if (s->config.in == NULL)
		return;
	set = intake_domains_hold(s->config.in);
	s->ruled = domain_set_generation(set);
	s->rules = (struct sync_rules){ 0 };
	rules_read(s, set, &s->rules);
	domain_set_drop(set);
	refused_tell(&before.refused, &s->rules.refused);
	sync_table_order(s, s->rules.confs.at, s->rules.confs.n);
	/* A file there is what lets the next start make connections. */
	if (s->config.is_mute && s->rules.refused.n > before.refused.n)
		sync_state_touch(s);
	sync_rules_release(&before);
}

static void
look(struct sync *s, void *arg)
{
	struct domain_set *set = intake_domains_hold(s->config.in);
	bool is_news = domain_set_generation(set) != s->ruled;

	(void)arg;
	domain_set_drop(set);
	if (is_news)
		sync_rules_take(s);
	sync_alarm_set(s, &s->ruling, s->now + LOOK_NS);
}

void
sync_rules_open(struct sync *s)
{
	sync_alarm_init(&s->ruling, look, NULL);
	if (s->config.in != NULL)
		sync_alarm_set(s, &s->ruling, s->now + LOOK_NS);
}
