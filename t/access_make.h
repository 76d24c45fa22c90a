/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A front over a store with things of several domains, and who asks it. Things
 * have numbers; each is a certificate, a record about it, code, and a record
 * about that. Nothing in them verifies.
 */
#ifndef T_ACCESS_MAKE_H
#define T_ACCESS_MAKE_H

#include <curl/curl.h>
#include <netinet/in.h>

#include "api/api.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/net.h"
#include "descriptor_make.h"
#include "hkp/hkp.h"
#include "intake/intake.h"
#include "said_make.h"

#define ACCESS_NOW INT64_C(1900000000)
#define ISSUER	   9
#define THINGS	   4 /* numbers 1 to 4 */
#define ABSENT	   5 /* the number of what is not there */
/* The hash of "secret". */
#define SECRET \
	"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

/* Whose they are; numbers of domains are one lower. */
static const struct {
	const char *name, *read;
} domains[THINGS + 2] = {
	[2] = { "alpha",
	    "tokens = {\"" SECRET "\"}\n\thosts = {\"alpha.example\"}" },
	[3] = { "beta", "networks = {\"127.0.0.77\"}" },
	[4] = { "gamma", "public = yes" },
	[ABSENT] = { "omega", NULL }, /* there is none */
};

struct thing {
	char fpr[41], keyid[17], hash[33], wkd[33], record[65], code[65];
	char code_record[65], number[8], email[64];
	uint8_t digest[32];
	struct buf cert; /* owned: its packets */
};

static struct scene sc;
static struct thing things[THINGS + 2];
static struct intake *in;
static struct api *api;
static struct hkp *front;
static int sockets[2];
static char url[NET_TEXT_MAX + 16], local[100];

/* ---- things ---------------------------------------------------------------- */

static inline struct said
approval(const char *about)
{
	return (struct said){ .by = ISSUER,
		.pairs = { { NOTATIONS_NAME_REC, "approval/1" },
		    { NOTATIONS_NAME_SUBJECT, about },
		    { NOTATIONS_NAME_APPROVAL, "scheme=matter;id=X1" } } };
}

static inline void
record_take(const char *about, bool is_stored, char digest[65])
{
	struct said said = approval(about);
	struct store_record_entry *e = said_record(&said, NULL);
	enum store_taken taken;

	hex_lower(bytes_of(store_record_entry_digest(e), 32), digest);
	if (is_stored) {
		OK(store_begin(sc.store));
		OK(store_record_put(sc.store, e, ACCESS_NOW, &taken));
		OK(store_commit(sc.store));
		ck_assert_int_eq(taken, STORE_TAKEN);
	}
	store_record_entry_free(e);
}

static inline void
names_fill(struct thing *t, uint32_t n)
{
	uint8_t digest[32];
	char local_part[16];

	(void)snprintf(t->number, sizeof(t->number), "%06u", n);
	(void)snprintf(local_part, sizeof(local_part), "t1000-%06u", n);
	(void)snprintf(t->email, sizeof(t->email), "%s@devices.example",
	    local_part);
	pgp_sha1(bytes_of_str(local_part), digest);
	zb32_write(digest, t->wkd);
	pgp_sha256(bytes_of_str(local_part), digest);
	hex_lower(bytes_of(digest, 32), t->code);
}

static inline void
thing_make(uint32_t n)
{
	struct device d = { .number = n, .subkey = n + 100 };
	struct store_entry *e = device_entry(&d);
	struct thing *t = &things[n];
	char about[100];
	uint8_t hash[16];
	bool is_stored = n != ABSENT;

	names_fill(t, n);
	hex_lower(pgp_fpr_bytes(store_entry_fpr(e)), t->fpr);
	memcpy(t->keyid, &t->fpr[24], sizeof(t->keyid));
	memcpy(t->digest, store_entry_digest(e), 32);
	OK(pgp_skshash_packets(store_entry_data(e), hash));
	hex_lower(bytes_of(hash, sizeof(hash)), t->hash);
	buf_init(&t->cert, PGP_CERT_MAX);
	buf_put(&t->cert, store_entry_data(e));
	if (is_stored)
		(void)device_put(&sc, &d, ACCESS_NOW); /* inserted */
	(void)snprintf(about, sizeof(about), "dev:04%s", t->fpr);
	record_take(about, is_stored, t->record);
	(void)snprintf(about, sizeof(about), "code:sha256:%s", t->code);
	record_take(about, is_stored, t->code_record);
	store_entry_free(e);
}

/* A domain of one thing and its code; the store is told what belongs there,
 * as intake would find it. */
