/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of descriptors: each word, and which way it goes; what is none;
 * and by chance: nothing becomes a yes without a change that is more open, and
 * nothing a no without one that is stricter.
 */
#include "domain_make.h"

#define NOW    1790000000 /* 2026-09-21 */
#define ACME   "\"0411111111111111111111111111111111111111aa\""
#define ZENITH "\"0422222222222222222222222222222222222222bb\""
#define OWNER  "\"0444444444444444444444444444444444444444dd\""
#define TOKEN \
	"\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""

/* "- " stricter, "+ " more open, "* " both, ". " neither; a line each. */
static const struct {
	const char *before, *now, *expected;
} rows[] = {
	{ "", "", "" },
	{ "level = standard", "", "" },
	{ "level = closed", "level = open",
	    "- domain: level: open, was closed: it asks for more by itself\n" },
	{ "freshness = 72h", "freshness = 3d", "" },
	{ "freshness = 72h", "freshness = 1h",
	    "- domain: freshness: 1h, was 3d\n" },
	{ "freshness = 72h", "", "+ domain: freshness: none, was 3d\n" },
	{ "", "grace = 1d", "+ domain: grace: 1d, was none\n" },
	{ "claims = yes", "claims = no", ". domain: claims: no\n" },
	/* grants: a role each, in any order */
	{ "grant " ACME " { role = {owner, operator} }",
	    "grant " ACME " { role = operator }\n"
	    "grant " ACME " { role = owner }",
	    "" },
	{ "grant " ACME " { role = {owner, operator} }",
	    "party acme { key = " ACME " }\n"
	    "grant acme { role = {owner, integrator} }",
	    ". party: acme began\n"
	    "+ grant: acme as integrator began, for everything\n"
	    "- grant: acme as operator ended, for everything\n" },
	{ "grant " ACME " { role = owner scope = \"Acme/*\" }",
	    "grant " ACME " { role = owner scope = \"Acme\" regrant = yes }",
	    "+ grant: 04111* as owner scope: Acme, was Acme/*\n"
	    "+ grant: 04111* as owner regrant: yes\n" },
	{ "grant " ACME " { role = owner scope = \"A*\" }",
	    "grant " ACME " { role = owner scope = \"Acme/T1\" }",
	    "- grant: 04111* as owner scope: Acme/T1, was A*\n" },
	{ "grant " ACME " { role = owner scope = \"Acme/T1\" }",
	    "grant " ACME " { role = owner scope = \"Acme/T2\" }",
	    "* grant: 04111* as owner scope: Acme/T2, was Acme/T1\n" },
	{ "grant " ACME " { role = owner }",
	    "grant " ACME " { role = owner scope = \"Acme\" }",
	    "- grant: 04111* as owner scope: Acme, was everything\n" },
	{ "grant " ACME " { role = owner until = 2028-01-01 }",
	    "grant " ACME " { role = owner from = 2026-01-01 }",
	    "- grant: 04111* as owner from: 2026-01-01T00:00:00Z, was not "
	    "said\n"
	    "+ grant: 04111* as owner until: not said, was "
	    "2028-01-01T00:00:00Z\n" },
	/* members */
	{ "member { kind = device }\nmember { kind = code }",
	    "member { kind = code }\nmember { kind = device }", "" },
	{ "member { kind = device }",
	    "member { kind = device certified-by = owner }",
	    "- member: device certified-by: also owner\n" },
	{ "member { certified-by = owner }",
	    "member { certified-by = owner external = yes }",
	    ". member: any external: yes\n" },
	{ "", "member { certified-by = owner external = yes }",
	    "+ member: any began, certified by owner, external\n" },
	{ "member { certified-by = owner }",
	    "member { certified-by = {owner, operator} }",
	    "+ member: any certified-by: also operator\n" },
	{ "member { where = \"manu=Acme\" }",
	    "member { where = \"manu=Acme model=T\" }",
	    "- member: any manu=Acme ended\n"
	    "+ member: any manu=Acme model=T began\n" },
	{ "member { items = {" ACME ", " ZENITH "} slot = a }",
	    "member { items = {" ZENITH ", " OWNER "} slot = a }",
	    "+ member: items of slot a items: also dev:04444*\n"
	    "- member: items of slot a items: no longer dev:04111*\n" },
	/* requirements */
	{ "require any { must = owner any = {operator} }",
	    "require any { must = {owner, operator} }",
	    "- require: any must: also operator\n"
	    "+ require: any any: no longer operator\n" },
	{ "require device { any = {owner} }",
	    "require device { any = {owner, operator} should = integrator }",
	    "+ require: device any: also operator\n"
	    ". require: device should: also integrator\n" },
	{ "", "require code { needs = 2 }",
	    "- require: code needs: 2, was 0\n" },
	{ "require code { purpose = join must = owner }",
	    "require code { must = owner }",
	    "- require: code must: also owner\n"
	    "+ require: code to join must: no longer owner\n" },
	{ "", "require code { }",
	    ". require: code began, and asks for nothing\n" },
	/* readers */
	{ "", "read { }", "" },
	{ "read { networks = {\"10.0.0.0/8\", \"::1\"} }",
	    "read { public = yes networks = {\"::1/128\"} hosts = {x} }",
	    "+ read: public: yes\n"
	    "- read: networks: no longer 10.0.0.0/8\n"
	    ". read: hosts: also x\n" },
	{ "read { tokens = {" TOKEN "} }", "read { clients = {" TOKEN "} }",
	    "- read: tokens: no longer 00112*\n"
	    "+ read: clients: also 00112*\n" },
	{ "read { peers = {a, b} }", "read { peers = {b, a} }", "" },
	/* states: without a rule it is the house's */
	{ "", "state stolen { by = {owner, operator} needs = 2 }",
	    "+ state: stolen by: also operator\n"
	    "- state: stolen needs: 2, was 1\n" },
	{ "state stolen { by = owner }", "",
	    ". state: stolen ended, and says what is usual\n" },
	{ "state active { by = {integrator} }", "",
	    "+ state: active by: also manufacturer, owner\n"
	    "- state: active more than a role is needed\n" },
	/* updates, likewise */
	{ "", "update app { class = maker window = yes }",
	    "+ update: app class: maker, was approved\n"
	    "- update: app window: yes\n" },
	{ "update any { must = {owner} }", "update any { must = {operator} }",
	    "- update: any must: also operator\n"
	    "+ update: any must: no longer owner\n" },
	{ "update any { must = {integrator} }", "update any { }",
	    "+ update: any must: the usual ones, was integrator\n" },
	{ "update any { }", "update any { must = {owner} }",
	    "* update: any must: owner, was the usual ones\n" },
	{ "update any { }", "",
	    ". update: any ended, and asks for what is "
	    "usual\n" },
	/* other servers */
	{ "", "sync a { url = \"http://x\" push = status }",
	    "+ sync: a began: pull nothing, push status\n" },
	{ "sync a { url = x push = \"*\" every = 60s }",
	    "sync a { url = x push = status every = 1m may-alter = yes }",
	    "- sync: a push: status, was *\n+ sync: a may-alter: yes\n" },
	{ "sync a { url = x key = " ACME " }", "sync a { url = y }",
	    ". sync: a url: y, was x\n. sync: a key: none, was 04111*\n" },
};

