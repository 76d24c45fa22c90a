/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors changed where they stand: what is asked for is there, and every
 * other octet is as it was.
 */
#include "domain_make.h"

#define A     "0411111111111111111111111111111111111111aa"
#define B     "0422222222222222222222222222222222222222bb"
#define HEAD  "domain x {\n    serial = 1 # one\n    owner = \"" A "\"\n"
#define PARTY "    party acme { key = \"" B "\" }\n"

struct row {
	const char *name, *text, *said, *expected; /* NULL: says so already */
};

static void
must_become(const struct row *row, enum domain_edited done, struct buf *out,
    struct domain_complaints *c)
{
	ck_assert_msg(c->n == 0, "%s: %s", row->name,
	    c->n > 0 ? buf_str(&c->lines) : "");
	if (row->expected == NULL) {
		ck_assert_msg(done == DOMAIN_EDIT_SAME, "%s", row->name);
		ck_assert_uint_eq(out->n, 0);
	} else {
		ck_assert_msg(done == DOMAIN_EDIT_DONE, "%s", row->name);
		ck_assert_str_eq(buf_str(out), row->expected);
	}
	domain_complaints_release(c);
	buf_release(out);
}

/* ---- grants ------------------------------------------------------------------ */

#define GRANT "    grant \"" B "\" { role = {developer} } # theirs\n"

/* acme is given owner and integrator of everything. */
static const struct row grants[] = {
	{ "the first one, by the party's name", HEAD PARTY "}\n", "acme",
	    HEAD PARTY "\n    grant \"acme\" {\n"
		       "        role = {integrator, owner}\n    }\n}\n" },
	{ "on one line", "domain x { serial = 1 owner = " A " }", A,
	    "domain x { serial = 1 owner = " A " \n    grant \"" A "\" {\n"
	    "        role = {integrator, owner}\n    }\n}" },
	{ "where another has been", HEAD GRANT "    claims = yes\n}\n", A,
	    HEAD GRANT "\n    grant \"" A "\" {\n"
		       "        role = {integrator, owner}\n    }\n"
		       "    claims = yes\n}\n" },
	{ "behind one with a neighbour",
	    HEAD "grant " B " {role=owner} grant " B " {role=owner} /* x */}",
	    A,
	    HEAD "grant " B " {role=owner} grant " B " {role=owner}\n"
		 "    grant \"" A "\" {\n"
		 "        role = {integrator, owner}\n    }\n /* x */}" },
	{ "behind what explains it",
	    HEAD "    # grant: what a party may speak as\n    # grant acme {\n"
		 "    # }\n\n    # member: what belongs to the domain\n}\n",
	    A,
	    HEAD "    # grant: what a party may speak as\n    # grant acme {\n"
		 "    # }\n\n    grant \"" A "\" {\n"
		 "        role = {integrator, owner}\n    }\n"
		 "\n    # member: what belongs to the domain\n}\n" },
	{ "what it lacks", HEAD GRANT "}\n", B,
	    HEAD "    grant \"" B
		 "\" { role = {integrator, developer, owner} } # theirs\n}\n" },
	{ "a single role becomes a list",
	    HEAD "grant " B " {\nrole = owner # o\n}\n}\n", B,
	    HEAD "grant " B " {\nrole = {integrator, owner} # o\n}\n}\n" },
	{ "another scope is another grant",
	    HEAD "grant " B " { role = owner scope = \"A/*\" }\n}\n", B,
	    HEAD "grant " B " { role = owner scope = \"A/*\" }\n"
		 "\n    grant \"" B "\" {\n"
		 "        role = {integrator, owner}\n    }\n}\n" },
	{ "all of it is there",
	    HEAD PARTY "grant " B " { role = {owner, developer, integrator} }}",
	    "acme", NULL },
};

START_TEST(given)
{
	char everything[] = "";
	const struct policy_grant g = {
		.roles = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER) |
			 NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_INTEGRATOR),
		.scope = everything,
		.from = INT64_MIN,
		.until = INT64_MAX
	};
	const struct row *row = &grants[_i];
	struct domain_complaints c = { 0 };
	enum domain_edited done;
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	done = domain_edit_grant(bytes_of_str(row->text), row->said, &g, &end);
	ck_assert_int_eq(end.line, row->expected == NULL ? 5 : 0);
	must_become(row, done, &out, &c);
}
END_TEST

