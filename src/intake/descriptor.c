/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy descriptor, on a checker: who signed it, and only then what it
 * says. Whether it may follow what is here is for the writer: rule.c.
 */
#include "base/clock.h"
#include "intake/work.h"

struct judging {
	struct checker *c;
	struct intake_item *item;
	struct change *change;
	struct domain_signed text;
	struct descriptor *out;
	struct signer signer; /* of the signature at hand */
};

static void
refuse(struct judging *j, const struct reason *reason)
{
	work_item_refuse(j->item, reason);
}

/* ---- who signed ---- */

static bool
has_signer(const struct descriptor *d, const struct pgp_fpr *fpr)
{
	for (size_t i = 0; i < d->signers_n; i++)
		if (pgp_fpr_equal(&d->signers[i].fpr, fpr))
			return true;
	return false;
}

/* The certificate of who made a signature: of this submission, or stored. The
 * caller frees *stored. */
static enum ics_err
cert_find(struct judging *j, const struct pgp_cert **cert,
    struct pgp_cert **stored)
{
	struct checker *c = j->c;
	uint8_t digest[32];
	enum ics_err err;

	*stored = NULL;
	*cert = own_cert_primary(c, &j->signer.cert);
	if (*cert != NULL)
		return ICS_OK;
	TRY(stored_get(c, &j->signer.cert, stored, digest));
	*cert = *stored;
out:
	return err;
}

/* By this certificate, with the date of its newest good signature. */
static enum ics_err
signer_take(struct judging *j)
{
	struct domain_judge by = { .now = clock_now() };
	struct pgp_cert *stored = NULL;
	struct descriptor *d = j->out;
	int64_t created;
	enum ics_err err;

	if (has_signer(d, &j->signer.cert))
		return ICS_OK;
	TRY(cert_find(j, &by.owner, &stored));
	if (by.owner != NULL &&
	    domain_signed_check(&j->text, &by, &j->item->rep, &created))
		d->signers[d->signers_n++] =
		    (struct descriptor_signer){ j->signer.cert, created };
out:
	pgp_cert_free(stored);
	return err;
}

static bool
is_made(const struct signer *s)
{
	return s->verdict == PGP_GOOD || s->verdict == PGP_WEAK;
}

/* Each signature by whom it names; *absent: some key is not here. */
static enum ics_err
signers_find(struct judging *j, uint64_t *absent)
{
	const struct pgp_subject subject = { .document =
						 buf_bytes(&j->text.text) };
	struct cursor cur = cursor_of(buf_bytes(&j->text.packets));
	struct pgp_packet packet;
	struct pgp_sig sig;
	enum ics_err err = ICS_OK;

	*absent = 0;
	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (pgp_sig_parse(packet.body, &sig) != ICS_OK ||
		    sig.issuer_keyid == 0)
			continue;
		TRY(signer_find(j->c, &sig, &subject, &j->signer));
		if (!j->signer.is_known)
			*absent = sig.issuer_keyid;
		else if (is_made(&j->signer))
			TRY(signer_take(j));
	}
out:
	return err;
}

/* ---- what it says ---- */

/* Each complaint as a finding: they carry their lines. */
static void
complaints_tell(struct judging *j, const struct domain_complaints *c)
{
	struct cursor cur = cursor_of(buf_bytes(&c->lines));

	while (cursor_has(&cur)) {
		const uint8_t *end = memchr(cur.rest.p, '\n', cur.rest.n);
		size_t n =
		    end == NULL ? cur.rest.n : (size_t)(end - cur.rest.p);
		struct bytes line = cursor_take(&cur, n);

		(void)cursor_u8(&cur); /* the line's end, if there is one */
		report_add(&j->item->rep, INTAKE_REASON(bad_descriptor),
		    "line %.*s", (int)line.n, (const char *)line.p);
	}
}

static void
domain_take(struct judging *j)
{
	struct domain_complaints complaints = { 0 };
	struct policy_domain *domain =
	    domain_read(buf_bytes(&j->text.plain), &complaints);
	struct descriptor *d = j->out;

	if (domain == NULL) {
		j->item->outcome = INTAKE_INVALID;
		complaints_tell(j, &complaints);
	} else {
		memcpy(j->item->domain, domain->name, sizeof(domain->name));
		j->item->serial = domain->serial;
		memcpy(d->name, domain->name, sizeof(d->name));
		d->serial = domain->serial;
		d->owner = domain->owner;
		j->change->descriptor = d;
		j->out = NULL;
	}
	domain_complaints_release(&complaints);
	policy_domain_free(domain);
}

static enum ics_err
signed_judge(struct judging *j)
{
	uint64_t absent;
	enum ics_err err;

	TRY(signers_find(j, &absent));
	if (j->out->signers_n > 0) {
		j->item->fpr = j->out->signers[0].fpr;
		domain_take(j);
	} else if (absent != 0) {
		j->item->outcome = INTAKE_INVALID;
		report_add(&j->item->rep, INTAKE_REASON(absent_owner),
		    "key %016llX", (unsigned long long)absent);
	} else {
		refuse(j, INTAKE_REASON(bad_descriptor_signature));
	}
out:
	return err;
}

/* Up to the end of the signature: so what is kept ends alike, whatever stands
 * behind it in the file. */
static struct bytes
text_trim(struct bytes text)
{
	while (text.n > 0 &&
	       (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r' ||
		   text.p[text.n - 1] == ' '))
		text.n--;
	return text;
}

static struct bytes
text_keep(struct bytes text)
{
	struct buf out;

	buf_init(&out, DOMAIN_TEXT_MAX + 1);
	buf_put(&out, text_trim(text));
	buf_put_str(&out, "\n");
	return buf_take(&out);
}

enum ics_err
descriptor_judge(struct checker *c, struct bytes block,
    struct intake_item *item, struct change *change)
{
	struct judging j = { .c = c, .item = item, .change = change };
	struct bytes text = { 0 };
	enum ics_err err = pgp_text_read(block, &text);

	item->is_descriptor = true;
	if (err == ICS_OK && text.n >= STORE_DESCRIPTOR_OCTETS)
		err = ICS_ETOOBIG;
	if (err == ICS_OK)
		err = domain_signed_read(text, &j.text);
	else
		j.text = (struct domain_signed){ 0 };
	if (err != ICS_OK) {
		refuse(&j, err == ICS_ETOOBIG ? INTAKE_REASON(long_descriptor)
					      : INTAKE_REASON(no_descriptor));
		err = ICS_OK;
		goto out;
	}
	j.out = alloc_zero(1, sizeof(*j.out));
	j.out->text = text_keep(text);
	j.out->plain = buf_take(&j.text.plain);
	buf_init(&j.text.plain, DOMAIN_TEXT_MAX);
	buf_put(&j.text.plain, j.out->plain);
	TRY(signed_judge(&j));
out:
	descriptor_free(j.out);
	domain_signed_release(&j.text);
	return err;
}

void
descriptor_free(struct descriptor *d)
{
	if (d == NULL)
		return;
	alloc_bytes_free(d->text);
	alloc_bytes_free(d->plain);
	free(d);
}
