/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few elements of DER that keys and signatures are made of. */
#ifndef FOREIGN_DER_H
#define FOREIGN_DER_H

#include "base/cursor.h"

/* The content of the next element of a tag, lent; the cursor fails when there
 * is none. Spec: X.690 8.1.3, definite lengths. */
struct bytes foreign_der_take(struct cursor *cur, uint8_t tag);

#endif
