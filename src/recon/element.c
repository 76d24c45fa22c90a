/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Elements that come, and those that are owed. Invariant: what is found is no
 * sample point, was under the prefix in question, and is not in our view; and
 * there are never more than limits.hashes. Spec: recon.md 16
 */
#include "recon/state.h"

void
recon_element_found(struct recon_session *s, const struct recon_hash *hash)
{
	if (s->found.list.n >= s->limits.hashes)
		recon_session_cut(s, RECON_END_HASHES);
	else
		s->tally.theirs += recon_found_add(&s->found, hash);
}

/* Ask the view about a sound element. */
static enum ics_err
sound_take(struct recon_session *s, const struct recon_hash *hash)
{
	enum ics_err err = ICS_OK;
	bool has;

	/* Nothing can be found any more: spare the look-up. */
	if (s->cut == RECON_END_HASHES)
		goto out;
	TRY(s->view.has(s->view.arg, hash, &has));
	if (has)
		s->tally.strange++;
	else
		recon_element_found(s, hash);
out:
	return err;
}

enum ics_err
recon_element_take(struct recon_session *s, const struct recon_prefix *p,
    struct cursor *elements)
{
	struct recon_hash hash;

	if (recon_msg_element(elements, &hash) && recon_prefix_has(p, &hash))
		return sound_take(s, &hash);
	s->tally.strange++;
	return ICS_OK;
}

/* An own one is no stranger here: the peer tells all that it has. */
enum ics_err
recon_element_take_all(struct recon_session *s, const struct recon_prefix *p,
    struct bytes elements, struct recon_hashes *given)
{
	struct cursor cur = cursor_of(elements);
	struct recon_hash hash;
	enum ics_err err = ICS_OK;
	bool has;

	while (cursor_has(&cur)) {
		if (!recon_msg_element(&cur, &hash) ||
		    !recon_prefix_has(p, &hash)) {
			s->tally.strange++;
			continue;
		}
		*recon_hashes_add(given) = hash;
		TRY(s->view.has(s->view.arg, &hash, &has));
		if (!has)
			recon_element_found(s, &hash);
	}
	recon_hashes_sort(given);
out:
	return err;
}

struct lister {
	const struct recon_lacking *which;
	struct recon_hashes *out;
	bool is_full;
};

/* ICS_ETOOBIG ends the walk; it is no failure. */
static enum ics_err
list(void *arg, const struct recon_hash *hash)
{
	struct lister *l = arg;

	if (l->which->theirs != NULL &&
	    recon_hashes_has(l->which->theirs, hash))
		return ICS_OK;
	if (l->out->n >= l->which->max) {
		l->is_full = true;
		return ICS_ETOOBIG;
	}
	*recon_hashes_add(l->out) = *hash;
	return ICS_OK;
}

enum ics_err
recon_element_lacking(struct recon_session *s,
    const struct recon_lacking *which, struct recon_hashes *out)
{
	struct lister l = { which, out, false };
	enum ics_err err;

	err = s->view.each(s->view.arg, which->p, list, &l);
	if (l.is_full)
		err = ICS_OK;
	recon_hashes_sort(out);
	return err;
}

size_t
recon_element_room(const struct recon_session *s)
{
	size_t waiting = recon_session_waiting(s);
	size_t room = waiting < RECON_OUT_HIGH ? RECON_OUT_HIGH - waiting : 0;

	if (room > s->limits.frame)
		room = s->limits.frame;
	return room < RECON_ELEMENTS_HEAD
		   ? 0
		   : (room - RECON_ELEMENTS_HEAD) / RECON_ELEMENT;
}

enum ics_err
recon_element_exchange(struct recon_session *s, const struct recon_prefix *p,
    struct bytes elements)
{
	struct recon_hashes theirs = { 0 }, ours = { 0 };
	struct recon_lacking which = { p, &theirs, 0 };
	enum ics_err err;

	TRY(recon_element_take_all(s, p, elements, &theirs));
	which.max = recon_element_room(s);
	TRY(recon_element_lacking(s, &which, &ours));
	s->tally.ours += ours.n;
	recon_msg_elements(&s->out, RECON_ELEMENTS, &ours);
out:
	recon_hashes_release(&theirs);
	recon_hashes_release(&ours);
	return err;
}
