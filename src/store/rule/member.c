/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What belongs to which domain, and which items must be looked at again.
 * Invariant: the rows of an item change together, so that whoever looks sees
 * what it belongs to by one set of descriptors.
 */
#include "base/hex.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

#define PARTY_MAX 33 /* a version and a fingerprint */

static enum ics_err
subject_read(sqlite3_stmt *stmt, int column, struct notations_subject *subject)
{
	return notations_subject_of_octets(row_bytes(stmt, column), subject)
		   ? ICS_OK
		   : ICS_ECORRUPT;
}

static enum ics_err
bits_read(struct db *db, struct bytes subject, struct store_bits *bits)
{
	sqlite3_stmt *stmt = db_query(db, SQL_MEMBERSHIP_LIST);
	enum ics_err err;

	*bits = (struct store_bits){ 0 };
	row_bind_bytes(stmt, ":subject", subject);
	while ((err = db_step(db, stmt)) == ICS_OK) {
		int64_t domain = row_number(stmt, 0);

		if (domain < 0 || domain >= STORE_DOMAINS_MAX)
			return ICS_ECORRUPT;
		store_bits_set(bits, (unsigned)domain);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_membership_get(struct store_reader *r,
    const struct notations_subject *subject, struct store_bits *bits)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];

	return bits_read(&r->db, says_subject(subject, octets), bits);
}

enum ics_err
store_membership_next(struct store_reader *r, unsigned domain,
    const struct notations_subject *after, struct notations_subject *out)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_MEMBERSHIP_NEXT);
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	enum ics_err err;

	row_bind_number(stmt, ":domain", domain);
	row_bind_bytes(stmt, ":subject",
	    after == NULL ? bytes_of(NULL, 0) : says_subject(after, octets));
	TRY(db_step(&r->db, stmt));
	TRY(subject_read(stmt, 0, out));
out:
	return err;
}

enum ics_err
store_membership_set(struct store *s, const struct notations_subject *subject,
    const struct store_bits *bits)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	struct bytes name = says_subject(subject, octets);
	struct store_bits before;
	enum ics_err err;

	TRY(bits_read(&s->db, name, &before));
	if (memcmp(&before, bits, sizeof(before)) == 0)
		return ICS_OK;
	for (unsigned i = 0; i < STORE_DOMAINS_MAX; i++) {
		bool is = store_bits_has(bits, i);
		sqlite3_stmt *stmt;

		if (store_bits_has(&before, i) == is)
			continue;
		stmt = db_query(&s->db,
		    is ? SQL_MEMBERSHIP_INSERT : SQL_MEMBERSHIP_DELETE);
		row_bind_bytes(stmt, ":subject", name);
		row_bind_number(stmt, ":domain", i);
		TRY(db_finish(&s->db, stmt));
	}
out:
	return err;
}

/* ---- at a time ------------------------------------------------------------- */

enum ics_err
store_due_put(struct store *s, const struct notations_subject *subject,
    int64_t at)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	sqlite3_stmt *stmt =
	    db_query(&s->db, at == INT64_MAX ? SQL_DUE_DROP : SQL_DUE_PUT);

	row_bind_bytes(stmt, ":subject", says_subject(subject, octets));
	if (at != INT64_MAX)
		row_bind_number(stmt, ":at", at);
	return db_finish(&s->db, stmt);
}

enum ics_err
store_due_next(struct store *s, int64_t now, struct notations_subject *subject)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_DUE_NEXT);
	enum ics_err err;

	row_bind_number(stmt, ":now", now);
	TRY(db_step(&s->db, stmt));
	TRY(subject_read(stmt, 0, subject));
out:
	return err;
}

/* ---- one by one ------------------------------------------------------------ */

/* Of all items; what a walk of a party has instead is its reach. */
enum stage {
	STAGE_CERTS,
	STAGE_ITEMS
};

struct walk {
	struct pgp_fpr party; /* version 0: all */
	int stage;
	int64_t done;
};

static struct bytes
party_octets(const struct pgp_fpr *party, uint8_t out[PARTY_MAX])
{
	if (party->version == 0)
		return bytes_of(NULL, 0);
	out[0] = party->version;
	memcpy(out + 1, party->b, party->n);
	return bytes_of(out, 1u + party->n);
}

static enum ics_err
walk_write(struct store *s, enum sql_query query, const struct walk *w)
{
	sqlite3_stmt *stmt = db_query(&s->db, query);
	uint8_t octets[PARTY_MAX];

	row_bind_bytes(stmt, ":party", party_octets(&w->party, octets));
	row_bind_number(stmt, ":stage", w->stage);
	row_bind_number(stmt, ":done", w->done);
	return db_finish(&s->db, stmt);
}

