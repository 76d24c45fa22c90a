/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck: everything derived is computed again and compared. This file has the
 * order of the passes and the one over the certificates.
 */
#include "store/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "store/row.h"

#define TEXT_MAX      384
#define PROGRESS_STEP 256 /* certificates */

void
check_found(struct check *c, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	c->differences++;
	if (c->how == NULL)
		return;
	va_start(ap, format);
	/* Cut to fit: the thing's name comes first. */
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	c->how->found(c->how->arg, text);
}

enum ics_err
check_cert_next(struct db *db, int64_t after, struct check_cert *cc)
{
	sqlite3_stmt *stmt = db_query(db, SQL_CHECK_CERT_NEXT);
	enum ics_err err;

	row_bind_number(stmt, ":id", after);
	TRY(db_step(db, stmt));
	TRY(row_cert(stmt, &cc->cert, &cc->fpr));
	cc->logged = row_number(stmt, 7);
out:
	return err;
}

/* SQLite's own check: one row that says "ok", or what is wrong. */
static enum ics_err
file_check(struct check *c)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_FILE);
	char text[TEXT_MAX - 32];
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		row_text(stmt, 0, text, sizeof(text));
		if (strcmp(text, "ok") != 0)
			check_found(c, "file: %s", text);
	}
	return err;
}

/* What one certificate is compared with. */
struct compared {
	struct check *c;
	char name[PGP_FPR_TEXT_MAX];
	int64_t id;
	bool differs;
};

static void
differ(struct compared *cmp, bool same, const char *what)
{
	if (same)
		return;
	check_found(cmp->c, "%s: %s differs", cmp->name, what);
	cmp->differs = true;
}

static void
columns_compare(struct compared *cmp, const struct check_cert *cc,
    const struct store_entry *e)
{
	const struct store_cert *cert = &cc->cert;

	differ(cmp, pgp_fpr_equal(&cc->fpr, &e->fpr), "fingerprint");
	differ(cmp, bytes_equal(cert->data, buf_bytes(&e->data)),
	    "canonical form");
	differ(cmp, cert->crc == e->crc, "CRC");
	differ(cmp, cert->flags == e->flags, "flags");
	differ(cmp, memcmp(cert->digest, e->digest, 32) == 0, "digest");
	differ(cmp, memcmp(cert->skshash, e->skshash, 16) == 0, "SKS hash");
	differ(cmp, bytes_equal(cert->summary, buf_bytes(&e->summary)),
	    "summary");
}

static enum ics_err
row_there(struct check *c, sqlite3_stmt *stmt, bool *there)
{
	enum ics_err err = db_step(&c->r->db, stmt);

	*there = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
rows_compare(struct compared *cmp, const struct index *ix)
{
	struct db *db = &cmp->c->r->db;
	sqlite3_stmt *stmt;
	bool there;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < ix->keys.n; i++) {
		const struct index_key *key = &ix->keys.at[i];

		stmt = db_query(db, SQL_CHECK_FPR);
		row_bind_bits(stmt, ":keyid", key->keyid);
		row_bind_bytes(stmt, ":fpr", pgp_fpr_bytes(&key->fpr));
		row_bind_number(stmt, ":cert", cmp->id);
		row_bind_number(stmt, ":kind", key->kind);
		TRY(row_there(cmp->c, stmt, &there));
		differ(cmp, there, "a fingerprint row");
	}
	for (size_t i = 0; i < ix->hashes.n; i++) {
		stmt = db_query(db, SQL_CHECK_UID);
		row_bind_bits(stmt, ":hash", ix->hashes.at[i]);
		row_bind_number(stmt, ":cert", cmp->id);
		TRY(row_there(cmp->c, stmt, &there));
		differ(cmp, there, "a User ID row");
	}
out:
	return err;
}

