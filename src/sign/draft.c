/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be signed, put together and judged before it is. */
#include "sign/draft.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "compose/compose.h"
#include "pgp/registry.h"

void
sign_draft_init(struct sign_draft *draft)
{
	*draft = (struct sign_draft){ .carrier = NOTATIONS_RECORD };
	buf_init(&draft->hashed, PGP_HASHED_MAX);
}

void
sign_draft_release(struct sign_draft *draft)
{
	buf_release(&draft->hashed);
}

/* ---- where it stands ---------------------------------------------------------- */

void
sign_draft_record(struct sign_draft *draft, enum notations_kind kind,
    const struct notations_subject *subject)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX], rec[64];

	draft->carrier = NOTATIONS_RECORD;
	draft->kind = kind;
	draft->type = PGP_SIG_BINARY;
	draft->subject = *subject;
	(void)snprintf(rec, sizeof(rec), "%s/1",
	    notations_kind_word(kind)); /* a short word */
	notations_subject_text(subject, text);
	notations_write(NOTATIONS_NAME_REC, bytes_of_str(rec), &draft->hashed);
	notations_write(NOTATIONS_NAME_SUBJECT, bytes_of_str(text),
	    &draft->hashed);
	draft->said[NOTATIONS_NAME_REC] = true;
	draft->said[NOTATIONS_NAME_SUBJECT] = true;
}

/* The first that is not revoked: facts have the primary User ID first. */
static enum ics_err
uid_choose(struct sign_draft *draft, const struct pgp_facts *facts)
{
	struct bytes uid = { NULL, 0 };

	for (size_t i = facts->uids_n; i-- > 0;)
		if (!facts->uids[i].revoked)
			uid = facts->uids[i].uid;
	if (facts->uids_n > 0 && uid.n == 0) {
		out_fail("every User ID of that certificate is revoked");
		return ICS_ENOTFOUND;
	}
	for (size_t i = 0; uid.n > 0 && i < draft->cert->parts_n; i++)
		if (draft->cert->parts[i].kind == PGP_PART_UID &&
		    bytes_equal(draft->cert->parts[i].body, uid))
			draft->uid = &draft->cert->parts[i];
	return ICS_OK;
}

enum ics_err
sign_draft_certification(struct sign_draft *draft, uint8_t type,
    const struct pgp_cert *cert)
{
	struct pgp_facts facts;
	enum ics_err err;

	draft->carrier = NOTATIONS_CERTIFICATION;
	draft->type = type;
	draft->cert = cert;
	notations_subject_of_fpr(&pgp_cert_primary(cert)->fpr, &draft->subject);
	pgp_cert_facts(cert, &facts);
	err = uid_choose(draft, &facts);
	pgp_facts_release(&facts);
	if (draft->uid == NULL && type == PGP_SIG_CERT_GENERIC)
		draft->type = PGP_SIG_DIRECT_KEY;
	return err;
}

struct pgp_subject
sign_draft_covers(const struct sign_draft *draft)
{
	struct pgp_subject subject = { .primary = NULL };

	if (draft->carrier != NOTATIONS_CERTIFICATION)
		return subject;
	subject.primary = pgp_cert_primary(draft->cert);
	if (draft->uid != NULL) {
		subject.uid_tag = PGP_TAG_USER_ID;
		subject.uid = draft->uid->body;
	}
	return subject;
}

/* ---- what it says ------------------------------------------------------------------ */

static enum ics_err
say_readable(struct sign_draft *draft, enum notations_name name,
    struct bytes value)
{
	const struct notations_row *row = notations_row(name);
	bool is_readable = row->syntax != NOTATIONS_SYNTAX_HASH;

	if (draft->said[name] && !row->may_repeat) {
		out_fail("%s is said twice", row->name);
		return ICS_EUSAGE;
	}
	if (notations_value_check(row->syntax, value, is_readable) != ICS_OK) {
		out_fail("%s: must be %s", row->name,
		    notations_syntax_words(row->syntax));
		return ICS_EUSAGE;
	}
	draft->said[name] = true;
	notations_write(name, value, &draft->hashed);
	return ICS_OK;
}

