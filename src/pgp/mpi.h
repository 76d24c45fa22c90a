/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Multiprecision integers (RFC 9580 3.2) as views: big-endian numbers whose
 * leading zero octets are taken off, so that the length tells the size. Zero
 * is the empty view.
 */
#ifndef PGP_MPI_H
#define PGP_MPI_H

#include "base/cursor.h"

/*
 * The next MPI, lent. Wrong bit counts exist in the wild and are read as
 * octet counts; the cursor fails when the octets are short.
 */
struct bytes pgp_mpi_read(struct cursor *cur);

/* The number in these octets, leading zeros taken off; lent. */
struct bytes pgp_mpi_of(struct bytes octets);

/* Significant bits. */
size_t pgp_mpi_bits(struct bytes n);

/* Order of two numbers: <0, 0, >0. */
int pgp_mpi_compare(struct bytes a, struct bytes b);

bool pgp_mpi_is_odd(struct bytes n);

/* Write n as width octets; false when it does not fit. */
bool pgp_mpi_pad(struct bytes n, uint8_t *out, size_t width);

#endif
