/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to a descriptor: each sort of them, yes and no, with the lines
 * that say so; cases that cannot be read; damaged ones.
 */
#include "domain_make.h"

#define NOW	 1790000000 /* 2026-09-21 */
#define ACME	 "0411111111111111111111111111111111111111aa"
#define BUILDER	 "0422222222222222222222222222222222222222bb"
#define OWNER	 "0444444444444444444444444444444444444444dd"
#define STRANGER "0455555555555555555555555555555555555555ee"
#define PUMP	 "0433333333333333333333333333333333333333cc"

/* Line by line; comments say which. */
static const char descriptor[] =
    "domain \"plant-7\" {\n"					       /* 1 */
    "serial = 12 owner = \"" OWNER "\" level = open\n"		       /* 2 */
    "party \"acme inc\" { key = \"" ACME "\" }\n"		       /* 3 */
    "grant \"acme inc\" { role = {manufacturer, developer}\n"	       /* 4 */
    "    scope = \"Acme/T*\" from = 2026-01-01 until = 2028-12-31 }\n" /* 5 */
    "grant \"" BUILDER "\" { role = {integrator} regrant = yes }\n"    /* 6 */
    "grant \"" BUILDER "\" { role = {owner} from = 2027-06-01 }\n"     /* 7 */
    "member { kind = gateway certified-by = {owner} }\n"	       /* 8 */
    "member { where = \"manu=Acme\" certified-by = {manufacturer} }\n" /* 9 */
    "member { kind = code where = \"code-name=x\" }\n"		       /* 10 */
    "member { items = {\"" PUMP "\"} }\n"			       /* 11 */
    "require device { must = {owner} where = \"model=T9\" }\n"	       /* 12 */
    "require device { purpose = join needs = 3 }\n"		       /* 13 */
    "read { networks = {\"10.7.0.0/16\", \"2001:db8::/33\"}\n"	       /* 14 */
    "    tokens = "
    "{\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}\n"
    "    clients = "
    "{\"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}\n"
    "    peers = {\"acme\"} }\n" /* 17 */
    "state stolen { by = {owner, integrator} needs = 2 from = 2027-01-01 }\n"
    "state approved { by = {integrator} }\n" /* 19 */
    "grant \"" STRANGER "\" { role = registrar until = 2027-01-01 }\n"
    "}\n";

#define CODE "code code-name=x code-seq=7 by manufacturer,integrator "

