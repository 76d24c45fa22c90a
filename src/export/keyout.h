/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device's key for protocols that know no OpenPGP: OpenSSH's public key
 * line, a PEM SubjectPublicKeyInfo (TLS raw public keys, DTLS, whatever
 * reads PEM), and the pin of RFC 7469 over the same.
 *
 * Pure: a key goes in, text comes out. The forms are keyforms.def.
 */
#ifndef EXPORT_KEYOUT_H
#define EXPORT_KEYOUT_H

#include "pgp/pgp.h"

/* Append the DER of SubjectPublicKeyInfo. Spec: RFC 5280 4.1. ICS_EUNSUPPORTED
 * where no other protocol knows such a key. */
enum ics_err export_key_spki(const struct pgp_key *key, struct buf *out);

/* Append "-----BEGIN PUBLIC KEY-----" and so on, as openssl writes it.
 * Spec: RFC 7468 13. */
enum ics_err export_key_pem(const struct pgp_key *key, struct buf *out);

/* Append "sha256//BASE64" and a line end, as curl's --pinnedpubkey takes it.
 * Spec: RFC 7469 2.4. */
enum ics_err export_key_pin(const struct pgp_key *key, struct buf *out);

/* Append "ssh-ed25519 BASE64 COMMENT" and a line end; what is no printable
 * ASCII in the comment becomes "_". ICS_EUNSUPPORTED: OpenSSH knows no such
 * key. Spec: RFC 4253 6.6. */
enum ics_err export_key_ssh(const struct pgp_key *key, struct bytes comment,
    struct buf *out);

/* Which of a certificate's keys is meant. */
struct export_key_wish {
	struct bytes typed; /* --key: a fingerprint or its end, hex; or empty */
	int64_t now;
};
/*
 * The key for authentication, else for signing; subkeys first. Or the one
 * that was typed. Lent by the certificate. ICS_ENOTFOUND: there is none;
 * ICS_EDENIED: it is revoked, expired or of the future.
 */
enum ics_err export_key_choose(const struct pgp_facts *facts,
    const struct export_key_wish *wish, const struct pgp_key **key);

#endif
