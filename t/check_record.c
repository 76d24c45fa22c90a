/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records through the one door: verified before they are kept, one form
 * however they came, waiting for whoever is not here yet.
 */
#include "intake_make.h"
#include "record_make.h"

#define T0     1500000000u
#define DEV    "dev:0400112233445566778899aabbccddeeff00112233"
#define STATUS "device-status/1"

/* alice signs; bob does not; sub is a subkey of alice's. */
static struct maker_key alice, bob, sub;
static struct buf p; /* the submission at hand */

static void
begin(void)
{
	setup();
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&sub, 4, 3, T0);
	buf_init(&p, PGP_CERT_RAW_MAX);
}

static void
end(void)
{
	buf_release(&p);
	teardown();
}

/* Submit what p holds, and empty it. */
static struct answer
packets_send(void)
{
	struct answer a;

	ck_assert_int_eq(buf_end(&p), ICS_OK);
	a = submit(buf_bytes(&p));
	buf_clear(&p);
	return a;
}

/* A plain record of alice's, dated T0 + i. */
static struct record_make
plain(uint32_t i)
{
	return (struct record_make){ .by = &alice,
		.created = T0 + i,
		.rec = STATUS,
		.subject = DEV,
		.status = "stolen" };
}

static void
plain_put(uint32_t i)
{
	struct record_make how = plain(i);

	record_put(&how, &p);
}

static int64_t
records(void)
{
	return stats_stored().records;
}

/* alice's certificate; flags of sub, if any, and whether sub agrees. */
static void
alice_put(unsigned flags, bool agrees)
{
	struct pgp_subject on = maker_on_subkey(&alice, &sub);
	uint8_t say[3] = { 2, PGP_SUB_KEY_FLAGS, (uint8_t)flags };
	struct maker_sig binding = { .by = &alice,
		.type = PGP_SIG_SUBKEY_BINDING,
		.created = T0,
		.hashed = bytes_of(say, 3) };
	struct buf back, unhashed;

	buf_init(&back, 2000);
	buf_init(&unhashed, 2000);
	maker_sig_write(&(struct maker_sig){ .by = &sub,
			    .type = PGP_SIG_PRIMARY_BINDING,
			    .created = T0 },
	    &on, &back);
	buf_u8(&unhashed, (uint8_t)(1 + back.n));
	buf_u8(&unhashed, PGP_SUB_EMBEDDED);
	buf_put(&unhashed, buf_bytes(&back));
	if (agrees)
		binding.unhashed = buf_bytes(&unhashed);
	maker_cert_put(&p, &alice, "alice");
	pgp_packet_write(&p, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	maker_sig_put(&p, &binding, &on);
	buf_release(&back);
	buf_release(&unhashed);
}

static void
alice_send(void)
{
	struct answer a;

	maker_cert_put(&p, &alice, "alice");
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
}

START_TEST(inserted_then_ignored)
{
	static const uint8_t junk[] = { 2, 101, 7, 9, PGP_SUB_ISSUER_KEYID, 9,
		9, 9, 9, 9, 9, 9, 9 };
	struct record_make how = plain(1);
	struct store_record row;
	struct answer a, b;

	alice_send();
	plain_put(1);
	a = packets_send();
	ck_assert_uint_eq(a.n, 1);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert(pgp_fpr_equal(&a.fpr[0], &alice.key.fpr));
	ck_assert_int_eq(a.subject[0].kind, NOTATIONS_SUBJECT_ENTITY);
	/* Whatever strangers write into it, it is the same. */
	how.unhashed = bytes_of(junk, sizeof(junk));
	record_put(&how, &p);
	b = packets_send();
	ck_assert_int_eq(b.outcome[0], INTAKE_IGNORED);
	ck_assert_mem_eq(a.digest[0], b.digest[0], 32);
	ck_assert(pgp_fpr_equal(&b.fpr[0], &alice.key.fpr));
	ck_assert_int_eq(records(), 1);
	/* It is kept in its one form, and not in the certificate. */
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_record_get(reader, a.digest[0], &row), ICS_OK);
	buf_put(&p, row.body);
	store_reader_end(reader);
	ck_assert_uint_eq(p.p[p.n - 66 - 10], 9); /* the key ID alone */
	ck_assert_uint_eq(sigs_stored(&alice.key.fpr), 1);
}
END_TEST

START_TEST(strangers_octets_first_give_the_same_form)
{
	static const uint8_t junk[] = { 2, 101, 7 };
	struct record_make how = plain(1);
	struct store_record row;
	struct answer a;
	struct buf body;

	how.unhashed = bytes_of(junk, sizeof(junk));
	alice_send();
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_record_get(reader, a.digest[0], &row), ICS_OK);
	buf_init(&body, PGP_SIG_MAX);
	how.unhashed = bytes_of(NULL, 0);
	record_make(&how, &body);
	ck_assert_uint_eq(row.body.n, body.n + 10);
	store_reader_end(reader);
	buf_release(&body);
}
END_TEST

