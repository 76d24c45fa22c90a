/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ssh-keygen -Y sign: a block of base 64 that has the key, a namespace, the
 * name of a digest, and a signature over a frame with all of these.
 */
#include "base/b64.h"
#include "foreign/forms.h"

static const char begin[] = "-----BEGIN SSH SIGNATURE-----";
static const char end[] = "-----END SSH SIGNATURE-----";

static struct bytes
string_take(struct cursor *cur)
{
	return cursor_take(cur, cursor_be32(cur));
}

static bool
is_word(struct bytes b, const char *word)
{
	return bytes_equal(b, bytes_of_str(word));
}

static void
string_put(struct buf *to, struct bytes b)
{
	buf_be32(to, (uint32_t)b.n);
	buf_put(to, b);
}

/* ---- keys ------------------------------------------------------------------- */

static const struct curve_row {
	const char *name; /* behind "ecdsa-sha2-" */
	enum pgp_curve curve;
	uint8_t hash;
} curves[] = {
	{ "nistp256", PGP_CURVE_P256, PGP_HASH_SHA256 },
	{ "nistp384", PGP_CURVE_P384, PGP_HASH_SHA384 },
	{ "nistp521", PGP_CURVE_P521, PGP_HASH_SHA512 },
};

static bool
curve_read(struct cursor *cur, struct compose_key *key)
{
	struct bytes name = string_take(cur);

	key->algo = PGP_ALGO_ECDSA;
	key->point = string_take(cur);
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (is_word(name, curves[i].name))
			key->curve = curves[i].curve;
	return key->curve != PGP_CURVE_NONE;
}

const struct reason *
foreign_ssh_key(struct foreign_sig *sig)
{
	struct compose_key *key = &sig->key.key;
	struct cursor cur;
	struct bytes name;
	bool known = true;

	if (sig->key_octets.n > sizeof(sig->key.room))
		return FOREIGN_REASON(bad_key);
	memcpy(sig->key.room, sig->key_octets.p, sig->key_octets.n);
	sig->key.octets = bytes_of(sig->key.room, sig->key_octets.n);
	*key = (struct compose_key){ .algo = 0 };
	cur = cursor_of(sig->key.octets);
	name = string_take(&cur);
	if (is_word(name, "ssh-ed25519")) {
		key->algo = PGP_ALGO_EDDSA;
		key->curve = PGP_CURVE_ED25519;
		key->point = string_take(&cur);
	} else if (is_word(name, "ssh-rsa")) {
		key->algo = PGP_ALGO_RSA;
		key->e = pgp_mpi_of(string_take(&cur));
		key->n = pgp_mpi_of(string_take(&cur));
	} else if (bytes_starts_with(name, bytes_of_str("ecdsa-sha2-"))) {
		known = curve_read(&cur, key);
	} else {
		known = false;
	}
	if (!known)
		return FOREIGN_REASON(odd_key);
	return cursor_end(&cur) == ICS_OK ? NULL : FOREIGN_REASON(bad_key);
}

/* Of a line as in authorized_keys or allowed_signers: the word behind the
 * key's type. */
static bool
key_line_find(struct bytes file, struct bytes *text)
{
	struct cursor cur = cursor_of(file);

	while (cursor_has(&cur)) {
		struct bytes rest = cur.rest;
		size_t n = 0;

		while (n < rest.n && rest.p[n] > ' ')
			n++;
		*text = cursor_take(&cur, n);
		if (bytes_starts_with(*text, bytes_of_str("AAAA")))
			return true;
		if (cursor_has(&cur))
			(void)cursor_u8(&cur); /* what stood behind it */
	}
	return false;
}

static const struct reason *
key_compare(struct bytes key_file, const struct foreign_sig *sig)
{
	const struct reason *why = NULL;
	struct buf octets;
	struct bytes text;

	if (key_file.n == 0)
		return NULL;
	buf_init(&octets, FOREIGN_SIG_MAX);
	if (!key_line_find(key_file, &text) ||
	    foreign_base64(text, &octets) != ICS_OK)
		why = FOREIGN_REASON(bad_key);
	else if (!bytes_equal(buf_bytes(&octets), buf_bytes(&sig->key_octets)))
		why = FOREIGN_REASON(other_key);
	buf_release(&octets);
	return why;
}

/* ---- signatures --------------------------------------------------------------- */

