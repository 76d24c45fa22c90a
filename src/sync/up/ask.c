/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The question to the server further up, and what is taken of its answer: the
 * certificates that were asked for, to intake, like anybody's upload. What
 * else it sends is not kept.
 */
#include "base/hex.h"
#include "base/log.h"
#include "pgp/pgp.h"
#include "sync/up.h"

#define QUESTION "/pks/lookup?op=get&options=mr&search=0x"

/* ---- what was asked for ------------------------------------------------------------ */

static bool
is_key(const struct sync_up_job *j, const struct pgp_key *key)
{
	struct bytes wanted = bytes_of(j->key, j->n);
	struct cursor cur = cursor_of(wanted);

	if (j->n == sizeof(key->keyid))
		return cursor_be64(&cur) == key->keyid;
	return bytes_equal(wanted, pgp_fpr_bytes(&key->fpr));
}

/* Has it such a key? Whether that is bound is seen by intake. */
static bool
is_wanted(const struct sync_up_job *j, struct bytes packets)
{
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	bool yes = false;

	if (pgp_cert_parse(packets, &rep, &cert) == ICS_OK)
		for (size_t i = 0; i < cert->parts_n && !yes; i++) {
			const struct pgp_part *part = &cert->parts[i];

			yes = (part->kind == PGP_PART_PRIMARY ||
				  part->kind == PGP_PART_SUBKEY) &&
			      is_key(j, &part->key);
		}
	pgp_cert_free(cert);
	report_release(&rep);
	return yes;
}

/* Those of an answer that were asked for; *n is how many. */
static void
wanted_take(const struct sync_up_job *j, struct bytes body, struct buf *out,
    size_t *n)
{
	struct cursor cur;
	struct pgp_block block;
	struct buf packets;

	*n = 0;
	buf_init(&packets, SYNC_UP_ANSWER);
	if (pgp_input_read(body, &packets) == ICS_OK) {
		cur = cursor_of(buf_bytes(&packets));
		while (*n < SYNC_UP_CERTS &&
		       pgp_block_next(&cur, &block) == ICS_OK)
			if (block.kind == PGP_BLOCK_CERT &&
			    is_wanted(j, block.data)) {
				buf_put(out, block.data);
				++*n;
			}
	}
	buf_release(&packets);
}

/* ---- the answer -------------------------------------------------------------------- */

static void
submitted(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_submitted *result)
{
	(void)p;
	(void)result; /* the store tells what came of it */
	sync_up_end(s, arg);
}

/* It says what it has, or that it has nothing. One that refuses a single
 * question is well; so is one whose certificate is too long for us. */
static bool
is_answer(const struct sync_http_answer *answer)
{
	if (answer->status == 0)
		return strcmp(answer->error, "answer-size") == 0;
	return answer->status == 200 ||
	       (answer->status >= 400 && answer->status < 500 &&
		   answer->status != 429);
}

static void
answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_up_job *j = h->arg;
	struct sync_submit u = { .peer = h->peer, .done = submitted, .arg = j };
	struct buf certs;
	size_t n = 0;

	buf_init(&certs, SYNC_UP_ANSWER);
	if (!is_answer(answer))
		sync_up_fail(s, answer->status == 0 ? answer->error : "status",
		    answer->retry_after);
	else
		sync_up_note(s, j);
	if (answer->status == 200)
		wanted_take(j, answer->body, &certs, &n);
	log_event(LOG_LEVEL_DEBUG, "upstream-answer",
	    "status=%ld error=%s certificates=%zu", answer->status,
	    answer->status == 0 ? answer->error : "none", n);
	if (n > 0) {
		u.input = buf_take(&certs);
		sync_submit_start(s, &u);
	} else {
		sync_up_end(s, j);
	}
	buf_release(&certs);
}

void
sync_up_ask(struct sync *s, struct sync_up_job *j)
{
	char path[sizeof(QUESTION) + 2 * SYNC_ASKED_KEY] = QUESTION;

	hex_lower(bytes_of(j->key, j->n), &path[sizeof(QUESTION) - 1]);
	sync_http_start(s, &(struct sync_http){ .peer = &s->up->peer,
			       .path = path,
			       .answer_max = SYNC_UP_ANSWER,
			       .seconds = SYNC_UP_SECONDS,
			       .done = answered,
			       .arg = j });
}
