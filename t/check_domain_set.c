/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All domains as one value: read from a store, renewed, asked, swapped under
 * threads that hold it.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "descriptor_make.h"
#include "store_make.h"

#define OWNER DESCRIPTOR_OWNER
#define ACME  "0422222222222222222222222222222222222222bb"

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
fpr_of(const char *vfp)
{
	struct pgp_fpr fpr;

	OK(notations_vfp_read(bytes_of_str(vfp), &fpr));
	return fpr;
}

static void
text_put(const char *name, int64_t serial, const char *plain)
{
	struct store_descriptor d = { .serial = serial,
		.owner = fpr_of(OWNER),
		.signed_at = 1000 * serial };

	(void)snprintf(d.name, sizeof(d.name), "%s", name);
	descriptor_store(sc.store, &d, plain, 5000);
	OK(store_reader_begin(sc.reader));
}

static void
put(const char *name, int64_t serial, const char *body)
{
	char plain[600];

	(void)snprintf(plain, sizeof(plain),
	    "domain \"%s\" {\nserial = %lld\nowner = \"" OWNER "\"\n%s\n}\n",
	    name, (long long)serial, body);
	text_put(name, serial, plain);
}

static size_t
rights_of(const struct policy_rights *rights, const char *vfp)
{
	struct pgp_fpr fpr = fpr_of(vfp);
	size_t n = 0;

	for (size_t i = 0; i < rights->n; i++)
		n += pgp_fpr_equal(&rights->at[i].fpr, &fpr);
	return n;
}

START_TEST(asked)
{
	struct policy_right root = {
		.fpr = fpr_of("0433333333333333333333333333333333"
			      "333333cc"),
		.scope = bytes_of_str("Acme/*")
	};
	struct policy_rights base = { .at = &root, .n = 1 };
	struct domain_set *set;

	put("plant", 2, "read { hosts = {\"plant.example\"} }");
	put("alpha", 1, "grant \"" ACME "\" { role = maintainer }");
	put("plant", 3,
	    "read { hosts = {\"p.example\"} }\n"
	    "grant \"" ACME "\" { role = {integrator, owner} }");
	OK(domain_set_read(sc.reader, &base, &set));
	ck_assert_uint_eq(domain_set_size(set), 2);
	ck_assert_uint_eq(domain_set_find(set, bytes_of_str("plant")), 0);
	ck_assert_uint_eq(domain_set_find(set, bytes_of_str("alpha")), 1);
	ck_assert(domain_set_find(set, bytes_of_str("plan")) == POLICY_NOBODY);
	ck_assert_uint_eq(domain_set_host(set, bytes_of_str("P.Example")), 0);
	ck_assert(domain_set_host(set, bytes_of_str("plant.example")) ==
		  POLICY_NOBODY);
	ck_assert_uint_eq(domain_set_line(set, 0)->n, 2);
	ck_assert_int_eq(domain_set_newest(set, 0)->serial, 3);
	ck_assert_int_eq(policy_line_at(domain_set_line(set, 0), 2500)->serial,
	    2);
	ck_assert_str_eq(domain_set_name(set, 1), "alpha");
	/* Each domain's own, over the server's; and all together. */
	ck_assert_uint_eq(domain_set_rights(set, POLICY_NOBODY)->n, 1);
	ck_assert_uint_eq(rights_of(domain_set_rights(set, 0), ACME), 2);
	ck_assert_uint_eq(rights_of(domain_set_rights(set, 1), ACME), 1);
	ck_assert_uint_eq(rights_of(domain_set_all(set), ACME), 3);
	ck_assert_uint_eq(rights_of(domain_set_all(set), OWNER), 3);
	root.scope = bytes_of_str("gone");
	ck_assert(bytes_equal(domain_set_rights(set, POLICY_NOBODY)
				  ->at[0]
				  .scope,
	    bytes_of_str("Acme/*")));
	domain_set_drop(set);
}
END_TEST

/* What is known already is not read again; the former set stays what it was. */
START_TEST(renewed)
{
	struct policy_rights none = { 0 };
	struct domain_set *before, *after;

	put("plant", 1, "");
	OK(domain_set_read(sc.reader, &none, &before));
	put("plant", 2, "grant \"" ACME "\" { role = owner }");
	OK(domain_set_renew(sc.reader, &none, before, &after));
	ck_assert(domain_set_line(after, 0)->at[0] ==
		  domain_set_line(before, 0)->at[0]);
	ck_assert_uint_eq(domain_set_line(before, 0)->n, 1);
	ck_assert_uint_eq(rights_of(domain_set_all(before), ACME), 0);
	ck_assert_uint_eq(rights_of(domain_set_all(after), ACME), 1);
	ck_assert_uint_gt(domain_set_generation(after),
	    domain_set_generation(before));
	domain_set_drop(before);
	ck_assert_int_eq(domain_set_line(after, 0)->at[0]->serial, 1);
	domain_set_drop(after);
}
END_TEST

/* A text of a language that is not read here closes the domain. */
START_TEST(unreadable)
{
	struct policy_rights none = { 0 };
	struct domain_set *set;

	put("plant", 1, "read { public = yes }");
	text_put("plant", 2, "domain \"plant\" { later = words }\n");
	OK(domain_set_read(sc.reader, &none, &set));
	ck_assert_int_eq(domain_set_newest(set, 0)->serial, 2);
	ck_assert_str_eq(domain_set_newest(set, 0)->name, "plant");
	ck_assert(!domain_set_newest(set, 0)->read.is_public);
	ck_assert_uint_eq(domain_set_newest(set, 0)->members_n, 0);
	domain_set_drop(set);
}
END_TEST

/* ---- swapped ---------------------------------------------------------------- */

struct swap {
	struct domain_live *live;
	atomic_bool stop;
	atomic_uint looked;
};

/* Every set that is held is whole: all its domains have one serial. */
static void *
looker(void *arg)
{
	struct swap *s = arg;

	while (!atomic_load(&s->stop)) {
		struct domain_set *set = domain_live_hold(s->live);

		for (size_t i = 1; i < domain_set_size(set); i++)
			if (domain_set_newest(set, i)->serial !=
			    domain_set_newest(set, 0)->serial)
				abort();
		domain_set_drop(set);
		atomic_fetch_add(&s->looked, 1);
	}
	return NULL;
}

START_TEST(swapped)
{
	struct policy_rights none = { 0 };
	struct swap s = { .live = domain_live_new() };
	struct domain_set *sets[2];
	pthread_t threads[4];

	for (int64_t serial = 1; serial <= 2; serial++) {
		put("a", serial, "");
		put("b", serial, "");
		put("c", serial, "");
		OK(domain_set_renew(sc.reader, &none,
		    serial == 1 ? NULL : sets[0], &sets[serial - 1]));
	}
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, looker, &s),
		    0);
	for (int i = 0; i < 2000 || atomic_load(&s.looked) < 100; i++)
		domain_live_set(s.live, domain_set_hold(sets[i % 2]));
	atomic_store(&s.stop, true);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	domain_live_free(s.live);
	domain_set_drop(sets[0]);
	domain_set_drop(sets[1]);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, asked);
	tcase_add_test(t, renewed);
	tcase_add_test(t, unreadable);
	tcase_add_test(t, swapped);
}

int
main(void)
{
	return fixture_run("domain_set", add);
}
