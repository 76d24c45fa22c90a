/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * With what a server of a profile begins: an OpenPGP key of its own and a
 * policy descriptor that this key signed, in the folder "own" below the state
 * folder. Invariant: the folder appears whole or not at all; the secret key
 * is forgotten as soon as it has signed, and never read again: it waits there
 * for its operator's gpg.
 *
 *	STATE-DIR/own/secret.pgp       for gpg --import; the owner's alone
 *	              certificate.pgp  its public half
 *	              policy.asc       the descriptor, signed
 */
#ifndef ICSD_OWN_H
#define ICSD_OWN_H

#include "icsd/conf.h"
#include "intake/intake.h"

#define OWN_FOLDER "own"

/* Octets of each of the three; owned. */
struct own {
	struct buf secret; /* wiped by own_release */
	struct buf certificate, policy;
	struct pgp_fpr fpr;
};

/* Make all of it for a profile; user_id names the server. Release in any
 * case. ICS_ECORRUPT: libgcrypt failed. */
enum ics_err own_make(enum domain_profile profile, const char *user_id,
    struct own *own);
void own_release(struct own *own);

/* Where there is no store yet, and the profile is one that has a domain: make
 * the folder. Before the server is confined; failures are logged. */
enum ics_err own_prepare(const struct conf *c);

/* Where there is the folder, and no domain is known: have it taken, and tell
 * the operator what comes next. Failures are logged. */
enum ics_err own_begin(const struct conf *c, struct intake *in);

#endif
