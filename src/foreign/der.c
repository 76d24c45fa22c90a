/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One element at a time, of at most 65535 octets. */
#include "foreign/der.h"

struct bytes
foreign_der_take(struct cursor *cur, uint8_t tag)
{
	size_t n;

	if (cursor_u8(cur) != tag)
		cursor_fail(cur);
	n = cursor_u8(cur);
	if (n == 0x81)
		n = cursor_u8(cur);
	else if (n == 0x82)
		n = cursor_be16(cur);
	else if (n > 0x7f)
		cursor_fail(cur);
	return cursor_take(cur, n);
}
