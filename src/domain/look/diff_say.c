/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences in who may say what: parties, grants, states, updates. */
#include "domain/diffing.h"

#define TEXT_MAX  65536
#define ROLES_ONE 32 /* rows of a grant: one a role */

#define ROLE(role) NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)

/* ---- parties ----------------------------------------------------------------------- */

void
domain_rows_party(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->parties_n; i++) {
		const struct policy_named *p = &d->parties[i];
		char fpr[PGP_FPR_TEXT_MAX + 2];
		size_t key_n;

		notations_vfp_text(&p->fpr, fpr);
		buf_put_str(&text, p->name);
		key_n = text.n;
		buf_printf(&text, "\n%s\n%s\n%s", fpr, p->contact, p->contract);
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

/* A name gives no right by itself. */
void
domain_pair_party(struct domain_diffing *k, size_t before, size_t now)
{
	const struct policy_named *a =
	    before == POLICY_NOBODY ? NULL : &k->before->parties[before];
	const struct policy_named *b =
	    now == POLICY_NOBODY ? NULL : &k->now->parties[now];
	char old_key[PGP_FPR_TEXT_MAX + 2], new_key[PGP_FPR_TEXT_MAX + 2];

	buf_printf(&k->about, "%s ", b == NULL ? a->name : b->name);
	if (a == NULL || b == NULL) {
		buf_put_str(&k->words, b == NULL ? "ended" : "began");
		domain_diff_note(k, 0);
		return;
	}
	notations_vfp_text(&a->fpr, old_key);
	notations_vfp_text(&b->fpr, new_key);
	domain_diff_texts(k,
	    &(struct domain_texts_pair){ "key", old_key, new_key, 0 });
	domain_diff_texts(k, &(struct domain_texts_pair){
				 "contact", a->contact, b->contact, 0 });
	domain_diff_texts(k, &(struct domain_texts_pair){
				 "contract", a->contract, b->contract, 0 });
}

/* ---- grants ------------------------------------------------------------------------ */

static void
days_put(int64_t from, int64_t until, struct buf *out)
{
	if (from != INT64_MIN) {
		buf_put_str(out, " from ");
		domain_time_text(from, out);
	}
	if (until != INT64_MAX) {
		buf_put_str(out, " until ");
		domain_time_text(until, out);
	}
}

/* One role each: a grant of two is two grants. */
void
domain_rows_grant(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->grants_n; i++) {
		const struct policy_grant *g = &d->grants[i];
		char fpr[PGP_FPR_TEXT_MAX + 2];

		notations_vfp_text(&g->fpr, fpr);
		for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
			size_t key_n;

			if ((g->roles & NOTATIONS_ROLE_BIT(r)) == 0)
				continue;
			buf_printf(&text, "%s %u", fpr, r);
			key_n = text.n;
			buf_printf(&text, "\n%s\n%d", g->scope, g->may_regrant);
			days_put(g->from, g->until, &text);
			domain_row_add(rows, i * ROLES_ONE + r, &text, key_n);
		}
	}
	buf_release(&text);
}

/* Does a scope reach as far as another one? Both end as they may. A scope
 * without a slash is of vendors, and covers all of their models. */
static bool
scope_holds(const char *wide, const char *narrow)
{
	size_t n = strlen(wide), vendor = strcspn(narrow, "/");
	bool is_open = n > 0 && wide[n - 1] == '*';

	if (n == 0 || strcmp(wide, narrow) == 0)
		return true;
	n -= is_open;
	if (strncmp(wide, narrow, n) != 0 || narrow[0] == '\0')
		return false;
	if (strchr(wide, '/') != NULL)
		return is_open;
	return is_open ? n <= vendor : n == vendor;
}

static unsigned
scope_turn(const char *before, const char *now)
{
	if (scope_holds(now, before))
		return DOMAIN_OPENER;
	return scope_holds(before, now) ? DOMAIN_STRICTER
					: DOMAIN_STRICTER | DOMAIN_OPENER;
}

