/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each step is taken in a child of its own, since none goes back; what it
 * must make impossible is tried, what must stay possible too. The children
 * are our own forks: Check's may be switched off.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sandbox.h"

static char dir[] = "/tmp/check_sandbox.XXXXXX";

/* The line of the first thing that was not as expected, else 0. */
#define EXPECT(what)                          \
	do {                                  \
		if (!(what))                  \
			return (int)__LINE__; \
	} while (0)

/* Runs in a child; its line travels over a pipe. */
static int
child_line(int (*body)(void))
{
	int ends[2], line = -1, status;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		line = body();
		_exit(write(ends[1], &line, sizeof(line)) !=
		      (ssize_t)sizeof(line));
	}
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &line, sizeof(line)), sizeof(line));
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return line;
}

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* ---- limits and privileges ------------------------------------------------ */

static int
limits_body(void)
{
	struct rlimit core, files, low = { 64, 256 };

	EXPECT(setrlimit(RLIMIT_NOFILE, &low) == 0);
	EXPECT(sandbox_limits(200) == ICS_OK);
	EXPECT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	EXPECT(getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == 200);
	EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#ifndef ICS_SANITIZE
	EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
#endif
	return 0;
}

START_TEST(test_limits)
{
	ck_assert_int_eq(child_line(limits_body), 0);
}
END_TEST

static int
beyond_body(void)
{
	struct rlimit files, low = { 64, 256 };
	const struct passwd *pw = getpwnam("nobody");

	EXPECT(pw != NULL && setrlimit(RLIMIT_NOFILE, &low) == 0);
	EXPECT(setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == 0);
	EXPECT(sandbox_limits(1000) == ICS_EPERM);
	EXPECT(getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == 256);
	EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return 0;
}

static int
drop_body(void)
{
	const struct passwd *pw = getpwnam("nobody");
	uid_t uid;

	EXPECT(pw != NULL);
	uid = pw->pw_uid;
	EXPECT(sandbox_drop("no-such-user-here", NULL) == ICS_ENOTFOUND);
	EXPECT(sandbox_drop("nobody", "no-such-group") == ICS_ENOTFOUND);
	EXPECT(geteuid() == 0);
	EXPECT(sandbox_drop("nobody", NULL) == ICS_OK);
	EXPECT(geteuid() == uid && getuid() == uid && getegid() != 0);
	EXPECT(setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0);
	EXPECT(!opens("/etc/shadow", O_RDONLY));
	/* Who is there already may ask again; nobody else. */
	EXPECT(sandbox_drop("nobody", NULL) == ICS_OK);
	EXPECT(sandbox_drop("root", NULL) == ICS_EPERM);
	return 0;
}

static int
group_body(void)
{
	EXPECT(sandbox_drop("nobody", "daemon") == ICS_OK);
	EXPECT(getegid() == 1 && getgroups(0, NULL) <= 1);
	return 0;
}

START_TEST(test_root)
{
	ck_assert_int_eq(child_line(beyond_body), 0);
	ck_assert_int_eq(child_line(drop_body), 0);
	ck_assert_int_eq(child_line(group_body), 0);
}
END_TEST

/* ---- files ---------------------------------------------------------------- */

static void *
intruder(void *arg)
{
	bool *in = arg;

	*in = opens("/etc/passwd", O_RDONLY);
	return NULL;
}

static int
files_body(void)
{
	char rw[128], ro[128], file[128];
	const char *const writes[] = { rw, NULL };
	const char *const reads[] = { ro, file, "/no/such/folder", NULL };
	bool active = false, thread_in = true;
	pthread_t thread;

	(void)snprintf(rw, sizeof(rw), "%s/rw", dir);
	(void)snprintf(ro, sizeof(ro), "%s/ro", dir);
	(void)snprintf(file, sizeof(file), "%s/other/one", dir);
	EXPECT(sandbox_files(writes, reads, &active) == ICS_OK);
	if (!active)
		return 0;
	EXPECT(opens(path_of("rw/new"), O_RDWR | O_CREAT));
	EXPECT(truncate(path_of("rw/new"), 0) == 0);
	EXPECT(mkdir(path_of("rw/folder"), 0700) == 0);
	EXPECT(rmdir(path_of("rw/folder")) == 0);
	EXPECT(opens(path_of("ro/old"), O_RDONLY));
	EXPECT(!opens(path_of("ro/old"), O_WRONLY) && errno == EACCES);
	EXPECT(!opens(path_of("ro/new"), O_RDWR | O_CREAT) && errno == EACCES);
	EXPECT(unlink(path_of("ro/old")) != 0);
	EXPECT(opens(path_of("other/one"), O_RDONLY));
	EXPECT(!opens(path_of("other/two"), O_RDONLY) && errno == EACCES);
	EXPECT(!opens("/etc/passwd", O_RDONLY) && errno == EACCES);
	EXPECT(execl("/bin/true", "true", NULL) != 0 && errno == EACCES);
	EXPECT(pthread_create(&thread, NULL, intruder, &thread_in) == 0);
	EXPECT(pthread_join(thread, NULL) == 0);
	EXPECT(!thread_in);
	return 0;
}

