/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Yes or no, and why. What src/policy decides is the answer; the lines are
 * those that it went by, each with what it gives, or why it does not.
 */
#include "domain/looking.h"

#define WORDS_MAX 4096

/* A question under way. */
struct asking {
	const struct policy_domain *d;
	const struct domain_case *q;
	int64_t at;
	struct domain_answer *a;
	struct buf words; /* of the next line */
};

/* What was put into words is a reason. */
static void
because(struct asking *k, int line, bool is_yes)
{
	struct domain_because *b = domain_becauses_add(&k->a->why);

	b->line = line;
	b->is_yes = is_yes;
	b->words = alloc_str(buf_str(&k->words));
	buf_clear(&k->words);
}

/* The party by the name that the descriptor gives it. */
static void
party_put(struct asking *k, const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	for (size_t i = 0; i < k->d->parties_n; i++)
		if (pgp_fpr_equal(&k->d->parties[i].fpr, fpr)) {
			buf_put_str(&k->words, k->d->parties[i].name);
			return;
		}
	notations_vfp_text(fpr, text);
	buf_put_str(&k->words, text);
}

/* ---- what parties may say ---------------------------------------------------------- */

/* Roles of which one is needed; bit 0: the thing itself. */
static unsigned
roles_needed(struct asking *k)
{
	const struct domain_case *q = k->q;
	const struct policy_state_rule *rule = NULL;

	if (q->asks == DOMAIN_ASKS_ACT || q->asks == DOMAIN_ASKS_GRANT)
		return NOTATIONS_ROLE_BIT(q->role);
	if (q->asks == DOMAIN_ASKS_NAME)
		return notations_row(q->name)->roles;
	for (size_t i = 0; i < k->d->states_n; i++)
		if (k->d->states[i].status == q->status &&
		    k->at >= k->d->states[i].from &&
		    k->at < k->d->states[i].until)
			rule = &k->d->states[i];
	buf_printf(&k->words, "%s is said by ",
	    notations_status_word(q->status));
	domain_roles_text(rule != NULL && rule->roles != 0
			      ? rule->roles
			      : policy_status_roles(q->status),
	    &k->words);
	if (rule != NULL && rule->needs > 1)
		buf_printf(&k->words, ", and counts when %u have said it",
		    rule->needs);
	because(k, rule == NULL ? 0 : rule->line, true);
	return rule != NULL && rule->roles != 0
		   ? rule->roles
		   : policy_status_roles(q->status);
}

static struct bytes
term_of(const struct domain_thing *thing, enum notations_name name)
{
	for (size_t i = 0; i < thing->terms.n; i++)
		if (thing->terms.at[i].name == name)
			return bytes_of_str(thing->terms.at[i].value);
	return bytes_of(NULL, 0);
}

/* Does a grant give what is asked? Else it is put into words why not. */
static bool
grant_gives(struct asking *k, const struct policy_grant *g, unsigned needed)
{
	const struct domain_thing *thing = &k->q->thing;
	bool is_giving = k->q->asks == DOMAIN_ASKS_GRANT;

	if (is_giving)
		needed = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_REGISTRAR) |
			 (g->may_regrant ? needed : 0);
	if (g->from != INT64_MIN && k->at < g->from)
		buf_put_str(&k->words, "; it has not begun then");
	else if (k->at >= g->until)
		buf_put_str(&k->words, "; it has ended then");
	else if (is_giving && (g->roles & needed) == 0)
		buf_put_str(&k->words,
		    "; it does not let this role be given on");
	else if (needed != 0 && (g->roles & needed) == 0)
		buf_put_str(&k->words, "; that is another role");
	else if (g->scope[0] != '\0' && !is_giving &&
		 !policy_scope_covers(bytes_of_str(g->scope),
		     term_of(thing, NOTATIONS_NAME_MANU),
		     term_of(thing, NOTATIONS_NAME_MODEL)))
		buf_put_str(&k->words, thing->terms.n == 0
					   ? "; for what it covers alone: say "
					     "of what, as of manu=... model=..."
					   : "; its scope does not cover this");
	else
		return true;
	return false;
}

static void
grant_tell(struct asking *k, const struct policy_grant *g, unsigned needed)
{
	bool gives;

	buf_put_str(&k->words, "grant: ");
	party_put(k, &g->fpr);
	buf_put_str(&k->words, " as ");
	domain_roles_text(g->roles, &k->words);
	if (g->scope[0] != '\0')
		buf_printf(&k->words, " for %s", g->scope);
	if (g->from != INT64_MIN) {
		buf_put_str(&k->words, " from ");
		domain_time_text(g->from, &k->words);
	}
	if (g->until != INT64_MAX) {
		buf_put_str(&k->words, " until ");
		domain_time_text(g->until, &k->words);
	}
	gives = grant_gives(k, g, needed);
	because(k, g->line, gives);
}