/* Atkins' binary form of what was written as text. */
static enum ics_err
say_hash(struct sign_draft *draft, struct bytes value)
{
	struct notations_digest d;
	struct buf binary;
	enum ics_err err;

	buf_init(&binary, NOTATIONS_VALUE_MAX);
	err = notations_digest_read(value, &d);
	if (err == ICS_OK)
		notations_hash_write(&d, &binary);
	if (err != ICS_OK || buf_end(&binary) != ICS_OK) {
		out_fail("hash: write it as sha256:DIGITS NAME");
		err = ICS_EUSAGE;
	} else {
		err = say_readable(draft, NOTATIONS_NAME_HASH,
		    buf_bytes(&binary));
	}
	buf_release(&binary);
	return err;
}

enum ics_err
sign_draft_say(struct sign_draft *draft, enum notations_name name,
    struct bytes value)
{
	enum ics_err err = name == NOTATIONS_NAME_HASH
			       ? say_hash(draft, value)
			       : say_readable(draft, name, value);

	if (err == ICS_OK && buf_end(&draft->hashed) != ICS_OK) {
		out_fail("more is said than the %u octets that fit",
		    PGP_HASHED_MAX);
		err = ICS_ETOOBIG;
	}
	return err;
}

enum ics_err
sign_draft_say_text(struct sign_draft *draft, enum notations_name name,
    const char *text)
{
	return sign_draft_say(draft, name, bytes_of_str(text));
}

enum ics_err
sign_draft_say_maybe(struct sign_draft *draft, enum notations_name name,
    const char *text)
{
	return text == NULL ? ICS_OK : sign_draft_say_text(draft, name, text);
}

/* A name that is not ours, kept as it is. */
static enum ics_err
set_foreign(struct sign_draft *draft, struct bytes name, struct bytes value)
{
	struct notations_raw raw = {
		.name = name, .value = value, .is_readable = true
	};

	if (memchr(name.p, '@', name.n) == NULL) {
		out_fail("%.*s: no such notation; ics-notations(7) lists them, "
			 "and one of your own ends with @ and your domain",
		    (int)name.n, (const char *)name.p);
		return ICS_EUSAGE;
	}
	if (name.n > NOTATIONS_NAME_MAX || value.n > NOTATIONS_VALUE_MAX) {
		out_fail("%.*s: too long", (int)name.n, (const char *)name.p);
		return ICS_ETOOBIG;
	}
	notations_write_raw(&raw, &draft->hashed);
	return ICS_OK;
}

enum ics_err
sign_draft_set(struct sign_draft *draft, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	enum notations_name name;
	struct bytes left;

	if (equals == NULL || equals == assignment) {
		out_fail("%s: write NAME=VALUE", assignment);
		return ICS_EUSAGE;
	}
	left = bytes_of(assignment, (size_t)(equals - assignment));
	name = notations_name_find(left);
	if (name == NOTATIONS_NAME_UNKNOWN)
		return set_foreign(draft, left, bytes_of_str(equals + 1));
	return sign_draft_say(draft, name, bytes_of_str(equals + 1));
}

/* ---- judging ---------------------------------------------------------------------- */

/* Values of the right shape, so that the whole can be read. */
static void
values_pretend(const struct pgp_key *by, struct buf *values)
{
	const struct pgp_shape *shape = &pgp_algo_row(by->algo)->values;

	for (size_t i = 0; i < shape->n; i++) {
		if (shape->kind == PGP_SHAPE_MPI)
			pgp_mpi_write(bytes_of("\x01", 1), values);
		else
			buf_u8(values, 0);
	}
}

