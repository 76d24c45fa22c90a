/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records about records through the one door, how many may wait for the same,
 * and certificates of keys that sign nothing.
 */
#include "intake_make.h"
#include "record_make.h"

#define T0     1500000000u
#define DEV    "dev:0400112233445566778899aabbccddeeff00112233"
#define STATUS "device-status/1"

static struct maker_key alice, bob, device;
static struct buf p, record; /* the submission at hand; alice's record */

static void
begin(void)
{
	struct record_make how = { .by = &alice,
		.created = T0 + 1,
		.rec = STATUS,
		.subject = DEV,
		.status = "lost" };

	setup();
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&device, 4, 3, T0);
	buf_init(&p, PGP_CERT_RAW_MAX);
	buf_init(&record, PGP_SIG_MAX);
	record_make(&how, &record);
}

static void
end(void)
{
	buf_release(&record);
	buf_release(&p);
	teardown();
}

static struct answer
packets_send(void)
{
	struct answer a;

	ck_assert_int_eq(buf_end(&p), ICS_OK);
	a = submit(buf_bytes(&p));
	buf_clear(&p);
	return a;
}

static void
certs_send(void)
{
	maker_cert_put(&p, &alice, "alice");
	maker_cert_put(&p, &bob, "bob");
	ck_assert_int_eq(packets_send().outcome[1], INTAKE_INSERTED);
}

static void
record_send(void)
{
	pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&record));
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
}

static int64_t
records(void)
{
	return stats_stored().records;
}

enum naming {
	BY_DIGEST, /* subject@ */
	BY_TARGET, /* subpacket 31 */
	BY_NOTHING
};

/* bob's confirmation of alice's record. */
static void
confirmation_put(enum naming naming)
{
	struct pgp_subject nothing = { 0 };
	struct notations_subject name = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct record_make how = { .by = &bob,
		.type = PGP_SIG_CONFIRMATION,
		.created = T0 + 5,
		.rec = "note/1",
		.target = buf_bytes(&record) };
	uint8_t target[4 + 32] = { 35, PGP_SUB_TARGET, PGP_ALGO_ED25519,
		PGP_HASH_SHA256 };
	struct pgp_sig sig;
	size_t n;
	uint8_t digest[PGP_DIGEST_MAX];
	struct buf note;

	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&record), &sig), ICS_OK);
	ck_assert_int_eq(pgp_sig_digest(&sig, &nothing, digest, &n), ICS_OK);
	memcpy(&target[4], digest, 32);
	pgp_sig_record_digest(&sig, name.b);
	notations_subject_text(&name, text);
	buf_init(&note, 1000);
	record_say(&note, NOTATIONS_NAME_REASON, "seen with my own eyes");
	if (naming == BY_TARGET)
		buf_put(&note, bytes_of(target, sizeof(target)));
	if (naming == BY_DIGEST)
		how.subject = text;
	how.more = buf_bytes(&note);
	record_put(&how, &p);
	buf_release(&note);
}

START_TEST(a_confirmation_of_what_is_here)
{
	struct answer a;

	certs_send();
	record_send();
	for (enum naming by = BY_DIGEST; by <= BY_TARGET; by++) {
		confirmation_put(by);
		a = packets_send();
		ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
		ck_assert(pgp_fpr_equal(&a.fpr[0], &bob.key.fpr));
		ck_assert_int_eq(a.subject[0].kind, NOTATIONS_SUBJECT_RECORD);
	}
	ck_assert_int_eq(records(), 3);
	confirmation_put(BY_NOTHING);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "no-target");
}
END_TEST

START_TEST(one_submission_holds_both)
{
	struct answer a;

	confirmation_put(BY_TARGET);
	confirmation_put(BY_DIGEST);
	pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&record));
	maker_cert_put(&p, &alice, "alice");
	maker_cert_put(&p, &bob, "bob");
	a = packets_send();
	ck_assert_uint_eq(a.n, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(a.outcome[i], INTAKE_INSERTED);
}
END_TEST

START_TEST(a_confirmation_waits_for_its_target)
{
	struct answer a;

	certs_send();
	confirmation_put(BY_TARGET);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_WAITING);
	ck_assert_str_eq(a.reason, "target-waits");
	confirmation_put(BY_DIGEST);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 2);
	stop();
	start();
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 2);
	record_send();
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 0);
	ck_assert_int_eq(records(), 3);
}
END_TEST

/* First for its target, then for its issuer: one row, another name. */
START_TEST(it_waits_for_one_after_the_other)
{
	confirmation_put(BY_TARGET);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	maker_cert_put(&p, &alice, "alice");
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	record_send();
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 1);
	ck_assert_int_eq(records(), 1);
	maker_cert_put(&p, &bob, "bob");
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 0);
	ck_assert_int_eq(records(), 2);
}
END_TEST

