/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peers.json: what is kept comes back, and no file that somebody damaged
 * brings more than a line in the log. Then the table: reloads, and what stays
 * when a peer is described anew.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "fixture.h"
#include "sync/inside.h"

static char dir[] = "/tmp/check_sync_state.XXXXXX";

#define ADDED  "added kind=hkp url=http://127.0.0.1:1 every=0s"
#define NAMED  "named kind=hkp url=http://127.0.0.1:2 every=0s"
#define NAMED2 "named kind=hkp url=http://127.0.0.1:3 every=0s"

static struct sync_peer_conf
conf_of(const char *text)
{
	struct sync_peer_conf conf;
	const char *why;

	if (!sync_peer_read(text, &conf, &why))
		ck_abort_msg("%s: %s", text, why);
	return conf;
}

/* What the parts need of a loop that does not run. */
static struct sync *
still_new(void)
{
	struct sync *s = alloc_zero(1, sizeof(*s));

	s->config.dir = dir;
	s->seed = 1;
	s->now = 1;
	sync_ring_init(&s->alarms);
	sync_ring_init(&s->requests);
	sync_ring_init(&s->submissions);
	sync_ring_init(&s->waits);
	sync_ring_init(&s->conns);
	sync_ring_init(&s->plans);
	sync_state_open(s);
	return s;
}

static void
still_free(struct sync *s)
{
	sync_table_clear(s);
	sync_pins_free(s);
	free(s);
}

static void
path_of(char path[64], const char *suffix)
{
	(void)snprintf(path, 64, "%s/%s%s", dir, SYNC_STATE_FILE,
	    suffix); /* it fits */
}

static size_t
file_get(char *text, size_t max)
{
	char path[64];
	FILE *f;
	size_t n;

	path_of(path, "");
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, max, f);
	fclose(f);
	return n;
}

static void
file_put(const char *text, size_t n)
{
	char path[64];
	FILE *f;

	path_of(path, "");
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static struct sync *
loaded(void)
{
	struct sync *s = still_new();
	struct sync_peer_conf named = conf_of(NAMED);

	sync_table_take(s, &named, 1);
	sync_state_load(s);
	return s;
}

/* One added, one named, a text kept of each. */
static void
state_write(void)
{
	struct sync *s = loaded();
	struct sync_peer_conf conf = conf_of(ADDED);
	struct sync_peer *p = sync_table_find(s, "added");

	if (p == NULL)
		ck_assert_int_eq(sync_table_add(s, &conf, true, &p), ICS_OK);
	sync_keep_set(s, p, "cursor", "12");
	sync_keep_set(s, p, "cursor", "13");
	sync_keep_set(s, sync_table_find(s, "named"), "root", "\"x\\");
	sync_state_save(s);
	still_free(s);
}

START_TEST(what_is_kept_comes_back)
{
	struct sync *s;
	const struct sync_peer *added, *named;
	struct stat st;
	char path[64];

	state_write();
	path_of(path, "");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 077, 0);
	path_of(path, ".new");
	ck_assert_int_ne(stat(path, &st), 0);
	s = loaded();
	added = sync_table_find(s, "added");
	named = sync_table_find(s, "named");
	ck_assert_ptr_nonnull(added);
	ck_assert(added->row.is_added && !named->row.is_added);
	ck_assert_str_eq(sync_keep_get(s, added, "cursor"), "13");
	ck_assert_str_eq(sync_keep_get(s, named, "root"), "\"x\\");
	ck_assert_ptr_null(sync_keep_get(s, named, "cursor"));
	still_free(s);
}
END_TEST

START_TEST(what_is_too_long_is_not_kept)
{
	struct sync *s = loaded();
	struct sync_peer *p = sync_table_find(s, "named");
	char value[SYNC_KEPT_VALUE + 1], name[16];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	sync_keep_set(s, p, "long", value);
	ck_assert_ptr_null(sync_keep_get(s, p, "long"));
	for (int i = 0; i < SYNC_KEPT_MAX + 4; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		sync_keep_set(s, p, name, "1");
	}
	ck_assert_uint_eq(p->priv->kept_n, SYNC_KEPT_MAX);
	still_free(s);
}
END_TEST

START_TEST(what_the_configuration_says_is_newer)
{
	struct sync_peer_conf conf =
	    conf_of("added kind=hkp url=http://127.0.0.1:9 every=0s");
	struct sync *s = still_new();
	const struct sync_peer *p;

	state_write();
	sync_table_take(s, &conf, 1);
	sync_state_load(s);
	p = sync_table_find(s, "added");
	ck_assert(!p->row.is_added);
	ck_assert_str_eq(p->conf.url, "http://127.0.0.1:9");
	ck_assert_str_eq(sync_keep_get(s, p, "cursor"), "13");
	ck_assert_ptr_null(sync_table_find(s, "named"));
	still_free(s);
}
END_TEST

