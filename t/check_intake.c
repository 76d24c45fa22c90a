/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pipeline end to end over a real store in a private folder: what goes in,
 * what is answered, what is there afterwards.
 */
#include "intake_make.h"
#include "maker.h"

/* ---- tests ---- */

START_TEST(inserted_then_ignored)
{
	struct answer a = submit_file("intake/device-plain.asc");

	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_uint_eq(a.n, 1);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(certs_stored(), 1);
	a = submit_file("intake/device-plain.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_IGNORED);
	ck_assert_int_eq(certs_stored(), 1);
}
END_TEST

START_TEST(certification_waits_for_its_issuer)
{
	struct answer a = submit_file("intake/device.asc");
	struct pgp_fpr device = a.fpr[0];
	size_t before = sigs_stored(&device);

	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(pending_stored(), 1);
	a = submit_file("intake/maker.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	intake_drain(in);
	ck_assert_uint_eq(sigs_stored(&device), before + 1);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

START_TEST(certification_by_known_issuer_is_taken_at_once)
{
	struct answer a = submit_file("intake/maker.asc");
	size_t plain;

	a = submit_file("intake/device-plain.asc");
	plain = sigs_stored(&a.fpr[0]);
	a = submit_file("intake/device.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_UPDATED);
	ck_assert_uint_eq(sigs_stored(&a.fpr[0]), plain + 1);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

START_TEST(waiting_survives_a_restart)
{
	struct answer a = submit_file("intake/device.asc");
	struct pgp_fpr device = a.fpr[0];
	size_t before = sigs_stored(&device);

	stop();
	start();
	a = submit_file("intake/maker.asc");
	intake_drain(in);
	ck_assert_uint_eq(sigs_stored(&device), before + 1);
}
END_TEST

START_TEST(any_order_gives_the_same_octets)
{
	static const char *const names[] = { "intake/maker.asc",
		"intake/device-plain.asc", "intake/device.asc",
		"intake/device-revocation.asc" };
	static const int orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 },
		{ 2, 0, 3, 1 }, { 3, 1, 0, 2 }, { 1, 3, 0, 2 } };
	uint8_t first[2][16];

	for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]); k++) {
		struct pgp_fpr fpr = { 0 };
		struct store_cert row;

		if (k > 0) {
			teardown();
			setup();
		}
		for (size_t i = 0; i < 4; i++)
			(void)submit_file(names[orders[k][i]]);
		intake_drain(in);
		ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
		for (size_t i = 0; i < 2; i++) {
			ck_assert_int_eq(store_cert_next(reader, &fpr, &row,
					     &fpr),
			    ICS_OK);
			if (k == 0)
				memcpy(first[i], row.skshash, 16);
			ck_assert_mem_eq(first[i], row.skshash, 16);
		}
		store_reader_end(reader);
	}
}
END_TEST

START_TEST(bare_revocation_is_merged)
{
	struct answer a = submit_file("intake/device-plain.asc");
	struct pgp_fpr device = a.fpr[0];

	a = submit_file("intake/device-revocation.asc");
	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_int_eq(a.outcome[0], INTAKE_UPDATED);
	ck_assert(pgp_fpr_equal(&a.fpr[0], &device));
}
END_TEST

START_TEST(bare_revocation_waits_for_its_certificate)
{
	struct answer a = submit_file("intake/device-revocation.asc");
	struct store_cert row;
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	bool revoked = false;

	ck_assert_int_eq(a.outcome[0], INTAKE_WAITING);
	a = submit_file("intake/device-plain.asc");
	intake_drain(in);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_cert_get_primary(reader, &a.fpr[0], &row),
	    ICS_OK);
	ck_assert_int_eq(pgp_cert_parse(row.data, &rep, &cert), ICS_OK);
	for (size_t i = 0; i < cert->sigs_n; i++)
		revoked =
		    revoked || cert->sigs[i].type == PGP_SIG_KEY_REVOCATION;
	ck_assert(revoked);
	store_reader_end(reader);
	pgp_cert_free(cert);
	report_release(&rep);
}
END_TEST

START_TEST(secret_key_refuses_the_whole)
{
	struct bytes good = fixture_read("intake/maker.asc");
	struct bytes bad = fixture_read("intake/device-secret.asc");
	struct buf both;
	struct answer a;

	buf_init(&both, FIXTURE_MAX);
	buf_put(&both, good);
	buf_put(&both, bad);
	a = submit(buf_bytes(&both));
	ck_assert_int_eq(a.err, ICS_ESECRET);
	ck_assert_str_eq(a.reason, "secret-key");
	ck_assert_int_eq(certs_stored(), 0);
	buf_release(&both);
	fixture_free(good);
	fixture_free(bad);
}
END_TEST

START_TEST(several_blocks_have_one_outcome_each)
{
	struct bytes x = fixture_read("intake/maker.asc");
	struct bytes y = fixture_read("intake/device.asc");
	struct buf both;
	struct answer a;

	buf_init(&both, FIXTURE_MAX);
	buf_put(&both, x);
	buf_put(&both, y);
	a = submit(buf_bytes(&both));
	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_uint_eq(a.n, 2);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(a.outcome[1], INTAKE_INSERTED);
	/* The issuer came in the same submission. */
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 0);
	buf_release(&both);
	fixture_free(x);
	fixture_free(y);
}
END_TEST

