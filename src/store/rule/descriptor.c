/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors of domains. Invariant: rows are added, never changed, serials of
 * a name ascend, numbers of domains have no gaps.
 */
#include "store/handle.h"
#include "store/row.h"

/* ---- reading --------------------------------------------------------------- */

/* The columns of descriptor_get. */
static enum ics_err
descriptor_read(struct db *db, sqlite3_stmt *stmt, struct store_descriptor *d)
{
	enum ics_err err;

	TRY(db_step(db, stmt));
	*d = (struct store_descriptor){
		.domain = (unsigned)row_number(stmt, 0),
		.serial = row_number(stmt, 2),
		.signed_at = row_number(stmt, 5),
		.position = row_number(stmt, 6),
	};
	row_text(stmt, 1, d->name, sizeof(d->name));
	TRY(row_fpr(stmt, 3, 4, &d->owner));
	TRY(row_copy(stmt, 7, d->digest, sizeof(d->digest)));
	d->text = row_bytes(stmt, 8);
out:
	return err;
}

static enum ics_err
serial_next(struct store_reader *r, const char *name, int64_t after,
    struct store_descriptor *d)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_DESCRIPTOR_NEXT);

	row_bind_text(stmt, ":name", bytes_of_str(name));
	row_bind_number(stmt, ":serial", after);
	return descriptor_read(&r->db, stmt, d);
}

enum ics_err
store_descriptor_next(struct store_reader *r, const char *after_name,
    int64_t after_serial, struct store_descriptor *d)
{
	char name[STORE_DOMAIN_NAME_MAX];
	sqlite3_stmt *stmt;
	enum ics_err err = serial_next(r, after_name, after_serial, d);

	if (err != ICS_ENOTFOUND)
		return err;
	stmt = db_query(&r->db, SQL_DOMAIN_NEXT);
	row_bind_text(stmt, ":name", bytes_of_str(after_name));
	TRY(db_step(&r->db, stmt));
	row_text(stmt, 0, name, sizeof(name));
	TRY(serial_next(r, name, 0, d));
out:
	return err;
}

enum ics_err
store_descriptor_get(struct store_reader *r, const char *name, int64_t serial,
    struct store_descriptor *d)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_DESCRIPTOR_GET);

	row_bind_text(stmt, ":name", bytes_of_str(name));
	row_bind_number(stmt, ":serial", serial);
	return descriptor_read(&r->db, stmt, d);
}

static enum ics_err
number_read(struct db *db, sqlite3_stmt *stmt, int64_t *number)
{
	enum ics_err err;

	TRY(db_step(db, stmt));
	*number = row_number(stmt, 0);
out:
	return err;
}

enum ics_err
store_descriptor_generation(struct store_reader *r, uint64_t *generation)
{
	int64_t position = 0;
	enum ics_err err = number_read(&r->db,
	    db_query(&r->db, SQL_DESCRIPTOR_GENERATION), &position);

	*generation = (uint64_t)position;
	return err;
}

static enum ics_err
domains_count(struct db *db, unsigned *n)
{
	int64_t last = -1;
	enum ics_err err =
	    number_read(db, db_query(db, SQL_DOMAIN_LAST), &last);

	*n = (unsigned)(last + 1);
	return err;
}

enum ics_err
store_domains_count(struct store_reader *r, unsigned *n)
{
	return domains_count(&r->db, n);
}

static enum ics_err
versions_count(struct db *db, unsigned domain, int64_t *n)
{
	sqlite3_stmt *stmt = db_query(db, SQL_DESCRIPTOR_COUNT);

	row_bind_number(stmt, ":domain", domain);
	return number_read(db, stmt, n);
}

enum ics_err
store_descriptors_count(struct store_reader *r, unsigned domain, int64_t *n)
{
	return versions_count(&r->db, domain, n);
}

/* ---- writing --------------------------------------------------------------- */

static enum ics_err
domain_new(struct store *s, struct store_descriptor *d)
{
	sqlite3_stmt *stmt;
	enum ics_err err;

	TRY(domains_count(&s->db, &d->domain));
	if (d->domain >= STORE_DOMAINS_MAX)
		TRY(ICS_ETOOBIG);
	stmt = db_query(&s->db, SQL_DOMAIN_INSERT);
	row_bind_number(stmt, ":id", d->domain);
	row_bind_text(stmt, ":name", bytes_of_str(d->name));
	TRY(db_finish(&s->db, stmt));
out:
	return err;
}

/* The number of its domain, which may be new. */
static enum ics_err
domain_need(struct store *s, struct store_descriptor *d)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_DESCRIPTOR_GET);
	struct store_descriptor newest;
	int64_t n;
	enum ics_err err;

	row_bind_text(stmt, ":name", bytes_of_str(d->name));
	row_bind_number(stmt, ":serial", 0);
	err = descriptor_read(&s->db, stmt, &newest);
	if (err == ICS_ENOTFOUND)
		return domain_new(s, d);
	TRY(err);
	d->domain = newest.domain;
	if (newest.serial >= d->serial)
		TRY(ICS_EEXISTS);
	TRY(versions_count(&s->db, d->domain, &n));
	if (n >= STORE_DESCRIPTORS_MAX)
		TRY(ICS_ETOOBIG);
out:
	return err;
}

static enum ics_err
row_insert(struct store *s, const struct store_descriptor *d)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_DESCRIPTOR_INSERT);

	row_bind_number(stmt, ":domain", d->domain);
	row_bind_number(stmt, ":serial", d->serial);
	row_bind_fpr(stmt, &d->owner);
	row_bind_number(stmt, ":signed", d->signed_at);
	row_bind_number(stmt, ":position", d->position);
	row_bind_bytes(stmt, ":digest", bytes_of(d->digest, 32));
	row_bind_bytes(stmt, ":text", d->text);
	return db_finish(&s->db, stmt);
}

enum ics_err
store_descriptor_put(struct store *s, struct store_descriptor *d, int64_t now)
{
	struct store_key_event row = { STORE_EVENT_DESCRIPTOR, &d->owner,
		d->digest, now };
	enum ics_err err;

	if (d->text.n > STORE_DESCRIPTOR_OCTETS)
		return ICS_ETOOBIG;
	pgp_sha256(d->text, d->digest);
	TRY(domain_need(s, d));
	TRY(store_log_put_key(s, &row, &d->position));
	TRY(row_insert(s, d));
out:
	return err;
}

enum ics_err
store_descriptor_domain(struct store_reader *r, int64_t position,
    unsigned *domain)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_DESCRIPTOR_DOMAIN);
	enum ics_err err;

	row_bind_number(stmt, ":position", position);
	TRY(db_step(&r->db, stmt));
	*domain = (unsigned)row_number(stmt, 0); /* as CHECK has it */
out:
	return err;
}