static void
day_look(struct domain_diffing *k, const char *word, const int64_t t[2],
    unsigned turn_later)
{
	bool is_open[2] = { t[0] == INT64_MIN || t[0] == INT64_MAX,
		t[1] == INT64_MIN || t[1] == INT64_MAX };

	if (t[0] == t[1])
		return;
	buf_printf(&k->words, "%s: ", word);
	if (is_open[1])
		buf_put_str(&k->words, "not said");
	domain_time_text(t[1], &k->words);
	buf_put_str(&k->words, ", was ");
	if (is_open[0])
		buf_put_str(&k->words, "not said");
	domain_time_text(t[0], &k->words);
	domain_diff_note(k,
	    t[1] > t[0] ? turn_later : domain_turn_back(turn_later));
}

static void
grants_compare(struct domain_diffing *k, const struct policy_grant *a,
    const struct policy_grant *b)
{
	const int64_t from[2] = { a->from, b->from };
	const int64_t until[2] = { a->until, b->until };

	domain_diff_texts(k, &(struct domain_texts_pair){ "scope",
				 a->scope[0] == '\0' ? "everything" : a->scope,
				 b->scope[0] == '\0' ? "everything" : b->scope,
				 scope_turn(a->scope, b->scope) });
	day_look(k, "from", from, DOMAIN_STRICTER);
	day_look(k, "until", until, DOMAIN_OPENER);
	if (a->may_regrant != b->may_regrant)
		domain_diff_yes(k, "regrant", b->may_regrant, DOMAIN_OPENER);
}

void
domain_pair_grant(struct domain_diffing *k, size_t before, size_t now)
{
	const struct policy_grant *a =
	    before == POLICY_NOBODY ? NULL
				    : &k->before->grants[before / ROLES_ONE];
	const struct policy_grant *b =
	    now == POLICY_NOBODY ? NULL : &k->now->grants[now / ROLES_ONE];
	const struct policy_grant *one = b == NULL ? a : b;
	size_t role = (b == NULL ? before : now) % ROLES_ONE;

	k->old_line = a == NULL ? 0 : a->line;
	k->new_line = b == NULL ? 0 : b->line;
	domain_diff_party(k, &one->fpr, &k->about);
	buf_printf(&k->about, " as %s ",
	    notations_role_word((enum notations_role)role));
	if (a != NULL && b != NULL) {
		grants_compare(k, a, b);
		return;
	}
	buf_put_str(&k->words, b == NULL ? "ended" : "began");
	buf_printf(&k->words, ", for %s",
	    one->scope[0] == '\0' ? "everything" : one->scope);
	days_put(one->from, one->until, &k->words);
	domain_diff_note(k, b == NULL ? DOMAIN_STRICTER : DOMAIN_OPENER);
}

/* ---- states ------------------------------------------------------------------------ */

