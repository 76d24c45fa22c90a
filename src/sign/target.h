/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a statement shall be about, found by what was typed. Failures are
 * told.
 */
#ifndef SIGN_TARGET_H
#define SIGN_TARGET_H

#include "client/where.h"
#include "notations/notations.h"
#include "sign/signer.h"

struct sign_target {
	struct notations_subject subject;
	struct sign_cert cert;	/* owned; empty until it is needed */
	bool is_on_server;	/* cert came from there */
	struct bytes file_name; /* of a hashed file, without folders; lent */
	uint64_t file_size;
};

/* Where to look, and as of when. */
struct sign_search {
	const struct where *where;
	const char *home; /* a GnuPG home, or NULL */
	int64_t now;
};

/*
 * An entity or code: a fingerprint, a digest ("sha256:..."), a certificate's
 * file (its name has a "/"), or a query that fits one certificate of the
 * server. The caller releases *t in any case.
 */
enum ics_err sign_target_find(const struct sign_search *search,
    const char *typed, struct sign_target *t);

/* Code: a digest, or a file, which is hashed by SHA-256 as it streams by. */
enum ics_err sign_target_code(const char *typed, struct sign_target *t);

/*
 * Fetch the certificate of an entity, unless it is there: from the server,
 * or where none answers from GnuPG's keyring.
 */
enum ics_err sign_target_cert(const struct sign_search *search,
    struct sign_target *t);

/* The record digest in "sha256:...", or of the first signature in a file. */
enum ics_err sign_target_record(const char *typed, struct sign_target *t);

void sign_target_release(struct sign_target *t);

#endif
