/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place where a request learns who asks, about which domain, and what
 * of the store may thus be told. Everything that tells of an item asks here.
 *
 * Invariant: on a server without domains, whose items are public, a request
 * has no sight, and each of these questions is a look at one pointer.
 */
#include <netinet/in.h>

#include "base/clock.h"
#include "base/log.h"
#include "hkp/query.h"
#include "hkp/server.h"

#define DOMAIN_HEADER "X-ICS-Domain"
#define DOMAIN_PARAM  "domain="
#define COUNT_NS      UINT64_C(100000000)   /* of a thread that others need */
#define COUNTED_NS    UINT64_C(60000000000) /* then it is done again */

/* ---- who asks -------------------------------------------------------------- */

/* Spec: RFC 6750 2.1; RFC 9110 11.1, the scheme is a word without case */
static struct bytes
token_read(struct hkp_request *rq)
{
	const char *text = hkp_request_header(rq, "Authorization");
	struct bytes scheme, token;

	if (text == NULL)
		return bytes_of(NULL, 0);
	hkp_split(bytes_of_str(text), ' ', &scheme, &token);
	if (!hkp_word_is(scheme, "bearer"))
		return bytes_of(NULL, 0);
	while (token.n > 0 && token.p[0] == ' ')
		token = bytes_of(&token.p[1], token.n - 1);
	while (token.n > 0 && token.p[token.n - 1] == ' ')
		token.n--;
	return token;
}

static void
requester_read(struct hkp_request *rq, struct domain_requester *who)
{
	const struct sockaddr *from = hkp_conn_address(hkp_conn_of(rq));
	const struct hkp_peer *peer = hkp_request_peer(rq);

	*who = (struct domain_requester){
		.token = token_read(rq),
		.pin = hkp_request_pin(rq),
		.peer = peer != NULL && peer->is_operators ? peer->name : NULL,
		.is_operator = rq->face == HKP_FACE_LOCAL,
	};
	if (from == NULL)
		return;
	who->addr.n = from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						  : sizeof(struct sockaddr_in);
	memcpy(&who->addr.sa, from, who->addr.n);
}

/* ---- which domain ---------------------------------------------------------- */

/* The first value of domain= in the query, decoded into room; p NULL without.
 * What cannot be decoded is no name of a domain. */
static struct bytes
param_read(struct bytes query, uint8_t room[POLICY_NAME_MAX])
{
	struct bytes name = bytes_of_str(DOMAIN_PARAM), pair;
	size_t n = 0;

	while (query.n > 0) {
		hkp_split(query, '&', &pair, &query);
		if (!bytes_starts_with(pair, name))
			continue;
		pair = bytes_of(&pair.p[name.n], pair.n - name.n);
		if (pair.n > POLICY_NAME_MAX ||
		    hkp_decode(pair, HKP_DECODE_FORM, room, &n) != ICS_OK)
			n = 0;
		return bytes_of(room, n);
	}
	return bytes_of(NULL, 0);
}

/* "[::1]:80", "plant7.example:80", "plant7.example" */
static struct bytes
host_read(struct bytes text)
{
	struct bytes host, port;

	if (text.n > 0 && text.p[0] == '[')
		return text;
	hkp_split(text, ':', &host, &port);
	return host;
}

/* True: the request means a domain; *domain is POLICY_NOBODY when there is
 * none of that name. What is said outright counts before the host. */
static bool
domain_find(struct hkp_request *rq, struct domain_set *set, size_t *domain)
{
	const char *header = hkp_request_header(rq, DOMAIN_HEADER);
	const char *host = hkp_request_header(rq, "Host");
	uint8_t room[POLICY_NAME_MAX];
	struct bytes name = param_read(rq->query, room);

	if (name.p == NULL && header != NULL)
		name = bytes_of_str(header);
	if (name.p != NULL) {
		*domain = domain_set_find(set, name);
		return true;
	}
	*domain = host == NULL
		      ? POLICY_NOBODY
		      : domain_set_host(set, host_read(bytes_of_str(host)));
	return *domain != POLICY_NOBODY;
}

/* ---- taking and leaving ---------------------------------------------------- */

void
hkp_sight_take(struct hkp_conn *c)
{
	struct hkp_request *rq = &c->rq;
	struct domain_live *live = intake_live(rq->h->start.in);
	bool is_public = !atomic_load(&rq->h->is_closed);
	struct domain_requester who;

	rq->domain = POLICY_NOBODY;
	if (is_public && domain_live_is_empty(live))
		return;
	rq->set = domain_live_hold(live);
	requester_read(rq, &who);
	domain_access_read(rq->set, &who, is_public, &c->sight);
	if (domain_find(rq, rq->set, &rq->domain))
		domain_sight_narrow(&c->sight, rq->domain);
	if (!c->sight.all)
		rq->sight = &c->sight;
}

