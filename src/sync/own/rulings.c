/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors travel: what a peer has newer of a domain that we have too, or of
 * one whose owner is a root here, is fetched and given to intake, which judges
 * it as anybody's: signature, serial, date. A domain that the peer hides from
 * us does not travel.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sync/own.h"

#define ROUND_MAX  32 /* descriptors in a round */
#define STEPS_MAX  16 /* of one domain whose owner is another now */
#define ANSWER_MAX DOMAIN_TEXT_MAX

/* Trusted without limits, by the operator. */
static bool
is_root(const struct domain_set *set, const struct pgp_fpr *fpr)
{
	const struct policy_rights *own = domain_set_rights(set, POLICY_NOBODY);

	for (size_t i = 0; i < own->n; i++)
		if (own->at[i].role == NOTATIONS_ROLE_NONE &&
		    own->at[i].scope.n == 0 &&
		    pgp_fpr_equal(&own->at[i].fpr, fpr))
			return true;
	return false;
}

/* By name and serial, as what was of no use is remembered. */
static void
head_of(const struct sync_ruling *ruling, uint8_t head[SKETCH_MEMBER])
{
	char text[POLICY_NAME_MAX + 32];
	uint8_t digest[32];

	(void)snprintf(text, sizeof(text), "%s %lld", ruling->name,
	    (long long)ruling->serial); /* fits */
	domain_token_hash(bytes_of_str(text), digest);
	memcpy(head, digest, SKETCH_MEMBER);
}

static void
ruling_add(struct sync_own *own, const struct sync_ruling *ruling)
{
	uint8_t head[SKETCH_MEMBER];

	head_of(ruling, head);
	if (own->rulings.n < ROUND_MAX && sync_own_wants(own->useless, head))
		*sync_rulings_add(&own->rulings) = *ruling;
}

/* Each version is signed by whom the one before names: where the owner is
 * another now those between are wanted, too. */
static void
ruling_take(struct sync_own *own, const struct domain_set *set,
    const struct sync_ruling *theirs)
{
	size_t i = domain_set_find(set, bytes_of_str(theirs->name));
	const struct policy_domain *ours =
	    i == POLICY_NOBODY ? NULL : domain_set_newest(set, i);
	struct sync_ruling step = *theirs;

	if (ours == NULL) {
		if (is_root(set, &theirs->owner))
			ruling_add(own, theirs);
		return;
	}
	if (theirs->serial <= ours->serial)
		return;
	if (pgp_fpr_equal(&ours->owner, &theirs->owner)) {
		ruling_add(own, theirs);
		return;
	}
	for (step.serial = ours->serial + 1;
	     step.serial <= theirs->serial &&
	     step.serial - ours->serial <= STEPS_MAX;
	     step.serial++)
		ruling_add(own, &step);
}

static void next_ask(struct sync *s, struct sync_peer *p);

static void
end(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	sync_rulings_release(&own->rulings);
	own->ruling = 0;
	sync_own_done(s, p);
}

static void
submitted(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_submitted *result)
{
	struct sync_own *own = sync_own_of(p);
	const struct sync_ruling *ruling = &own->rulings.at[own->ruling - 1];
	uint8_t head[SKETCH_MEMBER];

	(void)arg;
	if (result->inserted == 0) {
		head_of(ruling, head);
		sync_own_note(own->useless, head);
	}
	log_event(result->inserted > 0 ? LOG_LEVEL_NOTE : LOG_LEVEL_WARN,
	    "descriptor-came", "peer=%s domain=%s serial=%lld words=\"%s\"",
	    p->conf.name, ruling->name, (long long)ruling->serial,
	    result->inserted > 0 ? "taken" : "not taken");
	p->row.fetched += result->inserted;
	next_ask(s, p);
}

static void
ruling_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	const struct sync_submit submit = {
		.peer = h->peer, .takes_descriptors = true, .done = submitted
	};
	struct sync_submit one = submit;

	if (answer->status == 200 && domain_is_signed(answer->body)) {
		one.input = alloc_bytes(answer->body);
		sync_submit_start(s, &one);
	} else if (answer->status == 200 || answer->status == 404) {
		next_ask(s, h->peer);
	} else {
		sync_own_fail_http(s, h->peer, answer);
	}
}

static void
next_ask(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	char path[POLICY_NAME_MAX + 64];
	const struct sync_own_question q = {
		.path = path, .answer_max = ANSWER_MAX, .done = ruling_answered
	};
	const struct sync_ruling *ruling;

	if (own->ruling == own->rulings.n) {
		end(s, p);
		return;
	}
	ruling = &own->rulings.at[own->ruling++];
	(void)snprintf(path, sizeof(path), "/ics/v1/domains/%s.asc?serial=%lld",
	    ruling->name, (long long)ruling->serial); /* fits */
	sync_own_ask(s, p, &q);
}

static void
list_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(h->peer);
	struct sync_result odd = { .error = "protocol",
		.words = "its list of domains cannot be read" };
	struct sync_rulings theirs;
	struct domain_set *set;

	if (sync_own_is_missing(answer)) {
		end(s, h->peer);
	} else if (answer->status != 200) {
		sync_own_fail_http(s, h->peer, answer);
	} else if (sync_rulings_read(answer->body, &theirs) != ICS_OK) {
		sync_own_fail(s, h->peer, &odd);
	} else {
		set = intake_domains_hold(sync_intake(s));
		for (size_t i = 0; i < theirs.n; i++)
			ruling_take(own, set, &theirs.at[i]);
		domain_set_drop(set);
		sync_rulings_release(&theirs);
		next_ask(s, h->peer);
	}
}

bool
sync_rulings_start(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	const struct sync_own_question q = { .path = "/ics/v1/domains",
		.answer_max = SYNC_FEED_OCTETS,
		.done = list_answered };

	if (!own->wants_rulings || !p->conf.pull)
		return false;
	own->wants_rulings = false;
	sync_own_ask(s, p, &q);
	return true;
}
