/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of descriptors in intake share: owners, a submission at hand, and
 * what is in force. Read after nothing; it brings the intake.
 */
#ifndef T_INTAKE_DOMAIN_H
#define T_INTAKE_DOMAIN_H

#include "base/clock.h"
#include "descriptor_sign.h"
#include "intake_make.h"
#include "item/item.h"
#include "record_make.h"

#define T0 1500000000u

static struct maker_key alice, bob, dev;
static struct buf p;

static inline void
begin(void)
{
	setup();
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&dev, 4, 3, T0);
	buf_init(&p, PGP_INPUT_MAX);
}

static inline void
end(void)
{
	buf_release(&p);
	teardown();
}

static inline struct answer
send_by(enum intake_origin origin)
{
	struct intake_job job = { .input = alloc_bytes(buf_bytes(&p)),
		.origin = origin,
		.takes_descriptors = true };

	buf_clear(&p);
	return job_run(&job);
}

static inline void
cert_send(const struct maker_key *key, const char *uid)
{
	struct answer a;

	maker_cert_put(&p, key, uid);
	a = send_by(INTAKE_PUBLIC);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
}

/* The outcome, and the reason of a refusal. */
static inline struct answer
put(struct descriptor_sign d, enum intake_origin origin)
{
	struct answer a;

	if (d.created == 0)
		d.created = T0 + (uint32_t)d.serial;
	descriptor_sign(&d, &p);
	a = send_by(origin);
	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_uint_eq(a.n, 1);
	return a;
}

static inline void
taken(struct descriptor_sign d, enum intake_outcome outcome)
{
	struct answer a = put(d, INTAKE_OPERATOR);

	ck_assert_msg(a.outcome[0] == outcome, "%s %lld: %s %s", d.name,
	    d.serial, intake_outcome_word(a.outcome[0]), a.reason);
}

static inline void
refused(struct descriptor_sign d, enum intake_origin origin, const char *reason)
{
	struct answer a = put(d, origin);

	ck_assert_msg(a.outcome[0] == INTAKE_INVALID &&
			  strcmp(a.reason, reason) == 0,
	    "%s: %s %s", reason, intake_outcome_word(a.outcome[0]), a.reason);
}

static inline int64_t
newest(const char *name)
{
	struct store_descriptor d = { .serial = 0 };
	enum ics_err err;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	err = store_descriptor_get(reader, name, 0, &d);
	ck_assert(err == ICS_OK || err == ICS_ENOTFOUND);
	store_reader_end(reader);
	return d.serial;
}

/* The serial in force; 0: there is no such domain. */
static inline int64_t
in_force(const char *name)
{
	struct domain_set *set = intake_domains_hold(in);
	size_t i = domain_set_find(set, bytes_of_str(name));
	int64_t serial =
	    i == POLICY_NOBODY ? 0 : domain_set_newest(set, i)->serial;

	domain_set_drop(set);
	return serial;
}

#define PLANT(n) .name = "plant", .serial = (n), .owner = &alice

static inline void
difference_tell(void *arg, const char *text)
{
	(void)arg; /* they are counted */
	printf("# %s\n", text);
}

/* What fsck finds, by the domains in force. */
static inline int64_t
differences(void)
{
	struct domain_set *set = intake_domains_hold(in);
	struct item_where where = { .set = set, .now = clock_now() };
	struct store_judge judge;
	struct store_fsck how = { .found = difference_tell, .judge = &judge };
	int64_t n;

	item_fsck_judge(&where, &judge);
	ck_assert_int_eq(store_check(reader, &how, &n), ICS_OK);
	store_reader_end(reader);
	domain_set_drop(set);
	return n;
}

#endif
