/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pure judgement: who may say what, and what is so at a time. No I/O, no
 * clock, no store: the answer is a function of the statements, the parties
 * who made them, the configured roots and the time asked about, and never of
 * the order in which anything is given. So servers that hold the same
 * statements agree.
 *
 * The rules are rows: rules.def (who may set which status, by role),
 * standings.def (how each statement was taken, in words).
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "notations/notations.h"

#define POLICY_SKEW	900   /* seconds that a clock may be ahead: rule e4.2 */
#define POLICY_CONFLICT 86400 /* seconds within which winners conflict: e4.4 */
#define POLICY_NOBODY	SIZE_MAX

/* Rights given by the operator (or by --anchor): the roots. A root may grant
 * roles to others by role@ statements about their keys. */
struct policy_right {
	struct pgp_fpr fpr;
	enum notations_role role; /* NONE: a root, which may speak as any */
	struct bytes scope;  /* "Acme/T1000", "*" last; empty: everything */
	int64_t from, until; /* [from, until) in seconds; until 0 for ever */
	bool may_regrant;    /* may give this very role by role@; who got it so
	                      * gives no further */
};
struct policy_state_rule;
struct policy_rights {
	const struct policy_right *at; /* lent, but see policy_line_rights */
	size_t n;
	bool is_sorted; /* by fpr: looked up, not searched through */
	/* Where these speak at a statement's date, they speak instead of
	 * rules.def; the first that fits. Lent likewise. */
	const struct policy_state_rule *states;
	size_t states_n;
};

/* A statement and what the server knows of its arrival. */
struct policy_statement {
	const struct notations_statement *st; /* issuer: the primary key */
	size_t party;			      /* index, or POLICY_NOBODY */
	int64_t position;		      /* in the log; 0 unknown */
	int64_t received;		      /* seconds; 0 unknown */
	/* A subkey made it, and that subkey (the primary key's end is the
	 * party's) is revoked for good, or had ended by then. */
	bool is_fallen, is_late;
};

/* Who made statements, as their certificate tells. */
struct policy_party {
	struct pgp_fpr fpr;	  /* primary key */
	bool is_known;		  /* its certificate is at hand */
	int64_t created, expires; /* expires 0 never */
	enum pgp_revocation revoked;
	int64_t revoked_at;
	int64_t revoked_position; /* in the log; 0 unknown */
	/* about this party's key, by anybody: role@, and what takes it back
	 * (0x30, revokes@) */
	const struct policy_statement *grants;
	size_t grants_n;
};

/* When, and with whose knowledge. */
struct policy_time {
	int64_t at;
	int64_t skew;	  /* POLICY_SKEW for "now", 0 for a past time */
	int64_t known_at; /* only statements up to this position; 0: all */
};

struct policy_question {
	const struct notations_subject *subject;
	int64_t subject_created; /* of the entity's key; 0 unknown */
	const struct policy_statement *statements; /* about the subject, and
	                                            * about those (rec:) */
	size_t statements_n;
	const struct policy_party *parties; /* of statements and of grants */
	size_t parties_n;
	const struct policy_rights *rights;
	struct policy_time when;
};

/* How a statement was taken. The names are in standings.def. */
enum policy_standing {
#define X(id, word, counts, words) POLICY_##id,
#include "policy/standings.def"
#undef X
	POLICY_STANDINGS
};
const char *policy_standing_word(enum policy_standing standing);
const char *policy_standing_words(enum policy_standing standing);
/* True when what a statement says beside a state stands: names, numbers. */
bool policy_standing_counts(enum policy_standing standing);

enum policy_flag {
	POLICY_BACKDATED = 1,	/* known later than one with a later date */
	POLICY_SEQ_REGRESS = 2, /* a lower seq@ at a later date */
	POLICY_DECIDES = 4	/* the effective state rests on it */
};

/* Why a party may speak: shown, and first one wins. */
enum policy_basis {
	POLICY_BASIS_NONE,
	POLICY_BASIS_ROOT,  /* configured */
	POLICY_BASIS_RIGHT, /* configured with this role */
	POLICY_BASIS_GRANT, /* role@ by a root or a registrar */
	POLICY_BASIS_NAMED, /* the device's own self-signature names it */
	POLICY_BASIS_FIRST, /* it certified the device first */
	POLICY_BASIS_OWNER, /* named by the manufacturer, or by transfer */
	POLICY_BASIS_CODE,  /* it published the code first */
	POLICY_BASIS_SELF   /* the entity about itself */
};
const char *policy_basis_word(enum policy_basis basis);

struct policy_taken {
	enum policy_standing standing;
	enum notations_role role; /* in which it counts; NONE */
	enum policy_basis basis;
	unsigned flags; /* bits of enum policy_flag */
	unsigned roles; /* when it counts: every role that its issuer had been
	                 * given as it spoke; bit 0: the item itself */
};

struct policy_state {
	enum notations_status status; /* device or code; NONE: nobody said */
	size_t decides;		      /* statement, or POLICY_NOBODY */
	bool is_conflict;	      /* rule e4.4 */
	size_t other;		      /* the other one of a conflict */
	bool is_final;		      /* absorbing: destroyed, withdrawn */
	struct pgp_fpr manufacturer, owner; /* version 0: nobody is known */
	enum policy_basis manufacturer_basis, owner_basis;
	bool is_approved;	    /* an approval@ is in force */
	struct policy_taken *taken; /* owned; one a statement, in their order */
};

/* Where the rights of a key stand, first and how many; where rights are not
 * sorted: all of them, of which some are others'. */
size_t policy_rights_of(const struct policy_rights *rights,
    const struct pgp_fpr *fpr, size_t *n);

/* Answer. Always; the caller releases *state. */
void policy_fold(const struct policy_question *q, struct policy_state *state);
void policy_state_release(struct policy_state *state);

/*
 * Order of history, total and the same everywhere: by created, then issuer,
 * then seq, then content, then digest (which anybody can change). <0, 0, >0.
 */
int policy_statement_order(const struct policy_statement *a,
    const struct policy_statement *b);

/* True when scope (an asterisk at its end takes any) covers
 * what a statement says of vendor and model. Empty covers everything. */
bool policy_scope_covers(struct bytes scope, struct bytes vendor,
    struct bytes model);

/* Roles whose statement of this status would count, bits; for explaining. */
unsigned policy_status_roles(enum notations_status status);
/* Does rules.def ask for more than a role there, as long as no domain names
 * roles of its own? */
bool policy_status_is_conditional(enum notations_status status);
/* The rule of a domain that speaks at a time, or NULL: rules.def does. */
const struct policy_state_rule *policy_rights_rule(const struct policy_rights
						       *rights,
    enum notations_status status, int64_t at);

#include "policy/decide.h"
#include "policy/domain.h"

#endif
