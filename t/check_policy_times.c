/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules e4.1, e4.2 and e4.6: which statements count at a time. M is the maker
 * of device D, O the owner that M names, S a stranger.
 */
#include "policy_told.h"

#define BORN  "M 100 manu=Acme owner=@O\n"
#define BEGUN "maker=M/first owner=O/owner | authorised:manufacturer/first "
#define NOW(t)                                 \
	{                                      \
		.at = (t), .skew = POLICY_SKEW \
	}

static const struct told_row dates[] = {
	{ "nobody said anything", false, "", NOW(50), "none |" },
	{ "fourteen minutes ahead counts", false,
	    BORN "O 10840 status=active\n", NOW(10000),
	    "active #2 " BEGUN "authorised:owner/owner" },
	{ "sixteen minutes ahead waits", false, BORN "O 10960 status=active\n",
	    NOW(10000), "none " BEGUN "quarantined" },
	{ "and counts when its time has come", false,
	    BORN "O 10960 status=active\n", NOW(10960),
	    "active #2 " BEGUN "authorised:owner/owner" },
	{ "a time past has no skew", false, BORN "O 101 status=active\n",
	    { .at = 100 }, "none " BEGUN "quarantined" },
	{ "the very second counts", false, BORN "O 101 status=active\n",
	    { .at = 101 }, "active #2 " BEGUN "authorised:owner/owner" },
	{ "an issuer whose certificate is not here", false,
	    BORN "party O unknown=1\nO 200 status=lost\n", NOW(300),
	    "none " BEGUN "unknown-issuer" },
	{ "older than the issuer's key", false,
	    BORN "party O created=201\nO 200 status=lost\n"
		 "O 201 status=active\n",
	    NOW(300), "active #3 " BEGUN "early authorised:owner/owner" },
	{ "older than the subject's key", false,
	    "party D created=90\nM 0 manu=Bolt\n" BORN, NOW(300),
	    "none maker=M/first owner=O/owner | early "
	    "authorised:manufacturer/first" },
	{ "the key had expired", false,
	    BORN "party O expires=200\nO 199 status=active\n"
		 "O 200 status=lost\n",
	    NOW(300), "active #2 " BEGUN "authorised:owner/owner late" },
	{ "the key was retired: what is older stays", false,
	    BORN "party O soft=200\nO 199 status=active\n"
		 "O 200 status=lost\n",
	    NOW(300), "active #2 " BEGUN "authorised:owner/owner late" },
	{ "the key is compromised: all falls", false,
	    BORN "party O hard=200\nO 199 status=active\n", NOW(300),
	    "none " BEGUN "fallen" },
	{ "at a time before as well", false,
	    BORN "party O hard=200\nO 199 status=active\n", { .at = 199 },
	    "none " BEGUN "fallen" },
	{ "a statement limited in time", false,
	    BORN "O 200 status=lost expires=250\n", { .at = 249 },
	    "lost #2 " BEGUN "authorised:owner/owner" },
	{ "its end is not in it", false, BORN "O 200 status=lost expires=250\n",
	    { .at = 250 }, "none " BEGUN "expired" },
};

static const struct told_row known[] = {
	{ "not known yet", false,
	    "M 100 manu=Acme owner=@O pos=5\nO 200 status=lost pos=9\n",
	    { .at = 300, .known_at = 8 }, "none " BEGUN "unseen" },
	{ "known at its position", false,
	    "M 100 manu=Acme owner=@O pos=5\nO 200 status=lost pos=9\n",
	    { .at = 300, .known_at = 9 },
	    "lost #2 " BEGUN "authorised:owner/owner" },
	{ "no position is known", false,
	    "M 100 manu=Acme owner=@O\nO 200 status=lost pos=9\n",
	    { .at = 300, .known_at = 9 },
	    "lost #2 " BEGUN "authorised:owner/owner" },
	{ "the compromise was not known yet", false,
	    BORN "party O hard=200 at=9\nO 199 status=active\n",
	    { .at = 300, .known_at = 8 },
	    "active #2 " BEGUN "authorised:owner/owner" },
	{ "the compromise was known", false,
	    BORN "party O hard=200 at=9\nO 199 status=active\n",
	    { .at = 300, .known_at = 9 }, "none " BEGUN "fallen" },
	{ "the retirement was not known yet", false,
	    BORN "party O soft=150 at=9\nO 199 status=active\n",
	    { .at = 300, .known_at = 8 },
	    "active #2 " BEGUN "authorised:owner/owner" },
	{ "a withdrawal not known yet", false,
	    BORN "O 200 status=lost\nO 210 revokes=#2 pos=9\n",
	    { .at = 300, .known_at = 8 },
	    "lost #2 " BEGUN "authorised:owner/owner unseen" },
	{ "back-dated: known later, dated earlier", false,
	    "M 100 manu=Acme owner=@O pos=5\nO 200 status=lost pos=6\n"
	    "O 150 status=active pos=7\n",
	    { .at = 300 },
	    "lost #2 " BEGUN "authorised:owner/owner superseded+backdated" },
	{ "not when both came at once", false,
	    "M 100 manu=Acme owner=@O pos=5\nO 200 status=lost pos=6\n"
	    "O 150 status=active pos=6\n",
	    { .at = 300 },
	    "lost #2 " BEGUN "authorised:owner/owner superseded" },
	{ "what waits betrays nobody", false,
	    "M 100 manu=Acme owner=@O pos=5\nS 900 reason=x pos=6\n"
	    "O 150 status=active pos=7\n",
	    { .at = 300 },
	    "active #3 " BEGUN "quarantined authorised:owner/owner" },
};

