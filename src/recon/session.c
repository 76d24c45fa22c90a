/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session: octets in, octets out, and every way to end. Memory is bounded by
 * the limits, whatever comes. Spec: recon.md 16
 */
#include <assert.h>

#include "recon/state.h"

static size_t
in_max(const struct recon_limits *limits)
{
	return RECON_FRAME_HEAD + limits->frame + RECON_FEED_MAX;
}

struct recon_session *
recon_session_new(const struct recon_setup *setup)
{
	struct recon_session *s = alloc_zero(1, sizeof(*s));

	assert(setup->limits.frame >= RECON_CONFIG_FRAME_MAX &&
	       setup->limits.frame <= RECON_FRAME_MAX);
	assert(setup->limits.fly > 0);
	s->role = setup->role;
	s->view = setup->view;
	s->limits = setup->limits;
	s->as_text = setup->filters_as_text;
	s->seed = setup->seed;
	recon_config_init(&s->ours, setup);
	buf_init(&s->in, in_max(&s->limits));
	/* What is answered while we read no more is no larger than what was
	 * read, see recon_session_wants. */
	buf_init(&s->out, RECON_OUT_HIGH + 2 * in_max(&s->limits));
	recon_found_init(&s->found, setup->seed);
	recon_config_write(&s->out, &s->ours);
	recon_session_flush(s);
	return s;
}

void
recon_session_free(struct recon_session *s)
{
	if (s == NULL)
		return;
	buf_release(&s->in);
	buf_release(&s->out);
	recon_found_release(&s->found);
	recon_asker_release(s);
	free(s);
}

/* ---- ends ----------------------------------------------------------------------- */

void
recon_session_finish(struct recon_session *s, enum recon_end end)
{
	if (s->end != RECON_GOING_ON)
		return;
	s->end = end;
	recon_session_flush(s);
	buf_release(&s->in);
	s->in_at = 0;
}

void
recon_session_blame(struct recon_session *s, enum recon_end end)
{
	/* Before there is talk there are no frames that it could read. */
	if (s->end == RECON_GOING_ON && s->stage == RECON_STAGE_TALK)
		recon_msg_error(&s->out, recon_end_words(end));
	recon_session_finish(s, end);
}

void
recon_session_cut(struct recon_session *s, enum recon_end why)
{
	if (s->cut == RECON_GOING_ON)
		s->cut = why;
}

void
recon_session_done(struct recon_session *s)
{
	recon_session_finish(s,
	    s->cut == RECON_GOING_ON ? RECON_END_DONE : s->cut);
}

/* A reason in print, as much of it as fits. */
void
recon_session_reason_keep(struct recon_session *s, struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < RECON_REASON_MAX - 1; i++) {
		bool is_print = text.p[i] >= 0x20 && text.p[i] <= 0x7e;

		s->reason[n++] = is_print ? (char)text.p[i] : ' ';
	}
	s->reason[n] = '\0';
}

void
recon_session_told(struct recon_session *s, const struct recon_msg *m)
{
	recon_session_reason_keep(s, m->body);
	recon_session_finish(s, RECON_END_ERROR);
}

void
recon_session_eof(struct recon_session *s)
{
	s->is_eof = true;
}

/* Nothing more can come of what came. */
static void
eof_take(struct recon_session *s)
{
	bool is_mute = s->stage == RECON_STAGE_CONFIG && s->tally.in == 0;

	recon_session_finish(s, is_mute ? RECON_END_BUSY : RECON_END_CLOSED);
}

/* ---- octets ------------------------------------------------------------------------ */

/* Forget the front of a buffer. */
static void
front_drop(struct buf *b, size_t *at)
{
	if (*at == 0)
		return;
	memmove(b->p, b->p + *at, b->n - *at);
	buf_cut(b, b->n - *at);
	*at = 0;
}

enum ics_err
recon_session_feed(struct recon_session *s, struct bytes octets)
{
	if (s->end != RECON_GOING_ON)
		return ICS_OK;
	s->tally.in += octets.n;
	front_drop(&s->in, &s->in_at);
	buf_put(&s->in, octets);
	if (buf_end(&s->in) != ICS_OK)
		recon_session_blame(s, RECON_END_FRAME);
	return ICS_OK;
}

bool
recon_session_wants(const struct recon_session *s)
{
	return s->end == RECON_GOING_ON && !s->is_eof &&
	       recon_session_waiting(s) < RECON_OUT_HIGH &&
	       s->in.n - s->in_at < RECON_FRAME_HEAD + s->limits.frame;
}

