/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements of both carriers: what is stored, what the log says of it, and
 * that one stays where it was first known, however often its carrier changes.
 */
#include "said_make.h"

static struct scene sc;

static void
begin(void)
{
	scene_begin(&sc);
}

static void
end(void)
{
	scene_end(&sc);
}

static struct store_stats
stats(void)
{
	struct store_stats st;

	OK(store_reader_begin(sc.reader));
	OK(store_stats(sc.reader, &st));
	return st;
}

static void
digest_of(struct store_record_entry *e, uint8_t digest[32])
{
	memcpy(digest, store_record_entry_digest(e), 32);
}

/* ---- records ---- */

START_TEST(test_record)
{
	struct store_record_entry *e = said_status(1, "stolen", 2, 0x60000200);
	struct notations_subject about = said_subject(1), subject;
	struct pgp_fpr issuer = said_fpr(2);
	struct store_statement st;
	struct store_log_row row;
	struct store_record rec;
	uint8_t digest[32];

	digest_of(e, digest);
	ck_assert(said_put(&sc, e, 5000));
	OK(store_record_get(sc.reader, digest, &rec));
	ck_assert_mem_eq(rec.digest, digest, 32);
	ck_assert(notations_subject_equal(&rec.subject, &about));
	ck_assert(pgp_fpr_equal(&rec.issuer, &issuer));
	ck_assert_int_eq(rec.created, 0x60000200);
	ck_assert_int_eq(rec.received, 5000);
	ck_assert_int_eq(rec.position, 1);
	OK(store_log_next(sc.reader, 0, &row));
	ck_assert_int_eq(row.event, STORE_EVENT_STATE);
	ck_assert(notations_subject_equal(&row.subject, &about));
	ck_assert_mem_eq(row.digest, digest, 32);
	ck_assert_int_eq(row.received, 5000);
	OK(store_statement_get(sc.reader, digest, &subject, &st));
	ck_assert(st.is_record && st.position == 1 && st.received == 5000);
	ck_assert(notations_subject_equal(&subject, &about));
	OK(store_statement_next(sc.reader, &about, NULL, &st));
	ck_assert_mem_eq(st.digest, digest, 32);
	IS(ICS_ENOTFOUND,
	    store_statement_next(sc.reader, &about, st.digest, &st));
	ck_assert_int_eq(stats().records, 1);
	ck_assert_int_eq(stats().statements, 1);
	said_sound(&sc);
}
END_TEST

START_TEST(test_twice)
{
	ck_assert(said_put(&sc, said_status(1, "stolen", 2, 0), 5000));
	ck_assert(!said_put(&sc, said_status(1, "stolen", 2, 0), 6000));
	ck_assert_int_eq(stats().log, 1);
	ck_assert_int_eq(stats().records, 1);
	said_sound(&sc);
}
END_TEST

START_TEST(test_delete)
{
	struct store_record_entry *e = said_status(1, "stolen", 2, 0);
	struct notations_subject about = said_subject(1);
	struct store_record rec;
	uint8_t digest[32];

	digest_of(e, digest);
	said_put(&sc, e, 5000);
	said_put(&sc, said_status(1, "in-use", 2, 0), 5000);
	OK(store_begin(sc.store));
	OK(store_record_delete(sc.store, digest, 6000));
	IS(ICS_ENOTFOUND, store_record_delete(sc.store, digest, 6000));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	IS(ICS_ENOTFOUND, store_record_get(sc.reader, digest, &rec));
	OK(store_record_next(sc.reader, &about, NULL, &rec));
	ck_assert_int_eq(said_logged(&sc, STORE_EVENT_FORGET), 1);
	ck_assert_int_eq(stats().records, 1);
	said_sound(&sc);
	/* It may come again, and is new to the log. */
	ck_assert(said_put(&sc, said_status(1, "stolen", 2, 0), 7000));
	OK(store_record_get(sc.reader, digest, &rec));
	ck_assert_int_eq(rec.position, 4);
	said_sound(&sc);
	OK(store_begin(sc.store));
	OK(store_record_delete(sc.store, digest, 6000));
	OK(store_commit(sc.store));
	said_sound(&sc);
}
END_TEST

