/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * New certificates to an HKP peer: rows of our log behind a kept position, in
 * bounded batches, each a form for /pks/add. Invariant: the position moves
 * only over rows that the peer took or refused by a final word.
 */
#include "sync/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pgp/pgp.h"
#include "sync/inside.h"

#define KEPT_PUSHED  "pushed" /* a position of our own log */
#define BATCH_CERTS  50
#define BATCH_OCTETS (256u << 10) /* no more once there are so many */
#define BODY_MAX     (16u << 20)  /* a large certificate, armored, quoted */
#define ANSWER_MAX   (1u << 20)
#define REFUSED_MAX  3 /* one after the other by a 500: it is the peer */
#define ROUND_ROWS   2000
#define SECONDS	     60
#define STALL	     30

struct sync_pushing {
	struct sync_push what;
	int64_t at, next; /* the log was given to here; with the batch */
	size_t certs;	  /* in the batch */
	size_t batch;	  /* at most so many */
	size_t rows;	  /* of the round */
	unsigned refused; /* alone, by a 500, since the last that was taken */
	bool has_more;
	struct domain_sight sight; /* what the peer may be sent, of the batch */
	struct buf body;
};

static void
pushing_free(struct sync_pushing *g)
{
	buf_release(&g->body);
	free(g);
}

static void
finish(struct sync *s, struct sync_peer *p, const struct sync_result *result)
{
	struct sync_pushing *g = p->priv->pushing;

	p->priv->pushing = NULL;
	g->what.done(s, p, g->what.arg, result);
	pushing_free(g);
}

static void
position_save(struct sync *s, struct sync_peer *p)
{
	struct sync_pushing *g = p->priv->pushing;

	g->at = g->next;
	sync_keep_position_set(s, p, KEPT_PUSHED, g->at);
}

/* ---- a batch ------------------------------------------------------------------- */

/* A row's certificate, unless it has changed since (a later row has it) or is
 * none for such servers. */
static enum ics_err
row_put(struct store_reader *r, const struct store_log_row *row,
    struct sync_pushing *g, struct buf *certs)
{
	struct store_cert cert;
	enum ics_err err;

	if (row->event != STORE_EVENT_PUT ||
	    !sync_sight_sees(r, &g->sight, &row->subject))
		return ICS_OK;
	err = store_cert_get_primary(r, &row->item, &cert);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	if (err != ICS_OK || (cert.flags & STORE_CERT_HIDDEN) != 0 ||
	    memcmp(cert.digest, row->digest, sizeof(cert.digest)) != 0)
		return err;
	buf_put(certs, cert.data);
	g->certs++;
	return ICS_OK;
}

static enum ics_err
batch_read(struct sync *s, struct sync_peer *p, struct buf *certs)
{
	struct sync_pushing *g = p->priv->pushing;
	struct store_reader *r = sync_reader(s);
	struct store_log_row row;
	enum ics_err err = r == NULL ? ICS_EDB : ICS_OK;

	sync_sight_read(s, p, &g->sight);
	g->next = g->at;
	g->certs = 0;
	g->has_more = true;
	while (err == ICS_OK && g->certs < g->batch &&
	       certs->n < BATCH_OCTETS && g->rows < ROUND_ROWS) {
		err = store_log_next(r, g->next, &row);
		if (err == ICS_ENOTFOUND) {
			g->has_more = false;
			return ICS_OK;
		}
		if (err != ICS_OK)
			break;
		g->next = row.position;
		g->rows++;
		err = row_put(r, &row, g, certs);
	}
	return err == ICS_OK ? buf_end(certs) : err;
}

/* The field, armored; of armor's octets those that a form may not have as they
 * are get quoted. */
static void
form_write(struct buf *out, struct bytes certs)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = pgp_armor_length(certs.n, PGP_ARMOR_CERT, true);
	uint8_t *armor = alloc_zero(n, 1);

	pgp_armor_write(certs, PGP_ARMOR_CERT, pgp_crc24(certs), armor);
	buf_put_str(out, "keytext=");
	for (size_t i = 0; i < n; i++) {
		const uint8_t c = armor[i];
		const uint8_t quoted[] = { '%', (uint8_t)digits[c >> 4],
			(uint8_t)digits[c & 15] };

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z'))
			buf_put(out, bytes_of(&c, 1));
		else
			buf_put(out, bytes_of(quoted, sizeof(quoted)));
	}
	free(armor);
}

static void batch_send(struct sync *s, struct sync_peer *p);

