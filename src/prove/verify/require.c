/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Roles: a root may speak in any, so what it said is looked at. Approvals: of
 * each issuer and id the newest counts; one that ended names the day.
 */
#include "prove/require.h"

#include "base/clock.h"
#include "client/out.h"
#include "prove/evidence.h"
#include "prove/verdict.h"

/* ---- reading ------------------------------------------------------------------ */

static bool
require_read(struct bytes text, struct prove_require *r)
{
	const uint8_t *colon = memchr(text.p, ':', text.n);
	size_t n = colon == NULL ? text.n : (size_t)(colon - text.p);
	struct bytes term = { NULL, 0 };

	*r = (struct prove_require){ .text = (const char *)text.p,
		.text_n = (int)text.n,
		.role = notations_role_find(bytes_of(text.p, n)),
		.name = NOTATIONS_NAME_UNKNOWN };
	if (colon != NULL)
		term = bytes_of(colon + 1, text.n - n - 1);
	if (r->role == NOTATIONS_ROLE_NONE || (colon != NULL && term.n == 0))
		return false;
	if (r->role == NOTATIONS_ROLE_CERTIFICATION_BODY) {
		r->scheme = term;
		r->name = NOTATIONS_NAME_APPROVAL;
	} else if (term.n > 0) {
		r->name = notations_name_find(term);
		return r->name != NOTATIONS_NAME_UNKNOWN;
	}
	return true;
}

enum ics_err
prove_requires_read(const char *list, struct prove_requires *requires)
{
	struct bytes rest = bytes_of_str(list == NULL ? "" : list);

	requires->n = 0;
	while (rest.n > 0) {
		const uint8_t *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma == NULL ? rest.n : (size_t)(comma - rest.p);

		if (requires->n == PROVE_REQUIRES_MAX ||
		    !require_read(bytes_of(rest.p, n),
			&requires->at[requires->n])) {
			out_fail("--require %.*s: write ROLE, "
				 "certification-body:SCHEME or ROLE:NAME, at "
				 "most %d of them",
			    (int)n, (const char *)rest.p, PROVE_REQUIRES_MAX);
			return ICS_EUSAGE;
		}
		requires->n++;
		n += comma != NULL;
		rest = bytes_of(rest.p + n, rest.n - n);
	}
	return ICS_OK;
}

/* ---- roles ---------------------------------------------------------------------- */

/* Of what a manufacturer may say, too, a root said it as such. */
static bool
entry_suits(const struct notations_entry *e, enum notations_role role)
{
	unsigned roles = e->name == NOTATIONS_NAME_UNKNOWN
			     ? 0
			     : notations_row(e->name)->roles;

	return (roles & NOTATIONS_ROLE_BIT(role)) != 0 &&
	       (roles & NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER)) == 0;
}

/* A root is what it says: a slot makes it an integrator. */
static bool
root_speaks_as(const struct notations_statement *st, enum notations_role role)
{
	for (size_t i = 0; i < st->set.n; i++)
		if (entry_suits(&st->set.at[i], role))
			return true;
	return false;
}

static bool
role_is(const struct prove_folded *f, size_t i, enum notations_role role)
{
	const struct policy_taken *taken = &f->state.taken[i];

	return taken->role == role ||
	       (taken->basis == POLICY_BASIS_ROOT &&
		   root_speaks_as(&f->it.statements[i].st, role));
}

static struct prove_meeting
role_meet(const struct prove_require *r, const struct prove_folded *f)
{
	struct prove_meeting m = { PROVE_MISSING, POLICY_NOBODY, 0 };

	for (size_t i = 0; i < f->it.about_n; i++) {
		const struct notations_statement *st = &f->it.statements[i].st;

		if (!prove_is_anchored(&f->it, &f->state, i) ||
		    !notations_subject_equal(&st->subject, &f->it.subject) ||
		    !role_is(f, i, r->role) ||
		    (r->name != NOTATIONS_NAME_UNKNOWN &&
			notations_set_get(&st->set, r->name) == NULL))
			continue;
		m = (struct prove_meeting){ PROVE_MET, i, st->created };
	}
	return m;
}