/* Whatever stands there: the peer of the configuration works. */
START_TEST(any_damage_is_borne)
{
	static char text[4096], bad[4096];
	size_t n;

	state_write();
	n = file_get(text, sizeof(text));
	ck_assert_uint_gt(n, 50);
	for (size_t i = 0; i < 8 * n; i++) {
		struct sync *s;

		memcpy(bad, text, n);
		bad[i / 8] = (char)(bad[i / 8] ^ 1 << i % 8);
		file_put(bad, n);
		s = loaded();
		ck_assert_ptr_nonnull(sync_table_find(s, "named"));
		still_free(s);
		file_put(text, i / 8);
		s = loaded();
		ck_assert_ptr_nonnull(sync_table_find(s, "named"));
		ck_assert(i / 8 + 2 >= n ||
			  sync_table_find(s, "added") == NULL);
		still_free(s);
	}
	file_put(text, n);
}
END_TEST

START_TEST(a_reload_changes_what_differs)
{
	struct sync_peer_conf confs[2] = { conf_of(NAMED), conf_of(ADDED) };
	struct sync *s = still_new();
	struct sync_peer *named, *p;

	sync_table_take(s, confs, 2);
	named = sync_table_find(s, "named");
	sync_keep_set(s, named, "cursor", "7");
	/* The same again: nobody moves. */
	sync_table_take(s, confs, 2);
	ck_assert_ptr_eq(sync_table_find(s, "named"), named);
	/* Described anew, and the other gone. */
	confs[0] = conf_of(NAMED2);
	sync_table_take(s, confs, 1);
	p = sync_table_find(s, "named");
	ck_assert_str_eq(p->conf.url, "http://127.0.0.1:3");
	ck_assert_str_eq(sync_keep_get(s, p, "cursor"), "7");
	ck_assert_ptr_null(sync_table_find(s, "added"));
	/* One by hand stays; its name in a configuration takes it over. */
	ck_assert_int_eq(sync_table_add(s, &confs[1], true, &p), ICS_OK);
	ck_assert_int_eq(sync_table_add(s, &confs[1], true, &p), ICS_EEXISTS);
	sync_table_take(s, confs, 1);
	ck_assert_ptr_nonnull(sync_table_find(s, "added"));
	sync_table_take(s, confs, 2);
	ck_assert(!sync_table_find(s, "added")->row.is_added);
	sync_table_take(s, confs, 0);
	ck_assert_ptr_null(sync_table_find(s, "added"));
	still_free(s);
}
END_TEST

START_TEST(there_are_at_most_sixty_four)
{
	struct sync *s = still_new();
	struct sync_peer_conf conf = conf_of(ADDED);
	struct sync_peer *p;

	for (int i = 0; i < SYNC_PEERS_MAX; i++) {
		(void)snprintf(conf.name, sizeof(conf.name), "p%d", i);
		ck_assert_int_eq(sync_table_add(s, &conf, true, &p), ICS_OK);
	}
	(void)snprintf(conf.name, sizeof(conf.name), "more");
	ck_assert_int_eq(sync_table_add(s, &conf, true, &p), ICS_ETOOBIG);
	sync_table_remove(s, sync_table_find(s, "p3"));
	ck_assert_int_eq(sync_table_add(s, &conf, true, &p), ICS_OK);
	ck_assert_uint_eq(p->priv->slot, 3);
	still_free(s);
}
END_TEST

START_TEST(pins_are_those_of_the_table)
{
	static const char text[] =
	    "own kind=ics url=https://x key=sha256//"
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= every=0";
	struct sync_peer_conf conf = conf_of(text);
	struct sync *s = still_new();
	struct sync_client who;
	uint8_t other[SYNC_PIN] = { 1 };

	ck_assert(!sync_pin_is_peer(s, NULL, &who));
	sync_table_take(s, &conf, 1);
	ck_assert(sync_pin_is_peer(s, NULL, &who));
	ck_assert(!sync_pin_is_peer(s, other, &who));
	ck_assert(sync_pin_is_peer(s, conf.pin, &who));
	ck_assert_str_eq(who.name, "own");
	ck_assert(who.is_operators && who.may_alter);
	sync_table_take(s, NULL, 0);
	ck_assert(!sync_pin_is_peer(s, conf.pin, &who));
	ck_assert(!sync_pin_is_peer(s, NULL, &who));
	still_free(s);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_kept_comes_back);
	tcase_add_test(t, what_is_too_long_is_not_kept);
	tcase_add_test(t, what_the_configuration_says_is_newer);
	tcase_add_test(t, any_damage_is_borne);
	tcase_add_test(t, a_reload_changes_what_differs);
	tcase_add_test(t, there_are_at_most_sixty_four);
	tcase_add_test(t, pins_are_those_of_the_table);
}

int
main(void)
{
	char path[64];
	int status;

	log_off();
	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	status = fixture_run("sync_state", add);
	path_of(path, "");
	(void)unlink(path); /* perhaps it is not there */
	return rmdir(dir) == 0 ? status : EXIT_FAILURE;
}
