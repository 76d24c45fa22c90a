/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decisions: each rule, and what holds for every set of statements: the order
 * is of no importance, strangers change nothing, and a signature more by who
 * may vouch never turns yes into no. R is a root, the others have one role
 * each; Q is the device on which code is to be installed.
 */
#include "policy_decided.h"

#define MADE   "M 100 manu=Acme model=T1\n"
#define ACTIVE "O 200 status=active\n"
#define TALK   "communicate"

static const struct row things[] = {
	{ "all is well", false, PLAIN, MADE ACTIVE, TALK,
	    "allow: member certificate state fresh" },
	{ "it does not belong", false, STRANGER, MADE ACTIVE, TALK,
	    "deny: member- certificate state fresh" },
	{ "it is let in from outside, and that is told", false, ABROAD,
	    MADE ACTIVE, TALK,
	    "allow: member outsider! certificate state fresh" },
	{ "its place is of the domain", false, HALL,
	    MADE ACTIVE "I 110 slot=hall-1\n", TALK,
	    "allow: member certificate state fresh" },
	{ "it never had a place", false, HALL, MADE ACTIVE, TALK,
	    "deny: member- certificate state fresh" },
	{ "it has moved away", false, HALL,
	    MADE ACTIVE "I 110 slot=hall-1\nN 120 slot=yard\n", TALK,
	    "deny: moved- member- certificate state fresh" },
	{ "and came back", false, HALL,
	    MADE ACTIVE "I 110 slot=hall-1\nN 120 slot=yard\n"
			"I 130 slot=hall-2\n",
	    TALK, "allow: member certificate state fresh" },
	{ "a stranger does not move it, nor does it itself", false, HALL,
	    MADE ACTIVE
	    "I 110 slot=yard\nS 120 slot=hall-1\nD 130 slot=hall-1\n",
	    TALK, "deny: member- certificate state fresh" },
	{ "its key is revoked", false, REVOKED, MADE ACTIVE, TALK,
	    "deny: member certificate- state fresh" },
	{ "it is stolen", false, PLAIN, MADE "O 200 status=stolen\n", TALK,
	    "deny: member certificate state- fresh" },
	{ "planned things do not talk", false, PLAIN,
	    MADE "M 110 status=planned\n", TALK,
	    "deny: member certificate state- fresh" },
	{ "but may join", false, PLAIN, MADE "M 110 status=planned\n", "join",
	    "allow: member certificate state fresh" },
	{ "old data of what is out of use may be read", false, PLAIN,
	    MADE "O 200 status=decommissioned\n", "read-data",
	    "allow: member certificate state fresh" },
	{ "nobody said that it is in use", false, PLAIN, MADE, TALK,
	    "allow: member certificate state! fresh" },
	{ "what an open domain minds", false, OPEN, MADE, TALK,
	    "deny: member certificate state- must "
	    "any-/integrator/maintainer/owner fresh" },
	{ "and is content with", false, OPEN, MADE ACTIVE, TALK,
	    "allow: member certificate state must any fresh" },
	{ "a must is missing, and a should", false, MUST, MADE, TALK,
	    "deny: member certificate state! must-/integrator should!/owner "
	    "fresh" },
	{ "a should alone only warns", false, MUST, MADE "I 120 reason=x\n",
	    TALK, "allow: member certificate state! must should!/owner fresh" },
	{ "what a stranger says is missing still", false, MUST,
	    MADE "S 120 reason=x\n", TALK,
	    "deny: member certificate state! must-/integrator should!/owner "
	    "fresh" },
	{ "who says it is stolen does not vouch", false, EITHER,
	    MADE "O 120 status=lost\nO 130 status=active\n", TALK,
	    "allow: member certificate state any fresh" },
	{ "neither of two", false, EITHER, MADE, TALK,
	    "deny: member certificate state! any-/maintainer/owner fresh" },
	{ "one of two", false, EITHER, MADE "N 120 reason=x\n", TALK,
	    "allow: member certificate state! any fresh" },
	{ "one issuer where two are wanted", false, TWO,
	    MADE "M 101 reason=x\n", TALK,
	    "deny: member certificate state! parties- fresh" },
	{ "two", false, TWO, MADE "N 101 reason=x\n", TALK,
	    "allow: member certificate state! parties fresh" },
	{ "a service of maintainer and integrator in one", false, PLAIN,
	    "right N integrator\nN 100 " KIND "=service\n", TALK,
	    "allow: member certificate state! integrator fresh" },
	{ "of a maintainer alone", false, PLAIN, "N 100 " KIND "=service\n",
	    TALK,
	    "deny: member certificate state! integrator-/integrator fresh" },
	{ "and the integrator signs, too", false, PLAIN,
	    "N 100 " KIND "=service\nI 110 reason=x\n", TALK,
	    "allow: member certificate state! integrator fresh" },
	{ "of its owner", false, PLAIN, "O 100 " KIND "=service\n", TALK,
	    "allow: member certificate state! fresh" },
	{ "another one in its place", false, PLACE,
	    MADE ACTIVE "I 110 slot=pump\n", TALK,
	    "deny: member certificate state substituted- fresh" },
	{ "no place of anybody", false, PLACE, MADE ACTIVE "I 110 slot=valve\n",
	    TALK, "allow: member certificate state fresh" },
	{ "by grace", false, OLD, MADE ACTIVE, TALK,
	    "allow stale: member certificate state fresh!" },
	{ "too old", false, TOO_OLD, MADE ACTIVE, TALK,
	    "deny stale: member certificate state fresh-" },
	{ "too old, and worse", false, TOO_OLD | STRANGER, MADE ACTIVE, TALK,
	    "deny: member- certificate state fresh-" },
	{ "a purpose of the domain's own is talk", false, PLAIN, MADE ACTIVE,
	    "water-the-flowers", "allow: member certificate state fresh" },
	{ "a conflict", false, PLAIN,
	    MADE "O 200 status=active\n"
		 "I 210 status=planned\n",
	    "join", "allow: member certificate state conflict! fresh" },
	{ "without a domain", false, NO_DOMAIN, ACTIVE, TALK,
	    "allow: certificate state should!/manufacturer" },
	{ "its own maker's word is nobody's", false, OPEN,
	    "D 90 maker=@S\nS 100 manu=Acme\nI 100 status=active\n" ACTIVE,
	    TALK,
	    "deny: member certificate state must-/manufacturer any fresh" },
};

