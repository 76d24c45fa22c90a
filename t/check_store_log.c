/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log and the waiting signatures. */
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

/* The leaf as sql/README has it, written out by hand. */
static void
leaf_of(const struct store_log_row *row, uint8_t leaf[32])
{
	uint8_t inner[33] = { 0 };
	struct buf b;

	buf_init(&b, 1000);
	buf_put(&b, bytes_of(row->salt, 16));
	buf_u8(&b, (uint8_t)row->event);
	buf_u8(&b, row->subject.tag);
	buf_put(&b, bytes_of(row->subject.b, row->subject.n));
	buf_put(&b, bytes_of(row->digest, 32));
	buf_be64(&b, (uint64_t)row->received);
	pgp_sha256(buf_bytes(&b), inner + 1);
	pgp_sha256(bytes_of(inner, 33), leaf);
	buf_release(&b);
}

START_TEST(test_log)
{
	static const enum store_event events[] = { STORE_EVENT_PUT,
		STORE_EVENT_PUT, STORE_EVENT_DENY, STORE_EVENT_DELETE,
		STORE_EVENT_ALLOW, STORE_EVENT_PUT };
	struct device d = { .number = 1 };
	struct pgp_fpr fpr = device_fpr(&d);
	struct store_log_row row = { 0 };
	struct store_entry *e;
	uint8_t leaf[32], salt[16] = { 0 }, zero[32] = { 0 };

	device_put(&sc, &d, 1000);
	device_put(&sc, &d, 1001); /* nothing new, no row */
	d.revision = 1;
	device_put(&sc, &d, 1002);
	OK(store_begin(sc.store));
	OK(store_deny_put(sc.store, &fpr, "", 1003));
	OK(store_commit(sc.store));
	OK(store_begin(sc.store));
	OK(store_deny_drop(sc.store, &fpr, 1004));
	store_rollback(sc.store); /* leaves no gap */
	OK(store_begin(sc.store));
	OK(store_deny_drop(sc.store, &fpr, 1005));
	OK(store_commit(sc.store));
	device_put(&sc, &d, 1006);
	e = device_entry(&d);
	for (int64_t i = 0; i < 6; i++) {
		OK(store_log_next(sc.reader, i, &row));
		ck_assert_int_eq(row.position, i + 1);
		ck_assert_int_eq(row.event, events[i]);
		ck_assert(pgp_fpr_equal(&row.item, &fpr));
		ck_assert_mem_ne(row.salt, salt, 16);
		memcpy(salt, row.salt, 16);
		leaf_of(&row, leaf);
		ck_assert_mem_eq(row.leaf, leaf, 32);
		if (row.event == STORE_EVENT_PUT)
			ck_assert_mem_ne(row.digest, zero, 32);
		else
			ck_assert_mem_eq(row.digest, zero, 32);
	}
	ck_assert_mem_eq(row.digest, store_entry_digest(e), 32);
	IS(ICS_ENOTFOUND, store_log_next(sc.reader, 6, &row));
	store_entry_free(e);
}
END_TEST

static struct store_pending
waiting(uint64_t keyid, uint32_t cert, const char *sig, const char *domain)
{
	struct store_pending p = { .issuer_keyid = keyid,
		.part_tag = 13,
		.part = bytes_of_str("a User ID"),
		.sig = bytes_of_str(sig),
		.received = 1000 };

	p.cert = device_fpr(&(struct device){ .number = cert });
	(void)snprintf(p.domain, sizeof(p.domain), "%s", domain);
	return p;
}

static void
wait_for(struct store_pending p, int64_t limit)
{
	OK(store_begin(sc.store));
	OK(store_pending_put(sc.store, &p, limit));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

static int64_t
how_many(void)
{
	struct store_stats st;
	int64_t differences;

	OK(store_reader_begin(sc.reader));
	OK(store_stats(sc.reader, &st));
	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
	return st.pending;
}

START_TEST(test_pending)
{
	struct store_pending p, first;
	struct pgp_fpr at = { 0 };

	wait_for(waiting(5, 1, "one", "a"), 10);
	wait_for(waiting(5, 1, "one", "a"), 10);
	ck_assert_int_eq(how_many(), 1);
	wait_for(waiting(5, 1, "two", "a"), 10);
	wait_for(waiting(6, 2, "one", "a"), 10);
	ck_assert_int_eq(how_many(), 3);
	first = waiting(5, 1, "", "");
	OK(store_pending_next(sc.reader, &first.cert, 0, &p));
	ck_assert(bytes_equal(p.sig, bytes_of_str("one")));
	ck_assert(bytes_equal(p.part, bytes_of_str("a User ID")));
	ck_assert_uint_eq(p.issuer_keyid, 5);
	ck_assert_int_eq(p.part_tag, 13);
	ck_assert_str_eq(p.domain, "a");
	ck_assert_int_eq(p.received, 1000);
	ck_assert(pgp_fpr_equal(&p.cert, &first.cert));
	OK(store_pending_next(sc.reader, &first.cert, p.id, &p));
	ck_assert(bytes_equal(p.sig, bytes_of_str("two")));
	IS(ICS_ENOTFOUND, store_pending_next(sc.reader, &first.cert, p.id, &p));
	OK(store_begin(sc.store));
	OK(store_pending_next_target(sc.store, 5, &at, &at));
	ck_assert(pgp_fpr_equal(&at, &first.cert));
	IS(ICS_ENOTFOUND, store_pending_next_target(sc.store, 5, &at, &at));
	OK(store_pending_drop(sc.store, p.id));
	IS(ICS_ENOTFOUND, store_pending_drop(sc.store, p.id));
	OK(store_commit(sc.store));
	ck_assert_int_eq(how_many(), 2);
}
END_TEST

START_TEST(test_pending_bound)
{
	struct store_pending p = waiting(5, 1, "", "");
	char text[20];

	wait_for(waiting(9, 1, "of another domain", "b"), 3);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(text, sizeof(text), "sig %d", i);
		wait_for(waiting(5, 1, text, "a"), 3);
	}
	ck_assert_int_eq(how_many(), 4);
	OK(store_pending_next(sc.reader, &p.cert, 0, &p));
	ck_assert_str_eq(p.domain, "b");
	OK(store_pending_next(sc.reader, &p.cert, p.id, &p));
	ck_assert(bytes_equal(p.sig, bytes_of_str("sig 7")));
	/* A lower bound takes effect with the next row. */
	wait_for(waiting(5, 1, "last", "a"), 1);
	ck_assert_int_eq(how_many(), 2);
}
END_TEST

