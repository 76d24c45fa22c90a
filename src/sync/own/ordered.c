/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the push clause of a sync block sends: of the domain's members all that
 * sets a status, or all, with the certificates of those who said it. The owner
 * ordered it, so the peer needs no right to read.
 *
 *	a walk   over all members, in rounds and when a descriptor came
 *	news     of our own log, five times a second
 *
 * What was sent is not sent again for hours, known or not: own->given.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "item/item.h"
#include "sync/inside.h"
#include "sync/own.h"

#define LOOK_NS	     (SYNC_NS / 5)
#define SYNC_NS	     UINT64_C(1000000000)
#define MEMBERS_TURN 32	  /* that one turn of a walk looks at */
#define ROWS_TURN    500  /* of our log, likewise */
#define WALK_STATUS  300u /* seconds from one walk to the next */
#define WALK_ALL     (6 * 3600u)
#define RETRY_MAX    6 /* 64 seconds */

bool
sync_own_is_ordered(const struct sync_peer *p)
{
	return p->conf.push && p->conf.domain[0] != '\0';
}

/* The number of its domain; POLICY_NOBODY. */
static size_t
domain_of(struct sync *s, const struct sync_peer *p, uint64_t *generation)
{
	struct domain_set *set = intake_domains_hold(s->config.in);
	size_t domain = domain_set_find(set, bytes_of_str(p->conf.domain));

	*generation = domain_set_generation(set);
	domain_set_drop(set);
	return domain;
}

/* ---- what of an item ----------------------------------------------------------- */

static void
head_add(struct sync_own *own, const uint8_t digest[32])
{
	struct sketch_member head;

	memcpy(head.b, digest, sizeof(head.b));
	for (size_t i = own->to_give.n; i > 0; i--)
		if (memcmp(own->to_give.at[i - 1].b, head.b, sizeof(head.b)) ==
		    0)
			return;
	if (sync_own_wants(own->given, head.b))
		*sync_members_add(&own->to_give) = head;
}

static enum ics_err
cert_add(struct store_reader *r, struct sync_own *own,
    const struct pgp_fpr *fpr)
{
	struct store_cert cert;
	enum ics_err err = store_cert_get_primary(r, fpr, &cert);

	if (err == ICS_OK)
		head_add(own, cert.digest);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static bool
sets_status(const struct notations_statement *st)
{
	return st->status != NOTATIONS_STATUS_NONE ||
	       st->code_status != NOTATIONS_STATUS_NONE;
}

/* A record is its own carrier; else the item's certificate is. */
static enum ics_err
statement_add(struct store_reader *r, struct sync_own *own,
    const struct item *it, const struct item_statement *s)
{
	struct store_record record;
	enum ics_err err;

	if (s->party != POLICY_NOBODY)
		TRY(cert_add(r, own, &it->parties[s->party].fpr));
	err = store_record_get(r, s->st.digest, &record);
	if (err == ICS_OK)
		head_add(own, s->st.digest);
	else if (err == ICS_ENOTFOUND && it->cert != NULL)
		err = cert_add(r, own, &pgp_cert_primary(it->cert)->fpr);
	else if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

static enum ics_err
item_add(struct sync *s, struct sync_peer *p,
    const struct notations_subject *subject)
{
	struct store_reader *r = sync_reader(s);
	bool all = p->conf.gives == SYNC_GIVES_ALL;
	struct sync_own *own = sync_own_of(p);
	struct item_source source;
	struct item it = { 0 };
	enum ics_err err;

	if (r == NULL)
		return ICS_EDB;
	item_source_of_store(r, &source);
	err = item_read(&source, subject, &it);
	if (err == ICS_OK && all && it.cert != NULL)
		err = cert_add(r, own, &pgp_cert_primary(it.cert)->fpr);
	for (size_t i = 0; err == ICS_OK && i < it.about_n; i++)
		if (all || sets_status(&it.statements[i].st))
			err = statement_add(r, own, &it, &it.statements[i]);
	item_release(&it);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* ---- all members ----------------------------------------------------------------- */

static void walk_next(struct sync *s, struct sync_peer *p);

static void
walk_end(struct sync *s, struct sync_peer *p)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;

	o->failed = 0;
	o->walked_at = sync_own_now();
	o->walked = o->walking;
	sync_own_done(s, p);
}

/* Some members; false: there are no more. */
static bool
members_add(struct sync *s, struct sync_peer *p, enum ics_err *err)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;
	struct notations_subject member;
	uint64_t generation;
	size_t domain = domain_of(s, p, &generation);

	*err = ICS_OK;
	for (size_t i = 0; domain != POLICY_NOBODY && i < MEMBERS_TURN; i++) {
		struct store_reader *r = sync_reader(s);

		*err = r == NULL
			   ? ICS_EDB
			   : store_membership_next(r, (unsigned)domain,
				 o->has_after ? &o->after : NULL, &member);
		if (*err == ICS_OK)
			*err = item_add(s, p, &member);
		else if (*err == ICS_ENOTFOUND) {
			*err = ICS_OK;
			return false;
		}
		if (*err != ICS_OK)
			return false;
		o->after = member;
		o->has_after = true;
	}
	return domain != POLICY_NOBODY;
}

static void
walk_pause(struct sync *s, struct sync_peer *p)
{
	(void)s;
	sync_timer_set(p, SYNC_TIMER_ROUND, clock_mono_ns(), walk_next);
}

static void
walk_next(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	enum ics_err err;
	bool more = members_add(s, p, &err);

	if (err != ICS_OK)
		sync_own_fail_store(s, p, err);
	else
		sync_give_heads(s, p, &own->to_give,
		    more ? walk_pause : walk_end);
}

static void
walk_start(struct sync *s, struct sync_peer *p)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;
	struct store_reader *r = sync_reader(s);

	(void)domain_of(s, p, &o->walking);
	o->has_after = false;
	/* What comes while we walk is news. */
	if (r != NULL && store_log_size(r, &o->told) == ICS_OK)
		walk_next(s, p);
	else
		sync_own_fail_store(s, p, ICS_EDB);
}