START_TEST(given_with_limits)
{
	char scope[] = "Acme/\"T\"*";
	const struct policy_grant g = {
		.roles = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER),
		.scope = scope,
		.from = 0,
		.until = 86400,
		.may_regrant = true
	};
	struct domain_complaints c = { 0 };
	struct buf out, again;
	struct domain_edit_end end = { .out = &out, .c = &c };
	struct domain_edit_end twice = { .out = &again, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	buf_init(&again, DOMAIN_TEXT_MAX);
	ck_assert_int_eq(domain_edit_grant(bytes_of_str(HEAD "}"), B, &g, &end),
	    DOMAIN_EDIT_DONE);
	ck_assert_str_eq(buf_str(&out),
	    HEAD "\n    grant \"" B "\" {\n        role = {owner}\n"
		 "        scope = \"Acme/\\\"T\\\"*\"\n"
		 "        from = 1970-01-01T00:00:00Z\n"
		 "        until = 1970-01-02T00:00:00Z\n"
		 "        regrant = yes\n    }\n}");
	ck_assert_int_eq(domain_edit_grant(buf_bytes(&out), B, &g, &twice),
	    DOMAIN_EDIT_SAME);
	ck_assert_int_eq(twice.line, 5);
	buf_release(&again);
	buf_release(&out);
}
END_TEST

/* The owner's role is taken from acme, or with no role everything. */
static const struct row takings[] = {
	{ "a block goes with its lines",
	    HEAD PARTY "\n" GRANT "\n    read { }\n}\n", "acme",
	    HEAD PARTY "\n    read { }\n}\n" },
	{ "and nothing but it where it shares one",
	    HEAD "grant " B " { role = owner } read { }\n}\n", B,
	    HEAD " read { }\n}\n" },
	{ "each of several",
	    HEAD GRANT "grant " A " { role = owner }\n" GRANT "}\n", B,
	    HEAD "grant " A " { role = owner }\n}\n" },
	{ "nothing is theirs", HEAD GRANT "}\n", A, NULL },
};

START_TEST(taken)
{
	const struct row *row = &takings[_i];
	struct domain_complaints c = { 0 };
	enum domain_edited done;
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	done = domain_edit_revoke(bytes_of_str(row->text), row->said, 0, &end);
	must_become(row, done, &out, &c);
}
END_TEST

static const struct row roles[] = {
	{ "one of several",
	    HEAD "grant " B " { role = {owner, developer, integrator} }\n"
		 "grant " B " { role = developer until = 2030-01-01 }\n"
		 "grant " B " { role = owner } # gone\n}\n",
	    B,
	    HEAD "grant " B " { role = {integrator, developer} }\n"
		 "grant " B " { role = developer until = 2030-01-01 }\n}\n" },
	{ "it has others", HEAD GRANT "}\n", B, NULL },
};

START_TEST(role_taken)
{
	const struct row *row = &roles[_i];
	struct domain_complaints c = { 0 };
	enum domain_edited done;
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	done = domain_edit_revoke(bytes_of_str(row->text), row->said,
	    NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER), &end);
	must_become(row, done, &out, &c);
}
END_TEST

/* ---- words ------------------------------------------------------------------- */

#define READ "    read {\n        peers = {\"a\", b} # both\n    }\n"

