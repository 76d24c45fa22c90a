/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /pks/hashquery to a peer, a batch after the other. The answer is not
 * aligned with the question: what came is judged by intake, as anybody's
 * upload is. Spec: recon.md 13
 */
#include "sync/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "sync/inside.h"

#define BATCH	      100	 /* hashes in a request */
#define ANSWER_MAX    (8u << 20) /* octets of an answer */
#define CERT_MAX      (1u << 20) /* of one certificate in it */
#define SECONDS	      180
#define STALL_SECONDS 30

struct sync_fetching {
	struct recon_hash *hashes; /* owned */
	size_t n, at;		   /* of them; the next to ask for */
	struct sync_fetch what;
	struct buf question;
	struct sync_fetched sum;
};

static void
fetching_free(struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;

	p->priv->fetching = NULL;
	buf_release(&f->question);
	free(f->hashes);
	free(f);
}

static void
finish(struct sync *s, struct sync_peer *p, const char *error,
    const char *words)
{
	struct sync_fetching *f = p->priv->fetching;
	struct sync_fetched sum = f->sum;
	struct sync_fetch what = f->what;

	sum.error = error;
	sum.words = words;
	sum.left = f->n - f->at;
	fetching_free(p);
	what.done(s, p, what.arg, &sum);
}

/* ---- a batch ------------------------------------------------------------------- */

static void batch_ask(struct sync *s, struct sync_peer *p);

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
	batch_ask(s, p);
}

/* Certificates of an answer, one behind the other; false when it is none. */
static bool
answer_read(struct bytes body, struct buf *certs, size_t *n)
{
	struct cursor cur = cursor_of(body);

	*n = cursor_be32(&cur);
	for (size_t i = 0; i < *n && !cur.failed; i++) {
		size_t length = cursor_be32(&cur);

		if (length > CERT_MAX)
			return false;
		buf_put(certs, cursor_take(&cur, length));
	}
	return cursor_ok(&cur) == ICS_OK && *n <= BATCH;
}

static void
batch_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_fetching *f = h->arg;
	struct sync_peer *p = h->peer;
	struct sync_submit u = { .peer = p, .done = batch_submitted, .arg = f };
	struct buf certs;
	size_t n;

	if (answer->status < 200 || answer->status > 299) {
		f->sum.retry_after = answer->retry_after;
		finish(s, p, answer->status == 0 ? answer->error : "hashquery",
		    answer->status == 0 ? answer->words
					: "the peer refuses /pks/hashquery");
		return;
	}
	buf_init(&certs, ANSWER_MAX);
	if (!answer_read(answer->body, &certs, &n)) {
		buf_release(&certs);
		finish(s, p, "hashquery",
		    "the peer's answer is no list of certificates");
		return;
	}
	f->sum.came += n;
	u.input = buf_take(&certs);
	if (n > 0)
		sync_submit_start(s, &u);
	else {
		alloc_bytes_free(u.input);
		batch_ask(s, p);
	}
}

static void
batch_ask(struct sync *s, struct sync_peer *p)
{
	struct sync_fetching *f = p->priv->fetching;
	size_t n = f->n - f->at < BATCH ? f->n - f->at : BATCH;

	if (n == 0) {
		finish(s, p, "", "");
		return;
	}
	buf_clear(&f->question);
	buf_be32(&f->question, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_be32(&f->question, RECON_HASH);
		buf_put(&f->question,
		    bytes_of(f->hashes[f->at + i].b, RECON_HASH));
	}
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
			       .stall_seconds = STALL_SECONDS,
			       .done = batch_answered,
			       .arg = f });
}

/* ---- whole ---------------------------------------------------------------------- */

static void
begin_due(struct sync *s, struct sync_peer *p)
{
	batch_ask(s, p);
}

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
	buf_init(&f->question, 4 + BATCH * (4 + RECON_HASH));
	p->priv->fetching = f;
	/* From the loop, as all that calls back. */
	sync_timer_set(p, SYNC_TIMER_ROUND, s->now, begin_due);
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
	fetching_free(p);
}
