/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages about items: parts of them, from documents full of markup; and what the
 * one field of the search comes to. */
#include <stdio.h>
#include <string.h>

#include "api/pages.h"
#include "fixture.h"

/* ---- searching ------------------------------------------------------------------- */

static const struct {
	const char *raw;  /* of the URL */
	const char *want; /* "name=value|" each, of the API's query */
} queries[] = {
	{ "", "" }, { "q=", "" }, { "q=a", "q=a|" }, { "q=+a++b+", "q=a b|" },
	{ "q=model%3DT1000", "model=T1000|" },
	{ "q=model%3DT1000+x+manu%3DAcme+y", "model=T1000|manu=Acme|q=x y|" },
	{ "q=manu%3D%22Acme+Ltd%22", "manu=Acme Ltd|" },
	{ "q=%22a+b%22", "q=a b|" },
	{ "q=manu%3D%22Acme+Ltd", "manu=\"Acme Ltd|" }, { "q=%3Dx", "q==x|" },
	{ "q=model%3D", "" }, { "q=a%3Db%3Dc", "a=b=c|" },
	{ "q=a&kind=code&status=&cursor=w1", "q=a|kind=code|cursor=w1|" },
	{ "kind=device", "kind=device|" }, { "other=x", "" },
	{ "q=%00", NULL }, /* whatever it is, it is not lost */
};

static void
query_show(const struct api_query *q, struct buf *out)
{
	for (size_t i = 0; i < q->n; i++) {
		buf_put(out, q->at[i].name);
		buf_u8(out, '=');
		buf_put(out, q->at[i].value);
		buf_u8(out, '|');
	}
}

START_TEST(search_reads)
{
	struct api_page_asked a;
	struct buf out;

	buf_init(&out, 8192);
	ck_assert(api_query_read(bytes_of_str(queries[_i].raw), &a.q) ==
		  ICS_OK);
	api_page_asked_read(&a);
	query_show(&a.to, &out);
	if (queries[_i].want != NULL)
		ck_assert_str_eq(buf_str(&out), queries[_i].want);
	else
		ck_assert_uint_eq(a.to.n, 1);
	buf_release(&out);
	api_page_asked_release(&a);
}
END_TEST

START_TEST(search_strips_0x)
{
	struct api_page_asked a;

	ck_assert(api_query_read(bytes_of_str("q=0xabc"), &a.q) == ICS_OK);
	api_page_asked_read(&a);
	ck_assert(bytes_equal(a.id, bytes_of_str("abc")));
	ck_assert(bytes_equal(a.text, bytes_of_str("0xabc")));
	api_page_asked_release(&a);
}
END_TEST

/* As many names as fit, and no more. */
START_TEST(search_has_a_limit)
{
	struct api_page_asked a;
	struct buf raw;

	buf_init(&raw, 4096);
	buf_put_str(&raw, "q=");
	for (size_t i = 0; i < 3 * API_PARAMS_MAX; i++)
		buf_put_str(&raw, "a%3Db+");
	ck_assert(api_query_read(buf_bytes(&raw), &a.q) == ICS_OK);
	api_page_asked_read(&a);
	ck_assert_uint_eq(a.to.n, API_PARAMS_MAX);
	api_page_asked_release(&a);
	buf_release(&raw);
}
END_TEST

/* ---- documents -------------------------------------------------------------------- */

#define EVIL "<script>&\\\"'{{name}}"
#define FPR  "0400112233445566778899aabbccddeeff00112233"
#define SUM                                                                 \
	"sha256:00112233445566778899aabbccddeeff00112233445566778899aabbcc" \
	"ddeeff"

static const char evil[] =
    "{\"item\":\"dev:" FPR "\",\"kind\":\"" EVIL "\",\"names\":[\"" EVIL
    "\"],\"status\":{\"status\":\"" EVIL "\",\"final\":true,"
    "\"conflict\":true,\"approved\":true},\"at\":\"2026-11-26T10:00:00Z\","
    "\"keys\":[{\"fingerprint\":\"" FPR "\",\"algorithm\":\"" EVIL
    "\",\"curve\":\"" EVIL "\",\"created\":\"" EVIL "\",\"expires\":\"" EVIL
    "\",\"use\":[\"" EVIL "\",\"" EVIL "\",\"" EVIL "\"]}],"
    "\"attributes\":{\"manu\":\"" EVIL "\",\"" EVIL "\":[\"" EVIL
    "\",{\"name\":\"" EVIL "\",\"digest\":\"" SUM "\"}]},"
    "\"parties\":[{\"fingerprint\":\"" EVIL "\",\"name\":\"" EVIL
    "\",\"roles\":[\"" EVIL "\"],\"basis\":\"" EVIL "\",\"contact\":\"" EVIL
    "\",\"known\":true,\"revoked_at\":\"" EVIL "\",\"expires\":\"" EVIL
    "\"},{\"fingerprint\":\"" FPR "\",\"roles\":[],\"known\":false}],"
    "\"statements\":[{\"digest\":\"" EVIL "\",\"kind\":\"" EVIL
    "\",\"subject\":\"" EVIL "\",\"issuer\":\"" EVIL
    "\",\"issuer_name\":\"" EVIL "\",\"status\":\"" EVIL
    "\",\"standing\":\"" EVIL "\",\"why\":\"" EVIL "\",\"role\":\"" EVIL
    "\",\"flags\":[\"decides\",\"" EVIL "\"],\"created\":\"" EVIL
    "\",\"carrier\":\"" EVIL "\",\"user_id\":\"" EVIL "\",\"values\":{\"" EVIL
    "\":[\"base64:" EVIL "\"],\"code-hash\":[\"" SUM " " EVIL "\"]}}]}";

