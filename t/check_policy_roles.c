/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Table e3: who may say what, and why. R is a root, G a registrar, M makes
 * device D, O owns it, S is a stranger.
 */
#include "policy_told.h"

#define ROWS(table) told_rows(table, sizeof(table) / sizeof((table)[0]))
#define NOW(t)                                 \
	{                                      \
		.at = (t), .skew = POLICY_SKEW \
	}
#define END NOW(90000000)

static const struct told_row makers[] = {
	{ "the first, where no rights are configured", false,
	    "S 90 reason=x\nM 100 manu=Acme\nS 110 manu=Bolt\n", END,
	    "none maker=M/first | claim authorised:manufacturer/first claim" },
	{ "never the device itself", false,
	    "D 50 kind=device host=x\nM 100 manu=Acme\n", END,
	    "none maker=M/first | authorised:itself/self "
	    "authorised:manufacturer/first" },
	{ "whom the device names goes before the first", false,
	    "D 50 maker=@M\nS 90 manu=Bolt\nM 100 manu=Acme\n", END,
	    "none maker=M/named | authorised:itself/self claim "
	    "authorised:manufacturer/named" },
	{ "unless it said nothing", false, "D 50 maker=@M\nS 90 manu=Bolt\n",
	    END,
	    "none maker=S/first | authorised:itself/self "
	    "authorised:manufacturer/first" },
	{ "only the oldest self-signature names", false,
	    "D 50 host=x\nD 60 maker=@S\nM 100 manu=Acme\nS 110 manu=Bolt\n",
	    END,
	    "none maker=M/first | authorised:itself/self "
	    "authorised:itself/self authorised:manufacturer/first claim" },
	{ "another's maker@ names nobody", false,
	    "M 40 manu=Acme\nS 50 maker=@S\n", END,
	    "none maker=M/first | authorised:manufacturer/first claim" },
	{ "not the first, where a right is configured", false,
	    "root R\nS 90 manu=Bolt\n", END, "none | claim" },
	{ "but whom the device names", false,
	    "root R\nD 50 maker=@M\nS 90 manu=Bolt\nM 100 manu=Acme\n", END,
	    "none maker=M/named | authorised:itself/self claim "
	    "authorised:manufacturer/named" },
	{ "a root", false, "root R\nR 100 manu=Acme\n", END,
	    "none maker=R/root | authorised:manufacturer/root" },
	{ "a right goes before the name", false,
	    "right B manufacturer\nD 50 maker=@M\nM 100 manu=Acme\n"
	    "B 110 manu=Bolt\n",
	    END,
	    "none maker=B/right | authorised:itself/self claim "
	    "authorised:manufacturer/right" },
	{ "of two with a right the first", false,
	    "right M manufacturer\nright B manufacturer\nB 110 manu=Bolt\n"
	    "M 100 manu=Acme\n",
	    END,
	    "none maker=M/right | authorised:manufacturer/right "
	    "authorised:manufacturer/right" },
	{ "of two with a right the one named", false,
	    "right M manufacturer\nright B manufacturer\nD 50 maker=@B\n"
	    "B 110 manu=Bolt\nM 100 manu=Acme\n",
	    END,
	    "none maker=B/right | authorised:itself/self "
	    "authorised:manufacturer/right authorised:manufacturer/right" },
	{ "within the scope", false,
	    "right M manufacturer acme/t*\nM 100 manu=Acme model=T1000\n", END,
	    "none maker=M/right | authorised:manufacturer/right" },
	{ "out of it", false,
	    "right M manufacturer Acme/T*\nM 100 manu=Acme model=X\n", END,
	    "none | claim" },
	{ "a scope is held against what the maker says, not the issuer", false,
	    "right M manufacturer Acme\nright B manufacturer Bolt\n"
	    "M 100 manu=Acme\nB 110 manu=Bolt status=destroyed\n",
	    END, "none maker=M/right | authorised:manufacturer/right claim" },
	{ "nor does the maker reach out of its own scope", false,
	    "right M manufacturer Acme\nright B manufacturer Bolt\n"
	    "M 100 manu=Acme\nM 200 manu=Bolt\nB 300 status=suspended\n",
	    END,
	    "none maker=M/right | authorised:manufacturer/right "
	    "authorised:manufacturer/right claim" },
	{ "who took his word back is no maker", false,
	    "M 100 manu=Acme\nM 110 withdrawal=1\nS 120 manu=Bolt\n", END,
	    "none maker=S/first | withdrawn authorised:itself/self "
	    "authorised:manufacturer/first" },
};

