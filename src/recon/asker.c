/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The side that was connected to: it asks, from the root down, and decides how
 * deep to go. Replies come in the order of requests. Spec: recon.md 8
 */
#include "recon/state.h"

#include <assert.h>

/*
 * A list of up to limits.full costs 17 octets a member, samples cost 124 and
 * then a list when they fail. So samples are worth it where one in six or more
 * is solved: credit begins with a few trials, each costs one, each that is
 * solved gives six.
 */
#define CREDIT_FIRST 16
#define CREDIT_GAIN  6
#define CREDIT_MAX   200
#define FEW	     8 /* members, whose list costs no more than samples */

void
recon_asker_start(struct recon_session *s)
{
	(void)recon_prefixes_add(&s->asker.todo); /* zeroed: the root */
	s->asker.credit = CREDIT_FIRST;
}

void
recon_asker_release(struct recon_session *s)
{
	recon_prefixes_release(&s->asker.todo);
	recon_askeds_release(&s->asker.burst);
}

/* ---- asking ---------------------------------------------------------------------- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The last of what is to do, as many as may be on their way. False when there
 * is nothing, or no more is allowed: the next round goes on. */
static bool
burst_begin(struct recon_session *s)
{
	struct recon_asker *a = &s->asker;
	size_t left = s->limits.requests - (size_t)s->tally.requests;
	size_t n = least(least(a->todo.n, s->limits.fly), left);

	if (a->todo.n > 0 && n == 0)
		recon_session_cut(s, RECON_END_REQUESTS);
	if (n == 0 || s->cut != RECON_GOING_ON)
		return false;
	a->burst.n = a->sent = a->answered = 0;
	for (size_t i = a->todo.n - n; i < a->todo.n; i++)
		recon_askeds_add(&a->burst)->prefix = a->todo.at[i];
	a->todo.n -= n;
	return true;
}

/* What samples are answered with is bounded, too; what a list is, is not. */
static bool
asks_full(struct recon_session *s, const struct recon_prefix *p, uint32_t n)
{
	if (n > s->limits.full)
		return false;
	if (!s->limits.wary)
		return true;
	if (p->bits == 0 || n == 0)
		return false;
	if (n <= FEW || s->asker.credit == 0)
		return true;
	s->asker.credit--;
	return false;
}

static enum ics_err
full_ask(struct recon_session *s, const struct recon_prefix *p)
{
	struct recon_lacking all = { p, NULL, s->limits.full };
	struct recon_hashes ours = { 0 };
	enum ics_err err;

	TRY(recon_element_lacking(s, &all, &ours));
	recon_msg_full(&s->out, p, &ours);
out:
	recon_hashes_release(&ours);
	return err;
}

static enum ics_err
ask(struct recon_session *s)
{
	struct recon_asked *a = &s->asker.burst.at[s->asker.sent];
	struct recon_sum sum;
	enum ics_err err;

	TRY(s->view.sum(s->view.arg, &a->prefix, &sum));
	a->is_full = asks_full(s, &a->prefix, sum.n);
	if (a->is_full)
		TRY(full_ask(s, &a->prefix));
	else
		recon_msg_poly(&s->out, &a->prefix, &sum);
	s->asker.sent++;
	s->tally.requests++;
	if (s->asker.sent == s->asker.burst.n) {
		recon_msg_bare(&s->out, RECON_FLUSH);
		s->tally.flushes++;
		recon_session_flush(s);
	}
out:
	return err;
}

/* ---- replies ------------------------------------------------------------------------ */

/* The request that the next reply answers: nothing is read while none is due. */
static const struct recon_asked *
head(const struct recon_session *s)
{
	assert(s->asker.answered < s->asker.sent);
	return &s->asker.burst.at[s->asker.answered];
}

/* At most a hash is below the deepest prefixes: what fails there is a lie. */
static void
descend(struct recon_session *s, const struct recon_prefix *p)
{
	s->tally.failed++;
	for (unsigned i = 0; p->bits < 8 * RECON_HASH && i < RECON_CHILDREN;
	     i++) {
		struct recon_prefix *child = recon_prefixes_add(&s->asker.todo);

		recon_prefix_child(p, i, child);
	}
}

