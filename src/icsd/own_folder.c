/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder of own.h: written aside, then renamed; read when there is no
 * domain. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "icsd/own.h"

#define ASIDE OWN_FOLDER ".new"

#define SECRET_FILE	 "secret.pgp"
#define CERTIFICATE_FILE "certificate.pgp"
#define POLICY_FILE	 "policy.asc"

/* False: it is too long. */
static bool
path_make(char path[PATH_MAX], const struct conf *c, const char *folder,
    const char *name)
{
	int n = snprintf(path, PATH_MAX, "%s/%s%s%s", c->state_dir, folder,
	    name[0] == '\0' ? "" : "/", name);

	return n > 0 && n < PATH_MAX;
}

static bool
is_there(const struct conf *c, const char *folder, const char *name)
{
	char path[PATH_MAX];

	return path_make(path, c, folder, name) && access(path, F_OK) == 0;
}

static enum domain_profile
profile_of(const struct conf *c)
{
	enum domain_profile profile = DOMAIN_PROFILE_OPEN;

	/* conf_load has looked. */
	(void)domain_profile_find(bytes_of_str(c->profile), &profile);
	return profile;
}

/* ---- writing ---- */

static bool
all_write(int fd, struct bytes octets)
{
	while (octets.n > 0) {
		ssize_t n = write(fd, octets.p, octets.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		octets = bytes_of(octets.p + n, octets.n - (size_t)n);
	}
	return fsync(fd) == 0;
}

static enum ics_err
file_write(const struct conf *c, const char *name, struct bytes octets)
{
	char path[PATH_MAX];
	bool done;
	int fd;

	if (!path_make(path, c, ASIDE, name))
		return ICS_ETOOBIG;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return err_from_errno(errno);
	done = all_write(fd, octets);
	if (close(fd) != 0 || !done)
		return err_from_errno(errno);
	return ICS_OK;
}

static enum ics_err
folder_write(const struct conf *c, const struct own *own)
{
	char aside[PATH_MAX], path[PATH_MAX];
	enum ics_err err;

	if (!path_make(aside, c, ASIDE, "") ||
	    !path_make(path, c, OWN_FOLDER, ""))
		return ICS_ETOOBIG;
	if (mkdir(aside, S_IRWXU) != 0 && errno != EEXIST)
		return err_from_errno(errno);
	TRY(file_write(c, SECRET_FILE, buf_bytes(&own->secret)));
	TRY(file_write(c, CERTIFICATE_FILE, buf_bytes(&own->certificate)));
	TRY(file_write(c, POLICY_FILE, buf_bytes(&own->policy)));
	if (rename(aside, path) != 0)
		err = err_from_errno(errno);
out:
	return err;
}

enum ics_err
own_prepare(const struct conf *c)
{
	char user_id[PGP_UID_MAX];
	struct own own;
	enum ics_err err;

	if (profile_of(c) == DOMAIN_PROFILE_OPEN ||
	    is_there(c, OWN_FOLDER, "") || is_there(c, STORE_FILE, ""))
		return ICS_OK;
	(void)snprintf(user_id, sizeof(user_id), "%s server on %s", c->profile,
	    c->hostname); /* cut is fine */
	err = own_make(profile_of(c), user_id, &own);
	if (err == ICS_OK)
		err = folder_write(c, &own);
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "own-key",
		    "dir=%s/" OWN_FOLDER " why=\"%s\" help=\"the server's "
		    "user must be able to write there\"",
		    c->state_dir, err_words(err));
	own_release(&own);
	return err;
}

/* ---- having it taken ---- */

/* The caller frees *octets. */
static enum ics_err
file_read(const struct conf *c, const char *name, struct bytes *octets)
{
	char path[PATH_MAX];
	struct buf text;
	uint8_t *room;
	FILE *file;
	size_t n;
	enum ics_err err = ICS_OK;

	if (!path_make(path, c, OWN_FOLDER, name))
		return ICS_ETOOBIG;
	file = fopen(path, "re");
	if (file == NULL)
		return err_from_errno(errno);
	buf_init(&text, DOMAIN_TEXT_MAX);
	room = buf_grow(&text, DOMAIN_TEXT_MAX);
	n = room == NULL ? 0 : fread(room, 1, DOMAIN_TEXT_MAX, file);
	if (ferror(file))
		err = ICS_EIO;
	*octets = alloc_bytes(bytes_of(room, n));
	(void)fclose(file); /* nothing was written */
	buf_release(&text);
	return err;
}

struct answer {
	enum ics_err err;
	struct intake_item item; /* its report is not kept */
};

/* On a thread of intake. */
static void
answered(void *arg, const struct intake_result *result)
{
	struct answer *a = arg;
	const struct finding *worst = NULL;

	a->err = result->err;
	if (a->err != ICS_OK || result->n != 1)
		return;
	a->item = result->items[0];
	worst = report_worst(&a->item.rep);
	if (a->item.outcome != INTAKE_INSERTED &&
	    a->item.outcome != INTAKE_IGNORED)
		a->err = ICS_EDENIED;
	if (a->err != ICS_OK && worst != NULL)
		log_event(LOG_LEVEL_ERROR, "own-key", "why=\"%s\" help=\"%s\"",
		    worst->reason->words, worst->reason->help);
}

static enum ics_err
file_submit(const struct conf *c, const char *name, struct intake *in,
    struct answer *a)
{
	struct intake_job job = { .order = INTAKE_SUBMIT,
		.origin = INTAKE_OPERATOR,
		.takes_descriptors = true,
		.done = answered,
		.arg = a };
	enum ics_err err;

	*a = (struct answer){ .err = ICS_ECORRUPT };
	TRY(file_read(c, name, &job.input));
	err = intake_submit_wait(in, &job);
	if (err != ICS_OK) {
		alloc_bytes_free(job.input);
		goto out;
	}
	intake_drain(in);
	err = a->err;
out:
	return err;
}

static void
next_tell(const struct conf *c, const struct answer *a)
{
	char fpr[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(&a->item.fpr, fpr);
	log_event(LOG_LEVEL_NOTE, "begun",
	    "profile=%s domain=%s owner=%s words=\"the server's own key owns "
	    "the domain and has granted nothing yet\"",
	    c->profile, a->item.domain, fpr);
	log_event(LOG_LEVEL_NOTE, "next",
	    "help=\"gpg --import %s/" OWN_FOLDER "/" SECRET_FILE
	    "; ics -D %s policy grant %s FINGERPRINT ROLE; and so on, or ics "
	    "-D %s policy set %s owner=FINGERPRINT; then remove " SECRET_FILE
	    "\"",
	    c->state_dir, c->state_dir, a->item.domain, c->state_dir,
	    a->item.domain);
}

enum ics_err
own_begin(const struct conf *c, struct intake *in)
{
	struct domain_set *set = intake_domains_hold(in);
	bool has_domain = domain_set_size(set) > 0;
	struct answer a;
	enum ics_err err = ICS_OK;

	domain_set_drop(set);
	if (has_domain || !is_there(c, OWN_FOLDER, ""))
		return ICS_OK;
	TRY(file_submit(c, CERTIFICATE_FILE, in, &a));
	TRY(file_submit(c, POLICY_FILE, in, &a));
	next_tell(c, &a);
out:
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "own-key",
		    "dir=%s/" OWN_FOLDER " why=\"%s\" help=\"remove the "
		    "folder beside an empty store to begin anew\"",
		    c->state_dir, err_words(err));
	return err;
}