START_TEST(a_flipped_target_confirms_nothing)
{
	certs_send();
	confirmation_put(BY_DIGEST);
	record.p[record.n - 1] ^= 1; /* not what bob saw */
	pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&record));
	ck_assert_int_eq(packets_send().outcome[1], INTAKE_INVALID);
	ck_assert_int_eq(records(), 0);
}
END_TEST

/* Whoever names one absent issuer takes no place from those who wait for
 * others; an operator may do as he likes. */
static struct answer
lane_send(unsigned lane)
{
	struct intake_job job = { .lane = lane };

	job.input = alloc_bytes(buf_bytes(&p));
	buf_clear(&p);
	return job_run(&job);
}

/* A flood of records by keys that nobody has, each another one, drives out its
 * own, and not what waits from elsewhere. */
START_TEST(a_flood_drives_out_its_own)
{
	struct record_make how = {
		.by = &bob, .rec = STATUS, .subject = DEV, .status = "lost"
	};
	struct maker_key nobody;

	how.created = T0;
	record_put(&how, &p);
	ck_assert_int_eq(lane_send(2).outcome[0], INTAKE_WAITING);
	how.by = &nobody;
	for (unsigned i = 0; i < INTAKE_PENDING_MAX + 100; i++) {
		maker_key_init(&nobody, 4, 100 + i, T0);
		record_put(&how, &p);
		if (i % 50 == 49)
			(void)lane_send(1);
	}
	ck_assert_int_eq(pending_stored(), INTAKE_PENDING_MAX);
	certs_send();
	intake_drain(in);
	ck_assert_int_eq(records(), 1);
}
END_TEST

START_TEST(few_wait_for_the_same)
{
	struct record_make how = {
		.by = &bob, .rec = STATUS, .subject = DEV, .status = "lost"
	};
	struct answer a;
	int64_t most = INTAKE_PENDING_NAME_MAX;

	for (uint32_t i = 0; i < INTAKE_PENDING_NAME_MAX; i++) {
		how.created = T0 + i;
		record_put(&how, &p);
		ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	}
	how.created++;
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "too-many-wait");
	ck_assert_int_eq(pending_stored(), most);
	/* Who sends from somewhere else finds a place, */
	record_put(&how, &p);
	ck_assert_int_eq(lane_send(3).outcome[0], INTAKE_WAITING);
	/* and who names somebody else. */
	pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&record));
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	ck_assert_int_eq(pending_stored(), most + 2);
	certs_send();
	intake_drain(in);
	ck_assert_int_eq(records(), most + 2);
}
END_TEST

/* ---- keys that sign nothing ---- */

/* The device's key, named by alice. */
static void
device_put(void)
{
	struct pgp_subject on = maker_on_uid(&device, "T1000 7");

	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, device.key.body);
	pgp_packet_write(&p, PGP_TAG_USER_ID, on.uid);
	maker_sig_put(&p,
	    &(struct maker_sig){
		.by = &alice, .type = PGP_SIG_CERT_GENERIC, .created = T0 + 7 },
	    &on);
}

static void
alice_trust(enum notations_role role)
{
	struct policy_right right = { .fpr = alice.key.fpr, .role = role };
	struct policy_rights rights = { .at = &right, .n = 1 };

	intake_rights_set(in, &rights);
}

START_TEST(a_maker_names_a_silent_key)
{
	struct answer a;

	certs_send();
	device_put();
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "evaporated");
	alice_trust(NOTATIONS_ROLE_OWNER);
	device_put();
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INVALID);
	alice_trust(NOTATIONS_ROLE_MANUFACTURER);
	device_put();
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	device_put();
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_IGNORED);
	ck_assert_uint_eq(sigs_stored(&device.key.fpr), 1);
}
END_TEST

START_TEST(its_maker_may_come_with_it)
{
	struct answer a;

	alice_trust(NOTATIONS_ROLE_NONE);
	device_put();
	maker_cert_put(&p, &alice, "alice");
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(a.outcome[1], INTAKE_INSERTED);
	ck_assert_uint_eq(sigs_stored(&device.key.fpr), 1);
	/* Once the device speaks, its word alone counts. */
	maker_cert_put(&p, &device, "my own name");
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_UPDATED);
	ck_assert_uint_eq(sigs_stored(&device.key.fpr), 1);
	device_put();
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_IGNORED);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_confirmation_of_what_is_here);
	tcase_add_test(t, one_submission_holds_both);
	tcase_add_test(t, a_confirmation_waits_for_its_target);
	tcase_add_test(t, it_waits_for_one_after_the_other);
	tcase_add_test(t, a_flipped_target_confirms_nothing);
	tcase_add_test(t, few_wait_for_the_same);
	tcase_add_test(t, a_flood_drives_out_its_own);
	tcase_add_test(t, a_maker_names_a_silent_key);
	tcase_add_test(t, its_maker_may_come_with_it);
}

int
main(void)
{
	return fixture_run("confirm", tests_add);
}
