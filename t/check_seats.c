/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Strangers fill what is theirs of an item; who answers for it, by rights, by
 * being named from above, or by being it, finds a place all the same.
 */
#include "intake_make.h"
#include "record_make.h"

#define T0	 1500000000u
#define STATUS	 "device-status/1"
#define BY_ROLE	 "role/1"
#define STRANGER 100u /* the first number of a stranger's key */
#define CROWD	 (STORE_STRANGERS_MAX / STORE_STRANGER_MAX)

enum member {
	DEVICE,
	MAKER,	 /* configured; certifies the device and names the owner */
	OWNER,	 /* named in the certificate */
	BUYER,	 /* named in a record of the owner's */
	SERVICE, /* given a role by the maker, in a record */
	LIAR,	 /* names himself, and gives himself a role */
	FRIEND,	 /* named by the liar */
	MEMBERS
};

static struct maker_key cast[MEMBERS];
static struct policy_right right;
static struct buf p; /* the submission at hand */

static struct answer
packets_send(enum intake_origin origin)
{
	struct intake_job job = { .origin = origin };

	ck_assert_int_eq(buf_end(&p), ICS_OK);
	job.input = alloc_bytes(buf_bytes(&p));
	buf_clear(&p);
	return job_run(&job);
}

static void
subject_text(enum member who, const char *prefix, char out[80])
{
	char fpr[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(&cast[who].key.fpr, fpr);
	(void)snprintf(out, 80, "%s%s", prefix, fpr);
}

/* A notation that names a member, as subpackets. */
static void
named_write(enum notations_name name, enum member who, struct buf *out)
{
	char fpr[80];

	subject_text(who, "", fpr);
	buf_init(out, 200);
	notations_write(name, bytes_of_str(fpr), out);
}

static void
state_put(const struct maker_key *by, uint32_t i)
{
	char dev[80];
	struct record_make how = { .by = by,
		.created = T0 + i,
		.rec = STATUS,
		.subject = dev,
		.status = "active" };

	subject_text(DEVICE, "dev:", dev);
	record_put(&how, &p);
}

static struct answer
state_send(enum member by, uint32_t i)
{
	state_put(&cast[by], i);
	return packets_send(INTAKE_PUBLIC);
}

/* by says in a record that the device's owner is who. */
static void
owner_put(enum member by, enum member who)
{
	char dev[80];
	struct buf more;
	struct record_make how = { .by = &cast[by],
		.created = T0 + 5000,
		.rec = STATUS,
		.subject = dev,
		.status = "transferred" };

	subject_text(DEVICE, "dev:", dev);
	named_write(NOTATIONS_NAME_OWNER, who, &more);
	how.more = buf_bytes(&more);
	record_put(&how, &p);
	buf_release(&more);
}

static void
role_put(enum member by, enum member who)
{
	char key[80];
	struct buf more;
	struct record_make how = { .by = &cast[by],
		.created = T0 + 5000,
		.rec = BY_ROLE,
		.subject = key };

	subject_text(who, "key:", key);
	buf_init(&more, 200);
	notations_write(NOTATIONS_NAME_ROLE, bytes_of_str("operator"), &more);
	how.more = buf_bytes(&more);
	record_put(&how, &p);
	buf_release(&more);
}

/* The device as its maker certified it, the others, and who names whom. */
static void
cast_send(void)
{
	struct pgp_subject on = maker_on_uid(&cast[DEVICE], "device");
	struct maker_sig by_maker = {
		.by = &cast[MAKER], .type = PGP_SIG_CERT_GENERIC, .created = T0
	};
	struct answer a;
	struct buf hashed;

	for (unsigned i = 1; i < MEMBERS; i++)
		maker_cert_put(&p, &cast[i], "party");
	(void)packets_send(INTAKE_PUBLIC);
	named_write(NOTATIONS_NAME_OWNER, OWNER, &hashed);
	by_maker.hashed = buf_bytes(&hashed);
	maker_cert_put(&p, &cast[DEVICE], "device");
	maker_sig_put(&p, &by_maker, &on);
	owner_put(OWNER, BUYER);
	owner_put(LIAR, LIAR);
	owner_put(LIAR, FRIEND);
	role_put(MAKER, SERVICE);
	role_put(LIAR, LIAR);
	role_put(LIAR, FRIEND);
	a = packets_send(INTAKE_PUBLIC);
	for (size_t i = 0; i < a.n; i++)
		ck_assert_int_eq(a.outcome[i], INTAKE_INSERTED);
	buf_release(&hashed);
}

static void
begin(void)
{
	setup();
	for (unsigned i = 0; i < MEMBERS; i++)
		maker_key_init(&cast[i], 4, 1 + i, T0);
	right = (struct policy_right){ .fpr = cast[MAKER].key.fpr,
		.role = NOTATIONS_ROLE_MANUFACTURER };
	stop();
	trusted = (struct policy_rights){ .at = &right, .n = 1 };
	start();
	buf_init(&p, PGP_CERT_RAW_MAX);
	cast_send();
}

static void
end(void)
{
	buf_release(&p);
	teardown();
}

/* So many strangers each say as much as they may. */
static void
strangers_send(unsigned n)
{
	for (unsigned k = 0; k < n; k++) {
		struct maker_key stranger;

		maker_key_init(&stranger, 4, STRANGER + k, T0);
		maker_cert_put(&p, &stranger, "stranger");
		for (uint32_t i = 0; i < STORE_STRANGER_MAX; i++)
			state_put(&stranger, i);
		(void)packets_send(INTAKE_PUBLIC);
	}
}

START_TEST(one_stranger_has_a_little)
{
	struct answer a;

	strangers_send(1);
	for (uint32_t i = 0; i < STORE_STRANGER_MAX - 2; i++)
		state_put(&cast[LIAR], i); /* two were said before */
	state_put(&cast[LIAR], 2000);
	(void)packets_send(INTAKE_PUBLIC);
	a = state_send(LIAR, 3000);
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "stranger-full");
	ck_assert_int_eq(state_send(FRIEND, 1).outcome[0], INTAKE_INSERTED);
}
END_TEST

