/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A certificate as octets. The arrays are in canonical order already, so both
 * forms are one walk; the legacy form leaves out what makes GnuPG 2.2 lose a
 * whole certificate.
 */
#include "pgp/registry.h"
#include "pgp/wire.h"

static const uint8_t tag_of[] = {
	[PGP_PART_PRIMARY] = PGP_TAG_PUBLIC_KEY,
	[PGP_PART_UID] = PGP_TAG_USER_ID,
	[PGP_PART_UAT] = PGP_TAG_USER_ATTRIBUTE,
	[PGP_PART_SUBKEY] = PGP_TAG_PUBLIC_SUBKEY,
};

/* gpg 2.2 reads keys and signatures up to version 4. */
#define LEGACY_VERSION_MAX 4

static bool
part_is_modern(const struct pgp_part *part)
{
	return part->kind == PGP_PART_UAT ||
	       (part->kind != PGP_PART_UID &&
		   part->key.version > LEGACY_VERSION_MAX);
}

/* gpg gives up at an area of more than 10000 octets, signed or not. */
static bool
sig_is_modern(const struct pgp_sig *sig)
{
	return sig->version > LEGACY_VERSION_MAX ||
	       sig->unhashed.n > PGP_HASHED_MAX;
}

static bool
is_hard_revocation(const struct pgp_cert *cert, const struct pgp_sig *sig)
{
	return sig->type == PGP_SIG_KEY_REVOCATION && pgp_sig_is_hard(sig) &&
	       pgp_sig_is_by(sig, pgp_cert_primary(cert));
}

/*
 * gpg skips a key without User IDs, but takes a bare revocation of a key that
 * it already has.
 */
static bool
is_only_revocation(const struct pgp_cert *cert)
{
	const struct pgp_part *primary = &cert->parts[0];
	bool revoked = false;

	for (size_t i = 0; i < cert->parts_n; i++)
		if (cert->parts[i].kind == PGP_PART_UID)
			return false;
	for (size_t i = 0; i < primary->sig_n; i++)
		revoked |= is_hard_revocation(cert,
		    &cert->sigs[primary->sig_first + i]);
	return revoked;
}

bool
pgp_cert_has_modern(const struct pgp_cert *cert)
{
	for (size_t i = 0; i < cert->parts_n; i++)
		if (part_is_modern(&cert->parts[i]))
			return true;
	for (size_t i = 0; i < cert->sigs_n; i++)
		if (sig_is_modern(&cert->sigs[i]))
			return true;
	return is_only_revocation(cert);
}

static void
part_write(const struct pgp_cert *cert, const struct pgp_part *part,
    enum pgp_form form, struct buf *out)
{
	pgp_packet_write(out, tag_of[part->kind], part->body);
	for (size_t i = 0; i < part->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[part->sig_first + i];

		if (form == PGP_FORM_FULL || !sig_is_modern(sig))
			pgp_packet_write(out, PGP_TAG_SIGNATURE, sig->body);
	}
}

static void
revocations_write(const struct pgp_cert *cert, struct buf *out)
{
	const struct pgp_part *primary = &cert->parts[0];

	for (size_t i = 0; i < primary->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[primary->sig_first + i];

		if (is_hard_revocation(cert, sig) && !sig_is_modern(sig))
			pgp_packet_write(out, PGP_TAG_SIGNATURE, sig->body);
	}
}

void
pgp_cert_write(const struct pgp_cert *cert, enum pgp_form form, struct buf *out)
{
	if (form == PGP_FORM_LEGACY && part_is_modern(&cert->parts[0]))
		return;
	if (form == PGP_FORM_LEGACY && is_only_revocation(cert)) {
		revocations_write(cert, out);
		return;
	}
	for (size_t i = 0; i < cert->parts_n; i++)
		if (form == PGP_FORM_FULL || !part_is_modern(&cert->parts[i]))
			part_write(cert, &cert->parts[i], form, out);
}
