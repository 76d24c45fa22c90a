/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domains: rights that begin and end, that may be given on, states that need
 * several, and a line of descriptors as rights over time.
 */
#include "policy_told.h"

#define ROWS(table) told_rows(table, sizeof(table) / sizeof((table)[0]))
#define END                                         \
	{                                           \
		.at = 90000000, .skew = POLICY_SKEW \
	}

static const struct told_row times[] = {
	{ "before, within and behind its days", false,
	    "days M manufacturer 100 200\nM 99 manu=Acme\nM 100 manu=Acme\n"
	    "M 199 manu=Acme\nM 200 manu=Acme\n",
	    END,
	    "none maker=M/right | claim authorised:manufacturer/right "
	    "authorised:manufacturer/right claim" },
	{ "for ever", false, "days M manufacturer 100 0\nM 999 manu=Acme\n",
	    END, "none maker=M/right | authorised:manufacturer/right" },
	{ "one successor after the other", false,
	    "root R\ndays O owner 0 100\ndays N owner 100 0\n"
	    "R 10 manu=Acme\nO 50 status=active\nO 150 status=lost\n"
	    "N 150 status=suspended\n",
	    END,
	    "suspended #4 conflict #2 maker=R/root owner=N/right | "
	    "authorised:manufacturer/root authorised:owner/right claim "
	    "authorised:owner/right" },
};

static const struct told_row givers[] = {
	{ "his own role", false,
	    "root R\nregrant M owner\n>O M 50 role=owner\n"
	    "O 100 status=lost\n",
	    END, "lost #2 owner=O/grant | - authorised:owner/grant" },
	{ "no other", false,
	    "root R\nregrant M owner\n>O M 50 role=operator\n"
	    "O 100 status=suspended\n",
	    END, "none | - claim" },
	{ "and not further", false,
	    "root R\nregrant M owner\n>N M 50 role=owner\n"
	    ">O N 60 role=owner\nO 100 status=lost\n",
	    END, "none | - - claim" },
	{ "no right to give without saying so", false,
	    "root R\nright M owner\n>O M 50 role=owner\n"
	    "O 100 status=lost\n",
	    END, "none | - claim" },
	{ "within his scope", false,
	    "root R\nregrant M integrator Acme\n>I M 50 role=integrator\n"
	    "R 60 manu=Bolt\nI 100 status=planned\n",
	    END, "none maker=R/root | - authorised:manufacturer/root claim" },
};

static const struct told_row several[] = {
	{ "one is not enough", false,
	    "right O owner\nright N owner\nrule stolen owner 2 0 0\n"
	    "N 50 status=active\nO 100 status=stolen\n",
	    END, "active #1 owner=N/right | authorised:owner/right pending" },
	{ "two are", false,
	    "right O owner\nright N owner\nrule stolen owner 2 0 0\n"
	    "N 50 status=active\nO 100 status=stolen\nN 110 status=stolen\n",
	    END,
	    "stolen #3 owner=N/right | superseded authorised:owner/right "
	    "authorised:owner/right" },
	{ "one who says it twice is one", false,
	    "right O owner\nrule stolen owner 2 0 0\n"
	    "O 100 status=stolen\nO 110 status=stolen\n",
	    END, "none | pending pending" },
	{ "strangers do not count", false,
	    "right O owner\nrule stolen owner 2 0 0\n"
	    "O 100 status=stolen\nS 110 status=stolen\n",
	    END, "none | pending claim" },
	{ "who has said otherwise since does not", false,
	    "right O owner\nright N owner\nrule stolen owner 2 0 0\n"
	    "O 100 status=stolen\nO 105 status=active\n"
	    "N 110 status=stolen\n",
	    END,
	    "active #2 owner=O/right | pending authorised:owner/right "
	    "pending" },
	{ "who took it back does not", false,
	    "right O owner\nright N owner\nrule stolen owner 2 0 0\n"
	    "O 100 status=stolen carrier=record\nO 105 revokes=#1\n"
	    "N 110 status=stolen\n",
	    END,
	    "none owner=O/right | withdrawn authorised:owner/right pending" },
	{ "what waits takes nothing back", false,
	    "right O owner\nright N owner\nrule lost owner 2 0 0\n"
	    "rule stolen owner 2 0 0\nO 100 status=lost\nN 101 status=lost\n"
	    "O 110 status=stolen\n",
	    END,
	    "lost #2 owner=N/right | authorised:owner/right "
	    "authorised:owner/right pending" },
	{ "destroyed stays said", false,
	    "right O owner\nright N owner\nrule destroyed owner 2 0 0\n"
	    "O 100 status=destroyed\nO 105 status=active\n"
	    "N 110 status=destroyed\n",
	    END,
	    "destroyed #3 final owner=N/right | authorised:owner/right "
	    "superseded authorised:owner/right" },
	{ "the rule of the day on which it was said", false,
	    "right O owner\nrule stolen owner 2 100 0\n"
	    "O 99 status=stolen\n",
	    END, "stolen #1 owner=O/right | authorised:owner/right" },
	{ "other roles than usual", false,
	    "right P operator\nright O owner\nrule lost operator 1 0 0\n"
	    "P 100 status=lost\nO 110 status=lost\n",
	    END, "lost #1 | authorised:operator/right claim" },
	{ "the roles of the table where only the number is said", false,
	    "right P operator\nright O owner\nrule lost - 1 0 0\n"
	    "P 100 status=lost\nO 110 status=lost\n",
	    END, "lost #2 owner=O/right | claim authorised:owner/right" },
	{ "code: a hole that two know", true,
	    "right N maintainer\nright C certification-body\n"
	    "rule vulnerable - 2 0 0\nN 10 code-status=released\n"
	    "C 20 code-status=vulnerable\n",
	    END, "released #1 | authorised:maintainer/right pending" },
};

