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

/* A role is given, is there then, and is taken again. */
static void
edited(struct bytes text, const struct policy_domain *d)
{
	char everything[] = "", owner[PGP_FPR_TEXT_MAX + 2];
	const struct policy_grant g = {
		.roles = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_REGISTRAR),
		.scope = everything,
		.from = 1,
		.until = 2
	};
	struct domain_complaints c = { 0 };
	struct buf given, taken;
	struct domain_edit_end to_given = { .out = &given, .c = &c };
	struct domain_edit_end to_taken = { .out = &taken, .c = &c };

	buf_init(&given, DOMAIN_TEXT_MAX);
	buf_init(&taken, DOMAIN_TEXT_MAX);
	notations_vfp_text(&d->owner, owner);
	if (d->grants_n < 64 &&
	    domain_edit_grant(text, owner, &g, &to_given) == DOMAIN_EDIT_DONE) {
		must(domain_edit_grant(buf_bytes(&given), owner, &g,
			 &to_taken) == DOMAIN_EDIT_SAME);
		must(domain_edit_revoke(buf_bytes(&given), owner, g.roles,
			 &to_taken) == DOMAIN_EDIT_DONE);
		buf_clear(&given);
		(void)domain_edit_set(buf_bytes(&taken), "read.peers+=a,b c",
		    &to_given); /* read may be there, and odd */
	}
	domain_complaints_release(&c);
	buf_release(&given);
	buf_release(&taken);
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
		edited(text, d);
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
