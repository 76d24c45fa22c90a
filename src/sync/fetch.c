/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /pks/hashquery to a peer, a batch after the other. The answer is not
 * aligned with the question: what came is judged by intake, as anybody's
 * upload is, and what came of it by a look into our set. Batches grow while
 * all goes well and shrink when it does not, so that one certificate that a
 * peer cannot deliver costs no other. Spec: recon.md 13, 15, 16
 */
#include "sync/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/delivery.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define BATCH_FIRST  8 /* hashes in a request */
#define BATCH_MAX    SYNC_DELIVERY_CERTS
#define ANSWER_MAX   (8u << 20)	  /* octets of an answer */
#define ROUND_HASHES 5000	  /* asked for in a round */
#define ROUND_OCTETS (128u << 20) /* that came in it */
#define SECONDS	     30
#define ERRORS_MAX   10 /* of a peer in a round */
#define TRIES_MAX    2	/* of one hash alone */
#define ERROR_PAUSE  SYNC_SECOND

struct sync_fetching {
	struct recon_hash *hashes; /* owned */
	size_t n, at, from; /* of them; the next to ask for, and the batch's */
	struct sync_fetch what;
	struct buf question;
	struct sync_delivery answer; /* of the batch; its octets are gone */
	struct sync_fetched sum;
	size_t octets;
	unsigned errors, tries;
	char error[64], words[128]; /* the last one's */
};

static void
fetching_free(struct sync_fetching *f)
{
	sync_delivery_release(&f->answer);
	buf_release(&f->question);
	free(f->hashes);
	free(f);
}

static void
finish(struct sync *s, struct sync_peer *p, const char *error,
    const char *words)
{
	struct sync_fetching *f = p->priv->fetching;

	f->sum.error = error;
	f->sum.words = words;
	f->sum.left = f->n - f->at;
	/* It is no more while done runs: that may begin another. */
	p->priv->fetching = NULL;
	f->what.done(s, p, f->what.arg, &f->sum);
	fetching_free(f);
}

/* ---- when it fails --------------------------------------------------------------- */

static void batch_ask(struct sync *s, struct sync_peer *p);

/* Less at once, and one alone that will not come is passed over. */
static void
batch_shrink(struct sync *s, struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	size_t n = f->at - f->from;

	p->priv->is_batch_hurt = true;
	p->priv->batch = n > 1 ? n / 2 : 1;
	f->at = f->from;
	if (n > 1 || ++f->tries < TRIES_MAX)
		return;
	f->tries = 0;
	sync_known_note(f->what.known, &f->hashes[f->at++], false, s->now);
}

static void
batch_failed(struct sync *s, struct sync_peer *p, const char *error,
    const char *words)
{
	struct sync_fetching *f = p->priv->fetching;

	(void)snprintf(f->error, sizeof(f->error), "%s",
	    error); /* may be cut */
	(void)snprintf(f->words, sizeof(f->words), "%s", words); /* likewise */
	batch_shrink(s, p);
	if (++f->errors == ERRORS_MAX)
		finish(s, p, f->error, f->words);
	else
		sync_timer_set(p, SYNC_TIMER_ROUND, s->now + ERROR_PAUSE,
		    batch_ask);
}

/* ---- what came of a batch ---------------------------------------------------------- */

static void
batch_grow(struct sync_peer *p)
{
	struct sync_peer_private *priv = p->priv;

	priv->batch = priv->is_batch_hurt ? priv->batch + 1 : priv->batch * 2;
	if (priv->batch >= BATCH_MAX) {
		priv->batch = BATCH_MAX;
		priv->is_batch_hurt = false;
	}
}

/* Which of the asked ones are in our set by now? The others are not asked for
 * again; of those that the peer delivered it is sure that it has them. */
static enum ics_err
batch_judge(struct sync *s, struct sync_fetching *f)
{
	struct store_reader *r;
	struct recon_view set;
	bool is_whole, has;
	enum ics_err err;

	sync_reader_rest(s); /* a snapshot may be older than the commit */
	r = sync_reader(s);
	if (r == NULL)
		return ICS_EDB;
	TRY(store_tree_is_whole(r, &is_whole));
	if (!is_whole)
		return ICS_OK;
	store_tree_view(r, &set);
	for (size_t i = f->from; i < f->at; i++) {
		const struct recon_hash *hash = &f->hashes[i];

		TRY(set.has(set.arg, hash, &has));
		if (has)
			sync_known_forget(f->what.known, hash);
		else if (sync_delivery_has(&f->answer, hash))
			sync_known_note_other(f->what.known, hash, s->now);
		else
			sync_known_note(f->what.known, hash, false, s->now);
	}
out:
	return err;
}

static void
batch_end(struct sync *s, struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	enum ics_err err = batch_judge(s, f);

	sync_delivery_release(&f->answer);
	f->tries = 0;
	batch_grow(p);
	if (err != ICS_OK)
		finish(s, p, "store", err_words(err));
	else
		batch_ask(s, p);
}

static void
batch_submitted(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_submitted *result)
{
	struct sync_fetching *f = arg;
	size_t taken = result->inserted + result->updated;

	p->row.fetched += taken;
	p->row.useless += result->n - taken;
	f->sum.taken += taken;
	f->sum.useless += result->n - taken;
	if (result->err == ICS_OK)
		batch_end(s, p);
	else if (result->err == ICS_EFORMAT || result->err == ICS_ETRUNCATED ||
		 result->err == ICS_ESECRET || result->err == ICS_ETOOBIG)
		batch_failed(s, p, "hashquery", "what came cannot be read");
	else
		finish(s, p, "store", err_words(result->err));
}