static const struct reason *
blob_read(struct bytes blob, struct foreign_sig *sig)
{
	struct cursor cur = cursor_of(blob);
	struct bytes hash;

	if (!is_word(cursor_take(&cur, 6), "SSHSIG") || cursor_be32(&cur) != 1)
		return FOREIGN_REASON(not_signature);
	buf_put(&sig->key_octets, string_take(&cur));
	buf_put(&sig->words, string_take(&cur));
	(void)string_take(&cur); /* reserved, and ignored by all */
	hash = string_take(&cur);
	buf_put(&sig->sig, string_take(&cur));
	if (cursor_end(&cur) != ICS_OK || sig->words.n == 0 ||
	    buf_end(&sig->key_octets) != ICS_OK ||
	    buf_end(&sig->words) != ICS_OK || buf_end(&sig->sig) != ICS_OK)
		return FOREIGN_REASON(not_signature);
	sig->form = FOREIGN_SSH_SHA512;
	if (is_word(hash, "sha256"))
		sig->form = FOREIGN_SSH_SHA256;
	else if (!is_word(hash, "sha512"))
		return FOREIGN_REASON(odd_signature);
	return foreign_ssh_key(sig);
}

const struct reason *
foreign_ssh_read(struct bytes sig_file, struct bytes key_file,
    struct foreign_sig *sig)
{
	const struct reason *why = FOREIGN_REASON(not_signature);
	struct cursor cur = cursor_of(sig_file);
	struct bytes line;
	struct buf text, blob;

	buf_init(&text, FOREIGN_FILE_MAX);
	buf_init(&blob, FOREIGN_FILE_MAX);
	if (foreign_line_next(&cur, &line) && is_word(line, begin)) {
		while (foreign_line_next(&cur, &line) && !is_word(line, end))
			buf_put(&text, line);
		if (buf_end(&text) == ICS_OK &&
		    b64_read(buf_bytes(&text), &blob) == ICS_OK)
			why = blob_read(buf_bytes(&blob), sig);
	}
	buf_release(&text);
	buf_release(&blob);
	return why == NULL ? key_compare(key_file, sig) : why;
}

void
foreign_ssh_frame(const struct foreign_sig *sig, struct bytes digest,
    struct buf *frame)
{
	const char *hash =
	    sig->form == FOREIGN_SSH_SHA256 ? "sha256" : "sha512";

	buf_put_str(frame, "SSHSIG");
	string_put(frame, buf_bytes(&sig->words));
	string_put(frame, bytes_of(NULL, 0));
	string_put(frame, bytes_of_str(hash));
	string_put(frame, digest);
}

static bool
pair_write(struct bytes pair, struct buf *values)
{
	struct cursor cur = cursor_of(pair);

	pgp_mpi_write(pgp_mpi_of(string_take(&cur)), values);
	pgp_mpi_write(pgp_mpi_of(string_take(&cur)), values);
	return cursor_end(&cur) == ICS_OK;
}

bool
foreign_ssh_values(const struct foreign_sig *sig, struct buf *values,
    uint8_t *hash)
{
	struct cursor cur = cursor_of(buf_bytes(&sig->sig));
	struct bytes name = string_take(&cur), blob = string_take(&cur);

	*hash = 0;
	if (cursor_end(&cur) != ICS_OK)
		return false;
	if (is_word(name, "ssh-ed25519")) {
		if (blob.n != 64)
			return false;
		pgp_mpi_write(pgp_mpi_of(bytes_of(blob.p, 32)), values);
		pgp_mpi_write(pgp_mpi_of(bytes_of(blob.p + 32, 32)), values);
		return sig->key.key.algo == PGP_ALGO_EDDSA;
	}
	if (is_word(name, "rsa-sha2-256") || is_word(name, "rsa-sha2-512")) {
		*hash = is_word(name, "rsa-sha2-256") ? PGP_HASH_SHA256
						      : PGP_HASH_SHA512;
		pgp_mpi_write(pgp_mpi_of(blob), values);
		return sig->key.key.algo == PGP_ALGO_RSA;
	}
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (sig->key.key.curve == curves[i].curve)
			*hash = curves[i].hash;
	return sig->key.key.algo == PGP_ALGO_ECDSA && *hash != 0 &&
	       bytes_starts_with(name, bytes_of_str("ecdsa-sha2-")) &&
	       pair_write(blob, values);
}