static enum ics_err
body_judge(const struct sign_draft *draft, struct bytes body)
{
	struct notations_place place = { .carrier = draft->carrier };
	struct notations_statement st = { .seq = 0 };
	struct report rep = { 0 };
	struct pgp_sig sig;
	enum ics_err err = pgp_sig_parse(body, &sig);

	if (draft->carrier == NOTATIONS_CERTIFICATION)
		place.certified = &pgp_cert_primary(draft->cert)->fpr;
	if (err == ICS_OK)
		err = notations_statement_read(&sig, &place, &rep, &st);
	for (size_t i = 0; err != ICS_OK && i < rep.n; i++)
		out_fail("%s: %s%s%s", rep.at[i].about, rep.at[i].reason->words,
		    rep.at[i].reason->help[0] == '\0' ? "" : "; ",
		    rep.at[i].reason->help);
	notations_statement_release(&st);
	report_release(&rep);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
sign_draft_check(const struct sign_draft *draft, const struct pgp_key *by)
{
	static const uint8_t salt[64];
	struct pgp_subject covers = sign_draft_covers(draft);
	struct compose_order c = { .by = by,
		.type = draft->type,
		.hash = compose_hash(by),
		.created = (uint32_t)draft->created,
		.expires = draft->expires,
		.hashed = buf_bytes(&draft->hashed) };
	struct compose_unsigned u;
	struct buf values;
	enum ics_err err;

	buf_init(&values, PGP_SIG_MAX);
	c.salt = bytes_of(salt, compose_salt_size(by->version, c.hash));
	err = compose_begin(&c, &covers, &u);
	if (err != ICS_OK) {
		out_fail("this cannot be signed: %s", err_words(err));
		goto out;
	}
	values_pretend(by, &values);
	compose_end(&u, buf_bytes(&values));
	err = body_judge(draft, buf_bytes(&u.body));
out:
	compose_release(&u);
	buf_release(&values);
	return err;
}

/* ---- showing ---------------------------------------------------------------------- */

/* A binary value as its digest, or as digits. */
static void
value_text(const struct pgp_notation *n, struct buf *to)
{
	char digits[NOTATIONS_DIGEST_TEXT_MAX];
	struct notations_digest d;

	if ((n->flags & 0x80000000u) != 0) {
		out_clean(n->value, to);
	} else if (notations_hash_read(n->value, &d) == ICS_OK) {
		notations_digest_text(&d, digits);
		buf_printf(to, "%s ", digits);
		out_clean(d.name, to);
	} else {
		buf_printf(to, "(%zu octets)", n->value.n);
	}
}

static const char *
carrier_words(const struct sign_draft *draft)
{
	return draft->carrier == NOTATIONS_RECORD
		   ? "a record"
		   : pgp_sigtype_words(draft->type);
}

void
sign_draft_show(const struct sign_draft *draft)
{
	struct cursor cur = cursor_of(buf_bytes(&draft->hashed));
	char text[NOTATIONS_SUBJECT_TEXT_MAX], date[CLOCK_TEXT_MAX];
	struct pgp_notation n;
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	notations_subject_text(&draft->subject, text);
	clock_rfc3339(draft->created, date);
	if (draft->uid != NULL)
		out_clean(draft->uid->body, &line);
	out_note(false, "will sign: %s about %s%s%s, dated %s",
	    carrier_words(draft), text, line.n > 0 ? " " : "", buf_str(&line),
	    date);
	if (draft->expires != 0) {
		clock_rfc3339(draft->created + draft->expires, date);
		out_note(false, "  until %s", date);
	}
	while (pgp_notation_next(&cur, &n) == ICS_OK) {
		buf_clear(&line);
		out_clean(n.name, &line);
		buf_put_str(&line, " = ");
		value_text(&n, &line);
		out_note(false, "  %s", buf_str(&line));
	}
	buf_release(&line);
}

static void
notations_json(const struct sign_draft *draft, json_t *list)
{
	struct cursor cur = cursor_of(buf_bytes(&draft->hashed));
	struct pgp_notation n;
	struct buf value;

	buf_init(&value, OUT_LINE_MAX);
	while (pgp_notation_next(&cur, &n) == ICS_OK) {
		buf_clear(&value);
		value_text(&n, &value);
		json_array_append_new(list,
		    json_pack("{s:o, s:o}", "name", out_json_text(n.name),
			"value", out_json_text(buf_bytes(&value))));
	}
	buf_release(&value);
}

json_t *
sign_draft_json(const struct sign_draft *draft)
{
	json_t *list = json_array();
	json_t *doc;
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_json(draft, list);
	notations_subject_text(&draft->subject, text);
	doc = json_pack("{s:s, s:s, s:i, s:o, s:o}", "carrier",
	    draft->carrier == NOTATIONS_RECORD ? "record" : "certification",
	    "subject", text, "type", (int)draft->type, "created",
	    out_json_time(draft->created), "notations", list);
	if (draft->uid != NULL)
		json_object_set_new(doc, "user_id",
		    out_json_text(draft->uid->body));
	if (draft->expires != 0)
		json_object_set_new(doc, "expires",
		    out_json_time(draft->created + draft->expires));
	return doc;
}