START_TEST(a_crowd_shuts_out_strangers_alone)
{
	static const struct {
		enum member by;
		const char *reason; /* NULL: it is taken */
	} rows[] = {
		{ DEVICE, NULL },
		{ MAKER, NULL },
		{ OWNER, NULL },
		{ BUYER, NULL },
		{ SERVICE, NULL },
		{ LIAR, "strangers-full" },
		{ FRIEND, "strangers-full" },
	};

	strangers_send(CROWD);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer a = state_send(rows[i].by, 1);

		ck_assert_msg(a.outcome[0] == (rows[i].reason == NULL
						      ? INTAKE_INSERTED
						      : INTAKE_INVALID),
		    "row %zu: %s", i, a.reason);
		if (rows[i].reason != NULL)
			ck_assert_str_eq(a.reason, rows[i].reason);
	}
	/* Who has a seat says in one go more than a stranger ever may. */
	for (uint32_t i = 0; i < 2 * STORE_STRANGER_MAX; i++)
		state_put(&cast[BUYER], 100 + i);
	(void)packets_send(INTAKE_PUBLIC);
	ck_assert_int_eq(state_send(BUYER, 100 + STORE_STRANGER_MAX + 9)
			     .outcome[0],
	    INTAKE_IGNORED);
}
END_TEST

/* A dump comes back whole, whatever its order. */
START_TEST(an_operator_loads_what_there_was)
{
	strangers_send(CROWD);
	state_put(&cast[LIAR], 1);
	ck_assert_int_eq(packets_send(INTAKE_OPERATOR).outcome[0],
	    INTAKE_INSERTED);
}
END_TEST

/* Confirmations by one and the other, all of one record. */
static void
confirmations_put(const struct record_make *how, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct record_make one = *how;

		one.created += i;
		record_put(&one, &p);
	}
}

/* What is said of a record: strangers' words, then what its issuer and
 * somebody else say. */
static void
confirmations_send(struct record_make *how)
{
	struct maker_key stranger;

	for (unsigned k = 0; k < CROWD; k++) {
		maker_key_init(&stranger, 4, STRANGER + k, T0);
		maker_cert_put(&p, &stranger, "stranger");
		how->by = &stranger;
		confirmations_put(how, STORE_STRANGER_MAX);
		(void)packets_send(INTAKE_PUBLIC);
	}
	how->by = &cast[LIAR];
	confirmations_put(how, 1);
	ck_assert_str_eq(packets_send(INTAKE_PUBLIC).reason, "strangers-full");
	how->by = &cast[FRIEND];
	confirmations_put(how, 1);
	ck_assert_int_eq(packets_send(INTAKE_PUBLIC).outcome[0],
	    INTAKE_INSERTED);
}

/* The issuer of a record finds room beside what strangers say about it. */
START_TEST(confirmations_leave_room_for_the_issuer)
{
	struct notations_subject about = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };
	char dev[80], rec[NOTATIONS_SUBJECT_TEXT_MAX];
	struct record_make target = { .by = &cast[FRIEND],
		.created = T0,
		.rec = STATUS,
		.subject = dev,
		.status = "active" };
	struct record_make how = { .type = PGP_SIG_CONFIRMATION,
		.created = T0,
		.rec = "note/1",
		.subject = rec };
	struct pgp_sig sig;
	struct buf body, note;

	subject_text(DEVICE, "dev:", dev);
	buf_init(&body, PGP_SIG_MAX);
	buf_init(&note, 200);
	notations_write(NOTATIONS_NAME_REASON, bytes_of_str("seen"), &note);
	record_make(&target, &body);
	record_put(&target, &p);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	pgp_sig_record_digest(&sig, about.b);
	notations_subject_text(&about, rec);
	how.target = buf_bytes(&body);
	how.more = buf_bytes(&note);
	confirmations_send(&how);
	buf_release(&note);
	buf_release(&body);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, one_stranger_has_a_little);
	tcase_add_test(t, a_crowd_shuts_out_strangers_alone);
	tcase_add_test(t, an_operator_loads_what_there_was);
	tcase_add_test(t, confirmations_leave_room_for_the_issuer);
}

int
main(void)
{
	return fixture_run("seats", add);
}