/* ---- approvals ------------------------------------------------------------------ */

static bool
approval_read(const struct prove_require *r, const struct notations_entry *e,
    struct notations_approval *a)
{
	if (e->name != NOTATIONS_NAME_APPROVAL ||
	    notations_approval_read(e->value, a) != ICS_OK)
		return false;
	return r->scheme.n == 0 || bytes_equal(a->scheme, r->scheme);
}

/* When it was taken back: the date of what did so. */
static int64_t
taken_back_at(const struct prove_folded *f, size_t i)
{
	const struct notations_statement *st = &f->it.statements[i].st;

	for (size_t k = 0; k < f->it.statements_n; k++) {
		const struct notations_statement *by = &f->it.statements[k].st;

		if (pgp_fpr_equal(&by->issuer, &st->issuer) &&
		    (notations_statement_revokes(by, st->digest) ||
			(by->kind == NOTATIONS_KIND_WITHDRAWAL &&
			    by->created >= st->created)))
			return by->created;
	}
	return 0;
}

/* When a statement stopped to count; 0: it counts, or never did. */
static int64_t
ended_at(const struct prove_folded *f, size_t i)
{
	const struct item_statement *s = &f->it.statements[i];

	switch (f->state.taken[i].standing) {
	case POLICY_WITHDRAWN:
		return taken_back_at(f, i);
	case POLICY_EXPIRED:
		return s->st.expires;
	case POLICY_LATE:
	case POLICY_FALLEN:
		return s->party == POLICY_NOBODY
			   ? 0
			   : f->it.parties[s->party].policy.revoked_at;
	case POLICY_AUTHORISED:
	case POLICY_SUPERSEDED:
	case POLICY_PENDING:
	case POLICY_CLAIM:
	case POLICY_LAPSED:
	case POLICY_COPY:
	case POLICY_QUARANTINED:
	case POLICY_EARLY:
	case POLICY_UNKNOWN_ISSUER:
	case POLICY_UNSEEN:
	case POLICY_STANDINGS:
		break;
	}
	return 0;
}

/* Of one who was, or is, somebody to the anchors. */
static bool
is_somebody(const struct prove_folded *f, size_t i)
{
	size_t party = f->it.statements[i].party;

	if (prove_is_anchored(&f->it, &f->state, i))
		return role_is(f, i, NOTATIONS_ROLE_CERTIFICATION_BODY);
	return party != POLICY_NOBODY &&
	       (f->it.parties[party].policy.grants_n > 0 ||
		   f->state.taken[i].standing == POLICY_WITHDRAWN);
}

static struct prove_meeting
approval_judge(const struct prove_folded *f, size_t i,
    const struct notations_approval *a)
{
	int64_t ended = ended_at(f, i);
	int64_t created = f->it.statements[i].st.created;

	if (ended != 0)
		return (struct prove_meeting){ PROVE_ENDED, i, ended };
	if (!prove_is_anchored(&f->it, &f->state, i))
		return (struct prove_meeting){ PROVE_MISSING, i, 0 };
	if (a->state != NOTATIONS_GRANTED)
		return (struct prove_meeting){ PROVE_ENDED, i, created };
	if (a->until != 0 && a->until <= f->when.at)
		return (struct prove_meeting){ PROVE_ENDED, i, a->until };
	return (struct prove_meeting){ PROVE_MET, i, created };
}

/* A later word of the same issuer on the same id: this one is history. */
static bool
is_newest(const struct prove_require *r, const struct prove_folded *f, size_t i,
    const struct notations_approval *a)
{
	for (size_t k = i + 1; k < f->it.about_n; k++) {
		const struct notations_set *set = &f->it.statements[k].st.set;
		struct notations_approval b;

		if (!pgp_fpr_equal(&f->it.statements[k].st.issuer,
			&f->it.statements[i].st.issuer) ||
		    !prove_is_anchored(&f->it, &f->state, k))
			continue;
		for (size_t e = 0; e < set->n; e++)
			if (approval_read(r, &set->at[e], &b) &&
			    bytes_equal(a->scheme, b.scheme) &&
			    bytes_equal(a->id, b.id))
				return false;
	}
	return true;
}