#define CODE "D 100 kind=code code-name=x code-seq=8 code-target=Acme/T1\n"
#define SELF           \
	"code:sha256:" \
	"0707070707070707070707070707070707070707070707070707070707070707"
#define LATE "window=1970-01-01T01:00:00Z/1970-01-01T02:00:00Z\n"
#define NOW  "window=1970-01-01T00:10:00Z/1970-01-01T00:20:00Z\n"

static const struct row code[] = {
	{ "a developer alone", true, INSTALL, CODE, "install",
	    "deny: member state device target "
	    "approved-/integrator/maintainer fresh" },
	{ "the integrator welcomes it, now", true, INSTALL, CODE "I 200 " NOW,
	    "install",
	    "allow: member state device target approved window fresh" },
	{ "later", true, INSTALL, CODE "I 200 " LATE, "install",
	    "deny: member state device target approved "
	    "window-/integrator/maintainer fresh" },
	{ "later, or now", true, INSTALL, CODE "I 200 " LATE "N 200 " NOW,
	    "install",
	    "allow: member state device target approved window fresh" },
	{ "a stranger's window", true, INSTALL, CODE "S 200 " NOW, "install",
	    "deny: member state device target "
	    "approved-/integrator/maintainer fresh" },
	{ "an unknown developer", true, INSTALL,
	    "S 100 kind=code code-name=x\nI 200 " NOW, "install",
	    "allow: member device approved window fresh" },
	{ "only in a window", true, INSTALL | WANTED,
	    CODE "on I 200 step=approved_" SELF "\n", "install",
	    "deny: member state device target approved "
	    "window-/integrator/maintainer fresh" },
	{ "approved on the device", true, INSTALL,
	    CODE "on I 200 step=approved_" SELF "\n", "install",
	    "allow: member state device target approved window fresh" },
	{ "only proposed there", true, INSTALL,
	    CODE "on I 200 step=proposed_" SELF "\n", "install",
	    "deny: member state device target "
	    "approved-/integrator/maintainer fresh" },
	{ "approved there by who may not", true, INSTALL,
	    CODE "on O 200 step=approved_" SELF "\n", "install",
	    "deny: member state device target "
	    "approved-/integrator/maintainer fresh" },
	{ "a hole", true, INSTALL,
	    CODE "D 150 code-status=vulnerable\nI 200 " NOW, "install",
	    "deny: member state- device target approved window fresh" },
	{ "not for this model", true, INSTALL,
	    "D 100 kind=code code-target=Acme/T2\nI 200 " NOW, "install",
	    "deny: member state device target- approved window fresh" },
	{ "newer than what runs", true, INSTALL | RUNNING, CODE "I 200 " NOW,
	    "install",
	    "allow: member state device target downgrade approved window "
	    "fresh" },
	{ "older", true, INSTALL | RUNNING,
	    "D 100 kind=code code-seq=6\nI 200 " NOW, "install",
	    "deny: member state device downgrade- approved window fresh" },
	{ "back by order", true, INSTALL | RUNNING | ROLLBACK,
	    "D 100 kind=code code-seq=6\nI 200 " NOW, "install",
	    "allow: member state device downgrade approved window fresh" },
	{ "no number is no way around", true, INSTALL | RUNNING,
	    "D 100 kind=code code-name=x\nI 200 " NOW, "install",
	    "deny: member state device downgrade- approved window fresh" },
	{ "the maker's firmware", true, INSTALL | MAKER, CODE, "install",
	    "allow: member state device target approved fresh" },
	{ "not by another", true, INSTALL | MAKER, "S 100 kind=code\n",
	    "install",
	    "deny: member device approved-/manufacturer/developer fresh" },
	{ "the operating system's", true, INSTALL | EXTERNAL, CODE, "install",
	    "allow: member state device target external fresh" },
	{ "on a device that is out of service", true, INSTALL | BROKEN,
	    CODE "I 200 " NOW, "install",
	    "deny: member state device- target approved window fresh" },
	{ "code that may run", true, PLAIN, CODE, TALK,
	    "allow: member state fresh" },
	{ "deprecated code", true, PLAIN, CODE "D 110 code-status=deprecated\n",
	    TALK, "deny: member state- fresh" },
};

