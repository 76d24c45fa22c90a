/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forks before there is a second thread, and only then. */
#include "icsd/front.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The journal says which descriptor leads to it: "DEVICE:INODE". */
enum log_form
front_log_form(void)
{
	const char *journal = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (journal == NULL || fstat(STDERR_FILENO, &st) != 0)
		return LOG_FORM_STDERR;
	(void)snprintf(ours, sizeof(ours), "%" PRIuMAX ":%" PRIuMAX,
	    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino); /* fits */
	return strcmp(journal, ours) == 0 ? LOG_FORM_JOURNAL : LOG_FORM_STDERR;
}

/* The parent's end: the child is ready when it says so, dead when it ends. */
static void __attribute__((noreturn)) parent_wait(int fd, pid_t child)
{
	char ready;
	int status;

	if (read(fd, &ready, 1) == 1)
		_exit(0);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(1);
}

enum ics_err
front_leave(struct front *f)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_from_errno(errno);
	(void)fflush(NULL); /* or the child would write it again */
	child = fork();
	if (child < 0)
		return err_from_errno(errno);
	if (child > 0) {
		close(ends[1]);
		parent_wait(ends[0], child);
	}
	close(ends[0]);
	f->waiting = ends[1];
	(void)setsid(); /* a fresh child leads no group: cannot fail */
	return ICS_OK;
}

enum ics_err
front_prepare(struct front *f)
{
	f->nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	return f->nothing < 0 ? err_from_errno(errno) : ICS_OK;
}

enum ics_err
front_log_reopen(const struct front *f, const struct conf *c)
{
	struct buf path;
	int fd;

	if (f->waiting < 0)
		return ICS_OK;
	buf_init(&path, 4096);
	buf_printf(&path, "%s/%s", c->state_dir, FRONT_LOG);
	fd = open(buf_str(&path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    S_IRUSR | S_IWUSR | S_IRGRP);
	buf_release(&path);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return err_from_errno(errno);
	close(fd);
	return ICS_OK;
}

enum ics_err
front_ready(struct front *f, const struct conf *c)
{
	enum ics_err err;

	if (f->waiting < 0)
		return ICS_OK;
	err = front_log_reopen(f, c);
	if (err != ICS_OK)
		return err;
	if (dup2(f->nothing, STDIN_FILENO) < 0 ||
	    dup2(f->nothing, STDOUT_FILENO) < 0 ||
	    write(f->waiting, "", 1) != 1)
		return err_from_errno(errno);
	return ICS_OK;
}
