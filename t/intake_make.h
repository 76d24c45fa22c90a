/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An intake over a store of its own for each test of check_intake.c, and
 * submissions answered synchronously. Invariant: nothing of a test is left.
 */
#ifndef T_INTAKE_MAKE_H
#define T_INTAKE_MAKE_H

#include <stdatomic.h>
#include <unistd.h>

#include "base/queue.h"
#include "fixture.h"
#include "intake/intake.h"

static char dir[] = "/tmp/check_intake.XXXXXX";
static struct store *store;
static struct intake *in;
static struct store_reader *reader;
static unsigned checkers = 2;
static struct policy_rights trusted; /* what start() configures */
static bool claims_refused;
static uint64_t cost_ns;
static enum domain_profile profile;

/* ---- one submission, answered synchronously ---- */

struct answer {
	enum ics_err err;
	enum intake_outcome outcome[64];
	struct pgp_fpr fpr[64];
	uint8_t digest[64][32]; /* of records */
	struct notations_subject subject[64];
	char reason[64]; /* of the gravest finding of item 0, or of the whole */
	size_t n;
	struct queue *told;
};

static inline void
answered(void *arg, const struct intake_result *result)
{
	struct answer *a = arg;
	const struct report *rep =
	    result->n > 0 ? &result->items[0].rep : &result->rep;
	const struct finding *worst = report_worst(rep);

	a->err = result->err;
	a->n = result->n;
	for (size_t i = 0; i < result->n && i < 64; i++) {
		a->outcome[i] = result->items[i].outcome;
		a->fpr[i] = result->items[i].fpr;
		a->subject[i] = result->items[i].subject;
		memcpy(a->digest[i], result->items[i].digest, 32);
	}
	if (worst != NULL)
		(void)snprintf(a->reason, sizeof(a->reason), "%s",
		    worst->reason->name);
	ck_assert_int_eq(queue_put(a->told, a), ICS_OK);
}

static inline struct answer
job_run(struct intake_job *job)
{
	struct answer a = { .told = queue_new(1) };

	job->done = answered;
	job->arg = &a;
	ck_assert_int_eq(intake_submit(in, job), ICS_OK);
	ck_assert_ptr_eq(queue_take(a.told), &a);
	queue_free(a.told);
	return a;
}

static inline struct answer
submit(struct bytes input)
{
	struct intake_job job = { .input = alloc_bytes(input) };

	return job_run(&job);
}

static inline struct answer
submit_file(const char *name)
{
	struct bytes b = fixture_read(name);
	struct answer a = submit(b);

	fixture_free(b);
	return a;
}

/* ---- what is stored ---- */

static inline struct store_stats
stats_stored(void)
{
	struct store_stats st;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_stats(reader, &st), ICS_OK);
	store_reader_end(reader);
	return st;
}

static inline int64_t
certs_stored(void)
{
	return stats_stored().certs;
}

static inline int64_t
pending_stored(void)
{
	return stats_stored().pending;
}

/* Signatures in the stored version; 0 when it is not there. */
static inline size_t
sigs_stored(const struct pgp_fpr *fpr)
{
	struct store_cert row;
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	size_t n = 0;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	if (store_cert_get_primary(reader, fpr, &row) == ICS_OK) {
		ck_assert_int_eq(pgp_cert_parse(row.data, &rep, &cert), ICS_OK);
		n = cert->sigs_n;
	}
	store_reader_end(reader);
	pgp_cert_free(cert);
	report_release(&rep);
	return n;
}

/* ---- life ---- */

static inline void
start(void)
{
	struct intake_config config = { .dir = dir,
		.checkers = checkers,
		.rights = trusted,
		.cost_ns = cost_ns,
		.refuse_claims = claims_refused,
		.profile = profile };

	ck_assert_int_eq(store_open(dir, STORE_CREATE, &store), ICS_OK);
	config.store = store;
	ck_assert_int_eq(intake_new(&config, &in), ICS_OK);
	ck_assert_int_eq(store_reader_open(dir, store, &reader), ICS_OK);
}

static inline void
stop(void)
{
	store_reader_close(reader);
	intake_free(in);
	store_close(store);
}

static inline void
setup(void)
{
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	checkers = 2;
	trusted = (struct policy_rights){ 0 };
	claims_refused = false;
	cost_ns = 0;
	profile = DOMAIN_PROFILE_OPEN;
	start();
}

static inline void
teardown(void)
{
	static const char *const files[] = { "store.db", "store.db-wal",
		"store.db-shm", "store.lock" };
	char path[64];

	stop();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path); /* some are not there */
	}
	ck_assert_int_eq(rmdir(dir), 0);
}

#endif
