/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file, hashed as it streams by: the names under which servers may know it.
 */
#ifndef PROVE_DIGEST_H
#define PROVE_DIGEST_H

#include "notations/notations.h"

#define PROVE_DIGESTS_MAX 5

/* The same octets by each algorithm; SHA-256 first. */
struct prove_digests {
	struct notations_subject at[PROVE_DIGESTS_MAX];
	size_t n;
	uint64_t octets;
};

enum prove_digest_how {
	PROVE_DIGEST_FIRST, /* SHA-256 alone */
	PROVE_DIGEST_ALL
};

/* Read a file, or standard input for "-", of any size. Failures are told. */
enum ics_err prove_digest_file(const char *path, enum prove_digest_how how,
    struct prove_digests *digests);

/* True when the subject is code that one of the digests names. */
bool prove_digest_has(const struct prove_digests *digests,
    const struct notations_subject *subject);

#endif
