/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A round with an SKS-like peer: a session over a snapshot of our tree tells
 * what only the peer has, and that is fetched. When the peer begins, it is
 * the same with roles changed, and called a visit. Each peer is shown its own
 * view of our tree: with what it has and we do not take. Spec: recon.md 8 to
 * 13, 15, 19
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "store/store.h"
#include "sync/conn.h"
#include "sync/fetch.h"

struct gossip {
	bool is_visit;
	bool more;		       /* the session met a bound */
	struct sync_conn *conn;	       /* NULL: none goes on */
	struct store_reader *view;     /* likewise */
	struct recon_view base, shown; /* of it; shown while one goes on */
	bool is_shown;
	struct sync_known *known;   /* of this peer's set */
	char error[64], words[256]; /* of the session */
};

ARRAY_OF(struct recon_hash, hashes);

static struct gossip *
gossip_of(struct sync_peer *p)
{
	struct gossip *g = p->own;

	if (g == NULL) {
		p->own = g = alloc_zero(1, sizeof(*g));
		g->known = sync_known_new();
	}
	return g;
}

static void
end(struct sync *s, struct sync_peer *p, const struct sync_result *result)
{
	if (gossip_of(p)->is_visit)
		sync_visit_end(s, p, result);
	else
		sync_round_end(s, p, result);
}

static void
view_give(struct sync *s, struct gossip *g)
{
	if (g->is_shown)
		sync_known_view_give(g->known);
	g->is_shown = false;
	if (g->view != NULL)
		sync_view_give(s, g->view);
	g->view = NULL;
}

/* ---- after the session ----------------------------------------------------------- */

static void
known_count(struct sync_peer *p)
{
	struct sync_known_counts n = sync_known_count(gossip_of(p)->known);

	p->row.ghosts = n.ghosts;
	p->row.hidden = n.hidden;
	p->row.negative = n.negative;
}

static void
fetched(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_fetched *got)
{
	struct gossip *g = arg;
	struct sync_result result = { .error = got->error,
		.words = got->words,
		.retry_after = got->retry_after };

	known_count(p);
	/* What went wrong first is told: good finds excuse nothing. */
	if (g->error[0] != '\0') {
		result.error = g->error;
		result.words = g->words;
	}
	/* What brought nothing will not bring more at once. */
	result.again = (g->more || got->left > 0) && got->taken > 0;
	end(s, p, &result);
}

/* It will have no session with us: it is given our news all the same, and the
 * table goes on saying why. */
static void
pushed(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_result *got)
{
	struct gossip *g = arg;
	struct sync_result result = { .error = g->error,
		.words = g->words,
		.retry_after = got->retry_after };

	end(s, p, &result);
}

static bool
is_told_apart(const struct sync_conn_end *told)
{
	return told->end == RECON_END_REFUSED ||
	       told->end == RECON_END_MISMATCH;
}

/* True: a push begins, in place of what was not possible. */
static bool
push_begin(struct sync *s, struct sync_peer *p,
    const struct sync_conn_end *told)
{
	struct gossip *g = gossip_of(p);

	if (!is_told_apart(told) || !p->conf.push || g->is_visit)
		return false;
	sync_push_start(s, p,
	    &(struct sync_push){
		.http_port = told->peer->http_port, .arg = g, .done = pushed });
	return true;
}

/* What is worth asking for. What is not, and is found again all the same, the
 * peer has, and it is shown to it from now on. */
static void
wanted_pick(struct sync *s, struct gossip *g, const struct sync_conn_end *told,
    struct hashes *wanted)
{
	for (size_t i = 0; i < told->found_n; i++)
		if (sync_known_wants(g->known, &told->found[i], s->now))
			*hashes_add(wanted) = told->found[i];
		else
			sync_known_show(g->known, &told->found[i]);
}

static void
session_ended(struct sync *s, struct sync_peer *p,
    const struct sync_conn_end *told)
{
	struct gossip *g = gossip_of(p);
	struct sync_fetch what = { .known = g->known,
		.http_port = told->peer->http_port,
		.arg = g,
		.done = fetched };
	struct hashes wanted = { 0 };

	g->conn = NULL;
	g->more = told->more;
	(void)snprintf(g->error, sizeof(g->error), "%s",
	    told->error); /* may be cut */
	(void)snprintf(g->words, sizeof(g->words), "%s",
	    told->words); /* likewise */
	p->row.octets_in += told->tally->in;
	p->row.octets_out += told->tally->out;
	view_give(s, g);
	if (told->error[0] == '\0')
		p->row.differing = told->tally->theirs + told->tally->ours;
	wanted_pick(s, g, told, &wanted);
	known_count(p);
	what.hashes = wanted.at;
	what.n = wanted.n;
	/* What was found before it broke off is good, too. */
	if (wanted.n > 0 && p->conf.pull)
		sync_fetch_start(s, p, &what);
	else if (!push_begin(s, p, told))
		end(s, p,
		    &(struct sync_result){
			.error = told->error, .words = told->words });
	hashes_release(&wanted);
}

