/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store and a pool that hold the same tell the same, but for what only a
 * log can know.
 */
#include <unistd.h>

#include "item/pool.h"
#include "item_make.h"

static char dir[] = "/tmp/check_item.XXXXXX";
static struct policy_right rights[2];
static struct pieces all;
static struct store *store;
static struct store_reader *reader;

static void
setup(void)
{
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	cast_init();
	rights[0] = (struct policy_right){ .fpr = cast[MAKER].key.fpr,
		.role = NOTATIONS_ROLE_MANUFACTURER };
	rights[1] = (struct policy_right){ .fpr = cast[ROOT].key.fpr };
	given = rights;
	given_n = 2;
	story_tell(&all);
	ck_assert_int_eq(store_open(dir, STORE_CREATE, &store), ICS_OK);
	ck_assert_int_eq(store_reader_open(dir, store, &reader), ICS_OK);
}

static void
teardown(void)
{
	static const char *const files[] = { "store.db", "store.db-wal",
		"store.db-shm", "store.lock" };
	char path[64];

	store_reader_close(reader);
	store_close(store);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path); /* some are not there */
	}
	ck_assert_int_eq(rmdir(dir), 0);
	pieces_release(&all);
}

static void
cert_store(const struct pgp_cert *cert)
{
	struct store_entry *e;
	enum store_change change;

	ck_assert_int_eq(store_entry_new(cert, &e), ICS_OK);
	ck_assert_int_eq(store_put(store, e, MAKER_NOW, &change), ICS_OK);
	store_entry_free(e);
}

static void
record_store(const struct pool_record *r)
{
	const struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct notations_statement st;
	struct store_record_entry *e;
	struct report rep = { 0 };
	struct pgp_sig sig;
	enum store_taken taken;

	ck_assert_int_eq(pgp_sig_parse(r->body, &sig), ICS_OK);
	ck_assert_int_eq(notations_statement_read(&sig, &place, &rep, &st),
	    ICS_OK);
	ck_assert_int_eq(store_record_entry_new(r->body, &st, &r->issuer, &e),
	    ICS_OK);
	ck_assert_int_eq(store_record_put(store, e, MAKER_NOW, &taken), ICS_OK);
	ck_assert_int_eq(taken, STORE_TAKEN);
	store_record_entry_free(e);
	notations_statement_release(&st);
	report_release(&rep);
}

/* All that the pool holds, in one group. */
static void
pool_store(const struct item_pool *pool)
{
	ck_assert_int_eq(store_begin(store), ICS_OK);
	for (size_t i = 0; i < pool->certs.n; i++)
		cert_store(pool->certs.at[i].clean);
	for (size_t i = 0; i < pool->records.n; i++)
		record_store(&pool->records.at[i]);
	ck_assert_int_eq(store_commit(store), ICS_OK);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
}

/* Take out what only a log knows (positions, and who was late by them); with
 * a log each statement must have had it. */
static void
log_forget(json_t *json, bool has_log)
{
	json_t *entries = json_object_get(json, "entries"), *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
	{
		json_t *position = json_object_get(entry, "position");

		ck_assert_int_eq(json_integer_value(position) > 0, has_log);
		(void)json_object_del(entry, "position"); /* if it is there */
		(void)json_object_del(entry, "received");
		(void)json_object_del(entry, "flags");
	}
}

START_TEST(they_tell_alike)
{
	struct policy_time when = time_at(BORN + 40 * DAY);
	struct item_pool *pool = pool_of(&all, NULL);
	const struct policy_rights known = { .at = rights, .n = 2 };
	struct notations_subject subject;
	struct item_source source;
	struct asked a, b;
	json_t *one, *two;

	pool_store(pool);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	item_source_of_store(reader, &source);
	source.rights = &known;
	asked_init(&b, &source, &subject, &when);
	ask_pool(&a, pool, DEVICE, BORN + 40 * DAY);
	one = item_json_history(&a.telling);
	two = item_json_history(&b.telling);
	ck_assert(!json_equal(one, two));
	log_forget(one, false);
	log_forget(two, true);
	ck_assert(json_equal(one, two));
	ck_assert_uint_eq(json_array_size(json_object_get(two, "entries")), 6);
	json_decref(one);
	json_decref(two);
	asked_release(&a);
	asked_release(&b);
	item_pool_free(pool);
}
END_TEST

START_TEST(nothing_stored)
{
	struct notations_subject subject;
	struct item_source source;
	struct item it;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	item_source_of_store(reader, &source);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_ENOTFOUND);
	item_release(&it);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, they_tell_alike);
	tcase_add_test(t, nothing_stored);
}

int
main(void)
{
	return fixture_run("item_store", add);
}
