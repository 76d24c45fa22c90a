/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. The decision: may this thing take part, now, for this purpose, and
 * who says so? Pure: from an item folded under a domain's rights, and the
 * descriptor in force. Every rule speaks: checks.def has a row each, in their
 * order. Others include policy/policy.h.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/domain.h"
#include "policy/policy.h"

/* X(id, word, words, help): the rules. Examples of ids: MEMBER, CERTIFICATE
 * (expired, revoked), STATE (not active, stolen...), MUST, SHOULD, FRESH,
 * GRACE, SUBSTITUTED, CODE_STATE, WINDOW, DOWNGRADE, APPROVED, EXTERNAL. */
enum policy_rule {
#define X(id, word, words, help) POLICY_RULE_##id,
#include "policy/checks.def"
#undef X
	POLICY_RULES
};
const char *policy_rule_word(enum policy_rule rule);
const char *policy_rule_words(enum policy_rule rule);
const char *policy_rule_help(enum policy_rule rule); /* what would supply it */

enum policy_tone {
	POLICY_FINE,	/* it spoke, and agrees */
	POLICY_WARNING, /* a "should" that is missing, an age near its end */
	POLICY_REFUSAL
};

struct policy_reason {
	enum policy_rule rule;
	enum policy_tone tone;
	size_t evidence;  /* index of a statement, or POLICY_NOBODY */
	unsigned missing; /* roles whose word is missing */
	int line;	  /* of the descriptor; 0: none */
};

#define POLICY_REASONS_MAX 64
struct policy_decision {
	bool is_allowed;
	bool is_stale; /* allowed by grace only, or refused for age alone */
	struct policy_reason at[POLICY_REASONS_MAX];
	size_t n;
	int64_t age; /* of what it rests on, seconds; -1 unknown */
};

struct policy_asking {
	const struct policy_domain *domain; /* in force; NULL: no domain */
	size_t member;			    /* rule that takes it, NOBODY */
	const struct policy_question *q;    /* as folded */
	const struct policy_state *state;
	const struct policy_facts *facts;
	const char *purpose;	  /* "communicate", "install", ... */
	int64_t created, expires; /* of the certificate */
	enum pgp_revocation revoked;
	int64_t data_at; /* when the newest word of upstream came; 0: we are
	                  * the source */
	int64_t at;
	/* For an update, else NULL: the device and what runs on it now. */
	const struct policy_install *install;
};
struct policy_install {
	const struct policy_question *device;
	const struct policy_state *device_state;
	const struct policy_facts *device_facts;
	const struct notations_set *running; /* the code statement in force on
	                                      * it, NULL: nothing known */
	bool has_rollback; /* a rightful rollback to this code stands */
};

void policy_decide(const struct policy_asking *asking,
    struct policy_decision *decision);

#endif