START_TEST(certificates_and_records_in_any_order)
{
	struct answer a;

	plain_put(1);
	maker_cert_put(&p, &bob, "bob");
	plain_put(2);
	maker_cert_put(&p, &alice, "alice");
	plain_put(3);
	a = packets_send();
	ck_assert_uint_eq(a.n, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(a.outcome[i], INTAKE_INSERTED);
	ck_assert_int_eq(records(), 3);
	ck_assert_int_eq(certs_stored(), 2);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

START_TEST(a_record_waits_for_its_issuer)
{
	struct answer a;

	plain_put(1);
	plain_put(1);
	plain_put(2);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_WAITING);
	ck_assert_str_eq(a.reason, "record-waits");
	ck_assert_int_eq(records(), 0);
	ck_assert_int_eq(pending_stored(), 2);
	stop(); /* and over a restart */
	start();
	alice_send();
	intake_drain(in);
	ck_assert_int_eq(records(), 2);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

/* A crash between the commit of a certificate and the judging. */
START_TEST(a_start_finds_what_was_left_unjudged)
{
	struct store_entry *e;
	struct pgp_cert *cert;
	enum store_change what;

	plain_put(1);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	stop();
	ck_assert_int_eq(store_open(dir, STORE_EXISTING, &store), ICS_OK);
	maker_cert_put(&p, &alice, "alice");
	cert = maker_cert_parse(buf_bytes(&p));
	ck_assert_int_eq(store_entry_new(cert, &e), ICS_OK);
	ck_assert_int_eq(store_begin(store), ICS_OK);
	ck_assert_int_eq(store_put(store, e, T0, &what), ICS_OK);
	ck_assert_int_eq(store_commit(store), ICS_OK);
	store_close(store);
	store_entry_free(e);
	pgp_cert_free(cert);
	start();
	intake_drain(in);
	ck_assert_int_eq(records(), 1);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

START_TEST(subkeys_sign_when_they_may)
{
	struct record_make how = plain(1);
	struct answer a;

	how.by = &sub;
	record_put(&how, &p);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	alice_send();
	intake_drain(in);
	ck_assert_int_eq(records(), 0);
	ck_assert_int_eq(pending_stored(), 1);
	/* The subkey comes with a later version of the certificate. */
	alice_put(2, true);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_UPDATED);
	intake_drain(in);
	ck_assert_int_eq(records(), 1);
	ck_assert_int_eq(pending_stored(), 0);
	how.created++;
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert(pgp_fpr_equal(&a.fpr[0], &alice.key.fpr));
}
END_TEST

/* Whoever binds another's key as one that does not sign gets nothing of it. */
START_TEST(a_subkey_that_did_not_agree_signs_nothing)
{
	struct record_make how = plain(1);
	struct answer a;

	how.by = &sub;
	alice_put(12, false); /* to encrypt */
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "cannot-sign");
	/* Its real owner's is found all the same. */
	maker_cert_put(&p, &sub, "sub");
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert(pgp_fpr_equal(&a.fpr[0], &sub.key.fpr));
}
END_TEST

START_TEST(a_key_id_names_an_issuer_too)
{
	struct record_make how = plain(1);
	uint8_t keyid[10] = { 9, PGP_SUB_ISSUER_KEYID };
	struct answer a;

	for (unsigned i = 0; i < 8; i++)
		keyid[2 + i] = (uint8_t)(alice.key.keyid >> (56 - 8 * i));
	how.no_issuer = true;
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "no-issuer");
	how.more = bytes_of(keyid, sizeof(keyid));
	record_put(&how, &p);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_WAITING);
	alice_send();
	intake_drain(in);
	ck_assert_int_eq(records(), 1);
}
END_TEST

START_TEST(what_is_refused)
{
	static const struct {
		uint8_t type;
		uint32_t created;
		const char *rec, *subject, *status, *reason;
	} rows[] = {
		{ 0, T0 - 1, STATUS, DEV, "lost", "before-its-key" },
		{ 0, T0, STATUS, NULL, "lost", "no-statement" },
		{ 0, T0, NULL, DEV, "lost", "no-statement" },
		{ 0, T0, STATUS, DEV, NULL, "no-statement" },
		{ 0, T0, STATUS, DEV, "quite lost", "no-statement" },
		{ 0, T0, "nonsense/1", DEV, "lost", "no-statement" },
		{ 0, UINT32_MAX, STATUS, DEV, "lost", "far-ahead" },
		{ 1, T0, STATUS, DEV, "lost", "bare-signature" },
		{ 0x40, T0, STATUS, DEV, "lost", "bare-signature" },
	};

	alice_send();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct record_make how = { .by = &alice,
			.type = rows[i].type,
			.created = rows[i].created,
			.rec = rows[i].rec,
			.subject = rows[i].subject,
			.status = rows[i].status };
		struct answer a;

		record_put(&how, &p);
		a = packets_send();
		ck_assert_msg(a.outcome[0] == INTAKE_INVALID, "row %zu", i);
		ck_assert_str_eq(a.reason, rows[i].reason);
	}
	ck_assert_int_eq(records(), 0);
	ck_assert_int_eq(pending_stored(), 0);
}
END_TEST