static const struct {
	const char *text;
	bool is_yes;
	const char *lines; /* of the reasons, "!" for those against it */
} cases[] = {
	{ "\"acme inc\" may act as manufacturer of manu=Acme model=T1", true,
	    "4" },
	{ "\"acme inc\" may act as manufacturer", false, "!4 !0" },
	{ "\"acme inc\" may act as manufacturer of manu=Acme model=X", false,
	    "!4 !0" },
	{ ACME " may act as integrator of manu=Acme model=T1", false, "!4 !0" },
	{ ACME " may act as developer of code manu=acme model=t1", true, "4" },
	{ ACME " may act as developer of code manu=acme model=t1 at 2025-01-01",
	    false, "!4 !0" },
	{ ACME " may act as developer of code manu=Acme model=T1 at 2028-12-31",
	    false, "!4 !0" },
	{ "owner may act as certification-body", true, "0" },
	{ OWNER " may say stolen at 2027-02-01", true, "18 0 0" },
	{ OWNER " may say stolen", true, "0 0" },
	{ STRANGER " may say stolen", false, "0 !20 !0" },
	/* the state's rule begins in 2027, and so does a grant */
	{ BUILDER " may say stolen", false, "0 !6 !7 !0" },
	{ BUILDER " may say stolen at 2027-02-01", true, "18 6 !7 0" },
	{ BUILDER " may say stolen of gateway at 2027-07-01", true,
	    "18 6 7 0" },
	{ BUILDER " may say lost at 2027-07-01", true, "0 !6 7" },
	/* an integrator's grant has to name a scope; an owner's not */
	{ BUILDER " may say active", false, "0 6 !7 !0" },
	{ BUILDER " may say active at 2027-07-01", true, "0 6 7" },
	{ BUILDER " may say transferred at 2027-07-01", true, "0 !6 7" },
	{ ACME " may say released of manu=Acme model=T1", true, "0 4" },
	{ ACME " may say planned of device manu=Acme model=T1", true, "0 4" },
	{ BUILDER " may say approved of code", true, "19 6 !7" },
	{ ACME " may say manu of manu=Acme model=T1", true, "4" },
	{ BUILDER " may say serial", false, "!6 !7 !0" },
	{ BUILDER " may say contact", true, "6 !7" },
	{ STRANGER " may say note at 2027-02-01", false, NULL },
	{ STRANGER " may say contact at 2027-02-01", false, "!20 !0" },
	{ "owner may grant owner", true, "0" },
	{ BUILDER " may grant integrator", true, "6 !7" },
	{ BUILDER " may grant owner at 2027-07-01", false, "!6 !7 !0" },
	{ STRANGER " may grant owner", true, "20" },
	{ STRANGER " may grant registrar", false, "20 !0" },
	{ STRANGER " may grant owner at 2027-01-01", false, "!20 !0" },
	{ "anybody may read", false, "!14" },
	{ "10.7.255.1 may read", true, "14" },
	{ "10.8.0.1 may read", false, "!14" },
	{ "2001:db8:7fff::1 may read", true, "14" },
	{ "2001:db8:8000::1 may read", false, "!14" },
	{ "peer acme may read", true, "14" },
	{ "peer \"acme inc\" may read", false, "!14" },
	{ "token "
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff may "
	  "read",
	    true, "14" },
	{ "client "
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff may "
	  "read",
	    false, "!14" },
	{ "manu=Acme by manufacturer belongs", true, "9" },
	{ "manu=Acme by owner belongs", false, "!8 !9 !10 !11" },
	{ "gateway by owner belongs", true, "8" },
	{ PUMP " belongs", true, "11" },
	{ "code code-name=x belongs", true, "10" },
	{ "code-name=x belongs", false, "!8 !9 !10 !11" },
	{ "manu=Acme status=active by manufacturer,owner may communicate", true,
	    "9 0 0 0 0" },
	{ "manu=Acme by manufacturer,owner may communicate", false,
	    "9 0 !0 0 0" },
	{ "manu=Acme model=T9 status=active by manufacturer,integrator may fly",
	    false, "9 0 0 0 !12 0" },
	{ "manu=Acme status=active by manufacturer,owner may join", false,
	    "9 0 0 0 0 !13" },
	{ "manu=Acme status=active by manufacturer,owner,operator may join",
	    true, "9 0 0 0 0 13" },
	{ "manu=Other by manufacturer may join", false, "!8 !9 !10 !11" },
	{ CODE "approved integrator may install on device", true, "10 0 0 0" },
	{ CODE "approved owner may install on device", false, "10 0 !0" },
	{ CODE "may install on device", false, "10 0 !0" },
	{ CODE "approved maintainer may install on device status=stolen", false,
	    "10 !0 0 0" },
	{ CODE "approved maintainer may install on device running 8", false,
	    "10 0 !0 0 0" },
	{ CODE "approved maintainer may install on device running 7", true,
	    "10 0 0 0 0" },
	{ CODE "approved maintainer rollback may install on device running 8",
	    true, "10 0 0 0 0" },
	{ CODE
	    "approved maintainer within "
	    "2026-09-01T00:00:00Z/2026-09-02T00:00:00Z may install on device",
	    false, "10 0 0 !0" },
	{ CODE
	    "approved maintainer within "
	    "2026-09-01T00:00:00Z/2026-09-02T00:00:00Z may install on device "
	    "at 2026-09-01",
	    true, "10 0 0 0" },
	{ CODE "code-target=Acme/T1 approved integrator may install on device "
	       "manu=Acme model=T2",
	    false, "10 0 !0 0 0" },
};

static char *
lines_of(const struct domain_answer *a)
{
	struct buf out;
	char *text;

	buf_init(&out, FIXTURE_MAX);
	for (size_t i = 0; i < a->why.n; i++) {
		buf_printf(&out, "%s%s%d", i > 0 ? " " : "",
		    a->why.at[i].is_yes ? "" : "!", a->why.at[i].line);
		ck_assert_uint_gt(strlen(a->why.at[i].words), 8);
	}
	text = alloc_str(buf_str(&out));
	buf_release(&out);
	return text;
}