struct bytes
recon_session_rest(const struct recon_session *s)
{
	return s->in.n == s->in_at
		   ? bytes_of(NULL, 0)
		   : bytes_of(s->in.p + s->in_at, s->in.n - s->in_at);
}

void
recon_session_used(struct recon_session *s, size_t n)
{
	assert(n <= s->in.n - s->in_at);
	s->in_at += n;
}

size_t
recon_session_waiting(const struct recon_session *s)
{
	return s->out.n - s->out_at;
}

void
recon_session_flush(struct recon_session *s)
{
	s->out_ready = s->out.n;
}

struct bytes
recon_session_out(const struct recon_session *s)
{
	return s->out_ready == s->out_at
		   ? bytes_of(NULL, 0)
		   : bytes_of(s->out.p + s->out_at, s->out_ready - s->out_at);
}

void
recon_session_sent(struct recon_session *s, size_t n)
{
	assert(n <= s->out_ready - s->out_at);
	s->tally.out += n;
	s->out_at += n;
	if (s->out_at < s->out.n && s->out_at < RECON_OUT_BURST)
		return; /* worth no move yet */
	s->out_ready -= s->out_at;
	front_drop(&s->out, &s->out_at);
}

/* ---- frames ------------------------------------------------------------------------- */

/* The next whole frame, lent. A length above the limit ends the session before
 * any of it is waited for. */
static bool
frame_take(struct recon_session *s, size_t max, struct bytes *frame)
{
	struct cursor cur = cursor_of(recon_session_rest(s));
	size_t length = cursor_be32(&cur);

	if (cur.failed)
		return false;
	if (length > max) {
		recon_session_blame(s, RECON_END_FRAME);
		return false;
	}
	*frame = cursor_take(&cur, length);
	if (cur.failed)
		return false;
	recon_session_used(s, RECON_FRAME_HEAD + length);
	return true;
}

bool
recon_session_next(struct recon_session *s, struct recon_msg *m)
{
	size_t max = s->stage == RECON_STAGE_CONFIG ? RECON_CONFIG_FRAME_MAX
						    : s->limits.frame;
	struct bytes frame;
	enum recon_end end;

	if (!frame_take(s, max, &frame))
		return false;
	end = recon_msg_read(frame, m);
	/* Even empty ones must end some day. */
	if (end == RECON_GOING_ON && s->messages++ > 2 * s->limits.requests)
		end = RECON_END_FLOOD;
	if (end != RECON_GOING_ON)
		recon_session_blame(s, end);
	return end == RECON_GOING_ON;
}

/* ---- steps ------------------------------------------------------------------------------ */

static enum ics_err
talk_step(struct recon_session *s, bool *did)
{
	return s->role == RECON_ASKER ? recon_asker_step(s, did)
				      : recon_answerer_step(s, did);
}

/* Nobody waits for a Flush when so much is held; and out never meets its
 * ceiling unless it was fed against our wants. */
static void
out_check(struct recon_session *s)
{
	if (buf_end(&s->out) != ICS_OK)
		recon_session_finish(s, RECON_END_FRAME);
	else if (s->out.n - s->out_ready > RECON_OUT_BURST)
		recon_session_flush(s);
}

enum ics_err
recon_session_step(struct recon_session *s, bool *more)
{
	enum ics_err err = ICS_OK;
	bool did = false;

	*more = false;
	if (s->end != RECON_GOING_ON)
		goto out;
	if (s->stage != RECON_STAGE_TALK)
		did = recon_opening_step(s);
	else
		TRY(talk_step(s, &did));
	out_check(s);
	if (!did && s->is_eof)
		eof_take(s);
	*more = did && s->end == RECON_GOING_ON;
out:
	return err;
}

/* ---- what came of it ----------------------------------------------------------------------- */

enum recon_end
recon_session_end(const struct recon_session *s)
{
	return s->end;
}

const char *
recon_session_reason(const struct recon_session *s)
{
	return s->reason;
}

const struct recon_peer *
recon_session_peer(const struct recon_session *s)
{
	return &s->peer;
}

const struct recon_tally *
recon_session_tally(const struct recon_session *s)
{
	return &s->tally;
}

const struct recon_hash *
recon_session_found(const struct recon_session *s, size_t *n)
{
	*n = s->found.list.n;
	return s->found.list.at;
}
