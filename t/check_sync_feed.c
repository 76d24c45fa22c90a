/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an ICS peer answers in JSON. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "sync/feed.h"

#define D1  "1111111111111111111111111111111111111111111111111111111111111111"
#define D2  "2222222222222222222222222222222222222222222222222222222222222222"
#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define ROW(position, event, item, more)                                    \
	"{\"position\":" position ",\"received\":\"2026-11-26T10:00:00Z\"," \
	"\"event\":\"" event "\",\"item\":\"" item "\"" more "}"
#define PUT(position) \
	ROW(position, "put", "dev:04" FPR, ",\"digest\":\"" D1 "\"")
#define PAGE(rows, next, size) \
	"{\"rows\":[" rows "],\"next\":" next ",\"size\":" size "}"

/* ---- pages ------------------------------------------------------------------------ */

static const struct {
	const char *name, *body;
	int64_t since;
	enum ics_err err;
	size_t rows;
	int64_t next;
} pages[] = {
	{ "empty", PAGE("", "7", "7"), 7, ICS_OK, 0, 7 },
	{ "one", PAGE(PUT("8"), "8", "9"), 7, ICS_OK, 1, 8 },
	{ "unselected rows", PAGE("", "9", "12"), 7, ICS_OK, 0, 9 },
	{ "unknown members",
	    "{\"new\":{\"x\":[1]},\"rows\":[" ROW("1", "put", "dev:04" FPR,
		",\"digest\":\"" D1 "\",\"y\":null") "],\"next\":1,\"size\":1}",
	    0, ICS_OK, 1, 1 },
	{ "no object", "[]", 0, ICS_EFORMAT, 0, 0 },
	{ "nothing", "", 0, ICS_EFORMAT, 0, 0 },
	{ "no rows", "{\"next\":1,\"size\":1}", 0, ICS_EFORMAT, 0, 0 },
	{ "back", PAGE("", "6", "7"), 7, ICS_EFORMAT, 0, 0 },
	{ "beyond the end", PAGE(PUT("8"), "8", "7"), 7, ICS_EFORMAT, 0, 0 },
	{ "rows that lead nowhere", PAGE(PUT("7"), "7", "7"), 7, ICS_EFORMAT, 0,
	    0 },
	{ "a negative", PAGE("", "-1", "7"), 0, ICS_EFORMAT, 0, 0 },
	{ "a fraction", PAGE("", "7.0", "7"), 7, ICS_EFORMAT, 0, 0 },
	{ "too large", PAGE("", "7", "99999999999999999999"), 7, ICS_EFORMAT, 0,
	    0 },
	{ "a row that is none", PAGE("1", "8", "8"), 7, ICS_EFORMAT, 0, 0 },
	{ "a short digest",
	    PAGE(ROW("8", "put", "dev:04" FPR, ",\"digest\":\"11\""), "8", "8"),
	    7, ICS_EFORMAT, 0, 0 },
	{ "an item for another path",
	    PAGE(ROW("8", "put", "../../local/dump", ",\"digest\":\"" D1 "\""),
		"8", "8"),
	    7, ICS_EFORMAT, 0, 0 },
	{ "a name twice", "{\"rows\":[],\"next\":7,\"next\":7,\"size\":7}", 7,
	    ICS_EFORMAT, 0, 0 },
};

START_TEST(page)
{
	struct sync_feed feed;
	enum ics_err err = sync_feed_read(bytes_of_str(pages[_i].body),
	    pages[_i].since, &feed);

	ck_assert_msg(err == pages[_i].err, "%s: %s", pages[_i].name,
	    err_name(err));
	ck_assert_msg(feed.rows.n == pages[_i].rows, "%s", pages[_i].name);
	ck_assert_int_eq(feed.next, pages[_i].next);
	sync_feed_release(&feed);
}
END_TEST

START_TEST(rows_by_kind)
{
	static const char body[] = PAGE(PUT("1") "," //
	    ROW("2", "state", "code:sha256:" D2,
		",\"digest\":\"" D2
		"\"") "," ROW("3", "delete", "dev:04" FPR, "") "," //
	    ROW("4", "put", "dev:04" FPR, "") ","		   //
	    ROW("5", "hug", "dev:04" FPR, ",\"digest\":\"" D1 "\""),
	    "5", "5");
	static const enum sync_feed_event kinds[] = { SYNC_FEED_PUT,
		SYNC_FEED_STATE, SYNC_FEED_GONE, SYNC_FEED_OTHER,
		SYNC_FEED_OTHER };
	struct sync_feed feed;
	uint8_t digest[32];

	ck_assert_int_eq(sync_feed_read(bytes_of_str(body), 0, &feed), ICS_OK);
	ck_assert_uint_eq(feed.rows.n, sizeof(kinds) / sizeof(kinds[0]));
	for (size_t i = 0; i < feed.rows.n; i++)
		ck_assert_int_eq(feed.rows.at[i].event, kinds[i]);
	ck_assert_str_eq(feed.rows.at[0].item, "dev:04" FPR);
	ck_assert_str_eq(feed.rows.at[1].item, "code:sha256:" D2);
	ck_assert_int_eq(hex_read(bytes_of_str(D2), digest, 32), ICS_OK);
	ck_assert_mem_eq(feed.rows.at[1].digest, digest, 32);
	sync_feed_release(&feed);
}
END_TEST

