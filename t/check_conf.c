/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configurations, good and bad: what they become, or what is said of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "icsd/conf.h"

static char path[] = "/tmp/check_conf.XXXXXX";

static struct conf_source
source_of(const struct conf_given *given, size_t n)
{
	return (struct conf_source){ path, true, given, n };
}

static void
file_write(const char *text, size_t n)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, n, file), n);
	ck_assert_int_eq(fclose(file), 0);
}

/* The configuration of a text, and its complaints without the path. */
static struct conf *
load(const char *text, char complaints[2048])
{
	struct conf_source source = source_of(NULL, 0);
	struct conf *c;
	enum ics_err err;
	const char *at;

	file_write(text, strlen(text));
	err = conf_load(&source, &c);
	complaints[0] = '\0';
	at = buf_str(&c->complaints);
	ck_assert_int_eq(err == ICS_OK, *at == '\0');
	while (*at != '\0') {
		size_t n = strlen(complaints);

		if (strncmp(at, path, strlen(path)) == 0)
			at += strlen(path);
		complaints[n] = *at++;
		complaints[n + 1] = '\0';
	}
	return c;
}

START_TEST(test_defaults)
{
	struct conf_source source = { "/no/such/file", false, NULL, 0 };
	struct hkp_config config;
	struct conf *c;

	ck_assert_int_eq(conf_load(&source, &c), ICS_OK);
	ck_assert_str_eq(c->state_dir, "/var/lib/icsd");
	ck_assert_str_eq(c->profile, "open");
	ck_assert_uint_eq(c->listen.n, 1);
	ck_assert_str_eq(c->listen.at[0], ":11371");
	ck_assert_str_eq(c->admin, "");
	ck_assert_int_eq(c->log_level, LOG_LEVEL_NOTE);
	ck_assert_str_ne(c->hostname, "");
	ck_assert_str_ne(c->nodename, "");
	ck_assert(!conf_is_https_default(c));
	conf_hkp(c, &config);
	/* Design section 11. */
	ck_assert_uint_eq(config.limits.header_octets, 8192);
	ck_assert_uint_eq(config.limits.body_octets, 8u << 20);
	ck_assert_uint_eq(config.limits.request_seconds, 10);
	ck_assert_uint_eq(config.limits.connections, 8192);
	ck_assert_uint_eq(config.limits.per_address, 1024);
	ck_assert_uint_eq(config.limits.hashquery_max, 1000);
	ck_assert_uint_eq(config.limits.answer_octets, 32u << 20);
	ck_assert_uint_eq(c->pending_max, 1000);
	ck_assert_str_eq(c->upstream, "");
	ck_assert_uint_eq(c->upstream_keep, 7 * 24 * 3600);
	ck_assert_uint_eq(c->upstream_miss, 600);
	conf_free(c);
	source.must_exist = true;
	ck_assert_int_eq(conf_load(&source, &c), ICS_ECONFIG);
	ck_assert_str_eq(buf_str(&c->complaints),
	    "/no/such/file: No such file or directory; "
	    "name another file with -f\n");
	conf_free(c);
}
END_TEST

START_TEST(test_good)
{
	char complaints[2048];
	struct conf *c =
	    load("# a comment\n"
		 "state-dir = /tmp/x\n"
		 "listen = {\"127.0.0.1:1\", \"https://[::1]:2\"}\n"
		 "listen += {\":3\"}\n"
		 "admin = \"localhost:4\"\n"
		 "tls-cert = a.pem tls-key = 'b.pem'\n"
		 "log-level = debug\n"
		 "connections = 100\n"
		 "body-octets = 64K\n"
		 "answer-octets = 2M\n"
		 "header-octets = 1024\n"
		 "upstream = hkp://keys.example.org\n"
		 "upstream-keep = 2h\n"
		 "upstream-miss = 30\n"
		 "hostname = \"keys \\\"quoted\\\"\"\n",
		complaints);
	struct hkp_config config;

	ck_assert_str_eq(complaints, "");
	ck_assert_str_eq(c->state_dir, "/tmp/x");
	ck_assert_uint_eq(c->listen.n, 3);
	ck_assert_str_eq(c->listen.at[2], ":3");
	ck_assert_str_eq(c->admin, "localhost:4");
	ck_assert_str_eq(c->tls_key, "b.pem");
	ck_assert_int_eq(c->log_level, LOG_LEVEL_DEBUG);
	ck_assert_str_eq(c->hostname, "keys \"quoted\"");
	ck_assert_str_eq(c->upstream, "http://keys.example.org:11371");
	ck_assert_uint_eq(c->upstream_keep, 7200);
	ck_assert_uint_eq(c->upstream_miss, 30);
	ck_assert(!conf_is_https_default(c));
	conf_hkp(c, &config);
	ck_assert_uint_eq(config.limits.connections, 100);
	ck_assert_uint_eq(config.limits.per_address, 100);
	ck_assert_uint_eq(config.limits.body_octets, 65536);
	ck_assert_uint_eq(config.limits.answer_octets, 2u << 20);
	ck_assert_uint_eq(config.limits.header_octets, 1024);
	ck_assert_str_eq(config.identity.hostname, c->hostname);
	conf_free(c);
}
END_TEST

