/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows that src/api adds to those of hkp. */
#include "api/api.h"

#include "api/handler.h"
#include "fixture.h"

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

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, find, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, every_row_is_reached);
}

int
main(void)
{
	return fixture_run("api", add);
}
