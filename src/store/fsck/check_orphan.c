/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of statements and terms from their side: rows that no carrier backs,
 * and counts of items.
 */
#include "base/hex.h"
#include "store/check.h"
#include "store/row.h"

/* Of a certificate or a record, whichever the sign tells. */
static enum ics_err
carrier_read(struct db *db, int64_t id, struct says *says)
{
	struct store_record_entry *e = NULL;
	struct check_record cr;
	struct check_cert cc;
	enum ics_err err;

	if (id > 0) {
		TRY(check_cert_next(db, id - 1, &cc));
		if (cc.cert.id == id)
			says_of_cert_data(cc.cert.data, says);
		return ICS_OK;
	}
	TRY(check_record_next(db, -id - 1, &cr));
	if (cr.id != -id || says_of_record(&cr.rec, &e) != ICS_OK)
		return ICS_OK;
	*says = e->says;
	e->says = (struct says){ 0 };
	store_record_entry_free(e);
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
check_carrier_get(struct db *db, int64_t id, struct check_carrier *carrier)
{
	enum ics_err err;

	if (carrier->id == id)
		return ICS_OK;
	says_release(&carrier->says);
	*carrier = (struct check_carrier){ .id = id };
	TRY(carrier_read(db, id, &carrier->says));
out:
	return err;
}

enum ics_err
check_statement_read(sqlite3_stmt *stmt, struct check_statement *st)
{
	enum ics_err err;

	st->item = row_number(stmt, 0);
	TRY(row_copy(stmt, 1, st->digest, sizeof(st->digest)));
	st->carrier = row_number(stmt, 2);
	st->position = row_number(stmt, 3);
	st->received = row_number(stmt, 4);
	if (!notations_subject_of_octets(row_bytes(stmt, 5), &st->subject))
		st->subject = (struct notations_subject){ 0 };
out:
	return err;
}

bool
check_statement_backed(const struct check_statement *st,
    const struct says *says)
{
	return says_has_digest(says, st->digest) &&
	       notations_subject_equal(&says->subject, &st->subject);
}

static enum ics_err
statements_walk(struct check *c)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, SQL_CHECK_STATEMENTS);
	struct check_carrier carrier = { 0 };
	struct check_statement st;
	char hex[65];
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		TRY(check_statement_read(stmt, &st));
		TRY(check_carrier_get(&c->r->db, st.carrier, &carrier));
		if (check_statement_backed(&st, &carrier.says))
			continue;
		hex_lower(bytes_of(st.digest, 32), hex);
		check_found(c, "statement row %s: carrier %lld does not say it",
		    hex, (long long)st.carrier);
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	says_release(&carrier.says);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
terms_walk(struct check *c)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, SQL_CHECK_TERMS);
	struct check_carrier carrier = { 0 };
	struct check_term t;
	bool backed;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		t = check_term_read(stmt);
		TRY(check_carrier_get(&c->r->db, t.carrier, &carrier));
		TRY(check_term_backed(&c->r->db, &t, &carrier.says, &backed));
		if (!backed)
			check_found(c,
			    "term row %016llx: carrier %lld does not say it",
			    (unsigned long long)t.hash, (long long)t.carrier);
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	says_release(&carrier.says);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

struct check_term
check_term_read(sqlite3_stmt *stmt)
{
	return (struct check_term){ row_bits(stmt, 0), row_number(stmt, 1),
		row_number(stmt, 2) };
}

enum ics_err
check_term_backed(struct db *db, const struct check_term *t,
    const struct says *says, bool *backed)
{
	struct notations_subject subject;
	sqlite3_stmt *stmt;
	enum ics_err err;

	*backed = false;
	if (!says_has_term(says, t->hash))
		return ICS_OK;
	stmt = db_query(db, SQL_ITEM_GET);
	row_bind_number(stmt, ":id", t->item);
	TRY(db_step(db, stmt));
	*backed = notations_subject_of_octets(row_bytes(stmt, 0), &subject) &&
		  notations_subject_equal(&says->subject, &subject);
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
items_check(struct check *c)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_ITEMS);
	char name[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject subject;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		if (!notations_subject_of_octets(row_bytes(stmt, 0), &subject))
			subject = (struct notations_subject){ 0 };
		check_subject_name(&subject, name);
		check_found(c, "%s: %lld statements miscounted", name,
		    (long long)row_number(stmt, 1));
		c->said = true;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
check_orphans(struct check *c)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_COUNTS);
	int64_t statements, terms;
	enum ics_err err;

	TRY(db_step(&c->r->db, stmt));
	statements = row_number(stmt, 0);
	terms = row_number(stmt, 1);
	c->said = statements != c->statements || terms != c->terms;
	if (statements != c->statements)
		TRY(statements_walk(c));
	if (terms != c->terms)
		TRY(terms_walk(c));
	TRY(items_check(c));
out:
	return err;
}
