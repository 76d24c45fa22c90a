/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates that are made here: of a device whose key gpg-agent makes.
 * Failures are told.
 */
#ifndef SIGN_DEVICE_H
#define SIGN_DEVICE_H

#include "sign/signer.h"

struct sign_device {
	const char *user_id;
	const char *key_type;	     /* "ed25519", "nistp256", "rsa2048" */
	bool has_encryption;	     /* with a subkey to encrypt to */
	const struct pgp_fpr *maker; /* whom the device names; or NULL */
	const char *kind;	     /* kind@: "device", "gateway", ... */
	uint32_t created;
};

/* NULL when there is no such type of key. */
const char *sign_key_type_words(const char *key_type);

/*
 * Have the agent make the keys, without a passphrase, and append the
 * certificate: primary key, User ID with its self-signature, subkey.
 */
enum ics_err sign_device_make(struct sign_agent *agent,
    const struct sign_device *device, struct buf *cert);

/*
 * The same device made before: append its certificate from the keyring of
 * the agent's home. ICS_ENOTFOUND (not told) when there is none.
 */
enum ics_err sign_device_find(struct sign_agent *agent, const char *user_id,
    struct buf *cert);

#endif