static enum ics_err
walk_read(struct db *db, struct walk *w)
{
	sqlite3_stmt *stmt = db_query(db, SQL_WALK_NEXT);
	struct bytes party;
	enum ics_err err;

	*w = (struct walk){ 0 };
	TRY(db_step(db, stmt));
	party = row_bytes(stmt, 0);
	if (party.n > PARTY_MAX)
		TRY(ICS_ECORRUPT);
	if (party.n > 0) {
		w->party.version = party.p[0];
		w->party.n = (uint8_t)(party.n - 1);
		memcpy(w->party.b, party.p + 1, w->party.n);
	}
	w->stage = row_number(stmt, 1) == 0 ? 0 : 1;
	w->done = row_number(stmt, 2);
out:
	return err;
}

static enum ics_err
walk_cert(struct db *db, struct walk *w, struct notations_subject *subject)
{
	sqlite3_stmt *stmt = db_query(db, SQL_WALK_CERT);
	struct pgp_fpr fpr;
	enum ics_err err;

	row_bind_number(stmt, ":done", w->done);
	TRY(db_step(db, stmt));
	TRY(row_fpr(stmt, 0, 1, &fpr));
	w->done = row_number(stmt, 2);
	notations_subject_of_fpr(&fpr, subject);
out:
	return err;
}

static enum ics_err
walk_item(struct db *db, struct walk *w, struct notations_subject *subject)
{
	struct bytes party = pgp_fpr_bytes(&w->party);
	char hex[2 * sizeof(w->party.b) + 1];
	sqlite3_stmt *stmt =
	    db_query(db, party.n == 0 ? SQL_WALK_ITEM : SQL_WALK_TERM);
	enum ics_err err;

	if (party.n > 0) {
		hex_lower(party, hex);
		row_bind_bits(stmt, ":hash",
		    notations_term_hash(bytes_of_str("issuer"),
			bytes_of_str(hex)));
	}
	row_bind_number(stmt, ":done", w->done);
	TRY(db_step(db, stmt));
	TRY(subject_read(stmt, 0, subject));
	w->done = row_number(stmt, 1);
out:
	return err;
}

/* Nobody walks for who spoke about nothing, or only about himself. */
static enum ics_err
is_silent(struct store *s, const struct pgp_fpr *party, bool *is)
{
	struct walk w = { .party = *party };
	struct notations_subject own, about;
	enum ics_err err;

	*is = false;
	notations_subject_of_fpr(party, &own);
	do {
		err = walk_item(&s->db, &w, &about);
	} while (err == ICS_OK && notations_subject_equal(&own, &about));
	*is = err == ICS_ENOTFOUND;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_walk_put(struct store *s, const struct pgp_fpr *party,
    enum store_reach reach)
{
	struct walk w = { .party = *party };
	bool is = false;
	enum ics_err err = ICS_OK;

	if (party->version != 0) {
		w.stage = reach == STORE_WALK_NEAR;
		TRY(is_silent(s, party, &is));
	}
	if (!is)
		err = walk_write(s, SQL_WALK_PUT, &w);
out:
	return err;
}

static enum ics_err
walk_drop(struct store *s, const struct walk *w)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_WALK_DROP);
	uint8_t octets[PARTY_MAX];

	row_bind_bytes(stmt, ":party", party_octets(&w->party, octets));
	return db_finish(&s->db, stmt);
}

/* The next of this walk; ICS_ENOTFOUND: it has ended. */
static enum ics_err
walk_go(struct db *db, struct walk *w, struct notations_subject *subject)
{
	enum ics_err err;

	if (w->party.version != 0 || w->stage == STAGE_ITEMS)
		return walk_item(db, w, subject);
	err = walk_cert(db, w, subject);
	if (err != ICS_ENOTFOUND)
		return err;
	*w = (struct walk){ .party = w->party, .stage = STAGE_ITEMS };
	return walk_item(db, w, subject);
}

enum ics_err
store_walk_step(struct store *s, struct store_walked *walked)
{
	struct walk w;
	enum ics_err err;

	for (;;) {
		TRY(walk_read(&s->db, &w));
		err = walk_go(&s->db, &w, &walked->subject);
		walked->reach = w.party.version != 0 && w.stage == 0
				    ? STORE_WALK_FAR
				    : STORE_WALK_NEAR;
		if (err == ICS_OK)
			return walk_write(s, SQL_WALK_GO, &w);
		if (err != ICS_ENOTFOUND)
			return err;
		TRY(walk_drop(s, &w));
	}
out:
	return err;
}

enum ics_err
store_spoken_next(struct store_reader *r, const struct pgp_fpr *party,
    int64_t *after, struct notations_subject *out)
{
	struct walk w = { .party = *party, .done = *after };
	enum ics_err err = walk_item(&r->db, &w, out);

	*after = w.done;
	return err;
}

enum ics_err
store_walk_is(struct store_reader *r, bool *is)
{
	struct walk w;
	enum ics_err err = walk_read(&r->db, &w);

	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}
