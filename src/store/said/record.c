/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records: bare signatures, kept by record digest. Invariant: a record, its
 * statement, its terms and its log row change in one transaction.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

/* 64 bits of what its values sign. A confirmation signs over its target, which
 * is not at hand here; nobody names one so, and its digest stands in. */
static uint64_t
signed_head(const struct pgp_sig *sig, const uint8_t digest[32])
{
	struct pgp_subject nothing = { 0 };
	uint8_t out[PGP_DIGEST_MAX];
	size_t n;

	if (sig->type == PGP_SIG_CONFIRMATION ||
	    pgp_sig_digest(sig, &nothing, out, &n) != ICS_OK)
		return be64_from_bytes(digest);
	return be64_from_bytes(out);
}

enum ics_err
store_record_entry_new(struct bytes body, const struct notations_statement *st,
    const struct pgp_fpr *issuer, struct store_record_entry **e)
{
	struct store_record_entry *new;
	struct pgp_sig sig;
	enum ics_err err;

	*e = NULL;
	TRY(pgp_sig_parse(body, &sig));
	new = alloc_zero(1, sizeof(*new));
	memcpy(new->digest, st->digest, sizeof(new->digest));
	new->signed_head = signed_head(&sig, st->digest);
	new->issuer = *issuer;
	new->created = st->created;
	buf_init(&new->body, PGP_SIG_MAX);
	buf_put(&new->body, body);
	says_of_statement(st, issuer, &new->says);
	*e = new;
out:
	return err;
}

void
store_record_entry_free(struct store_record_entry *e)
{
	if (e == NULL)
		return;
	says_release(&e->says);
	buf_release(&e->body);
	free(e);
}

const uint8_t *
store_record_entry_digest(const struct store_record_entry *e)
{
	return e->digest;
}

void
store_record_entry_seat(struct store_record_entry *e)
{
	e->has_seat = true;
}

size_t
store_record_entry_names(const struct store_record_entry *e, uint64_t out[2])
{
	out[0] = be64_from_bytes(e->digest);
	out[1] = e->signed_head;
	return out[0] == out[1] ? 1 : 2;
}

enum ics_err
says_of_record(const struct says_record *rec, struct store_record_entry **e)
{
	struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct notations_statement st = { 0 };
	struct report rep = { 0 };
	struct pgp_sig sig;
	enum ics_err err;

	*e = NULL;
	TRY(pgp_sig_parse(rec->body, &sig));
	if (sig.type == PGP_SIG_CONFIRMATION) {
		place.carrier = NOTATIONS_CONFIRMATION;
		place.target = rec->subject.b;
	}
	err = notations_statement_read(&sig, &place, &rep, &st);
	if (err == ICS_OK)
		err = store_record_entry_new(rec->body, &st, &rec->issuer, e);
	notations_statement_release(&st);
out:
	report_release(&rep);
	return err == ICS_OK ? ICS_OK : ICS_EFORMAT;
}

/* ---- writing -------------------------------------------------------------- */

static void
digest_bind(sqlite3_stmt *stmt, const uint8_t digest[32])
{
	row_bind_bits(stmt, ":head", be64_from_bytes(digest));
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
}

static enum ics_err
known(struct store *s, const uint8_t digest[32])
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_RECORD_KNOWN);

	digest_bind(stmt, digest);
	return db_step(&s->db, stmt);
}

static enum ics_err
insert(struct store *s, const struct store_record_entry *e,
    struct bytes subject)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_RECORD_INSERT);

	digest_bind(stmt, e->digest);
	row_bind_bits(stmt, ":signed_head", e->signed_head);
	row_bind_bytes(stmt, ":subject", subject);
	row_bind_fpr(stmt, &e->issuer);
	row_bind_number(stmt, ":created", e->created);
	row_bind_number(stmt, ":crc", pgp_crc24(buf_bytes(&e->body)));
	row_bind_bytes(stmt, ":data", buf_bytes(&e->body));
	return db_finish(&s->db, stmt);
}

enum ics_err
store_record_put(struct store *s, const struct store_record_entry *e,
    int64_t now, enum store_taken *taken)
{
	struct says_change change = { .now = &e->says, .when = now };
	struct keep_change kept = { .digest = e->digest };
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	struct bytes subject = says_subject(&e->says.subject, octets);
	enum ics_err err;

	*taken = STORE_TAKEN_BEFORE;
	err = known(s, e->digest);
	if (err != ICS_ENOTFOUND)
		return err;
	TRY(says_room(s, e, taken));
	if (*taken != STORE_TAKEN)
		return ICS_OK;
	TRY(insert(s, e, subject));
	change.carrier = -sqlite3_last_insert_rowid(s->db.sq);
	TRY(says_put(s, &change));
	TRY(keep_change(s, &kept));
	s->delta.records++;
out:
	return err;
}

/* ---- reading --------------------------------------------------------------- */

static enum ics_err
subject_read(sqlite3_stmt *stmt, int column, struct notations_subject *subject)
{
	return notations_subject_of_octets(row_bytes(stmt, column), subject)
		   ? ICS_OK
		   : ICS_ECORRUPT;
}

/* The columns of record_get. */
static enum ics_err
record_read(struct db *db, sqlite3_stmt *stmt, struct store_record *rec)
{
	enum ics_err err;

	TRY(db_step(db, stmt));
	TRY(row_copy(stmt, 1, rec->digest, sizeof(rec->digest)));
	TRY(subject_read(stmt, 2, &rec->subject));
	TRY(row_fpr(stmt, 3, 4, &rec->issuer));
	rec->created = row_number(stmt, 5);
	rec->body = row_bytes(stmt, 6);
	rec->position = row_number(stmt, 7);
	rec->received = row_number(stmt, 8);
out:
	return err;
}

