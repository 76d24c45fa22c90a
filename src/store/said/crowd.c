/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How crowded a subject is, and whether one more record fits. Invariant: the
 * look costs what its bounds allow, however many statements there are: items
 * count them, and an issuer's are counted up to STORE_STRANGER_MAX only.
 */
#include "base/hex.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

/* Records about an item by one issuer. The term is by 64 bits, and an unknown
 * notation may look like it: the row of the record decides. */
static enum ics_err
issuer_count(struct db *db, int64_t item, const struct pgp_fpr *issuer,
    int64_t *n)
{
	sqlite3_stmt *stmt = db_query(db, SQL_RECORD_COUNT);
	char hex[PGP_FPR_TEXT_MAX];
	enum ics_err err;

	hex_lower(pgp_fpr_bytes(issuer), hex);
	row_bind_bits(stmt, ":hash",
	    notations_term_hash(bytes_of_str("issuer"), bytes_of_str(hex)));
	row_bind_number(stmt, ":item", item);
	row_bind_fpr(stmt, issuer);
	row_bind_number(stmt, ":max", STORE_STRANGER_MAX);
	TRY(db_step(db, stmt));
	*n = row_number(stmt, 0);
out:
	return err;
}

static enum ics_err
crowd_read(struct db *db, const struct notations_subject *subject,
    const struct pgp_fpr *issuer, struct store_crowd *crowd)
{
	sqlite3_stmt *stmt = db_query(db, SQL_ITEM_FIND);
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	enum ics_err err;

	*crowd = (struct store_crowd){ 0 };
	row_bind_bytes(stmt, ":subject", says_subject(subject, octets));
	err = db_step(db, stmt);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	TRY(err);
	crowd->all = crowd->of_issuer = row_number(stmt, 1);
	if (crowd->all >= STORE_STRANGER_MAX / 2) /* else it is few */
		TRY(issuer_count(db, row_number(stmt, 0), issuer,
		    &crowd->of_issuer));
out:
	return err;
}

enum ics_err
store_crowd_get(struct store_reader *r, const struct notations_subject *subject,
    const struct pgp_fpr *issuer, struct store_crowd *crowd)
{
	return crowd_read(&r->db, subject, issuer, crowd);
}

enum ics_err
says_room(struct store *s, const struct store_record_entry *e,
    enum store_taken *room)
{
	struct store_crowd crowd;
	enum ics_err err;

	TRY(crowd_read(&s->db, &e->says.subject, &e->issuer, &crowd));
	if (crowd.all >= STORE_STATEMENTS_MAX)
		*room = STORE_FULL;
	else if (!e->has_seat && crowd.all >= STORE_STRANGERS_MAX)
		*room = STORE_FULL_STRANGERS;
	else if (!e->has_seat && crowd.of_issuer >= STORE_STRANGER_MAX)
		*room = STORE_FULL_STRANGER;
	else
		*room = STORE_TAKEN;
out:
	return err;
}