static struct policy_domain *
domain_of(const char *body, int serial)
{
	struct policy_domain *d;
	struct buf text;

	buf_init(&text, DOMAIN_TEXT_MAX);
	buf_printf(&text, "domain x {\nserial = %d\nowner = " OWNER "\n%s\n}\n",
	    serial, body);
	d = must_read(buf_bytes(&text));
	buf_release(&text);
	return d;
}

static char *
told(const struct domain_changes *all)
{
	static const char marks[] = ".-+*";
	struct buf out;
	char *text;

	buf_init(&out, FIXTURE_MAX);
	for (size_t i = 0; i < all->n; i++)
		buf_printf(&out, "%c %s: %s\n", marks[all->at[i].turn],
		    all->at[i].section, all->at[i].words);
	text = alloc_str(buf_str(&out));
	buf_release(&out);
	return text;
}

/* An asterisk behind five digits stands for the others. */
static bool
is_like(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*' && strspn(text, "0123456789abcdef") > 30)
			text += strspn(text, "0123456789abcdef");
		else if (*text++ != *pattern)
			return false;
	}
	return *text == '\0';
}

START_TEST(each)
{
	struct policy_domain *a = domain_of(rows[_i].before, 1),
			     *b = domain_of(rows[_i].now, 1);
	struct domain_changes all, back;
	unsigned turned[4] = { 0 };
	char *lines;

	domain_diff(a, b, &all);
	lines = told(&all);
	ck_assert_msg(is_like(lines, rows[_i].expected),
	    "%s\n->\n%s\n got\n%s want\n%s", rows[_i].before, rows[_i].now,
	    lines, rows[_i].expected);
	free(lines);
	/* the way back goes the other way */
	domain_diff(b, a, &back);
	ck_assert_uint_eq(all.n, back.n);
	for (size_t i = 0; i < all.n; i++) {
		turned[all.at[i].turn]++;
		turned[back.at[i].turn == 1   ? 2
		       : back.at[i].turn == 2 ? 1
					      : back.at[i].turn]--;
	}
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(turned[i], 0);
	domain_changes_free(&back);
	domain_diff(a, a, &back);
	ck_assert_uint_eq(back.n, 0);
	domain_changes_free(&back);
	domain_changes_free(&all);
	policy_domain_free(a);
	policy_domain_free(b);
}
END_TEST