START_TEST(tables)
{
	ROWS(times);
	ROWS(givers);
	ROWS(several);
}
END_TEST

/* ---- lines ----------------------------------------------------------------------- */

#define OWNER 0
#define FIRST 1
#define LATER 2

static char everything[] = "";
static struct policy_grant first_grants[2], later_grants[1];
static struct policy_state_rule rules[1];
static struct policy_domain one, two;
static const struct policy_domain *const both[] = { &one, &two };
static const struct policy_line line = { both, 2 };

static void
line_make(void)
{
	first_grants[0] = (struct policy_grant){ .fpr = make_fpr(FIRST),
		.roles = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER) |
			 NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OPERATOR),
		.scope = everything,
		.from = INT64_MIN,
		.until = INT64_MAX };
	first_grants[1] = first_grants[0];
	first_grants[1].from = 150;
	first_grants[1].until = 160;
	first_grants[1].fpr = make_fpr(LATER);
	later_grants[0] = first_grants[0];
	later_grants[0].fpr = make_fpr(LATER);
	rules[0] =
	    (struct policy_state_rule){ .status = NOTATIONS_STATUS_STOLEN,
		    .needs = 2,
		    .from = INT64_MIN,
		    .until = INT64_MAX };
	one = (struct policy_domain){ .serial = 1,
		.owner = make_fpr(OWNER),
		.signed_at = 100,
		.grants = first_grants,
		.grants_n = 2 };
	two = (struct policy_domain){ .serial = 2,
		.owner = make_fpr(OWNER),
		.signed_at = 200,
		.grants = later_grants,
		.grants_n = 1,
		.states = rules,
		.states_n = 1 };
}

static bool
holds(const struct policy_rights *rights, size_t who, enum notations_role role,
    int64_t at)
{
	struct pgp_fpr fpr = make_fpr(who);

	for (size_t i = 0; i < rights->n; i++)
		if (pgp_fpr_equal(&rights->at[i].fpr, &fpr) &&
		    rights->at[i].role == role && at >= rights->at[i].from &&
		    at < rights->at[i].until)
			return true;
	return false;
}

START_TEST(versions)
{
	struct policy_rights rights;

	line_make();
	policy_line_rights(&line, NULL, &rights);
	ck_assert(holds(&rights, OWNER, NOTATIONS_ROLE_NONE, 1));
	ck_assert(holds(&rights, OWNER, NOTATIONS_ROLE_NONE, 500));
	ck_assert(holds(&rights, FIRST, NOTATIONS_ROLE_OWNER, 1));
	ck_assert(holds(&rights, FIRST, NOTATIONS_ROLE_OPERATOR, 199));
	ck_assert(!holds(&rights, FIRST, NOTATIONS_ROLE_OWNER, 200));
	ck_assert(!holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 149));
	ck_assert(holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 159));
	ck_assert(!holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 160));
	ck_assert(holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 200));
	ck_assert_ptr_null(policy_rights_rule(&rights, NOTATIONS_STATUS_STOLEN,
	    199));
	ck_assert_ptr_nonnull(policy_rights_rule(&rights,
	    NOTATIONS_STATUS_STOLEN, 200));
	policy_rights_release(&rights);
	ck_assert_ptr_eq(policy_line_at(&line, 1), &one);
	ck_assert_ptr_eq(policy_line_at(&line, 199), &one);
	ck_assert_ptr_eq(policy_line_at(&line, 200), &two);
}
END_TEST

