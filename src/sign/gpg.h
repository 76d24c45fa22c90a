/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What GPGME does for us besides the agent: find and fetch certificates of
 * the user's keyring, and run gpgconf. Failures are told.
 */
#ifndef SIGN_GPG_H
#define SIGN_GPG_H

#include <gpgme.h>

#include "base/buf.h"

/* Ready GPGME; harmless when done before. */
enum ics_err sign_gpg_init(void);

/* A context of a protocol; the caller releases it with gpgme_release. */
enum ics_err sign_gpg_context(gpgme_protocol_t protocol, const char *home,
    gpgme_ctx_t *ctx);

/* The error that GPGME's stands for. */
enum ics_err sign_gpg_err(gpgme_error_t error);

/*
 * Run gpgconf with two arguments, for a home (NULL: the user's); its output
 * without the line end is appended to out.
 */
enum ics_err sign_gpgconf(const char *home, const char *const arguments[2],
    struct buf *out);

/*
 * Append the one certificate whose secret key the keyring has and that who
 * (fingerprint, key ID, words of a User ID) means; binary. ICS_ENOTFOUND when
 * there is none, ICS_EUSAGE when several fit, which are then listed.
 */
enum ics_err sign_gpg_secret(const char *home, const char *who,
    struct buf *cert);

/* The same, but that there is none is not told. */
enum ics_err sign_gpg_seek(const char *home, const char *who, struct buf *cert);

/* The same for a certificate of anybody, that of a subject. */
enum ics_err sign_gpg_public(const char *home, const char *who,
    struct buf *cert);

/* Give the keyring certificates, so that gpg knows them, too. */
enum ics_err sign_gpg_import(const char *home, struct bytes certs);

#endif
