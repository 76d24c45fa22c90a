/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets into one certificate (RFC 9580 section 10). Reading collects parts
 * and signatures in the order they come; sorting then unites what is the same
 * and leaves the canonical order, so that equal content gives equal
 * certificates however it arrived. Invariant: after pgp_cert_parse both
 * arrays are canonical; pgp_cert_write has only to walk them.
 */
#include <stdlib.h>

#include "pgp/registry.h"
#include "pgp/wire.h"

static enum ics_err
refuse(struct pgp_draft *draft, enum ics_err err, const char *what)
{
	const struct reason *why = err == ICS_ETRUNCATED ? PGP_REASON(truncated)
				   : err == ICS_ETOOBIG	 ? PGP_REASON(too_big)
				   : err == ICS_EUNSUPPORTED
				       ? PGP_REASON(bad_version)
				   : err == ICS_ESECRET ? PGP_REASON(secret_key)
							: PGP_REASON(malformed);

	report_add(draft->rep, why, "%s", what);
	return err;
}

static enum ics_err
part_add(struct pgp_draft *draft, enum pgp_part_kind kind, struct bytes body)
{
	struct pgp_draft_part *p;

	if (draft->parts.n >= PGP_PARTS_MAX) {
		report_add(draft->rep, PGP_REASON(too_many_parts), "%u",
		    PGP_PARTS_MAX);
		return ICS_ETOOBIG;
	}
	draft->here = draft->parts.n;
	p = pgp_draft_parts_add(&draft->parts);
	p->part.kind = kind;
	p->part.body = body;
	p->read_as = draft->here;
	return ICS_OK;
}

/* A repeated primary key is no harm when it is the same one. */
static enum ics_err
primary_read(struct pgp_draft *draft, struct bytes body)
{
	struct pgp_key key;
	enum ics_err err;

	if (draft->parts.n > 0) {
		draft->here = 0;
		return bytes_equal(draft->parts.at[0].part.body, body)
			   ? ICS_OK
			   : refuse(draft, ICS_EFORMAT, "two primary keys");
	}
	err = pgp_key_parse(body, &key);
	if (err != ICS_OK)
		return refuse(draft, err, "primary key");
	err = part_add(draft, PGP_PART_PRIMARY, body);
	if (err == ICS_OK)
		draft->parts.at[0].part.key = key;
	return err;
}

static enum ics_err
uid_read(struct pgp_draft *draft, struct bytes body)
{
	const struct reason *unfit = pgp_uid_unfit(body);

	if (unfit == NULL)
		return part_add(draft, PGP_PART_UID, body);
	report_add(draft->rep, unfit, "User ID of %zu octets", body.n);
	return ICS_OK;
}

static enum ics_err
attribute_read(struct pgp_draft *draft, struct bytes body)
{
	if (body.n <= PGP_UAT_MAX)
		return part_add(draft, PGP_PART_UAT, body);
	report_add(draft->rep, PGP_REASON(attribute), "of %zu octets", body.n);
	return ICS_OK;
}

static enum ics_err
subkey_read(struct pgp_draft *draft, struct bytes body)
{
	struct pgp_key key;
	enum ics_err err = pgp_key_parse(body, &key);

	if (err == ICS_OK && key.version != draft->parts.at[0].part.key.version)
		err = ICS_EUNSUPPORTED;
	if (err != ICS_OK) {
		report_add(draft->rep, PGP_REASON(bad_subkey),
		    "subkey of version %u, algorithm %u: %s", key.version,
		    key.algo, err_words(err));
		return ICS_OK;
	}
	err = part_add(draft, PGP_PART_SUBKEY, body);
	if (err == ICS_OK)
		draft->parts.at[draft->here].part.key = key;
	return err;
}

bool
pgp_sig_is_foreign(uint8_t type)
{
	return type == PGP_SIG_BINARY || type == PGP_SIG_TEXT ||
	       type == PGP_SIG_STANDALONE || type == PGP_SIG_TIMESTAMP ||
	       type == PGP_SIG_CONFIRMATION;
}

static const struct reason *
sig_unfit(enum ics_err err, const struct pgp_sig *sig)
{
	if (err == ICS_ETOOBIG)
		return PGP_REASON(long_signature);
	if (err == ICS_EUNSUPPORTED)
		return PGP_REASON(unsupported);
	if (err != ICS_OK)
		return PGP_REASON(malformed_part);
	return pgp_sig_is_foreign(sig->type) ? PGP_REASON(misplaced) : NULL;
}

