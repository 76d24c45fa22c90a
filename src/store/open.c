/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the store for writing: lock, migrate, prepare. */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/handle.h"

#define APPLICATION_ID 0x49435364 /* as schema/0001 writes it: "ICSd" */

char *
store_path(const char *dir, const char *name)
{
	struct buf path;
	char *out;

	buf_init(&path, SIZE_MAX / 4);
	buf_printf(&path, "%s/%s", dir, name);
	out = alloc_str_from_bytes(buf_bytes(&path));
	buf_release(&path);
	return out;
}

/*
 * What root makes belongs to whoever owns the folder: the server that will run
 * there. SQLite does the same for the files beside its own. A file that
 * somebody put there, or linked elsewhere, is left alone.
 */
static void
owner_give(int fd, const char *dir)
{
	struct stat folder, file;

	if (geteuid() != 0 || stat(dir, &folder) != 0 || fstat(fd, &file) != 0)
		return;
	if (file.st_uid == 0 && folder.st_uid != 0 && S_ISREG(file.st_mode) &&
	    file.st_nlink == 1 && fchown(fd, folder.st_uid, folder.st_gid) != 0)
		log_event(LOG_LEVEL_WARN, "owner", "dir=%s error=%d", dir,
		    errno);
}

/* An empty file is a new store to SQLite; one that is there stays. */
static void
file_make(const char *path, const char *dir)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);

	if (fd < 0)
		return; /* it is there, or SQLite will say what is wrong */
	owner_give(fd, dir);
	(void)close(fd); /* nothing was written */
}

/* The lock goes with the descriptor, and so with the process. */
static enum ics_err
lock_take(struct store *s, const char *dir)
{
	char *path = store_path(dir, STORE_LOCK_FILE);
	enum ics_err err = ICS_OK;

	s->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->lock < 0) {
		err = err_from_errno(errno);
		log_event(LOG_LEVEL_ERROR, "lock", "file=%s words=\"%s\"", path,
		    err_words(err));
	} else if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		err = errno == EWOULDBLOCK ? ICS_EBUSY : err_from_errno(errno);
	} else {
		owner_give(s->lock, dir);
	}
	free(path);
	return err;
}

static enum ics_err
step_run(struct db *db, const char *step)
{
	enum ics_err err;

	TRY(db_script(db, SQL_STEP_BEGIN));
	TRY(db_run(db, step));
	TRY(db_script(db, SQL_STEP_COMMIT));
out:
	if (err != ICS_OK && !sqlite3_get_autocommit(db->sq))
		(void)db_script(db, SQL_STEP_ROLLBACK); /* err counts */
	return err;
}

/* Ours, and of which version; 0 for a new file. */
static enum ics_err
version_read(struct db *db, int64_t *version)
{
	int64_t application, tables;
	enum ics_err err;

	TRY(db_number(db, SQL_OPEN_APPLICATION, &application));
	TRY(db_number(db, SQL_OPEN_VERSION, version));
	TRY(db_number(db, SQL_OPEN_TABLES, &tables));
	if (tables == 0 && application == 0 && *version == 0)
		return ICS_OK;
	if (application != APPLICATION_ID || *version < 1) {
		log_event(LOG_LEVEL_ERROR, "store",
		    "words=\"the file is another program's\"");
		err = ICS_ECORRUPT;
	}
out:
	return err;
}

enum ics_err
store_migrate(struct db *db, const char *const *steps, int n)
{
	int64_t version = 0;
	bool is_new;
	enum ics_err err;

	TRY(version_read(db, &version));
	is_new = version == 0;
	if (version > n) {
		log_event(LOG_LEVEL_ERROR, "store",
		    "words=\"written by a newer program\" version=%lld",
		    (long long)version);
		return ICS_ECORRUPT;
	}
	for (; version < n; version++) {
		if (!is_new)
			log_event(LOG_LEVEL_NOTE, "migrate", "step=%lld",
			    (long long)version + 1);
		TRY(step_run(db, steps[version]));
	}
out:
	return err;
}

static int
committed(void *arg, sqlite3 *sq, const char *name, int pages)
{
	struct store *s = arg;

	(void)sq; /* the one that s holds */
	(void)name;
	s->wal_pages = pages;
	return SQLITE_OK;
}

static enum ics_err
file_open(struct store *s, enum store_mode mode)
{
	int flags = SQLITE_OPEN_READWRITE;
	int64_t left;
	struct stat st;
	enum ics_err err;

	if (mode == STORE_CREATE)
		flags |= SQLITE_OPEN_CREATE;
	else if (stat(s->path, &st) != 0)
		return err_from_errno(errno);
	TRY(db_open(&s->db, s->path, flags));
	TRY(db_script(&s->db, SQL_OPEN_NEW));
	TRY(db_script(&s->db, SQL_OPEN_WRITER));
	TRY(store_migrate(&s->db, sql_steps, SQL_STEPS));
	TRY(db_prepare(&s->db, SQL_WRITER));
	(void)sqlite3_wal_hook(s->db.sq, committed, s); /* the first hook */
	TRY(db_number(&s->db, SQL_BULK_LEFT, &left));
	if (left > 0)
		TRY(db_script(&s->db, SQL_BULK_END));
	TRY(store_fill(s));
	TRY(keep_open(s));
out:
	return err;
}

enum ics_err
store_open(const char *dir, enum store_mode mode, struct store **s)
{
	struct store *new = alloc_zero(1, sizeof(*new));
	enum ics_err err;

	/* Nobody asks SQLite for its memory counters, and each costs a lock.
	 * Refused when SQLite runs already: then that was said before. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	new->lock = -1;
	new->position = new->denied = -1;
	new->path = store_path(dir, STORE_FILE);
	TRY(lock_take(new, dir));
	if (mode == STORE_CREATE)
		file_make(new->path, dir);
	TRY(file_open(new, mode));
out:
	if (err != ICS_OK) {
		store_close(new);
		new = NULL;
	}
	*s = new;
	return err;
}

enum ics_err
store_lean(struct store *s)
{
	s->is_lean = true;
	return db_script(&s->db, SQL_OPEN_WRITER_LEAN);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->db.sq != NULL) {
		store_rollback(s);
		/* An unfinished bulk is ended by the next store_open. */
		if (s->bulk && store_bulk_end(s) != ICS_OK)
			s->bulk = false;
		store_peek_close(s);
		db_close(&s->db);
	}
	keep_forget(s);
	if (s->lock >= 0)
		(void)close(s->lock); /* nothing was written there */
	free(s->path);
	free(s);
}
