/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom the user believes: --anchor, a list of fingerprints and of files with
 * certificates. They are the roots of policy and nobody else is; what a
 * server says about rights is not asked for.
 */
#ifndef PROVE_ANCHORS_H
#define PROVE_ANCHORS_H

#include "policy/policy.h"

#define PROVE_ANCHORS_MAX 1024

struct prove_anchors {
	struct policy_right at[PROVE_ANCHORS_MAX];
	size_t n;
	struct buf certs; /* owned: packets of the files */
};

/*
 * Read "FILE|FPR,...". NULL gives none. ICS_EUSAGE or what the file's reading
 * gave, told. Release in any case.
 */
enum ics_err prove_anchors_read(const char *list,
    struct prove_anchors *anchors);
void prove_anchors_release(struct prove_anchors *anchors);

/* Lent. */
struct policy_rights prove_anchors_rights(const struct prove_anchors *anchors);
bool prove_anchors_has(const struct prove_anchors *anchors,
    const struct pgp_fpr *fpr);

/*
 * The anchors as those who name keys that never speak for themselves. Only
 * those whose certificates are at hand can: a fingerprint verifies nothing.
 * Lent as long as the anchors.
 */
struct prove_namers {
	struct pgp_keyring keyring;
	struct pgp_makers makers;
};
struct prove_namers prove_anchors_namers(struct prove_anchors *anchors);

/* A file, whole, armored or not, as packets. Told. */
enum ics_err prove_file_read(const char *path, struct buf *octets);

#endif