/* A word about these certificates, not about all. */
static bool
is_final(const struct sync_pushing *g, long status)
{
	return status == 400 || status == 413 || status == 422 ||
	       (status == 403 && g->certs == 1) ||
	       (status == 500 && g->refused < REFUSED_MAX);
}

/* Less at once; one alone is refused for good, until it changes. */
static void
batch_refused(struct sync *s, struct sync_peer *p, long status)
{
	struct sync_pushing *g = p->priv->pushing;

	if (g->certs > 1) {
		g->batch = g->certs / 2;
	} else {
		position_save(s, p);
		p->row.useless++;
		g->refused += status == 500;
	}
	batch_send(s, p);
}

static void
batch_taken(struct sync *s, struct sync_peer *p)
{
	struct sync_pushing *g = p->priv->pushing;

	p->row.pushed += g->certs;
	g->refused = 0;
	if (g->batch < BATCH_CERTS)
		g->batch++;
	position_save(s, p);
	batch_send(s, p);
}

static void
batch_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	long status = answer->status;

	if (status >= 200 && status <= 299)
		batch_taken(s, p);
	else if (is_final(h->arg, status))
		batch_refused(s, p, status);
	else
		finish(s, p,
		    &(struct sync_result){
			.error = status == 0 ? answer->error : "add",
			.words = status == 0 ? answer->words
					     : "the peer refuses /pks/add",
			.retry_after = answer->retry_after });
}

static void
batch_post(struct sync *s, struct sync_peer *p)
{
	struct sync_pushing *g = p->priv->pushing;

	sync_http_start(s, &(struct sync_http){ .peer = p,
			       .path = "/pks/add",
			       .port = g->what.http_port,
			       .type = "application/x-www-form-urlencoded",
			       .body = buf_bytes(&g->body),
			       .plain = true,
			       .answer_max = ANSWER_MAX,
			       .seconds = SECONDS,
			       .stall_seconds = STALL,
			       .done = batch_answered,
			       .arg = g });
}

static void
batch_send(struct sync *s, struct sync_peer *p)
{
	struct sync_pushing *g = p->priv->pushing;
	struct buf certs;
	enum ics_err err;

	buf_init(&certs, BODY_MAX);
	err = batch_read(s, p, &certs);
	buf_clear(&g->body);
	if (err == ICS_OK && g->certs > 0) {
		form_write(&g->body, buf_bytes(&certs));
		err = buf_end(&g->body);
	}
	buf_release(&certs);
	if (err != ICS_OK) {
		finish(s, p,
		    &(struct sync_result){
			.error = "store", .words = err_words(err) });
	} else if (g->certs > 0) {
		batch_post(s, p);
	} else {
		position_save(s, p);
		finish(s, p,
		    &(struct sync_result){
			.error = "", .words = "", .again = g->has_more });
	}
}

/* ---- whole ---------------------------------------------------------------------- */

static void
begin_due(struct sync *s, struct sync_peer *p)
{
	struct sync_pushing *g = p->priv->pushing;
	struct store_reader *r = sync_reader(s);
	int64_t size;

	if (r == NULL || store_log_size(r, &size) != ICS_OK) {
		finish(s, p,
		    &(struct sync_result){
			.error = "store", .words = "our log cannot be read" });
		return;
	}
	g->at = sync_keep_position(s, p, KEPT_PUSHED, size);
	batch_send(s, p);
}

void
sync_push_start(struct sync *s, struct sync_peer *p,
    const struct sync_push *what)
{
	struct sync_pushing *g = alloc_zero(1, sizeof(*g));

	g->what = *what;
	g->batch = BATCH_CERTS;
	buf_init(&g->body, BODY_MAX);
	p->priv->pushing = g;
	/* From the loop, as all that calls back. */
	sync_timer_set(p, SYNC_TIMER_ROUND, s->now, begin_due);
}

void
sync_push_cancel(struct sync *s, struct sync_peer *p)
{
	if (p->priv->pushing == NULL)
		return;
	sync_timer_set(p, SYNC_TIMER_ROUND, 0, NULL);
	sync_http_cancel(s, p);
	pushing_free(p->priv->pushing);
	p->priv->pushing = NULL;
}

/* ---- rounds of kind hkp ----------------------------------------------------------- */

static void
round_done(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_result *result)
{
	(void)arg;
	sync_round_end(s, p, result);
}

static void
start(struct sync *s, struct sync_peer *p)
{
	if (p->conf.push)
		sync_push_start(s, p,
		    &(struct sync_push){ .done = round_done });
	else
		sync_round_end(s, p,
		    &(struct sync_result){ .error = "", .words = "" });
}

const struct sync_method sync_push_method = { .start = start,
	.cancel = sync_push_cancel };
