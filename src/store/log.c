/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log: positions without gaps, a salted commitment for each row.
 *
 *	leaf = SHA-256(0x00 || SHA-256(salt || event || tag || subject ||
 *	       digest || received))
 *
 * event and tag are one octet, digest is 32 (zeroes where nothing is
 * carried), received is 8, big-endian. tag is the version of a key, 64 + the
 * hash's number for code, 128 + that for a statement; subject is the
 * fingerprint or digest. Who knows the salt can show what a
 * leaf stands for; without it the leaf tells nothing, so that rows can be
 * erased and proofs stay (RFC 6962 2.1).
 */
#include <sys/random.h>

#include <errno.h>

#include "store/handle.h"
#include "store/row.h"

#define SALT_OCTETS 16
#define TAG_CODE    64
#define TAG_RECORD  128

static uint8_t
tag_of(const struct notations_subject *s)
{
	switch (s->kind) {
	case NOTATIONS_SUBJECT_CODE:
		return TAG_CODE + s->tag;
	case NOTATIONS_SUBJECT_RECORD:
		return TAG_RECORD + s->tag;
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_ENTITY:
		break;
	}
	return s->tag;
}

static enum ics_err
tagged_read(sqlite3_stmt *stmt, int tag, int octets,
    struct notations_subject *s)
{
	struct bytes b = row_bytes(stmt, octets);
	uint8_t n = (uint8_t)row_number(stmt, tag);

	*s = (struct notations_subject){ .kind = NOTATIONS_SUBJECT_ENTITY };
	if (b.n > sizeof(s->b))
		return ICS_ECORRUPT;
	if (n >= TAG_RECORD)
		s->kind = NOTATIONS_SUBJECT_RECORD;
	else if (n >= TAG_CODE)
		s->kind = NOTATIONS_SUBJECT_CODE;
	s->tag = n & (TAG_CODE - 1);
	s->n = (uint8_t)b.n;
	if (b.n > 0)
		memcpy(s->b, b.p, b.n);
	return ICS_OK;
}

void
store_log_leaf(const struct store_log_row *row, uint8_t leaf[32])
{
	uint8_t inner[33];
	struct buf text;

	buf_init(&text, 256);
	buf_put(&text, bytes_of(row->salt, SALT_OCTETS));
	buf_u8(&text, (uint8_t)row->event);
	buf_u8(&text, tag_of(&row->subject));
	buf_put(&text, bytes_of(row->subject.b, row->subject.n));
	buf_put(&text, bytes_of(row->digest, 32));
	buf_be64(&text, (uint64_t)row->received);
	inner[0] = 0x00;
	pgp_sha256(buf_bytes(&text), inner + 1);
	pgp_sha256(bytes_of(inner, sizeof(inner)), leaf);
	buf_release(&text);
}

static enum ics_err
salts_draw(struct store *s)
{
	uint8_t *at = &s->salts[0][0];
	size_t left = sizeof(s->salts);

	while (left > 0) {
		ssize_t n = getrandom(at, left, 0);

		if (n < 0 && errno != EINTR)
			return ICS_EIO;
		if (n > 0) {
			at += n;
			left -= (size_t)n;
		}
	}
	s->salts_left = STORE_SALTS;
	return ICS_OK;
}

/* The position after the newest; asked once a transaction. */
static enum ics_err
position_next(struct store *s, int64_t *position)
{
	enum ics_err err = ICS_OK;

	if (s->position < 0)
		TRY(store_tree_open(s));
	*position = s->position + 1;
out:
	return err;
}

enum ics_err
store_log_put(struct store *s, const struct store_event_row *what,
    int64_t *position)
{
	struct store_log_row row = { .received = what->now,
		.event = what->event,
		.subject = *what->subject };
	sqlite3_stmt *stmt;
	enum ics_err err;

	if (s->salts_left == 0)
		TRY(salts_draw(s));
	memcpy(row.salt, s->salts[--s->salts_left], SALT_OCTETS);
	if (what->digest != NULL)
		memcpy(row.digest, what->digest, sizeof(row.digest));
	store_log_leaf(&row, row.leaf);
	TRY(position_next(s, position));
	stmt = db_query(&s->db, SQL_LOG_PUT);
	row_bind_number(stmt, ":position", *position);
	row_bind_number(stmt, ":now", row.received);
	row_bind_number(stmt, ":event", row.event);
	row_bind_number(stmt, ":version", tag_of(&row.subject));
	row_bind_bytes(stmt, ":fpr", bytes_of(row.subject.b, row.subject.n));
	if (what->digest != NULL)
		row_bind_bytes(stmt, ":digest", bytes_of(row.digest, 32));
	else
		row_bind_null(stmt, ":digest");
	row_bind_bytes(stmt, ":salt", bytes_of(row.salt, SALT_OCTETS));
	row_bind_bytes(stmt, ":leaf", bytes_of(row.leaf, 32));
	TRY(db_finish(&s->db, stmt));
	TRY(store_tree_add(s, row.leaf));
	s->position = *position;
out:
	return err;
}

enum ics_err
store_log_put_key(struct store *s, const struct store_key_event *what,
    int64_t *position)
{
	struct notations_subject subject = { .kind = NOTATIONS_SUBJECT_ENTITY,
		.tag = what->fpr->version,
		.n = what->fpr->n };
	struct store_event_row row = { what->event, &subject, what->digest,
		what->now };

	/* Keys of version 3 and 5 too, of which no statement speaks. */
	memcpy(subject.b, what->fpr->b, what->fpr->n);
	return store_log_put(s, &row, position);
}

enum ics_err
store_log_next(struct store_reader *r, int64_t after, struct store_log_row *row)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_LOG_NEXT);
	enum ics_err err;

	*row = (struct store_log_row){ 0 };
	row_bind_number(stmt, ":after", after);
	TRY(db_step(&r->db, stmt));
	row->position = row_number(stmt, 0);
	row->received = row_number(stmt, 1);
	row->event = (enum store_event)row_number(stmt, 2);
	TRY(tagged_read(stmt, 3, 4, &row->subject));
	if (row->subject.kind == NOTATIONS_SUBJECT_ENTITY)
		TRY(row_fpr(stmt, 4, 3, &row->item));
	if (sqlite3_column_type(stmt, 5) != SQLITE_NULL)
		TRY(row_copy(stmt, 5, row->digest, sizeof(row->digest)));
	TRY(row_copy(stmt, 6, row->salt, sizeof(row->salt)));
	TRY(row_copy(stmt, 7, row->leaf, sizeof(row->leaf)));
out:
	return err;
}