START_TEST(test_rollback)
{
	struct store_record_entry *e = said_status(1, "stolen", 2, 0);
	enum store_taken taken;

	OK(store_begin(sc.store));
	OK(store_record_put(sc.store, e, 5000, &taken));
	store_rollback(sc.store);
	ck_assert_int_eq(stats().records, 0);
	said_sound(&sc);
	ck_assert(said_put(&sc, e, 5000));
	said_sound(&sc);
}
END_TEST

/* In the order of digests for one subject; all of them once in all. */
START_TEST(test_next)
{
	struct notations_subject about = said_subject(1);
	uint8_t at[32], *after = NULL;
	struct store_record rec;
	int n = 0;

	for (uint32_t i = 0; i < 30; i++)
		said_put(&sc,
		    said_status(1 + i % 3, "in-use", 2, 0x60000100 + i), 5000);
	while (store_record_next(sc.reader, &about, after, &rec) == ICS_OK) {
		ck_assert(after == NULL || memcmp(at, rec.digest, 32) < 0);
		ck_assert(notations_subject_equal(&rec.subject, &about));
		memcpy(at, rec.digest, 32);
		after = at;
		n++;
	}
	ck_assert_int_eq(n, 10);
	after = NULL;
	for (n = 0; store_record_next_any(sc.reader, after, &rec) == ICS_OK;
	     n++) {
		memcpy(at, rec.digest, 32);
		after = at;
	}
	ck_assert_int_eq(n, 30);
	about = said_subject(99);
	IS(ICS_ENOTFOUND, store_record_next(sc.reader, &about, NULL, &rec));
	said_sound(&sc);
}
END_TEST

/* ---- names, and what waits for them ---- */

static struct store_record_entry *
confirmation(const uint8_t target[32])
{
	struct said said = { .type = PGP_SIG_CONFIRMATION,
		.by = 7,
		.pairs = { { NOTATIONS_NAME_REC, "approval/1" },
		    { NOTATIONS_NAME_APPROVAL, "scheme=matter;id=X1" } } };

	return said_record(&said, target);
}

START_TEST(test_names)
{
	struct store_record_entry *e = said_status(1, "stolen", 2, 0), *over;
	struct notations_subject about = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };
	uint64_t names[2], head;
	struct store_record rec;
	uint8_t digest[32], name[8];

	digest_of(e, digest);
	head = be64_from_bytes(digest);
	ck_assert_uint_eq(store_record_entry_names(e, names), 2);
	ck_assert_uint_eq(names[0], head);
	said_put(&sc, e, 5000);
	for (int i = 0; i < 8; i++)
		name[i] = (uint8_t)(names[1] >> (56 - 8 * i));
	OK(store_record_get_signed(sc.reader, bytes_of(name, 8), &rec));
	ck_assert_mem_eq(rec.digest, digest, 32);
	IS(ICS_ENOTFOUND,
	    store_record_get_signed(sc.reader, bytes_of(name, 7), &rec));
	name[0] ^= 1;
	IS(ICS_ENOTFOUND,
	    store_record_get_signed(sc.reader, bytes_of(name, 8), &rec));
	over = confirmation(digest);
	ck_assert_uint_eq(store_record_entry_names(over, names), 1);
	said_put(&sc, over, 5001);
	memcpy(about.b, digest, 32);
	OK(store_record_next(sc.reader, &about, NULL, &rec));
	ck_assert_int_eq(rec.position, 2);
	said_sound(&sc);
}
END_TEST

