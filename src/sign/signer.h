/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who signs: a certificate, the key of it that does the work, and the agent
 * that holds the secret. Invariant: a signature that leaves here was verified
 * by pgp_sig_verify, as everybody else will.
 *
 * Failures are told.
 */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include "sign/agent.h"

enum sign_purpose {
	SIGN_CERTIFY, /* about keys and User IDs: the primary key */
	SIGN_RECORD   /* over documents: the newest valid signing key */
};

/* A public key whose secret half an agent holds. */
struct sign_key {
	struct sign_agent *agent; /* lent */
	struct pgp_key key;	  /* its views lent */
	uint8_t grip[COMPOSE_KEYGRIP_SIZE];
};

/* A certificate as it came, and what its own signatures vouch for. */
struct sign_cert {
	struct pgp_cert *whole; /* owned: with what third parties say */
	struct pgp_cert *clean; /* owned: verified, of the owner only */
};

/*
 * Read one certificate, armored or binary; what names it in a failure.
 * Release *cert in any case.
 */
enum ics_err sign_cert_read(struct bytes data, const char *what, int64_t now,
    struct sign_cert *cert);
void sign_cert_release(struct sign_cert *cert);

struct sign_signer {
	struct sign_cert cert; /* owned; empty where a bare key signs */
	struct sign_key by;    /* views into cert */
	const char *about;     /* lent: what pinentry shows; or NULL */
};

struct sign_wanted {
	const char *who; /* fingerprint, key ID, User ID; or a file */
	enum sign_purpose purpose;
	int64_t now; /* at which the key must be valid */
};

/*
 * Find who shall sign: in the keyring of the agent's home, or, where who has
 * a "/" or is "-", in that file. ICS_ENOTFOUND: no such certificate, or the
 * agent has none of its keys that may do it. Release *s in any case.
 */
enum ics_err sign_signer_find(struct sign_agent *agent,
    const struct sign_wanted *wanted, struct sign_signer *s);
void sign_signer_release(struct sign_signer *s);

/* The key of a body that the agent made a moment ago; body is lent. */
enum ics_err sign_key_read(struct sign_agent *agent, struct bytes body,
    struct sign_key *key);

/*
 * Sign: compose, have the agent sign, verify, and append the signature's
 * body. Of c only type, created, expires, hashed and unhashed are read.
 */
enum ics_err sign_by(const struct sign_signer *s, const struct compose_order *c,
    const struct pgp_subject *subject, struct buf *body);

/* The octets of a file ("-": standard input), at most as many as fit. */
enum ics_err sign_file_read(const char *path, struct buf *to);

#endif