START_TEST(too_many_rows)
{
	static const char row[] = PUT("1") ",";
	struct sync_feed feed;
	struct buf body;

	buf_init(&body, SYNC_FEED_OCTETS);
	buf_put_str(&body, "{\"next\":9,\"size\":9,\"rows\":[");
	for (size_t i = 0; i < SYNC_FEED_ROWS; i++)
		buf_put_str(&body, row);
	buf_put_str(&body, PUT("1") "]}");
	ck_assert_int_eq(buf_end(&body), ICS_OK);
	ck_assert_int_eq(sync_feed_read(buf_bytes(&body), 0, &feed),
	    ICS_EFORMAT);
	buf_release(&body);
}
END_TEST

/* ---- damage ------------------------------------------------------------------------ */

static void
all_read(struct bytes body)
{
	struct sync_head from, to;
	struct sync_feed feed;
	struct sync_taken taken;

	if (sync_feed_read(body, 0, &feed) == ICS_OK)
		ck_assert_int_le(feed.next, feed.size);
	sync_feed_release(&feed);
	(void)sync_head_read(body, &from);
	(void)sync_grown_read(body, &from, &to);
	(void)sync_taken_read(body, &taken);
}

static const char *const sound[] = {
	PAGE(PUT("1"), "1", "1"),
	"{\"origin\":\"x/ics/v1/log\",\"size\":3,\"root\":\"" D1 "\"}",
	("{\"from\":1,\"to\":2,\"from_root\":\"" D1 "\",\"root\":\"" D2
	 "\",\"hashes\":[\"" D1 "\"]}"),
	("{\"results\":[{\"outcome\":\"inserted\"},{\"outcome\":\"invalid\"},"
	 "{\"outcome\":\"ignored\"},{\"outcome\":\"ignored\"}]}"),
};

START_TEST(truncated)
{
	for (size_t n = 0; n <= strlen(sound[_i]); n++) {
		uint8_t *copy = malloc(n + 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, sound[_i], n);
		all_read(bytes_of(copy, n));
		free(copy);
	}
}
END_TEST

START_TEST(flipped)
{
	size_t n = strlen(sound[_i]);
	char *copy = strdup(sound[_i]);

	ck_assert_ptr_nonnull(copy);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		copy[bit / 8] ^= (char)(1 << bit % 8);
		all_read(bytes_of(copy, n));
		copy[bit / 8] ^= (char)(1 << bit % 8);
	}
	free(copy);
}
END_TEST

/* ---- heads and proofs ---------------------------------------------------------------- */

static void
digits(const uint8_t hash[32], char out[65])
{
	hex_lower(bytes_of(hash, 32), out);
}

/* A log of one leaf that grew to two: its proof is the second leaf. */
START_TEST(grown)
{
	uint8_t leaf[2][32] = { { 1 }, { 2 } }, root[32];
	char hex[3][65], body[512];
	struct sync_head from, to;

	merkle_parent(leaf[0], leaf[1], root);
	digits(leaf[0], hex[0]);
	digits(leaf[1], hex[1]);
	digits(root, hex[2]);
	(void)snprintf(body, sizeof(body),
	    "{\"from\":1,\"to\":2,\"from_root\":\"%s\",\"root\":\"%s\","
	    "\"hashes\":[\"%s\"]}",
	    hex[0], hex[2], hex[1]);
	ck_assert_int_eq(sync_grown_read(bytes_of_str(body), &from, &to),
	    ICS_OK);
	ck_assert_int_eq(from.size, 1);
	ck_assert_int_eq(to.size, 2);
	ck_assert_mem_eq(to.root, root, 32);
	/* Not from another one. */
	(void)snprintf(body, sizeof(body),
	    "{\"from\":1,\"to\":2,\"from_root\":\"%s\",\"root\":\"%s\","
	    "\"hashes\":[\"%s\"]}",
	    hex[1], hex[2], hex[1]);
	ck_assert_int_eq(sync_grown_read(bytes_of_str(body), &from, &to),
	    ICS_EFORMAT);
}
END_TEST