/* ---- a batch ------------------------------------------------------------------- */

static bool
is_worth_less(const struct sync_http_answer *answer)
{
	if (answer->status == 0)
		return strcmp(answer->error, "timeout") == 0 ||
		       strcmp(answer->error, "answer-size") == 0 ||
		       strcmp(answer->error, "closed") == 0;
	return answer->status == 400 || answer->status == 413 ||
	       answer->status == 500 || answer->status == 502 ||
	       answer->status == 504;
}

static void
batch_refused(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer)
{
	struct sync_fetching *f = p->priv->fetching;
	const char *error = answer->status == 0 ? answer->error : "hashquery";
	const char *words = answer->status == 0
				? answer->words
				: "the peer refuses /pks/hashquery";

	f->sum.retry_after = answer->retry_after;
	if (is_worth_less(answer) && answer->retry_after == 0) {
		batch_failed(s, p, error, words);
		return;
	}
	f->at = f->from;
	finish(s, p, error, words);
}

/* Give what can be read to intake. */
static void
batch_submit(struct sync *s, struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	struct sync_submit u = { .peer = p, .done = batch_submitted, .arg = f };
	struct buf certs;

	buf_init(&certs, ANSWER_MAX);
	for (size_t i = 0; i < f->answer.certs.n; i++) {
		buf_put(&certs, f->answer.certs.at[i].octets);
		f->answer.certs.at[i].octets = bytes_of(NULL, 0);
	}
	u.input = buf_take(&certs);
	sync_submit_start(s, &u);
}

static void
batch_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_fetching *f = h->arg;
	struct sync_peer *p = h->peer;

	if (answer->status < 200 || answer->status > 299) {
		batch_refused(s, p, answer);
		return;
	}
	f->octets += answer->body.n;
	if (sync_delivery_read(answer->body, &f->answer) != ICS_OK) {
		batch_failed(s, p, "hashquery",
		    "the peer's answer is no list of certificates");
		return;
	}
	f->sum.came += f->answer.certs.n;
	f->sum.useless += f->answer.passed_over;
	p->row.useless += f->answer.passed_over;
	if (f->answer.certs.n > 0)
		batch_submit(s, p);
	else
		batch_end(s, p);
}

/* What the next batch asks for; 0: no more, in this round. */
static size_t
batch_size(struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	size_t n = f->n - f->at;

	if (f->sum.asked >= ROUND_HASHES || f->octets >= ROUND_OCTETS)
		return 0;
	if (p->priv->batch == 0)
		p->priv->batch = BATCH_FIRST;
	return n < p->priv->batch ? n : p->priv->batch;
}

static void
question_write(struct sync_fetching *f, size_t n)
{
	buf_clear(&f->question);
	buf_be32(&f->question, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_be32(&f->question, RECON_HASH);
		buf_put(&f->question,
		    bytes_of(f->hashes[f->at + i].b, RECON_HASH));
	}
}

static void
batch_ask(struct sync *s, struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	size_t n = batch_size(p);
	/* Nothing at all came: that is no success. */
	bool is_bad = f->sum.came == 0 && f->error[0] != '\0';

	if (n == 0) {
		finish(s, p, is_bad ? f->error : "", is_bad ? f->words : "");
		return;
	}
	question_write(f, n);
	f->from = f->at;
	f->at += n;
	f->sum.asked += n;
	sync_http_start(s, &(struct sync_http){ .peer = p,
			       .path = "/pks/hashquery",
			       .port = f->what.http_port,
			       .type = "sks/hashquery",
			       .body = buf_bytes(&f->question),
			       .plain = true,
			       .answer_max = ANSWER_MAX,
			       .seconds = SECONDS,
			       .stall_seconds = SECONDS,
			       .done = batch_answered,
			       .arg = f });
}

/* ---- whole ---------------------------------------------------------------------- */

void
sync_fetch_start(struct sync *s, struct sync_peer *p,
    const struct sync_fetch *what)
{
	struct sync_fetching *f = alloc_zero(1, sizeof(*f));

	f->what = *what;
	f->n = what->n;
	f->hashes = alloc_zero(what->n + 1, sizeof(*f->hashes));
	if (what->n > 0)
		memcpy(f->hashes, what->hashes, what->n * sizeof(*f->hashes));
	buf_init(&f->question, 4 + BATCH_MAX * (4 + RECON_HASH));
	p->priv->fetching = f;
	/* From the loop, as all that calls back. */
	sync_timer_set(p, SYNC_TIMER_ROUND, s->now, batch_ask);
}

bool
sync_fetch_is_active(const struct sync_peer *p)
{
	return p->priv->fetching != NULL;
}

void
sync_fetch_cancel(struct sync *s, struct sync_peer *p)
{
	if (p->priv->fetching == NULL)
		return;
	sync_timer_set(p, SYNC_TIMER_ROUND, 0, NULL);
	sync_http_cancel(s, p);
	sync_submit_cancel(s, p);
	fetching_free(p->priv->fetching);
	p->priv->fetching = NULL;
}