static inline void
domain_make(uint32_t n)
{
	struct notations_subject subject = said_subject(n);
	struct store_bits bits = { { 0 } };
	char blocks[600], about[100];

	(void)snprintf(blocks, sizeof(blocks),
	    "member { items = {\"04%s\", \"sha256:%s\"} }\nread {\n\t%s\n}",
	    things[n].fpr, things[n].code, domains[n].read);
	store_bits_set(&bits,
	    descriptor_blocks(sc.store, domains[n].name, blocks, ACCESS_NOW));
	OK(store_begin(sc.store));
	OK(store_membership_set(sc.store, &subject, &bits));
	(void)snprintf(about, sizeof(about), "code:sha256:%s", things[n].code);
	ck_assert(notations_subject_read(bytes_of_str(about), &subject));
	OK(store_membership_set(sc.store, &subject, &bits));
	OK(store_commit(sc.store));
}

/* ---- the front ------------------------------------------------------------- */

static inline void
listeners_open(struct hkp_listener l[2])
{
	struct net_addr addr;
	char text[NET_TEXT_MAX];

	OK(net_addr_read("127.0.0.1:0", 0, &addr));
	OK(net_listen(&addr, &sockets[0]));
	OK(net_addr_of(sockets[0], &addr));
	net_addr_write(&addr, text);
	(void)snprintf(url, sizeof(url), "http://%s", text);
	(void)snprintf(local, sizeof(local), "%s/s", sc.dir);
	OK(net_listen_local(local, &sockets[1]));
	l[0] = (struct hkp_listener){ sockets[0], HKP_FACE_PUBLIC, false };
	l[1] = (struct hkp_listener){ sockets[1], HKP_FACE_LOCAL, false };
}

static struct hkp_config front_config;

static inline void
access_begin(void)
{
	struct intake_config intake = { .checkers = 1 };
	struct hkp_listener l[2];
	struct hkp_start how = { .listeners = l,
		.listeners_n = 2,
		.threads = 1,
		.more = &api_routes,
		.more_lookup = api_code_lookup,
		.more_metrics = api_metrics };

	clock_fake(ACCESS_NOW + 60);
	scene_begin(&sc);
	(void)device_put(&sc, &(struct device){ .number = ISSUER }, ACCESS_NOW);
	for (uint32_t n = 1; n <= ABSENT; n++)
		thing_make(n);
	for (uint32_t n = 2; n <= THINGS; n++)
		domain_make(n);
	intake.dir = how.dir = sc.dir;
	intake.store = how.store = sc.store;
	OK(intake_new(&intake, &in));
	how.in = in;
	how.more_arg = api = api_new(NULL);
	api_sketch_public_set(api, true);
	listeners_open(l);
	OK(hkp_new(&how, &front_config, &front));
	hkp_ready_set(front, true);
}

static inline void
access_end(void)
{
	hkp_free(front);
	api_free(api);
	intake_free(in);
	close(sockets[0]);
	close(sockets[1]);
	for (uint32_t n = 1; n <= ABSENT; n++)
		buf_release(&things[n].cert);
	scene_end(&sc);
}

/* ---- who asks -------------------------------------------------------------- */

struct requester {
	const char *name;
	const char *headers[2];
	const char *from;
	bool is_local;
	unsigned sees; /* bits of numbers */
};
#define SEES(n) (1u << (n))

static const struct requester requesters[] = {
	{ .name = "stranger", .sees = SEES(1) | SEES(4) },
	{ .name = "token",
	    .headers = { "Authorization: Bearer secret" },
	    .sees = SEES(1) | SEES(2) | SEES(4) },
	{ .name = "other token",
	    .headers = { "authorization: bearer secreT" },
	    .sees = SEES(1) | SEES(4) },
	{ .name = "other scheme",
	    .headers = { "Authorization: Basic secret" },
	    .sees = SEES(1) | SEES(4) },
	{ .name = "network",
	    .from = "host!127.0.0.77",
	    .sees = SEES(1) | SEES(3) | SEES(4) },
	{ .name = "token, its domain",
	    .headers = { "Authorization: bearer  secret ",
		"X-ICS-Domain: alpha" },
	    .sees = SEES(2) },
	{ .name = "token, its host",
	    .headers = { "Authorization: Bearer secret",
		"Host: Alpha.Example:11371" },
	    .sees = SEES(2) },
	{ .name = "stranger, a shut domain",
	    .headers = { "X-ICS-Domain: alpha" } },
	{ .name = "stranger, no domain", .headers = { "X-ICS-Domain: omega" } },
	{ .name = "stranger, an open domain",
	    .headers = { "X-ICS-Domain: gamma" },
	    .sees = SEES(4) },
	{ .name = "operator",
	    .is_local = true,
	    .sees = SEES(1) | SEES(2) | SEES(3) | SEES(4) },
	{ .name = "operator, a domain",
	    .headers = { "X-ICS-Domain: beta" },
	    .is_local = true,
	    .sees = SEES(3) },
};
#define REQUESTERS (sizeof(requesters) / sizeof(requesters[0]))

#endif
