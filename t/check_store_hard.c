/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hard days: readers beside a writer, a disk that is full, a process that
 * is killed. Afterwards fsck finds nothing, and what was said to be committed
 * is there.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "store/handle.h"
#include "store_make.h"

#define READERS 3
#define COMMITS 200
#define DEVICES 40
#define KILLS	6

static struct scene sc;

static void
begin(void)
{
	scene_begin(&sc);
}

static void
end(void)
{
	scene_end(&sc);
}

static void
sound(void)
{
	int64_t differences;

	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
}

/* ---- readers beside a writer ---- */

static struct pgp_fpr fprs[DEVICES];
static _Atomic bool over;

struct looker {
	pthread_t thread;
	uint64_t looks, found;
	bool wrong;
};

/* One snapshot: the certificate, its digest and its index agree. */
static bool
agrees(struct store_reader *r, uint32_t i)
{
	struct store_cert cert;
	struct store_hits hits;
	uint8_t digest[32];
	char email[64];
	bool others;
	enum ics_err err = store_cert_get_fpr(r, &fprs[i], &cert, &others);

	(void)snprintf(email, sizeof(email), "t1000-%06u@devices.example",
	    i + 1);
	if (err == ICS_OK) {
		pgp_sha256(cert.data, digest);
		if (memcmp(digest, cert.digest, 32) != 0 ||
		    pgp_crc24(cert.data) != cert.crc)
			return false;
	}
	if (store_find_email(r, bytes_of_str(email), &hits) != ICS_OK)
		return false;
	return hits.n == (err == ICS_OK) &&
	       (err == ICS_OK || err == ICS_ENOTFOUND);
}

static void *
look(void *arg)
{
	struct looker *l = arg;
	struct store_reader *r;
	uint32_t i = 0;

	if (store_reader_open(sc.dir, sc.store, &r) != ICS_OK) {
		l->wrong = true;
		return NULL;
	}
	while (!atomic_load(&over) && !l->wrong) {
		l->wrong = store_reader_begin(r) != ICS_OK ||
			   !agrees(r, i = (i * 7 + 3) % DEVICES);
		l->looks++;
	}
	store_reader_close(r);
	return NULL;
}

static void
looks_begin(struct looker lookers[READERS])
{
	atomic_store(&over, false);
	for (uint32_t i = 0; i < DEVICES; i++)
		fprs[i] = device_fpr(&(struct device){ .number = i + 1 });
	for (int i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&lookers[i].thread, NULL, look,
				     &lookers[i]),
		    0);
}

static void
looks_end(struct looker lookers[READERS])
{
	atomic_store(&over, true);
	for (int i = 0; i < READERS; i++) {
		pthread_join(lookers[i].thread, NULL);
		ck_assert(!lookers[i].wrong);
		ck_assert_uint_gt(lookers[i].looks, 0);
	}
}

START_TEST(test_readers)
{
	struct looker lookers[READERS] = { 0 };
	struct store_entry *e;
	enum store_change change;

	looks_begin(lookers);
	for (uint32_t n = 0; n < COMMITS; n++) {
		uint32_t i = (uint32_t)fixture_below(DEVICES);

		e = device_entry(&(struct device){
		    .number = i + 1, .revision = n });
		OK(store_begin(sc.store));
		if (n % 5 == 4)
			(void)!store_delete(sc.store, &fprs[i], n);
		else
			OK(store_put(sc.store, e, n, &change));
		OK(store_commit(sc.store));
		if (n % 50 == 49)
			OK(store_checkpoint(sc.store));
		store_entry_free(e);
	}
	looks_end(lookers);
	sound();
}
END_TEST

/*
 * Readers that never rest do not let the WAL grow without end: without a bound
 * it would hold all 130 MB. On a busy machine a reader may oversleep a restart
 * or more; each costs one more STORE_WAL_PAGES.
 */
START_TEST(test_wal_bound)
{
	struct looker lookers[READERS] = { 0 };
	char path[128];
	struct store_entry *e;
	enum store_change change;
	struct stat st;
	off_t most = 0;

	(void)snprintf(path, sizeof(path), "%s/%s-wal", sc.dir, STORE_FILE);
	looks_begin(lookers);
	for (uint32_t n = 0; n < 150; n++) {
		OK(store_begin(sc.store));
		for (uint32_t i = 1; i <= 100; i++) {
			e = device_entry(&(struct device){
			    .number = i, .revision = n, .pad = 7500 });
			OK(store_put(sc.store, e, n, &change));
			store_entry_free(e);
		}
		OK(store_commit(sc.store));
		if (stat(path, &st) == 0 && st.st_size > most)
			most = st.st_size;
	}
	looks_end(lookers);
	ck_assert_int_gt(most, STORE_WAL_PAGES * 4096);
	ck_assert_int_lt(most, 6 * STORE_WAL_PAGES * 4096);
	store_reader_end(sc.reader);
	OK(store_checkpoint(sc.store));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
}
END_TEST

