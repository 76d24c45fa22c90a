/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters and history: read from rows that commits keep, never counted. */
#include <sys/stat.h>

#include <stdlib.h>

#include "store/handle.h"
#include "store/row.h"

static enum ics_err
number_read(struct store_reader *r, enum sql_query query, int64_t *number)
{
	sqlite3_stmt *stmt = db_query(&r->db, query);
	enum ics_err err = db_step(&r->db, stmt);

	*number = err == ICS_OK ? row_number(stmt, 0) : 0;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static int64_t
wal_octets(const struct store_reader *r)
{
	struct buf path;
	struct stat st;
	int64_t octets = 0;

	buf_init(&path, SIZE_MAX / 4);
	buf_printf(&path, "%s-wal", r->path);
	if (stat(buf_str(&path), &st) == 0)
		octets = st.st_size;
	buf_release(&path);
	return octets;
}

enum ics_err
store_stats(struct store_reader *r, struct store_stats *out)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_STAT_GET);
	int64_t page_size;
	enum ics_err err;

	TRY(db_step(&r->db, stmt));
	*out = (struct store_stats){
		.certs = row_number(stmt, 0),
		.fprs = row_number(stmt, 1),
		.uids = row_number(stmt, 2),
		.pending = row_number(stmt, 3),
		.denied = row_number(stmt, 4),
		.added_total = row_number(stmt, 5),
		.updated_total = row_number(stmt, 6),
		.deleted_total = row_number(stmt, 7),
		.records = row_number(stmt, 8),
		.statements = row_number(stmt, 9),
		.wal_octets = wal_octets(r),
	};
	TRY(number_read(r, SQL_LOG_LAST, &out->log));
	TRY(number_read(r, SQL_STAT_PAGES, &out->file_octets));
	TRY(number_read(r, SQL_STAT_PAGE_SIZE, &page_size));
	out->file_octets *= page_size;
out:
	return err;
}

enum ics_err
store_load_history(struct store_reader *r, const struct store_history *h)
{
	int64_t last = h->now - (h->now % h->width + h->width) % h->width;
	int64_t first = last - (int64_t)(h->n - 1) * h->width;
	sqlite3_stmt *stmt = db_query(&r->db, SQL_HOUR_LIST);
	enum ics_err err;

	for (size_t i = 0; i < h->n; i++)
		h->out[i] =
		    (struct store_load){ .start =
					     first + (int64_t)i * h->width };
	row_bind_number(stmt, ":from", first);
	row_bind_number(stmt, ":to", last + h->width);
	while ((err = db_step(&r->db, stmt)) == ICS_OK) {
		int64_t at = (row_number(stmt, 0) - first) / h->width;

		h->out[at].inserted += row_number(stmt, 1);
		h->out[at].updated += row_number(stmt, 2);
		h->out[at].removed += row_number(stmt, 3);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}