/* The newest log row of a certificate tells its digest. */
static enum ics_err
logged_compare(struct compared *cmp, const struct check_cert *cc,
    const struct store_entry *e)
{
	struct store_log_row row;
	enum ics_err err;

	err = store_log_next(cmp->c->r, cc->logged - 1, &row);
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		return err;
	if (err == ICS_ENOTFOUND || row.position != cc->logged ||
	    row.event != STORE_EVENT_PUT || !pgp_fpr_equal(&row.item, &e->fpr))
		check_found(cmp->c, "%s: its log row is missing", cmp->name);
	else if (memcmp(row.digest, e->digest, 32) != 0)
		check_found(cmp->c, "%s: the log has another digest",
		    cmp->name);
	else if (row.received != cc->cert.modified)
		check_found(cmp->c, "%s: the log has another time", cmp->name);
	return ICS_OK;
}

static enum ics_err
cert_check(struct check *c, const struct check_cert *cc)
{
	struct compared cmp = { .c = c, .id = cc->cert.id };
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	struct store_entry *e = NULL;
	enum ics_err err = ICS_OK;

	pgp_fpr_hex(&cc->fpr, cmp.name);
	if (pgp_cert_parse(cc->cert.data, &rep, &cert) != ICS_OK ||
	    store_entry_new(cert, &e) != ICS_OK) {
		check_found(c, "%s: the certificate cannot be read", cmp.name);
		goto out;
	}
	columns_compare(&cmp, cc, e);
	TRY(rows_compare(&cmp, &e->index));
	TRY(check_said(c, &e->says, cc->cert.id, &cmp.differs));
	TRY(logged_compare(&cmp, cc, e));
	if (cmp.differs)
		*check_ids_add(&c->certs) = cc->cert.id;
out:
	store_entry_free(e);
	pgp_cert_free(cert);
	report_release(&rep);
	return err;
}

static enum ics_err
certs_check(struct check *c)
{
	const struct store_fsck *how = c->how;
	struct check_cert cc = { 0 };
	struct store_stats st;
	int64_t done = 0;
	enum ics_err err;

	TRY(store_stats(c->r, &st));
	while ((err = check_cert_next(&c->r->db, cc.cert.id, &cc)) == ICS_OK) {
		int64_t id = cc.cert.id;

		TRY(cert_check(c, &cc));
		cc.cert.id = id;
		if (how != NULL && how->progress != NULL &&
		    ++done % PROGRESS_STEP == 0)
			how->progress(how->arg, done, st.certs);
	}
	if (how != NULL && how->progress != NULL && err == ICS_ENOTFOUND)
		how->progress(how->arg, done, done);
out:
	return err;
}

enum ics_err
check_run(struct check *c)
{
	static const struct {
		const char *name;
		enum ics_err (*run)(struct check *c);
	} passes[] = { { "file", file_check }, { "certificates", certs_check },
		{ "records", check_records }, { "fingerprints", check_fprs },
		{ "User IDs", check_uids }, { "text index", check_words },
		{ "statements", check_orphans }, { "log", check_log },
		{ "deny list", check_denied }, { "counters", check_totals },
		{ "tree", check_gossip }, { "domains", check_domains } };

	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		enum ics_err err = passes[i].run(c);

		/* A damaged page is a finding, not the end. */
		if (err == ICS_ECORRUPT)
			check_found(c, "%s: damaged", passes[i].name);
		else if (err != ICS_OK && err != ICS_ENOTFOUND)
			return err;
	}
	return ICS_OK;
}

void
check_release(struct check *c)
{
	check_ids_release(&c->certs);
	check_ids_release(&c->records);
}

enum ics_err
store_check(struct store_reader *r, const struct store_fsck *how,
    int64_t *differences)
{
	struct check c = { .r = r, .how = how };
	enum ics_err err;

	TRY(store_reader_begin(r));
	err = check_run(&c);
	db_settle(&r->db);
out:
	*differences = c.differences;
	check_release(&c);
	return err;
}
