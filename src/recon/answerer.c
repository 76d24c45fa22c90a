/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The side that connected: it answers. Every prefix has an answer, whatever
 * our tree looks like. What cannot be solved fails, so that the asker descends:
 * Hockeypuck loses what it owes for FullElements. Only an asker with so few
 * that neither SKS nor Hockeypuck would ask with samples gets those.
 * Spec: recon.md 9, 15
 */
#include "recon/state.h"

/* Members that the solver names must be where it says. */
static enum ics_err
difference_holds(struct recon_session *s, const struct recon_prefix *p,
    const struct recon_difference *d, bool *holds)
{
	enum ics_err err = ICS_OK;
	bool has;

	*holds = false;
	for (size_t i = 0; i < d->theirs_n; i++) {
		if (!recon_prefix_has(p, &d->theirs[i]))
			goto out;
		TRY(s->view.has(s->view.arg, &d->theirs[i], &has));
		if (has)
			goto out;
	}
	for (size_t i = 0; i < d->ours_n; i++) {
		if (!recon_prefix_has(p, &d->ours[i]))
			goto out;
		TRY(s->view.has(s->view.arg, &d->ours[i], &has));
		if (!has)
			goto out;
	}
	*holds = true;
out:
	return err;
}

/* The difference is known: theirs is found, ours goes to them. */
static void
solved(struct recon_session *s, const struct recon_difference *d)
{
	struct recon_hashes ours = { 0 };

	for (size_t i = 0; i < d->theirs_n; i++)
		recon_element_found(s, &d->theirs[i]);
	for (size_t i = 0; i < d->ours_n; i++)
		*recon_hashes_add(&ours) = d->ours[i];
	recon_hashes_sort(&ours);
	s->tally.ours += ours.n;
	recon_msg_elements(&s->out, RECON_ELEMENTS, &ours);
	recon_hashes_release(&ours);
}

/* All that we have there, as what they lack or for them to compare. */
static enum ics_err
answer_all(struct recon_session *s, const struct recon_prefix *p,
    enum recon_type type)
{
	struct recon_lacking which = { p, NULL, recon_element_room(s) };
	struct recon_hashes ours = { 0 };
	enum ics_err err;

	TRY(recon_element_lacking(s, &which, &ours));
	if (type == RECON_ELEMENTS)
		s->tally.ours += ours.n;
	recon_msg_elements(&s->out, type, &ours);
out:
	recon_hashes_release(&ours);
	return err;
}

/* No solution: all if they have none or few, and it fits; else they descend. */
static enum ics_err
unsolved(struct recon_session *s, const struct recon_msg *m,
    const struct recon_sum *ours)
{
	struct recon_sum none;

	recon_sum_init(&none);
	if (ours->n <= recon_element_room(s)) {
		if (recon_sum_is_equal(&m->sum, &none))
			return answer_all(s, &m->prefix, RECON_ELEMENTS);
		if (m->sum.n <= RECON_JOIN)
			return answer_all(s, &m->prefix, RECON_FULL_ELEMENTS);
	}
	s->tally.failed++;
	recon_msg_bare(&s->out, RECON_SYNC_FAIL);
	return ICS_OK;
}

static enum ics_err
poly_answer(struct recon_session *s, const struct recon_msg *m)
{
	struct recon_difference d;
	struct recon_sum ours;
	enum ics_err err;
	bool holds = false;

	TRY(s->view.sum(s->view.arg, &m->prefix, &ours));
	if (recon_solve(&m->sum, &ours, &s->seed, &d))
		TRY(difference_holds(s, &m->prefix, &d, &holds));
	if (holds)
		solved(s, &d);
	else
		TRY(unsolved(s, m, &ours));
out:
	return err;
}

/* What we lacked after FullElements, or unasked. */
static enum ics_err
elements_take(struct recon_session *s, const struct recon_msg *m)
{
	struct cursor cur = cursor_of(m->elements);
	struct recon_prefix root = { 0 };
	enum ics_err err = ICS_OK;

	while (cursor_has(&cur))
		TRY(recon_element_take(s, &root, &cur));
out:
	return err;
}

static enum ics_err
request_answer(struct recon_session *s, const struct recon_msg *m)
{
	if (s->tally.requests >= s->limits.requests) {
		recon_session_blame(s, RECON_END_FLOOD);
		return ICS_OK;
	}
	s->tally.requests++;
	return m->type == RECON_POLY
		   ? poly_answer(s, m)
		   : recon_element_exchange(s, &m->prefix, m->elements);
}

static enum ics_err
take(struct recon_session *s, const struct recon_msg *m)
{
	enum ics_err err = ICS_OK;

	switch (m->type) {
	case RECON_POLY:
	case RECON_FULL:
		err = request_answer(s, m);
		break;
	case RECON_ELEMENTS:
		err = elements_take(s, m);
		break;
	case RECON_FLUSH:
		s->tally.flushes++;
		recon_session_flush(s);
		break;
	case RECON_DONE:
		recon_session_done(s);
		break;
	case RECON_ERROR:
		recon_session_told(s, m);
		break;
	case RECON_FULL_ELEMENTS:
	case RECON_SYNC_FAIL:
	case RECON_DB_REQUEST:
	case RECON_DB_REPLY:
	case RECON_CONFIG:
		recon_session_blame(s, RECON_END_TYPE);
		break;
	}
	return err;
}

enum ics_err
recon_answerer_step(struct recon_session *s, bool *did)
{
	struct recon_msg m;

	*did = recon_session_next(s, &m);
	return *did ? take(s, &m) : ICS_OK;
}
