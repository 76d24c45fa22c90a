/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An online copy of the file, page by page, of one snapshot. Invariant: the
 * name exists only once the copy is whole and on disk.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/handle.h"
#include "store/row.h"

#define PAGES_AT_ONCE 1024

static enum ics_err
pages_copy(struct store_reader *r, struct db *to)
{
	sqlite3_backup *backup;
	int rc = SQLITE_OK;

	backup = sqlite3_backup_init(to->sq, "main", r->db.sq, "main");
	if (backup == NULL)
		return db_error(to, sqlite3_errcode(to->sq));
	do {
		rc = sqlite3_backup_step(backup, PAGES_AT_ONCE);
	} while (rc == SQLITE_OK);
	if (rc == SQLITE_DONE)
		return sqlite3_backup_finish(backup) == SQLITE_OK
			   ? ICS_OK
			   : db_error(to, sqlite3_errcode(to->sq));
	(void)sqlite3_backup_finish(backup); /* rc tells */
	return db_error(to, rc);
}

/* What was copied stays, also when the power goes. */
static enum ics_err
name_set(const char *from, const char *path)
{
	struct buf dir;
	const char *slash = strrchr(path, '/');
	enum ics_err err = ICS_OK;
	int fd;

	/* Unlike rename, link does not replace what came there meanwhile. */
	if (link(from, path) != 0)
		return err_from_errno(errno);
	buf_init(&dir, SIZE_MAX / 4);
	if (slash == NULL)
		buf_put_str(&dir, ".");
	else
		buf_put(&dir, bytes_of(path, (size_t)(slash - path) + 1));
	fd = open(buf_str(&dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err = err_from_errno(errno);
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	buf_release(&dir);
	return err;
}

enum ics_err
store_snapshot(struct store_reader *r, const char *path)
{
	struct db to = { 0 };
	struct buf part;
	struct stat st;
	enum ics_err err;

	if (lstat(path, &st) == 0)
		return ICS_EEXISTS;
	buf_init(&part, SIZE_MAX / 4);
	buf_printf(&part, "%s.part", path);
	(void)unlink(buf_str(&part)); /* what an interrupted copy left */
	TRY(store_reader_begin(r));
	db_settle(&r->db);
	/* A read holds the snapshot that the pages are taken from. */
	TRY(db_step(&r->db, db_query(&r->db, SQL_STAT_GET)));
	TRY(db_open(&to, buf_str(&part),
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
	TRY(pages_copy(r, &to));
	db_close(&to);
	TRY(name_set(buf_str(&part), path));
out:
	if (to.sq != NULL)
		db_close(&to);
	(void)unlink(buf_str(&part)); /* it has its name, or is of no use */
	buf_release(&part);
	db_settle(&r->db);
	return err;
}