static void
wait_for(uint64_t keyid, uint8_t octet)
{
	struct store_pending p = { .issuer_keyid = keyid,
		.cert = { .n = 32 },
		.part_tag = PGP_TAG_SIGNATURE,
		.sig = bytes_of_str("a signature"),
		.domain = "a" };

	memset(p.cert.b, octet, sizeof(p.cert.b));
	OK(store_begin(sc.store));
	OK(store_pending_put(sc.store, &p, 10));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

START_TEST(test_pending)
{
	struct store_record_entry *e = said_status(1, "stolen", 2, 0);
	struct pgp_fpr at = { 0 };
	struct store_pending p;
	uint64_t names[2];

	(void)store_record_entry_names(e, names);
	wait_for(names[0], 1);
	wait_for(names[1], 2);
	wait_for(names[0] ^ 1, 3);
	IS(ICS_ENOTFOUND, store_pending_next_ready(sc.reader, &at, &at));
	said_put(&sc, e, 5000);
	OK(store_pending_next_ready(sc.reader, &at, &at));
	ck_assert(at.version == 0 && at.n == 32 && at.b[0] == 1);
	OK(store_pending_next(sc.reader, &at, 0, &p));
	ck_assert_int_eq(p.part_tag, PGP_TAG_SIGNATURE);
	OK(store_pending_next_ready(sc.reader, &at, &at));
	ck_assert_int_eq(at.b[0], 2);
	IS(ICS_ENOTFOUND, store_pending_next_ready(sc.reader, &at, &at));
	at = (struct pgp_fpr){ 0 };
	OK(store_begin(sc.store));
	OK(store_pending_next_target(sc.store, names[1], &at, &at));
	ck_assert(at.version == 0 && at.n == 32 && at.b[0] == 2);
	OK(store_commit(sc.store));
	said_sound(&sc);
}
END_TEST

/* ---- certificates ---- */

static const struct said model = { .by = 3,
	.pairs = { { NOTATIONS_NAME_MODEL, "T1000" } } };
static const struct said stolen = { .by = 4,
	.pairs = { { NOTATIONS_NAME_STATUS, "stolen" } } };
static const struct said withdrawn = { .type = PGP_SIG_CERT_REVOCATION,
	.by = 3 };

START_TEST(test_certificate)
{
	struct said both[] = { model, stolen };
	struct notations_subject about = said_subject(1);
	struct store_statement first, st;
	struct store_log_row row;
	struct store_cert cert;
	struct pgp_fpr fpr = said_fpr(1);

	said_device_put(&sc, said_device(1, &model, 1), 5000);
	OK(store_cert_get_primary(sc.reader, &fpr, &cert));
	ck_assert_uint_eq(cert.flags & STORE_CERT_SAYS, STORE_CERT_SAYS);
	OK(store_log_next(sc.reader, 0, &row));
	ck_assert_int_eq(row.event, STORE_EVENT_PUT);
	OK(store_log_next(sc.reader, 1, &row));
	ck_assert_int_eq(row.event, STORE_EVENT_STATE);
	OK(store_statement_next(sc.reader, &about, NULL, &first));
	ck_assert(!first.is_record && first.position == 2);
	said_sound(&sc);
	/* Another one beside it: the first stays where it was known. */
	said_device_put(&sc, said_device(1, both, 2), 6000);
	OK(store_statement_get(sc.reader, first.digest, &about, &st));
	ck_assert(st.position == 2 && st.received == 5000);
	ck_assert_int_eq(stats().statements, 2);
	ck_assert_int_eq(stats().log, 4);
	said_sound(&sc);
	/* The first goes. */
	said_device_put(&sc, said_device(1, &both[1], 1), 7000);
	IS(ICS_ENOTFOUND,
	    store_statement_get(sc.reader, first.digest, &about, &st));
	ck_assert_int_eq(said_logged(&sc, STORE_EVENT_FORGET), 1);
	said_sound(&sc);
	/* And all of them. */
	OK(store_begin(sc.store));
	OK(store_delete(sc.store, &fpr, 8000));
	OK(store_commit(sc.store));
	ck_assert_int_eq(said_logged(&sc, STORE_EVENT_FORGET), 2);
	ck_assert_int_eq(stats().statements, 0);
	said_sound(&sc);
}
END_TEST

/* What takes back is told only beside what says something. */
START_TEST(test_taken_back)
{
	struct said both[] = { model, withdrawn };

	said_device_put(&sc, said_device(1, &withdrawn, 1), 5000);
	ck_assert_int_eq(stats().statements, 0);
	said_device_put(&sc, said_device(2, both, 2), 5000);
	ck_assert_int_eq(stats().statements, 2);
	said_sound(&sc);
}
END_TEST

START_TEST(test_plain)
{
	struct store_cert cert;
	struct pgp_fpr fpr = said_fpr(1);

	device_put(&sc, &(struct device){ .number = 1 }, 5000);
	OK(store_cert_get_primary(sc.reader, &fpr, &cert));
	ck_assert_uint_eq(cert.flags & STORE_CERT_SAYS, 0);
	ck_assert_int_eq(stats().log, 1);
}
END_TEST

/* Records about a device stay when its certificate goes or is denied. */
START_TEST(test_denied)
{
	struct notations_subject about = said_subject(1);
	struct pgp_fpr fpr = said_fpr(1);
	struct store_record rec;

	said_device_put(&sc, said_device(1, &model, 1), 5000);
	said_put(&sc, said_status(1, "stolen", 2, 0), 5001);
	OK(store_begin(sc.store));
	OK(store_deny_put(sc.store, &fpr, "", 6000));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	OK(store_record_next(sc.reader, &about, NULL, &rec));
	ck_assert_int_eq(stats().statements, 1);
	said_sound(&sc);
}
END_TEST

/* ---- anything, in any order ---- */

#define DEVICES 6

static void
cert_turn(void)
{
	uint32_t number = 1 + (uint32_t)fixture_below(DEVICES);
	struct pgp_fpr fpr = said_fpr(number);
	struct said said[4];
	size_t n = fixture_below(5);
	enum ics_err err;

	if (fixture_below(5) == 0) {
		OK(store_begin(sc.store));
		err = store_delete(sc.store, &fpr, 5000);
		ck_assert(err == ICS_OK || err == ICS_ENOTFOUND);
		OK(store_commit(sc.store));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		said[i] = fixture_below(2) == 0 ? model : stolen;
		said[i].by = 1 + (uint32_t)fixture_below(4);
		said[i].created = 0x60000000 + number;
	}
	said_device_put(&sc, said_device(number, said, n), 5000);
}

static void
record_turn(void)
{
	struct store_record_entry *e =
	    said_status(1 + (uint32_t)fixture_below(DEVICES), "in-use", 2,
		0x60000000 + (uint32_t)fixture_below(5));
	uint8_t digest[32];
	enum ics_err err;

	digest_of(e, digest);
	if (fixture_below(3) > 0) {
		said_put(&sc, e, 5000);
		return;
	}
	store_record_entry_free(e);
	OK(store_begin(sc.store));
	err = store_record_delete(sc.store, digest, 5000);
	ck_assert(err == ICS_OK || err == ICS_ENOTFOUND);
	OK(store_commit(sc.store));
}

START_TEST(test_any_order)
{
	for (int i = 0; i < 300; i++) {
		if (fixture_below(2) == 0)
			cert_turn();
		else
			record_turn();
		if (i % 30 == 0)
			said_sound(&sc);
	}
	said_sound(&sc);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_record);
	tcase_add_test(t, test_twice);
	tcase_add_test(t, test_delete);
	tcase_add_test(t, test_rollback);
	tcase_add_test(t, test_next);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_pending);
	tcase_add_test(t, test_certificate);
	tcase_add_test(t, test_taken_back);
	tcase_add_test(t, test_plain);
	tcase_add_test(t, test_denied);
	tcase_add_test(t, test_any_order);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_record", add);
}