static const struct told_row grants[] = {
	{ "by a root", false,
	    "root R\n>M R 50 role=manufacturer\nM 100 manu=Acme\n", END,
	    "none maker=M/grant | - authorised:manufacturer/grant" },
	{ "by a stranger, and by oneself", false,
	    "root R\n>M S 50 role=manufacturer\n>M M 50 role=manufacturer\n"
	    "M 100 manu=Acme\n",
	    END, "none | - - claim" },
	{ "not before its date", false,
	    "root R\n>M R 101 role=manufacturer\nM 100 manu=Acme\n"
	    "M 101 manu=Acme\n",
	    END, "none maker=M/grant | - claim authorised:manufacturer/grant" },
	{ "not when it has ended", false,
	    "root R\n>M R 50 role=manufacturer;until=1970-01-01T00:01:40Z\n"
	    "M 99 manu=Acme\nM 100 manu=Acme\n",
	    END, "none maker=M/grant | - authorised:manufacturer/grant claim" },
	{ "not when the signature has", false,
	    "root R\n>M R 50 role=manufacturer expires=100\n"
	    "M 99 manu=Acme\nM 100 manu=Acme\n",
	    END, "none maker=M/grant | - authorised:manufacturer/grant claim" },
	{ "what was said before it was taken back stays", false,
	    "root R\n>M R 50 role=manufacturer\n>M R 100 withdrawal=1\n"
	    "M 99 manu=Acme\nM 100 manu=Acme\n",
	    END,
	    "none maker=M/grant | - - authorised:manufacturer/grant claim" },
	{ "a record taken back by its digest", false,
	    "root R\n>M R 50 role=manufacturer carrier=record\n"
	    ">M R 100 revokes=#1 carrier=record\n"
	    "M 99 manu=Acme\nM 100 manu=Acme\n",
	    END,
	    "none maker=M/grant | - - authorised:manufacturer/grant claim" },
	{ "a stranger takes nothing back", false,
	    "root R\n>M R 50 role=manufacturer\n>M S 60 revokes=#1\n"
	    "M 100 manu=Acme\n",
	    END, "none maker=M/grant | - - authorised:manufacturer/grant" },
	{ "by a root that is compromised", false,
	    "root R\nparty R hard=500\n>M R 50 role=manufacturer\n"
	    "M 100 manu=Acme\n",
	    END, "none | - claim" },
	{ "not known yet", false,
	    "root R\n>M R 50 role=manufacturer pos=9\nM 100 manu=Acme pos=3\n",
	    { .at = 1000, .known_at = 8 }, "none | - claim" },
	{ "by a registrar with a right", false,
	    "right G registrar\n>M G 50 role=manufacturer\nM 100 manu=Acme\n",
	    END, "none maker=M/grant | - authorised:manufacturer/grant" },
	{ "by a registrar of a root", false,
	    "root R\n>G R 40 role=registrar\n>M G 50 role=manufacturer\n"
	    "M 100 manu=Acme\n",
	    END, "none maker=M/grant | - - authorised:manufacturer/grant" },
	{ "not before he was one", false,
	    "root R\n>G R 60 role=registrar\n>M G 50 role=manufacturer\n"
	    "M 100 manu=Acme\n",
	    END, "none | - - claim" },
	{ "a registrar makes no registrar", false,
	    "root R\n>G R 40 role=registrar\n>H G 45 role=registrar\n"
	    ">M H 50 role=manufacturer\nM 100 manu=Acme\n",
	    END, "none | - - - claim" },
	{ "two registrars make each other nothing", false,
	    "root R\n>G H 40 role=registrar\n>H G 40 role=registrar\n"
	    ">M H 50 role=manufacturer\nM 100 manu=Acme\n",
	    END, "none | - - - claim" },
	{ "as far as its scope", false,
	    "root R\n>M R 50 role=manufacturer;scope=Acme/T*\n"
	    ">B R 50 role=manufacturer;scope=Acme/X*\n"
	    "B 90 manu=Acme model=T1000\nM 100 manu=Acme model=T1000\n",
	    END,
	    "none maker=M/grant | - - claim authorised:manufacturer/grant" },
	{ "and its giver's", false,
	    "root R\n>G R 40 role=registrar;scope=Bolt\n"
	    ">M G 50 role=manufacturer\nM 100 manu=Acme\n",
	    END, "none | - - claim" },
	{ "and his giver's", false,
	    "root R Bolt\n>G R 40 role=registrar\n"
	    ">M G 50 role=manufacturer\nM 100 manu=Acme\n",
	    END, "none | - - claim" },
	{ "with letters spelled out", false,
	    "right G registrar Acme\n>M G 50 role=manufacturer;scope=%41cme\n"
	    "M 100 manu=Acme\n",
	    END, "none maker=M/grant | - authorised:manufacturer/grant" },
	{ "told of a party: by a root, by a stranger, by itself", false,
	    "root R\nR 50 role=owner\nS 50 role=owner\nD 50 role=owner\n", END,
	    "none | authorised:registrar/root claim claim" },
	{ "told of a party: by a registrar of some scope", false,
	    "right G registrar Acme\nG 50 role=owner\nG 60 reason=x\n", END,
	    "none | authorised:registrar/right claim" },
};