static const struct told_row taken_back[] = {
	{ "a certification, by 0x30", false,
	    BORN "O 200 status=lost\nO 210 withdrawal=1\n", NOW(300),
	    "none " BEGUN "withdrawn authorised:itself/self" },
	{ "in the same second", false,
	    BORN "O 200 status=lost\nO 200 withdrawal=1\n", NOW(300),
	    "none " BEGUN "withdrawn authorised:itself/self" },
	{ "not what was certified after it", false,
	    BORN "O 211 status=lost\nO 210 withdrawal=1\n", NOW(300),
	    "lost #2 " BEGUN "authorised:owner/owner claim" },
	{ "not a record", false,
	    BORN "O 200 status=lost carrier=record\nO 210 withdrawal=1\n",
	    NOW(300), "lost #2 " BEGUN "authorised:owner/owner claim" },
	{ "not another's", false,
	    BORN "O 200 status=lost\nS 210 withdrawal=1\n", NOW(300),
	    "lost #2 " BEGUN "authorised:owner/owner claim" },
	{ "not before its date", false,
	    BORN "O 200 status=lost\nO 210 withdrawal=1\n", { .at = 209 },
	    "lost #2 " BEGUN "authorised:owner/owner quarantined" },
	{ "not by one that has ended", false,
	    BORN "O 200 status=lost\nO 210 withdrawal=1 expires=220\n",
	    NOW(300), "lost #2 " BEGUN "authorised:owner/owner expired" },
	{ "by a key that had expired", false,
	    BORN "party O expires=205\nO 200 status=lost\n"
		 "O 210 withdrawal=1\n",
	    NOW(300), "lost #2 " BEGUN "authorised:owner/owner late" },
	{ "a record, by revokes@", false,
	    BORN "O 200 status=lost carrier=record\nO 210 revokes=#2\n",
	    NOW(300), "none " BEGUN "withdrawn authorised:owner/owner" },
	{ "a certification, by revokes@", false,
	    BORN "O 200 status=lost\nO 210 revokes=#2 carrier=record\n",
	    NOW(300), "none " BEGUN "withdrawn authorised:owner/owner" },
	{ "a stranger takes back his own claim", false,
	    BORN "S 200 status=lost\nS 210 revokes=#2\n", NOW(300),
	    "none " BEGUN "withdrawn authorised:itself/self" },
	{ "revokes@ of another's is a claim", false,
	    BORN "O 200 status=lost\nS 210 revokes=#2\n", NOW(300),
	    "lost #2 " BEGUN "authorised:owner/owner claim" },
	{ "with a state that replaces it", false,
	    BORN "O 200 status=destroyed\nO 210 revokes=#2 status=lost\n",
	    NOW(300), "lost #3 " BEGUN "withdrawn authorised:owner/owner" },
	{ "a withdrawal stays, whoever takes it back", false,
	    BORN "O 200 status=lost\nO 210 revokes=#2\nO 220 revokes=#3\n",
	    NOW(300),
	    "none " BEGUN "withdrawn withdrawn authorised:owner/owner" },
	{ "a statement about another, which it names", false,
	    BORN "O 200 status=lost\nO 210 revokes=#2 about=#2\n", NOW(300),
	    "none " BEGUN "withdrawn authorised:owner/owner" },
};

static const struct told_row copies[] = {
	{ "one of them counts", false,
	    BORN "O 200 status=lost\nO 200 status=lost copy=#2\n", NOW(300),
	    "lost #3 " BEGUN "copy authorised:owner/owner" },
	{ "not of different issuers", false,
	    BORN "O 200 status=lost\nS 200 status=lost copy=#2\n", NOW(300),
	    "lost #2 " BEGUN "authorised:owner/owner claim" },
	{ "who takes back one takes back all", false,
	    BORN "O 200 status=lost\nO 200 status=lost copy=#2\n"
		 "O 210 revokes=#2\n",
	    NOW(300), "none " BEGUN "copy withdrawn authorised:owner/owner" },
	{ "whichever he names", false,
	    BORN "O 200 status=lost\nO 200 status=lost copy=#2\n"
		 "O 210 revokes=#3\n",
	    NOW(300), "none " BEGUN "copy withdrawn authorised:owner/owner" },
	{ "the one that was known counts", false,
	    BORN "O 200 status=lost\nO 200 status=lost copy=#2 pos=9\n",
	    { .at = 300, .known_at = 8 },
	    "lost #2 " BEGUN "authorised:owner/owner unseen" },
	{ "an offer is taken up by the name of a copy", false,
	    BORN "O 200 status=transferred owner=@N\n"
		 "O 200 status=transferred owner=@N copy=#2\n"
		 "N 210 status=active prev=#2\n",
	    NOW(300),
	    "active #4 maker=M/first owner=N/owner | "
	    "authorised:manufacturer/first copy superseded "
	    "authorised:owner/owner" },
};

#define ROWS(table) told_rows(table, sizeof(table) / sizeof((table)[0]))

START_TEST(dates_and_keys)
{
	ROWS(dates);
}
END_TEST

START_TEST(what_was_known)
{
	ROWS(known);
}
END_TEST

START_TEST(withdrawals)
{
	ROWS(taken_back);
}
END_TEST

START_TEST(copies_are_one)
{
	ROWS(copies);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, dates_and_keys);
	tcase_add_test(t, what_was_known);
	tcase_add_test(t, withdrawals);
	tcase_add_test(t, copies_are_one);
}

int
main(void)
{
	return fixture_run("policy_times", add);
}
