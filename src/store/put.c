/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Putting certificates in and taking them out. Invariant: a certificate, its
 * index rows, what it says, its log rows and the counters change in one
 * transaction.
 */
#include "store/entry.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

/* What is stored under a fingerprint, as far as a change needs it. */
struct stored {
	int64_t id;
	uint32_t flags;
	uint8_t digest[32], skshash[16];
	struct index index; /* owned */
	struct says says;   /* owned */
};

static void
stored_release(struct stored *old)
{
	index_release(&old->index);
	says_release(&old->says);
}

static enum ics_err
stored_read(struct store *s, const struct pgp_fpr *fpr, struct stored *old)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_CERT_GET_PRIMARY);
	struct store_cert cert;
	enum ics_err err;

	*old = (struct stored){ 0 };
	row_bind_key(stmt, fpr);
	TRY(db_step(&s->db, stmt));
	TRY(row_cert(stmt, &cert, NULL));
	old->id = cert.id;
	old->flags = cert.flags;
	memcpy(old->digest, cert.digest, sizeof(old->digest));
	memcpy(old->skshash, cert.skshash, sizeof(old->skshash));
	TRY(index_init(&old->index, cert.summary));
	if ((cert.flags & STORE_CERT_SAYS) != 0)
		says_of_cert_data(cert.data, &old->says);
out:
	return err;
}

static enum ics_err
denied_check(struct store *s, const struct pgp_fpr *fpr)
{
	sqlite3_stmt *stmt;
	enum ics_err err = ICS_OK;

	if (s->denied < 0) {
		stmt = db_query(&s->db, SQL_STAT_GET);
		TRY(db_step(&s->db, stmt));
		s->denied = row_number(stmt, 4) + s->delta.denied;
	}
	if (s->denied == 0)
		return ICS_OK;
	stmt = db_query(&s->db, SQL_DENY_GET);
	row_bind_fpr(stmt, fpr);
	err = db_step(&s->db, stmt);
	return err == ICS_OK ? ICS_EGONE : err == ICS_ENOTFOUND ? ICS_OK : err;
out:
	return err;
}

static void
entry_bind(sqlite3_stmt *stmt, const struct store_entry *e)
{
	row_bind_number(stmt, ":crc", e->crc);
	row_bind_number(stmt, ":flags", e->flags);
	row_bind_bytes(stmt, ":digest", bytes_of(e->digest, 32));
	row_bind_bytes(stmt, ":skshash", bytes_of(e->skshash, 16));
	row_bind_bytes(stmt, ":summary", buf_bytes(&e->summary));
	row_bind_bytes(stmt, ":data", buf_bytes(&e->data));
}

static enum ics_err
logged(struct store *s, const struct store_entry *e, int64_t now,
    int64_t *position)
{
	struct store_key_event row = { STORE_EVENT_PUT, &e->fpr, e->digest,
		now };

	return store_log_put_key(s, &row, position);
}

/* A certificate by which SKS peers would lose all that comes with it stays out
 * of their sight. Spec: recon.md 13 */
static const uint8_t *
shown(const uint8_t skshash[16], uint32_t flags)
{
	return (flags & STORE_CERT_HIDDEN) == 0 ? skshash : NULL;
}

static enum ics_err
insert(struct store *s, const struct store_entry *e, int64_t now)
{
	struct store_delta change = { .certs = 1, .inserted = 1 };
	struct says_change said = { .now = &e->says, .when = now };
	struct keep_change kept = { .digest = e->digest,
		.hash = shown(e->skshash, e->flags) };
	sqlite3_stmt *stmt;
	int64_t position;
	enum ics_err err;

	TRY(logged(s, e, now, &position));
	stmt = db_query(&s->db, SQL_CERT_INSERT);
	row_bind_fpr(stmt, &e->fpr);
	row_bind_number(stmt, ":now", now);
	row_bind_number(stmt, ":logged", position);
	entry_bind(stmt, e);
	TRY(db_finish(&s->db, stmt));
	kept.id = said.carrier = sqlite3_last_insert_rowid(s->db.sq);
	TRY(store_index_put(s, said.carrier, &e->index, NULL));
	TRY(says_put(s, &said));
	TRY(keep_change(s, &kept));
	TRY(store_count(s, &change, now));
out:
	return err;
}

static enum ics_err
replace(struct store *s, const struct store_entry *e, const struct stored *old,
    int64_t now)
{
	struct store_delta change = { .updated = 1 };
	struct says_change said = { &e->says, &old->says, old->id, now };
	struct keep_change kept = { old->digest, e->digest,
		shown(old->skshash, old->flags), shown(e->skshash, e->flags),
		old->id };
	sqlite3_stmt *stmt;
	int64_t position;
	enum ics_err err;

	TRY(logged(s, e, now, &position));
	stmt = db_query(&s->db, SQL_CERT_UPDATE);
	row_bind_number(stmt, ":id", old->id);
	row_bind_number(stmt, ":now", now);
	row_bind_number(stmt, ":logged", position);
	entry_bind(stmt, e);
	TRY(db_finish(&s->db, stmt));
	TRY(store_index_put(s, old->id, &e->index, &old->index));
	TRY(says_put(s, &said));
	TRY(keep_change(s, &kept));
	TRY(store_count(s, &change, now));
out:
	return err;
}

enum ics_err
store_put(struct store *s, const struct store_entry *e, int64_t now,
    enum store_change *change)
{
	struct stored old = { 0 };
	enum ics_err err;

	TRY(denied_check(s, &e->fpr));
	err = stored_read(s, &e->fpr, &old);
	if (err == ICS_ENOTFOUND) {
		*change = STORE_INSERTED;
		TRY(insert(s, e, now));
		return ICS_OK;
	}
	TRY(err);
	*change = STORE_UNCHANGED;
	if (memcmp(old.digest, e->digest, sizeof(old.digest)) != 0) {
		*change = STORE_UPDATED;
		TRY(replace(s, e, &old, now));
	}
out:
	stored_release(&old);
	return err;
}

enum ics_err
store_delete(struct store *s, const struct pgp_fpr *fpr, int64_t now)
{
	struct store_delta change = { .certs = -1, .deleted = 1 };
	struct store_key_event row = { STORE_EVENT_DELETE, fpr, NULL, now };
	struct stored old = { 0 };
	struct says_change said = { .before = &old.says, .when = now };
	struct keep_change kept = { .digest_before = old.digest };
	sqlite3_stmt *stmt;
	int64_t position;
	enum ics_err err;

	TRY(stored_read(s, fpr, &old));
	TRY(store_index_put(s, old.id, NULL, &old.index));
	said.carrier = kept.id = old.id;
	kept.hash_before = shown(old.skshash, old.flags);
	TRY(says_put(s, &said));
	stmt = db_query(&s->db, SQL_CERT_DELETE);
	row_bind_number(stmt, ":id", old.id);
	TRY(db_finish(&s->db, stmt));
	TRY(keep_change(s, &kept));
	TRY(store_log_put_key(s, &row, &position));
	TRY(store_count(s, &change, now));
out:
	stored_release(&old);
	return err;
}
