/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors and membership in the store: what is kept stays, in order, with
 * its log row; walks and what is due come once each; fsck sees what is
 * tampered with. Texts are any octets here.
 */
#include <sqlite3.h>

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

static enum ics_err
put(const char *name, int64_t serial, const char *text)
{
	struct store_descriptor d = { .serial = serial,
		.owner = said_fpr(1),
		.signed_at = 1000 + serial,
		.text = bytes_of_str(text) };
	enum ics_err err;

	(void)snprintf(d.name, sizeof(d.name), "%s", name);
	OK(store_begin(sc.store));
	err = store_descriptor_put(sc.store, &d, 5000);
	if (err == ICS_OK)
		OK(store_commit(sc.store));
	else
		store_rollback(sc.store);
	OK(store_reader_begin(sc.reader));
	return err;
}

START_TEST(kept)
{
	static const struct {
		const char *name;
		int64_t serial;
		unsigned domain;
		const char *text;
	} rows[] = { { "alpha", 1, 1, "a1" }, { "alpha", 7, 1, "a7" },
		{ "plant", 2, 0, "p2" }, { "plant", 12, 0, "p12" } };
	struct store_descriptor d = { .serial = 0 };
	uint64_t before, after;
	int64_t n;
	unsigned domains;
	size_t i = 0;

	OK(store_reader_begin(sc.reader));
	OK(store_descriptor_generation(sc.reader, &before));
	ck_assert_uint_eq(before, 0);
	OK(put("plant", 2, "p2"));
	OK(put("alpha", 1, "a1"));
	OK(store_descriptor_generation(sc.reader, &before));
	OK(put("plant", 12, "p12"));
	OK(store_descriptor_generation(sc.reader, &after));
	ck_assert_uint_gt(after, before);
	OK(put("alpha", 7, "a7"));
	IS(ICS_EEXISTS, put("plant", 12, "other"));
	IS(ICS_EEXISTS, put("plant", 11, "older"));
	while (store_descriptor_next(sc.reader, d.name, d.serial, &d) ==
	       ICS_OK) {
		ck_assert_uint_lt(i, 4);
		ck_assert_str_eq(d.name, rows[i].name);
		ck_assert_int_eq(d.serial, rows[i].serial);
		ck_assert_uint_eq(d.domain, rows[i].domain);
		ck_assert(bytes_equal(d.text, bytes_of_str(rows[i].text)));
		ck_assert_int_eq(d.signed_at, 1000 + rows[i].serial);
		i++;
	}
	ck_assert_uint_eq(i, 4);
	OK(store_descriptor_get(sc.reader, "plant", 0, &d));
	ck_assert_int_eq(d.serial, 12);
	OK(store_descriptor_get(sc.reader, "plant", 2, &d));
	ck_assert_int_eq(d.serial, 2);
	IS(ICS_ENOTFOUND, store_descriptor_get(sc.reader, "plant", 3, &d));
	IS(ICS_ENOTFOUND, store_descriptor_get(sc.reader, "beta", 0, &d));
	OK(store_domains_count(sc.reader, &domains));
	ck_assert_uint_eq(domains, 2);
	OK(store_descriptors_count(sc.reader, 0, &n));
	ck_assert_int_eq(n, 2);
}
END_TEST

START_TEST(logged)
{
	struct store_descriptor d;
	struct store_log_row row;
	struct pgp_fpr owner = said_fpr(1);
	uint8_t digest[32];

	OK(put("plant", 2, "p2"));
	OK(store_descriptor_get(sc.reader, "plant", 0, &d));
	pgp_sha256(bytes_of_str("p2"), digest);
	OK(store_log_next(sc.reader, d.position - 1, &row));
	ck_assert_int_eq(row.event, STORE_EVENT_DESCRIPTOR);
	ck_assert(pgp_fpr_equal(&row.item, &owner));
	ck_assert_mem_eq(row.digest, digest, 32);
	ck_assert_int_eq(row.received, 5000);
}
END_TEST

START_TEST(bounded)
{
	char name[16];

	for (unsigned i = 0; i < STORE_DOMAINS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "d%u", i);
		OK(put(name, 1, "x"));
	}
	IS(ICS_ETOOBIG, put("one-more", 1, "x"));
	OK(put("d7", 2, "x"));
	for (int64_t i = 3; i <= STORE_DESCRIPTORS_MAX; i++)
		OK(put("d7", i, "x"));
	IS(ICS_ETOOBIG, put("d7", STORE_DESCRIPTORS_MAX + 1, "x"));
}
END_TEST

