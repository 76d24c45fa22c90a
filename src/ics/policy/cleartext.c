/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text and its owner's signature, type 0x01, under it. */
#include <ctype.h>
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"
#include "sign/signer.h"

/* Who signs must be the owner: his certificate, any key of it. */
static enum ics_err
owner_check(const struct policy_signing *what, const struct sign_signer *s)
{
	const struct pgp_fpr *fpr = &pgp_cert_primary(s->cert.clean)->fpr;
	char owner[PGP_FPR_TEXT_MAX + 2], signer[PGP_FPR_TEXT_MAX + 2];

	if (pgp_fpr_equal(fpr, what->owner))
		return ICS_OK;
	notations_vfp_text(what->owner, owner);
	notations_vfp_text(fpr, signer);
	out_fail("the owner of this domain is %s, and not %s, who would sign",
	    owner, signer);
	return ICS_EDENIED;
}

/* Version 6 does without the header. Spec: RFC 9580 7. */
static void
head_put(const struct pgp_key *key, struct buf *out)
{
	const char *word = notations_hash_word(compose_hash(key));

	buf_put_str(out, "-----BEGIN PGP SIGNED MESSAGE-----\n");
	if (key->version == 4) {
		buf_put_str(out, "Hash: ");
		for (; *word != '\0'; word++)
			buf_u8(out, (uint8_t)toupper((unsigned char)*word));
		buf_put_str(out, "\n");
	}
	buf_put_str(out, "\n");
}

static enum ics_err
signature_put(const struct sign_signer *s, const struct policy_signing *what,
    struct bytes text, struct buf *out)
{
	struct pgp_subject subject = { 0 };
	const struct compose_order order = { .type = PGP_SIG_TEXT,
		.created = (uint32_t)what->now };
	struct buf canonical, body, packet;
	uint8_t *room;
	enum ics_err err;

	buf_init(&canonical, 2 * (size_t)DOMAIN_TEXT_MAX);
	buf_init(&body, PGP_SIG_MAX);
	buf_init(&packet, 2 * (size_t)PGP_SIG_MAX);
	domain_text_canonical(text, &canonical);
	TRY(buf_end(&canonical));
	subject.document = buf_bytes(&canonical);
	TRY(sign_by(s, &order, &subject, &body));
	pgp_packet_write(&packet, PGP_TAG_SIGNATURE, buf_bytes(&body));
	room = buf_grow(out, pgp_armor_length(packet.n, PGP_ARMOR_SIG, true));
	if (room != NULL)
		pgp_armor_write(buf_bytes(&packet), PGP_ARMOR_SIG,
		    pgp_crc24(buf_bytes(&packet)), room);
	err = buf_end(out);
out:
	buf_release(&canonical);
	buf_release(&body);
	buf_release(&packet);
	return err;
}

/* As a server will read it. */
static enum ics_err
result_check(const struct sign_signer *s, int64_t now, struct bytes made)
{
	const struct domain_judge by = { s->cert.clean, now };
	struct domain_signed again;
	struct report rep = { 0 };
	int64_t created;
	enum ics_err err = domain_signed_read(made, &again);

	if (err == ICS_OK && !domain_signed_check(&again, &by, &rep, &created))
		err = ICS_ECORRUPT;
	if (err != ICS_OK)
		out_fail("the signed text would be refused: %s",
		    report_worst(&rep) != NULL
			? report_worst(&rep)->reason->words
			: err_words(err));
	report_release(&rep);
	domain_signed_release(&again);
	return err;
}

enum ics_err
policy_text_sign(const struct policy_signing *what, struct bytes text,
    struct buf *out)
{
	const struct sign_wanted wanted = {
		.who = what->who, .purpose = SIGN_RECORD, .now = what->now
	};
	struct sign_signer s = { .about = NULL };
	struct sign_agent *agent = NULL;
	size_t before = out->n;
	enum ics_err err;

	TRY(sign_agent_new(&what->how, &agent));
	TRY(sign_signer_find(agent, &wanted, &s));
	TRY(owner_check(what, &s));
	s.about = what->about;
	head_put(&s.by.key, out);
	domain_text_escaped(text, out);
	TRY(signature_put(&s, what, text, out));
	err = result_check(&s, what->now,
	    bytes_of(out->p + before, out->n - before));
out:
	sign_signer_release(&s);
	sign_agent_free(agent);
	return err;
}