START_TEST(lines_and_serials)
{
	struct policy_domain *a = domain_of("\ngrant " ACME " { role = owner }",
				 7),
			     *b = domain_of("grant " ACME " { role = owner "
					    "until = 2028-01-01 }",
				 6);
	struct domain_changes all;

	domain_diff(a, b, &all);
	ck_assert_uint_eq(all.n, 2);
	ck_assert_str_eq(all.at[0].words,
	    "serial: 6, was 7: it is the older one");
	ck_assert_int_eq(all.at[1].old_line, 5);
	ck_assert_int_eq(all.at[1].new_line, 4);
	domain_changes_free(&all);
	policy_domain_free(a);
	policy_domain_free(b);
}
END_TEST

/* ---- by chance --------------------------------------------------------------------- */

#define PICK(of) (of)[fixture_below(sizeof(of) / sizeof((of)[0]))]

static const char *const keys[] = { ACME, ZENITH, OWNER };
static const char *const roles[] = { "manufacturer", "integrator", "maintainer",
	"owner", "registrar", "certification-body", "operator", "developer" };
static const char *const scopes[] = { "", "scope = Acme", "scope = \"Acme/T*\"",
	"scope = \"Acme/T1\"", "scope = \"*\"", "scope = \"A*\"",
	"scope = Zenith" };
static const char *const days[] = { "", "", "from = 2026-10-01",
	"until = 2026-10-01", "from = 2026-01-01 until = 2027-01-01" };
static const char *const kinds[] = { "device", "gateway", "service", "any",
	"code" };
static const char *const terms[] = { "", "where = \"manu=Acme\"",
	"where = \"manu=Acme model=T1\"", "where = \"model=T*\"" };
static const char *const nets[] = { "10.0.0.0/8", "10.7.0.0/16", "::1" };
static const char *const states[] = { "active", "stolen", "lost", "released",
	"approved", "destroyed" };
static const char *const purposes[] = { "", "purpose = join",
	"purpose = communicate" };

static void
body_make(struct buf *out)
{
	static const char *const levels[] = { "closed", "standard", "open" };
	bool seen[sizeof(states) / sizeof(states[0])] = { 0 };

	buf_printf(out, "level = %s\n", PICK(levels));
	for (size_t n = fixture_below(4); n > 0; n--)
		buf_printf(out, "grant %s { role = {%s, %s} %s %s %s }\n",
		    PICK(keys), PICK(roles), PICK(roles), PICK(scopes),
		    PICK(days), fixture_below(3) == 0 ? "regrant = yes" : "");
	for (size_t n = fixture_below(3); n > 0; n--)
		buf_printf(out,
		    "member { kind = %s %s certified-by = {%s, %s} "
		    "}\n",
		    PICK(kinds), PICK(terms), PICK(roles), PICK(roles));
	if (fixture_below(2) > 0)
		buf_put_str(out, "member { }\n");
	for (size_t n = fixture_below(3); n > 0; n--)
		buf_printf(out,
		    "require %s { %s must = %s any = {%s, %s} %s "
		    "%s }\n",
		    PICK(kinds), PICK(purposes), PICK(roles), PICK(roles),
		    PICK(roles), PICK(terms),
		    fixture_below(2) ? "needs = 2" : "");
	if (fixture_below(2) > 0)
		buf_printf(out, "read { networks = {\"%s\", \"%s\"} %s }\n",
		    PICK(nets), PICK(nets),
		    fixture_below(4) == 0 ? "public = yes" : "");
	for (size_t n = fixture_below(3); n > 0; n--) {
		size_t i = fixture_below((unsigned)(sizeof(states) /
						    sizeof(states[0])));

		if (!seen[i])
			buf_printf(out, "state %s { by = {%s, %s} %s }\n",
			    states[i], PICK(roles), PICK(roles), PICK(days));
		seen[i] = true;
	}
}

