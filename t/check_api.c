/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows that src/api adds to those of hkp. */
#include "api/api.h"

#include "api/handler.h"
#include "api/query.h"
#include "fixture.h"
#include "item/item.h"

static void
look(enum hkp_face face, enum hkp_method method, const char *path,
    struct hkp_route_match *match)
{
	hkp_route_find(&(struct hkp_route_asked){ face, method,
			   bytes_of_str(path), &api_routes },
	    match);
}

static const struct {
	enum hkp_face face;
	enum hkp_method method;
	const char *path;
	hkp_handler *handler; /* NULL: none */
	const char *allow;    /* of what it is not; "": no such path */
} rows[] = {
	{ HKP_FACE_PUBLIC, HKP_POST, "/local/delete", NULL, "" },
	{ HKP_FACE_ADMIN, HKP_POST, "/local/delete", NULL, "" },
	{ HKP_FACE_LOCAL, HKP_POST, "/local/delete", api_local_delete, "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/items/x", api_item, "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/items/x.asc", api_item, "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/items/x/status", api_item_status,
	    "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/items/x/y", NULL, "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/items/", NULL, "" },
	{ HKP_FACE_PUBLIC, HKP_POST, "/ics/v1/items/x", NULL,
	    "GET, HEAD, OPTIONS" },
	{ HKP_FACE_ADMIN, HKP_GET, "/ics/v1/items/x", NULL, "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/ics/v1/submit", NULL, "POST, OPTIONS" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/lookup", hkp_lookup, "" },
	{ HKP_FACE_LOCAL, HKP_GET, "/local/delete", NULL, "POST, OPTIONS" },
};

START_TEST(find)
{
	struct hkp_route_match match;
	char allow[HKP_ALLOW_MAX] = "";

	look(rows[_i].face, rows[_i].method, rows[_i].path, &match);
	if (rows[_i].handler == NULL)
		ck_assert_ptr_null(match.route);
	else
		ck_assert(match.route->handler == rows[_i].handler);
	if (match.allowed != 0 && match.route == NULL)
		hkp_route_allow(match.allowed, allow);
	ck_assert_str_eq(allow, rows[_i].allow);
}
END_TEST

START_TEST(every_row_is_reached)
{
	const struct hkp_route *all = api_routes.at;

	for (size_t i = 0; i < api_routes.n; i++) {
		struct hkp_route_match match;
		enum hkp_face face =
		    all[i].faces & 1u ? HKP_FACE_PUBLIC : HKP_FACE_LOCAL;

		/* "*" is a segment like any other */
		look(face, all[i].method, all[i].pattern, &match);
		ck_assert_ptr_nonnull(match.route);
		ck_assert(match.route->handler == all[i].handler);
		ck_assert(all[i].words[0] != '\0');
	}
}
END_TEST

/* ---- queries ------------------------------------------------------------------- */

static const struct {
	const char *raw;
	enum ics_err err;
	const char *name, *value; /* value NULL: it is not there */
} queries[] = {
	{ "", ICS_OK, "a", NULL },
	{ "a=1&b=2", ICS_OK, "b", "2" },
	{ "a=1&a=2", ICS_OK, "a", "1" },
	{ "&&a=1&", ICS_OK, "a", "1" },
	{ "a", ICS_OK, "a", "" },
	{ "a=%20+%2B", ICS_OK, "a", "  +" },
	{ "%61=x=y", ICS_OK, "a", "x=y" },
	{ "a=%2", ICS_EFORMAT, "a", NULL },
	{ "a=%zz", ICS_EFORMAT, "a", NULL },
	{ "a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a",
	    ICS_OK, "a", "" },
	{ "a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a",
	    ICS_ETOOBIG, "a", NULL },
};

START_TEST(query)
{
	struct api_query q;
	struct bytes value;

	ck_assert_int_eq(api_query_read(bytes_of_str(queries[_i].raw), &q),
	    queries[_i].err);
	if (queries[_i].err != ICS_OK)
		return;
	value = api_query_get(&q, queries[_i].name);
	ck_assert_int_eq(value.p == NULL, queries[_i].value == NULL);
	if (queries[_i].value != NULL)
		ck_assert(bytes_equal(value, bytes_of_str(queries[_i].value)));
}
END_TEST

START_TEST(query_too_long)
{
	static char raw[API_QUERY_TEXT_MAX + 2];
	struct api_query q;

	memset(raw, 'a', API_QUERY_TEXT_MAX);
	ck_assert_int_eq(api_query_read(bytes_of_str(raw), &q), ICS_OK);
	raw[API_QUERY_TEXT_MAX] = 'a';
	ck_assert_int_eq(api_query_read(bytes_of_str(raw), &q), ICS_ETOOBIG);
}
END_TEST

static const struct {
	const char *text;
	bool is_number;
	int64_t n;
} digits[] = {
	{ "0", true, 0 },
	{ "007", true, 7 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "9223372036854775808", false, 0 },
	{ "99999999999999999999999", false, 0 },
	{ "", false, 0 },
	{ "-1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "0x1", false, 0 },
};

START_TEST(number)
{
	int64_t n;

	ck_assert_int_eq(api_digits_read(bytes_of_str(digits[_i].text), &n),
	    digits[_i].is_number);
	if (digits[_i].is_number)
		ck_assert_int_eq(n, digits[_i].n);
}
END_TEST

#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *text;	  /* pairs */
	const char *name, *value; /* of the first as filed; NULL: refused */
} pairs[] = {
	{ "model=T1000", "model", "t1000" },
	{ "model@" NOTATION_DOMAIN "=T1000", "model", "t1000" },
	{ "x@y.example=Z", "x@y.example", "z" },
	{ "status=in-use", "status", "active" },
	{ "code-status=depreciated", "status", "deprecated" },
	{ "status=gone", NULL, NULL },
	{ "issuer=04" HEX40, "issuer", HEX40 },
	{ "issuer=0x" HEX40, "issuer", HEX40 },
	{ "issuer=abc", NULL, NULL },
	{ "hash=sha256:" HEX64, "hash", "sha256:" HEX64 },
	{ "code-hash=" HEX64, "hash", "sha256:" HEX64 },
	{ "model=", NULL, NULL },
	{ "=x", NULL, NULL },
	{ "a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1",
	    "a", "1" },
	{ "a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1 a=1",
	    NULL, NULL },
};

START_TEST(terms)
{
	struct item_terms t = { 0 }, copy;
	bool good = item_terms_read(&t, bytes_of_str(pairs[_i].text));

	ck_assert_int_eq(good, pairs[_i].name != NULL);
	if (!good)
		return;
	copy = t; /* a follower keeps one */
	memset(&t, 0, sizeof(t));
	ck_assert(bytes_equal(item_term_name(&copy, 0),
	    bytes_of_str(pairs[_i].name)));
	ck_assert(bytes_equal(item_term_value(&copy, 0),
	    bytes_of_str(pairs[_i].value)));
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, query, 0, COUNT(queries));
	tcase_add_test(tc, query_too_long);
	tcase_add_loop_test(tc, number, 0, COUNT(digits));
	tcase_add_loop_test(tc, terms, 0, COUNT(pairs));
	tcase_add_loop_test(tc, find, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, every_row_is_reached);
}

int
main(void)
{
	return fixture_run("api", add);
}
