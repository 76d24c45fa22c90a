/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors: what is read is written and read again as the same, and takes
 * another serial; a signed text comes apart without a key.
 */
#include <stdlib.h>

#include "domain/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static void
language(struct bytes text)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(text, &c), *again;
	struct domain_changes changes;
	struct buf once, twice;

	must((d == NULL) == (c.n > 0));
	buf_init(&once, 16 * DOMAIN_TEXT_MAX);
	buf_init(&twice, 16 * DOMAIN_TEXT_MAX);
	if (d != NULL) {
		domain_write(d, &once);
		again = domain_read(buf_bytes(&once), &c);
		must(again != NULL);
		domain_write(again, &twice);
		must(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
		domain_diff(d, again, &changes);
		must(changes.n == 0);
		domain_changes_free(&changes);
		policy_domain_free(again);
		buf_clear(&twice);
		must(domain_serial_set(text, 7, &twice) == ICS_OK);
		again = domain_read(buf_bytes(&twice), &c);
		must(again != NULL && again->serial == 7);
		policy_domain_free(again);
	}
	policy_domain_free(d);
	buf_release(&once);
	buf_release(&twice);
	domain_complaints_release(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct domain_signed s;
	struct pgp_fpr fpr;

	if (domain_signed_read(bytes_of(data, size), &s) == ICS_OK) {
		(void)domain_signed_issuer(&s, &fpr);
		language(buf_bytes(&s.plain));
	}
	domain_signed_release(&s);
	language(bytes_of(data, size));
	return 0;
}