static void
statement_meet(const struct prove_require *r, const struct prove_folded *f,
    size_t i, struct prove_meeting *best)
{
	const struct notations_set *set = &f->it.statements[i].st.set;
	struct notations_approval a;
	struct prove_meeting m;

	for (size_t e = 0; e < set->n; e++) {
		if (!approval_read(r, &set->at[e], &a) ||
		    !is_newest(r, f, i, &a))
			continue;
		m = approval_judge(f, i, &a);
		if (m.met == PROVE_MET ||
		    (m.met == PROVE_ENDED && best->met != PROVE_MET &&
			m.since >= best->since))
			*best = m;
	}
}

static struct prove_meeting
approval_meet(const struct prove_require *r, const struct prove_folded *f)
{
	struct prove_meeting best = { PROVE_MISSING, POLICY_NOBODY, 0 };

	for (size_t i = 0; i < f->it.about_n; i++)
		if (is_somebody(f, i) &&
		    notations_subject_equal(&f->it.statements[i].st.subject,
			&f->it.subject))
			statement_meet(r, f, i, &best);
	return best;
}

struct prove_meeting
prove_require_meet(const struct prove_require *require,
    const struct prove_folded *folded)
{
	if (!folded->is_here)
		return (struct prove_meeting){ PROVE_MISSING, POLICY_NOBODY,
			0 };
	return require->name == NOTATIONS_NAME_APPROVAL
		   ? approval_meet(require, folded)
		   : role_meet(require, folded);
}

/* ---- telling ---------------------------------------------------------------------- */

static const char *const words[] = {
	[PROVE_MET] = "met",
	[PROVE_MISSING] = "missing",
	[PROVE_ENDED] = "withdrawn",
};

/* An approval that ran out was not withdrawn by anybody. */
static const char *
met_word(const struct prove_folded *f, const struct prove_meeting *m)
{
	bool ran_out =
	    m->met == PROVE_ENDED &&
	    m->since > f->it.statements[m->statement].st.created &&
	    f->state.taken[m->statement].standing != POLICY_WITHDRAWN;

	return ran_out ? "ended" : words[m->met];
}

void
prove_meeting_write(const struct prove_require *require,
    const struct prove_folded *folded, const struct prove_meeting *m,
    struct buf *line)
{
	const struct item *it = &folded->it;
	char text[PGP_FPR_TEXT_MAX + 2], when[CLOCK_TEXT_MAX];
	size_t party;

	buf_printf(line, "%.*s: ", require->text_n, require->text);
	if (m->statement == POLICY_NOBODY) {
		buf_put_str(line, words[PROVE_MISSING]);
		return;
	}
	clock_rfc3339(m->since, when);
	notations_vfp_text(&it->statements[m->statement].st.issuer, text);
	buf_printf(line, "%s %s by %s", met_word(folded, m), when, text);
	party = it->statements[m->statement].party;
	if (party != POLICY_NOBODY && it->parties[party].name.n > 0) {
		buf_u8(line, ' ');
		buf_put(line, it->parties[party].name);
	}
}

json_t *
prove_meeting_json(const struct prove_require *require,
    const struct prove_folded *folded, const struct prove_meeting *m)
{
	struct item_telling t = prove_folded_telling(folded);
	struct buf line;
	json_t *doc = json_pack("{s:o, s:b, s:o}", "required",
	    out_json_text(bytes_of(require->text, (size_t)require->text_n)),
	    "met", m->met == PROVE_MET, "since", out_json_time(m->since));

	buf_init(&line, OUT_LINE_MAX);
	prove_meeting_write(require, folded, m, &line);
	json_object_set_new(doc, "words", out_json_text(buf_bytes(&line)));
	buf_release(&line);
	if (m->statement != POLICY_NOBODY) {
		json_object_set_new(doc, "how",
		    json_string(met_word(folded, m)));
		json_object_set_new(doc, "statement",
		    item_json_statement(&t, m->statement));
	} else {
		json_object_set_new(doc, "how",
		    json_string(words[PROVE_MISSING]));
	}
	return doc;
}
