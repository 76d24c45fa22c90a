/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of look/ share: a question as a world of statements. */
#ifndef DOMAIN_LOOKING_H
#define DOMAIN_LOOKING_H

#include "domain/writing.h"

/* How a party's word would be taken. */
struct domain_spoken {
	bool may;	 /* it would count */
	bool is_pending; /* but not before others say so, too */
	unsigned roles;	 /* that it was given as it spoke */
};

/*
 * Have the party say at a time what is asked, of a thing that the owner of
 * the domain describes, to a server with this descriptor and no other right.
 */
struct domain_spoken domain_speak(const struct policy_domain *d,
    const struct domain_case *q, int64_t at);

/* A thing as membership and decisions see it. Release both. */
struct domain_seen {
	struct notations_subject subject;
	struct notations_set set;
	const struct notations_set *sets[1];
	struct policy_facts facts;
	enum notations_status status;
};
void domain_thing_see(const struct domain_thing *thing,
    struct domain_seen *seen);
void domain_seen_release(struct domain_seen *seen);

/* Words of a case about an installation: how many were taken, with the one
 * behind it; 0: it is none, or what is behind it is wrong. */
size_t domain_install_take(struct domain_installing *install, const char *word,
    const char *next);
void domain_installing_release(struct domain_installing *install);

/* Decide what is asked, with its code as seen. */
void domain_install_decide(struct policy_asking *asking,
    const struct domain_installing *install, struct policy_decision *decision);

#endif