#define DIGITS40 "0123456789abcdef0123456789abcdef01234567"
#define DIGITS64 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FPR4 "04" DIGITS40
#define FPR6 "06" DIGITS64

START_TEST(test_rights)
{
	char complaints[2048];
	struct conf *c = load("root = {\"" FPR4 "\", \"0x" DIGITS40 "\"}\n"
			      "root += {\"" DIGITS64 "\"}\n"
			      "right = {\"owner " FPR6 "\",\n"
			      "  \"manufacturer  " FPR4 " Acme/T1*\"}\n"
			      "claims = no\nsketch = public\n",
	    complaints);
	const struct policy_right *at = c->policy.at;

	ck_assert_str_eq(complaints, "");
	ck_assert_uint_eq(c->policy.n, 5);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(at[i].role, NOTATIONS_ROLE_NONE);
	ck_assert_int_eq(at[0].fpr.version, 4);
	ck_assert_int_eq(at[1].fpr.version, 4);
	ck_assert_int_eq(at[2].fpr.version, 6);
	ck_assert_int_eq(at[3].role, NOTATIONS_ROLE_OWNER);
	ck_assert_uint_eq(at[3].scope.n, 0);
	ck_assert_int_eq(at[4].role, NOTATIONS_ROLE_MANUFACTURER);
	ck_assert(bytes_equal(at[4].scope, bytes_of_str("Acme/T1*")));
	ck_assert(!c->claims);
	ck_assert(c->sketch_public);
	conf_free(c);
	c = load("", complaints);
	ck_assert_uint_eq(c->policy.n, 0);
	ck_assert(c->claims);
	ck_assert(!c->sketch_public);
	conf_free(c);
}
END_TEST