static void
all_put(struct buf *out, const json_t *doc)
{
	struct api_page_item it = { .doc = doc, .id = EVIL, .fpr = FPR };
	struct buf name;

	(void)snprintf(it.base, sizeof(it.base), "http://%s", EVIL);
	buf_init(&name, 4096);
	api_page_put_state(out, &it);
	api_page_put_parties(out, &it);
	api_page_put_entries(out, &it);
	api_page_put_keys(out, &it);
	api_page_put_check(out, &it);
	api_page_put_address(out, &it);
	api_page_put_values(out, json_object_get(doc, "attributes"));
	api_page_name(doc, &name);
	api_page_put_pair(out, "Name", buf_str(&name));
	buf_release(&name);
}

START_TEST(nothing_becomes_markup)
{
	json_t *doc = json_loads(evil, 0, NULL);
	struct buf out;
	const char *at;

	ck_assert_ptr_nonnull(doc);
	buf_init(&out, HKP_PAGE_MAX);
	all_put(&out, doc);
	at = buf_str(&out);
	ck_assert_ptr_null(strstr(at, "<script"));
	ck_assert_ptr_null(strstr(at, "&\""));
	ck_assert_ptr_nonnull(strstr(at, "&lt;script&gt;&amp;"));
	/* What looks like a place for a value is none. */
	ck_assert_ptr_nonnull(strstr(at, "{{name}}"));
	buf_release(&out);
	json_decref(doc);
}
END_TEST

/* A document that says next to nothing has a page, too. */
START_TEST(little_is_enough)
{
	json_t *doc = json_loads("{\"statements\":[{}],\"parties\":[{}],"
				 "\"keys\":[{}]}",
	    0, NULL);
	struct buf out;

	buf_init(&out, HKP_PAGE_MAX);
	all_put(&out, doc);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "? Unknown"));
	buf_release(&out);
	json_decref(doc);
}
END_TEST

START_TEST(a_text_ends_where_it_ends)
{
	json_t *doc =
	    json_loads("{\"a\":[\"x\\u0000y\",\"z\"]}", JSON_ALLOW_NUL, NULL);

	ck_assert_ptr_nonnull(doc);
	api_page_close(doc);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc,
							      "a"),
			     0)),
	    "(a text with a NUL in it)");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc,
							      "a"),
			     1)),
	    "z");
	json_decref(doc);
}
END_TEST

static const struct {
	const char *text, *want;
} named[] = {
	{ "plain", "<bdi>plain</bdi>" },
	{ "dev:" FPR,
	    "fingerprint <code>0011 2233 4455 6677 8899 AABB CCDD EEFF 0011 "
	    "2233</code>" },
	{ "sha256:00ff", "SHA-256 <code>00FF</code>" },
	{ "sha256:00ff a.bin", "SHA-256 <code>00FF</code>, <bdi>a.bin</bdi>" },
	{ "sha256:xyz", "<bdi>sha256:xyz</bdi>" },
	{ "sha256:", "<bdi>sha256:</bdi>" },
	{ "2026-11-06T09:05:59Z",
	    "<time datetime=\"2026-11-06T09:05:59Z\">6 November 2026, 09:05 "
	    "UTC</time>" },
	{ "2026-13-06T09:05:59Z",
	    "<time datetime=\"2026-13-06T09:05:59Z\">6 ? 2026, 09:05 "
	    "UTC</time>" },
	{ "2026-11-06", "<bdi>2026-11-06</bdi>" },
};

START_TEST(names_are_read)
{
	struct buf out;

	buf_init(&out, 4096);
	api_page_put_named(&out, named[_i].text);
	ck_assert_str_eq(buf_str(&out), named[_i].want);
	buf_release(&out);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *want;
} spans[] = {
	{ 1, "1 second" },
	{ 90, "90 seconds" },
	{ 900, "15 minutes" },
	{ 3600, "1 hour" },
	{ 259200, "3 days" },
	{ 90000, "25 hours" },
};

START_TEST(spans_are_said)
{
	struct buf out;

	buf_init(&out, 64);
	api_page_put_span(&out, spans[_i].seconds);
	ck_assert_str_eq(buf_str(&out), spans[_i].want);
	buf_release(&out);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, search_reads, 0, COUNT(queries));
	tcase_add_test(tc, search_strips_0x);
	tcase_add_test(tc, search_has_a_limit);
	tcase_add_test(tc, nothing_becomes_markup);
	tcase_add_test(tc, little_is_enough);
	tcase_add_test(tc, a_text_ends_where_it_ends);
	tcase_add_loop_test(tc, names_are_read, 0, COUNT(named));
	tcase_add_loop_test(tc, spans_are_said, 0, COUNT(spans));
}

int
main(void)
{
	return fixture_run("api_pages", add);
}