START_TEST(answers)
{
	struct policy_domain *d = must_read(bytes_of_str(descriptor));
	struct domain_complaints c = { 0 };
	struct domain_case q = { .line = 7 };
	bool is_good =
	    domain_case_read(bytes_of_str(cases[_i].text), d, &c, &q);
	struct domain_answer a;
	char *lines;

	if (cases[_i].lines == NULL) {
		ck_assert(!is_good);
		domain_complaints_release(&c);
	} else {
		ck_assert_msg(is_good, "%s", c.n > 0 ? buf_str(&c.lines) : "");
		ck_assert_int_eq(q.line, 7);
		domain_case_judge(d, &q, NOW, &a);
		lines = lines_of(&a);
		ck_assert_msg(a.is_yes == cases[_i].is_yes &&
				  strcmp(lines, cases[_i].lines) == 0,
		    "%s\n  got  %d %s\n  want %d %s", cases[_i].text, a.is_yes,
		    lines, cases[_i].is_yes, cases[_i].lines);
		free(lines);
		domain_answer_release(&a);
	}
	domain_case_release(&q);
	policy_domain_free(d);
}
END_TEST

/* A stranger without a grant may never say anything, whatever it is. */
START_TEST(strangers)
{
	static const char nobody[] =
	    "0466666666666666666666666666666666666666ff";
	struct policy_domain *d = must_read(bytes_of_str(descriptor));
	struct domain_case q = { 0 };
	struct domain_answer a;

	ck_assert(domain_fpr_read(d, nobody, &q.party));
	for (unsigned i = 1; i < NOTATIONS_STATUS_COUNT; i++) {
		q.status = (enum notations_status)i;
		q.thing.is_code = i >= NOTATIONS_STATUS_RELEASED;
		domain_case_judge(d, &q, NOW, &a);
		ck_assert(!a.is_yes);
		domain_answer_release(&a);
	}
	q.asks = DOMAIN_ASKS_NAME;
	for (unsigned i = 0; i < NOTATIONS_NAME_COUNT; i++) {
		q.name = (enum notations_name)i;
		domain_case_judge(d, &q, NOW, &a);
		ck_assert_msg(!a.is_yes, "%s", notations_row(q.name)->name);
		domain_answer_release(&a);
	}
	for (unsigned i = 1; i < NOTATIONS_ROLE_COUNT; i++) {
		q.asks = i % 2 == 0 ? DOMAIN_ASKS_ACT : DOMAIN_ASKS_GRANT;
		q.role = (enum notations_role)i;
		domain_case_judge(d, &q, NOW, &a);
		ck_assert(!a.is_yes);
		domain_answer_release(&a);
	}
	policy_domain_free(d);
}
END_TEST

static const struct {
	const char *text, *expected;
} wrong[] = {
	{ "x", "7: there is no may" },
	{ "may read", "7: who reads is" },
	{ "nobody may read", "7: nobody: who reads is" },
	{ "10.0.0.0/8 may read", "who reads is" },
	{ "token 12 may read", "12: digests" },
	{ "king may say stolen", "king: a party, a fingerprint or owner" },
	{ "owner owner may say stolen", "one party stands before may" },
	{ "owner may say", "no state and no notation" },
	{ "owner may say rubbish", "rubbish: no state and no notation" },
	{ "owner may say stolen of code x", "x: no thing" },
	{ "owner may say stolen of code", "stolen: no state of that thing" },
	{ "owner may say released of device", "released: no state of that" },
	{ "owner may say stolen of", "a thing is missing" },
	{ "owner may say stolen at", "a date" },
	{ "owner may say stolen at noon", "noon: a date" },
	{ "owner may say stolen at 2027-01-01 now", "now: does not belong" },
	{ "owner may say stolen today", "today: does not belong" },
	{ "owner may act manufacturer", "act as a role" },
	{ "owner may act as king", "king: roles" },
	{ "owner may grant", "roles" },
	{ "owner may", "behind may stands what" },
	{ "code may install", "install on a device" },
	{ "code may install on code", "code is installed on a device" },
	{ "device may install on device", "no thing" },
	{ "code may install on", "a thing is missing" },
	{ "code may install on device running fast", "no thing" },
	{ "code approved king may install on device", "no thing" },
	{ "code approved owner within May may install on device", "no thing" },
	{ "code may run rollback", "does not belong here" },
	{ "device by king belongs", "king: roles" },
	{ "manu=Acme by belongs", "by: no thing" },
	{ "manus=Acme belongs", "manus=Acme: name=value" },
	{ "device does belong", "does not belong" },
	{ "belongs", "a thing is missing" },
	{ "device at 2027-01-01 belongs", "a time stands at the end" },
	{ "\"device belongs", "a quote does not end" },
};