/* In each row the last statement is the one in question. */
#define HELD                                                                  \
	"right M manufacturer\nright I integrator Acme\nright K integrator\n" \
	"right P operator\nright C certification-body\nright N maintainer\n"  \
	"M 100 manu=Acme owner=@O\n"
#define TOLD "maker=M/right owner=O/owner | authorised:manufacturer/right "

static const struct told_row rules[] = {
	{ "planned: manufacturer", false, HELD "M 200 status=planned\n", END,
	    "planned #2 " TOLD "authorised:manufacturer/right" },
	{ "planned: integrator", false, HELD "I 200 status=planned\n", END,
	    "planned #2 " TOLD "authorised:integrator/right" },
	{ "planned: not the owner", false, HELD "O 200 status=planned\n", END,
	    "none " TOLD "claim" },
	{ "active: manufacturer first", false, HELD "M 200 status=active\n",
	    END, "active #2 " TOLD "authorised:manufacturer/right" },
	{ "active: manufacturer, an owner's state in the same second", false,
	    HELD "O 200 status=active\nM 200 status=active\n", END,
	    "active #2 " TOLD
	    "authorised:owner/owner authorised:manufacturer/right" },
	{ "active: manufacturer, not when an owner has spoken", false,
	    HELD "O 199 status=suspended\nM 200 status=active\n", END,
	    "suspended #2 " TOLD "authorised:owner/owner claim" },
	{ "active: manufacturer, an owner's claim does not count", false,
	    HELD "O 199 status=planned\nM 200 status=active\n", END,
	    "active #3 " TOLD "claim authorised:manufacturer/right" },
	{ "active: owner", false, HELD "O 200 status=active\n", END,
	    "active #2 " TOLD "authorised:owner/owner" },
	{ "active: integrator with a scope", false,
	    HELD "I 200 status=active\n", END,
	    "active #2 " TOLD "authorised:integrator/right" },
	{ "active: integrator without one", false, HELD "K 200 status=active\n",
	    END, "none " TOLD "claim" },
	{ "active: not the operator", false, HELD "P 200 status=active\n", END,
	    "none " TOLD "claim" },
	{ "suspended: owner", false, HELD "O 200 status=suspended\n", END,
	    "suspended #2 " TOLD "authorised:owner/owner" },
	{ "suspended: manufacturer", false, HELD "M 200 status=suspended\n",
	    END, "suspended #2 " TOLD "authorised:manufacturer/right" },
	{ "suspended: operator", false, HELD "P 200 status=suspended\n", END,
	    "suspended #2 " TOLD "authorised:operator/right" },
	{ "suspended: not the integrator", false,
	    HELD "I 200 status=suspended\n", END, "none " TOLD "claim" },
	{ "lost: owner", false, HELD "O 200 status=lost\n", END,
	    "lost #2 " TOLD "authorised:owner/owner" },
	{ "lost: not the manufacturer", false, HELD "M 200 status=lost\n", END,
	    "none " TOLD "claim" },
	{ "stolen: owner", false, HELD "O 200 status=stolen\n", END,
	    "stolen #2 " TOLD "authorised:owner/owner" },
	{ "stolen: not the operator", false, HELD "P 200 status=stolen\n", END,
	    "none " TOLD "claim" },
	{ "stolen: never the device, be it its own owner", false,
	    "M 100 manu=Acme owner=@D\nD 200 status=active\n"
	    "D 300 status=stolen\n",
	    END,
	    "active #2 maker=M/first owner=D/owner | "
	    "authorised:manufacturer/first authorised:owner/owner claim" },
	{ "decommissioned: owner", false, HELD "O 200 status=decommissioned\n",
	    END, "decommissioned #2 " TOLD "authorised:owner/owner" },
	{ "decommissioned: manufacturer", false,
	    HELD "M 200 status=decommissioned\n", END,
	    "decommissioned #2 " TOLD "authorised:manufacturer/right" },
	{ "decommissioned: not the integrator", false,
	    HELD "I 200 status=decommissioned\n", END, "none " TOLD "claim" },
	{ "destroyed: owner", false, HELD "O 200 status=destroyed\n", END,
	    "destroyed #2 final " TOLD "authorised:owner/owner" },
	{ "destroyed: manufacturer", false, HELD "M 200 status=destroyed\n",
	    END, "destroyed #2 final " TOLD "authorised:manufacturer/right" },
	{ "destroyed: not a stranger", false, HELD "S 200 status=destroyed\n",
	    END, "none " TOLD "claim" },
	{ "transferred: owner", false,
	    HELD "O 200 status=transferred owner=@S\n", END,
	    "transferred #2 " TOLD "authorised:owner/owner" },
	{ "transferred: without owner@", false,
	    HELD "O 200 status=transferred\n", END, "none " TOLD "claim" },
	{ "transferred: not the manufacturer", false,
	    HELD "M 200 status=transferred owner=@S\n", END,
	    "none " TOLD "claim" },
	{ "the vocabulary: an approval", false,
	    HELD "C 200 approval=scheme=mdr;id=1\n", END,
	    "none approved " TOLD "authorised:certification-body/right" },
	{ "the vocabulary: not by the manufacturer", false,
	    HELD "M 200 approval=scheme=mdr;id=1\n", END,
	    "none " TOLD "claim" },
	{ "the vocabulary: each name by a role of its own", false,
	    "right C certification-body\nright C manufacturer\n"
	    "C 200 manu=Acme approval=scheme=mdr;id=1\n",
	    END,
	    "none approved maker=C/right | "
	    "authorised:certification-body/right" },
	{ "the vocabulary: one name that is not his", false,
	    HELD "C 200 reason=x label=ce:yes lot=7\n", END,
	    "none " TOLD "claim" },
	{ "the vocabulary: for all, if he has a part in it", false,
	    HELD "P 200 reason=x\n", END,
	    "none " TOLD "authorised:operator/right" },
	{ "the vocabulary: for all, a stranger", false, HELD "S 200 reason=x\n",
	    END, "none " TOLD "claim" },
	{ "the vocabulary: about a statement", false,
	    HELD "P 200 reason=x about=#1\n", END,
	    "none " TOLD "authorised:operator/right" },
	{ "a key taken back: by itself", false, HELD "D 200 kind=revocation\n",
	    END, "none " TOLD "authorised:itself/self" },
	{ "a key taken back: by another", false, HELD "O 200 kind=revocation\n",
	    END, "none " TOLD "claim" },
	{ "a state about a statement sets none", false,
	    HELD "O 200 status=lost about=#1\n", END,
	    "none " TOLD "authorised:owner/owner" },
};

START_TEST(who_made_it)
{
	ROWS(makers);
}
END_TEST

START_TEST(grants_and_registrars)
{
	ROWS(grants);
}
END_TEST

START_TEST(who_may_set_what)
{
	ROWS(rules);
}
END_TEST

START_TEST(no_rights_at_all)
{
	struct policy_party parties[MAKE_PARTIES];
	struct make_layout *l = alloc_new(sizeof(*l));
	struct policy_question q;
	struct policy_state state;
	struct make_world w;

	make_init(&w, false);
	make_lines(&w, "M 100 manu=Acme\n");
	make_layout_init(&w, l);
	make_question(&w, l, parties, &q);
	q.rights = NULL;
	q.when = (struct policy_time){ .at = 200 };
	policy_fold(&q, &state);
	ck_assert_int_eq(state.manufacturer_basis, POLICY_BASIS_FIRST);
	policy_state_release(&state);
	make_release(&w);
	free(l);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, who_made_it);
	tcase_add_test(t, grants_and_registrars);
	tcase_add_test(t, who_may_set_what);
	tcase_add_test(t, no_rights_at_all);
}

int
main(void)
{
	return fixture_run("policy_roles", add);
}
