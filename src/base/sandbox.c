/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Privileges, limits and Landlock; the system call filter is in
 * sandbox_calls.c. Landlock confines the calling thread and those it makes,
 * so all of this is called before there is a second thread.
 */
#include "base/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <unistd.h>

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

#define GIVE_WAY 10 /* niceness: a tenth of the time, when all want all of it */

/* The leak checker of a sanitizer reads its own process as a debugger. */
#ifdef ICS_SANITIZE
#define DUMPABLE 1
#else
#define DUMPABLE 0
#endif

static enum ics_err
ids_find(const char *user, const char *group, struct passwd *ids)
{
	const struct passwd *pw = getpwnam(user);
	const struct group *gr;

	if (pw == NULL)
		return ICS_ENOTFOUND;
	*ids = *pw;
	if (group == NULL || group[0] == '\0')
		return ICS_OK;
	gr = getgrnam(group);
	if (gr == NULL)
		return ICS_ENOTFOUND;
	ids->pw_gid = gr->gr_gid;
	return ICS_OK;
}

enum ics_err
sandbox_drop(const char *user, const char *group)
{
	struct passwd ids;
	enum ics_err err = ids_find(user, group, &ids);

	if (err != ICS_OK)
		return err;
	if (geteuid() != 0)
		return ids.pw_uid == geteuid() ? ICS_OK : ICS_EPERM;
	if (ids.pw_uid == 0)
		return ICS_OK;
	if (initgroups(user, ids.pw_gid) != 0 ||
	    setresgid(ids.pw_gid, ids.pw_gid, ids.pw_gid) != 0 ||
	    setresuid(ids.pw_uid, ids.pw_uid, ids.pw_uid) != 0)
		return ICS_EPERM;
	/* Trust the result, not the calls. */
	if (setresuid(0, 0, 0) == 0 || geteuid() != ids.pw_uid)
		return ICS_EPERM;
	/* With another user the kernel goes back to its own default. */
	if (prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) != 0)
		return err_from_errno(errno);
	return ICS_OK;
}

enum ics_err
sandbox_limits(unsigned long open_files)
{
	struct rlimit none = { 0, 0 };
	struct rlimit files;

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return err_from_errno(errno);
	if (files.rlim_cur >= open_files)
		return ICS_OK;
	if (files.rlim_max < open_files) {
		struct rlimit wider = { open_files, open_files };

		/* Only root may; others take all that they can get. */
		if (setrlimit(RLIMIT_NOFILE, &wider) == 0)
			return ICS_OK;
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* EPERM says it */
		return ICS_EPERM;
	}
	files.rlim_cur = open_files;
	return setrlimit(RLIMIT_NOFILE, &files) == 0 ? ICS_OK
						     : err_from_errno(errno);
}

#ifdef HAVE_LINUX_LANDLOCK_H

/* Rights that Debian 12's header is too old to name. */
#define RIGHT_REFER    (UINT64_C(1) << 13) /* since version 2 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14) /* since version 3 */

#define RIGHTS_FILE_READ LANDLOCK_ACCESS_FS_READ_FILE
#define RIGHTS_FILE_WRITE                                \
	(LANDLOCK_ACCESS_FS_READ_FILE | RIGHT_TRUNCATE | \
	    LANDLOCK_ACCESS_FS_WRITE_FILE)
#define RIGHTS_READ (RIGHTS_FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_WRITE                                                     \
	(RIGHTS_READ | RIGHTS_FILE_WRITE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR)
/* Everything else, execution and devices above all, is granted nowhere. */
#define RIGHTS_ALL ((UINT64_C(1) << 13) - 1)

struct ruleset {
	int fd;
	uint64_t known; /* rights that this kernel knows */
};

static enum ics_err
ruleset_add(const struct ruleset *rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;
	long failed;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT ? ICS_OK : err_from_errno(errno);
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= RIGHTS_FILE_WRITE;
	rule.allowed_access = rights & rules->known;
	failed = syscall(SYS_landlock_add_rule, rules->fd,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return failed == 0 ? ICS_OK : err_from_errno(errno);
}

static enum ics_err
ruleset_add_all(const struct ruleset *rules, const char *const *paths,
    uint64_t rights)
{
	enum ics_err err = ICS_OK;

	for (; err == ICS_OK && *paths != NULL; paths++)
		err = ruleset_add(rules, *paths, rights);
	return err;
}

static uint64_t
rights_known(long version)
{
	uint64_t known = RIGHTS_ALL;

	if (version >= 2)
		known |= RIGHT_REFER;
	if (version >= 3)
		known |= RIGHT_TRUNCATE;
	return known;
}

enum ics_err
sandbox_files(const char *const *read_write, const char *const *read_only,
    bool *active)
{
	struct landlock_ruleset_attr attr = { 0 };
	struct ruleset rules;
	enum ics_err err;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	*active = false;
	if (version < 1)
		return ICS_OK; /* not in this kernel, or switched off */
	attr.handled_access_fs = rights_known(version);
	rules.known = attr.handled_access_fs;
	rules.fd =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules.fd < 0)
		return err_from_errno(errno);
	TRY(ruleset_add_all(&rules, read_write, RIGHTS_WRITE));
	TRY(ruleset_add_all(&rules, read_only, RIGHTS_READ));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, rules.fd, 0) != 0)
		TRY(err_from_errno(errno));
	*active = true;
out:
	close(rules.fd);
	return err;
}

#else

enum ics_err
sandbox_files(const char *const *read_write, const char *const *read_only,
    bool *active)
{
	(void)read_write; /* there is nothing to be done with them */
	(void)read_only;
	*active = false;
	return ICS_OK;
}

#endif

void
sandbox_give_way(void)
{
	/* On Linux each thread has a niceness. One may always be nicer; where
	 * it is refused nothing is lost. */
	(void)setpriority(PRIO_PROCESS, 0, GIVE_WAY);
}