void
domain_rows_state(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->states_n; i++) {
		const struct policy_state_rule *s = &d->states[i];
		size_t key_n;

		buf_put_str(&text, notations_status_word(s->status));
		days_put(s->from, s->until, &text);
		key_n = text.n;
		buf_printf(&text, "\n%x %u", s->roles, s->needs);
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

/* Where no rule speaks, those of the house do. */
static struct policy_state_rule
rule_of(const struct policy_domain *d, size_t i, enum notations_status status)
{
	if (i != POLICY_NOBODY)
		return d->states[i];
	return (struct policy_state_rule){ .status = status,
		.needs = 1,
		.from = INT64_MIN,
		.until = INT64_MAX };
}

static unsigned
rule_roles(const struct policy_state_rule *rule)
{
	return rule->roles != 0 ? rule->roles
				: policy_status_roles(rule->status);
}

static void
rules_compare(struct domain_diffing *k, const struct policy_state_rule *a,
    const struct policy_state_rule *b)
{
	const struct domain_roles_pair by = { "by", rule_roles(a),
		rule_roles(b), DOMAIN_OPENER, DOMAIN_STRICTER };

	domain_diff_roles(k, &by);
	if ((a->roles != 0) != (b->roles != 0) &&
	    policy_status_is_conditional(a->status)) {
		buf_put_str(&k->words, b->roles != 0
					   ? "the role is enough"
					   : "more than a role is needed");
		domain_diff_note(k,
		    b->roles != 0 ? DOMAIN_OPENER : DOMAIN_STRICTER);
	}
	if (a->needs == b->needs)
		return;
	buf_printf(&k->words, "needs: %u, was %u", b->needs, a->needs);
	domain_diff_note(k,
	    b->needs > a->needs ? DOMAIN_STRICTER : DOMAIN_OPENER);
}

void
domain_pair_state(struct domain_diffing *k, size_t before, size_t now)
{
	enum notations_status status = now == POLICY_NOBODY
					   ? k->before->states[before].status
					   : k->now->states[now].status;
	const struct policy_state_rule a = rule_of(k->before, before, status);
	const struct policy_state_rule b = rule_of(k->now, now, status);
	const struct policy_state_rule *one = now == POLICY_NOBODY ? &a : &b;
	size_t n = k->out->n;

	k->old_line = a.line;
	k->new_line = b.line;
	buf_put_str(&k->about, notations_status_word(status));
	days_put(one->from, one->until, &k->about);
	buf_put_str(&k->about, " ");
	rules_compare(k, &a, &b);
	if (k->out->n > n)
		return;
	buf_printf(&k->words, "%s, and says what is usual",
	    now == POLICY_NOBODY ? "ended" : "began");
	domain_diff_note(k, 0);
}

/* ---- updates ----------------------------------------------------------------------- */

void
domain_rows_update(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->updates_n; i++) {
		const struct policy_update *u = &d->updates[i];
		size_t key_n;

		buf_printf(&text, "%s ",
		    u->code_kind[0] == '\0' ? "any" : u->code_kind);
		domain_terms_text(&u->where, &text);
		key_n = text.n;
		buf_printf(&text, "\n%d %x %d", (int)u->class, u->must,
		    u->wants_window);
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

/* One of these, where a rule does not say who must. */
static unsigned
usual_of(const struct policy_update *u)
{
	if (u->must != 0)
		return 0;
	return u->class == POLICY_UPDATE_MAKER
		   ? ROLE(MANUFACTURER) | ROLE(DEVELOPER)
		   : ROLE(INTEGRATOR) | ROLE(MAINTAINER);
}

/* From "one of" to "all of" asks for more, where those are among the ones. */
static void
must_look(struct domain_diffing *k, const struct policy_update *a,
    const struct policy_update *b)
{
	unsigned one = usual_of(a) | usual_of(b), all = a->must | b->must;
	unsigned turn = DOMAIN_STRICTER;

	if (a->must != 0 && b->must != 0) {
		domain_diff_roles(k,
		    &(struct domain_roles_pair){ "must", a->must, b->must,
			DOMAIN_STRICTER, DOMAIN_OPENER });
		return;
	}
	if (a->must == b->must)
		return;
	if ((one & all) == 0)
		turn |= DOMAIN_OPENER;
	buf_put_str(&k->words, "must: ");
	if (b->must == 0)
		buf_put_str(&k->words, "the usual ones");
	domain_roles_text(b->must, &k->words);
	buf_put_str(&k->words, ", was ");
	if (a->must == 0)
		buf_put_str(&k->words, "the usual ones");
	domain_roles_text(a->must, &k->words);
	domain_diff_note(k, b->must == 0 ? domain_turn_back(turn) : turn);
}

void
domain_pair_update(struct domain_diffing *k, size_t before, size_t now)
{
	static const struct policy_update usual = { 0 };
	const struct policy_update *a =
	    before == POLICY_NOBODY ? &usual : &k->before->updates[before];
	const struct policy_update *b =
	    now == POLICY_NOBODY ? &usual : &k->now->updates[now];
	const struct policy_update *one = now == POLICY_NOBODY ? a : b;
	size_t n = k->out->n;

	k->old_line = a->line;
	k->new_line = b->line;
	buf_printf(&k->about, "%s ",
	    one->code_kind[0] == '\0' ? "any" : one->code_kind);
	domain_terms_text(&one->where, &k->about);
	buf_put_str(&k->about, one->where.n == 0 ? "" : " ");
	domain_diff_texts(k,
	    &(struct domain_texts_pair){ "class", domain_class_word(a->class),
		domain_class_word(b->class),
		b->class > a->class ? DOMAIN_OPENER : DOMAIN_STRICTER });
	must_look(k, a, b);
	if (a->wants_window != b->wants_window)
		domain_diff_yes(k, "window", b->wants_window, DOMAIN_STRICTER);
	/* The first that fits counts: it may keep a later one from speaking. */
	if (k->out->n == n) {
		buf_printf(&k->words, "%s, and asks for what is usual",
		    now == POLICY_NOBODY ? "ended" : "began");
		domain_diff_note(k, 0);
	}
}
