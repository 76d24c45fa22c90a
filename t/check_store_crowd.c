/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many statements a subject takes: strangers its first part, each of them
 * a little, who holds a seat all of it; and that counting has its bounds.
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

/* A state of device 1; distinct by its date. */
static enum store_taken
put(uint32_t by, uint32_t i, bool has_seat)
{
	struct store_record_entry *e =
	    said_status(1, "in-use", by, 0x60000000 + i);
	enum store_taken taken;

	if (has_seat)
		store_record_entry_seat(e);
	OK(store_record_put(sc.store, e, 5000, &taken));
	store_record_entry_free(e);
	return taken;
}

static void
put_many(uint32_t by, uint32_t n, bool has_seat)
{
	for (uint32_t i = 0; i < n; i++)
		ck_assert_int_eq(put(by, i, has_seat), STORE_TAKEN);
}

/* Strangers 100, 101 ... until they have no room left. */
static void
strangers_fill(void)
{
	for (uint32_t by = 0; by < STORE_STRANGERS_MAX / STORE_STRANGER_MAX;
	     by++) {
		put_many(100 + by, STORE_STRANGER_MAX, false);
		ck_assert_int_ne(put(100 + by, 500, false), STORE_TAKEN);
	}
}

START_TEST(test_one_stranger)
{
	OK(store_begin(sc.store));
	put_many(2, STORE_STRANGER_MAX, false);
	ck_assert_int_eq(put(2, 500, false), STORE_FULL_STRANGER);
	ck_assert_int_eq(put(2, 0, false), STORE_TAKEN_BEFORE);
	/* Others are free to speak, and he about others. */
	ck_assert_int_eq(put(3, 500, false), STORE_TAKEN);
	OK(store_commit(sc.store));
	ck_assert(said_put(&sc, said_status(2, "in-use", 2, 0), 5000));
	said_sound(&sc);
}
END_TEST

START_TEST(test_all_strangers)
{
	OK(store_begin(sc.store));
	strangers_fill();
	ck_assert_int_eq(put(3, 0, false), STORE_FULL_STRANGERS);
	/* The rest is kept for those who answer for it. */
	put_many(2, STORE_STATEMENTS_MAX - STORE_STRANGERS_MAX, true);
	ck_assert_int_eq(put(2, 0xffff, true), STORE_FULL);
	ck_assert_int_eq(put(3, 0, false), STORE_FULL);
	ck_assert_int_eq(put(2, 0, true), STORE_TAKEN_BEFORE);
	OK(store_commit(sc.store));
	/* Of another one there may be, and a certificate is always taken. */
	ck_assert(said_put(&sc, said_status(2, "in-use", 2, 0), 5000));
	said_device_put(&sc,
	    said_device(1,
		&(struct said){
		    .by = 3, .pairs = { { NOTATIONS_NAME_MODEL, "T1000" } } },
		1),
	    5000);
	said_sound(&sc);
}
END_TEST

/* The hexadecimal digits of a notation "issuer" with a device's fingerprint:
 * in the index it looks like a record by that device. */
static void
lookalike(uint32_t number, char out[256])
{
	struct pgp_fpr fpr = said_fpr(number);
	char hex[PGP_FPR_TEXT_MAX];
	struct notations_raw raw = { .name = bytes_of_str("issuer"),
		.is_readable = true };
	struct buf sub;

	pgp_fpr_hex(&fpr, hex);
	raw.value = bytes_of_str(hex);
	buf_init(&sub, 120);
	notations_write_raw(&raw, &sub);
	hex_lower(buf_bytes(&sub), out);
	buf_release(&sub);
}

static int64_t
counted(uint32_t by)
{
	struct notations_subject about = said_subject(1);
	struct pgp_fpr fpr = said_fpr(by);
	struct store_crowd crowd;

	OK(store_crowd_get(sc.reader, &about, &fpr, &crowd));
	ck_assert_int_eq(crowd.all, STORE_STRANGER_MAX);
	return crowd.of_issuer;
}

START_TEST(test_lookalike)
{
	char note[256];
	struct said said = { .by = 3,
		.pairs = { { NOTATIONS_NAME_REC, "note/1" },
		    { NOTATIONS_NAME_SUBJECT, said_dev(1) } },
		.hashed = note };

	lookalike(2, note);
	for (uint32_t i = 0; i < STORE_STRANGER_MAX; i++) {
		said.created = 0x60000000 + i;
		ck_assert(said_put(&sc, said_record(&said, NULL), 5000));
	}
	ck_assert_int_eq(counted(2), 0);
	ck_assert_int_eq(counted(3), STORE_STRANGER_MAX);
}
END_TEST

/* Records that have a term, oldest first. */
START_TEST(test_saying)
{
	struct notations_subject about = said_subject(1);
	struct store_saying saying = { &about,
		notations_term_hash(bytes_of_str("status"),
		    bytes_of_str("stolen")),
		0 };
	struct store_record rec;

	for (uint32_t i = 1; i < 4; i++) {
		said_put(&sc, said_status(1, "in-use", 2, 0x60000000 + i), 1);
		said_put(&sc, said_status(1, "stolen", 2, 0x60000009 - i), 1);
		said_put(&sc, said_status(2, "stolen", 2, 0x60000000 + i), 1);
	}
	for (uint32_t i = 1; i < 4; i++) {
		OK(store_record_saying(sc.reader, &saying, &rec));
		ck_assert_int_eq(rec.created, 0x60000009 - i);
	}
	IS(ICS_ENOTFOUND, store_record_saying(sc.reader, &saying, &rec));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_one_stranger);
	tcase_add_test(t, test_all_strangers);
	tcase_add_test(t, test_lookalike);
	tcase_add_test(t, test_saying);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_crowd", add);
}
