/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users type, what servers answer, what a terminal gets to see. */
#include "client/find.h"
#include "client/index.h"
#include "client/out.h"
#include "client/where.h"
#include "fixture.h"

START_TEST(urls_are_read)
{
	static const struct {
		const char *text, *url; /* NULL: refused */
	} rows[] = {
		{ "hkp://keys.example", "http://keys.example:11371" },
		{ "hkp://keys.example:80/", "http://keys.example:80" },
		{ "HKPS://keys.example", "https://keys.example" },
		{ "hkps://keys.example:8443//", "https://keys.example:8443" },
		{ "http://127.0.0.1:11371", "http://127.0.0.1:11371" },
		{ "https://keys.example/", "https://keys.example" },
		{ "keys.example", "http://keys.example:11371" },
		{ "hkp://[::1]", "http://[::1]:11371" },
		{ "hkp://[::1]:99", "http://[::1]:99" },
		{ "", NULL },
		{ "hkp://", NULL },
		{ "hkp://:11371", NULL },
		{ "ftp://keys.example", NULL },
		{ "http://user@keys.example", NULL },
		{ "http://keys.example/path", NULL },
		{ "hkp://a b", NULL },
		{ "hkp://a\nb", NULL },
	};
	char url[WHERE_URL_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum ics_err err = where_url_read(rows[i].text, url);

		if (rows[i].url == NULL) {
			ck_assert_msg(err == ICS_EUSAGE, "%s", rows[i].text);
			continue;
		}
		ck_assert_msg(err == ICS_OK, "%s", rows[i].text);
		ck_assert_str_eq(url, rows[i].url);
	}
}
END_TEST

START_TEST(a_long_url_is_refused)
{
	char text[4096], url[WHERE_URL_MAX];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(where_url_read(text, url), ICS_EUSAGE);
}
END_TEST

#define F40 "0123456789abcdef0123456789ABCDEF01234567"
#define F64 F40 "89abcdef0123456789abcdef"

START_TEST(queries_are_understood)
{
	static const struct {
		const char *typed;
		enum find_kind kind;
		uint8_t version, n;
	} rows[] = {
		{ F40, FIND_FPR, 4, 20 },
		{ "0x" F40, FIND_FPR, 4, 20 },
		{ "04" F40, FIND_FPR, 4, 20 },
		{ "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567",
		    FIND_FPR, 4, 20 },
		{ F64, FIND_FPR, 0, 32 },
		{ "06" F64, FIND_FPR, 6, 32 },
		{ "0123456789abcdef0123456789abcdef", FIND_FPR, 3, 16 },
		{ "0X0123456789abcdef", FIND_KEYID, 0, 0 },
		{ "0123456789abcdef", FIND_KEYID, 0, 0 },
		{ "a@example.org", FIND_ADDRESS, 0, 0 },
		{ "<a@example.org>", FIND_ADDRESS, 0, 0 },
		{ "Alice <a@example.org>", FIND_WORDS, 0, 0 },
		{ "deadbeef", FIND_WORDS, 0, 0 },
		{ "Acme T1000", FIND_WORDS, 0, 0 },
	};
	struct find find;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(find_read(rows[i].typed, &find), ICS_OK);
		ck_assert_msg(find.kind == rows[i].kind, "%s", rows[i].typed);
		ck_assert_uint_eq(find.fpr.version, rows[i].version);
		ck_assert_uint_eq(find.fpr.n, rows[i].n);
	}
	ck_assert_int_eq(find_read("0123456789abcdef", &find), ICS_OK);
	ck_assert(find.keyid == 0x0123456789abcdef);
	ck_assert_int_eq(find_read("<a@b>", &find), ICS_OK);
	ck_assert(bytes_equal(find.text, bytes_of_str("a@b")));
}
END_TEST

START_TEST(short_key_ids_are_refused)
{
	static const char *const rows[] = { "0xdeadbeef", "0x", "0x123",
		"0xnothex", "0x" F40 "0", "" };
	struct find find;
	struct pgp_fpr fpr;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(find_read(rows[i], &find) == ICS_EUSAGE, "%s",
		    rows[i]);
	ck_assert_int_eq(find_read_fpr("0123456789abcdef", &fpr), ICS_EUSAGE);
	ck_assert_int_eq(find_read_fpr(F64, &fpr), ICS_OK);
	ck_assert_uint_eq(fpr.version, 6);
}
END_TEST

START_TEST(terminals_get_clean_text)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain <a@b>", "plain <a@b>" },
		{ "Zo\xc3\xab \xf0\x9f\x94\x91",
		    "Zo\xc3\xab \xf0\x9f\x94\x91" },
		{ "a\x1b[2Jb", "a\xef\xbf\xbd[2Jb" },
		{ "a\tb\nc\x7f", "a\xef\xbf\xbd"
				 "b\xef\xbf\xbd"
				 "c\xef\xbf\xbd" },
		{ "\xc2\x9b"
		  "31m",
		    "\xef\xbf\xbd"
		    "31m" },			/* C1 */
		{ "Zo\xeb", "Zo\xef\xbf\xbd" }, /* Latin-1 */
		{ "\xc3", "\xef\xbf\xbd" },	/* cut */
		{ "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x80\xae"
		  "txt.exe",
		    "\xef\xbf\xbd"
		    "txt.exe" },
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
				      "\xef\xbf\xbd" },
	};
	struct buf out;

	buf_init(&out, 1024);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		out_clean(bytes_of_str(rows[i].in), &out);
		ck_assert_str_eq(buf_str(&out), rows[i].out);
	}
	buf_release(&out);
}
END_TEST

