/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision: may this thing take part, now, for this purpose, and who says
 * so? Pure: from an item folded under a domain's rights, and the descriptor in
 * force. Every rule that has something to say speaks, in the order of
 * checks.def; one refusal refuses. What keys without rights say changes
 * nothing. Others include policy/policy.h.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/domain.h"
#include "policy/policy.h"

enum policy_rule {
#define X(id, word, check, words, help) POLICY_RULE_##id,
#include "policy/checks.def"
#undef X
	POLICY_RULES
};
const char *policy_rule_word(enum policy_rule rule);
const char *policy_rule_words(enum policy_rule rule);
const char *policy_rule_help(enum policy_rule rule); /* what would supply it */

enum policy_purpose {
#define X(id, word, states, words) POLICY_FOR_##id,
#include "policy/purposes.def"
#undef X
	POLICY_PURPOSES
};
const char *policy_purpose_word(enum policy_purpose purpose);
/* A domain's own word is POLICY_FOR_COMMUNICATE. */
enum policy_purpose policy_purpose_find(struct bytes word);

enum policy_tone {
	POLICY_FINE,	/* it spoke, and agrees */
	POLICY_WARNING, /* a "should" that is missing, an age near its end */
	POLICY_REFUSAL
};
const char *policy_tone_word(enum policy_tone tone);

struct policy_reason {
	enum policy_rule rule;
	enum policy_tone tone;
	size_t evidence;  /* index of a statement about the item, or
	                   * POLICY_NOBODY */
	unsigned missing; /* roles whose word is missing */
	int line;	  /* of the descriptor; 0: none */
};

#define POLICY_REASONS_MAX 64 /* told; the others decide all the same */
struct policy_decision {
	bool is_allowed;
	bool is_stale; /* allowed by grace only, or refused for age alone */
	struct policy_reason at[POLICY_REASONS_MAX];
	size_t n;
	int64_t age; /* of what it rests on, seconds; 0 at the source */
};

struct policy_install {
	const struct policy_question *device;
	const struct policy_state *device_state;
	const struct policy_facts *device_facts;
	const struct notations_set
	    *running;	   /* of the code that runs on it: what
	                                      * says its code-seq@; NULL: nothing
	                                      * is known */
	bool has_rollback; /* a rightful rollback to this code stands */
};
struct policy_asking {
	const struct policy_domain *domain; /* in force; NULL: no domain */
	size_t member;			    /* rule that takes it, NOBODY */
	const struct policy_question *q;    /* as folded */
	const struct policy_state *state;
	const struct policy_facts *facts;
	const char *purpose;	  /* "communicate", "install", ... */
	int64_t created, expires; /* of the certificate; 0: none, never */
	enum pgp_revocation revoked;
	int64_t data_at; /* when the newest word of upstream came; 0: we are
	                  * the source */
	int64_t at;
	/* May this code be installed on that device? Else NULL. */
	const struct policy_install *install;
};

void policy_decide(const struct policy_asking *asking,
    struct policy_decision *decision);

#endif
