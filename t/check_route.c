/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which path leads where, and what a wrong method hears. */
#include "hkp/route.h"

#include "fixture.h"

#define PUBLIC (1u << HKP_FACE_PUBLIC)

static void
more_handler(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	(void)rp;
}

/* What a program adds: a path of its own, one that we have for another
 * method, and one below a "**" of ours. */
static const struct hkp_route more_rows[] = {
	{ HKP_GET, "/more/*", more_handler, PUBLIC, "" },
	{ HKP_POST, "/more/*", more_handler, PUBLIC, "" },
	{ HKP_PUT, "/pks/lookup", more_handler, PUBLIC, "" },
	{ HKP_GET, "/pks/v2/more", more_handler, PUBLIC, "" },
	{ HKP_GET, "/pks/stats", more_handler, PUBLIC, "" },
	{ HKP_GET, "/more/**", more_handler, PUBLIC, "" },
};
static const struct hkp_route_table more = { more_rows,
	sizeof(more_rows) / sizeof(more_rows[0]) };

static void
look(enum hkp_face face, enum hkp_method method, const char *path,
    struct hkp_route_match *match)
{
	hkp_route_find(&(struct hkp_route_asked){ face, method,
			   bytes_of_str(path), NULL },
	    match);
}

static const struct {
	enum hkp_face face;
	enum hkp_method method;
	const char *path;
	hkp_handler *handler; /* NULL: none */
	const char *allow;    /* "": no such path */
	const char *arg;
} rows[] = {
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/lookup", hkp_lookup,
	    "GET, HEAD, OPTIONS", "" },
	{ HKP_FACE_LOCAL, HKP_GET, "/pks/lookup", hkp_lookup,
	    "GET, HEAD, OPTIONS", "" },
	{ HKP_FACE_ADMIN, HKP_GET, "/pks/lookup", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_POST, "/pks/lookup", NULL, "GET, HEAD, OPTIONS",
	    "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/add", NULL, "POST, OPTIONS", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/lookup/", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/look", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/", hkp_start_page, "GET, HEAD, OPTIONS",
	    "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/vks/v1/by-email/a%40b", hkp_vks_email,
	    "GET, HEAD, OPTIONS", "a%40b" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/vks/v1/by-email/", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/vks/v1/by-email/a/b", NULL, "", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/v2/certs/by-vfingerprint/04aa",
	    hkp_v2_fpr, "GET, HEAD, OPTIONS", "04aa" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/v2/certs/by-vfingerprint/04/aa",
	    hkp_v2_fpr, "GET, HEAD, OPTIONS", "04" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/v2/certs", hkp_v2_bare,
	    "GET, HEAD, POST, OPTIONS", "" },
	{ HKP_FACE_PUBLIC, HKP_PUT, "/pks/v2/certs", NULL,
	    "GET, HEAD, POST, OPTIONS", "" },
	{ HKP_FACE_PUBLIC, HKP_PUT, "/pks/v2/canonical/x", hkp_v2_canonical_put,
	    "GET, HEAD, PUT, OPTIONS", "x" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/pks/v2/what/ever", hkp_unsupported,
	    "GET, HEAD, POST, PUT, OPTIONS", "" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/.well-known/openpgpkey/hu/x",
	    hkp_wkd_direct, "GET, HEAD, OPTIONS", "x" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/.well-known/openpgpkey/a.b/hu/x",
	    hkp_wkd_advanced, "GET, HEAD, OPTIONS", "a.b" },
	{ HKP_FACE_PUBLIC, HKP_GET, "/metrics", NULL, "", "" },
	{ HKP_FACE_ADMIN, HKP_GET, "/metrics", hkp_metrics,
	    "GET, HEAD, OPTIONS", "" },
	{ HKP_FACE_LOCAL, HKP_GET, "/metrics", hkp_metrics,
	    "GET, HEAD, OPTIONS", "" },
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
	if (match.route != NULL && rows[_i].arg[0] != '\0')
		ck_assert(bytes_equal(match.args[0],
		    bytes_of_str(rows[_i].arg)));
	if (match.allowed != 0 && match.route == NULL)
		hkp_route_allow(match.allowed, allow);
	if (match.route == NULL)
		ck_assert_str_eq(allow, rows[_i].allow);
}
END_TEST

/* What a method allows does not depend on the method that asked. */
START_TEST(options)
{
	struct hkp_route_match match;
	char allow[HKP_ALLOW_MAX] = "";

	look(rows[_i].face, HKP_OPTIONS, rows[_i].path, &match);
	ck_assert_ptr_null(match.route);
	if (match.allowed != 0)
		hkp_route_allow(match.allowed, allow);
	ck_assert_str_eq(allow, rows[_i].allow);
}
END_TEST

START_TEST(every_row_is_reached)
{
	const struct hkp_route *all = hkp_routes.at;

	for (size_t i = 0; i < hkp_routes.n; i++) {
		struct hkp_route_match match;
		enum hkp_face face = all[i].faces & 1u	 ? HKP_FACE_PUBLIC
				     : all[i].faces & 2u ? HKP_FACE_ADMIN
							 : HKP_FACE_LOCAL;

		/* "*" is a segment like any other */
		look(face, all[i].method, all[i].pattern, &match);
		ck_assert_ptr_nonnull(match.route);
		ck_assert(match.route->handler == all[i].handler);
		ck_assert(all[i].words[0] != '\0');
	}
}
END_TEST

static const struct {
	enum hkp_method method;
	const char *path;
	hkp_handler *handler; /* NULL: none */
	const char *allow;
} further[] = {
	{ HKP_GET, "/more/x", more_handler, "" },
	{ HKP_PUT, "/more/x", NULL, "GET, HEAD, POST, OPTIONS" },
	{ HKP_GET, "/more/x/y", more_handler, "" },
	{ HKP_GET, "/pks/lookup", hkp_lookup, "" },
	{ HKP_PUT, "/pks/lookup", more_handler, "" },
	{ HKP_POST, "/pks/lookup", NULL, "GET, HEAD, PUT, OPTIONS" },
	{ HKP_GET, "/pks/stats", hkp_stats, "" },
	{ HKP_GET, "/pks/v2/more", more_handler, "" },
	{ HKP_POST, "/pks/v2/more", NULL, "GET, HEAD, OPTIONS" },
	{ HKP_GET, "/pks/v2/less", hkp_unsupported, "" },
	{ HKP_GET, "/less", NULL, "" },
};

START_TEST(find_further)
{
	struct hkp_route_match match;
	char allow[HKP_ALLOW_MAX] = "";

	hkp_route_find(&(struct hkp_route_asked){ HKP_FACE_PUBLIC,
			   further[_i].method, bytes_of_str(further[_i].path),
			   &more },
	    &match);
	if (further[_i].handler == NULL)
		ck_assert_ptr_null(match.route);
	else
		ck_assert(match.route->handler == further[_i].handler);
	if (match.allowed != 0 && match.route == NULL)
		hkp_route_allow(match.allowed, allow);
	ck_assert_str_eq(allow, further[_i].allow);
}
END_TEST

static void
add(TCase *tc)
{
	int n = (int)(sizeof(rows) / sizeof(rows[0]));

	tcase_add_loop_test(tc, find, 0, n);
	tcase_add_loop_test(tc, options, 0, n);
	tcase_add_loop_test(tc, find_further, 0,
	    (int)(sizeof(further) / sizeof(further[0])));
	tcase_add_test(tc, every_row_is_reached);
}

int
main(void)
{
	return fixture_run("route", add);
}