/* Neither owner nor by a grant: what would help. */
static void
lack_tell(struct asking *k, unsigned needed)
{
	needed &= ~NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_NONE);
	party_put(k, &k->q->party);
	if (k->q->asks == DOMAIN_ASKS_GRANT) {
		buf_put_str(&k->words, " would need a grant as registrar, or "
				       "one with regrant as ");
		domain_roles_text(needed, &k->words);
	} else if (needed == 0) {
		buf_put_str(&k->words, " would need a grant in any role");
	} else {
		buf_put_str(&k->words, " would need a grant as one of: ");
		domain_roles_text(needed, &k->words);
	}
	because(k, 0, false);
}

static void
party_judge(struct asking *k)
{
	const struct pgp_fpr *party = &k->q->party;
	const struct domain_spoken spoken = domain_speak(k->d, k->q, k->at);
	unsigned needed = roles_needed(k);
	bool gives = false;

	k->a->is_yes = spoken.may;
	if (pgp_fpr_equal(party, &k->d->owner)) {
		buf_put_str(&k->words,
		    "the owner of the domain may speak as anybody");
		because(k, 0, true);
		gives = true;
	}
	for (size_t i = 0; i < k->d->grants_n; i++) {
		if (!pgp_fpr_equal(&k->d->grants[i].fpr, party))
			continue;
		grant_tell(k, &k->d->grants[i], needed);
		gives = gives || k->a->why.at[k->a->why.n - 1].is_yes;
	}
	if (!spoken.may && gives) {
		buf_put_str(&k->words,
		    k->q->asks == DOMAIN_ASKS_STATE
			? "the role is there, and the state wants more: an "
			  "integrator's grant names a scope, a manufacturer "
			  "speaks before any owner has"
			: "the role is there, and does not reach this thing");
		because(k, 0, false);
	} else if (!spoken.may) {
		lack_tell(k, needed);
	} else if (spoken.is_pending) {
		buf_put_str(&k->words, "it waits until others say so, too");
		because(k, 0, true);
	}
}

/* ---- who may read ------------------------------------------------------------------ */

static bool
is_inside(const struct policy_network *net, const struct policy_network *addr)
{
	unsigned octets = net->bits / 8, bits = net->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> bits);

	return memcmp(net->addr, addr->addr, octets) == 0 &&
	       (bits == 0 ||
		   ((net->addr[octets] ^ addr->addr[octets]) & mask) == 0);
}

static bool
has_digest(const uint8_t (*all)[32], size_t n, const uint8_t digest[32])
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(all[i], digest, 32) == 0)
			return true;
	return false;
}

static bool
network_find(struct asking *k)
{
	const struct policy_read *r = &k->d->read;

	for (size_t i = 0; i < r->networks_n; i++)
		if (is_inside(&r->networks[i], &k->q->reader.addr)) {
			buf_put_str(&k->words, "read: who comes from ");
			domain_network_text(&r->networks[i], &k->words);
			return true;
		}
	return false;
}

static bool
peer_find(struct asking *k)
{
	const struct policy_read *r = &k->d->read;

	for (size_t i = 0; i < r->peers_n; i++)
		if (strcmp(r->peers[i], k->q->reader.peer) == 0)
			return true;
	return false;
}

/* Among those who may, by their kind; in words. */
static bool
reader_find(struct asking *k)
{
	const struct policy_read *r = &k->d->read;
	bool found = false;

	switch (k->q->reader.kind) {
	case DOMAIN_READER_ADDRESS:
		return network_find(k);
	case DOMAIN_READER_TOKEN:
		found = has_digest((const uint8_t(*)[32])r->tokens, r->tokens_n,
		    k->q->reader.digest);
		buf_put_str(&k->words, found ? "read: who has this token" : "");
		break;
	case DOMAIN_READER_CLIENT:
		found = has_digest((const uint8_t(*)[32])r->clients,
		    r->clients_n, k->q->reader.digest);
		buf_put_str(&k->words, found ? "read: this client of TLS" : "");
		break;
	case DOMAIN_READER_PEER:
		found = peer_find(k);
		buf_put_str(&k->words, found ? "read: this peer" : "");
		break;
	case DOMAIN_READER_ANYBODY:
		break;
	}
	return found;
}

static void
reader_judge(struct asking *k)
{
	k->a->is_yes = true;
	if (k->d->read.is_public) {
		buf_put_str(&k->words, "read: everybody may");
	} else if (!reader_find(k)) {
		k->a->is_yes = false;
		buf_put_str(&k->words, "read: not public, and nothing there "
				       "names who asks");
	}
	because(k, k->d->read.line, k->a->is_yes);
}

