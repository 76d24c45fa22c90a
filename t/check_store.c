/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The store as its users see it: what was put is found by every road, what
 * changed is found anew, what went is gone from every index.
 */
#include "store_make.h"

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

static struct pgp_fpr
subkey_fpr(uint32_t number)
{
	struct buf out;
	struct pgp_packet p;
	struct pgp_key key;
	struct cursor cur;

	buf_init(&out, 200);
	device_key(&out, PGP_TAG_PUBLIC_SUBKEY, 4, number);
	cur = cursor_of(buf_bytes(&out));
	OK(pgp_packet_next(&cur, &p));
	OK(pgp_key_parse(p.body, &key));
	buf_release(&out);
	return key.fpr;
}

/* How many certificates a road finds. */
static size_t
by_email(const char *email)
{
	struct store_hits hits;

	OK(store_find_email(sc.reader, bytes_of_str(email), &hits));
	return hits.n;
}

static size_t
by_uid(const char *uid)
{
	struct store_hits hits;

	OK(store_find_uid(sc.reader, bytes_of_str(uid), &hits));
	return hits.n;
}

static size_t
by_words(const char *words)
{
	struct store_hits hits;

	OK(store_find_words(sc.reader, bytes_of_str(words), &hits));
	return hits.n;
}

static size_t
by_fpr(struct pgp_fpr fpr)
{
	struct store_hits hits;

	OK(store_find_fpr(sc.reader, &fpr, &hits));
	return hits.n;
}

static size_t
by_keyid(uint64_t keyid)
{
	struct store_hits hits;

	OK(store_find_keyid(sc.reader, keyid, &hits));
	return hits.n;
}

