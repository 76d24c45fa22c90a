/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A world for the tests of /ics/v1/check: a store with the cast's certificates,
 * domains with descriptors, and statements by any of the cast that come of
 * random numbers. Nothing is verified: that is intake's.
 */
#ifndef T_CHECK_WORLD_H
#define T_CHECK_WORLD_H

#include "api/check_list.h"
#include "base/clock.h"
#include "descriptor_make.h"
#include "item_make.h"
#include "store_make.h"

#define HOUR 3600
#define APP                                                                 \
	"code:sha256:07070707070707070707070707070707070707070707070707070" \
	"70707070707"

/* A world: a store, the domains in it, and what time it is there. */
struct world {
	struct scene sc;
	struct domain_set *set;
	struct api_check_cache *cache;
	int64_t now, heard;
	int64_t serial;
};
static struct world one, two;

static inline int64_t
heard(void *arg, const char *peer)
{
	(void)peer; /* there is one */
	return ((struct world *)arg)->heard;
}

/* ---- what is in it --------------------------------------------------------- */

static inline void
cert_put(struct world *w, enum member who)
{
	struct report ignored = { 0 };
	struct pgp_cert *cert;
	struct store_entry *e;
	enum store_change change;
	struct buf packets;

	buf_init(&packets, PGP_CERT_RAW_MAX);
	certificate_put(who, &packets);
	OK(pgp_cert_parse(buf_bytes(&packets), &ignored, &cert));
	OK(store_entry_new(cert, &e));
	OK(store_put(w->sc.store, e, w->now, &change));
	store_entry_free(e);
	pgp_cert_free(cert);
	report_release(&ignored);
	buf_release(&packets);
}

static inline void
record_keep(struct world *w, const struct saying *s)
{
	const struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct notations_statement st;
	struct store_record_entry *e;
	struct report rep = { 0 };
	struct pgp_packet packet;
	struct pgp_sig sig;
	enum store_taken taken;
	struct cursor cur;
	struct buf out;

	buf_init(&out, PGP_SIG_MAX);
	record_put(s, &out);
	cur = cursor_of(buf_bytes(&out));
	OK(pgp_packet_next(&cur, &packet));
	OK(pgp_sig_parse(packet.body, &sig));
	OK(notations_statement_read(&sig, &place, &rep, &st));
	OK(store_record_entry_new(packet.body, &st, &s->by->key.fpr, &e));
	OK(store_record_put(w->sc.store, e, w->now, &taken));
	store_record_entry_free(e);
	notations_statement_release(&st);
	report_release(&rep);
	buf_release(&out);
}

static inline void
set_renew(struct world *w)
{
	static struct policy_right right;
	struct policy_rights base = { .at = &right, .n = 1 };
	struct domain_set *former = w->set;

	right = (struct policy_right){ .fpr = cast[MAKER].key.fpr,
		.role = NOTATIONS_ROLE_MANUFACTURER };
	OK(store_reader_begin(w->sc.reader));
	OK(domain_set_renew(w->sc.reader, &base, former, &w->set));
	domain_set_drop(former);
}

static inline void
commit(struct world *w)
{
	OK(store_commit(w->sc.store));
	OK(store_reader_begin(w->sc.reader));
}

#define PLANT                                                   \
	"domain \"%s\" {\nserial = %lld\nowner = \"%s\"\n"      \
	"freshness = 1h\ngrace = 30m\n"                         \
	"grant \"%s\" { role = {manufacturer, developer} }\n"   \
	"grant \"%s\" { role = {owner} until = %s }\n"          \
	"grant \"%s\" { role = {integrator, maintainer} }\n"    \
	"member { kind = device %s }\nmember { kind = code }\n" \
	"require device { must = {%s} should = {owner} }\n"     \
	"update any { class = approved must = {integrator} }\n" \
	"sync \"up\" { url = \"https://up.example\" pull = \"*\" }\n}\n"

