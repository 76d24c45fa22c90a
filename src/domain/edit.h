/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A descriptor changed where it stands: comments, order and blanks of all
 * else stay. Every edit takes a text that domain_read takes and appends one
 * that it takes, too; the serial is domain_serial_set's.
 *
 *	edit/place.c   where something goes, or what goes with it
 *	edit/grant.c   roles given and taken
 *	edit/set.c     words of the domain, and of its read block
 *
 * Others include domain/domain.h.
 */
#ifndef DOMAIN_EDIT_H
#define DOMAIN_EDIT_H

#include "base/buf.h"
#include "policy/policy.h"

struct domain_complaints;

enum domain_edited {
	DOMAIN_EDIT_DONE,
	DOMAIN_EDIT_SAME, /* it says so already; nothing is appended */
	DOMAIN_EDIT_BAD	  /* with complaints; what is appended is no text */
};

/* What an edit leaves. */
struct domain_edit_end {
	struct buf *out;	     /* lent: the text is appended */
	struct domain_complaints *c; /* lent; likewise */
	int line;		     /* of SAME: where it says so, or 0 */
};

/*
 * Give roles to a party: a fingerprint, or the name of one of the text's
 * parties. A grant of the same party with the same scope and times gets what
 * it lacks; else there is one more behind the others. Of g all but fpr and
 * line is read.
 */
enum domain_edited domain_edit_grant(struct bytes text, const char *who,
    const struct policy_grant *g, struct domain_edit_end *end);

/* Take these roles (0: all) from every grant of a party; a grant without any
 * goes. SAME: it has none of them. */
enum domain_edited domain_edit_revoke(struct bytes text, const char *who,
    unsigned roles, struct domain_edit_end *end);

/*
 * "WORD=VALUE" or "read.WORD=VALUE": have the word say that, values of a list
 * with commas between them. "+=" adds to a list, "-=" takes out of it; "WORD="
 * takes the word away.
 */
enum domain_edited domain_edit_set(struct bytes text, const char *said,
    struct domain_edit_end *end);

#endif
