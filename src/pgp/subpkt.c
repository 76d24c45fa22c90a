/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subpackets of a signature and the notations in them (RFC 9580 5.2.3.7). */
#include "pgp/wire.h"

/* Spec: RFC 9580 5.2.3.7: one, two or five octets, no partial lengths. */
static size_t
length_read(struct cursor *cur)
{
	uint8_t first = cursor_u8(cur);

	if (first < 192)
		return first;
	return first == 255 ? cursor_be32(cur) : pgp_length_two(cur, first);
}

enum ics_err
pgp_sub_next(struct cursor *area, struct pgp_sub *sub)
{
	struct cursor cur;
	uint8_t type;

	*sub = (struct pgp_sub){ 0 };
	if (area->failed)
		return ICS_EFORMAT;
	if (area->rest.n == 0)
		return ICS_ENOTFOUND;
	cur = cursor_of(cursor_take(area, length_read(area)));
	/* The length counts the type: an empty subpacket is malformed. */
	type = cursor_u8(&cur);
	sub->type = type & 0x7f;
	sub->critical = (type & 0x80) != 0;
	sub->body = cursor_rest(&cur);
	if (cur.failed)
		cursor_fail(area);
	return area->failed ? ICS_EFORMAT : ICS_OK;
}

/* Spec: RFC 9580 5.2.3.24 */
static enum ics_err
notation_read(struct pgp_sub sub, struct pgp_notation *n)
{
	struct cursor cur = cursor_of(sub.body);
	uint16_t name_n, value_n;

	n->critical = sub.critical;
	n->flags = cursor_be32(&cur);
	name_n = cursor_be16(&cur);
	value_n = cursor_be16(&cur);
	n->name = cursor_take(&cur, name_n);
	n->value = cursor_take(&cur, value_n);
	return cursor_end(&cur) == ICS_OK ? ICS_OK : ICS_EFORMAT;
}

enum ics_err
pgp_notation_next(struct cursor *area, struct pgp_notation *n)
{
	struct pgp_sub sub;
	enum ics_err err;

	*n = (struct pgp_notation){ 0 };
	do
		TRY(pgp_sub_next(area, &sub));
	while (sub.type != PGP_SUB_NOTATION);
	TRY(notation_read(sub, n));
out:
	if (err == ICS_EFORMAT)
		cursor_fail(area);
	return err;
}
