/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session's state, private to recon: session.c owns the octets,
 * opening.c the beginning, asker.c and answerer.c what follows. Invariants: out has whole
 * messages only; nothing changes once end is not RECON_GOING_ON.
 */
#ifndef RECON_STATE_H
#define RECON_STATE_H

#include "recon/config.h"
#include "recon/found.h"

#define RECON_OUT_HIGH	 (1u << 20)  /* octets: we read no more until sent */
#define RECON_OUT_BURST	 (64u << 10) /* octets: no Flush is waited for */
#define RECON_REASON_MAX 256

enum recon_stage {
	RECON_STAGE_CONFIG,  /* their Config is to come */
	RECON_STAGE_VERDICT, /* we have passed them; have they us? */
	RECON_STAGE_TALK
};

/* A request on its way. */
struct recon_asked {
	struct recon_prefix prefix;
	bool is_full;
};

ARRAY_OF(struct recon_prefix, recon_prefixes);
ARRAY_OF(struct recon_asked, recon_askeds);

/*
 * The asker's turn: a burst of requests, a Flush, as many replies. What fails
 * leaves children at the end of todo, and the next burst is taken from there:
 * with few it is level by level, as SKS does it, with many it goes deep first,
 * so that todo stays short.
 */
struct recon_asker {
	struct recon_prefixes todo;
	struct recon_askeds burst;
	size_t sent, answered; /* of burst */
	size_t credit;	       /* how often samples may replace a list */
	/* Elements are taken as they come, whatever the frame's size. */
	bool is_flowing;
	size_t flow; /* elements to come */
};

struct recon_session {
	enum recon_role role;
	struct recon_view view;
	struct recon_limits limits;
	struct recon_config ours;
	bool as_text;
	uint64_t seed;

	enum recon_stage stage;
	enum recon_end end;
	bool is_eof;
	enum recon_end cut; /* there is more than limits allow; or GOING_ON */
	char reason[RECON_REASON_MAX];

	struct buf in, out;
	size_t in_at;	  /* octets of in that are done with */
	size_t out_at;	  /* octets of out that were sent */
	size_t out_ready; /* octets of out that may be sent */

	size_t messages;
	struct recon_peer peer;
	struct recon_tally tally;
	struct recon_found found;
	struct recon_asker asker;
};

/* ---- session.c ----------------------------------------------------------------- */

/* Over: what is in out may be sent. The first end counts. */
void recon_session_finish(struct recon_session *s, enum recon_end end);
/* Over, by the peer's fault: an Error tells it so. */
void recon_session_blame(struct recon_session *s, enum recon_end end);
/* More than limits allow: an end as usual, but by this name. */
void recon_session_cut(struct recon_session *s, enum recon_end why);
/* Done was said. */
void recon_session_done(struct recon_session *s);
/* What was written may be sent now. */
void recon_session_flush(struct recon_session *s);
size_t recon_session_waiting(const struct recon_session *s); /* octets */

/* What has not been read yet, lent; then how much of it was. */
struct bytes recon_session_rest(const struct recon_session *s);
void recon_session_used(struct recon_session *s, size_t n);

/* The next message. False: not whole yet, or the session is over by it. */
bool recon_session_next(struct recon_session *s, struct recon_msg *m);
/* A reason in print, as much of it as fits. */
void recon_session_reason_keep(struct recon_session *s, struct bytes text);
/* The peer's Error, which ends the session. */
void recon_session_told(struct recon_session *s, const struct recon_msg *m);

/* ---- opening.c: one step; true when something happened ---------------------------- */

bool recon_opening_step(struct recon_session *s);

/* ---- asker.c, answerer.c: one step; did: something happened ----------------------- */

void recon_asker_start(struct recon_session *s);
void recon_asker_release(struct recon_session *s);
enum ics_err recon_asker_step(struct recon_session *s, bool *did);
enum ics_err recon_answerer_step(struct recon_session *s, bool *did);

/* ---- element.c ---------------------------------------------------------------------- */

/* The next element is the peer's under p: found, unless it is strange or ours.
 * Spec: recon.md 16 */
enum ics_err recon_element_take(struct recon_session *s,
    const struct recon_prefix *p, struct cursor *elements);
/* A sound one that is not ours. */
void recon_element_found(struct recon_session *s,
    const struct recon_hash *hash);
/* Take all; those that are sound are listed in given (sorted), too. */
enum ics_err recon_element_take_all(struct recon_session *s,
    const struct recon_prefix *p, struct bytes elements,
    struct recon_hashes *given);

/* What we have under p and they do not, sorted: at most max of it. */
struct recon_lacking {
	const struct recon_prefix *p;
	const struct recon_hashes *theirs; /* sorted; NULL: they have none */
	size_t max;
};
enum ics_err recon_element_lacking(struct recon_session *s,
    const struct recon_lacking *which, struct recon_hashes *out);
/* As many as an answer may have now. */
size_t recon_element_room(const struct recon_session *s);
/* They tell all below a prefix: take what we lack, answer with what they
 * lack. The answer may be a part: the next round goes on. */
enum ics_err recon_element_exchange(struct recon_session *s,
    const struct recon_prefix *p, struct bytes elements);

#endif