/* Parts that the complaints must have, in this order; NULL ends. */
static const struct {
	const char *text;
	const char *parts[4];
} bad[] = {
	{ "\n\nbody-octets = 8X\n", { ":3: body-octets: \"8X\"", "1024" } },
	{ "body-octets = 1\n", { ":1: body-octets:", "from 1024 to" } },
	{ "body-octets = 99999999999999999999\n", { ":1: body-octets:" } },
	{ "body-octets = 99999999999999999G\n", { ":1: body-octets:" } },
	{ "body-octets = 2K7\n", { ":1: body-octets:" } },
	{ "body-octets = K\n", { ":1: body-octets:" } },
	{ "connections = -1\n", { ":1: connections:" } },
	{ "connections = \"1 \"\n", { ":1: connections:" } },
	{ "connections = \"\"\n", { ":1: connections:" } },
	{ "connections = 10K\n", { ":1: connections:" } },
	{ "connections = 7\n", { ":1: connections:", "from 8 to 1000000" } },
	{ "log-level = loud\n", { ":1: log-level: \"loud\"", "warn" } },
	{ "profile = nowhere\n", { ":1: profile: \"nowhere\"", "certifier" } },
	{ "admin = example.net:1\n", { ":1: admin:", "127.0.0.1:11372" } },
	{ "listen = ftp://127.0.0.1:1\n", { ":1: listen:", "https://" } },
	{ "listen = {\"127.0.0.1:1\",\n\"127.0.0.1:x\",\n\":1\"\n}\n",
	    { ":2: listen:" } },
	{ "listen = {\":x\"}\nlisten += {\":1\"}\n listen += {\":y\"}\n",
	    { ":1: listen: \":x\"", "\n:3: listen: \":y\"" } },
	{ "listen = {\":x\"}\nlisten = {\":1\", \":y\"}\n",
	    { ":2: listen: \":y\"" } },
	{ "listen = {\":1\",\":1\",\":1\",\":1\",\":1\",\":1\",\":1\",\":1\"}\n",
	    { ":1: listen:", "at most 7" } },
	{ "\nlisten = {}\n", { ": listen is empty" } },
	{ "\nroot = \"0123\"\n", { ":2: root: \"0123\"", "40 or 64 digits" } },
	{ "root = {\"" FPR4 "\",\n\"code:sha256:" DIGITS64 "\"}\n",
	    { ":2: root: \"code:" } },
	{ "root = {\"" FPR4 "\"}\nroot += {\"" FPR4 "0\"}\n",
	    { ":2: root: \"" FPR4 "0\"" } },
	{ "\nright = \"owner\"\n", { ":2: right: \"owner\"", "ROLE FPR" } },
	{ "\nright = \"king " FPR4 "\"\n", { ":2: right: \"king " } },
	{ "right = \"owner " FPR4 " a b\"\n", { ":1: right:" } },
	{ "sketch = yes\n", { ":1: sketch: \"yes\"", "peers or public" } },
	{ "claims = maybe\n", { ":1: claims: \"maybe\"", "yes or no" } },
	{ "upstream = keys.example.org\n", { ":1: upstream:", "hkps" } },
	{ "upstream-keep = 0\n", { ":1: upstream-keep: \"0\"", "s, m, h" } },
	{ "upstream-keep = 11y\n", { ":1: upstream-keep: \"11y\"" } },
	{ "upstream-keep = 3651d\n", { ":1: upstream-keep: \"3651d\"" } },
	{ "upstream-miss = 99999999999999999999d\n", { ":1: upstream-miss:" } },
	{ "upstream-miss = d\n", { ":1: upstream-miss: \"d\"" } },
	{ "\nconnections = 9\nconnections = 9\n",
	    { ":3: connections stands in line 2 already" } },
	{ "\nno-such = 1\n", { ":2: no such option 'no-such'" } },
	{ "connections 9\n", { ":1: " } },
	{ "connections = \n", { ":2: " } },
	{ "listen = {\":1\"\n", { ":2: " } },
	{ "hostname = \"open\n", { ": " } },
	{ "}\n", { ":1: " } },
	{ "\nhostname = \"${HOME}\"\n", { ":2: variables are not read" } },
	{ "hostname = ${HOME}\n", { ":1: variables are not read" } },
	{ "tls-cert = a\n", { ":1: tls-cert: stands alone", "tls-key" } },
	{ "\ntls-key = a\n", { ":2: tls-key: stands alone", "tls-cert" } },
	{ "listen = https://127.0.0.1:1\n", { ":1: listen: https needs" } },
	{ "group = daemon\n", { ":1: group: stands alone" } },
	{ "state-dir = \"\"\n", { ":1: state-dir: is empty" } },
	/* Every wrong value is named, not the first alone. */
	{ "connections = x\nhashquery-max = 0\nlog-level = y\n",
	    { ":1: connections", ":2: hashquery-max", ":3: log-level" } },
};

START_TEST(test_bad)
{
	char complaints[2048];
	struct conf *c = load(bad[_i].text, complaints);
	const char *at = complaints;

	for (size_t i = 0; i < 4 && bad[_i].parts[i] != NULL; i++) {
		at = strstr(at, bad[_i].parts[i]);
		ck_assert_msg(at != NULL, "no \"%s\" in \"%s\"",
		    bad[_i].parts[i], complaints);
	}
	conf_free(c);
}
END_TEST

START_TEST(test_odd_files)
{
	static char large[CONF_FILE_MAX + 2];
	struct conf_source source = source_of(NULL, 0);
	struct conf *c;

	memset(large, '\n', sizeof(large));
	file_write(large, CONF_FILE_MAX);
	ck_assert_int_eq(conf_load(&source, &c), ICS_OK);
	conf_free(c);
	file_write(large, CONF_FILE_MAX + 1);
	ck_assert_int_eq(conf_load(&source, &c), ICS_ECONFIG);
	ck_assert_ptr_nonnull(strstr(buf_str(&c->complaints), "1 MiB"));
	conf_free(c);
	file_write("a\0b", 3);
	ck_assert_int_eq(conf_load(&source, &c), ICS_ECONFIG);
	ck_assert_ptr_nonnull(strstr(buf_str(&c->complaints), "not a text"));
	conf_free(c);
}
END_TEST

START_TEST(test_command_line)
{
	static const struct conf_given good[] = {
		{ CONF_OPT_LISTEN, "127.0.0.1:7" },
		{ CONF_OPT_STATE_DIR, "/tmp/first" },
		{ CONF_OPT_LISTEN, "127.0.0.1:8" },
		{ CONF_OPT_STATE_DIR, "/tmp/second" },
	};
	static const struct conf_given wrong[] = {
		{ CONF_OPT_PROFILE, "nowhere" },
	};
	struct conf_source source = source_of(good, 4);
	const char *text = "listen = {\":1\", \":2\", \":3\"}\n"
			   "state-dir = /tmp/file\nconnections = 99\n";
	struct conf *c;

	file_write(text, strlen(text));
	ck_assert_int_eq(conf_load(&source, &c), ICS_OK);
	ck_assert_uint_eq(c->listen.n, 2);
	ck_assert_str_eq(c->listen.at[0], "127.0.0.1:7");
	ck_assert_str_eq(c->state_dir, "/tmp/second");
	ck_assert_uint_eq(c->connections, 99);
	conf_free(c);
	source = source_of(wrong, 1);
	ck_assert_int_eq(conf_load(&source, &c), ICS_ECONFIG);
	ck_assert_ptr_nonnull(strstr(buf_str(&c->complaints),
	    "command line: profile: \"nowhere\" will not do"));
	conf_free(c);
}
END_TEST

