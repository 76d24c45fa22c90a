/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of records, statements and terms. Each carrier's rows are computed
 * again and sought; when a table then has more rows than were found, it is
 * walked for those that are nobody's.
 */
#include "base/hex.h"
#include "store/check.h"
#include "store/row.h"

void
check_subject_name(const struct notations_subject *subject,
    char out[NOTATIONS_SUBJECT_TEXT_MAX])
{
	if (subject->kind == NOTATIONS_SUBJECT_CODE ||
	    subject->kind == NOTATIONS_SUBJECT_RECORD)
		notations_subject_text(subject, out);
	else
		hex_lower(bytes_of(subject->b, subject->n), out);
}

/* A carrier that is being compared. */
struct compared {
	struct check *c;
	const struct says *says;
	int64_t carrier, item;
	char name[NOTATIONS_SUBJECT_TEXT_MAX];
	bool differs;
};

static void
differ(struct compared *cmp, const uint8_t digest[32], const char *what)
{
	char hex[65];

	hex_lower(bytes_of(digest, 32), hex);
	check_found(cmp->c, "%s: statement %s: %s", cmp->name, hex, what);
	cmp->differs = true;
}

/* The log row that a statement names must be about it. */
static enum ics_err
logged_compare(struct compared *cmp, const struct check_statement *st)
{
	struct store_log_row row;
	enum ics_err err = store_log_next(cmp->c->r, st->position - 1, &row);

	if (err != ICS_OK && err != ICS_ENOTFOUND)
		return err;
	if (err == ICS_ENOTFOUND || row.position != st->position ||
	    row.event != STORE_EVENT_STATE ||
	    memcmp(row.digest, st->digest, sizeof(row.digest)) != 0)
		differ(cmp, st->digest, "its log row is missing");
	else if (!notations_subject_equal(&row.subject, &cmp->says->subject))
		differ(cmp, st->digest, "the log has another subject");
	else if (row.received != st->received)
		differ(cmp, st->digest, "the log has another time");
	return ICS_OK;
}

static enum ics_err
statement_compare(struct compared *cmp, const uint8_t digest[32])
{
	struct db *db = &cmp->c->r->db;
	sqlite3_stmt *stmt = db_query(db, SQL_STATEMENT_KNOWN);
	struct check_statement st;
	enum ics_err err;

	row_bind_number(stmt, ":item", cmp->item);
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	err = db_step(db, stmt);
	if (err == ICS_ENOTFOUND) {
		differ(cmp, digest, "its row is missing");
		return ICS_OK;
	}
	TRY(err);
	cmp->c->statements++;
	memcpy(st.digest, digest, sizeof(st.digest));
	st.carrier = row_number(stmt, 0);
	st.position = row_number(stmt, 1);
	st.received = row_number(stmt, 2);
	if (st.carrier != cmp->carrier)
		differ(cmp, digest, "its row names another carrier");
	TRY(logged_compare(cmp, &st));
out:
	return err;
}

static enum ics_err
term_compare(struct compared *cmp, uint64_t term)
{
	struct db *db = &cmp->c->r->db;
	sqlite3_stmt *stmt = db_query(db, SQL_CHECK_TERM);
	enum ics_err err;

	row_bind_bits(stmt, ":hash", term);
	row_bind_number(stmt, ":item", cmp->item);
	row_bind_number(stmt, ":carrier", cmp->carrier);
	err = db_step(db, stmt);
	if (err == ICS_OK) {
		cmp->c->terms++;
	} else if (err == ICS_ENOTFOUND) {
		check_found(cmp->c, "%s: a term row is missing", cmp->name);
		cmp->differs = true;
	} else {
		return err;
	}
	return ICS_OK;
}