bool
sync_ordered_start(struct sync *s, struct sync_peer *p)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;
	unsigned every =
	    p->conf.gives == SYNC_GIVES_ALL ? WALK_ALL : WALK_STATUS;

	if (!sync_own_is_ordered(p) || !o->is_asked)
		return false;
	o->is_asked = false;
	if (o->walked_at != 0 && !p->is_wanted &&
	    sync_own_now() - o->walked_at < every)
		return false;
	walk_start(s, p);
	return true;
}

/* ---- news ------------------------------------------------------------------------ */

static enum ics_err
row_add(struct sync *s, struct sync_peer *p, unsigned domain,
    const struct store_log_row *row)
{
	struct notations_subject subject = row->subject;
	struct store_reader *r = sync_reader(s);
	struct store_bits bits;
	enum ics_err err;

	if ((row->event != STORE_EVENT_PUT &&
		row->event != STORE_EVENT_STATE) ||
	    subject.kind == NOTATIONS_SUBJECT_NONE)
		return ICS_OK;
	err = store_statement_settle(r, &subject);
	if (err == ICS_OK)
		err = store_membership_get(r, &subject, &bits);
	if (err == ICS_OK && store_bits_has(&bits, domain))
		err = item_add(s, p, &subject);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Rows of our log from where it was told; o->next is how far. */
static enum ics_err
rows_add(struct sync *s, struct sync_peer *p, unsigned domain)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;
	struct store_reader *r = sync_reader(s);
	struct store_log_row row;
	enum ics_err err = r == NULL ? ICS_EDB : ICS_OK;

	o->next = o->told;
	for (size_t i = 0; err == ICS_OK && i < ROWS_TURN; i++) {
		err = store_log_next(r, o->next, &row);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err == ICS_OK)
			err = row_add(s, p, domain, &row);
		o->next = row.position;
	}
	o->news = 0; /* there may be more */
	return err;
}

static void
told(struct sync *s, struct sync_peer *p)
{
	struct sync_ordered *o = &sync_own_of(p)->ordered;

	o->told = o->next;
	o->failed = 0;
	sync_own_done(s, p);
}

static void look(struct sync *s, struct sync_peer *p);

static void
look_again(struct sync_peer *p)
{
	const struct sync_ordered *o = &sync_own_of(p)->ordered;
	uint64_t ns = o->failed == 0 ? LOOK_NS : SYNC_NS << o->failed;

	sync_timer_set(p, SYNC_TIMER_NEWS, clock_mono_ns() + ns, look);
}

/* Membership follows a descriptor item by item: when that is done the members
 * are others. Where no round came to it there was no walk at all. */
static bool
is_moved(struct sync *s, const struct sync_ordered *o, uint64_t generation)
{
	struct store_reader *r = sync_reader(s);
	bool walks = true;

	return generation != o->walked && r != NULL &&
	       store_walk_is(r, &walks) == ICS_OK && !walks;
}

/* Until it has come there it counts as failed, and is tried again later. */
static void
try_begin(struct sync_own *own)
{
	own->is_busy = true;
	if (own->ordered.failed < RETRY_MAX)
		own->ordered.failed++;
	own->ordered.news = 0;
}

static void
news_give(struct sync *s, struct sync_peer *p, unsigned domain)
{
	struct sync_own *own = sync_own_of(p);
	enum ics_err err = rows_add(s, p, domain);

	if (err == ICS_OK && own->to_give.n == 0) {
		own->ordered.told = own->ordered.next;
		return;
	}
	try_begin(own);
	if (err == ICS_OK)
		sync_give_heads(s, p, &own->to_give, told);
	else
		sync_own_fail_store(s, p, err);
}

static void
look(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_ordered *o = &own->ordered;
	uint64_t news = store_news(s->config.store), generation;
	size_t domain;

	if (own->is_busy) {
		look_again(p);
		return;
	}
	domain = domain_of(s, p, &generation);
	if (domain != POLICY_NOBODY && is_moved(s, o, generation)) {
		try_begin(own);
		walk_start(s, p);
	} else if (domain != POLICY_NOBODY && news != o->news) {
		o->news = news;
		news_give(s, p, (unsigned)domain);
	}
	look_again(p);
}

void
sync_ordered_open(struct sync_peer *p)
{
	if (sync_own_is_ordered(p) && p->conf.every != 0)
		look_again(p);
}
