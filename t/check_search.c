/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a search text is taken for, hash queries, and pages that escape. */
#include "hkp/lookup.h"
#include "hkp/page.h"

#include "fixture.h"

#define FPR40 "0123456789abcdef0123456789ABCDEF01234567"

static const struct {
	const char *text;
	bool exact;
	enum hkp_search_kind kind;
	unsigned version, octets; /* of a fingerprint */
	const char *rest;	  /* of a text */
} searches[] = {
	{ "0x" FPR40, false, HKP_SEARCH_FPR, 4, 20, "" },
	{ "0X" FPR40, true, HKP_SEARCH_FPR, 4, 20, "" },
	{ FPR40, false, HKP_SEARCH_FPR, 4, 20, "" },
	{ "0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567", false,
	    HKP_SEARCH_FPR, 4, 20, "" },
	{ "0x" FPR40 FPR40, false, HKP_SEARCH_NOTHING, 0, 0, "" },
	{ "0x0123456789abcdef0123456789abcdef", false, HKP_SEARCH_FPR, 3, 16,
	    "" },
	{ "0x" FPR40 "0123456789abcdef01234567", false, HKP_SEARCH_FPR, 0, 32,
	    "" },
	{ "0x0123456789abcdef", false, HKP_SEARCH_KEYID, 0, 0, "" },
	{ "0123456789ABCDEF", false, HKP_SEARCH_KEYID, 0, 0, "" },
	{ "0x01234567", false, HKP_SEARCH_NOTHING, 0, 0, "" },
	{ "01234567", false, HKP_SEARCH_WORDS, 0, 0, "01234567" },
	{ "0x", false, HKP_SEARCH_BAD, 0, 0, "" },
	{ "0xyz", false, HKP_SEARCH_BAD, 0, 0, "" },
	{ "a@b.c", false, HKP_SEARCH_EMAIL, 0, 0, "a@b.c" },
	{ " <a@b.c> ", false, HKP_SEARCH_EMAIL, 0, 0, "a@b.c" },
	{ "A B <a@b.c>", false, HKP_SEARCH_UID, 0, 0, "A B <a@b.c>" },
	{ "A B", true, HKP_SEARCH_UID, 0, 0, "A B" },
	{ "A B", false, HKP_SEARCH_WORDS, 0, 0, "A B" },
	{ "@b.c", false, HKP_SEARCH_WORDS, 0, 0, "@b.c" },
	{ "", false, HKP_SEARCH_WORDS, 0, 0, "" },
};

START_TEST(search)
{
	struct hkp_search s;

	hkp_search_read(bytes_of_str(searches[_i].text), searches[_i].exact,
	    &s);
	ck_assert_int_eq(s.kind, searches[_i].kind);
	if (s.kind == HKP_SEARCH_FPR) {
		ck_assert_uint_eq(s.fpr.version, searches[_i].version);
		ck_assert_uint_eq(s.fpr.n, searches[_i].octets);
	}
	if (s.kind == HKP_SEARCH_KEYID)
		ck_assert(s.keyid == 0x0123456789abcdef);
	if (searches[_i].rest[0] != '\0')
		ck_assert(bytes_equal(s.text, bytes_of_str(searches[_i].rest)));
}
END_TEST

/* ---- hash queries --------------------------------------------------------------- */

static void
query_put(struct buf *out, uint32_t count, uint32_t length, size_t hashes)
{
	buf_be32(out, count);
	for (size_t i = 0; i < hashes; i++) {
		buf_be32(out, length);
		memset(buf_grow(out, HKP_HASH_OCTETS), (int)i, HKP_HASH_OCTETS);
	}
}

static const struct {
	uint32_t count, length;
	size_t hashes;
	enum ics_err err;
} queries[] = {
	{ 0, 16, 0, ICS_OK },
	{ 2, 16, 2, ICS_OK },
	{ 1, 16, 2, ICS_OK }, /* what follows is none of ours */
	{ 3, 16, 2, ICS_ETRUNCATED },
	{ 10, 16, 10, ICS_OK },
	{ 11, 16, 11, ICS_ETOOBIG },
	{ UINT32_MAX, 16, 0, ICS_ETOOBIG },
	{ 1, 15, 1, ICS_OK }, /* nobody's hash */
	{ 1, 0, 1, ICS_OK },
	{ 1, UINT32_MAX, 1, ICS_ETRUNCATED },
};