static void
file_make(const char *name)
{
	FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
}

START_TEST(test_files)
{
	ck_assert_int_eq(child_line(files_body), 0);
}
END_TEST

/* ---- calls ---------------------------------------------------------------- */

static void *
caller(void *arg)
{
	int *number = arg;

	*number = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
	return NULL;
}

static int
calls_body(void)
{
	const int both = PROT_WRITE | PROT_EXEC;
	bool active = false;
	int mode = 0;
	pthread_t thread;
	void *page;

	EXPECT(sandbox_calls(false, &active) == ICS_OK);
	if (!active)
		return 0;
	EXPECT(execl("/bin/true", "true", NULL) != 0 && errno == EPERM);
	EXPECT(syscall(SYS_mount, "a", "/mnt", "tmpfs", 0, 0) != 0);
	EXPECT(errno == EPERM);
	EXPECT(syscall(SYS_unshare, 0) != 0 && errno == EPERM);
	EXPECT(syscall(SYS_keyctl, 0, 0, 0, 0, 0) == -1 && errno == EPERM);
	EXPECT(syscall(SYS_bpf, 0, 0, 0) == -1 && errno == EPERM);
	EXPECT(setuid(getuid()) != 0 && errno == EPERM);
	page = mmap(NULL, 4096, both, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(page == MAP_FAILED && errno == EPERM);
	page = mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(page != MAP_FAILED);
	EXPECT(mprotect(page, 4096, PROT_EXEC) != 0 && errno == EPERM);
	EXPECT(mprotect(page, 4096, PROT_READ) == 0);
	EXPECT(opens(path_of("rw/calls"), O_RDWR | O_CREAT));
	EXPECT(pthread_create(&thread, NULL, caller, &mode) == 0);
	EXPECT(pthread_join(thread, NULL) == 0);
	EXPECT(mode == 2);
	return 0;
}

/* Whom nobody is to be connected to keeps what he has. */
static int
mute_body(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool active = false;

	EXPECT(listener >= 0 && listen(listener, 1) == 0);
	EXPECT(sandbox_calls(true, &active) == ICS_OK);
	if (!active)
		return 0;
	EXPECT(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
	EXPECT(socket(AF_INET6, SOCK_DGRAM, 0) < 0 && errno == EPERM);
	EXPECT(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	EXPECT(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
	EXPECT(accept(listener, NULL, NULL) < 0 && errno == EAGAIN);
	return 0;
}

START_TEST(test_mute)
{
	ck_assert_int_eq(child_line(mute_body), 0);
}
END_TEST

START_TEST(test_calls)
{
	ck_assert_int_eq(child_line(calls_body), 0);
}
END_TEST

static void
tree_make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mkdir(path_of("rw"), 0700), 0);
	ck_assert_int_eq(mkdir(path_of("ro"), 0700), 0);
	ck_assert_int_eq(mkdir(path_of("other"), 0700), 0);
	file_make("ro/old");
	file_make("other/one");
	file_make("other/two");
}

static void
tree_remove(void)
{
	static const char *const files[] = { "ro/old", "other/one", "other/two",
		"rw/new", "rw/calls" };
	static const char *const folders[] = { "rw", "ro", "other", "" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(path_of(files[i])); /* not each was made */
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		ck_assert_int_eq(rmdir(path_of(folders[i])), 0);
}

int
main(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");
	SRunner *runner;
	int failed;

	tcase_add_unchecked_fixture(tcase, tree_make, tree_remove);
	tcase_add_test(tcase, test_limits);
	if (geteuid() == 0)
		tcase_add_test(tcase, test_root);
	tcase_add_test(tcase, test_files);
	tcase_add_test(tcase, test_calls);
	tcase_add_test(tcase, test_mute);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
