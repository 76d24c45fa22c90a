/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of routes.def as hkp takes them, and what all handlers use. */
#include "api/api.h"

#include <stdlib.h>

#include "api/check.h"
#include "api/handler.h"
#include "api/sketch.h"
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

/* ---- rights -------------------------------------------------------------------- */

static bool
right_equal(const struct policy_right *a, const struct policy_right *b)
{
	return a->role == b->role && a->fpr.version == b->fpr.version &&
	       bytes_equal(pgp_fpr_bytes(&a->fpr), pgp_fpr_bytes(&b->fpr)) &&
	       bytes_equal(a->scope, b->scope) && a->from == b->from &&
	       a->until == b->until && a->may_regrant == b->may_regrant;
}

static bool
rights_equal(const struct policy_rights *a, const struct policy_rights *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!right_equal(&a->at[i], &b->at[i]))
			return false;
	return true;
}

static struct bytes
scope_copy(struct bytes scope)
{
	uint8_t *copy = alloc_new(scope.n + 1);

	if (scope.n > 0)
		memcpy(copy, scope.p, scope.n);
	return bytes_of(copy, scope.n);
}

static struct api_rights *
rights_new(const struct policy_rights *from)
{
	struct api_rights *new = alloc_zero(1, sizeof(*new));
	struct policy_right *at = alloc_zero(from->n + 1, sizeof(*at));

	for (size_t i = 0; i < from->n; i++) {
		at[i] = from->at[i];
		at[i].scope = scope_copy(from->at[i].scope);
	}
	new->rights = (struct policy_rights){ .at = at, .n = from->n };
	return new;
}

static void
rights_free(struct api_rights *r)
{
	for (size_t i = 0; i < r->rights.n; i++)
		free((void *)(uintptr_t)r->rights.at[i].scope.p);
	free((void *)(uintptr_t)r->rights.at);
	free(r);
}

void
api_rights_set(struct api *a, const struct policy_rights *rights)
{
	struct api_rights *now = atomic_load(&a->rights), *next;

	if (rights_equal(&now->rights, rights))
		return;
	next = rights_new(rights);
	next->before = now;
	atomic_store(&a->rights, next);
}

const struct policy_rights *
api_rights_of(struct hkp_request *rq)
{
	return &atomic_load(&api_of(rq)->rights)->rights;
}

/* ---- state --------------------------------------------------------------------- */

struct api *
api_new(struct sync *sync)
{
	struct api *a = alloc_zero(1, sizeof(*a));

	a->sync = sync;
	atomic_store(&a->rights, rights_new(&(struct policy_rights){ 0 }));
	a->sketcher = api_sketcher_new();
	return a;
}

void
api_free(struct api *a)
{
	struct api_rights *before;

	if (a == NULL)
		return;
	api_sketcher_free(a->sketcher);
	for (size_t i = 0; i < API_WORKERS_MAX; i++)
		api_check_cache_free(a->checks[i]);
	for (struct api_rights *r = atomic_load(&a->rights); r != NULL;
	     r = before) {
		before = r->before;
		rights_free(r);
	}
	free(a);
}

void
api_sketch_public_set(struct api *a, bool is_public)
{
	atomic_store(&a->sketch_is_public, is_public);
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
