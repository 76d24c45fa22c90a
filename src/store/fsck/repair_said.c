/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repair of what is said. Invariant: the log decides. A statement that it does
 * not know gets no row, and one that it knows and nobody carries stays named.
 */
#include "store/check.h"
#include "store/row.h"

/* The newest log row that tells of a statement. */
struct told {
	int64_t position, received;
};

static enum ics_err
told_get(struct store *s, const struct notations_subject *subject,
    const uint8_t digest[32], struct told *told)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_REPAIR_TOLD);
	enum ics_err err;

	row_bind_bytes(stmt, ":fpr", bytes_of(subject->b, subject->n));
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	TRY(db_step(&s->db, stmt));
	told->position = row_number(stmt, 0);
	told->received = row_number(stmt, 1);
out:
	return err;
}

static enum ics_err
item_get(struct store *s, const struct says *says, int64_t *item)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	struct bytes subject = says_subject(&says->subject, octets);
	sqlite3_stmt *stmt = db_query(&s->db, SQL_ITEM_FIND);
	enum ics_err err;

	row_bind_bytes(stmt, ":subject", subject);
	err = db_step(&s->db, stmt);
	if (err == ICS_OK)
		*item = row_number(stmt, 0);
	if (err != ICS_ENOTFOUND)
		return err;
	stmt = db_query(&s->db, SQL_ITEM_INSERT);
	row_bind_bytes(stmt, ":subject", subject);
	TRY(db_finish(&s->db, stmt));
	*item = sqlite3_last_insert_rowid(s->db.sq);
out:
	return err;
}

static enum ics_err
statement_write(struct store *s, const struct check_statement *st)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_REPAIR_STATEMENT);

	row_bind_number(stmt, ":item", st->item);
	row_bind_bytes(stmt, ":digest", bytes_of(st->digest, 32));
	row_bind_number(stmt, ":carrier", st->carrier);
	row_bind_number(stmt, ":position", st->position);
	row_bind_number(stmt, ":received", st->received);
	return db_finish(&s->db, stmt);
}

enum ics_err
repair_said(struct store *s, const struct says *says, int64_t carrier)
{
	struct check_statement st = { .carrier = carrier };
	struct told told;
	enum ics_err err = ICS_OK;

	if (says->digests.n == 0)
		return ICS_OK;
	TRY(item_get(s, says, &st.item));
	for (size_t i = 0; i < says->digests.n; i++) {
		memcpy(st.digest, says->digests.at[i].b, sizeof(st.digest));
		err = told_get(s, &says->subject, st.digest, &told);
		if (err == ICS_ENOTFOUND)
			continue;
		TRY(err);
		st.position = told.position;
		st.received = told.received;
		TRY(statement_write(s, &st));
	}
	for (size_t i = 0; i < says->terms.n; i++) {
		sqlite3_stmt *stmt = db_query(&s->db, SQL_TERM_INSERT);

		row_bind_bits(stmt, ":hash", says->terms.at[i]);
		row_bind_number(stmt, ":item", st.item);
		row_bind_number(stmt, ":carrier", carrier);
		TRY(db_finish(&s->db, stmt));
	}
	err = ICS_OK;
out:
	return err;
}

/* ---- records --------------------------------------------------------------- */

static enum ics_err
record_write(struct store *s, int64_t id, const struct store_record_entry *e)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	sqlite3_stmt *stmt = db_query(&s->db, SQL_REPAIR_RECORD);

	row_bind_number(stmt, ":id", id);
	row_bind_bits(stmt, ":head", be64_from_bytes(e->digest));
	row_bind_bytes(stmt, ":digest", bytes_of(e->digest, 32));
	row_bind_bits(stmt, ":signed_head", e->signed_head);
	row_bind_bytes(stmt, ":subject",
	    says_subject(&e->says.subject, octets));
	row_bind_number(stmt, ":created", e->created);
	row_bind_number(stmt, ":crc", pgp_crc24(buf_bytes(&e->body)));
	return db_finish(&s->db, stmt);
}

/* The digest leaves out the unhashed area: the CRC agrees on that, or it is
 * what it can only be, and the CRC is what is wrong. */
static bool
is_whole(const struct check_record *cr)
{
	struct pgp_sig sig;

	return cr->crc == pgp_crc24(cr->rec.body) ||
	       (pgp_sig_parse(cr->rec.body, &sig) == ICS_OK &&
		   pgp_sig_is_canonical(&sig));
}