/* ---- a full disk ---- */

/* Put devices until it fails; how many went in. */
static uint32_t
fill(uint32_t from, enum ics_err *why)
{
	struct store_entry *e;
	enum store_change change;
	uint32_t n = from;

	for (*why = ICS_OK; *why == ICS_OK && n < from + 2000; n++) {
		e = device_entry(&(struct device){ .number = n, .pad = 2000 });
		*why = store_begin(sc.store);
		if (*why == ICS_OK)
			*why = store_put(sc.store, e, 1000, &change);
		if (*why == ICS_OK)
			*why = store_commit(sc.store);
		else
			store_rollback(sc.store);
		store_entry_free(e);
	}
	return n - 1 - from;
}

static void
refill(uint32_t done)
{
	struct store_stats st;
	uint32_t more;
	enum ics_err why;

	store_reader_end(sc.reader);
	OK(store_reader_begin(sc.reader));
	OK(store_stats(sc.reader, &st));
	ck_assert_int_eq(st.certs, done);
	ck_assert_int_eq(st.log, done);
	sound();
	/* There is room again. */
	device_put(&sc, &(struct device){ .number = 900000 }, 1000);
	more = fill(100000, &why);
	ck_assert_uint_eq(more, 1999);
	sound();
}

START_TEST(test_full_pages)
{
	uint32_t done;
	enum ics_err why;

	OK(db_run(&sc.store->db, "PRAGMA max_page_count = 150"));
	done = fill(1, &why);
	ck_assert_str_eq(err_name(why), "ICS_ENOSPACE");
	ck_assert_uint_gt(done, 10);
	OK(db_run(&sc.store->db, "PRAGMA max_page_count = 1000000"));
	refill(done);
}
END_TEST

START_TEST(test_full_disk)
{
	struct rlimit was, narrow;
	uint32_t done;
	enum ics_err why;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	narrow = was;
	narrow.rlim_cur = 2000000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &narrow), 0);
	done = fill(1, &why);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_str_eq(err_name(why), "ICS_ENOSPACE");
	ck_assert_uint_gt(done, 10);
	refill(done);
}
END_TEST

/* ---- kill -9 ---- */

/* Write one after the other, telling the pipe of each that is committed. */
static void
write_until_killed(int tell, uint32_t from)
{
	struct store *s;
	struct store_entry *e;
	enum store_change change;

	if (store_open(sc.dir, STORE_EXISTING, &s) != ICS_OK)
		_exit(1);
	for (uint32_t n = from;; n++) {
		e = device_entry(&(struct device){ .number = n });
		if (store_begin(s) != ICS_OK ||
		    store_put(s, e, 1000, &change) != ICS_OK ||
		    store_commit(s) != ICS_OK ||
		    write(tell, &n, sizeof(n)) != sizeof(n))
			_exit(1);
		if (n % 16 == 0 && store_checkpoint(s) != ICS_OK)
			_exit(1);
		store_entry_free(e);
	}
}

/* The last that was told before the child was killed. */
static uint32_t
run_and_kill(uint32_t from)
{
	size_t after = 5 + fixture_below(40);
	uint32_t last = 0, n;
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		write_until_killed(ends[1], from);
	}
	close(ends[1]);
	while (read(ends[0], &n, sizeof(n)) == sizeof(n)) {
		last = n;
		if (after-- == 0)
			ck_assert_int_eq(kill(pid, SIGKILL), 0);
		if (after > 1000)
			after = 1000; /* what was on its way is read too */
	}
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

START_TEST(test_kill)
{
	uint32_t next = 1, last;
	struct pgp_fpr fpr;
	struct store_cert cert;

	for (int round = 0; round < KILLS; round++) {
		scene_close(&sc);
		last = run_and_kill(next);
		ck_assert_uint_ge(last, next);
		OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
		OK(store_reader_open(sc.dir, sc.store, &sc.reader));
		OK(store_reader_begin(sc.reader));
		for (uint32_t n = 1; n <= last; n++) {
			fpr = device_fpr(&(struct device){ .number = n });
			OK(store_cert_get_primary(sc.reader, &fpr, &cert));
		}
		sound();
		next = last + 1; /* it may be there, untold */
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_readers);
	tcase_add_test(t, test_wal_bound);
	tcase_add_test(t, test_full_pages);
	tcase_add_test(t, test_full_disk);
	tcase_add_test(t, test_kill);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_hard", add);
}
