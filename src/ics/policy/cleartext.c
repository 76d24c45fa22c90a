/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text and its owner's signature, type 0x01, under it. */
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

/* Whoever goes on from a text vouches for all of it: it is what the owner
 * wrote, and not what a server made of it. */
static enum ics_err
before_check(const struct policy_signing *what, const struct sign_signer *s)
{
	const struct domain_judge by = { s->cert.clean, what->now };
	struct report rep = { 0 };
	int64_t created;
	bool is_good = what->follows == NULL ||
		       domain_signed_check(what->follows, &by, &rep, &created);

	report_release(&rep);
	if (is_good)
		return ICS_OK;
	out_fail("who would sign did not sign the version in force: read it "
		 "(ics domain show -o FILE), then ics policy sign --bump and "
		 "ics policy put");
	return ICS_EDENIED;
}

static enum ics_err
signature_put(const struct sign_signer *s, const struct policy_signing *what,
    struct bytes text, struct buf *out)
{
	struct pgp_subject subject = { 0 };
	const struct compose_order order = { .type = PGP_SIG_TEXT,
		.created = (uint32_t)what->now };
	struct buf canonical, body, packet;
	enum ics_err err;

	buf_init(&canonical, 2 * (size_t)DOMAIN_TEXT_MAX);
	buf_init(&body, PGP_SIG_MAX);
	buf_init(&packet, 2 * (size_t)PGP_SIG_MAX);
	domain_text_canonical(text, &canonical);
	TRY(buf_end(&canonical));
	subject.document = buf_bytes(&canonical);
	TRY(sign_by(s, &order, &subject, &body));
	pgp_packet_write(&packet, PGP_TAG_SIGNATURE, buf_bytes(&body));
	domain_signed_write(&s->by.key, text, buf_bytes(&packet), out);
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
	TRY(before_check(what, &s));
	s.about = what->about;
	TRY(signature_put(&s, what, text, out));
	err = result_check(&s, what->now,
	    bytes_of(out->p + before, out->n - before));
out:
	sign_signer_release(&s);
	sign_agent_free(agent);
	return err;
}
