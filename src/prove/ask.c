/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents about items, from here or from there. */
#include "prove/ask.h"

#include "client/find.h"
#include "client/out.h"
#include "prove/tell.h"

/* ---- which item ---------------------------------------------------------------------- */

static enum ics_err
cert_name(const struct buf *packets, const char *typed, struct pgp_fpr *fpr)
{
	struct cursor cur = cursor_of(buf_bytes(packets));
	struct pgp_packet packet;
	struct pgp_key key;
	size_t n = 0;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag != PGP_TAG_PUBLIC_KEY ||
		    pgp_key_parse(packet.body, &key) != ICS_OK)
			continue;
		*fpr = key.fpr;
		n++;
	}
	if (n == 1)
		return ICS_OK;
	out_fail(n == 0 ? "%s: no certificate"
			: "%s: several certificates; name one by its "
			  "fingerprint",
	    typed);
	return n == 0 ? ICS_ENOTFOUND : ICS_EUSAGE;
}

enum ics_err
prove_subject_find(const struct where *where, const char *typed,
    struct notations_subject *subject)
{
	struct pgp_fpr fpr;
	struct buf packets;
	struct find find;
	enum ics_err err = ICS_OK;

	if (notations_subject_guess(bytes_of_str(typed), subject))
		return ICS_OK;
	buf_init(&packets, FIND_OCTETS_MAX);
	TRY(find_read(typed, &find));
	TRY(find_certs(where, &find, true, &packets));
	TRY(cert_name(&packets, typed, &fpr));
	notations_subject_of_fpr(&fpr, subject);
out:
	buf_release(&packets);
	return err;
}

enum ics_err
prove_tell_unknown(const struct notations_subject *subject)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(subject, text);
	out_fail("%s: nothing is known about it", text);
	return ICS_ENOTFOUND;
}

/* ---- what verifies here ------------------------------------------------------------------ */

static bool
item_has(const struct item *it, const char *digest)
{
	struct notations_digest d;

	if (notations_digest_read(bytes_of_str(digest), &d) != ICS_OK ||
	    d.n != 32)
		return false;
	for (size_t i = 0; i < it->statements_n; i++)
		if (memcmp(it->statements[i].st.digest, d.b, 32) == 0)
			return true;
	return false;
}

static void
statement_mark(json_t *statement, const struct item *it)
{
	if (json_is_object(statement))
		json_object_set_new(statement, "verified",
		    json_boolean(item_has(it,
			prove_text(statement, "digest"))));
}

static void
statements_mark(json_t *doc, const struct item *it)
{
	static const char *const single[] = { "decided_by", "other" };
	static const char *const lists[] = { "statements", "entries" };
	json_t *statement;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		statement_mark(json_object_get(doc, single[k]), it);
		json_array_foreach(json_object_get(doc, lists[k]), i, statement)
		    statement_mark(statement, it);
	}
}

/* ---- asking --------------------------------------------------------------------------------- */

static void
path_write(const struct prove_question *q, const struct prove_wanted *wanted,
    struct buf *path)
{
	static const char *const tails[] = { [PROVE_DOC_ITEM] = "",
		[PROVE_DOC_STATUS] = "/status",
		[PROVE_DOC_HISTORY] = "/history" };

	prove_item_path(wanted->subject, path);
	buf_put_str(path, tails[wanted->doc]);
	prove_when_query(&q->said, &q->when, path);
}

static json_t *
doc_of(const struct prove_folded *folded, enum prove_doc doc)
{
	const struct item_telling t = prove_folded_telling(folded);

	switch (doc) {
	case PROVE_DOC_ITEM:
		return item_json_descriptor(&t);
	case PROVE_DOC_STATUS:
		return item_json_status(&t);
	case PROVE_DOC_HISTORY:
		break;
	}
	return item_json_history(&t);
}

