/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Read and written: the state folder. Read: the folders of the configuration
 * and of the PEM files, since whoever renews a certificate puts a new file
 * there, often behind a link.
 */
#include "icsd/confine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/sandbox.h"

#define FILES_SPARE 256 /* descriptors beside connections: files, pipes */
#define PATHS_MAX   24

/* Read by everybody: SQLite's salts, and what a leak checker looks at. */
static const char *const always[] = {
	"/dev/urandom",
#ifdef ICS_SANITIZE
	"/proc",
#endif
};

/* Read by who connects to peers by name, and believes authorities. */
static const char *const outside[] = { "/etc/resolv.conf", "/etc/hosts",
	"/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
	"/etc/services", "/etc/ssl/certs", "/etc/gnutls" };

struct paths {
	char *at[PATHS_MAX + 1]; /* n of them, owned; NULL behind the last */
	size_t n;
};

/* The folder of path; path itself where that would be everything. */
static void
folder_add(struct paths *paths, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		paths->at[paths->n++] = alloc_str(".");
	else if (slash == path)
		paths->at[paths->n++] = alloc_str(path);
	else
		paths->at[paths->n++] = alloc_str_from_bytes(bytes_of(path,
		    (size_t)(slash - path)));
}

static void
file_add(struct paths *paths, const char *path)
{
	char real[PATH_MAX];

	if (path[0] == '\0')
		return;
	folder_add(paths, path);
	if (realpath(path, real) != NULL)
		folder_add(paths, real);
}

static void
step_log(const char *what, bool active)
{
	if (!active)
		log_event(LOG_LEVEL_WARN, "unconfined",
		    "what=%s why=\"this kernel or build has none\"", what);
}

enum ics_err
confine_user(const struct conf *c)
{
	const char *group = c->group[0] == '\0' ? NULL : c->group;
	enum ics_err err = sandbox_limits(c->connections + FILES_SPARE);

	if (err == ICS_EPERM)
		log_event(LOG_LEVEL_WARN, "few-files",
		    "wanted=%lu why=\"the limit of open files is lower\" "
		    "help=\"raise LimitNOFILE or lower connections\"",
		    c->connections + FILES_SPARE);
	else if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "limits", "why=\"%s\"",
		    err_words(err));
	if (err != ICS_OK && err != ICS_EPERM)
		return err;
	if (c->user[0] == '\0') {
		if (geteuid() == 0)
			log_event(LOG_LEVEL_WARN, "root",
			    "why=\"runs as root\" "
			    "help=\"set user in the configuration\"");
		return ICS_OK;
	}
	err = sandbox_drop(c->user, group);
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "user",
		    "user=%s group=%s why=\"%s\" "
		    "help=\"name an account that exists, and start as "
		    "root\"",
		    c->user, c->group, err_words(err));
	return err;
}

bool
confine_is_mute(const struct conf *c)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", c->state_dir,
	    SYNC_STATE_FILE);

	/* With a TLS key descriptors may name peers at any time. */
	return c->recon[0] == '\0' && c->peers.n == 0 &&
	       c->upstream[0] == '\0' && c->tls_cert[0] == '\0' && n > 0 &&
	       (size_t)n < sizeof(path) && access(path, F_OK) != 0;
}

static void
lists_add(struct paths *paths, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		paths->at[paths->n++] = alloc_str(list[i]);
}

enum ics_err
confine_reach(const struct conf *c, bool is_mute)
{
	const char *state[] = { c->state_dir, NULL };
	struct paths paths = { 0 };
	bool files, calls;
	enum ics_err err;

	file_add(&paths, c->file);
	file_add(&paths, c->tls_cert);
	file_add(&paths, c->tls_key);
	lists_add(&paths, always, sizeof(always) / sizeof(always[0]));
	if (!is_mute)
		lists_add(&paths, outside,
		    sizeof(outside) / sizeof(outside[0]));
	err = sandbox_files(state, (const char *const *)paths.at, &files);
	if (err == ICS_OK)
		err = sandbox_calls(is_mute, &calls);
	if (err == ICS_OK) {
		step_log("landlock", files);
		step_log("seccomp", calls);
	} else {
		log_event(LOG_LEVEL_ERROR, "sandbox", "why=\"%s\"",
		    err_words(err));
	}
	while (paths.n > 0)
		free(paths.at[--paths.n]);
	return err;
}
