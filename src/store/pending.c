/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures that wait for their issuer. Invariant: table waiting counts the
 * rows of each domain, so that a bound costs no counting.
 */
#include <assert.h>

#include "store/handle.h"
#include "store/row.h"

#define SAME_OCTETS 16

/* Which rows are equal: a digest over certificate, part and signature. */
static void
same_write(const struct store_pending *p, uint8_t same[32])
{
	struct buf text;

	buf_init(&text, PGP_UAT_MAX + PGP_SIG_MAX + 256);
	buf_u8(&text, p->cert.version);
	buf_put(&text, pgp_fpr_bytes(&p->cert));
	buf_u8(&text, p->part_tag);
	buf_be32(&text, (uint32_t)p->part.n);
	buf_put(&text, p->part);
	buf_put(&text, p->sig);
	pgp_sha256(buf_bytes(&text), same);
	buf_release(&text);
}

static enum ics_err
row_put(struct store *s, const struct store_pending *p)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_PUT);
	uint8_t same[32];

	same_write(p, same);
	row_bind_bits(stmt, ":keyid", p->issuer_keyid);
	row_bind_bytes(stmt, ":issuer", pgp_fpr_bytes(&p->issuer));
	row_bind_number(stmt, ":issuer_version", p->issuer.version);
	row_bind_bytes(stmt, ":cert", pgp_fpr_bytes(&p->cert));
	row_bind_number(stmt, ":cert_version", p->cert.version);
	row_bind_number(stmt, ":part_tag", p->part_tag);
	row_bind_number(stmt, ":now", p->received);
	row_bind_text(stmt, ":domain", bytes_of_str(p->domain));
	row_bind_bytes(stmt, ":same", bytes_of(same, SAME_OCTETS));
	row_bind_bytes(stmt, ":part", p->part);
	row_bind_bytes(stmt, ":sig", p->sig);
	return db_finish(&s->db, stmt);
}

/* One more of the domain. */
static enum ics_err
count(struct store *s, const char *domain)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_COUNT);

	row_bind_text(stmt, ":domain", bytes_of_str(domain));
	s->delta.pending++;
	return db_finish(&s->db, stmt);
}

/* Lanes are few: they share a bound, and the longest is looked for. */
struct lanes {
	int64_t all;
	char longest[sizeof(((struct store_pending *)0)->domain)];
};

static enum ics_err
lanes_read(struct store *s, const char *domain, struct lanes *lanes)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_LONGEST);
	size_t n = strcspn(domain, "/");
	struct buf end;
	enum ics_err err;

	/* "public" and "public/...", whatever stands there */
	buf_init(&end, sizeof(lanes->longest));
	buf_put(&end, bytes_of(domain, n));
	buf_u8(&end, '/' + 1);
	row_bind_text(stmt, ":domain", bytes_of(domain, n));
	row_bind_text(stmt, ":end", buf_bytes(&end));
	TRY(db_step(&s->db, stmt));
	lanes->all = row_number(stmt, 0);
	row_text(stmt, 2, lanes->longest, sizeof(lanes->longest));
out:
	buf_release(&end);
	return err;
}

static enum ics_err
oldest_drop(struct store *s, const char *domain)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_OLDEST);
	enum ics_err err;

	row_bind_text(stmt, ":domain", bytes_of_str(domain));
	TRY(db_step(&s->db, stmt));
	TRY(store_pending_drop(s, row_number(stmt, 0)));
out:
	return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
}

enum ics_err
store_pending_put(struct store *s, const struct store_pending *p, int64_t limit)
{
	struct lanes lanes;
	enum ics_err err;

	assert(limit > 0);
	TRY(row_put(s, p));
	if (sqlite3_changes(s->db.sq) == 0)
		return ICS_OK; /* it waits already */
	TRY(count(s, p->domain));
	TRY(lanes_read(s, p->domain, &lanes));
	while (lanes.all > limit) {
		TRY(oldest_drop(s, lanes.longest));
		TRY(lanes_read(s, p->domain, &lanes));
	}
out:
	return err;
}

enum ics_err
store_pending_lane(struct store *s, const struct store_pending *p, int64_t max,
    int64_t *n)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_LANE);
	enum ics_err err;

	row_bind_bits(stmt, ":keyid", p->issuer_keyid);
	row_bind_text(stmt, ":domain", bytes_of_str(p->domain));
	row_bind_number(stmt, ":max", max);
	TRY(db_step(&s->db, stmt));
	*n = row_number(stmt, 0);
out:
	return err;
}

enum ics_err
store_pending_drop(struct store *s, int64_t id)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_DROP);
	char domain[sizeof(((struct store_pending *)0)->domain)];
	enum ics_err err;

	row_bind_number(stmt, ":id", id);
	TRY(db_step(&s->db, stmt));
	row_text(stmt, 0, domain, sizeof(domain));
	TRY(db_finish(&s->db, stmt));
	stmt = db_query(&s->db, SQL_PENDING_UNCOUNT);
	row_bind_text(stmt, ":domain", bytes_of_str(domain));
	TRY(db_finish(&s->db, stmt));
	s->delta.pending--;
out:
	return err;
}

enum ics_err
store_pending_next(struct store_reader *r, const struct pgp_fpr *cert,
    int64_t after, struct store_pending *p)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_PENDING_NEXT);
	enum ics_err err;

	row_bind_fpr(stmt, cert);
	row_bind_number(stmt, ":after", after);
	TRY(db_step(&r->db, stmt));
	p->id = row_number(stmt, 0);
	p->issuer_keyid = row_bits(stmt, 1);
	TRY(row_fpr(stmt, 2, 3, &p->issuer));
	TRY(row_fpr(stmt, 4, 5, &p->cert));
	p->part_tag = (uint8_t)row_number(stmt, 6);
	p->received = row_number(stmt, 7);
	row_text(stmt, 8, p->domain, sizeof(p->domain));
	p->part = row_bytes(stmt, 9);
	p->sig = row_bytes(stmt, 10);
out:
	return err;
}

enum ics_err
store_pending_next_target(struct store *s, uint64_t issuer_keyid,
    const struct pgp_fpr *after, struct pgp_fpr *cert)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_PENDING_NEXT_TARGET);
	enum ics_err err;

	row_bind_bits(stmt, ":keyid", issuer_keyid);
	row_bind_fpr(stmt, after);
	TRY(db_step(&s->db, stmt));
	TRY(row_fpr(stmt, 0, 1, cert));
out:
	return err;
}

enum ics_err
store_pending_next_ready(struct store_reader *r, const struct pgp_fpr *after,
    struct pgp_fpr *cert)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_PENDING_NEXT_READY);
	enum ics_err err;

	row_bind_fpr(stmt, after);
	TRY(db_step(&r->db, stmt));
	TRY(row_fpr(stmt, 0, 1, cert));
out:
	return err;
}
