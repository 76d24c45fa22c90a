/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules e4.3, e4.4, e4.5 and e4.7: which of the rightful states is so. M has
 * made device D, O owns it, both by a right; C certifies, N maintains code.
 */
#include "policy_told.h"

#define ROWS(table) told_rows(table, sizeof(table) / sizeof((table)[0]))
#define END                                           \
	{                                             \
		.at = 2000000000, .skew = POLICY_SKEW \
	}
#define HELD "right M manufacturer\nright O owner\nM 100 manu=Acme\n"
#define TOLD "maker=M/right owner=O/right | authorised:manufacturer/right "
#define O_OK "authorised:owner/right"
#define M_OK "authorised:manufacturer/right"

static const struct told_row newest[] = {
	{ "the newer date", false,
	    HELD "O 300 status=active\nO 200 status=lost\n", END,
	    "active #2 " TOLD O_OK " superseded" },
	{ "on the same date the larger seq@", false,
	    HELD "O 300 status=active seq=2\nO 300 status=lost seq=1\n", END,
	    "active #2 " TOLD O_OK " superseded" },
	{ "on the same seq@ the safer", false,
	    HELD "O 300 status=active seq=2\nO 300 status=lost seq=2\n", END,
	    "lost #3 " TOLD "superseded " O_OK },
	{ "a lower seq@ at a later date counts, and is noted", false,
	    HELD "O 200 status=active seq=7\nO 300 status=lost seq=6\n", END,
	    "lost #3 " TOLD "superseded " O_OK "+regress" },
	{ "not on the same date", false,
	    HELD "O 300 status=active seq=7\nO 300 status=lost seq=6\n", END,
	    "active #2 " TOLD O_OK " superseded" },
	{ "nor of another issuer", false,
	    HELD "O 200 status=active seq=7\nM 90000 status=suspended seq=6\n",
	    END, "suspended #3 " TOLD O_OK " " M_OK },
	{ "of two issuers the newer", false,
	    HELD "O 200 status=active\nM 90000 status=decommissioned\n", END,
	    "decommissioned #3 " TOLD O_OK " " M_OK },
	{ "at a time before, what was so then", false,
	    HELD "O 200 status=active\nM 90000 status=decommissioned\n",
	    { .at = 89999 }, "active #2 " TOLD O_OK " quarantined" },
	{ "a claim replaces nothing", false,
	    HELD "O 200 status=active\nO 300 status=planned\n", END,
	    "active #2 " TOLD O_OK " claim" },
};

static const struct told_row conflicts[] = {
	{ "within a day the safer", false,
	    HELD "M 1000 status=suspended\nO 87400 status=active\n", END,
	    "suspended #2 conflict #3 " TOLD M_OK " " O_OK },
	{ "the newer may be it", false,
	    HELD "M 1000 status=suspended\nO 87400 status=lost\n", END,
	    "lost #3 conflict #2 " TOLD M_OK " " O_OK },
	{ "a second more is no conflict", false,
	    HELD "M 1000 status=suspended\nO 87401 status=active\n", END,
	    "active #3 " TOLD M_OK " " O_OK },
	{ "nor is saying the same", false,
	    HELD "M 1000 status=suspended\nO 1001 status=suspended\n", END,
	    "suspended #3 " TOLD M_OK " " O_OK },
	{ "one issuer is not in conflict with himself", false,
	    HELD "O 1000 status=suspended\nO 1001 status=active\n", END,
	    "active #3 " TOLD "superseded " O_OK },
	{ "the safest of three", false,
	    "right P operator\n" HELD
	    "M 1000 status=decommissioned\nP 1001 status=suspended\n"
	    "O 1002 status=active\n",
	    END,
	    "decommissioned #2 conflict #4 " TOLD M_OK
	    " authorised:operator/right " O_OK },
};