START_TEST(a_date_ahead_is_noted)
{
	struct record_make how = plain(0);
	struct answer a;

	alice_send();
	how.created = (uint32_t)clock_now() + 1000;
	record_put(&how, &p);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_str_eq(a.reason, "ahead");
}
END_TEST

/* No flipped bit gets a second record in, and none keeps the good one out. */
START_TEST(every_flipped_octet_is_noticed)
{
	struct record_make how = plain(1);
	struct buf body;
	struct answer a;

	alice_send();
	buf_init(&body, PGP_SIG_MAX);
	record_make(&how, &body);
	for (size_t i = 0; i < body.n; i++) {
		body.p[i] ^= (uint8_t)(1u << fixture_below(8));
		pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&body));
		a = packets_send();
		ck_assert_msg(a.outcome[0] == INTAKE_INVALID ||
				  a.outcome[0] == INTAKE_WAITING,
		    "octet %zu: %d", i, (int)a.outcome[0]);
		buf_clear(&body);
		record_make(&how, &body);
	}
	ck_assert_int_eq(records(), 0);
	for (size_t i = 0; i < body.n; i++) {
		pgp_packet_write(&p, PGP_TAG_SIGNATURE, bytes_of(body.p, i));
		ck_assert_int_ne(packets_send().outcome[0], INTAKE_INSERTED);
	}
	plain_put(1);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	ck_assert_int_eq(records(), 1);
	buf_release(&body);
}
END_TEST

START_TEST(claims_are_kept_unless_refused)
{
	struct policy_right right = { .fpr = bob.key.fpr };
	struct record_make how = plain(1);
	struct answer a;

	stop();
	claims_refused = true;
	trusted = (struct policy_rights){ .at = &right, .n = 1 };
	start();
	alice_send();
	maker_cert_put(&p, &bob, "bob");
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	plain_put(1);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "not-authorised");
	how.by = &bob;
	record_put(&how, &p);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	/* Other rights, while it runs. */
	right.fpr = alice.key.fpr;
	right.role = NOTATIONS_ROLE_OWNER;
	intake_rights_set(in, &trusted);
	plain_put(1);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
}
END_TEST

START_TEST(a_revoked_issuer_is_told)
{
	struct pgp_subject on = maker_on_key(&alice);
	struct answer a;

	maker_cert_put(&p, &alice, "alice");
	maker_sig_put(&p,
	    &(struct maker_sig){ .by = &alice,
		.type = PGP_SIG_KEY_REVOCATION,
		.created = T0 + 9 },
	    &on);
	ck_assert_int_eq(packets_send().outcome[0], INTAKE_INSERTED);
	plain_put(1);
	a = packets_send();
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_str_eq(a.reason, "revoked-issuer");
}
END_TEST

START_TEST(an_operator_deletes_a_record)
{
	struct intake_job job = { .order = INTAKE_DELETE,
		.fpr = { .version = 0, .n = 32 } };
	struct answer a;

	alice_send();
	plain_put(1);
	a = packets_send();
	memcpy(job.fpr.b, a.digest[0], 32);
	ck_assert_int_eq(job_run(&job).outcome[0], INTAKE_DELETED);
	ck_assert_int_eq(records(), 0);
	a = job_run(&job);
	ck_assert_int_eq(a.outcome[0], INTAKE_INVALID);
	ck_assert_str_eq(a.reason, "not-here");
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, inserted_then_ignored);
	tcase_add_test(t, strangers_octets_first_give_the_same_form);
	tcase_add_test(t, certificates_and_records_in_any_order);
	tcase_add_test(t, a_record_waits_for_its_issuer);
	tcase_add_test(t, a_start_finds_what_was_left_unjudged);
	tcase_add_test(t, subkeys_sign_when_they_may);
	tcase_add_test(t, a_subkey_that_did_not_agree_signs_nothing);
	tcase_add_test(t, a_key_id_names_an_issuer_too);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, a_date_ahead_is_noted);
	tcase_add_test(t, every_flipped_octet_is_noticed);
	tcase_add_test(t, claims_are_kept_unless_refused);
	tcase_add_test(t, a_revoked_issuer_is_told);
	tcase_add_test(t, an_operator_deletes_a_record);
}

int
main(void)
{
	return fixture_run("record", tests_add);
}