START_TEST(same_head)
{
	static const char same[] = "{\"from\":5,\"to\":5,\"from_root\":\"" D1
				   "\",\"root\":\"" D1 "\",\"hashes\":[]}";
	static const char not [] = "{\"from\":5,\"to\":5,\"from_root\":\"" D1
				   "\",\"root\":\"" D2 "\",\"hashes\":[]}";
	static const char less[] = "{\"from\":5,\"to\":4,\"from_root\":\"" D1
				   "\",\"root\":\"" D1 "\",\"hashes\":[]}";
	struct sync_head from, to;

	ck_assert_int_eq(sync_grown_read(bytes_of_str(same), &from, &to),
	    ICS_OK);
	ck_assert_int_eq(sync_grown_read(bytes_of_str(not ), &from, &to),
	    ICS_EFORMAT);
	ck_assert_int_eq(sync_grown_read(bytes_of_str(less), &from, &to),
	    ICS_EFORMAT);
	ck_assert_int_eq(sync_head_read(bytes_of_str(sound[1]), &from), ICS_OK);
	ck_assert_int_eq(from.size, 3);
}
END_TEST

START_TEST(taken)
{
	struct sync_taken n;

	ck_assert_int_eq(sync_taken_read(bytes_of_str(sound[3]), &n), ICS_OK);
	ck_assert_uint_eq(n.taken, 1);
	ck_assert_uint_eq(n.known, 2);
	ck_assert_int_eq(sync_taken_read(bytes_of_str("{}"), &n), ICS_EFORMAT);
}
END_TEST

#define OWNER "0411111111111111111111111111111111111111aa"

/* Lists, and how many rows of them will do; -1: it is no list. */
static const struct {
	const char *body;
	int n;
} lists[] = {
	{ "{\"domains\": []}", 0 },
	{ "{\"domains\": [{\"name\": \"plant-7\", \"serial\": 3, \"owner\": "
	  "\"" OWNER "\", \"more\": 1}]}",
	    1 },
	{ "{\"domains\": [{\"name\": \"../x\", \"serial\": 3, \"owner\": "
	  "\"" OWNER "\"}]}",
	    0 },
	{ "{\"domains\": [{\"name\": \"a?b\", \"serial\": 3, \"owner\": "
	  "\"" OWNER "\"}]}",
	    0 },
	{ "{\"domains\": [{\"name\": \"\", \"serial\": 3, \"owner\": "
	  "\"" OWNER "\"}]}",
	    0 },
	{ "{\"domains\": [{\"name\": \"a\", \"serial\": 0, \"owner\": "
	  "\"" OWNER "\"}]}",
	    0 },
	{ "{\"domains\": [{\"name\": \"a\", \"serial\": 1, \"owner\": "
	  "\"04\"}]}",
	    0 },
	{ "{\"domains\": [7, {\"name\": \"a\", \"serial\": 1, \"owner\": "
	  "\"" OWNER "\"}]}",
	    1 },
	{ "{\"domains\": 7}", -1 },
	{ "{}", -1 },
	{ "[]", -1 },
	{ "", -1 },
};

START_TEST(rulings)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct sync_rulings out;
		enum ics_err err =
		    sync_rulings_read(bytes_of_str(lists[i].body), &out);

		ck_assert_msg((err == ICS_OK) == (lists[i].n >= 0), "%s",
		    lists[i].body);
		ck_assert_msg(out.n ==
				  (size_t)(lists[i].n < 0 ? 0 : lists[i].n),
		    "%s", lists[i].body);
		sync_rulings_release(&out);
	}
}
END_TEST

static Suite *
suite_make(void)
{
	Suite *s = suite_create("sync_feed");
	TCase *t = tcase_create("feed");
	int sounds = (int)(sizeof(sound) / sizeof(sound[0]));

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, page, 0,
	    (int)(sizeof(pages) / sizeof(pages[0])));
	tcase_add_test(t, rows_by_kind);
	tcase_add_test(t, too_many_rows);
	tcase_add_loop_test(t, truncated, 0, sounds);
	tcase_add_loop_test(t, flipped, 0, sounds);
	tcase_add_test(t, grown);
	tcase_add_test(t, same_head);
	tcase_add_test(t, taken);
	tcase_add_test(t, rulings);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *sr = srunner_create(suite_make());
	int failed;

	srunner_set_tap(sr, "-");
	srunner_run_all(sr, CK_SILENT);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