/* ---- things ------------------------------------------------------------------------ */

static void
member_tell(struct asking *k, size_t member)
{
	if (member != POLICY_NOBODY) {
		buf_put_str(&k->words, k->d->members[member].is_external
					   ? "member: takes it from outside"
					   : "member: takes it");
		because(k, k->d->members[member].line, true);
		return;
	}
	for (size_t i = 0; i < k->d->members_n; i++) {
		const struct policy_member *m = &k->d->members[i];

		buf_put_str(&k->words, "member: takes others");
		if ((m->certified_by & k->q->thing.by) == 0 &&
		    m->certified_by != 0) {
			buf_put_str(&k->words, "; certified by ");
			domain_roles_text(m->certified_by, &k->words);
		}
		because(k, m->line, false);
	}
	if (k->d->members_n == 0) {
		buf_put_str(&k->words, "nothing belongs: there is no member");
		because(k, 0, false);
	}
}

/* What a level asks for without a line that says so. */
static bool
is_of_level(enum policy_rule rule)
{
	return rule == POLICY_RULE_MUST || rule == POLICY_RULE_ANY ||
	       rule == POLICY_RULE_SHOULD || rule == POLICY_RULE_STATE;
}

static void
reason_tell(struct asking *k, const struct policy_reason *r)
{
	buf_printf(&k->words, "%s%s: %s", policy_rule_word(r->rule),
	    r->tone == POLICY_REFUSAL	? " refuses, unless"
	    : r->tone == POLICY_WARNING ? " warns, unless"
					: "",
	    policy_rule_words(r->rule));
	if (r->line == 0 && is_of_level(r->rule))
		buf_printf(&k->words, ", by level %s",
		    policy_level_word(k->d->level));
	if (r->missing != 0) {
		buf_put_str(&k->words, "; missing: ");
		domain_roles_text(r->missing, &k->words);
	}
	because(k, r->line, r->tone != POLICY_REFUSAL);
}

/* As if somebody asked for it now; what it rests on is here. */
static void
purpose_judge(struct asking *k, size_t member, const struct domain_seen *seen)
{
	struct policy_decision *decision = alloc_zero(1, sizeof(*decision));
	const struct policy_question question = { .subject = &seen->subject };
	const struct policy_state state = { .status = seen->status,
		.decides = POLICY_NOBODY,
		.other = POLICY_NOBODY };
	struct policy_asking asking = { .domain = k->d,
		.member = member,
		.q = &question,
		.state = &state,
		.facts = &seen->facts,
		.purpose = k->q->purpose,
		.created = 1,
		.at = k->at };

	if (k->q->asks == DOMAIN_ASKS_INSTALL)
		domain_install_decide(&asking, &k->q->install, decision);
	else
		policy_decide(&asking, decision);
	k->a->is_yes = decision->is_allowed;
	for (size_t i = 0; i < decision->n; i++)
		reason_tell(k, &decision->at[i]);
	free(decision);
}

static void
thing_judge(struct asking *k)
{
	struct domain_seen seen;
	size_t member;

	domain_thing_see(&k->q->thing, &seen);
	member = policy_domain_takes(k->d, &seen.facts);
	k->a->is_yes = member != POLICY_NOBODY;
	if (k->q->asks == DOMAIN_ASKS_BELONG || member == POLICY_NOBODY)
		member_tell(k, member);
	else
		purpose_judge(k, member, &seen);
	domain_seen_release(&seen);
}

/* ---- the door ---------------------------------------------------------------------- */

void
domain_case_judge(const struct policy_domain *d, const struct domain_case *q,
    int64_t now, struct domain_answer *a)
{
	struct asking k = {
		.d = d, .q = q, .at = q->has_at ? q->at : now, .a = a
	};

	*a = (struct domain_answer){ 0 };
	buf_init(&k.words, WORDS_MAX);
	switch (q->asks) {
	case DOMAIN_ASKS_STATE:
	case DOMAIN_ASKS_NAME:
	case DOMAIN_ASKS_ACT:
	case DOMAIN_ASKS_GRANT:
		party_judge(&k);
		break;
	case DOMAIN_ASKS_READ:
		reader_judge(&k);
		break;
	case DOMAIN_ASKS_BELONG:
	case DOMAIN_ASKS_PURPOSE:
	case DOMAIN_ASKS_INSTALL:
		thing_judge(&k);
		break;
	}
	buf_release(&k.words);
}

void
domain_answer_release(struct domain_answer *a)
{
	for (size_t i = 0; i < a->why.n; i++)
		free(a->why.at[i].words);
	domain_becauses_release(&a->why);
}
