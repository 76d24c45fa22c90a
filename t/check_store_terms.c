/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Searches over what is said: every item that has all the terms, once, in the
 * order of ids, in pages of any size; compared with a look at every item.
 */
#include "said_make.h"

#include "store/handle.h"

#define DEVICES 60

static struct scene sc;

static const char *const models[] = { "T1000", "T2000", "t3000" };
static const char *const lots[] = { "A", "B", "C", "D" };

/* What device i says of itself, by its number. */
static const char *
model_of(uint32_t i)
{
	return models[i % 3];
}

static const char *
lot_of(uint32_t i)
{
	return lots[i / 3 % 4];
}

static const char *
status_of(uint32_t i)
{
	return i % 5 == 0 ? "stolen" : "active";
}

static void
begin(void)
{
	enum store_taken taken;

	scene_begin(&sc);
	OK(store_begin(sc.store));
	for (uint32_t i = 1; i <= DEVICES; i++) {
		struct said said = { .by = 3,
			.created = 0x60000000 + i,
			.pairs = { { NOTATIONS_NAME_MODEL, model_of(i) },
			    { NOTATIONS_NAME_LOT, lot_of(i) } } };
		struct store_entry *e = said_device(i, &said, 1);
		struct store_record_entry *rec =
		    said_status(i, status_of(i), 4, 0x60000200);
		enum store_change change;

		OK(store_put(sc.store, e, 1000, &change));
		OK(store_record_put(sc.store, rec, 1000, &taken));
		store_entry_free(e);
		store_record_entry_free(rec);
	}
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

static void
end(void)
{
	scene_end(&sc);
}

struct pair {
	const char *name, *value;
};

/* Each device once. */
static void
hit_note(const struct notations_subject *hit, bool found[DEVICES + 1])
{
	for (uint32_t i = 1; i <= DEVICES; i++) {
		struct notations_subject about = said_subject(i);

		if (!notations_subject_equal(&about, hit))
			continue;
		ck_assert(!found[i]);
		found[i] = true;
	}
}

/* Every hit, page by page, as a set of devices. */
static size_t
find(const struct pair *pairs, size_t n, size_t page, bool found[DEVICES + 1])
{
	struct notations_subject out[DEVICES];
	int64_t ids[DEVICES];
	struct store_search s = { .max = page, .out = out, .ids = ids };
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		s.terms[s.terms_n++] =
		    notations_term_hash(bytes_of_str(pairs[i].name),
			bytes_of_str(pairs[i].value));
	memset(found, 0, DEVICES + 1);
	do {
		OK(store_search_run(sc.reader, &s));
		for (size_t k = 0; k < s.n; k++) {
			ck_assert_int_gt(ids[k], s.after);
			ck_assert(k == 0 || ids[k] > ids[k - 1]);
			hit_note(&out[k], found);
		}
		all += s.n;
		s.after = s.next;
	} while (s.next != 0);
	return all;
}

static bool
fits(uint32_t i, const struct pair *p)
{
	char issuer[PGP_FPR_TEXT_MAX];
	struct pgp_fpr by = said_fpr(3);

	pgp_fpr_hex(&by, issuer);
	if (strcmp(p->name, "model") == 0)
		return strcasecmp(p->value, model_of(i)) == 0;
	if (strcmp(p->name, "lot") == 0)
		return strcasecmp(p->value, lot_of(i)) == 0;
	if (strcmp(p->name, "status") == 0)
		return strcasecmp(p->value, status_of(i)) == 0;
	if (strcmp(p->name, "issuer") == 0)
		return strcasecmp(p->value, issuer) == 0;
	return false;
}

static const struct question {
	struct pair pairs[4];
	size_t n;
} questions[] = {
	{ { { "model", "T1000" } }, 1 },
	{ { { "model", "t1000" } }, 1 },
	{ { { "model", "T3000" }, { "lot", "a" } }, 2 },
	{ { { "lot", "A" }, { "status", "stolen" } }, 2 },
	{ { { "lot", "B" }, { "status", "stolen" }, { "model", "T2000" } }, 3 },
	{ { { "status", "active" }, { "model", "T1000" }, { "lot", "D" } }, 3 },
	{ { { "model", "T1000" }, { "model", "T2000" } }, 2 },
	{ { { "model", "T1000" }, { "lot", "Z" } }, 2 },
	{ { { "nothing", "such" } }, 1 },
};

START_TEST(test_search)
{
	static const size_t pages[] = { 1, 2, 7, DEVICES };
	const struct question *q = &questions[_i];
	bool found[DEVICES + 1];

	for (size_t p = 0; p < 4; p++) {
		size_t n = find(q->pairs, q->n, pages[p], found), wanted = 0;

		for (uint32_t i = 1; i <= DEVICES; i++) {
			bool all = true;

			for (size_t k = 0; k < q->n; k++)
				all = all && fits(i, &q->pairs[k]);
			ck_assert_msg(found[i] == all, "device %u", i);
			wanted += all;
		}
		ck_assert_uint_eq(n, wanted);
	}
}
END_TEST

START_TEST(test_issuer)
{
	struct pgp_fpr by = said_fpr(3);
	char hex[PGP_FPR_TEXT_MAX];
	bool found[DEVICES + 1];

	pgp_fpr_hex(&by, hex);
	ck_assert_uint_eq(find(&(struct pair){ "issuer", hex }, 1, 7, found),
	    DEVICES);
}
END_TEST

START_TEST(test_everything)
{
	bool found[DEVICES + 1];

	ck_assert_uint_eq(find(NULL, 0, 7, found), DEVICES);
}
END_TEST

/* What a carrier no longer says is not found; another one may still say it. */
START_TEST(test_gone)
{
	struct said twice = { .by = 5,
		.pairs = { { NOTATIONS_NAME_REC, "device/1" },
		    { NOTATIONS_NAME_SUBJECT, said_dev(1) },
		    { NOTATIONS_NAME_MODEL, model_of(1) } } };
	struct pair model = { "model", model_of(1) };
	bool found[DEVICES + 1];
	size_t before = find(&model, 1, 7, found);

	said_put(&sc, said_record(&twice, NULL), 2000);
	ck_assert_uint_eq(find(&model, 1, 7, found), before);
	said_device_put(&sc, said_device(1, NULL, 0), 2001);
	ck_assert_uint_eq(find(&model, 1, 7, found), before);
	said_device_put(&sc, said_device(4, NULL, 0), 2001);
	ck_assert_uint_eq(find(&model, 1, 7, found), before - 1);
	ck_assert(found[1] && !found[4]);
	said_sound(&sc);
}
END_TEST

/* Two terms that take turns over many items: a call ends in between, and the
 * next one goes on until the only item that has both. */
START_TEST(test_long)
{
	struct notations_subject out[2], wanted = said_subject(7);
	int64_t ids[2];
	struct store_search s = { .terms = { 1, 2 },
		.terms_n = 2,
		.max = 2,
		.out = out,
		.ids = ids };
	int calls = 0;

	OK(db_run(&sc.store->db,
	    "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 "
	    "FROM n WHERE i < 101000) INSERT INTO term SELECT 1 + i % 2, i, 1 "
	    "FROM n;"
	    "UPDATE item SET id = 200000 WHERE id = 7;"
	    "INSERT INTO term VALUES (1, 200000, 1), (2, 200000, 1)"));
	OK(store_reader_begin(sc.reader));
	do {
		OK(store_search_run(sc.reader, &s));
		ck_assert(s.next == 0 || s.next > s.after);
		ck_assert(calls > 0 || s.n == 0);
		calls++;
		if (s.n > 0)
			break;
		s.after = s.next;
	} while (s.next != 0);
	ck_assert_int_gt(calls, 1);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(ids[0], 200000);
	ck_assert(notations_subject_equal(&out[0], &wanted));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, test_search, 0,
	    sizeof(questions) / sizeof(questions[0]));
	tcase_add_test(t, test_issuer);
	tcase_add_test(t, test_everything);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_long);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_terms", add);
}