static void
case_make(struct buf *out)
{
	static const char *const things[] = { "", " of manu=Acme model=T1",
		" of manu=Acme model=X", " of manu=Zenith" };
	static const char *const names[] = { "manu", "label", "serial",
		"contact", "approval" };
	static const char *const readers[] = { "10.7.1.1", "10.8.1.1", "::1",
		"anybody" };
	static const char *const said[] = { "manu=Acme model=T1",
		"manu=Acme model=X status=active", "model=T2 status=active",
		"code-name=x" };

	switch (fixture_below(6)) {
	case 0:
		buf_printf(out, "%s may say %s%s", PICK(keys), PICK(states),
		    PICK(things));
		break;
	case 1:
		buf_printf(out, "%s may say %s%s", PICK(keys), PICK(names),
		    PICK(things));
		break;
	case 2:
		buf_printf(out, "%s may act as %s%s", PICK(keys), PICK(roles),
		    PICK(things));
		break;
	case 3:
		buf_printf(out, "%s may grant %s", PICK(keys), PICK(roles));
		break;
	case 4:
		buf_printf(out, "%s may read", PICK(readers));
		break;
	default:
		buf_printf(out, "%s %s by %s,%s %s", PICK(kinds), PICK(said),
		    PICK(roles), PICK(roles),
		    fixture_below(2) ? "belongs" : "may join");
		break;
	}
}

/* All lines but one. */
static void
line_drop(struct bytes text, struct buf *out)
{
	size_t lines = 0, drop, at = 0;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	drop = fixture_below(lines);
	for (size_t i = 0; i < text.n; i++) {
		if (at != drop)
			buf_u8(out, text.p[i]);
		at += text.p[i] == '\n';
	}
}

static bool
answer_of(const struct policy_domain *d, struct bytes text)
{
	struct domain_case q = { .line = 1 };
	struct domain_complaints c = { 0 };
	struct domain_answer a;
	bool is_yes;

	ck_assert_msg(domain_case_read(text, d, &c, &q), "%.*s: %s",
	    (int)text.n, (const char *)text.p,
	    c.n > 0 ? buf_str(&c.lines) : "");
	domain_case_judge(d, &q, NOW, &a);
	is_yes = a.is_yes;
	domain_answer_release(&a);
	domain_case_release(&q);
	return is_yes;
}

/* How many of some questions have another answer, which the changes allow. */
static unsigned
flips_count(const char *one, const char *two)
{
	struct policy_domain *a = domain_of(one, 1), *b = domain_of(two, 1);
	struct domain_changes all;
	struct buf text;
	unsigned turns = 0, flips = 0;
	char *lines;

	domain_diff(a, b, &all);
	lines = told(&all);
	for (size_t i = 0; i < all.n; i++)
		turns |= all.at[i].turn;
	buf_init(&text, FIXTURE_MAX);
	for (unsigned i = 0; i < 60; i++) {
		bool was, is;

		buf_clear(&text);
		case_make(&text);
		was = answer_of(a, buf_bytes(&text));
		is = answer_of(b, buf_bytes(&text));
		flips += was != is;
		ck_assert_msg(was == is ||
				  (turns & (is ? DOMAIN_OPENER
					       : DOMAIN_STRICTER)) != 0,
		    "%s: %d, was %d\n%s\n->\n%s\n%s", buf_str(&text), is, was,
		    one, two, lines);
	}
	buf_release(&text);
	free(lines);
	domain_changes_free(&all);
	policy_domain_free(a);
	policy_domain_free(b);
	return flips;
}

START_TEST(no_flip_without_a_change)
{
	unsigned flips = 0;

	for (unsigned round = 0; round < 600; round++) {
		struct buf one, two;

		buf_init(&one, FIXTURE_MAX);
		buf_init(&two, FIXTURE_MAX);
		body_make(&one);
		/* another one, or the same but for a line: one way alone */
		if (round % 4 == 0)
			body_make(&two);
		else
			line_drop(buf_bytes(&one), &two);
		flips += round % 2 == 0
			     ? flips_count(buf_str(&one), buf_str(&two))
			     : flips_count(buf_str(&two), buf_str(&one));
		buf_release(&one);
		buf_release(&two);
	}
	ck_assert_uint_gt(flips, 300); /* or nothing was tried */
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, each, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, lines_and_serials);
	tcase_add_test(t, no_flip_without_a_change);
}

int
main(void)
{
	return fixture_run("domain_diff", add);
}
