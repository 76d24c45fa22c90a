/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the steps of policy_fold hand to each other, in the order in which
 * they work:
 *
 *	candidates.c  which statements count at the time    policy_pile
 *	rights.c      who was given which role, and when    policy_held
 *	origin.c      whose word says what the item is      policy_origin
 *	owner.c       who owned it at each moment           policy_owner
 *	speak.c       may each issuer say what he said      state->taken
 *	pending.c     have enough of them said so           voices
 *	fold.c        which of the rightful ones wins       state
 *
 * Each step reads what the earlier ones made and nothing later. Indexes are
 * those of the question's statements and parties.
 */
#ifndef POLICY_INSIDE_H
#define POLICY_INSIDE_H

#include "policy/policy.h"

#define POLICY_NEVER INT64_MAX

/* ---- candidates.c -------------------------------------------------------- */

struct policy_fact {
	enum policy_standing now; /* AUTHORISED: a candidate (e4.1) */
	bool is_sound; /* known, well dated, of a known issuer, no copy: it
	                * was a candidate from created until end */
	bool is_about; /* the subject itself, not a statement about it */
	int64_t withdrawn, end; /* POLICY_NEVER */
	size_t original; /* of copies the one that counts; its own index */
};
struct policy_pile {
	const struct policy_question *q;
	const struct policy_statement *at;
	size_t n;
	struct notations_subject subject; /* of what the pile is about */
	int64_t born;			  /* when its key was made */
	struct policy_fact *facts;	  /* owned; one a statement */
	size_t *by_digest;		  /* owned; those known, copies too */
	size_t by_digest_n;
	bool *withdrew; /* owned; parties that took something back */
};

/* Judge q, at, n, subject and born, which are set. Release it. */
void policy_pile_judge(struct policy_pile *pile);
void policy_pile_release(struct policy_pile *pile);
/* The statement that counts for a digest, or POLICY_NOBODY. */
size_t policy_pile_find(const struct policy_pile *pile,
    const uint8_t digest[32]);

/* ---- scope.c ----------------------------------------------------------------- */

/* The same letters, ASCII without regard to case; an asterisk at the end of the
 * pattern takes any rest. */
bool policy_text_fits(struct bytes pattern, struct bytes text);
/* What stands before the first slash, and behind it; false without one. */
bool policy_slash_split(struct bytes text, struct bytes *first,
    struct bytes *rest);
/* Does a scope cover all that a statement says of its item's vendor and
 * model? what NULL: nothing is known of them. */
bool policy_scope_takes(struct bytes scope,
    const struct notations_statement *what);

/* ---- rights.c ---------------------------------------------------------------- */

struct policy_holding {
	enum notations_role role; /* NONE: any */
	enum policy_basis basis;  /* ROOT, RIGHT, GRANT */
	bool may_give;		/* a registrar that a root made, a root; or its
	                           * own role, by a right that says so */
	int64_t from, until;	/* [from, until) */
	struct bytes scopes[3]; /* its own, its giver's, his giver's */
	char *text;		/* owned: octets of scopes[0]; NULL: lent */
};
ARRAY_OF(struct policy_holding, policy_holdings);
struct policy_held {
	struct policy_holdings *of; /* owned; one a party */
	size_t n;
	bool is_configured; /* there are roots or rights */
};
struct policy_asked {
	size_t party;
	enum notations_role role;
	const struct notations_statement *what; /* or NULL */
	int64_t at;
	bool must_name_scope;
};
void policy_held_read(const struct policy_question *q,
    struct policy_held *held);
void policy_held_release(struct policy_held *held);
/* ROOT, RIGHT, GRANT or NONE. */
enum policy_basis policy_held_basis(const struct policy_held *held,
    const struct policy_asked *asked);
/* Likewise: why a party may give a role at a time, whatever the scope. */
enum policy_basis policy_held_gives(const struct policy_held *held,
    const struct policy_asked *asked);

/* ---- origin.c ------------------------------------------------------------------ */

struct policy_origin {
	size_t party; /* manufacturer, first maintainer; or POLICY_NOBODY */
	enum policy_basis basis;
	const struct notations_statement *what; /* its word on vendor and
	                                         * model; or NULL */
};

/* ---- owner.c ------------------------------------------------------------------- */