static enum ics_err
item_get(struct compared *cmp)
{
	struct db *db = &cmp->c->r->db;
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	sqlite3_stmt *stmt = db_query(db, SQL_ITEM_FIND);
	enum ics_err err;

	row_bind_bytes(stmt, ":subject",
	    says_subject(&cmp->says->subject, octets));
	err = db_step(db, stmt);
	/* Without an item there are no rows: each is named as missing. */
	cmp->item = err == ICS_OK ? row_number(stmt, 0) : -1;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
check_said(struct check *c, const struct says *says, int64_t carrier,
    bool *differs)
{
	struct compared cmp = { .c = c, .says = says, .carrier = carrier };
	enum ics_err err = ICS_OK;

	if (says->digests.n == 0)
		return ICS_OK;
	check_subject_name(&says->subject, cmp.name);
	TRY(item_get(&cmp));
	for (size_t i = 0; i < says->digests.n; i++)
		TRY(statement_compare(&cmp, says->digests.at[i].b));
	for (size_t i = 0; i < says->terms.n; i++)
		TRY(term_compare(&cmp, says->terms.at[i]));
out:
	*differs = *differs || cmp.differs;
	return err;
}

/* ---- records --------------------------------------------------------------- */

enum ics_err
check_record_next(struct db *db, int64_t after, struct check_record *cr)
{
	sqlite3_stmt *stmt = db_query(db, SQL_CHECK_RECORD_NEXT);
	enum ics_err err;

	row_bind_number(stmt, ":id", after);
	TRY(db_step(db, stmt));
	cr->id = row_number(stmt, 0);
	cr->head = row_bits(stmt, 1);
	TRY(row_copy(stmt, 2, cr->digest, sizeof(cr->digest)));
	cr->signed_head = row_bits(stmt, 3);
	/* What cannot be read is NONE, which differs from all. */
	if (!notations_subject_of_octets(row_bytes(stmt, 4), &cr->rec.subject))
		cr->rec.subject = (struct notations_subject){ 0 };
	TRY(row_fpr(stmt, 5, 6, &cr->rec.issuer));
	cr->created = row_number(stmt, 7);
	cr->crc = (uint32_t)row_number(stmt, 8);
	cr->rec.body = row_bytes(stmt, 9);
out:
	return err;
}

static void
columns_compare(struct compared *cmp, const struct check_record *cr,
    const struct store_record_entry *e)
{
	const struct {
		bool same;
		const char *words;
	} columns[] = {
		{ memcmp(cr->digest, e->digest, 32) == 0, "digest differs" },
		{ cr->head == be64_from_bytes(e->digest), "head differs" },
		{ cr->signed_head == e->signed_head, "signed head differs" },
		{ cr->created == e->created, "time differs" },
		{ cr->crc == pgp_crc24(cr->rec.body), "CRC differs" },
		{ notations_subject_equal(&cr->rec.subject, &e->says.subject),
		    "subject differs" },
		/* The issuer's octets are among the terms. Spec: RFC 9580
		 * 5.2.3: a signature has the version of its key. */
		{ cr->rec.issuer.version == cr->rec.body.p[0],
		    "the issuer's version differs" },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!columns[i].same)
			differ(cmp, cr->digest, columns[i].words);
}

static enum ics_err
record_check(struct check *c, const struct check_record *cr)
{
	struct compared cmp = { .c = c };
	struct store_record_entry *e = NULL;
	enum ics_err err = ICS_OK;

	check_subject_name(&cr->rec.subject, cmp.name);
	if (says_of_record(&cr->rec, &e) != ICS_OK) {
		differ(&cmp, cr->digest, "the record cannot be read");
		return ICS_OK;
	}
	columns_compare(&cmp, cr, e);
	TRY(check_said(c, &e->says, -cr->id, &cmp.differs));
	if (cmp.differs)
		*check_ids_add(&c->records) = cr->id;
out:
	store_record_entry_free(e);
	return err;
}

enum ics_err
check_records(struct check *c)
{
	struct check_record cr = { 0 };
	enum ics_err err;

	while ((err = check_record_next(&c->r->db, cr.id, &cr)) == ICS_OK) {
		int64_t id = cr.id;

		TRY(record_check(c, &cr));
		cr.id = id;
	}
out:
	return err;
}
