/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a session opens: both say who they are, each judges the other, and both
 * must have passed. Neither waits for the other to begin. Spec: recon.md 7
 */
#include <assert.h>

#include "recon/state.h"

/* What the operator is to see of it, whether it will do or not. */
static void
peer_keep(struct recon_session *s, const struct recon_config *theirs)
{
	static_assert(sizeof(s->peer.version) == sizeof(theirs->version),
	    "a version fits");
	static_assert(sizeof(s->peer.filters) == sizeof(theirs->filters),
	    "filters fit");
	memcpy(s->peer.version, theirs->version, sizeof(s->peer.version));
	memcpy(s->peer.filters, theirs->filters, sizeof(s->peer.filters));
	if (theirs->http_port <= UINT16_MAX)
		s->peer.http_port = (uint16_t)theirs->http_port;
	s->peer.is_known = true;
}

static void
config_judge(struct recon_session *s, const struct recon_config *theirs)
{
	struct buf why;

	buf_init(&why, RECON_CONFIG_FRAME_MAX);
	peer_keep(s, theirs);
	if (recon_config_suits(&s->ours, theirs, s->as_text, &why)) {
		recon_verdict_passed(&s->out);
		recon_session_flush(s);
		s->stage = RECON_STAGE_VERDICT;
	} else {
		recon_verdict_failed(&s->out, buf_bytes(&why));
		recon_session_reason_keep(s, buf_bytes(&why));
		recon_session_finish(s, RECON_END_MISMATCH);
	}
	buf_release(&why);
}

static bool
config_step(struct recon_session *s)
{
	struct recon_config theirs;
	struct recon_msg m;
	enum recon_end end;

	if (!recon_session_next(s, &m))
		return false;
	if (m.type == RECON_ERROR) {
		recon_session_told(s, &m);
	} else if (m.type != RECON_CONFIG) {
		recon_session_blame(s, RECON_END_TYPE);
	} else {
		end = recon_config_read(m.body, &theirs);
		if (end == RECON_GOING_ON)
			config_judge(s, &theirs);
		else
			recon_session_blame(s, end);
	}
	return true;
}

static void
talk_start(struct recon_session *s)
{
	s->stage = RECON_STAGE_TALK;
	if (s->role == RECON_ASKER)
		recon_asker_start(s);
}

static bool
verdict_step(struct recon_session *s)
{
	size_t used = 0;
	struct bytes why;
	enum recon_verdict verdict =
	    recon_verdict_read(recon_session_rest(s), s->is_eof, &used, &why);

	switch (verdict) {
	case RECON_VERDICT_PART:
		return false;
	case RECON_VERDICT_PASSED:
		recon_session_used(s, used);
		talk_start(s);
		break;
	case RECON_VERDICT_FAILED:
	case RECON_VERDICT_BUSY:
		recon_session_reason_keep(s, why);
		recon_session_finish(s, verdict == RECON_VERDICT_BUSY
					    ? RECON_END_BUSY
					    : RECON_END_REFUSED);
		break;
	case RECON_VERDICT_NONE:
		recon_session_blame(s, RECON_END_SHAPE);
		break;
	}
	return true;
}

/* One message, or the verdict. False when it is not whole yet. */
bool
recon_opening_step(struct recon_session *s)
{
	return s->stage == RECON_STAGE_CONFIG ? config_step(s)
					      : verdict_step(s);
}