static const struct told_row absorbing[] = {
	{ "destroyed stays", false,
	    HELD "O 1000 status=destroyed\nO 200000 status=active\n"
		 "M 300000 status=suspended\n",
	    END, "destroyed #2 final " TOLD O_OK " superseded " M_OK },
	{ "from its date on", false,
	    HELD "O 1000 status=destroyed\nO 900 status=active\n",
	    { .at = 999 }, "active #3 " TOLD "quarantined " O_OK },
	{ "another does not lift it", false,
	    HELD "O 1000 status=destroyed carrier=record\n"
		 "M 2000 revokes=#2 carrier=record\n",
	    END, "destroyed #2 final " TOLD O_OK " " M_OK },
	{ "who said it does", false,
	    HELD "O 1000 status=destroyed carrier=record\n"
		 "O 2000 revokes=#2 status=active carrier=record\n",
	    END, "active #3 " TOLD "withdrawn " O_OK },
	{ "an owner that has sold it", false,
	    "M 100 manu=Acme owner=@O\nO 150 status=destroyed\n"
	    "O 200 status=transferred owner=@N\n"
	    "N 300 status=active prev=#3\n",
	    END,
	    "destroyed #2 conflict #4 final maker=M/first owner=N/owner | "
	    "authorised:manufacturer/first authorised:owner/owner superseded "
	    "authorised:owner/owner" },
	{ "a claim of it does nothing", false,
	    HELD "S 1000 status=destroyed\nO 900 status=active\n", END,
	    "active #3 " TOLD "claim " O_OK },
};

#define CODE "N 100 kind=code code-name=fw\n"
#define RIGHTS                                                          \
	"right N maintainer\nright E developer\nright M manufacturer\n" \
	"right C certification-body\nright B certification-body\n"
#define N_OK	       "authorised:maintainer/right"
#define C_OK	       "authorised:certification-body/right"
#define APPROVAL(more) "approval=scheme=mdr;id=1" more

