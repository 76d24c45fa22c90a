/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses as people write them, and sockets that really listen. */
#include <sys/stat.h>
#include <sys/un.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"

static const struct {
	const char *text;
	enum ics_err err;
	const char *v4, *v6; /* as net_addr_write writes them, or NULL */
} rows[] = {
	{ "127.0.0.1:80", ICS_OK, "127.0.0.1:80", NULL },
	{ "10.1.2.3", ICS_OK, "10.1.2.3:11371", NULL },
	{ "[::1]:80", ICS_OK, NULL, "[::1]:80" },
	{ "[2001:DB8::7]", ICS_OK, NULL, "[2001:db8::7]:11371" },
	{ "::1", ICS_OK, NULL, "[::1]:11371" },
	{ "fe80::1:2", ICS_OK, NULL, "[fe80::1:2]:11371" },
	{ "[fe80::1%lo]:1", ICS_OK, NULL, "[fe80::1%lo]:1" },
	{ ":443", ICS_OK, "0.0.0.0:443", "[::]:443" },
	{ "*:443", ICS_OK, "0.0.0.0:443", "[::]:443" },
	{ "*", ICS_OK, "0.0.0.0:11371", "[::]:11371" },
	{ ":0", ICS_OK, "0.0.0.0:0", "[::]:0" },
	{ "localhost:65535", ICS_OK, "127.0.0.1:65535", "[::1]:65535" },
	{ "localhost", ICS_OK, "127.0.0.1:11371", "[::1]:11371" },
	{ "[::]:0", ICS_OK, NULL, "[::]:0" },
	{ "", ICS_EUSAGE, NULL, NULL },
	{ ":", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1:", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1:65536", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1:99999999999999999999", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1:-1", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1: 1", ICS_EUSAGE, NULL, NULL },
	{ "127.0.0.1:0x50", ICS_EUSAGE, NULL, NULL },
	{ "127.1:80", ICS_EUSAGE, NULL, NULL },
	{ "0x7f.0.0.1:80", ICS_EUSAGE, NULL, NULL },
	{ "256.0.0.1:80", ICS_EUSAGE, NULL, NULL },
	{ "[::1:80", ICS_EUSAGE, NULL, NULL },
	{ "[::1]80", ICS_EUSAGE, NULL, NULL },
	{ "[127.0.0.1]:80x", ICS_EUSAGE, NULL, NULL },
	{ "[fe80::1%nosuchif]:1", ICS_EUSAGE, NULL, NULL },
	{ "example.net:80", ICS_EUSAGE, NULL, NULL },
	{ "1234567890123456789012345678901234567890123456789012345678901234:1",
	    ICS_EUSAGE, NULL, NULL },
};

START_TEST(test_read)
{
	struct net_addr both[NET_BOTH], first;
	char text[NET_TEXT_MAX];
	size_t n = 0;
	size_t want = rows[_i].v4 != NULL && rows[_i].v6 != NULL ? 2 : 1;

	ck_assert_int_eq(net_addrs_read(rows[_i].text, 11371, both, &n),
	    rows[_i].err);
	ck_assert_int_eq(net_addr_read(rows[_i].text, 11371, &first),
	    rows[_i].err);
	if (rows[_i].err != ICS_OK)
		return;
	ck_assert_uint_eq(n, want);
	net_addr_write(&both[0], text);
	ck_assert_str_eq(text, rows[_i].v4 != NULL ? rows[_i].v4 : rows[_i].v6);
	net_addr_write(&first, text);
	ck_assert_str_eq(text, rows[_i].v4 != NULL ? rows[_i].v4 : rows[_i].v6);
	if (want == 2) {
		net_addr_write(&both[1], text);
		ck_assert_str_eq(text, rows[_i].v6);
	}
}
END_TEST

START_TEST(test_port)
{
	struct net_addr addr;
	static const char *const texts[] = { "127.0.0.1:1", "[::1]:1" };

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(net_addr_read(texts[i], 0, &addr), ICS_OK);
		ck_assert_uint_eq(net_addr_port(&addr), 1);
		net_addr_port_set(&addr, 54321);
		ck_assert_uint_eq(net_addr_port(&addr), 54321);
	}
}
END_TEST

