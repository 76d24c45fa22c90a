/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Table e3, who owns a device: M has made device D and names O, who hands it
 * to N, who hands it to P. S is a stranger, R a root.
 */
#include "policy_told.h"

#define NOW(t)                                 \
	{                                      \
		.at = (t), .skew = POLICY_SKEW \
	}
#define END  NOW(90000000)
#define BORN "M 100 manu=Acme owner=@O\n"
#define MADE "authorised:manufacturer/first "

static const struct told_row owners[] = {
	{ "named by the manufacturer", false, BORN "O 200 status=active\n", END,
	    "active #2 maker=M/first owner=O/owner | " MADE
	    "authorised:owner/owner" },
	{ "not by a stranger", false,
	    "M 100 manu=Acme\nS 150 owner=@S\nS 200 status=lost\n", END,
	    "none maker=M/first | " MADE "claim claim" },
	{ "not before he was named", false, BORN "O 99 status=lost\n", END,
	    "none maker=M/first owner=O/owner | " MADE "claim" },
	{ "the manufacturer corrects himself", false,
	    BORN "O 200 status=active\nM 300 owner=@N\nO 400 status=lost\n",
	    END,
	    "active #2 maker=M/first owner=N/owner | " MADE
	    "authorised:owner/owner " MADE "claim" },
	{ "and takes it back", false,
	    BORN "M 150 owner=@N carrier=record\n"
		 "M 180 revokes=#2 carrier=record\nO 200 status=active\n",
	    END,
	    "active #4 maker=M/first owner=O/owner | " MADE "withdrawn " MADE
	    "authorised:owner/owner" },
	{ "a naming that ends is good until then, whoever's clock is ahead",
	    false,
	    "M 100 manu=Acme\nM 150 owner=@O expires=300\nS 350 reason=x\n",
	    NOW(299), "none maker=M/first owner=O/owner | " MADE MADE "claim" },
	{ "and no longer", false,
	    "M 100 manu=Acme\nM 150 owner=@O expires=300\n"
	    "O 299 status=active\nO 300 status=lost\n",
	    NOW(300),
	    "active #3 maker=M/first | " MADE
	    "expired authorised:owner/owner claim" },
	{ "an offer alone hands nothing over", false,
	    BORN "O 200 status=transferred owner=@N\nN 300 status=active\n",
	    END,
	    "transferred #2 maker=M/first owner=O/owner | " MADE
	    "authorised:owner/owner claim" },
	{ "an answer takes it up", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\nO 400 status=lost\n"
		 "N 90000 status=suspended\n",
	    END,
	    "suspended #5 maker=M/first owner=N/owner | " MADE
	    "superseded superseded claim authorised:owner/owner" },
	{ "what the old owner said before goes with the offer", false,
	    BORN "O 150 status=suspended\n"
		 "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#3\n",
	    END,
	    "active #4 maker=M/first owner=N/owner | " MADE
	    "superseded superseded authorised:owner/owner" },
	{ "in one second", false,
	    BORN "O 200 status=transferred owner=@A\n"
		 "A 200 status=active prev=#2\n",
	    END,
	    "active #3 maker=M/first owner=A/owner | " MADE
	    "superseded authorised:owner/owner" },
	{ "not by another than he who was named", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "S 300 status=active prev=#2\n",
	    END,
	    "transferred #2 maker=M/first owner=O/owner | " MADE
	    "authorised:owner/owner claim" },
	{ "not what a stranger offers", false,
	    BORN "S 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\n",
	    END, "none maker=M/first owner=O/owner | " MADE "claim claim" },
	{ "not before it was offered", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 199 status=active prev=#2\n",
	    END,
	    "transferred #2 maker=M/first owner=O/owner | " MADE
	    "authorised:owner/owner claim" },
	{ "not what was taken back", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "O 250 withdrawal=1\nN 300 status=active prev=#2\n",
	    END,
	    "none maker=M/first owner=O/owner | " MADE
	    "withdrawn authorised:itself/self claim" },
	{ "not what has ended", false,
	    BORN "O 200 status=transferred owner=@N expires=300\n"
		 "N 300 status=active prev=#2\n",
	    END, "none maker=M/first owner=O/owner | " MADE "expired claim" },
	{ "once taken up it stays", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\nO 400 withdrawal=1\n",
	    END,
	    "active #3 maker=M/first owner=N/owner | " MADE
	    "withdrawn authorised:owner/owner authorised:itself/self" },
	{ "who takes back his answer keeps the device, and says nothing", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\nN 400 withdrawal=1\n",
	    END,
	    "transferred #2 maker=M/first owner=N/owner | " MADE
	    "authorised:owner/owner withdrawn authorised:itself/self" },
	{ "nor does a former owner undo the chain behind him", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\n"
		 "N 400 status=transferred owner=@P\n"
		 "P 500 status=active prev=#4\nN 600 withdrawal=1\n",
	    END,
	    "active #5 maker=M/first owner=P/owner | " MADE
	    "superseded withdrawn withdrawn authorised:owner/owner "
	    "authorised:itself/self" },
	{ "the manufacturer names no more", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\nM 400 owner=@S\n",
	    END,
	    "active #3 maker=M/first owner=N/owner | " MADE
	    "superseded authorised:owner/owner authorised:manufacturer/first" },
	{ "an offer is good once, and while its maker owns", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "O 210 status=transferred owner=@P\n"
		 "N 300 status=active prev=#2\nP 310 status=active prev=#3\n"
		 "N 320 status=transferred owner=@O\n"
		 "O 330 status=active prev=#6\nN 340 status=active prev=#2\n",
	    END,
	    "active #7 maker=M/first owner=O/owner | " MADE
	    "superseded superseded superseded claim superseded "
	    "authorised:owner/owner claim" },
	{ "by what kind@ is a transfer", false,
	    BORN "O 200 owner=@N carrier=record kind=transfer\n"
		 "N 300 status=active prev=#2\n",
	    END,
	    "active #3 maker=M/first owner=N/owner | " MADE
	    "authorised:owner/owner authorised:owner/owner" },
	{ "the manufacturer hands over what nobody owns", false,
	    "M 100 manu=Acme\nM 200 status=transferred owner=@N\n"
	    "N 300 status=active prev=#2\n",
	    END,
	    "active #3 maker=M/first owner=N/owner | " MADE
	    "superseded authorised:owner/owner" },
	{ "not what somebody owns", false,
	    BORN "M 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\n",
	    END, "none maker=M/first owner=O/owner | " MADE "claim claim" },
	{ "a compromised owner's hand-over falls", false,
	    BORN "party O hard=999\nO 200 status=transferred owner=@N\n"
		 "N 300 status=active prev=#2\n",
	    END, "none maker=M/first owner=O/owner | " MADE "fallen claim" },
	{ "by a right", false,
	    "right O owner Acme\nright M manufacturer\nM 100 manu=Acme\n"
	    "O 200 status=lost\n",
	    END,
	    "lost #2 maker=M/right owner=O/right | "
	    "authorised:manufacturer/right authorised:owner/right" },
	{ "by a grant while it lasts", false,
	    "root R\n>O R 50 role=owner;until=1970-01-01T00:05:00Z\n"
	    "O 200 status=lost\n",
	    NOW(299), "lost #2 owner=O/grant | - authorised:owner/grant" },
	{ "what was said stays said", false,
	    "root R\n>O R 50 role=owner;until=1970-01-01T00:05:00Z\n"
	    "O 200 status=lost\n",
	    NOW(300), "lost #2 | - authorised:owner/grant" },
	{ "not by a root: it speaks as owner and is none", false,
	    "root R\nR 200 status=lost\n", END,
	    "lost #1 | authorised:owner/root" },
	{ "a right to own offers, too", false,
	    "right O owner\nright M manufacturer\nM 100 manu=Acme\n"
	    "O 200 status=transferred owner=@N\nN 300 status=active prev=#2\n",
	    END,
	    "active #3 maker=M/right owner=N/owner | "
	    "authorised:manufacturer/right superseded "
	    "authorised:owner/owner" },
};

START_TEST(who_owns_it)
{
	told_rows(owners, sizeof(owners) / sizeof(owners[0]));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, who_owns_it);
}

int
main(void)
{
	return fixture_run("policy_owners", add);
}