/* The octets of another row say nothing about this one. */
static enum ics_err
is_others(struct store *s, int64_t id, const struct store_record_entry *e,
    bool *is)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_RECORD_KNOWN);
	enum ics_err err;

	row_bind_bits(stmt, ":head", be64_from_bytes(e->digest));
	row_bind_bytes(stmt, ":digest", bytes_of(e->digest, 32));
	err = db_step(&s->db, stmt);
	*is = err == ICS_OK && row_number(stmt, 0) != id;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* The octets are those that the log knows. */
static enum ics_err
record_repair(struct store *s, int64_t id, int64_t *repaired)
{
	struct store_record_entry *e = NULL;
	struct check_record cr;
	struct told told;
	bool others;
	enum ics_err err;

	TRY(check_record_next(&s->db, id - 1, &cr));
	if (!is_whole(&cr) || says_of_record(&cr.rec, &e) != ICS_OK)
		goto out;
	TRY(is_others(s, id, e, &others));
	if (others)
		goto out;
	err = told_get(s, &e->says.subject, e->digest, &told);
	if (err == ICS_ENOTFOUND) {
		err = ICS_OK;
		goto out;
	}
	TRY(err);
	TRY(record_write(s, id, e));
	TRY(repair_said(s, &e->says, -id));
	++*repaired;
out:
	store_record_entry_free(e);
	return err;
}

/* ---- rows of nobody -------------------------------------------------------- */

ARRAY_OF(struct check_statement, statements);
ARRAY_OF(struct check_term, terms);

static enum ics_err
statements_find(struct store *s, struct statements *found)
{
	sqlite3_stmt *stmt = db_query_keep(&s->db, SQL_CHECK_STATEMENTS);
	struct check_carrier carrier = { 0 };
	struct check_statement st;
	enum ics_err err;

	while ((err = db_step(&s->db, stmt)) == ICS_OK) {
		TRY(check_statement_read(stmt, &st));
		TRY(check_carrier_get(&s->db, st.carrier, &carrier));
		if (!check_statement_backed(&st, &carrier.says))
			*statements_add(found) = st;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	says_release(&carrier.says);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
terms_find(struct store *s, struct terms *found)
{
	sqlite3_stmt *stmt = db_query_keep(&s->db, SQL_CHECK_TERMS);
	struct check_carrier carrier = { 0 };
	struct check_term t;
	bool backed;
	enum ics_err err;

	while ((err = db_step(&s->db, stmt)) == ICS_OK) {
		t = check_term_read(stmt);
		TRY(check_carrier_get(&s->db, t.carrier, &carrier));
		TRY(check_term_backed(&s->db, &t, &carrier.says, &backed));
		if (!backed)
			*terms_add(found) = t;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	says_release(&carrier.says);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
orphans_drop(struct store *s, int64_t *repaired)
{
	struct statements statements = { 0 };
	struct terms terms = { 0 };
	sqlite3_stmt *stmt;
	enum ics_err err;

	TRY(statements_find(s, &statements));
	TRY(terms_find(s, &terms));
	for (size_t i = 0; i < statements.n; i++) {
		stmt = db_query(&s->db, SQL_STATEMENT_DELETE);
		row_bind_number(stmt, ":item", statements.at[i].item);
		row_bind_bytes(stmt, ":digest",
		    bytes_of(statements.at[i].digest, 32));
		TRY(db_finish(&s->db, stmt));
	}
	for (size_t i = 0; i < terms.n; i++) {
		stmt = db_query(&s->db, SQL_TERM_DELETE);
		row_bind_bits(stmt, ":hash", terms.at[i].hash);
		row_bind_number(stmt, ":item", terms.at[i].item);
		row_bind_number(stmt, ":carrier", terms.at[i].carrier);
		TRY(db_finish(&s->db, stmt));
	}
	*repaired += (int64_t)(statements.n + terms.n);
out:
	statements_release(&statements);
	terms_release(&terms);
	return err;
}

enum ics_err
repair_all_said(struct store *s, const struct check *c, int64_t *repaired)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < c->records.n; i++)
		TRY(record_repair(s, c->records.at[i], repaired));
	if (!c->said && c->records.n == 0 && c->certs.n == 0)
		return ICS_OK;
	TRY(orphans_drop(s, repaired));
	TRY(db_do(&s->db, SQL_REPAIR_ITEMS));
	*repaired += sqlite3_changes(s->db.sq);
	TRY(db_do(&s->db, SQL_REPAIR_EMPTY));
out:
	return err;
}
