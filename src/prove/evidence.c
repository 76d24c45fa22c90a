/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From octets of strangers to folded items. */
#include "prove/evidence.h"

#include "base/clock.h"
#include "base/hex.h"
#include "client/out.h"

#define EVIDENCE_MAX PGP_INPUT_MAX /* octets of packets */

void
prove_evidence_init(struct prove_evidence *ev)
{
	*ev = (struct prove_evidence){ .pool = item_pool_new(),
		.known = json_object() };
}

void
prove_evidence_release(struct prove_evidence *ev)
{
	item_pool_free(ev->pool);
	report_release(&ev->rep);
	json_decref(ev->known);
	*ev = (struct prove_evidence){ 0 };
}

/* ---- asking ------------------------------------------------------------------------ */

enum ics_err
prove_server_open(const struct where *where, struct http **h)
{
	if (where->kind == WHERE_URL || where->kind == WHERE_SOCKET)
		return http_new(where, h);
	out_fail("%s: no server runs there; start it, or name one with "
		 "--server",
	    where_name(where));
	return ICS_ENET;
}

void
prove_item_path(const struct notations_subject *subject, struct buf *to)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct bytes id;

	notations_subject_text(subject, text);
	id = bytes_of_str(text);
	switch (subject->kind) {
	case NOTATIONS_SUBJECT_ENTITY: /* without "dev:" */
		id = bytes_of(id.p + 4, id.n - 4);
		break;
	case NOTATIONS_SUBJECT_CODE: /* without "code:" */
		id = bytes_of(id.p + 5, id.n - 5);
		break;
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_RECORD:
		break;
	}
	buf_put_str(to, "/ics/v1/items/");
	buf_put(to, id);
}

static enum ics_err
get_answer(const struct prove_get *get, struct http_answer *answer)
{
	enum ics_err err;

	TRY(http_get(get->h, get->path, answer));
	err = http_judge(answer);
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		http_tell(answer, get->about);
out:
	return err;
}

enum ics_err
prove_get_json(const struct prove_get *get, json_t **doc)
{
	struct http_answer answer = { 0 };
	enum ics_err err;

	*doc = NULL;
	TRY(get_answer(get, &answer));
	*doc = http_json(&answer);
	err = *doc == NULL ? ICS_EFORMAT : ICS_OK;
out:
	http_answer_release(&answer);
	return err;
}

static void
records_keep(struct bytes packets, struct buf *records)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;

	while (pgp_block_next(&cur, &block) == ICS_OK)
		if (block.kind == PGP_BLOCK_SIG)
			buf_put(records, block.data);
}

enum ics_err
prove_records_fetch(struct http *h, const struct notations_subject *subject,
    struct buf *records)
{
	char about[NOTATIONS_SUBJECT_TEXT_MAX];
	struct http_answer answer = { 0 };
	struct buf path, packets;
	enum ics_err err;

	buf_init(&path, 1024);
	buf_init(&packets, EVIDENCE_MAX);
	notations_subject_text(subject, about);
	if (subject->kind == NOTATIONS_SUBJECT_RECORD)
		buf_printf(&path, "/ics/v1/statements/%s", about + 4);
	else
		prove_item_path(subject, &path);
	buf_put_str(&path, ".asc");
	TRY(get_answer(&(struct prove_get){ h, buf_str(&path), about },
	    &answer));
	err = pgp_input_read(buf_bytes(&answer.body), &packets);
	if (err == ICS_OK)
		records_keep(buf_bytes(&packets), records);
	else
		out_fail("%s: the answer is %s", about, err_words(err));
out:
	http_answer_release(&answer);
	buf_release(&path);
	buf_release(&packets);
	return err;
}

enum ics_err
prove_evidence_fetch(struct prove_evidence *ev, struct http *h,
    const struct notations_subject *subject)
{
	char about[NOTATIONS_SUBJECT_TEXT_MAX];
	struct http_answer answer = { 0 };
	struct buf path, packets;
	enum ics_err err;

	buf_init(&path, 1024);
	buf_init(&packets, EVIDENCE_MAX);
	notations_subject_text(subject, about);
	prove_item_path(subject, &path);
	buf_put_str(&path, "/evidence.asc");
	TRY(get_answer(&(struct prove_get){ h, buf_str(&path), about },
	    &answer));
	err = pgp_input_read(buf_bytes(&answer.body), &packets);
	if (err == ICS_OK)
		err = prove_evidence_add(ev, buf_bytes(&packets));
	if (err != ICS_OK) {
		out_fail("%s: the server's evidence is %s", about,
		    err_words(err));
		err = ICS_EFORMAT;
	}
out:
	http_answer_release(&answer);
	buf_release(&path);
	buf_release(&packets);
	return err;
}

