/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors for tests: read, written, and written again. */
#ifndef T_DOMAIN_MAKE_H
#define T_DOMAIN_MAKE_H

#include "domain/keywords.h"
#include "fixture.h"

static inline struct bytes
written(const struct policy_domain *d)
{
	struct buf out;

	buf_init(&out, DOMAIN_TEXT_MAX);
	domain_write(d, &out);
	return buf_take(&out);
}

static inline struct policy_domain *
must_read(struct bytes text)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(text, &c);

	ck_assert_msg(d != NULL, "%s", c.n > 0 ? buf_str(&c.lines) : "silent");
	domain_complaints_release(&c);
	return d;
}

/* What was written reads back, and writes as the same. */
static inline void
must_be_stable(const struct policy_domain *d)
{
	struct bytes once = written(d), twice;
	struct policy_domain *again = must_read(once);

	twice = written(again);
	ck_assert(bytes_equal(once, twice));
	policy_domain_free(again);
	alloc_bytes_free(once);
	alloc_bytes_free(twice);
}

#endif
