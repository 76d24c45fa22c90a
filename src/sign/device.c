/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device's keys and what it says about itself. */
#include "sign/device.h"

#include <string.h>

#include "client/out.h"
#include "compose/compose.h"
#include "notations/notations.h"
#include "sign/gpg.h"
#include "sign/values.h"

#define BODY_MAX      PGP_PACKET_MAX
#define FLAGS_PRIMARY "\x23" /* certify, sign, authenticate */
#define FLAGS_ENCRYPT "\x0c"

/* The kinds of key: what gpg-agent makes, and what encrypts beside it. */
static const struct key_type {
	const char *word, *param, *encrypt_param, *words;
} key_types[] = {
	{ "ed25519", "(genkey(ecc(curve Ed25519)(flags eddsa)))",
	    "(genkey(ecc(curve Curve25519)(flags djb-tweak)))",
	    "Ed25519, X25519" },
	{ "nistp256", "(genkey(ecc(curve \"NIST P-256\")(flags nocomp)))",
	    "(genkey(ecc(curve \"NIST P-256\")(flags nocomp)))",
	    "ECDSA and ECDH on NIST P-256" },
	{ "rsa2048", "(genkey(rsa(nbits 4:2048)))",
	    "(genkey(rsa(nbits 4:2048)))", "RSA of 2048 bits" },
};

static const struct key_type *
key_type_find(const char *word)
{
	for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++)
		if (strcmp(key_types[i].word, word) == 0)
			return &key_types[i];
	return NULL;
}

const char *
sign_key_type_words(const char *key_type)
{
	const struct key_type *row = key_type_find(key_type);

	return row == NULL ? NULL : row->words;
}

/* ---- what a device says about itself ------------------------------------------ */

static void
sub_put(uint8_t type, const char *octets, size_t n, struct buf *to)
{
	struct pgp_sub sub = { .type = type, .body = bytes_of(octets, n) };

	compose_sub(&sub, to);
}

/* Preferences: AES-256, AES-128; SHA-512, SHA-256; no compression; MDC. */
static void
self_say(const struct sign_device *device, struct buf *hashed)
{
	char maker[PGP_FPR_TEXT_MAX + 2];

	sub_put(PGP_SUB_KEY_FLAGS, FLAGS_PRIMARY, 1, hashed);
	sub_put(PGP_SUB_PREF_SYM, "\x09\x07", 2, hashed);
	sub_put(PGP_SUB_PREF_HASH, "\x0a\x08", 2, hashed);
	sub_put(PGP_SUB_PREF_COMPRESSION, "\x00", 1, hashed);
	sub_put(PGP_SUB_FEATURES, "\x01", 1, hashed);
	notations_write(NOTATIONS_NAME_KIND, bytes_of_str(device->kind),
	    hashed);
	if (device->maker == NULL)
		return;
	notations_vfp_text(device->maker, maker);
	notations_write(NOTATIONS_NAME_MAKER, bytes_of_str(maker), hashed);
}

/* ---- making -------------------------------------------------------------------- */

struct making {
	const struct sign_device *device;
	struct sign_agent *agent;
	struct sign_signer self; /* the primary key */
	struct buf primary, subkey;
	struct buf *cert;
};

static enum ics_err
key_make(struct making *m, const char *param, bool is_encryption,
    struct buf *body)
{
	struct sign_public from = { .created = m->device->created,
		.is_encryption = is_encryption };
	struct buf sexp;
	enum ics_err err;

	buf_init(&sexp, SIGN_SEXP_MAX);
	TRY(sign_agent_generate(m->agent, param, &sexp));
	from.sexp = buf_bytes(&sexp);
	err = sign_public_read(&from, body);
	if (err != ICS_OK)
		out_fail("gpg-agent: its answer is no public key");
out:
	buf_release(&sexp);
	return err;
}

static enum ics_err
signature_put(struct making *m, uint8_t type, const struct buf *hashed,
    const struct pgp_subject *subject)
{
	struct compose_order c = { .type = type,
		.created = m->device->created,
		.hashed = buf_bytes(hashed) };
	struct buf body;
	enum ics_err err;

	buf_init(&body, PGP_SIG_MAX);
	TRY(sign_by(&m->self, &c, subject, &body));
	pgp_packet_write(m->cert, PGP_TAG_SIGNATURE, buf_bytes(&body));
out:
	buf_release(&body);
	return err;
}

static enum ics_err
primary_put(struct making *m)
{
	struct bytes uid = bytes_of_str(m->device->user_id);
	struct pgp_subject subject = { .primary = &m->self.by.key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = uid };
	struct buf hashed;
	enum ics_err err;

	buf_init(&hashed, PGP_HASHED_MAX);
	self_say(m->device, &hashed);
	pgp_packet_write(m->cert, PGP_TAG_PUBLIC_KEY, buf_bytes(&m->primary));
	pgp_packet_write(m->cert, PGP_TAG_USER_ID, uid);
	err = signature_put(m, PGP_SIG_CERT_POSITIVE, &hashed, &subject);
	buf_release(&hashed);
	return err;
}

static enum ics_err
subkey_put(struct making *m)
{
	struct pgp_subject subject = { .primary = &m->self.by.key };
	struct pgp_key subkey;
	struct buf hashed;
	enum ics_err err;

	buf_init(&hashed, PGP_HASHED_MAX);
	TRY(pgp_key_parse(buf_bytes(&m->subkey), &subkey));
	subject.subkey = &subkey;
	sub_put(PGP_SUB_KEY_FLAGS, FLAGS_ENCRYPT, 1, &hashed);
	pgp_packet_write(m->cert, PGP_TAG_PUBLIC_SUBKEY, buf_bytes(&m->subkey));
	err = signature_put(m, PGP_SIG_SUBKEY_BINDING, &hashed, &subject);
out:
	buf_release(&hashed);
	return err;
}

enum ics_err
sign_device_make(struct sign_agent *agent, const struct sign_device *device,
    struct buf *cert)
{
	const struct key_type *type = key_type_find(device->key_type);
	struct making m = { .device = device, .agent = agent, .cert = cert };
	enum ics_err err;

	buf_init(&m.primary, BODY_MAX);
	buf_init(&m.subkey, BODY_MAX);
	TRY(type != NULL ? ICS_OK : ICS_EUSAGE);
	TRY(key_make(&m, type->param, false, &m.primary));
	TRY(sign_key_read(agent, buf_bytes(&m.primary), &m.self.by));
	TRY(primary_put(&m));
	if (device->has_encryption) {
		TRY(key_make(&m, type->encrypt_param, true, &m.subkey));
		TRY(subkey_put(&m));
	}
	TRY(buf_end(cert));
	err = sign_gpg_import(sign_agent_home(agent), buf_bytes(cert));
out:
	buf_release(&m.primary);
	buf_release(&m.subkey);
	return err;
}

enum ics_err
sign_device_find(struct sign_agent *agent, const char *user_id,
    struct buf *cert)
{
	struct buf exact;
	enum ics_err err;

	buf_init(&exact, PGP_UID_MAX + 2);
	buf_printf(&exact, "=%s", user_id);
	err = sign_gpg_seek(sign_agent_home(agent), buf_str(&exact), cert);
	buf_release(&exact);
	return err;
}