START_TEST(about_things)
{
	row_check(&things[_i]);
}
END_TEST

START_TEST(about_code)
{
	row_check(&code[_i]);
}
END_TEST

/* ---- laws ------------------------------------------------------------------------ */

#define ROUNDS 1000

static const char *const words[] = { "manu=Acme", "status=active",
	"status=suspended", "status=planned", "status=lost", "reason=x",
	"" KIND "=service", "" KIND "=gateway", "slot=pump", "owner=@O",
	"maker=@S" };

static void
say(struct make_world *w, const char *issuers, bool only_good)
{
	char line[100];
	const char *word =
	    words[fixture_below(sizeof(words) / sizeof(words[0]))];

	if (only_good)
		word = "reason=x";
	(void)snprintf(line, sizeof(line), "%c %zu %s",
	    issuers[fixture_below(strlen(issuers))], 100 + fixture_below(500),
	    word);
	make_line(w, bytes_of_str(line));
}

static struct row
some_row(void)
{
	return (struct row){ .change = (unsigned)fixture_below(128),
		.purpose = policy_purpose_word((enum policy_purpose)
			fixture_below(POLICY_PURPOSES)) };
}

static void
world(struct make_world *w)
{
	make_init(w, false);
	make_lines(w, NAMES_ALL);
	for (size_t n = 1 + fixture_below(10); n > 0; n--)
		say(w, "MINO", false);
}

START_TEST(laws)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_layout *l = alloc_new(sizeof(*l));
		struct row row = some_row();
		struct make_world w;
		char *before, *after;

		world(&w);
		make_layout_init(&w, l);
		before = decide(&w, l, &row);
		for (size_t k = l->n; k > 1; k--) {
			size_t with = fixture_below(k), a = l->order[k - 1];

			l->order[k - 1] = l->order[with];
			l->order[with] = a;
		}
		after = decide(&w, l, &row);
		ck_assert_str_eq(before, after);
		free(after);
		for (size_t k = 0; k < 5; k++)
			say(&w, "STUV", false);
		make_layout_init(&w, l);
		after = decide(&w, l, &row);
		ck_assert_str_eq(before, after);
		free(after);
		for (size_t k = 0; k < 3; k++)
			say(&w, "MIO", true);
		make_layout_init(&w, l);
		after = decide(&w, l, &row);
		ck_assert(strncmp(before, "allow", 5) != 0 ||
			  strncmp(after, "allow", 5) == 0);
		free(before);
		free(after);
		make_release(&w);
		free(l);
	}
}
END_TEST

START_TEST(rules_have_words)
{
	for (unsigned i = 0; i < POLICY_RULES; i++) {
		enum policy_rule rule = (enum policy_rule)i;

		ck_assert_str_ne(policy_rule_word(rule), "");
		ck_assert_str_ne(policy_rule_words(rule), "");
		ck_assert_ptr_nonnull(policy_rule_help(rule));
	}
	ck_assert_int_eq(policy_purpose_find(bytes_of_str("install")),
	    POLICY_FOR_INSTALL);
	ck_assert_int_eq(policy_purpose_find(bytes_of_str("x")),
	    POLICY_FOR_COMMUNICATE);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, about_things, 0,
	    (int)(sizeof(things) / sizeof(things[0])));
	tcase_add_loop_test(t, about_code, 0,
	    (int)(sizeof(code) / sizeof(code[0])));
	tcase_add_test(t, laws);
	tcase_add_test(t, rules_have_words);
}

int
main(void)
{
	return fixture_run("policy_decide", add);
}
