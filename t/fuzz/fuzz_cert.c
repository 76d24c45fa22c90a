/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates: what is accepted is a fixed point of writing and of merging
 * with itself, and a refusal has its finding.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes
form(const struct pgp_cert *cert, enum pgp_form which)
{
	struct buf out;

	buf_init(&out, 2 * PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, which, &out);
	return buf_take(&out);
}

static void
fixed_point(const struct pgp_cert *cert)
{
	struct bytes full = form(cert, PGP_FORM_FULL), again;
	struct bytes legacy = form(cert, PGP_FORM_LEGACY);
	struct pgp_cert *twin = NULL, *both = NULL;
	struct report rep = { 0 };

	if (pgp_cert_parse(full, &rep, &twin) != ICS_OK || rep.n > 0)
		abort();
	if (pgp_cert_merge(cert, twin, &both) != ICS_OK)
		abort();
	again = form(both, PGP_FORM_FULL);
	if (!bytes_equal(full, again) ||
	    pgp_cert_has_modern(cert) == bytes_equal(full, legacy))
		abort();
	alloc_bytes_free(again);
	alloc_bytes_free(legacy);
	alloc_bytes_free(full);
	pgp_cert_free(twin);
	pgp_cert_free(both);
	report_release(&rep);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pgp_cert *cert = NULL;
	struct report rep = { 0 };

	if (pgp_cert_parse(bytes_of(data, size), &rep, &cert) == ICS_OK) {
		fixed_point(cert);
		for (size_t i = 0; i < cert->parts_n; i++)
			(void)pgp_uid_email(cert->parts[i].body);
	} else if (rep.n == 0 || cert != NULL) {
		abort();
	}
	pgp_cert_free(cert);
	report_release(&rep);
	return 0;
}