START_TEST(test_put_get)
{
	struct device d = { .number = 7, .subkey = 8 };
	struct pgp_fpr fpr = device_fpr(&d), sub = subkey_fpr(8), found;
	struct store_entry *e = device_entry(&d);
	struct store_cert cert, other;
	struct bytes data = store_entry_data(e);
	uint8_t digest[32];
	bool others;

	ck_assert_int_eq(device_put(&sc, &d, 1000), STORE_INSERTED);
	ck_assert_int_eq(device_put(&sc, &d, 2000), STORE_UNCHANGED);
	OK(store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
	ck_assert(bytes_equal(cert.data, data) && !others);
	ck_assert_uint_eq(cert.crc, pgp_crc24(data));
	pgp_sha256(data, digest);
	ck_assert_mem_eq(cert.digest, digest, 32);
	OK(pgp_skshash_packets(data, digest));
	ck_assert_mem_eq(cert.skshash, digest, 16);
	ck_assert_int_eq(cert.added, 1000);
	ck_assert_int_eq(cert.modified, 1000);
	ck_assert_uint_eq(cert.flags, 0);
	OK(store_cert_get_fpr(sc.reader, &sub, &cert, &others));
	OK(store_cert_get(sc.reader, cert.id, &other));
	ck_assert(bytes_equal(other.data, data));
	OK(store_cert_get_primary(sc.reader, &fpr, &cert));
	IS(ICS_ENOTFOUND, store_cert_get_primary(sc.reader, &sub, &cert));
	IS(ICS_ENOTFOUND, store_cert_get(sc.reader, 99, &cert));
	fpr.b[3] ^= 1;
	IS(ICS_ENOTFOUND, store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
	OK(store_cert_next(sc.reader, &(struct pgp_fpr){ 0 }, &cert, &found));
	IS(ICS_ENOTFOUND, store_cert_next(sc.reader, &found, &cert, &found));
	store_entry_free(e);
}
END_TEST

START_TEST(test_find)
{
	struct device d = { .number = 7,
		.subkey = 8,
		.uid =
		    "Ren\xc3\xa9 M\xc3\xbcller (Gate 5) <Rene@Plant.example>",
		.uid2 = "bare@plant.example" };
	struct device old = { .number = 9,
		.uid = "J\xf6rg Latin <j@x.example>" };
	struct pgp_fpr fpr = device_fpr(&d);
	struct store_hits hits;
	struct store_entry *e = device_entry(&d);
	uint8_t hash[16];

	device_put(&sc, &d, 1000);
	device_put(&sc, &old, 1001);
	ck_assert_uint_eq(by_email("rene@plant.EXAMPLE"), 1);
	ck_assert_uint_eq(by_email("bare@plant.example"), 1);
	ck_assert_uint_eq(by_email("rene"), 0);
	ck_assert_uint_eq(by_email(""), 0);
	ck_assert_uint_eq(by_uid("bare@Plant.example"), 1);
	ck_assert_uint_eq(by_uid("ren\xc3\xa9 m\xc3\xbcller (gate 5) "
				 "<rene@plant.example>"),
	    1);
	ck_assert_uint_eq(by_uid("other <rene@plant.example>"), 0);
	ck_assert_uint_eq(by_words("rene muller"), 1);
	ck_assert_uint_eq(by_words("GATE, bare!"), 1); /* two User IDs */
	ck_assert_uint_eq(by_words("bare@plant.example"), 1);
	ck_assert_uint_eq(by_words("J\xc3\xb6rg"), 1);
	ck_assert_uint_eq(by_words("example"), 2);
	ck_assert_uint_eq(by_words("gate missing"), 0);
	ck_assert_uint_eq(by_words("\" OR * AND ( NEAR -"), 0);
	ck_assert_uint_eq(by_words("\xff\xfe -- \x01") + by_words(""), 0);
	ck_assert_uint_eq(by_words("a b c d e f g h i j k l m n o p q"), 0);
	ck_assert_uint_eq(by_fpr(fpr), 1);
	ck_assert_uint_eq(by_fpr(subkey_fpr(8)), 1);
	ck_assert_uint_eq(by_keyid(pgp_fpr_index(&fpr)), 1);
	fpr.version = 0;
	ck_assert_uint_eq(by_fpr(fpr), 1);
	fpr.version = 6;
	ck_assert_uint_eq(by_fpr(fpr), 0);
	OK(pgp_skshash_packets(store_entry_data(e), hash));
	OK(store_find_skshash(sc.reader, hash, &hits));
	ck_assert_uint_eq(hits.n, 1);
	hash[0] ^= 1;
	OK(store_find_skshash(sc.reader, hash, &hits));
	ck_assert_uint_eq(hits.n, 0);
	store_entry_free(e);
}
END_TEST

START_TEST(test_newest_first)
{
	struct store_hits hits;
	struct store_cert cert;
	int64_t last = INT64_MAX;

	for (uint32_t i = 1; i <= 5; i++)
		device_put(&sc, &(struct device){ .number = i }, 1000 + i);
	device_put(&sc, &(struct device){ .number = 2, .revision = 1 }, 2000);
	OK(store_find_words(sc.reader, bytes_of_str("acme"), &hits));
	ck_assert_uint_eq(hits.n, 5);
	for (size_t i = 0; i < hits.n; i++) {
		OK(store_cert_get(sc.reader, hits.ids[i], &cert));
		ck_assert_int_lt(cert.modified, last);
		last = cert.modified;
	}
	OK(store_cert_get(sc.reader, hits.ids[0], &cert));
	ck_assert_int_eq(cert.modified, 2000);
	ck_assert_int_eq(cert.added, 1002);
}
END_TEST

START_TEST(test_update)
{
	struct device d = {
		.number = 7, .subkey = 8, .uid = "Old One <a@b.c>"
	};
	struct pgp_fpr old = subkey_fpr(8), new = subkey_fpr(9);

	device_put(&sc, &d, 1000);
	d.uid = "New One <d@e.f>";
	d.subkey = 9;
	ck_assert_int_eq(device_put(&sc, &d, 1001), STORE_UPDATED);
	ck_assert_uint_eq(by_email("a@b.c"), 0);
	ck_assert_uint_eq(by_email("d@e.f"), 1);
	ck_assert_uint_eq(by_words("old"), 0);
	ck_assert_uint_eq(by_words("new one"), 1);
	ck_assert_uint_eq(by_fpr(old), 0);
	ck_assert_uint_eq(by_fpr(new), 1);
}
END_TEST

START_TEST(test_delete)
{
	struct device d = { .number = 7, .subkey = 8 };
	struct pgp_fpr fpr = device_fpr(&d);
	struct store_stats st;

	device_put(&sc, &d, 1000);
	OK(store_begin(sc.store));
	OK(store_delete(sc.store, &fpr, 1001));
	IS(ICS_ENOTFOUND, store_delete(sc.store, &fpr, 1001));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	ck_assert_uint_eq(by_fpr(fpr) + by_fpr(subkey_fpr(8)), 0);
	ck_assert_uint_eq(by_words("acme"), 0);
	ck_assert_uint_eq(by_email("t1000-000007@devices.example"), 0);
	OK(store_stats(sc.reader, &st));
	ck_assert_int_eq(st.certs + st.fprs + st.uids, 0);
	ck_assert_int_eq(st.added_total, 1);
	ck_assert_int_eq(st.deleted_total, 1);
	ck_assert_int_eq(st.log, 2);
	ck_assert_int_gt(st.file_octets, 4096);
}
END_TEST

START_TEST(test_shared_subkey)
{
	struct device a = { .number = 1, .subkey = 5 };
	struct device b = { .number = 2, .subkey = 5 };
	struct pgp_fpr sub = subkey_fpr(5), fpr = device_fpr(&a);
	struct store_cert cert;
	bool others;

	device_put(&sc, &a, 1000);
	device_put(&sc, &b, 1000);
	OK(store_cert_get_fpr(sc.reader, &sub, &cert, &others));
	ck_assert(others);
	ck_assert_uint_eq(by_fpr(sub), 2);
	OK(store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
	ck_assert(!others);
	OK(store_begin(sc.store));
	OK(store_delete(sc.store, &fpr, 1001));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	ck_assert_uint_eq(by_fpr(sub), 1);
}
END_TEST

START_TEST(test_many)
{
	struct store_hits hits;
	struct store_entry *e;
	enum store_change change;
	struct pgp_fpr at = { 0 }, *found;
	struct store_cert cert;
	struct store_modified m = { .from = 1100, .to = 1200, .max = 50 };
	size_t n = 0;

	OK(store_begin(sc.store));
	for (uint32_t i = 1; i <= STORE_HITS_MAX + 10; i++) {
		e = device_entry(&(struct device){ .number = i });
		OK(store_put(sc.store, e, 1000 + i, &change));
		store_entry_free(e);
	}
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	OK(store_find_words(sc.reader, bytes_of_str("t1000"), &hits));
	ck_assert_uint_eq(hits.n, STORE_HITS_MAX);
	ck_assert(hits.more);
	OK(store_find_words(sc.reader, bytes_of_str("t1000 000077"), &hits));
	ck_assert_uint_eq(hits.n, 1);
	ck_assert(!hits.more);
	for (; store_cert_next(sc.reader, &at, &cert, &at) == ICS_OK; n++)
		;
	ck_assert_uint_eq(n, STORE_HITS_MAX + 10);
	found = alloc_zero(m.max, sizeof(*found));
	m.out = found;
	OK(store_find_modified(sc.reader, &m));
	ck_assert_uint_eq(m.n, 50);
	m.from = m.to - 3;
	OK(store_find_modified(sc.reader, &m));
	ck_assert_uint_eq(m.n, 3);
	free(found);
}
END_TEST

START_TEST(test_modern)
{
	struct device d = { .number = 3, .version = 6 };
	struct pgp_fpr fpr = device_fpr(&d);
	struct store_cert cert;
	bool others;

	device_put(&sc, &d, 1000);
	OK(store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
	ck_assert_uint_eq(cert.flags, STORE_CERT_MODERN | STORE_CERT_HIDDEN);
	ck_assert_uint_eq(by_keyid(be64_from_bytes(fpr.b)), 1);
	fpr.version = 5;
	IS(ICS_ENOTFOUND, store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
}
END_TEST

/* The summary tells what the facts of the certificate tell. */
START_TEST(test_summary)
{
	struct device d = { .number = 7,
		.subkey = 8,
		.uid = "One <a@b.c>",
		.uid2 = "Two <d@e.f>" };
	struct pgp_fpr fpr = device_fpr(&d), sub = subkey_fpr(8);
	static const enum store_row_kind kinds[] = { STORE_ROW_KEY,
		STORE_ROW_UID, STORE_ROW_UID, STORE_ROW_SUBKEY };
	struct store_cert cert;
	struct store_row row;
	struct cursor cur;
	bool others;

	device_put(&sc, &d, 1000);
	OK(store_cert_get_fpr(sc.reader, &fpr, &cert, &others));
	cur = cursor_of(cert.summary);
	for (int i = 0; i < 4; i++) {
		OK(store_summary_next(&cur, &row));
		ck_assert_int_eq(row.kind, kinds[i]);
		if (row.kind == STORE_ROW_UID)
			continue;
		ck_assert(pgp_fpr_equal(&row.fpr, i == 0 ? &fpr : &sub));
		ck_assert_uint_eq(row.keyid, pgp_fpr_index(&row.fpr));
		ck_assert_int_eq(row.created, 0x60000000);
		ck_assert_uint_eq(row.algo, PGP_ALGO_ED25519);
		ck_assert_uint_eq(row.bits, 256);
	}
	IS(ICS_ENOTFOUND, store_summary_next(&cur, &row));
	/* Cut anywhere: rows, then the end or damage, never more. */
	for (size_t n = 0; n < cert.summary.n; n++) {
		enum ics_err err;

		cur = cursor_of(bytes_of(cert.summary.p, n));
		while ((err = store_summary_next(&cur, &row)) == ICS_OK)
			;
		ck_assert(err == ICS_ENOTFOUND || err == ICS_ECORRUPT);
	}
}
END_TEST

START_TEST(test_deny)
{
	struct device d = { .number = 7 };
	struct pgp_fpr fpr = device_fpr(&d), none = { 0 };
	struct store_entry *e = device_entry(&d);
	struct store_denied denied;
	enum store_change change;
	struct store_stats st;

	device_put(&sc, &d, 1000);
	OK(store_begin(sc.store));
	OK(store_deny_put(sc.store, &fpr, "stolen \"key\"", 1001));
	IS(ICS_EGONE, store_put(sc.store, e, 1002, &change));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	ck_assert_uint_eq(by_fpr(fpr), 0);
	OK(store_deny_get(sc.reader, &fpr, &denied));
	ck_assert_str_eq(denied.reason, "stolen \"key\"");
	ck_assert_int_eq(denied.since, 1001);
	OK(store_deny_next(sc.reader, &none, &denied));
	ck_assert(pgp_fpr_equal(&denied.fpr, &fpr));
	IS(ICS_ENOTFOUND, store_deny_next(sc.reader, &denied.fpr, &denied));
	OK(store_stats(sc.reader, &st));
	ck_assert_int_eq(st.denied, 1);
	OK(store_begin(sc.store));
	IS(ICS_EGONE, store_put(sc.store, e, 1002, &change));
	OK(store_deny_put(sc.store, &fpr, "again", 1003));
	OK(store_commit(sc.store));
	OK(store_begin(sc.store));
	OK(store_deny_drop(sc.store, &fpr, 1004));
	IS(ICS_ENOTFOUND, store_deny_drop(sc.store, &fpr, 1004));
	OK(store_put(sc.store, e, 1005, &change));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	OK(store_stats(sc.reader, &st));
	ck_assert_int_eq(st.denied, 0);
	ck_assert_int_eq(st.log, 6);
	store_entry_free(e);
}
END_TEST

START_TEST(test_rollback)
{
	struct device d = { .number = 7 };
	struct store_entry *e = device_entry(&d);
	struct pgp_fpr fpr = device_fpr(&d);
	enum store_change change;
	struct bytes data;
	struct store_stats st;

	OK(store_begin(sc.store));
	OK(store_put(sc.store, e, 1000, &change));
	OK(store_peek(sc.store, &fpr, &data));
	ck_assert(bytes_equal(data, store_entry_data(e)));
	store_rollback(sc.store);
	OK(store_begin(sc.store));
	IS(ICS_ENOTFOUND, store_peek(sc.store, &fpr, &data));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
	OK(store_stats(sc.reader, &st));
	ck_assert_int_eq(st.certs + st.log + st.added_total, 0);
	store_entry_free(e);
}
END_TEST

/* A snapshot stands still; begin shows what was committed since. */
START_TEST(test_snapshot)
{
	struct device d = { .number = 7 };
	struct pgp_fpr fpr = device_fpr(&d);
	struct store_entry *e = device_entry(&d);
	struct store_reader *other;
	enum store_change change;

	OK(store_reader_begin(sc.reader));
	ck_assert_uint_eq(by_fpr(fpr), 0);
	OK(store_reader_open(sc.dir, NULL, &other));
	OK(store_reader_begin(other));
	OK(store_begin(sc.store));
	OK(store_put(sc.store, e, 1000, &change));
	OK(store_commit(sc.store));
	ck_assert_uint_eq(by_fpr(fpr), 0);
	OK(store_reader_begin(sc.reader));
	ck_assert_uint_eq(by_fpr(fpr), 1);
	OK(store_reader_begin(other));
	store_reader_end(sc.reader);
	OK(store_checkpoint(sc.store));
	store_reader_close(other);
	store_entry_free(e);
}
END_TEST

START_TEST(test_history)
{
	int64_t now = 1790000000 / 86400 * 86400 + 5 * 3600 + 7;
	struct store_load hours[24], days[3];
	struct store_history by_hour = { now, 3600, hours, 24 };
	struct store_history by_day = { now, 86400, days, 3 };
	struct device d = { .number = 1 };

	device_put(&sc, &d, now - 86400);
	d.revision++;
	device_put(&sc, &d, now);
	d.number++;
	device_put(&sc, &d, now);
	OK(store_load_history(sc.reader, &by_hour));
	ck_assert_int_eq(hours[23].start, now - 7);
	ck_assert_int_eq(hours[23].inserted, 1);
	ck_assert_int_eq(hours[23].updated, 1);
	OK(store_load_history(sc.reader, &by_day));
	ck_assert_int_eq(days[2].start % 86400, 0);
	ck_assert_int_eq(days[2].inserted, 1);
	ck_assert_int_eq(days[1].inserted, 1);
	ck_assert_int_eq(days[0].inserted + hours[22].inserted, 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_put_get);
	tcase_add_test(t, test_find);
	tcase_add_test(t, test_newest_first);
	tcase_add_test(t, test_update);
	tcase_add_test(t, test_delete);
	tcase_add_test(t, test_shared_subkey);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_modern);
	tcase_add_test(t, test_summary);
	tcase_add_test(t, test_deny);
	tcase_add_test(t, test_rollback);
	tcase_add_test(t, test_snapshot);
	tcase_add_test(t, test_history);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store", add);
}
