/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of routes.def as hkp takes them. */
#include "api/api.h"
#include "api/handler.h"

#define PUBLIC (1u << HKP_FACE_PUBLIC)
#define LOCAL  (1u << HKP_FACE_LOCAL)

static const struct hkp_route rows[] = {
#define X(method, pattern, handler, faces, words) \
	{ HKP_##method, pattern, api_##handler, faces, words },
#include "api/routes.def"
#undef X
};

const struct hkp_route_table api_routes = { rows,
	sizeof(rows) / sizeof(rows[0]) };