enum ics_err
store_record_get(struct store_reader *r, const uint8_t digest[32],
    struct store_record *rec)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_RECORD_GET);

	digest_bind(stmt, digest);
	return record_read(&r->db, stmt, rec);
}

enum ics_err
store_record_next(struct store_reader *r,
    const struct notations_subject *subject, const uint8_t *after,
    struct store_record *rec)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_RECORD_NEXT);
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];

	row_bind_bytes(stmt, ":subject", says_subject(subject, octets));
	row_bind_bytes(stmt, ":digest",
	    bytes_of(after, after != NULL ? 32 : 0));
	return record_read(&r->db, stmt, rec);
}

enum ics_err
store_record_next_any(struct store_reader *r, const uint8_t *after,
    struct store_record *rec)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_RECORD_NEXT_ANY);

	if (after != NULL) {
		digest_bind(stmt, after);
	} else {
		row_bind_number(stmt, ":head", INT64_MIN);
		row_bind_bytes(stmt, ":digest", bytes_of(NULL, 0));
	}
	return record_read(&r->db, stmt, rec);
}

enum ics_err
store_record_get_signed(struct store_reader *r, struct bytes signed_digest,
    struct store_record *rec)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_RECORD_GET_SIGNED);

	if (signed_digest.n < 8)
		return ICS_ENOTFOUND;
	row_bind_bits(stmt, ":head", be64_from_bytes(signed_digest.p));
	return record_read(&r->db, stmt, rec);
}

enum ics_err
store_record_saying(struct store_reader *r, struct store_saying *saying,
    struct store_record *rec)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_RECORD_SAYING);
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	enum ics_err err;

	row_bind_bytes(stmt, ":subject", says_subject(saying->subject, octets));
	row_bind_bits(stmt, ":hash", saying->term);
	row_bind_number(stmt, ":below", -saying->last);
	err = record_read(&r->db, stmt, rec);
	if (err == ICS_OK)
		saying->last = row_number(stmt, 0);
	return err;
}

/* What a record is made of, copied out of the writer's rows. */
static enum ics_err
stored_read(struct store *s, const uint8_t digest[32], int64_t *id,
    struct store_record_entry **e)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_RECORD_GET);
	struct store_record rec;
	struct says_record said;
	enum ics_err err;

	*e = NULL;
	digest_bind(stmt, digest);
	TRY(record_read(&s->db, stmt, &rec));
	*id = row_number(stmt, 0);
	said = (struct says_record){ rec.body, rec.subject, rec.issuer };
	if (says_of_record(&said, e) != ICS_OK)
		err = ICS_ECORRUPT;
out:
	return err;
}

enum ics_err
store_record_delete(struct store *s, const uint8_t digest[32], int64_t now)
{
	struct store_record_entry *e = NULL;
	struct says_change change = { .when = now };
	struct keep_change kept = { .digest_before = digest };
	sqlite3_stmt *stmt;
	int64_t id;
	enum ics_err err;

	TRY(stored_read(s, digest, &id, &e));
	change.before = &e->says;
	change.carrier = -id;
	TRY(says_put(s, &change));
	stmt = db_query(&s->db, SQL_RECORD_DELETE);
	row_bind_number(stmt, ":id", id);
	TRY(db_finish(&s->db, stmt));
	TRY(keep_change(s, &kept));
	s->delta.records--;
out:
	store_record_entry_free(e);
	return err;
}

/* ---- statements of both carriers ------------------------------------------- */

/* The first four columns of statement_next. */
static enum ics_err
statement_read(sqlite3_stmt *stmt, struct store_statement *st)
{
	enum ics_err err;

	TRY(row_copy(stmt, 0, st->digest, sizeof(st->digest)));
	st->position = row_number(stmt, 1);
	st->received = row_number(stmt, 2);
	st->is_record = row_number(stmt, 3) < 0;
out:
	return err;
}

enum ics_err
store_statement_next(struct store_reader *r,
    const struct notations_subject *subject, const uint8_t *after,
    struct store_statement *st)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_STATEMENT_NEXT);
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	enum ics_err err;

	row_bind_bytes(stmt, ":subject", says_subject(subject, octets));
	row_bind_bytes(stmt, ":digest",
	    bytes_of(after, after != NULL ? 32 : 0));
	TRY(db_step(&r->db, stmt));
	TRY(statement_read(stmt, st));
out:
	return err;
}

enum ics_err
store_statement_get(struct store_reader *r, const uint8_t digest[32],
    struct notations_subject *subject, struct store_statement *st)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_STATEMENT_GET);
	enum ics_err err;

	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	TRY(db_step(&r->db, stmt));
	TRY(statement_read(stmt, st));
	TRY(subject_read(stmt, 4, subject));
out:
	return err;
}

enum ics_err
store_statement_settle(struct store_reader *r,
    struct notations_subject *subject)
{
	struct store_statement st;
	enum ics_err err = ICS_OK;

	for (int i = 0; subject->kind == NOTATIONS_SUBJECT_RECORD; i++) {
		uint8_t digest[32];

		if (i == STORE_ABOUT_MAX || subject->n != sizeof(digest))
			return ICS_ENOTFOUND;
		memcpy(digest, subject->b, sizeof(digest));
		TRY(store_statement_get(r, digest, subject, &st));
	}
out:
	return err;
}