enum policy_offer {
	POLICY_NO_OFFER,
	POLICY_OFFER_OWNER, /* by who owned it then */
	POLICY_OFFER_RIGHT, /* by a right to speak as owner */
	POLICY_OFFER_MAKER  /* by the manufacturer while nobody owned it */
};
struct policy_owner {
	struct pgp_fpr before, now; /* at the beginning and the end of the
	                             * second; version 0: nobody */
	bool was_handed; /* by a transfer: the manufacturer names no more */
	size_t *names;	 /* owned; namings by the manufacturer, a stack */
	size_t names_n;
	enum policy_offer *offers; /* owned; one a statement */
	size_t *answers; /* owned; what took the offer, or POLICY_NOBODY */
	size_t last;	 /* offer that was taken up last; or POLICY_NOBODY */
};

/* ---- all of it ------------------------------------------------------------------- */

/* A statement to be sorted, with its index. */
struct policy_ranked {
	const struct policy_statement *s;
	size_t i;
};

struct policy_fold {
	const struct policy_question *q;
	struct policy_state *state;
	struct policy_pile pile;
	struct policy_held held;
	struct policy_origin origin;
	struct policy_owner owner;
	struct policy_ranked *order; /* owned; sound ones, in their order */
	size_t order_n;
	int64_t owner_spoke; /* when an owner first set a state */
	bool *is_certifier;  /* owned; parties with an approval in force */
};

void policy_origin_find(struct policy_fold *f);

/* Statements order[from..to) of one second: namings, offers, answers. */
void policy_owner_turn(struct policy_fold *f, size_t from, size_t to);
/* Who owns it at the time asked about. */
void policy_owner_settle(struct policy_fold *f);
/* owner@ of a statement; false when there is none that can be read. */
bool policy_owner_named(const struct notations_statement *st,
    struct pgp_fpr *fpr);

/* Walk through time: taken[] of each statement. */
void policy_speak(struct policy_fold *f);
/* Why the issuer of statement i may speak in a role at its time. */
enum policy_basis policy_speak_basis(const struct policy_fold *f, size_t i,
    enum notations_role role);

/* A rightful state. */
struct policy_voice {
	const struct policy_statement *s;
	size_t i;
	enum notations_status status;
};
struct policy_voices {
	struct policy_voice *at;
	size_t n;
};
/* Keep those that enough others say as well; the rest is PENDING. */
void policy_pending_sort(struct policy_fold *f, struct policy_voices *all);

static inline bool
policy_is_final(enum notations_status status)
{
	return status == NOTATIONS_STATUS_DESTROYED ||
	       status == NOTATIONS_STATUS_WITHDRAWN;
}

/* Known holes stay until who named them takes it back: e4.7. */
static inline bool
policy_is_sticky(enum notations_status status)
{
	return status == NOTATIONS_STATUS_VULNERABLE ||
	       status == NOTATIONS_STATUS_WITHDRAWN;
}

/* approval@ in force: is_certifier, state->is_approved. */
void policy_approvals_read(struct policy_fold *f);
/* BACKDATED, SEQ_REGRESS. */
void policy_flags_set(struct policy_fold *f);

/* The state that a statement sets on the item; NONE. A code statement that
 * names none is no state here, see policy_status_implied. */
enum notations_status policy_status_said(const struct policy_fold *f, size_t i);
/* Rows of rules.def. */
enum policy_condition {
	POLICY_IF_FIRST = 1,
	POLICY_IF_SCOPED = 2,
	POLICY_IF_OTHERS = 4,
	POLICY_IF_NAMING = 8,
	POLICY_IF_APPROVAL = 16
};
unsigned policy_status_conditions(enum notations_status status);
/* What holds for a state that was said at a time: the row, or the domain's. */
struct policy_ruling {
	unsigned roles, conditions, needs;
};
struct policy_ruling policy_ruling_at(const struct policy_rights *rights,
    enum notations_status status, int64_t at);

int policy_fpr_order(const struct pgp_fpr *a, const struct pgp_fpr *b);
/* For qsort, over struct policy_ranked. */
int policy_ranked_order(const void *a, const void *b);

static inline bool
policy_says(const struct notations_statement *st, enum notations_kind kind)
{
	return (st->says >> kind & 1u) != 0;
}

#endif
