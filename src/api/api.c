/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of routes.def as hkp takes them, and what all handlers use. */
#include "api/api.h"

#include <stdlib.h>

#include "api/handler.h"
#include "base/clock.h"
#include "base/hex.h"
#include "hkp/page.h"

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

struct api *
api_new(void)
{
	return alloc_zero(1, sizeof(struct api));
}

void
api_free(struct api *a)
{
	free(a);
}

struct api *
api_of(struct hkp_request *rq)
{
	return hkp_more_arg(rq->h);
}

void
api_refuse(struct hkp_reply *rp, unsigned status, const char *words,
    const char *help)
{
	hkp_reply_json(rp, status,
	    json_pack("{s:s, s:s}", "error", words, "help", help));
}

json_t *
api_time_json(int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	return json_string(text);
}

json_t *
api_hex_json(struct bytes octets)
{
	char text[2 * 64 + 1];

	if (octets.n > 64)
		return NULL;
	hex_lower(octets, text);
	return json_string(text);
}