static const struct {
	const char *text;
	bool https;
} defaults[] = {
	{ "listen = 127.0.0.1:1\n", false },
	{ "listen += {\"https://:1\"} tls-cert = a tls-key = b\n", false },
	{ "listen = 127.0.0.1:1 tls-cert = a tls-key = b\n", true },
	{ "tls-cert = a tls-key = b\n", true },
	{ "listen = {\":1\", \"https://:2\"} tls-cert = a tls-key = b\n",
	    false },
	{ "listen = {\":1\", \"http://:2\"} tls-cert = a tls-key = b\n", true },
};

START_TEST(test_https_default)
{
	char complaints[2048];
	struct conf *c = load(defaults[_i].text, complaints);

	ck_assert_str_eq(complaints, "");
	ck_assert_int_eq(conf_is_https_default(c), defaults[_i].https);
	conf_free(c);
}
END_TEST

static const struct {
	const char *text;
	bool otherwise, tls;
	size_t n;
	const char *first;
} listeners[] = {
	{ "127.0.0.1:1", false, false, 1, "127.0.0.1:1" },
	{ "127.0.0.1:1", true, true, 1, "127.0.0.1:1" },
	{ "http://127.0.0.1", true, false, 1, "127.0.0.1:11371" },
	{ "https://[::1]:2", false, true, 1, "[::1]:2" },
	{ "https://:2", false, true, 2, "0.0.0.0:2" },
};

START_TEST(test_listener)
{
	struct conf_listener l;
	char text[NET_TEXT_MAX];

	ck_assert_int_eq(conf_listener_read(listeners[_i].text,
			     listeners[_i].otherwise, &l),
	    ICS_OK);
	ck_assert_int_eq(l.tls, listeners[_i].tls);
	ck_assert_uint_eq(l.n, listeners[_i].n);
	net_addr_write(&l.at[0], text);
	ck_assert_str_eq(text, listeners[_i].first);
}
END_TEST

static char found[256];

static void
difference_note(const char *option)
{
	(void)snprintf(found + strlen(found), sizeof(found) - strlen(found),
	    "%s ", option);
}

START_TEST(test_differences)
{
	char complaints[2048];
	struct conf *a = load("connections = 9\n", complaints);
	struct conf *b =
	    load("connections = 10\nlog-level = warn\n", complaints);
	struct conf *c = load("listen = {\":1\", \":2\"}\ncheckers = 3\n"
			      "user = me\n",
	    complaints);

	found[0] = '\0';
	conf_differences(a, b, difference_note);
	ck_assert_str_eq(found, "");
	conf_differences(a, c, difference_note);
	ck_assert_str_eq(found, "listen user checkers ");
	conf_free(a);
	conf_free(b);
	conf_free(c);
}
END_TEST

/* Cut anywhere, it is read or refused, and never more than that. */
START_TEST(test_truncated)
{
	static const char text[] = "listen = {\"127.0.0.1:1\", 'x'}\n"
				   "hostname = \"a\\\"b\" # c\n/* d */\n"
				   "connections = 0x10\n";
	char cut[sizeof(text)], complaints[2048];

	for (size_t n = 0; n < sizeof(text); n++) {
		memcpy(cut, text, n);
		cut[n] = '\0';
		conf_free(load(cut, complaints));
	}
}
END_TEST

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

int
main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tcase = tcase_create("conf");
	SRunner *runner;
	int failed, fd = mkstemp(path);

	if (fd < 0)
		return 99;
	close(fd);
	tcase_add_test(tcase, test_defaults);
	tcase_add_test(tcase, test_good);
	tcase_add_test(tcase, test_rights);
	tcase_add_loop_test(tcase, test_bad, 0, COUNT(bad));
	tcase_add_test(tcase, test_odd_files);
	tcase_add_test(tcase, test_command_line);
	tcase_add_loop_test(tcase, test_https_default, 0, COUNT(defaults));
	tcase_add_loop_test(tcase, test_listener, 0, COUNT(listeners));
	tcase_add_test(tcase, test_differences);
	tcase_add_test(tcase, test_truncated);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	unlink(path);
	return failed != 0;
}