enum ics_err
prove_evidence_add(struct prove_evidence *ev, struct bytes packets)
{
	if (packets.n == 0)
		return ICS_OK;
	if (packets.n > EVIDENCE_MAX - ev->octets)
		return ICS_ETOOBIG;
	ev->octets += packets.n;
	return item_pool_add(ev->pool, packets);
}

/* ---- when the server knew ------------------------------------------------------------ */

void
prove_evidence_known(struct prove_evidence *ev, const json_t *history)
{
	const json_t *rows = json_object_get(history, "entries");
	const json_t *row;
	const char *digest, *received;
	int64_t t;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		digest = json_string_value(json_object_get(row, "digest"));
		received = json_string_value(json_object_get(row, "received"));
		if (digest == NULL || received == NULL ||
		    notations_time_read(bytes_of_str(received), &t) != ICS_OK)
			continue;
		json_object_set_new(ev->known, digest,
		    json_pack("[O, I]", json_object_get(row, "position"),
			(json_int_t)t));
	}
}

static enum ics_err
known_find(void *arg, const struct notations_subject *subject,
    const uint8_t digest[32], struct item_known *known)
{
	const struct prove_evidence *ev = arg;
	struct notations_digest d = { .hash = PGP_HASH_SHA256, .n = 32 };
	char text[NOTATIONS_DIGEST_TEXT_MAX];
	const json_t *pair;

	(void)subject; /* digests are unique */
	memcpy(d.b, digest, 32);
	notations_digest_text(&d, text);
	pair = json_object_get(ev->known, text);
	*known = (struct item_known){
		.position = json_integer_value(json_array_get(pair, 0)),
		.received = json_integer_value(json_array_get(pair, 1))
	};
	return pair == NULL ? ICS_ENOTFOUND : ICS_OK;
}

/* The pool's own answers, but for the one that it cannot know. */
static enum ics_err
cert_find(void *arg, const struct pgp_fpr *fpr, struct bytes *data)
{
	const struct prove_evidence *ev = arg;

	return ev->source.cert(ev->source.arg, fpr, data);
}

static enum ics_err
record_find(void *arg, const struct notations_subject *subject,
    const uint8_t *after, struct item_record *rec)
{
	const struct prove_evidence *ev = arg;

	return ev->source.record(ev->source.arg, subject, after, rec);
}

/* ---- judging ---------------------------------------------------------------------------- */

enum ics_err
prove_evidence_settle(struct prove_evidence *ev,
    const struct policy_rights *rights)
{
	enum ics_err err;

	item_pool_rights(ev->pool, rights);
	err = item_pool_settle(ev->pool, clock_now(), &ev->rep);
	if (err != ICS_OK)
		out_fail("the evidence cannot be verified: %s", err_words(err));
	else
		item_source_of_pool(ev->pool, &ev->source);
	return err;
}

enum ics_err
prove_evidence_fold(struct prove_evidence *ev, const struct prove_ask *ask,
    struct prove_folded *folded)
{
	const struct item_source source = { .cert = cert_find,
		.record = record_find,
		.known = known_find,
		.arg = ev,
		.rights = ask->rights };
	enum ics_err err;

	*folded = (struct prove_folded){ .when = ask->when };
	TRY(item_read(&source, ask->subject, &folded->it));
	item_fold(&folded->it, ask->rights, &folded->when, &folded->state);
	folded->is_here = true;
out:
	return err;
}

void
prove_folded_release(struct prove_folded *folded)
{
	item_release(&folded->it);
	if (folded->is_here)
		policy_state_release(&folded->state);
	*folded = (struct prove_folded){ 0 };
}

struct item_telling
prove_folded_telling(const struct prove_folded *folded)
{
	return (struct item_telling){ .it = &folded->it,
		.state = &folded->state,
		.when = &folded->when };
}