START_TEST(nonsense_is_refused)
{
	struct answer a = submit(bytes_of_str("hello, keyserver\n"));

	ck_assert_int_eq(a.err, ICS_EFORMAT);
	ck_assert_str_eq(a.reason, "no-packets");
	a = submit(bytes_of("", 0));
	ck_assert_int_ne(a.err, ICS_OK);
	ck_assert_int_eq(certs_stored(), 0);
}
END_TEST

START_TEST(denied_stays_out)
{
	struct answer a = submit_file("intake/device-plain.asc");
	struct intake_job job = { .order = INTAKE_DENY,
		.fpr = a.fpr[0],
		.reason = "asked by its owner" };

	a = job_run(&job);
	ck_assert_int_eq(a.outcome[0], INTAKE_DENIED);
	ck_assert_int_eq(certs_stored(), 0);
	a = submit_file("intake/device-plain.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_DENIED);
	ck_assert_str_eq(a.reason, "denied");
	job.order = INTAKE_ALLOW;
	(void)job_run(&job);
	a = submit_file("intake/device-plain.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
}
END_TEST

START_TEST(delete_of_what_is_not_there_says_so)
{
	struct answer a = submit_file("intake/device-plain.asc");
	struct intake_job job = { .order = INTAKE_DELETE, .fpr = a.fpr[0] };

	a = job_run(&job);
	ck_assert_int_eq(a.outcome[0], INTAKE_DELETED);
	a = job_run(&job);
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "not-here");
}
END_TEST

START_TEST(every_truncation_is_answered)
{
	struct bytes whole = fixture_read("intake/device.asc");
	struct buf packets;

	buf_init(&packets, FIXTURE_MAX);
	ck_assert_int_eq(pgp_input_read(whole, &packets), ICS_OK);
	for (size_t n = 0; n < packets.n; n += 7) {
		struct answer a = submit(bytes_of(packets.p, n));

		ck_assert(a.err != ICS_OK || a.n > 0);
	}
	for (size_t i = 0; i < packets.n; i += 5) {
		struct answer a;

		packets.p[i] ^= 0x10;
		a = submit(buf_bytes(&packets));
		ck_assert(a.err != ICS_OK || a.n > 0);
		packets.p[i] ^= 0x10;
	}
	buf_release(&packets);
	fixture_free(whole);
}
END_TEST

static void
answered_count(void *arg, const struct intake_result *result)
{
	if (result->err == ICS_OK)
		atomic_fetch_add((_Atomic int *)arg, 1);
}

START_TEST(concurrent_updates_of_one_certificate_converge)
{
	static const char *const names[] = { "intake/device-plain.asc",
		"intake/device.asc", "intake/maker.asc" };
	struct bytes files[3];
	_Atomic int answers = 0;
	struct answer a;

	for (size_t i = 0; i < 3; i++)
		files[i] = fixture_read(names[i]);
	for (size_t i = 0; i < 600; i++) {
		struct intake_job job = { .input = alloc_bytes(files[i % 3]),
			.done = answered_count,
			.arg = &answers };

		ck_assert_int_eq(intake_submit_wait(in, &job), ICS_OK);
	}
	intake_drain(in);
	ck_assert_int_eq(atomic_load(&answers), 600);
	ck_assert_int_eq(certs_stored(), 2);
	ck_assert_int_eq(pending_stored(), 0);
	a = submit_file("intake/device.asc");
	ck_assert_int_eq(a.outcome[0], INTAKE_IGNORED);
	for (size_t i = 0; i < 3; i++)
		fixture_free(files[i]);
}
END_TEST

/* Holds the writer until one more job was given to done_hold. */
static void
done_hold(void *arg, const struct intake_result *result)
{
	struct queue **gates = arg;

	(void)result;
	ck_assert_int_eq(queue_put(gates[0], gates), ICS_OK);
	ck_assert_ptr_nonnull(queue_take(gates[1]));
}

static void
told(void *arg, const struct intake_result *result)
{
	struct answer *a = arg;

	a->outcome[0] = result->items[0].outcome;
	ck_assert_int_eq(queue_put(a->told, a), ICS_OK);
}

/* The checker saw the certificate, the writer deletes it first. */
START_TEST(deleted_meanwhile_stays_deleted)
{
	struct answer a = submit_file("intake/device-plain.asc");
	struct intake_stats stats;
	struct answer later = { .told = queue_new(3) };
	struct queue *gates[2] = { queue_new(1), queue_new(1) };
	struct intake_job hold = { .order = INTAKE_ALLOW,
		.fpr = a.fpr[0],
		.done = done_hold,
		.arg = gates };
	struct intake_job delete = { .order = INTAKE_DELETE,
		.fpr = a.fpr[0],
		.done = told,
		.arg = &later };
	struct intake_job add = {
		.order = INTAKE_SUBMIT, .done = told, .arg = &later
	};

	add.input = fixture_read("intake/device-revocation.asc");
	stop();
	checkers = 1;
	start();
	ck_assert_int_eq(intake_submit(in, &hold), ICS_OK);
	ck_assert_ptr_nonnull(queue_take(gates[0]));
	ck_assert_int_eq(intake_submit(in, &delete), ICS_OK);
	ck_assert_int_eq(intake_submit(in, &add), ICS_OK);
	/* The one checker takes this when it has done the ones before. */
	delete.order = INTAKE_ALLOW;
	ck_assert_int_eq(intake_submit(in, &delete), ICS_OK);
	do
		intake_stats(in, &stats);
	while (stats.queued > 0);
	ck_assert_int_eq(queue_put(gates[1], gates), ICS_OK);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(queue_take(later.told));
	intake_drain(in);
	ck_assert_int_eq(certs_stored(), 0);
	queue_free(gates[0]);
	queue_free(gates[1]);
	queue_free(later.told);
}
END_TEST

/* alice's certificate with n certifications, bulky when many, each of
 * another second. */
static void
crowd_submit(const struct maker_key *by, uint32_t from, uint32_t n)
{
	static uint8_t pad[7906] = { 255, 0, 0, 0x1e, 0xdd, 100 };
	/* It stands in the row of each signature that waits about it. */
	char uid[PGP_UID_MAX] = "";
	struct maker_key alice;
	struct pgp_subject on;
	struct buf p;

	memset(uid, 'a', sizeof(uid) - 1);
	maker_key_init(&alice, 4, 1, 1500000000);
	on = maker_on_uid(&alice, uid);
	buf_init(&p, PGP_CERT_RAW_MAX);
	maker_cert_put(&p, &alice, uid);
	for (uint32_t i = 0; i < n; i++)
		maker_sig_put(&p,
		    &(struct maker_sig){ .by = by,
			.type = PGP_SIG_CERT_GENERIC,
			.created = from + i,
			.hashed = bytes_of(pad, n > 1 ? sizeof(pad) : 0) },
		    &on);
	ck_assert_int_eq(buf_end(&p), ICS_OK);
	ck_assert_int_eq(submit(buf_bytes(&p)).err, ICS_OK);
	buf_release(&p);
}

/* More octets wait than a certificate may have coming in: whoever comes is
 * judged all the same. */
START_TEST(strangers_who_wait_keep_nobody_out)
{
	struct maker_key alice, bob, stranger;
	struct buf p;

	maker_key_init(&alice, 4, 1, 1500000000);
	maker_key_init(&bob, 4, 2, 1500000000);
	maker_key_init(&stranger, 4, 3, 1500000000);
	crowd_submit(&stranger, 1500000000, 480);
	crowd_submit(&stranger, 1500010000, 480);
	crowd_submit(&bob, 1500000000, 1);
	ck_assert_int_eq(pending_stored(), 961);
	ck_assert_uint_eq(sigs_stored(&alice.key.fpr), 1);
	buf_init(&p, PGP_CERT_RAW_MAX);
	maker_cert_put(&p, &bob, "b");
	ck_assert_int_eq(submit(buf_bytes(&p)).err, ICS_OK);
	intake_drain(in);
	ck_assert_uint_eq(sigs_stored(&alice.key.fpr), 2);
	ck_assert_int_eq(pending_stored(), 960);
	/* And when the stranger comes, it takes him rounds. */
	buf_clear(&p);
	maker_cert_put(&p, &stranger, "s");
	ck_assert_int_eq(submit(buf_bytes(&p)).err, ICS_OK);
	intake_drain(in);
	ck_assert_int_eq(pending_stored(), 0);
	/* A certificate has room for so many of them. */
	ck_assert_uint_gt(sigs_stored(&alice.key.fpr), 100);
	buf_release(&p);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, inserted_then_ignored);
	tcase_add_test(t, certification_waits_for_its_issuer);
	tcase_add_test(t, certification_by_known_issuer_is_taken_at_once);
	tcase_add_test(t, waiting_survives_a_restart);
	tcase_add_test(t, any_order_gives_the_same_octets);
	tcase_add_test(t, bare_revocation_is_merged);
	tcase_add_test(t, bare_revocation_waits_for_its_certificate);
	tcase_add_test(t, secret_key_refuses_the_whole);
	tcase_add_test(t, several_blocks_have_one_outcome_each);
	tcase_add_test(t, nonsense_is_refused);
	tcase_add_test(t, denied_stays_out);
	tcase_add_test(t, delete_of_what_is_not_there_says_so);
	tcase_add_test(t, deleted_meanwhile_stays_deleted);
	tcase_add_test(t, strangers_who_wait_keep_nobody_out);
	tcase_add_test(t, every_truncation_is_answered);
	tcase_add_test(t, concurrent_updates_of_one_certificate_converge);
}

int
main(void)
{
	return fixture_run("intake", tests_add);
}
