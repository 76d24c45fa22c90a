/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May the peer with this fingerprint talk to us? Yes is 0, no is 1, and 2 is
 * that the server cannot be reached.
 *
 *	cc peer.c -lics -o peer && ./peer http://10.7.0.1:11371 FINGERPRINT
 */
#include <ics.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	struct ics *ics = argc == 3 ? ics_open(argv[1]) : NULL;
	struct ics_question peer = { .subject = argc == 3 ? argv[2] : NULL };
	struct ics_answer answer;
	bool is_yes = ics_is_allowed(ics_check(ics, &peer, &answer));

	ics_close(ics);
	printf("%s %s\n", is_yes ? "yes" : "no", answer.rule);
	return is_yes ? 0 : answer.verdict == ICS_UNREACHABLE ? 2 : 1;
}