static const struct told_row code[] = {
	{ "described is released", true, RIGHTS CODE, END,
	    "released #1 | " N_OK },
	{ "not by a stranger", true, RIGHTS "S 100 kind=code code-name=fw\n",
	    END, "none | claim" },
	{ "the first, where no rights are configured", true,
	    CODE "S 110 kind=code code-name=fw\nS 200 code-status=withdrawn\n",
	    END, "released #1 | authorised:maintainer/code claim claim" },
	{ "deprecated, and described again", true,
	    RIGHTS CODE "N 200 code-status=deprecated\n"
			"N 300 kind=code code-name=fw\n",
	    END, "deprecated #2 | " N_OK " " N_OK " " N_OK },
	{ "released again", true,
	    RIGHTS CODE "N 200 code-status=deprecated\n"
			"N 300 code-status=released\n",
	    END, "released #3 | " N_OK " superseded " N_OK },
	{ "by a developer, by a manufacturer", true,
	    RIGHTS CODE "E 200 code-status=deprecated\n"
			"M 90000 code-status=released\n",
	    END,
	    "released #3 | " N_OK " authorised:developer/right "
	    "authorised:manufacturer/right" },
	{ "maintainers in conflict", true,
	    RIGHTS CODE "E 200 code-status=deprecated\n"
			"M 300 code-status=released\n",
	    END,
	    "deprecated #2 conflict #3 | " N_OK
	    " authorised:developer/right authorised:manufacturer/right" },
	{ "deprecated: not by a certification body", true,
	    RIGHTS CODE "C 200 code-status=deprecated\n", END,
	    "released #1 | " N_OK " claim" },
	{ "vulnerable stays though its issuer says better later", true,
	    RIGHTS CODE "N 200 code-status=vulnerable\n"
			"N 200000 code-status=released\n",
	    END, "vulnerable #2 | " N_OK " " N_OK " " N_OK },
	{ "until he takes it back", true,
	    RIGHTS CODE "N 200 code-status=vulnerable carrier=record\n"
			"N 300 revokes=#2 carrier=record\n",
	    END, "released #1 | " N_OK " withdrawn " N_OK },
	{ "vulnerable: by a certification body", true,
	    RIGHTS CODE "C 200 code-status=vulnerable\n", END,
	    "vulnerable #2 | " N_OK " " C_OK },
	{ "the newer of two that are as bad", true,
	    RIGHTS CODE "C 200 code-status=vulnerable\n"
			"B 300 code-status=vulnerable\n",
	    END, "vulnerable #3 | " N_OK " " C_OK " " C_OK },
	{ "withdrawn is the end", true,
	    RIGHTS CODE "N 200 code-status=withdrawn\n"
			"N 200000 code-status=released\n"
			"C 300000 code-status=vulnerable\n",
	    END, "withdrawn #2 final | " N_OK " " N_OK " superseded " C_OK },
	{ "withdrawn: not by a certification body", true,
	    RIGHTS CODE "C 200 code-status=withdrawn\n", END,
	    "released #1 | " N_OK " claim" },
	{ "approved, with an approval", true,
	    RIGHTS CODE "C 200 code-status=approved " APPROVAL("\n"), END,
	    "approved #2 approved | " N_OK " " C_OK },
	{ "with an approval said elsewhere", true,
	    RIGHTS CODE "C 200 code-status=approved\nC 150 " APPROVAL("\n"),
	    END, "approved #2 approved | " N_OK " " C_OK " " C_OK },
	{ "without one", true, RIGHTS CODE "C 200 code-status=approved\n", END,
	    "released #1 | " N_OK " lapsed" },
	{ "with another's", true,
	    RIGHTS CODE "C 200 code-status=approved\nB 150 " APPROVAL("\n"),
	    END, "released #1 approved | " N_OK " lapsed " C_OK },
	{ "not by a maintainer", true,
	    RIGHTS CODE "N 200 code-status=approved " APPROVAL("\n"), END,
	    "released #1 | " N_OK " claim" },
	{ "while it lasts", true,
	    RIGHTS CODE "C 200 code-status=approved " APPROVAL(
		";until=1970-01-01T00:05:00Z\n"),
	    { .at = 299 }, "approved #2 approved | " N_OK " " C_OK },
	{ "and no longer", true,
	    RIGHTS CODE "C 200 code-status=approved " APPROVAL(
		";until=1970-01-01T00:05:00Z\n"),
	    { .at = 300 }, "released #1 | " N_OK " lapsed" },
	{ "until it is revoked", true,
	    RIGHTS CODE "C 200 code-status=approved " APPROVAL(
		"\n") "C 250 " APPROVAL(";state=revoked\n"),
	    END, "released #1 | " N_OK " lapsed " C_OK },
	{ "another id is another approval", true,
	    RIGHTS CODE "C 200 " APPROVAL(
		"\n") "C 250 approval=scheme=mdr;id=2;state=revoked\n",
	    END, "released #1 approved | " N_OK " " C_OK " " C_OK },
	{ "what is deprecated is not better for being approved", true,
	    RIGHTS CODE "N 200 code-status=deprecated\n"
			"C 200 code-status=approved " APPROVAL("\n"),
	    END, "deprecated #2 approved | " N_OK " " N_OK " " C_OK },
	{ "a right with a scope, for what the code is for", true,
	    "right N maintainer Acme/T*\nN 100 kind=code "
	    "code-target=Acme/T1000/B\nN 200 code-status=deprecated\n",
	    END, "deprecated #2 | " N_OK " " N_OK },
	{ "not when it is for others, too", true,
	    "right N maintainer Acme/T*\nN 100 kind=code "
	    "code-target=Acme/T1000/B code-target=Bolt/*\n",
	    END, "none | claim" },
	{ "code has no owner", true, RIGHTS CODE "M 200 owner=@O\n", END,
	    "released #1 | " N_OK " authorised:manufacturer/right" },
};

START_TEST(the_newest_wins)
{
	ROWS(newest);
}
END_TEST

START_TEST(winners_conflict)
{
	ROWS(conflicts);
}
END_TEST

START_TEST(the_end_is_the_end)
{
	ROWS(absorbing);
}
END_TEST

START_TEST(code_is_as_good_as_its_worst)
{
	ROWS(code);
}
END_TEST