START_TEST(json_text_is_always_a_string)
{
	uint8_t octets[64];

	for (size_t round = 0; round < 2000; round++) {
		size_t n = fixture_below(sizeof(octets));
		json_t *text;

		for (size_t i = 0; i < n; i++)
			octets[i] = (uint8_t)fixture_random();
		text = out_json_text(bytes_of(octets, n));
		ck_assert(json_is_string(text));
		json_decref(text);
	}
}
END_TEST

static void
index_check(const char *text, struct find_list *list)
{
	index_list_init(list);
	ck_assert_int_eq(index_read(bytes_of_str(text), list), ICS_OK);
	index_list_settle(list);
}

START_TEST(indexes_are_read)
{
	struct find_list list;

	index_check("info:1:2\r\n"
		    "pub:" F40 ":22:256:1700000000:1800000000:r\r\n"
		    "uid:Z%C3%AB%3a <a@b>:1700000001::\r\n"
		    "uat::::\r\n"
		    "pub:0123456789ABCDEF:1:2048\n"
		    "uid:100%25 sure%4:::r\n",
	    &list);
	ck_assert_uint_eq(list.rows.n, 4);
	ck_assert_int_eq(list.rows.at[0].kind, STORE_ROW_KEY);
	ck_assert_uint_eq(list.rows.at[0].fpr.n, 20);
	ck_assert_uint_eq(list.rows.at[0].algo, 22);
	ck_assert_int_eq(list.rows.at[0].created, 1700000000);
	ck_assert_int_eq(list.rows.at[0].expires, 1800000000);
	ck_assert_int_eq(list.rows.at[0].revoked, PGP_SOFT_REVOKED);
	ck_assert(bytes_equal(list.rows.at[1].uid,
	    bytes_of_str("Z\xc3\xab: <a@b>")));
	ck_assert_int_eq(list.rows.at[1].revoked, PGP_NOT_REVOKED);
	ck_assert(list.rows.at[2].keyid == 0x0123456789abcdef);
	ck_assert(bytes_equal(list.rows.at[3].uid,
	    bytes_of_str("100% sure%4")));
	ck_assert_int_eq(list.rows.at[3].revoked, PGP_SOFT_REVOKED);
	find_list_release(&list);
}
END_TEST

/* Every prefix and every flipped bit of an index is read or refused; ASan
 * watches what the rows lend. */
START_TEST(spoilt_indexes_are_read_or_refused)
{
	static const char whole[] =
	    "info:1:2\npub:" F40 ":22:256:1700000000:1800000000:r\n"
	    "uid:Z%C3%AB%3a <a@b>:1700000001::\n"
	    "pub:0123456789ABCDEF:1:2048\n"
	    "uid:100%25 sure%4:::r\n";
	char text[sizeof(whole)];
	size_t rows = 0;
	struct find_list list;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		for (unsigned bit = 0; bit <= 8; bit++) {
			memcpy(text, whole, sizeof(text));
			if (bit < 8)
				text[n] = (char)(text[n] ^ 1 << bit);
			index_list_init(&list);
			/* Eight times the whole, spoilt; once cut short. */
			if (index_read(bytes_of(text,
					   bit < 8 ? sizeof(text) - 1 : n),
				&list) == ICS_OK)
				rows += list.rows.n;
			index_list_settle(&list);
			find_list_release(&list);
		}
	}
	ck_assert_uint_gt(rows, sizeof(whole));
}
END_TEST

START_TEST(odd_indexes_do_no_harm)
{
	static const char *const rows[] = { "info:1:0\n", "info:", "pub",
		"pub:", "pub:::::::::",
		"pub:zz:99999999999999999999:-1:x:y:z\nuid",
		"pub:" F64 F64 ":1\nuid:%\nuid:%4\nuid:%zz\n" };
	struct find_list list;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		index_check(rows[i], &list);
		find_list_release(&list);
	}
	index_list_init(&list);
	ck_assert_int_eq(index_read(bytes_of_str("<html>no"), &list),
	    ICS_EFORMAT);
	find_list_release(&list);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, urls_are_read);
	tcase_add_test(t, a_long_url_is_refused);
	tcase_add_test(t, queries_are_understood);
	tcase_add_test(t, short_key_ids_are_refused);
	tcase_add_test(t, terminals_get_clean_text);
	tcase_add_test(t, json_text_is_always_a_string);
	tcase_add_test(t, indexes_are_read);
	tcase_add_test(t, spoilt_indexes_are_read_or_refused);
	tcase_add_test(t, odd_indexes_do_no_harm);
}

int
main(void)
{
	/* What is refused says so on standard error; that is not the test's. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return EXIT_FAILURE;
	return fixture_run("client", add);
}