static enum ics_err
sig_read(struct pgp_draft *draft, struct bytes body)
{
	const struct reason *unfit;
	struct pgp_draft_sig *s;
	struct pgp_sig sig;

	if (++draft->sigs_seen > PGP_SIGS_MAX) {
		report_add(draft->rep, PGP_REASON(too_many_signatures), "%u",
		    PGP_SIGS_MAX);
		return ICS_ETOOBIG;
	}
	unfit = sig_unfit(pgp_sig_parse(body, &sig), &sig);
	if (unfit != NULL) {
		report_add(draft->rep, unfit,
		    "signature of version %u, type 0x%02x by %016llx",
		    sig.version, sig.type,
		    (unsigned long long)sig.issuer_keyid);
		return ICS_OK;
	}
	if (draft->here == PGP_NOWHERE)
		return ICS_OK; /* its part was dropped and reported */
	s = pgp_draft_sigs_add(&draft->sigs);
	s->sig = sig;
	s->part = draft->here;
	s->is_revocation = pgp_sig_is_revocation(&sig);
	s->is_self = pgp_sig_is_by(&sig, &draft->parts.at[0].part.key);
	return ICS_OK;
}

static enum ics_err
other_read(struct pgp_draft *draft, const struct pgp_packet *packet)
{
	enum pgp_treatment treatment = pgp_tag_treatment(packet->tag);

	if (treatment == PGP_TREAT_REFUSE)
		return refuse(draft, ICS_ESECRET, pgp_tag_words(packet->tag));
	if (treatment == PGP_TREAT_DROP)
		report_add(draft->rep, PGP_REASON(foreign_packet),
		    "packet of type %u (%s)", packet->tag,
		    pgp_tag_words(packet->tag));
	return ICS_OK;
}

static enum ics_err (*const part_readers[64])(struct pgp_draft *draft,
    struct bytes body) = {
	[PGP_TAG_PUBLIC_KEY] = primary_read,
	[PGP_TAG_USER_ID] = uid_read,
	[PGP_TAG_USER_ATTRIBUTE] = attribute_read,
	[PGP_TAG_PUBLIC_SUBKEY] = subkey_read,
};

static enum ics_err
packet_read(struct pgp_draft *draft, const struct pgp_packet *packet)
{
	enum ics_err (*reader)(struct pgp_draft *, struct bytes) =
	    part_readers[packet->tag & 63];

	if (draft->parts.n == 0 && packet->tag != PGP_TAG_PUBLIC_KEY &&
	    pgp_tag_treatment(packet->tag) == PGP_TREAT_KEEP)
		return refuse(draft, ICS_EFORMAT, "no primary key in front");
	if (packet->tag == PGP_TAG_SIGNATURE)
		return sig_read(draft, packet->body);
	if (reader == NULL)
		return other_read(draft, packet);
	/* Until the part is accepted its signatures have no place. */
	draft->here = PGP_NOWHERE;
	return reader(draft, packet->body);
}

static enum ics_err
packets_read(struct pgp_draft *draft, struct bytes data)
{
	struct cursor cur = cursor_of(data);
	struct pgp_packet packet;
	enum ics_err err;

	while ((err = pgp_packet_next(&cur, &packet)) == ICS_OK) {
		err = packet_read(draft, &packet);
		if (err != ICS_OK)
			return err;
	}
	if (err != ICS_ENOTFOUND)
		return refuse(draft, err, "packet framing");
	if (draft->parts.n == 0)
		return refuse(draft, ICS_EFORMAT, "no primary key");
	return ICS_OK;
}

enum ics_err
pgp_cert_parse(struct bytes data, struct report *rep, struct pgp_cert **cert)
{
	struct pgp_draft draft = { .rep = rep, .here = PGP_NOWHERE };
	struct bytes copy = { NULL, 0 };
	enum ics_err err;

	*cert = NULL;
	if (data.n > PGP_CERT_RAW_MAX)
		TRY(refuse(&draft, ICS_ETOOBIG, "certificate"));
	copy = alloc_bytes(data);
	TRY(packets_read(&draft, copy));
	*cert = pgp_draft_finish(&draft, copy);
	copy.p = NULL;
out:
	alloc_bytes_free(copy);
	pgp_draft_parts_release(&draft.parts);
	pgp_draft_sigs_release(&draft.sigs);
	return err;
}

void
pgp_cert_free(struct pgp_cert *cert)
{
	if (cert == NULL)
		return;
	alloc_bytes_free(cert->data);
	free(cert->parts);
	free(cert->sigs);
	free(cert);
}

/*
 * ---- a certificate as octets ----
 *
 * The arrays are in canonical order already, so both forms are one walk; the
 * legacy form leaves out what makes GnuPG 2.2 lose a whole certificate.
 */

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