START_TEST(hashquery)
{
	struct hkp_hash *hashes;
	struct buf body;
	size_t n;

	buf_init(&body, 4096);
	query_put(&body, queries[_i].count, queries[_i].length,
	    queries[_i].hashes);
	ck_assert_int_eq(hkp_hashquery_read(buf_bytes(&body), 10, &hashes, &n),
	    queries[_i].err);
	ck_assert_uint_eq(n,
	    queries[_i].err == ICS_OK && queries[_i].length == HKP_HASH_OCTETS
		? queries[_i].count
		: 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(hashes[i].b[HKP_HASH_OCTETS - 1], i);
	free(hashes);
	buf_release(&body);
}
END_TEST

START_TEST(hashquery_truncated)
{
	struct hkp_hash *hashes;
	struct buf body;
	size_t n;

	buf_init(&body, 4096);
	query_put(&body, 3, 16, 3);
	for (size_t cut = 0; cut < body.n; cut++) {
		struct bytes part = alloc_bytes(bytes_of(body.p, cut));

		ck_assert(hkp_hashquery_read(part, 10, &hashes, &n) ==
			  ICS_ETRUNCATED);
		ck_assert_ptr_null(hashes);
		free((void *)(uintptr_t)part.p);
	}
	buf_release(&body);
}
END_TEST

/* ---- pages ------------------------------------------------------------------------ */

START_TEST(page_escapes)
{
	const struct hkp_page_value value = { "uid",
		bytes_of_str("<script>&\"'\x01\x7f{{state}}\xc3\xa4"), false };
	struct buf out;

	buf_init(&out, 4096);
	hkp_page_put(&out, HKP_PAGE_index_uid, &value, 1);
	ck_assert_str_eq(buf_str(&out),
	    "<li><strong><bdi>&lt;script&gt;&amp;&quot;&#39;\xEF\xBF\xBD\xEF\xBF\xBD"
	    "{{state}}\xc3\xa4</bdi></strong></li>");
	buf_release(&out);
}
END_TEST

/* What turns the direction of text, and controls beyond ASCII. */
START_TEST(page_hides_deceit)
{
	const struct hkp_page_value value = { "uid",
		bytes_of_str("a\xE2\x80\xAE"
			     "b\xE2\x81\xA6"
			     "c\xC2\x9F"
			     "d\xE2\x80\x8F"
			     "e\xE2\x80"),
		false };
	struct buf out;

	buf_init(&out, 4096);
	hkp_page_put(&out, HKP_PAGE_index_uid, &value, 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), ">a\xEF\xBF\xBD"
						    "b\xEF\xBF\xBD"
						    "c\xEF\xBF\xBD"
						    "d\xE2\x80\x8F"
						    "e\xE2\x80<"));
	buf_release(&out);
}
END_TEST

START_TEST(page_holds_pages)
{
	struct buf out;

	buf_init(&out, 4096);
	hkp_page_put(&out, HKP_PAGE_index,
	    (struct hkp_page_value[]){
		{ "certs", bytes_of_str("<p>"), true },
		{ "search", bytes_of_str("<p>"), false },
	    },
	    2);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "\n<p>\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "“<bdi>&lt;p&gt;</bdi>”"));
	ck_assert_ptr_null(strstr(buf_str(&out), "{{"));
	buf_release(&out);
}
END_TEST

/* Every page is a table of our own: no script, no style of others. */
START_TEST(pages_are_plain)
{
	for (size_t i = 0; i < HKP_PAGE_COUNT; i++) {
		ck_assert_ptr_null(strstr(hkp_pages[i], "<script"));
		/* An image of its own names the language it is in. */
		if (i != HKP_PAGE_icon)
			ck_assert_ptr_null(strstr(hkp_pages[i], "http:"));
		ck_assert_ptr_null(strstr(hkp_pages[i], "https:"));
	}
}
END_TEST

/* ---- replies ------------------------------------------------------------------------ */

START_TEST(busy_says_when)
{
	struct hkp_reply rp = { 0 };

	hkp_reply_busy(&rp);
	ck_assert_uint_eq(rp.status, 503);
	ck_assert_uint_gt(rp.body.n, 0);
	ck_assert_str_eq(rp.extra[0].name, "Retry-After");
	free((void *)(uintptr_t)rp.body.p);
}
END_TEST

START_TEST(extra_has_one_line)
{
	struct hkp_reply rp = { 0 };

	hkp_reply_extra(&rp, "X-A", "%s", "a\r\nX-Evil: b\x7f");
	ck_assert_str_eq(rp.extra[0].value, "a??X-Evil: b?");
	for (size_t i = 0; i < 2 * HKP_EXTRA_MAX; i++)
		hkp_reply_extra(&rp, "X-A", "%zu", i);
	ck_assert_uint_eq(rp.extra_n, HKP_EXTRA_MAX);
}
END_TEST

START_TEST(answer_too_large)
{
	struct hkp_reply rp = { 0 };
	struct buf out;

	buf_init(&out, 4);
	buf_put_str(&out, "12345");
	hkp_reply_buf(&rp, 200, HKP_TYPE_TEXT, &out);
	ck_assert_uint_eq(rp.status, 413);
	free((void *)(uintptr_t)rp.body.p);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, search, 0,
	    (int)(sizeof(searches) / sizeof(searches[0])));
	tcase_add_loop_test(tc, hashquery, 0,
	    (int)(sizeof(queries) / sizeof(queries[0])));
	tcase_add_test(tc, hashquery_truncated);
	tcase_add_test(tc, page_escapes);
	tcase_add_test(tc, page_hides_deceit);
	tcase_add_test(tc, page_holds_pages);
	tcase_add_test(tc, pages_are_plain);
	tcase_add_test(tc, busy_says_when);
	tcase_add_test(tc, extra_has_one_line);
	tcase_add_test(tc, answer_too_large);
}

int
main(void)
{
	return fixture_run("search", add);
}