static void
belong(uint32_t number, unsigned domain, unsigned other)
{
	struct notations_subject s = said_subject(number);
	struct store_bits bits = { 0 };

	store_bits_set(&bits, domain);
	store_bits_set(&bits, other);
	OK(store_begin(sc.store));
	OK(store_membership_set(sc.store, &s, &bits));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

START_TEST(members)
{
	struct notations_subject at, first = said_subject(1);
	struct store_bits bits, none = { 0 };
	size_t n = 0;
	enum ics_err err;

	belong(1, 0, 254);
	belong(2, 0, 70);
	belong(3, 70, 1);
	OK(store_membership_get(sc.reader, &first, &bits));
	ck_assert(store_bits_has(&bits, 0) && store_bits_has(&bits, 254));
	ck_assert(!store_bits_has(&bits, 1) && !store_bits_has(&bits, 255));
	ck_assert(!store_bits_meet(&bits, &none));
	for (err = store_membership_next(sc.reader, 0, NULL, &at);
	     err == ICS_OK; err = store_membership_next(sc.reader, 0, &at, &at))
		n++;
	ck_assert_uint_eq(n, 2);
	belong(1, 3, 3);
	OK(store_membership_get(sc.reader, &first, &bits));
	ck_assert(!store_bits_has(&bits, 0) && store_bits_has(&bits, 3));
	IS(ICS_ENOTFOUND, store_membership_next(sc.reader, 254, NULL, &at));
}
END_TEST

START_TEST(due)
{
	struct notations_subject one = said_subject(1), two = said_subject(2);
	struct notations_subject at;

	OK(store_begin(sc.store));
	OK(store_due_put(sc.store, &one, 2000));
	OK(store_due_put(sc.store, &two, 1000));
	OK(store_due_put(sc.store, &one, 3000));
	IS(ICS_ENOTFOUND, store_due_next(sc.store, 999, &at));
	OK(store_due_next(sc.store, 3000, &at));
	ck_assert(notations_subject_equal(&at, &two));
	OK(store_due_put(sc.store, &two, INT64_MAX));
	IS(ICS_ENOTFOUND, store_due_next(sc.store, 2999, &at));
	OK(store_due_next(sc.store, 3000, &at));
	ck_assert(notations_subject_equal(&at, &one));
	OK(store_commit(sc.store));
}
END_TEST

/* Every certificate and every item, over a restart. */
START_TEST(walked)
{
	struct store_walked at;
	struct pgp_fpr all = { 0 };
	unsigned n = 0;
	bool is;

	OK(store_begin(sc.store));
	for (uint32_t i = 1; i <= 5; i++) {
		struct device d = { .number = i };
		struct pgp_cert *cert = device_cert(&d);
		struct store_entry *e;
		enum store_change change;

		OK(store_entry_new(cert, &e));
		OK(store_put(sc.store, e, 1000, &change));
		store_entry_free(e);
		pgp_cert_free(cert);
	}
	OK(store_walk_put(sc.store, &all, STORE_WALK_NEAR));
	OK(store_walk_step(sc.store, &at));
	OK(store_walk_step(sc.store, &at));
	OK(store_commit(sc.store));
	scene_close(&sc);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	OK(store_reader_begin(sc.reader));
	OK(store_walk_is(sc.reader, &is));
	ck_assert(is);
	OK(store_begin(sc.store));
	while (store_walk_step(sc.store, &at) == ICS_OK)
		n++;
	OK(store_commit(sc.store));
	ck_assert_uint_eq(n, 3);
	OK(store_reader_begin(sc.reader));
	OK(store_walk_is(sc.reader, &is));
	ck_assert(!is);
}
END_TEST

/* What the transaction has changed is seen inside it, and by nobody else. */
START_TEST(peeked)
{
	struct store_descriptor d = { .name = "plant",
		.serial = 1,
		.owner = said_fpr(1),
		.text = bytes_of_str("x") };
	struct store_reader *r;

	OK(store_reader_begin(sc.reader));
	OK(store_begin(sc.store));
	OK(store_descriptor_put(sc.store, &d, 1));
	OK(store_peek_reader(sc.store, &r));
	OK(store_descriptor_get(r, "plant", 0, &d));
	IS(ICS_ENOTFOUND, store_descriptor_get(sc.reader, "plant", 0, &d));
	store_rollback(sc.store);
	OK(store_begin(sc.store));
	OK(store_peek_reader(sc.store, &r));
	IS(ICS_ENOTFOUND, store_descriptor_get(r, "plant", 0, &d));
	store_rollback(sc.store);
}
END_TEST

static void
count_found(void *arg, const char *text)
{
	(void)text;
	++*(int *)arg;
}

static const char *const tampered[] = {
	"UPDATE descriptor SET text = x'00' WHERE serial = 2",
	"UPDATE descriptor SET digest = zeroblob(32) WHERE serial = 2",
	"UPDATE descriptor SET position = 1 WHERE serial = 3",
	"UPDATE domain SET id = 5 WHERE name = 'alpha'",
	"DELETE FROM domain WHERE name = 'alpha'",
};

START_TEST(found)
{
	char path[128];
	int64_t differences;
	int n = 0;
	struct store_fsck how = { .found = count_found, .arg = &n };
	sqlite3 *db;

	OK(put("plant", 2, "p2"));
	OK(put("plant", 3, "p3"));
	OK(put("alpha", 1, "a1"));
	OK(store_check(sc.reader, &how, &differences));
	ck_assert_int_eq(differences, 0);
	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, tampered[_i], NULL, NULL, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_changes(db), 1);
	sqlite3_close(db);
	store_reader_end(sc.reader);
	OK(store_check(sc.reader, &how, &differences));
	ck_assert_int_gt(differences, 0);
	ck_assert_int_eq(n, (int)differences);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, kept);
	tcase_add_test(t, logged);
	tcase_add_test(t, bounded);
	tcase_add_test(t, members);
	tcase_add_test(t, due);
	tcase_add_test(t, walked);
	tcase_add_test(t, peeked);
	tcase_add_loop_test(t, found, 0,
	    (int)(sizeof(tampered) / sizeof(tampered[0])));
}

int
main(void)
{
	return fixture_run("store_descriptor", add);
}