/* ---- the session ------------------------------------------------------------------- */

/* The peer's view of a snapshot of a whole tree. ICS_EBUSY: none now. */
static enum ics_err
view_take(struct sync *s, struct sync_peer *p, struct gossip *g)
{
	static const struct recon_prefix all;
	struct recon_sum sum;
	bool is_whole = false;
	enum ics_err err;

	TRY(sync_view_take(s, &g->view));
	TRY(store_tree_is_whole(g->view, &is_whole));
	if (!is_whole)
		TRY(ICS_EBUSY);
	store_tree_view(g->view, &g->base);
	TRY(g->base.sum(g->base.arg, &all, &sum));
	sync_known_size(g->known, sum.n);
	if (sync_known_is_out(g->known))
		TRY(ICS_EBUSY);
	TRY(sync_sight_hide(s, p, g->view, g->known));
	TRY(sync_known_view_take(g->known, &g->base, s->now, &g->shown));
	g->is_shown = true;
out:
	if (err != ICS_OK)
		view_give(s, g);
	return err;
}

/* fd is given; -1: we connect. */
static enum ics_err
session_begin(struct sync *s, struct sync_peer *p, int fd)
{
	struct gossip *g = gossip_of(p);
	struct sync_conn_setup setup = {
		.peer = p, .fd = fd, .done = session_ended
	};
	enum ics_err err = view_take(s, p, g);

	g->is_visit = fd >= 0;
	setup.view = g->shown;
	if (err == ICS_OK)
		g->conn = sync_conn_start(s, &setup);
	return err;
}

static const struct sync_result shut = { .error = "rights",
	.words = "what everybody may see is too little, or what must be hidden "
		 "too much, to gossip: see public in icsd.conf" };

static void
start(struct sync *s, struct sync_peer *p)
{
	enum ics_err err = session_begin(s, p, -1);

	if (err == ICS_EBUSY)
		end(s, p,
		    &(struct sync_result){ .error = "busy",
			.words = "we have other sessions, or our tree is "
				 "being built" });
	else if (err == ICS_EDENIED || err == ICS_ETOOBIG)
		end(s, p, &shut);
	else if (err != ICS_OK)
		end(s, p,
		    &(struct sync_result){
			.error = "store", .words = err_words(err) });
}

void
sync_gossip_visit(struct sync *s, struct sync_peer *p, int fd)
{
	enum ics_err err = session_begin(s, p, fd);

	if (err == ICS_OK)
		return;
	close(fd);
	end(s, p,
	    &(struct sync_result){ .error = err == ICS_EBUSY ? "busy" : "store",
		.words = err_words(err) });
}

bool
sync_gossip_yield(struct sync *s, struct sync_peer *p, int fd)
{
	struct gossip *g = gossip_of(p);
	struct sync_conn_setup setup = {
		.peer = p, .fd = fd, .done = session_ended
	};

	if (g->is_visit || g->conn == NULL || !sync_conn_is_early(g->conn))
		return false;
	sync_conn_cancel(g->conn);
	setup.view = g->shown;
	g->conn = sync_conn_start(s, &setup);
	return true;
}

static void
cancel(struct sync *s, struct sync_peer *p)
{
	struct gossip *g = gossip_of(p);

	if (g->conn != NULL)
		sync_conn_cancel(g->conn);
	g->conn = NULL;
	view_give(s, g);
	sync_fetch_cancel(s, p);
	sync_push_cancel(s, p);
}

static void
forget(struct sync_peer *p)
{
	struct gossip *g = p->own;

	if (g != NULL)
		sync_known_free(g->known);
	free(g);
	p->own = NULL;
}

void
sync_gossip_forget_all(struct sync *s)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL && sync_peer_is_recon(s->peers[i]) &&
		    s->peers[i]->own != NULL)
			sync_known_clear(gossip_of(s->peers[i])->known);
}

const struct sync_method sync_gossip = {
	.start = start, .cancel = cancel, .forget = forget
};
