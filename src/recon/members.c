/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorted runs of hashes. Invariant: runs are full to some extent, ascend
 * within themselves and from one to the next, and none is empty.
 */
#include "recon/members.h"

#include <stdlib.h>

#include "base/alloc.h"

#define RUN 256

struct recon_run {
	size_t n;
	struct recon_hash at[RUN];
};

static int
compare(const struct recon_hash *a, const struct recon_hash *b)
{
	return memcmp(a->b, b->b, RECON_HASH);
}

void
recon_members_release(struct recon_members *m)
{
	for (size_t i = 0; i < m->runs; i++)
		free(m->run[i]);
	free(m->run);
	*m = (struct recon_members){ .n = 0 };
}

/* The first run whose last member is no less; the number of runs without. */
static size_t
run_find(const struct recon_members *m, const struct recon_hash *hash)
{
	size_t low = 0, high = m->runs;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct recon_run *run = m->run[middle];

		if (compare(&run->at[run->n - 1], hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first place in a run whose member is no less. */
static size_t
place_find(const struct recon_run *run, const struct recon_hash *hash)
{
	size_t low = 0, high = run->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&run->at[middle], hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct recon_at
recon_members_from(const struct recon_members *m, const struct recon_hash *hash)
{
	struct recon_at at = { run_find(m, hash), 0 };

	if (at.run < m->runs)
		at.i = place_find(m->run[at.run], hash);
	return at;
}

const struct recon_hash *
recon_members_get(const struct recon_members *m, struct recon_at at)
{
	return at.run < m->runs ? &m->run[at.run]->at[at.i] : NULL;
}

struct recon_at
recon_members_after(const struct recon_members *m, struct recon_at at)
{
	if (++at.i < m->run[at.run]->n)
		return at;
	return (struct recon_at){ at.run + 1, 0 };
}

/* An empty run before the i-th. */
static struct recon_run *
run_insert(struct recon_members *m, size_t i)
{
	if (m->runs == m->cap) {
		m->cap = m->cap == 0 ? 8 : m->cap * 2;
		m->run = alloc_resize(m->run, m->cap, sizeof(m->run[0]));
	}
	memmove(&m->run[i + 1], &m->run[i], (m->runs - i) * sizeof(m->run[0]));
	m->runs++;
	m->run[i] = alloc_new(sizeof(*m->run[i]));
	m->run[i]->n = 0;
	return m->run[i];
}

/* The upper half of a full run to one of its own. */
static void
run_split(struct recon_members *m, size_t i)
{
	struct recon_run *upper = run_insert(m, i + 1), *run = m->run[i];

	upper->n = run->n / 2;
	run->n -= upper->n;
	memcpy(upper->at, &run->at[run->n], upper->n * sizeof(run->at[0]));
}

bool
recon_members_add(struct recon_members *m, const struct recon_hash *hash)
{
	struct recon_at at = recon_members_from(m, hash);
	const struct recon_hash *there = recon_members_get(m, at);
	struct recon_run *run;

	if (there != NULL && compare(there, hash) == 0)
		return false;
	if (m->runs == 0)
		run_insert(m, 0);
	if (at.run == m->runs) /* behind the last */
		at = (struct recon_at){ m->runs - 1, m->run[m->runs - 1]->n };
	if (m->run[at.run]->n == RUN) {
		run_split(m, at.run);
		if (at.i > m->run[at.run]->n) {
			at.i -= m->run[at.run]->n;
			at.run++;
		}
	}
	run = m->run[at.run];
	memmove(&run->at[at.i + 1], &run->at[at.i],
	    (run->n - at.i) * sizeof(run->at[0]));
	run->at[at.i] = *hash;
	run->n++;
	m->n++;
	return true;
}

bool
recon_members_remove(struct recon_members *m, const struct recon_hash *hash)
{
	struct recon_at at = recon_members_from(m, hash);
	const struct recon_hash *there = recon_members_get(m, at);
	struct recon_run *run;

	if (there == NULL || compare(there, hash) != 0)
		return false;
	run = m->run[at.run];
	run->n--;
	m->n--;
	memmove(&run->at[at.i], &run->at[at.i + 1],
	    (run->n - at.i) * sizeof(run->at[0]));
	if (run->n > 0)
		return true;
	free(run);
	m->runs--;
	memmove(&m->run[at.run], &m->run[at.run + 1],
	    (m->runs - at.run) * sizeof(m->run[0]));
	return true;
}