static const struct {
	const char *text;
	bool loopback;
} loops[] = {
	{ "127.0.0.1", true },
	{ "127.255.0.1", true },
	{ "[::1]", true },
	{ "128.0.0.1", false },
	{ "126.0.0.1", false },
	{ "0.0.0.0", false },
	{ "[::]", false },
	{ "[::2]", false },
};

START_TEST(test_loopback)
{
	struct net_addr addr;

	ck_assert_int_eq(net_addr_read(loops[_i].text, 1, &addr), ICS_OK);
	ck_assert_int_eq(net_addr_is_loopback(&addr), loops[_i].loopback);
}
END_TEST

START_TEST(test_listen)
{
	struct net_addr addr, bound, again;
	int fd, other, client;

	ck_assert_int_eq(net_addr_read("127.0.0.1:0", 1, &addr), ICS_OK);
	ck_assert_int_eq(net_listen(&addr, &fd), ICS_OK);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	ck_assert_int_eq(net_addr_of(fd, &bound), ICS_OK);
	ck_assert_uint_ne(net_addr_port(&bound), 0);
	again = addr;
	net_addr_port_set(&again, net_addr_port(&bound));
	ck_assert_int_eq(net_listen(&again, &other), ICS_EBUSY);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&bound.sa, bound.n),
	    0);
	close(client);
	/* 192.0.2.0/24 is for documentation: nobody has it. */
	ck_assert_int_eq(net_addr_read("192.0.2.1:0", 1, &addr), ICS_OK);
	ck_assert_int_eq(net_listen(&addr, &other), ICS_ENOTFOUND);
	close(fd);
}
END_TEST

START_TEST(test_both)
{
	struct net_addr both[NET_BOTH], bound;
	size_t n;
	int fd[NET_BOTH];
	enum ics_err err;

	/* The IPv6 socket leaves the IPv4 port alone. */
	ck_assert_int_eq(net_addrs_read(":0", 1, both, &n), ICS_OK);
	err = net_listen(&both[1], &fd[1]);
	if (err == ICS_EUNSUPPORTED || err == ICS_ENOTFOUND)
		return; /* a machine without IPv6 */
	ck_assert_int_eq(err, ICS_OK);
	ck_assert_int_eq(net_addr_of(fd[1], &bound), ICS_OK);
	net_addr_port_set(&both[0], net_addr_port(&bound));
	ck_assert_int_eq(net_listen(&both[0], &fd[0]), ICS_OK);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

START_TEST(test_local)
{
	char dir[] = "/tmp/check_net.XXXXXX";
	char path[64], long_path[200];
	struct net_addr addr;
	struct stat st;
	FILE *file;
	int fd, client;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	ck_assert_int_eq(net_connect_local(path, &client), ICS_ENOTFOUND);
	ck_assert_int_eq(net_listen_local(path, &fd), ICS_OK);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(net_connect_local(path, &client), ICS_OK);
	ck_assert_int_eq(net_addr_of(fd, &addr), ICS_OK);
	ck_assert_uint_eq(net_addr_port(&addr), 0);
	close(client);
	close(fd);
	/* What a dead server left behind is no obstacle. */
	ck_assert_int_eq(net_connect_local(path, &client), ICS_ENET);
	ck_assert_int_eq(net_listen_local(path, &fd), ICS_OK);
	close(fd);
	unlink(path);
	/* Another thing of this name stays. */
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
	ck_assert_int_eq(net_listen_local(path, &fd), ICS_EEXISTS);
	ck_assert_int_eq(access(path, F_OK), 0);
	unlink(path);
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	ck_assert_int_eq(net_listen_local(long_path, &fd), ICS_ETOOBIG);
	ck_assert_int_eq(net_connect_local(long_path, &fd), ICS_ETOOBIG);
	rmdir(dir);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net");
	TCase *tcase = tcase_create("net");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_read, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, test_port);
	tcase_add_loop_test(tcase, test_loopback, 0,
	    (int)(sizeof(loops) / sizeof(loops[0])));
	tcase_add_test(tcase, test_listen);
	tcase_add_test(tcase, test_both);
	tcase_add_test(tcase, test_local);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