static inline void
descriptor_put(struct world *w, const char *name)
{
	char owner[80], maker[80], boss[80], service[80], until[CLOCK_TEXT_MAX];
	struct store_descriptor d = { .serial = ++w->serial,
		.owner = cast[ROOT].key.fpr,
		.signed_at = w->now };
	char plain[2000];

	notations_vfp_text(&cast[ROOT].key.fpr, owner);
	notations_vfp_text(&cast[MAKER].key.fpr, maker);
	notations_vfp_text(&cast[OWNER].key.fpr, boss);
	notations_vfp_text(&cast[SERVICE].key.fpr, service);
	clock_rfc3339(w->now + (int64_t)fixture_below(4 * HOUR), until);
	(void)snprintf(plain, sizeof(plain), PLANT, name, (long long)w->serial,
	    owner, maker, boss, until, service,
	    fixture_below(4) == 0 ? "where = \"model=T1\"" : "",
	    fixture_below(2) == 0 ? "manufacturer"
				  : "manufacturer, integrator");
	(void)snprintf(d.name, sizeof(d.name), "%s", name);
	d.text = descriptor_make(plain);
	OK(store_begin(w->sc.store));
	OK(store_descriptor_put(w->sc.store, &d, w->now));
	commit(w);
	alloc_bytes_free(d.text);
	set_renew(w);
}

static inline void
world_begin(struct world *w)
{
	*w = (struct world){ .now = BORN + 400 * (int64_t)DAY };
	scene_begin(&w->sc);
	w->heard = w->now;
	w->cache = api_check_cache_new(1u << 20);
	OK(store_begin(w->sc.store));
	for (enum member m = DEVICE; m < MEMBERS; m++)
		cert_put(w, m);
	commit(w);
	set_renew(w);
}

static inline void
world_end(struct world *w)
{
	api_check_cache_free(w->cache);
	domain_set_drop(w->set);
	scene_end(&w->sc);
}

static inline void
begin(void)
{
	OK(pgp_crypto_init());
	cast_init();
	world_begin(&one);
	world_begin(&two);
}

static inline void
end(void)
{
	world_end(&one);
	world_end(&two);
}

/* ---- what is said ---------------------------------------------------------- */

static const char *const device_lines[] = {
	"manu=Acme\nmodel=T1",
	"manu=Acme\nmodel=T2\nprodid=7",
	"status@=active",
	"status@=suspended",
	"status@=stolen",
	"status@=active\nowner@=$OWNER",
	"kind@=device",
	"kind@=service",
	"slot@=pump",
	"step@=approved " APP,
	"step@=installed " APP,
	"reason@=x",
};
static const char *const code_lines[] = {
	"code-name@=x\ncode-seq@=3\ncode-target@=Acme/T1",
	"code-status@=released",
	"code-status@=deprecated",
	"window@=%s/%s",
	"rollback@=" APP,
	"reason@=x",
};
static const char *const role_lines[] = {
	"role@=integrator;until=%s",
	"role@=maintainer",
	"role@=owner;until=%s",
};
#define PICK(lines) (lines)[fixture_below(sizeof(lines) / sizeof((lines)[0]))]

/* About the device, the service, the code, or a role of the service. */
static inline void
lines_make(const struct world *w, char out[1000])
{
	char from[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX], body[400];
	const char *kind = "note", *about = "dev:$DEVICE", *lines;

	clock_rfc3339(w->now + (int64_t)fixture_below(HOUR) - HOUR / 2, from);
	clock_rfc3339(w->now + HOUR / 2 + (int64_t)fixture_below(4 * HOUR),
	    until);
	switch (fixture_below(6)) {
	case 0:
	case 1:
		about = APP;
		lines = PICK(code_lines);
		kind = strstr(lines, "status") != NULL ? "code-status" : "note";
		break;
	case 2:
		about = "key:$SERVICE";
		lines = PICK(role_lines);
		kind = "role";
		break;
	default:
		lines = PICK(device_lines);
		kind =
		    strstr(lines, "status") != NULL ? "device-status" : "note";
		break;
	}
	if (strstr(lines, "%s/%s") != NULL)
		(void)snprintf(body, sizeof(body), "window@=%s/%s", from,
		    until);
	else if (strstr(lines, "%s") != NULL)
		(void)snprintf(body, sizeof(body), "%.*s%s",
		    (int)strcspn(lines, "%"), lines, until);
	else
		(void)snprintf(body, sizeof(body), "%s", lines);
	(void)snprintf(out, 1000, "rec@=%s/1\nsubject@=%s\n%s", kind, about,
	    body);
}

static inline void
statement_put(struct world *w, enum member who)
{
	char lines[1000];
	const struct saying s = { .by = &cast[who],
		.created = (uint32_t)(w->now +
				      (int64_t)fixture_below(2 * HOUR) - HOUR),
		.lines = lines };

	lines_make(w, lines);
	OK(store_begin(w->sc.store));
	record_keep(w, &s);
	commit(w);
}

#endif
