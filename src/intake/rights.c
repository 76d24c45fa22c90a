/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is trusted with what: the operator's roots and rights, copied, asked by
 * all threads, replaced whole by a reload.
 */
#include <stdlib.h>

#include "intake/work.h"

/* A copy, scopes and all; free each scope, then the array. */
static struct policy_right *
rights_copy(const struct policy_rights *from)
{
	struct policy_right *to = alloc_zero(from->n + 1, sizeof(*to));

	for (size_t i = 0; i < from->n; i++) {
		to[i] = from->at[i];
		to[i].scope = alloc_bytes(from->at[i].scope);
	}
	return to;
}

static void
rights_free(struct policy_right *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		alloc_bytes_free(at[i].scope);
	free(at);
}

void
rights_init(struct rights *r, const struct policy_rights *from)
{
	(void)pthread_rwlock_init(&r->lock, NULL); /* always 0 on Linux */
	r->at = rights_copy(from);
	r->n = from->n;
}

void
rights_release(struct rights *r)
{
	rights_free(r->at, r->n);
	(void)pthread_rwlock_destroy(&r->lock); /* nobody holds it */
}

void
intake_rights_set(struct intake *in, const struct policy_rights *rights)
{
	struct policy_right *now = rights_copy(rights), *before;
	size_t before_n;

	/* A lock of our own, never taken twice: these cannot fail. */
	(void)pthread_rwlock_wrlock(&in->rights.lock);
	before = in->rights.at;
	before_n = in->rights.n;
	in->rights.at = now;
	in->rights.n = rights->n;
	(void)pthread_rwlock_unlock(&in->rights.lock);
	rights_free(before, before_n);
}

static bool
right_is_any(enum notations_role role)
{
	(void)role;
	return true;
}

static bool
right_is_maker(enum notations_role role)
{
	return role == NOTATIONS_ROLE_NONE ||
	       role == NOTATIONS_ROLE_MANUFACTURER;
}

static bool
rights_ask(struct rights *r, const struct pgp_fpr *fpr,
    bool (*is_wanted)(enum notations_role role))
{
	bool found = false;

	(void)pthread_rwlock_rdlock(&r->lock);
	for (size_t i = 0; i < r->n && !found; i++)
		found = is_wanted(r->at[i].role) &&
			pgp_fpr_equal(&r->at[i].fpr, fpr);
	(void)pthread_rwlock_unlock(&r->lock);
	return found;
}

bool
rights_has_any(struct intake *in, const struct pgp_fpr *fpr)
{
	return rights_ask(&in->rights, fpr, right_is_any);
}

bool
rights_knows(void *arg, const struct pgp_fpr *fpr)
{
	return rights_has_any(arg, fpr);
}

bool
rights_has_maker(void *arg, const struct pgp_fpr *fpr)
{
	struct intake *in = arg;

	return rights_ask(&in->rights, fpr, right_is_maker);
}