START_TEST(complaints)
{
	struct policy_domain *d = must_read(bytes_of_str(descriptor));
	struct domain_complaints c = { 0 };
	struct domain_case q = { .line = 7 };

	ck_assert(!domain_case_read(bytes_of_str(wrong[_i].text), d, &c, &q));
	ck_assert_uint_eq(c.n, 1);
	ck_assert_msg(strstr(buf_str(&c.lines), wrong[_i].expected) != NULL,
	    "%s\n  got  %s  want %s", wrong[_i].text, buf_str(&c.lines),
	    wrong[_i].expected);
	domain_complaints_release(&c);
	domain_case_release(&q);
	policy_domain_free(d);
}
END_TEST

static size_t
file_judge(const struct policy_domain *d, struct bytes text)
{
	struct bytes copy = alloc_bytes(text); /* of its size, for sanitizers */
	struct domain_complaints c = { 0 };
	struct domain_cases all;
	struct domain_answer a;
	size_t n;

	domain_cases_read(copy, d, &c, &all);
	for (size_t i = 0; i < all.n; i++) {
		domain_case_judge(d, &all.at[i], NOW, &a);
		domain_answer_release(&a);
	}
	n = all.n;
	domain_cases_free(&all);
	domain_complaints_release(&c);
	alloc_bytes_free(copy);
	return n;
}

START_TEST(cut_and_flipped)
{
	struct policy_domain *d = must_read(bytes_of_str(descriptor));
	struct buf text;
	size_t readable = 0;

	buf_init(&text, FIXTURE_MAX);
	buf_put_str(&text, "# all\n\n  \t# of them\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i += 3) {
		buf_printf(&text, "%s # %s\r\n", cases[i].text, "why");
		readable += cases[i].lines != NULL;
	}
	ck_assert_uint_eq(file_judge(d, buf_bytes(&text)), readable);
	for (size_t n = 0; n < text.n; n += 3)
		(void)file_judge(d, bytes_of(text.p, n));
	for (size_t i = 0; i < text.n; i++) {
		uint8_t bit = (uint8_t)(1u << fixture_below(8));

		text.p[i] ^= bit;
		(void)file_judge(d, buf_bytes(&text));
		text.p[i] ^= bit;
	}
	buf_release(&text);
	policy_domain_free(d);
}
END_TEST

START_TEST(ceilings)
{
	struct policy_domain *d = must_read(bytes_of_str(descriptor));
	struct domain_complaints c = { 0 };
	struct domain_cases all;
	struct buf text;

	buf_init(&text, 2 * DOMAIN_CASES_OCTETS);
	for (unsigned i = 0; i <= DOMAIN_CASES_MAX; i++)
		buf_put_str(&text, "device belongs\n");
	domain_cases_read(buf_bytes(&text), d, &c, &all);
	ck_assert_uint_eq(all.n, DOMAIN_CASES_MAX);
	ck_assert_str_eq(buf_str(&c.lines),
	    "10001: more than 10000 cases; split them\n");
	domain_cases_free(&all);
	domain_complaints_release(&c);
	buf_clear(&text);
	for (unsigned i = 0; i < 300; i++)
		buf_put_str(&text, "device ");
	domain_cases_read(buf_bytes(&text), d, &c, &all);
	ck_assert_uint_eq(all.n, 0);
	ck_assert_uint_eq(c.n, 1);
	domain_cases_free(&all);
	domain_complaints_release(&c);
	ck_assert_ptr_nonnull(buf_grow(&text, DOMAIN_CASES_OCTETS));
	domain_cases_read(buf_bytes(&text), d, &c, &all);
	ck_assert_uint_eq(all.n, 0);
	ck_assert_uint_eq(c.n, 1);
	domain_cases_free(&all);
	domain_complaints_release(&c);
	buf_release(&text);
	policy_domain_free(d);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, answers, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(t, strangers);
	tcase_add_loop_test(t, complaints, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, cut_and_flipped);
	tcase_add_test(t, ceilings);
}

int
main(void)
{
	return fixture_run("domain_look", add);
}
