/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What checks notice beside what they answer: a thing where another one is
 * registered. It is told as it happens, in the log of icsd and to the event
 * streams of who may see the other one. It is no row of the log of the store:
 * it is what somebody asked, and nobody signed it.
 *
 * Invariant: the same thing instead of the same other one is told once a
 * minute, and no more than NOTICES_MAX of all; so nobody floods anything by
 * asking.
 */
#include <stdlib.h>

#include "api/changes.h"
#include "api/check.h"
#include "base/clock.h"
#include "base/log.h"

#define SECOND	    UINT64_C(1000000000)
#define NOTICES_MAX 60u /* in a window */
#define WINDOW	    60u /* seconds */

/* ---- not too often ---------------------------------------------------------- */

/* Seconds that only grow, in 32 bits; never 0. */
static uint32_t
seconds(void)
{
	return (uint32_t)(clock_mono_ns() / SECOND) + WINDOW;
}

static uint32_t
mark_of(const struct notations_subject *item,
    const struct notations_subject *by)
{
	uint8_t a[NOTATIONS_SUBJECT_OCTETS_MAX],
	    b[NOTATIONS_SUBJECT_OCTETS_MAX];
	size_t a_n = notations_subject_octets(item, a);
	size_t b_n = by->kind == NOTATIONS_SUBJECT_NONE
			 ? 0
			 : notations_subject_octets(by, b);

	return (uint32_t)notations_term_hash(bytes_of(a, a_n),
	    bytes_of(b, b_n));
}

/* One place has one mark, so what is new may be told again; not the other way
 * round. */
static bool
is_new(struct api_noticed *k, uint32_t mark, uint32_t now)
{
	_Atomic uint64_t *place = &k->marks[mark % API_NOTICED_MARKS];
	uint64_t before = atomic_load(place);

	if (before >> 32 == mark && now - (uint32_t)before < WINDOW)
		return false;
	return atomic_compare_exchange_strong(place, &before,
	    (uint64_t)mark << 32 | now);
}

static bool
is_few(struct api_noticed *k, uint32_t now)
{
	uint64_t before = atomic_load(&k->window), next;

	do {
		bool is_over = now - (uint32_t)(before >> 32) >= WINDOW;

		if (!is_over && (uint32_t)before >= NOTICES_MAX)
			return false;
		next = is_over ? (uint64_t)now << 32 | 1 : before + 1;
	} while (!atomic_compare_exchange_weak(&k->window, &before, next));
	return true;
}

/* ---- telling ----------------------------------------------------------------- */

void
api_notice_drop(struct api_notice *n)
{
	if (atomic_fetch_sub(&n->holds, 1) == 1)
		free(n);
}

static void
text_copy(struct bytes from, struct api_notice_text *to)
{
	to->n = from.n < sizeof(to->p) ? from.n : sizeof(to->p);
	if (to->n > 0)
		memcpy(to->p, from.p, to->n);
}

static struct api_notice *
notice_new(const struct api_check_request *c, const struct api_check_part *part,
    const struct api_check_answer *a)
{
	struct api_notice *n = alloc_zero(1, sizeof(*n));

	atomic_store(&n->holds, 1);
	n->at = c->when.at;
	n->item = *a->registered;
	n->by = part->subject;
	n->is_by_known = part->found == API_CHECK_FOUND;
	text_copy(part->claims, &n->claims);
	text_copy(part->slot, &n->slot);
	return n;
}

/* What a stranger says, between quotes that it cannot end. */
static void
said_write(const struct api_notice_text *said,
    char out[API_NOTICE_TEXT_MAX + 1])
{
	for (size_t i = 0; i < said->n; i++)
		out[i] = said->p[i] == '"' ? '\'' : (char)said->p[i];
	out[said->n] = '\0';
}

static void
notice_log(const struct api_notice *n, const char *domain)
{
	char item[NOTATIONS_SUBJECT_TEXT_MAX], by[NOTATIONS_SUBJECT_TEXT_MAX];
	char claims[API_NOTICE_TEXT_MAX + 1], slot[API_NOTICE_TEXT_MAX + 1];

	said_write(&n->claims, claims);
	said_write(&n->slot, slot);
	notations_subject_text(&n->item, item);
	(void)snprintf(by, sizeof(by), "unknown"); /* fits */
	if (n->by.kind != NOTATIONS_SUBJECT_NONE)
		notations_subject_text(&n->by, by);
	log_event(LOG_LEVEL_WARN, "substituted",
	    "item=%s by=%s domain=%s claims=\"%s\" slot=\"%s\"", item, by,
	    domain, claims, slot);
}

void
api_check_notice(const struct api_check_request *c,
    const struct api_check_part *part, const struct api_check_answer *a)
{
	struct api_noticed *k;
	struct api_notice *n;
	uint32_t now;

	if (c->rq == NULL || !c->is_now || a->registered == NULL)
		return;
	k = &api_of(c->rq)->noticed;
	now = seconds();
	if (!is_new(k, mark_of(a->registered, &part->subject), now) ||
	    !is_few(k, now))
		return;
	atomic_fetch_add(&k->told, 1);
	n = notice_new(c, part, a);
	notice_log(n, a->domain[0] == '\0' ? "-" : a->domain);
	api_followers_notice(c->rq, n);
	api_notice_drop(n);
}