/* Rows in their order. */
START_TEST(history)
{
	static const char *const rows[] = { "O 100 seq=9", "A 101 seq=9",
		"B 101 seq=1", "B 101 seq=2", "B 101 seq=2",
		"B 101 seq=2 copy=#5", "A 102" };
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	struct make_layout *l = alloc_new(sizeof(*l));
	struct make_world w;

	make_init(&w, false);
	for (size_t i = 0; i < n; i++)
		make_lines(&w, rows[i]);
	memset(w.all.at[3].st.content, 1, 32);
	memset(w.all.at[4].st.content, 2, 32);
	memset(w.all.at[5].st.content, 2, 32);
	memset(w.all.at[4].st.digest, 1, 32);
	memset(w.all.at[5].st.digest, 2, 32);
	make_layout_init(&w, l);
	for (size_t i = 0; i < n * n; i++) {
		struct policy_statement a = make_lend(&w, l, i / n),
					b = make_lend(&w, l, i % n);
		int c = policy_statement_order(&a, &b);

		ck_assert_int_eq((c > 0) - (c < 0),
		    (i / n > i % n) - (i / n < i % n));
	}
	make_release(&w);
	free(l);
}
END_TEST

START_TEST(scopes)
{
	static const struct {
		const char *scope, *vendor, *model;
		bool covers;
	} rows[] = {
		{ "", "", "", true },
		{ "", "Acme", "T1000", true },
		{ "*", "Acme", "T1000", true },
		{ "*", "", "", true },
		{ "Acme", "aCME", "T1000", true },
		{ "Acme", "Acme", "", true },
		{ "Acme", "Acme2", "", false },
		{ "Acme", "Acm", "", false },
		{ "Acme", "", "", false },
		{ "Ac*", "Acme", "T1000", true },
		{ "Ac*", "Bolt", "T1000", false },
		{ "Acme/T1000", "ACME", "t1000", true },
		{ "Acme/T1000", "Acme", "T10000", false },
		{ "Acme/T1000", "Acme", "", false },
		{ "Acme/T1000", "Acme/T1000", "", false },
		{ "Acme/T1000", "Acme/T1000", "T1000", false },
		{ "Acme/T*", "Acme", "T1000", true },
		{ "Acme/T*", "Acme", "T", true },
		{ "Acme/T*", "Acme", "X", false },
		{ "Acme/*", "Acme", "", true },
		{ "Acme/*", "Bolt", "T1000", false },
		{ "A*/T1000", "Acme", "T1000", false },
		{ "A*/T1000", "A*", "T1000", true },
		{ "Acme/T*0", "Acme", "T1000", false },
		{ "Acme/", "Acme", "T1000", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(policy_scope_covers(bytes_of_str(rows[i].scope),
				  bytes_of_str(rows[i].vendor),
				  bytes_of_str(rows[i].model)) ==
				  rows[i].covers,
		    "%s %s %s", rows[i].scope, rows[i].vendor, rows[i].model);
}
END_TEST

START_TEST(words)
{
	for (unsigned i = 0; i < POLICY_STANDINGS; i++) {
		ck_assert_str_ne(policy_standing_word((enum policy_standing)i),
		    "");
		ck_assert_str_ne(policy_standing_words((enum policy_standing)i),
		    "");
	}
	for (unsigned i = 0; i <= POLICY_BASIS_SELF; i++)
		ck_assert_str_ne(policy_basis_word((enum policy_basis)i), "");
	ck_assert(policy_standing_counts(POLICY_SUPERSEDED));
	ck_assert(!policy_standing_counts(POLICY_CLAIM));
	for (unsigned i = 1; i < NOTATIONS_STATUS_COUNT; i++)
		ck_assert_uint_ne(policy_status_roles((enum notations_status)i),
		    0);
	ck_assert_uint_eq(policy_status_roles(NOTATIONS_STATUS_LOST),
	    NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, the_newest_wins);
	tcase_add_test(t, winners_conflict);
	tcase_add_test(t, the_end_is_the_end);
	tcase_add_test(t, code_is_as_good_as_its_worst);
	tcase_add_test(t, history);
	tcase_add_test(t, scopes);
	tcase_add_test(t, words);
}

int
main(void)
{
	return fixture_run("policy_fold", add);
}