START_TEST(reaches_back)
{
	struct policy_rights rights;

	line_make();
	later_grants[0].from = 50;
	policy_line_rights(&line, NULL, &rights);
	ck_assert(!holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 49));
	ck_assert(holds(&rights, LATER, NOTATIONS_ROLE_OWNER, 50));
	policy_rights_release(&rights);
}
END_TEST

/* A later serial with an earlier date: nothing of the older one is left. */
START_TEST(dates_back)
{
	struct policy_rights rights;

	line_make();
	two.signed_at = 90;
	policy_line_rights(&line, NULL, &rights);
	ck_assert(holds(&rights, FIRST, NOTATIONS_ROLE_OWNER, 89));
	ck_assert(!holds(&rights, FIRST, NOTATIONS_ROLE_OWNER, 90));
	ck_assert_ptr_eq(policy_line_at(&line, 95), &two);
	policy_rights_release(&rights);
}
END_TEST

START_TEST(behind_a_base)
{
	struct policy_right right = { .fpr = make_fpr(7) };
	const struct policy_rights base = { .at = &right, .n = 1 };
	struct policy_rights rights;

	line_make();
	policy_line_rights(&line, &base, &rights);
	ck_assert(rights.is_sorted);
	ck_assert_uint_eq(rights.n, 9);
	for (size_t i = 1; i < rights.n; i++)
		ck_assert_int_le(rights.at[i - 1].fpr.b[0],
		    rights.at[i].fpr.b[0]);
	policy_rights_release(&rights);
}
END_TEST

/* ---- members ------------------------------------------------------------------------ */

START_TEST(members)
{
	struct notations_entry said[] = {
		{ .name = NOTATIONS_NAME_MANU, .value = bytes_of_str("ACME") },
		{ .name = NOTATIONS_NAME_MODEL,
		    .value = bytes_of_str("T1000") },
	};
	const struct notations_set set = { said, 2, 2 };
	const struct notations_set *const sets[] = { &set };
	struct notations_subject named[2] = { 0 }, it;
	struct pgp_fpr fpr = make_fpr(3);
	struct policy_member rows[2] = {
		{ .kind = NOTATIONS_ENTITY_GATEWAY },
		{ .kind = NOTATIONS_ENTITY_DEVICE,
		    .where = { .at = { { NOTATIONS_NAME_MANU,
					   (char[]){ "acme" } },
				   { NOTATIONS_NAME_MODEL, (char[]){ "T*" } } },
			.n = 2 },
		    .certified_by =
			NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER) },
	};
	const struct policy_domain d = { .members = rows, .members_n = 2 };
	struct policy_facts facts = { .subject = &it,
		.kind = NOTATIONS_ENTITY_DEVICE,
		.sets = sets,
		.sets_n = 1,
		.certified = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER) };

	notations_subject_of_fpr(&fpr, &it);
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), 1);
	facts.certified = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER);
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), POLICY_NOBODY);
	facts.kind = NOTATIONS_ENTITY_GATEWAY;
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), 0);
	facts.is_code = true;
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), POLICY_NOBODY);
	named[1] = it;
	fpr = make_fpr(9);
	notations_subject_of_fpr(&fpr, &named[0]);
	policy_subjects_sort(named, 2);
	rows[0].items = named;
	rows[0].items_n = 2;
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), 0);
	fpr = make_fpr(4);
	notations_subject_of_fpr(&fpr, &it);
	ck_assert_uint_eq(policy_domain_takes(&d, &facts), POLICY_NOBODY);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, tables);
	tcase_add_test(t, versions);
	tcase_add_test(t, reaches_back);
	tcase_add_test(t, dates_back);
	tcase_add_test(t, behind_a_base);
	tcase_add_test(t, members);
}

int
main(void)
{
	return fixture_run("policy_domain", add);
}