void
hkp_sight_leave(struct hkp_conn *c)
{
	struct hkp_request *rq = &c->rq;

	rq->sight = NULL;
	if (rq->set != NULL)
		domain_set_drop(rq->set);
	rq->set = NULL;
}

void
hkp_sight_renew(struct hkp_request *rq)
{
	struct hkp_conn *c = hkp_conn_of(rq);

	hkp_sight_leave(c);
	hkp_sight_take(c);
}

struct domain_set *
hkp_request_set(struct hkp_request *rq)
{
	if (rq->set == NULL)
		rq->set = intake_domains_hold(rq->h->start.in);
	return rq->set;
}

/* ---- asking ---------------------------------------------------------------- */

static void
failure_log(enum ics_err err)
{
	log_event(LOG_LEVEL_ERROR, "sight",
	    "why=\"%s\" words=\"an item is kept back\"", err_words(err));
}

bool
hkp_sight_sees(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject)
{
	bool sees;
	enum ics_err err = domain_sight_sees(rq->sight, r, subject, &sees);

	if (err != ICS_OK)
		failure_log(err);
	return sees;
}

/*
 * A key that is found costs more than one that is not: whoever sees neither
 * has had one looked for of each sort. The owner of a domain is here.
 */
static bool
other_read(struct hkp_request *rq, bool is_here, struct pgp_fpr *fpr)
{
	struct domain_set *set = hkp_request_set(rq);

	if (domain_set_size(set) == 0)
		return false;
	*fpr = domain_set_newest(set, 0)->owner;
	for (size_t i = 0; is_here && i < fpr->n; i++)
		fpr->b[i] ^= 0xff;
	return true;
}

static void
other_find(struct hkp_request *rq, struct store_reader *r, bool is_here)
{
	struct store_hits hits;
	struct pgp_fpr fpr;

	if (other_read(rq, is_here, &fpr))
		(void)store_find_fpr(r, &fpr, &hits); /* time is all */
}

/* As domain_sight_sees looks for a key; and once more, to know. */
static void
other_look(struct hkp_request *rq, struct store_reader *r,
    const struct pgp_fpr *asked)
{
	struct store_hits hits = { .n = 0 };
	struct bytes summary;
	struct pgp_fpr fpr;
	bool is_here = store_find_fpr(r, asked, &hits) == ICS_OK && hits.n > 0;

	if (other_read(rq, is_here, &fpr))
		(void)store_summary_get_primary(r, &fpr, &summary);
	other_find(rq, r, is_here);
	other_find(rq, r, is_here);
}

bool
hkp_sight_sees_asked(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject)
{
	bool sees = hkp_sight_sees(rq, r, subject);
	struct pgp_fpr fpr;

	if (!sees && notations_subject_fpr(subject, &fpr))
		other_look(rq, r, &fpr);
	return sees;
}

bool
hkp_sight_sees_cert(struct hkp_request *rq, struct store_reader *r, int64_t id)
{
	bool sees;
	enum ics_err err = domain_sight_sees_cert(rq->sight, r, id, &sees);

	if (err != ICS_OK && err != ICS_ENOTFOUND)
		failure_log(err);
	return sees;
}

/*
 * What was looked for by an exact key and is not there costs what one costs
 * that is there and is kept back: an id's first row, and its domains.
 */
void
hkp_sight_keep(struct hkp_request *rq, struct store_reader *r,
    struct store_hits *hits)
{
	struct hkp_worker *w = rq->worker;
	size_t n = 0;

	if (hits->n == 0) {
		(void)hkp_sight_sees_cert(rq, r, w->decoy); /* time is all */
		other_find(rq, r, false);
		return;
	}
	w->decoy = hits->ids[0];
	for (size_t i = 0; i < hits->n; i++)
		if (hkp_sight_sees_cert(rq, r, hits->ids[i]))
			hits->ids[n++] = hits->ids[i];
	if (n == 0)
		other_find(rq, r, true);
	/* Nor is told that a search was cut off by what is kept back. */
	hits->more = hits->more && n == hits->n;
	hits->n = n;
}

int64_t
hkp_sight_count(struct hkp_request *rq, struct store_reader *r)
{
	struct hkp_counted *known = &rq->worker->counted;
	uint64_t now = clock_mono_ns();
	enum ics_err err;

	if (now < known->until &&
	    memcmp(&known->sight, rq->sight, sizeof(known->sight)) == 0)
		return known->certs;
	known->sight = *rq->sight;
	known->until = now + COUNTED_NS;
	err = domain_sight_count(rq->sight, r, now + COUNT_NS, &known->certs);
	if (err != ICS_OK)
		known->certs = -1;
	return known->certs;
}

bool
hkp_may_read_domain(struct hkp_request *rq, size_t domain)
{
	return rq->sight == NULL || domain_sight_reads(rq->sight, domain);
}