static const struct row settings[] = {
	{ "a word that is there", HEAD "    level = open # o\n}\n",
	    "level=closed", HEAD "    level = closed # o\n}\n" },
	{ "one that is not goes behind the last", HEAD PARTY "}\n", "grace=7d",
	    HEAD "    grace = 7d\n" PARTY "}\n" },
	{ "on one line", "domain x { serial = 1 owner = " A " read { } }",
	    "claims=yes",
	    "domain x { serial = 1 owner = " A
	    "\n    claims = yes\n read { } }" },
	{ "a word goes", HEAD "    grace = 7d # g\n}\n", "grace=", HEAD "}\n" },
	{ "another owner, by name", HEAD PARTY "}\n", "owner=acme",
	    "domain x {\n    serial = 1 # one\n    owner = acme\n" PARTY
	    "}\n" },
	{ "a list", HEAD READ "}\n", "read.peers=c,d e",
	    HEAD "    read {\n        peers = {c, \"d e\"} # both\n    }\n"
		 "}\n" },
	{ "one more", HEAD READ "}\n", "read.peers+=c,b",
	    HEAD "    read {\n        peers = {a, b, c} # both\n    }\n}\n" },
	{ "one less", HEAD READ "}\n", "read.peers-=a,z",
	    HEAD "    read {\n        peers = {b} # both\n    }\n}\n" },
	{ "the last one", HEAD READ "}\n", "read.peers-=b,a",
	    HEAD "    read {\n    }\n}\n" },
	{ "into a block", HEAD READ "}\n", "read.public=yes",
	    HEAD "    read {\n        peers = {\"a\", b} # both\n"
		 "        public = yes\n    }\n}\n" },
	{ "into an empty one", HEAD "    read { }\n}\n", "read.networks=::1",
	    HEAD "    read { \n        networks = {\"::1\"}\n    }\n}\n" },
	{ "with its block", HEAD "}\n", "read.hosts=a.example",
	    HEAD "\n    read {\n        hosts = {\"a.example\"}\n    }\n}\n" },
	{ "it says so", HEAD READ "}\n", "read.peers=b,a", NULL },
	{ "nobody is in it", HEAD READ "}\n", "read.peers-=c", NULL },
	{ "no such word is there", HEAD "}\n", "grace=", NULL },
};

START_TEST(set)
{
	const struct row *row = &settings[_i];
	struct domain_complaints c = { 0 };
	enum domain_edited done;
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	done = domain_edit_set(bytes_of_str(row->text), row->said, &end);
	must_become(row, done, &out, &c);
}
END_TEST

/* ---- what is refused ----------------------------------------------------------- */

static const struct {
	const char *said, *why;
} wrongs[] = {
	{ "serial=7", "grows by itself" },
	{ "speed=1", "neither a word of the domain" },
	{ "read.level=open", "neither a word of the domain" },
	{ "grace", "a word, = and" },
	{ "=7d", "a word, = and" },
	{ "grace+=7d", "is no list" },
	{ "grace=soon", "a time span" },
	{ "owner=", "owner is missing" },
	{ "level=open\nserial = 9", "a quote does not end" },
	{ "read.networks=10.0.0.0/99", "networks: an address" },
};

START_TEST(refused)
{
	struct domain_complaints c = { 0 };
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	ck_assert_int_eq(domain_edit_set(bytes_of_str(HEAD "}\n"),
			     wrongs[_i].said, &end),
	    DOMAIN_EDIT_BAD);
	ck_assert_uint_gt(c.n, 0);
	ck_assert_msg(strstr(buf_str(&c.lines), wrongs[_i].why) != NULL, "%s",
	    buf_str(&c.lines));
	domain_complaints_release(&c);
	buf_release(&out);
}
END_TEST

START_TEST(strangers)
{
	struct domain_complaints c = { 0 };
	struct buf out;
	struct domain_edit_end end = { .out = &out, .c = &c };

	buf_init(&out, DOMAIN_TEXT_MAX);
	ck_assert_int_eq(domain_edit_revoke(bytes_of_str(HEAD "}\n"), "acme", 0,
			     &end),
	    DOMAIN_EDIT_BAD);
	ck_assert(strstr(buf_str(&c.lines), "neither a fingerprint") != NULL);
	ck_assert_int_eq(domain_edit_revoke(bytes_of_str("domain x {"), A, 0,
			     &end),
	    DOMAIN_EDIT_BAD);
	domain_complaints_release(&c);
	buf_release(&out);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

static void
add(TCase *t)
{
	tcase_add_loop_test(t, given, 0, ROWS(grants));
	tcase_add_test(t, given_with_limits);
	tcase_add_loop_test(t, taken, 0, ROWS(takings));
	tcase_add_loop_test(t, role_taken, 0, ROWS(roles));
	tcase_add_loop_test(t, set, 0, ROWS(settings));
	tcase_add_loop_test(t, refused, 0, ROWS(wrongs));
	tcase_add_test(t, strangers);
}

int
main(void)
{
	return fixture_run("domain_edit", add);
}