/* A bound is shared by lanes: the longest one gives way. */
START_TEST(test_pending_lanes)
{
	struct store_pending p = waiting(5, 1, "", "");
	char text[20];

	wait_for(waiting(5, 1, "early", "a/1"), 6);
	wait_for(waiting(5, 1, "other", "ab/1"), 6);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(text, sizeof(text), "sig %d", i);
		wait_for(waiting(5, 1, text, "a/2"), 6);
	}
	wait_for(waiting(5, 1, "late", "a"), 6);
	ck_assert_int_eq(how_many(), 7);
	OK(store_pending_next(sc.reader, &p.cert, 0, &p));
	ck_assert(bytes_equal(p.sig, bytes_of_str("early")));
	OK(store_pending_next(sc.reader, &p.cert, p.id, &p));
	ck_assert_str_eq(p.domain, "ab/1");
	OK(store_pending_next(sc.reader, &p.cert, p.id, &p));
	ck_assert(bytes_equal(p.sig, bytes_of_str("sig 16")));
}
END_TEST

/* What waits for one name, by lane; certifications are none of it. */
START_TEST(test_pending_lane_n)
{
	struct store_pending p = waiting(5, 1, "one", "a/1");
	int64_t n;

	wait_for(p, 10);
	p.part_tag = 2;
	p.part = bytes_of(NULL, 0);
	for (int i = 0; i < 4; i++) {
		p.received = i;
		p.cert.b[0] = (uint8_t)i;
		wait_for(p, 10);
	}
	(void)snprintf(p.domain, sizeof(p.domain), "a/2");
	p.cert.b[0] = 9;
	wait_for(p, 10);
	OK(store_begin(sc.store));
	OK(store_pending_lane(sc.store, &p, 3, &n));
	ck_assert_int_eq(n, 1);
	(void)snprintf(p.domain, sizeof(p.domain), "a/1");
	OK(store_pending_lane(sc.store, &p, 3, &n));
	ck_assert_int_eq(n, 3);
	OK(store_pending_lane(sc.store, &p, 9, &n));
	ck_assert_int_eq(n, 4);
	OK(store_commit(sc.store));
}
END_TEST

/* An id is not given twice, even if the newest row went. */
START_TEST(test_pending_ids)
{
	struct store_pending p = waiting(5, 1, "", "");
	int64_t id;

	wait_for(waiting(5, 1, "one", "a"), 3);
	OK(store_pending_next(sc.reader, &p.cert, 0, &p));
	id = p.id;
	OK(store_begin(sc.store));
	OK(store_pending_drop(sc.store, id));
	OK(store_commit(sc.store));
	wait_for(waiting(5, 1, "two", "a"), 3);
	OK(store_pending_next(sc.reader, &p.cert, 0, &p));
	ck_assert_int_gt(p.id, id);
}
END_TEST

START_TEST(test_pending_ready)
{
	struct device issuer = { .number = 50 };
	struct pgp_fpr fpr = device_fpr(&issuer), at = { 0 };
	struct store_pending p;
	bool known;

	wait_for(waiting(pgp_fpr_index(&fpr), 1, "ready", "a"), 9);
	wait_for(waiting(77, 2, "not ready", "a"), 9);
	p = waiting(pgp_fpr_index(&fpr), 3, "other issuer", "a");
	p.issuer = fpr;
	p.issuer.b[0] ^= 1;
	wait_for(p, 9);
	IS(ICS_ENOTFOUND, store_pending_next_ready(sc.reader, &at, &at));
	OK(store_knows_keyid(sc.store, pgp_fpr_index(&fpr), &known));
	ck_assert(!known);
	device_put(&sc, &issuer, 1000);
	OK(store_knows_keyid(sc.store, pgp_fpr_index(&fpr), &known));
	ck_assert(known);
	OK(store_pending_next_ready(sc.reader, &at, &at));
	p = waiting(0, 1, "", "");
	ck_assert(pgp_fpr_equal(&at, &p.cert));
	IS(ICS_ENOTFOUND, store_pending_next_ready(sc.reader, &at, &at));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_log);
	tcase_add_test(t, test_pending);
	tcase_add_test(t, test_pending_bound);
	tcase_add_test(t, test_pending_lanes);
	tcase_add_test(t, test_pending_lane_n);
	tcase_add_test(t, test_pending_ids);
	tcase_add_test(t, test_pending_ready);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_log", add);
}