/* A reply of one of the kinds that samples may have. */
static enum ics_err
poly_reply(struct recon_session *s, const struct recon_msg *m)
{
	const struct recon_asked *asked = head(s);
	struct recon_prefix p;

	if (asked->is_full) {
		recon_session_blame(s, RECON_END_TYPE);
		return ICS_OK;
	}
	p = asked->prefix;
	if (m->type == RECON_FULL_ELEMENTS) {
		/* What they lack is owed, and leaves before Done. */
		enum ics_err err = recon_element_exchange(s, &p, m->elements);

		if (err != ICS_OK)
			return err;
	} else {
		descend(s, &p);
	}
	s->asker.answered++;
	return ICS_OK;
}

static enum ics_err
take(struct recon_session *s, const struct recon_msg *m)
{
	enum ics_err err = ICS_OK;

	switch (m->type) {
	case RECON_FULL_ELEMENTS:
	case RECON_SYNC_FAIL:
		err = poly_reply(s, m);
		break;
	case RECON_ERROR:
		recon_session_told(s, m);
		break;
	case RECON_ELEMENTS: /* flows */
	case RECON_POLY:
	case RECON_FULL:
	case RECON_DONE:
	case RECON_FLUSH:
	case RECON_DB_REQUEST:
	case RECON_DB_REPLY:
	case RECON_CONFIG:
		recon_session_blame(s, RECON_END_TYPE);
		break;
	}
	return err;
}

/* ---- Elements, as they come ----------------------------------------------------------- */

#define FLOW_STEP 1024 /* elements */

/* Begin one when its head is here. *wait: it may be one, but too little of it
 * has come to tell. */
static bool
flow_begin(struct recon_session *s, bool *wait)
{
	struct cursor cur = cursor_of(recon_session_rest(s));
	uint32_t length = cursor_be32(&cur);
	bool is_elements = cursor_u8(&cur) == RECON_ELEMENTS;
	uint32_t count = cursor_be32(&cur);

	*wait = false;
	if (length < RECON_ELEMENTS_HEAD || length > RECON_FRAME_MAX ||
	    !is_elements) {
		/* A length above the frame's: is it Elements? */
		*wait = recon_session_rest(s).n == RECON_FRAME_HEAD &&
			length > s->limits.frame && length <= RECON_FRAME_MAX;
		return false;
	}
	*wait = cur.failed;
	if (cur.failed)
		return false;
	if ((length - RECON_ELEMENTS_HEAD) / RECON_ELEMENT != count ||
	    (length - RECON_ELEMENTS_HEAD) % RECON_ELEMENT != 0) {
		recon_session_blame(s, RECON_END_SHAPE);
		return false;
	}
	recon_session_used(s, RECON_FRAME_HEAD + RECON_ELEMENTS_HEAD);
	s->asker.is_flowing = true;
	s->asker.flow = count;
	return true;
}

static enum ics_err
flow(struct recon_session *s, bool *did)
{
	struct bytes rest = recon_session_rest(s);
	struct cursor cur = cursor_of(rest);
	size_t n = rest.n / RECON_ELEMENT;
	enum ics_err err = ICS_OK;

	n = least(least(n, s->asker.flow), FLOW_STEP);
	*did = n > 0 || s->asker.flow == 0;
	for (size_t i = 0; i < n; i++)
		TRY(recon_element_take(s, &head(s)->prefix, &cur));
	recon_session_used(s, n * RECON_ELEMENT);
	s->asker.flow -= n;
	if (s->asker.flow == 0) {
		if (!head(s)->is_full)
			s->asker.credit =
			    least(s->asker.credit + CREDIT_GAIN, CREDIT_MAX);
		s->asker.is_flowing = false;
		s->asker.answered++;
	}
out:
	return err;
}

static enum ics_err
reply_read(struct recon_session *s, bool *did)
{
	struct recon_msg m;
	bool wait = false;

	if (s->asker.is_flowing)
		return flow(s, did);
	*did = flow_begin(s, &wait);
	if (*did || wait || s->end != RECON_GOING_ON)
		return ICS_OK;
	*did = recon_session_next(s, &m);
	return *did ? take(s, &m) : ICS_OK;
}

/* ---- turns ----------------------------------------------------------------------------- */

/* All was answered: the next burst, or that was it. */
static void
turn(struct recon_session *s)
{
	if (burst_begin(s))
		return;
	recon_msg_bare(&s->out, RECON_DONE);
	recon_session_done(s);
}

enum ics_err
recon_asker_step(struct recon_session *s, bool *did)
{
	struct recon_asker *a = &s->asker;

	*did = true;
	if (a->sent < a->burst.n)
		return ask(s);
	if (a->answered < a->burst.n)
		return reply_read(s, did);
	turn(s);
	return ICS_OK;
}
