/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Subpacket areas: subpackets tile the area or it is refused; a notation is
 * never longer than its subpacket. The same octets serve as a key body.
 */
#include <stdlib.h>

#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes area = bytes_of(data, size);
	struct cursor cur = cursor_of(area);
	struct pgp_notation notation;
	struct pgp_sub sub;
	struct pgp_key key;
	size_t seen = 0;
	enum ics_err err;

	while ((err = pgp_sub_next(&cur, &sub)) == ICS_OK)
		seen += sub.body.n + 2; /* a type and at least one length */
	if (seen > size || (err != ICS_ENOTFOUND && err != ICS_EFORMAT))
		abort();
	cur = cursor_of(area);
	while ((err = pgp_notation_next(&cur, &notation)) == ICS_OK)
		if (notation.name.n + notation.value.n + 10 > size)
			abort();
	if (err != ICS_ENOTFOUND && err != ICS_EFORMAT)
		abort();
	if (pgp_key_parse(area, &key) == ICS_OK &&
	    (key.fpr.n == 0 || key.material.n > size))
		abort();
	return 0;
}
