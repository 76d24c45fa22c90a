/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a descriptor begins with: the profiles, the example of every sort of
 * block, the manual page, the next version's serial.
 */
#include "domain_make.h"

/* The manual page: its example reads, and every word is in it and described. */
START_TEST(documented)
{
	struct bytes page = fixture_read("../../src/domain/ics-policy.5");
	char *all = alloc_str_from_bytes(page), item[64];
	const char *example = strstr(all, ".Bd -literal\n");
	const char *end = example == NULL ? NULL : strstr(example, "\n.Ed\n");

	struct policy_domain *d;

	ck_assert(example != NULL && end != NULL);
	example += strlen(".Bd -literal\n");
	d = must_read(bytes_of(example, (size_t)(end + 1 - example)));
	must_be_stable(d);
	policy_domain_free(d);
	for (size_t i = 0; i < domain_keywords_n; i++) {
		const char *word = domain_keywords[i].word;

		ck_assert_msg(strstr(example, word) != NULL, "%s", word);
		(void)snprintf(item, sizeof(item), ".It Cm %s No", word);
		ck_assert_msg(strstr(all, item) != NULL, "%s", word);
	}
	free(all);
	fixture_free(page);
}
END_TEST

static const struct pgp_fpr boss = { .version = 4, .n = 20, .b = { 0x44, 1 } };

START_TEST(profiles)
{
	char scope[] = "Acme/\"T\"";
	const struct policy_grant grant = {
		.fpr = { .version = 4, .n = 20, .b = { 0x22 } },
		.roles = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_INTEGRATOR),
		.scope = scope,
		.from = INT64_MIN,
		.until = INT64_MAX
	};
	struct domain_start start = { .name = "plant-7",
		.owner = boss,
		.grants = &grant,
		.grants_n = 1 };
	struct domain_complaints c = { 0 };
	struct policy_domain *d, *again;
	struct bytes plain;
	struct buf explained;

	ck_assert(domain_profile_find(
	    bytes_of_str(domain_profile_word((enum domain_profile)_i)),
	    &start.profile));
	ck_assert_int_eq((int)start.profile, _i);
	ck_assert_uint_gt(strlen(domain_profile_words(start.profile)), 0);
	d = domain_start(&start, &c);
	ck_assert_msg(d != NULL, "%s", c.n > 0 ? buf_str(&c.lines) : "");
	ck_assert_str_eq(d->name, "plant-7");
	ck_assert_int_eq(d->serial, 1);
	ck_assert(pgp_fpr_equal(&d->owner, &boss));
	ck_assert_uint_eq(d->grants_n, 1);
	ck_assert_str_eq(d->grants[0].scope, scope);
	ck_assert_uint_gt(d->members_n, 0);
	must_be_stable(d);
	buf_init(&explained, DOMAIN_TEXT_MAX);
	domain_write_explained(d, &explained);
	again = must_read(buf_bytes(&explained));
	plain = written(again);
	buf_clear(&explained);
	domain_write(d, &explained);
	ck_assert(bytes_equal(plain, buf_bytes(&explained)));
	alloc_bytes_free(plain);
	buf_release(&explained);
	policy_domain_free(again);
	policy_domain_free(d);
	start.name = "Plant 7";
	ck_assert_ptr_null(domain_start(&start, &c));
	ck_assert_uint_gt(c.n, 0);
	domain_complaints_release(&c);
}
END_TEST

/* The example of each sort of block reads, has every word, and stands in the
 * page. */
START_TEST(examples)
{
	const struct domain_section_row *row = &domain_sections[_i];
	struct bytes page = fixture_read("../../src/domain/ics-policy.5");
	char *all = alloc_str_from_bytes(page), *literal;
	struct policy_domain *d;
	struct buf text;

	buf_init(&text, DOMAIN_TEXT_MAX);
	buf_printf(&text,
	    "domain x {\nserial = 1\nowner = "
	    "\"0411111111111111111111111111111111111111aa\"\n%s}",
	    row->example);
	d = must_read(buf_bytes(&text));
	must_be_stable(d);
	policy_domain_free(d);
	for (size_t i = 0; i < domain_keywords_n; i++)
		ck_assert_msg(domain_keywords[i].section !=
				      (enum domain_section)_i ||
				  strstr(row->example, domain_keywords[i].word),
		    "%s", domain_keywords[i].word);
	buf_clear(&text);
	buf_printf(&text, ".Bd -literal -offset indent\n%s.Ed\n", row->example);
	literal = alloc_str(buf_str(&text));
	ck_assert_msg(strstr(all, literal) != NULL, "%s", row->word);
	free(literal);
	free(all);
	buf_release(&text);
	fixture_free(page);
}
END_TEST

static const struct {
	const char *text, *expected; /* NULL: there is no serial to set */
} serials[] = {
	{ "domain x { serial = 1 }", "domain x { serial = 42 }" },
	{ "domain x {\n# serial = 3\nserial=\"7\"# 8\nlevel = open }\n",
	    "domain x {\n# serial = 3\nserial=42# 8\nlevel = open }\n" },
	{ "domain x {\nserial = {7}\n}", "domain x {\nserial = {42}\n}" },
	{ "domain x { party a { serial = 3 } serial = 1 }",
	    "domain x { party a { serial = 3 } serial = 42 }" },
	{ "domain x { serial = 1 serial = 2 }", NULL },
	{ "domain x { serial = {1, 2} }", NULL },
	{ "domain x { serial = 1", NULL },
	{ "domain x { level = open }", NULL },
	{ "serial = 1", NULL },
	{ "domain x { } domain y { serial = 1 }", NULL },
	{ "", NULL },
};

START_TEST(next_serial)
{
	struct buf out;
	enum ics_err err;

	buf_init(&out, DOMAIN_TEXT_MAX);
	err = domain_serial_set(bytes_of_str(serials[_i].text), 42, &out);
	if (serials[_i].expected == NULL) {
		ck_assert_int_eq(err, ICS_EFORMAT);
	} else {
		ck_assert_int_eq(err, ICS_OK);
		ck_assert_str_eq(buf_str(&out), serials[_i].expected);
	}
	buf_release(&out);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, documented);
	tcase_add_loop_test(t, profiles, 0, DOMAIN_PROFILES);
	tcase_add_loop_test(t, examples, 0, DOMAIN_SECTION_DOMAIN);
	tcase_add_loop_test(t, next_serial, 0,
	    (int)(sizeof(serials) / sizeof(serials[0])));
}

int
main(void)
{
	return fixture_run("domain_start", add);
}
