/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The set in force. Invariant: the lock is held for a pointer and a count, and
 * never while anything is read or freed.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "domain/domain.h"

struct domain_live {
	pthread_mutex_t lock;
	struct domain_set *set; /* held */
	_Atomic size_t size;	/* of it */
};

struct domain_live *
domain_live_new(void)
{
	struct domain_live *l = alloc_zero(1, sizeof(*l));

	(void)pthread_mutex_init(&l->lock, NULL); /* always 0 on Linux */
	l->set = domain_set_none(&(struct policy_rights){ 0 });
	return l;
}

void
domain_live_free(struct domain_live *l)
{
	if (l == NULL)
		return;
	domain_set_drop(l->set);
	(void)pthread_mutex_destroy(&l->lock); /* nobody holds it */
	free(l);
}

struct domain_set *
domain_live_hold(struct domain_live *l)
{
	struct domain_set *set;

	/* A lock of our own, never taken twice: these cannot fail. */
	(void)pthread_mutex_lock(&l->lock);
	set = domain_set_hold(l->set);
	(void)pthread_mutex_unlock(&l->lock);
	return set;
}

void
domain_live_set(struct domain_live *l, struct domain_set *set)
{
	struct domain_set *before;

	(void)pthread_mutex_lock(&l->lock);
	before = l->set;
	l->set = set;
	atomic_store(&l->size, domain_set_size(set));
	(void)pthread_mutex_unlock(&l->lock);
	domain_set_drop(before);
}

bool
domain_live_is_empty(const struct domain_live *l)
{
	return atomic_load_explicit(&l->size, memory_order_acquire) == 0;
}