/* When the server knew of what: only it can tell. */
static enum ics_err
known_ask(const struct prove_question *q, struct http *h,
    const struct notations_subject *subject, struct prove_evidence *ev)
{
	const struct prove_question now = { .where = q->where };
	const struct prove_wanted wanted = { subject, PROVE_DOC_HISTORY };
	json_t *history = NULL;
	struct buf path;
	enum ics_err err;

	buf_init(&path, 1024);
	path_write(&now, &wanted, &path);
	err = prove_get_json(&(struct prove_get){ h, buf_str(&path),
				 "the history" },
	    &history);
	if (err == ICS_OK)
		prove_evidence_known(ev, history);
	json_decref(history);
	buf_release(&path);
	return err;
}

static void
requires_tell(const struct prove_question *q, const struct prove_folded *folded,
    json_t *doc)
{
	json_t *list = json_array();

	for (size_t i = 0; i < q->requires->n; i++) {
		const struct prove_require *r = &q->requires->at[i];
		struct prove_meeting m = prove_require_meet(r, folded);

		json_array_append_new(list, prove_meeting_json(r, folded, &m));
	}
	json_object_set_new(doc, "required", list);
}

static enum ics_err
judged_here(const struct prove_question *q, const struct prove_wanted *wanted,
    struct prove_evidence *ev, json_t **doc)
{
	const struct policy_rights rights = prove_anchors_rights(q->anchors);
	const struct prove_ask ask = { wanted->subject, &rights, q->when };
	struct prove_folded folded;
	enum ics_err err = prove_evidence_fold(ev, &ask, &folded);

	if (err == ICS_OK) {
		*doc = doc_of(&folded, wanted->doc);
		statements_mark(*doc, &folded.it);
		if (q->requires != NULL && q->requires->n > 0)
			requires_tell(q, &folded, *doc);
	}
	prove_folded_release(&folded);
	return err;
}

static enum ics_err
judged_there(const struct prove_question *q, const struct prove_wanted *wanted,
    struct prove_evidence *ev, json_t **doc)
{
	const struct prove_ask ask = { .subject = wanted->subject,
		.when = q->when };
	struct prove_folded folded;

	/* All that verifies, whoever said it: the pool keeps nothing else. */
	if (prove_evidence_fold(ev, &ask, &folded) == ICS_OK)
		statements_mark(*doc, &folded.it);
	prove_folded_release(&folded);
	json_object_set_new(*doc, "according_to",
	    json_string(where_name(q->where)));
	return ICS_OK;
}

static enum ics_err
evidence_get(const struct prove_question *q, struct http *h,
    const struct notations_subject *subject, struct prove_evidence *ev)
{
	const struct policy_rights rights = prove_anchors_rights(q->anchors);
	enum ics_err err = prove_evidence_fetch(ev, h, subject);

	if (err == ICS_OK && q->anchors->certs.n > 0)
		err = prove_evidence_add(ev, buf_bytes(&q->anchors->certs));
	if (err == ICS_OK)
		err = known_ask(q, h, subject, ev);
	return err == ICS_OK ? prove_evidence_settle(ev, &rights) : err;
}

enum ics_err
prove_question_ask(const struct prove_question *q,
    const struct prove_wanted *wanted, json_t **doc)
{
	struct prove_evidence ev;
	struct http *h = NULL;
	struct buf path;
	enum ics_err err;

	*doc = NULL;
	prove_evidence_init(&ev);
	buf_init(&path, 1024);
	path_write(q, wanted, &path);
	TRY(prove_server_open(q->where, &h));
	if (q->anchors->n == 0)
		TRY(prove_get_json(&(struct prove_get){ h, buf_str(&path),
				       where_name(q->where) },
		    doc));
	TRY(evidence_get(q, h, wanted->subject, &ev));
	err = q->anchors->n > 0 ? judged_here(q, wanted, &ev, doc)
				: judged_there(q, wanted, &ev, doc);
out:
	http_free(h);
	buf_release(&path);
	prove_evidence_release(&ev);
	return err;
}

bool
prove_status_is_good(const json_t *status)
{
	static const char *const good[] = { "active", "released", "approved",
		"unknown" };
	const char *word = prove_text(status, "status");

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(good[i], word) == 0)
			return true;
	return false;
}
