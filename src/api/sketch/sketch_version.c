/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions: their names and keys, and how many are kept. */
#include <inttypes.h>
#include <stdio.h>

#include "api/query.h"
#include "api/sketch.h"
#include "base/clock.h"
#include "base/hex.h"

#define UNUSED_NS UINT64_C(600000000000) /* ten minutes; then it may go */
#define MARK	  8			 /* octets, of a name */

/* ---- names and keys ---------------------------------------------------------------- */

/* What only this process can know of a text. */
static void
draw(const struct api_versions *all, const char *text, uint8_t out[32])
{
	struct buf all_of_it;

	buf_init(&all_of_it, sizeof(all->secret) + API_SKETCH_NAME_MAX);
	buf_put(&all_of_it, bytes_of(all->secret, sizeof(all->secret)));
	buf_put_str(&all_of_it, text);
	pgp_sha256(buf_bytes(&all_of_it), out);
	buf_release(&all_of_it);
}

static void
mark(const struct api_versions *all, char out[2 * MARK + 1])
{
	uint8_t digest[32];

	draw(all, "mark", digest);
	hex_lower(bytes_of(digest, MARK), out);
}

void
api_version_name(const struct api_versions *all, int64_t stamp,
    char out[API_SKETCH_NAME_MAX])
{
	char ours[2 * MARK + 1];

	mark(all, ours);
	(void)snprintf(out, API_SKETCH_NAME_MAX, "%" PRId64 "-%s", stamp,
	    ours); /* fits */
}

bool
api_version_is_ours(const struct api_versions *all, const char *name)
{
	const char *dash = strchr(name, '-');
	char ours[2 * MARK + 1];
	int64_t size;

	mark(all, ours);
	return dash != NULL &&
	       bytes_equal(bytes_of_str(&dash[1]), bytes_of_str(ours)) &&
	       api_digits_read(bytes_of(name, (size_t)(dash - name)), &size);
}

void
api_version_key(const struct api_versions *all, const char *name,
    uint8_t key[SKETCH_KEY])
{
	uint8_t digest[32];

	draw(all, name, digest);
	memcpy(key, digest, SKETCH_KEY);
}

/* ---- keeping --------------------------------------------------------------------- */

static bool
is_scope(const struct api_version *v, const struct api_scope *scope)
{
	const struct item_terms *of = &v->scope.select,
				*select = &scope->select;

	return memcmp(&v->scope.sight, &scope->sight, sizeof(scope->sight)) ==
		   0 &&
	       bytes_equal(bytes_of(of->text, of->used),
		   bytes_of(select->text, select->used)) &&
	       of->n == select->n &&
	       memcmp(of->at, select->at, select->n * sizeof(select->at[0])) ==
		   0;
}

struct api_version *
api_versions_of(struct api_versions *all, const struct api_scope *scope,
    int64_t stamp)
{
	for (struct api_version *v = all->first; v != NULL; v = v->next)
		if (is_scope(v, scope) &&
		    (v->maker == NULL || v->stamp == stamp))
			return v;
	return NULL;
}

struct api_version *
api_versions_find(struct api_versions *all, const struct api_scope *scope,
    const char *name)
{
	for (struct api_version *v = all->first; v != NULL; v = v->next)
		if (is_scope(v, scope) && strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

void
api_versions_drop(struct api_versions *all, struct api_version *v)
{
	struct api_version **at = &all->first;

	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	sketch_maker_free(v->maker);
	api_asks_release(&v->asks);
	free(v);
}

/* The one at rest that was used longest ago. */
static struct api_version *
oldest(struct api_versions *all)
{
	struct api_version *old = NULL;

	for (struct api_version *v = all->first; v != NULL; v = v->next)
		if (v->state == API_VERSION_READY &&
		    (old == NULL || v->used < old->used))
			old = v;
	return old;
}

static void
weigh(const struct api_versions *all, size_t *n, size_t *octets)
{
	*n = *octets = 0;
	for (struct api_version *v = all->first; v != NULL; v = v->next) {
		++*n;
		if (v->maker != NULL)
			*octets += sketch_maker_octets(v->maker);
	}
}

void
api_versions_trim(struct api_versions *all)
{
	uint64_t now = clock_mono_ns();
	struct api_version *old;
	size_t n, octets;

	while ((old = oldest(all)) != NULL) {
		weigh(all, &n, &octets);
		if (n <= API_VERSIONS_MAX && octets <= API_VERSIONS_OCTETS &&
		    now - old->used < UNUSED_NS)
			return;
		api_versions_drop(all, old);
	}
}

struct api_version *
api_versions_add(struct api_versions *all, const struct api_scope *scope,
    const char *name)
{
	struct api_version *v;
	size_t n, octets;

	weigh(all, &n, &octets);
	if (n == API_VERSIONS_MAX && oldest(all) == NULL)
		return NULL;
	v = alloc_zero(1, sizeof(*v));
	memcpy(v->name, name, strlen(name) + 1);
	api_version_key(all, name, v->key);
	v->scope = *scope;
	v->next = all->first;
	all->first = v;
	api_versions_trim(all);
	return v;
}
