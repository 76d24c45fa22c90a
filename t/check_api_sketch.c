/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Versions of sketches: what their names mean, which of them are found, and
 * which ones go when there are too many.
 */
#include "api/sketch.h"
#include "fixture.h"

static const struct api_scope everything = { .sight.all = true };

static struct api_scope
terms(const char *text)
{
	struct api_scope t = everything;

	ck_assert(item_terms_read(&t.select, bytes_of_str(text)));
	return t;
}

static struct api_version *
add_one(struct api_versions *all, const struct api_scope *scope, int64_t stamp)
{
	char name[API_SKETCH_NAME_MAX];
	struct api_version *v;

	api_version_name(all, stamp, name);
	v = api_versions_add(all, scope, name);
	ck_assert_ptr_nonnull(v);
	return v;
}

/* At rest, as of this stamp, with so many symbols. */
static void
settle(struct api_version *v, int64_t stamp, uint32_t symbols)
{
	v->maker = sketch_maker_new(v->key, symbols);
	v->state = API_VERSION_READY;
	v->stamp = stamp;
	v->used = clock_mono_ns();
}

static size_t
count(const struct api_versions *all)
{
	size_t n = 0;

	for (struct api_version *v = all->first; v != NULL; v = v->next)
		n++;
	return n;
}

static void
drop_all(struct api_versions *all)
{
	while (all->first != NULL)
		api_versions_drop(all, all->first);
}

START_TEST(test_names)
{
	struct api_versions one = { .secret = { 1 } },
			    two = { .secret = { 2 } };
	char name[API_SKETCH_NAME_MAX], other[API_SKETCH_NAME_MAX];
	uint8_t key[SKETCH_KEY], key2[SKETCH_KEY];

	api_version_name(&one, 1234, name);
	ck_assert_int_eq(strncmp(name, "1234-", 5), 0);
	ck_assert(api_version_is_ours(&one, name));
	ck_assert(!api_version_is_ours(&two, name));
	api_version_name(&one, INT64_MAX, other);
	ck_assert(api_version_is_ours(&one, other));
	/* Keys are of a process and a name. */
	api_version_key(&one, name, key);
	api_version_key(&one, name, key2);
	ck_assert_mem_eq(key, key2, sizeof(key));
	api_version_key(&two, name, key2);
	ck_assert_mem_ne(key, key2, sizeof(key));
	api_version_key(&one, other, key2);
	ck_assert_mem_ne(key, key2, sizeof(key));
}
END_TEST

START_TEST(test_strange_names)
{
	struct api_versions all = { .secret = { 1 } };
	char name[API_SKETCH_NAME_MAX], bad[API_SKETCH_NAME_MAX];

	api_version_name(&all, 7, name);
	for (size_t i = 0; name[i] != '\0'; i++) {
		memcpy(bad, name, sizeof(bad));
		bad[i] = bad[i] == 'x' ? 'y' : 'x';
		ck_assert(!api_version_is_ours(&all, bad));
		memcpy(bad, name, sizeof(bad));
		bad[i] = '\0';
		ck_assert(!api_version_is_ours(&all, bad));
	}
	ck_assert(!api_version_is_ours(&all, ""));
	ck_assert(!api_version_is_ours(&all, "-"));
	ck_assert(!api_version_is_ours(&all, "99999999999999999999-"));
}
END_TEST

START_TEST(test_find)
{
	struct api_versions all = { .secret = { 3 } };
	struct api_scope model = terms("model=T1000"), other = terms("model=T"),
			 pair = terms("model=T1000 manu=Acme"),
			 partly = everything;
	struct api_version *a = add_one(&all, &everything, 5);
	struct api_version *b = add_one(&all, &model, 5);

	/* Nobody gets the sketch of what he does not see. */
	partly.sight.all = false;
	ck_assert_ptr_null(api_versions_find(&all, &partly, a->name));
	ck_assert_ptr_null(api_versions_of(&all, &partly, 5));
	ck_assert_str_eq(a->name, b->name);
	ck_assert_ptr_eq(api_versions_find(&all, &everything, a->name), a);
	ck_assert_ptr_eq(api_versions_find(&all, &model, b->name), b);
	ck_assert_ptr_null(api_versions_find(&all, &other, a->name));
	ck_assert_ptr_null(api_versions_find(&all, &pair, a->name));
	ck_assert_ptr_null(api_versions_find(&all, &model, "6-"));
	/* Not begun: it will be of whatever there is then. */
	ck_assert_ptr_eq(api_versions_of(&all, &everything, 9), a);
	settle(a, 5, 1);
	ck_assert_ptr_eq(api_versions_of(&all, &everything, 5), a);
	ck_assert_ptr_null(api_versions_of(&all, &everything, 9));
	ck_assert_ptr_null(api_versions_of(&all, &other, 5));
	drop_all(&all);
}
END_TEST

START_TEST(test_trim)
{
	struct api_versions all = { .secret = { 4 } };

	/* Who waits is not sent away, whatever there is. */
	for (int64_t i = 0; i < API_VERSIONS_MAX; i++)
		(void)add_one(&all, &everything, i);
	ck_assert_ptr_null(api_versions_add(&all, &everything, "x"));
	ck_assert_uint_eq(count(&all), API_VERSIONS_MAX);
	/* What is at rest goes, that which was used longest ago. */
	for (struct api_version *v = all.first; v != NULL; v = v->next)
		settle(v, 0, 1);
	all.first->next->used -= UINT64_C(1000000000);
	all.first->next->stamp = 77;
	(void)add_one(&all, &everything, 100);
	ck_assert_uint_eq(count(&all), API_VERSIONS_MAX);
	for (struct api_version *v = all.first; v != NULL; v = v->next)
		ck_assert_int_ne(v->stamp, 77);
	drop_all(&all);
}
END_TEST

START_TEST(test_trim_octets)
{
	struct api_versions all = { .secret = { 5 } };

	for (int64_t i = 0; i < 4; i++)
		settle(add_one(&all, &everything, i), i, SKETCH_SYMBOLS_MAX);
	api_versions_trim(&all);
	ck_assert_uint_eq(count(&all), 2); /* 24 MiB each */
	ck_assert_int_eq(all.first->stamp, 3);
	/* Nobody has used them for ten minutes. */
	for (struct api_version *v = all.first; v != NULL; v = v->next)
		v->used -= UINT64_C(601000000000);
	api_versions_trim(&all);
	ck_assert_uint_eq(count(&all), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_strange_names);
	tcase_add_test(t, test_find);
	tcase_add_test(t, test_trim);
	tcase_add_test(t, test_trim_octets);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("api_sketch", add);
}
