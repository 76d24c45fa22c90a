/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who made a bare signature: which certificate has a key that it names, and
 * that made it (pgp_record_verify).
 */
#include "intake/work.h"

#define FLAG_SIGN	 0x02u
#define SIGNER_CERTS_MAX 8 /* certificates tried for one signature */

/* One signature while its maker is looked for. */
struct look {
	const struct pgp_sig *sig;
	const struct pgp_subject *subject;
	struct signer *out;
	size_t tried;
};

static bool
is_named(const struct pgp_sig *sig, const struct pgp_fpr *fpr, uint64_t keyid)
{
	return sig->issuer.version != 0 ? pgp_fpr_equal(&sig->issuer, fpr)
					: sig->issuer_keyid == keyid;
}

static bool
is_found(const struct signer *s)
{
	return s->verdict == PGP_GOOD || s->verdict == PGP_WEAK ||
	       s->verdict == PGP_REVOKED;
}

/* A primary key is in one certificate only; then the look is over. */
static bool
is_sure(const struct signer *s)
{
	return is_found(s) && pgp_fpr_equal(&s->key, &s->cert);
}

/* What makes a refusal understandable: is the key there, and older? */
static void
key_note(const struct look *l, const struct pgp_key *key)
{
	if (!is_named(l->sig, &key->fpr, key->keyid))
		return;
	l->out->is_known = true;
	l->out->is_early |= l->sig->created < key->created;
}

/* Of several certificates that hold the key the one with the smallest
 * fingerprint has it, so that the order they came in does not tell. */
static bool
is_better(const struct signer *s, const struct signer *than)
{
	if (than->verdict == PGP_UNKNOWN)
		return true;
	if (!is_found(s) || !is_found(than))
		return !is_found(than) && s->verdict < than->verdict;
	return bytes_compare(pgp_fpr_bytes(&s->cert),
		   pgp_fpr_bytes(&than->cert)) < 0;
}

static void
cert_try(struct look *l, const struct pgp_cert *cert,
    const struct pgp_facts *facts)
{
	struct signer s = *l->out;

	l->tried++;
	key_note(l, facts->primary.key);
	for (size_t i = 0; i < facts->subkeys_n; i++)
		key_note(l, facts->subkeys[i].key);
	s.cert = pgp_cert_primary(cert)->fpr;
	s.verdict = pgp_record_verify(l->sig, facts, l->subject, &s.key);
	if (s.verdict == PGP_UNKNOWN || !is_better(&s, l->out))
		return;
	l->out->cert = s.cert;
	l->out->key = s.key;
	l->out->verdict = s.verdict;
}

/* ---- where certificates come from ---- */

static void
own_try(struct checker *c, struct look *l)
{
	uint64_t keyid = l->sig->issuer_keyid;
	const struct pgp_cert *cert;

	for (size_t i = own_first(c, keyid);
	     l->tried < SIGNER_CERTS_MAX && !is_sure(l->out) &&
	     (cert = own_cert(c, i, keyid)) != NULL;
	     i++) {
		struct pgp_facts facts;

		pgp_cert_facts(cert, &facts);
		cert_try(l, cert, &facts);
		pgp_facts_release(&facts);
	}
}

void
last_forget(struct last_cert *last)
{
	pgp_facts_release(&last->facts);
	pgp_cert_free(last->cert);
	*last = (struct last_cert){ 0 };
}

/* Parsed, unless it is the one that was asked for last: records come many of
 * one issuer. */
static enum ics_err
stored_try(struct checker *c, struct look *l, const struct store_cert *row)
{
	struct report ignored = { 0 }; /* it was clean when stored */
	struct last_cert *last = &c->last;
	enum ics_err err;

	if (last->cert == NULL || memcmp(last->digest, row->digest, 32) != 0) {
		last_forget(last);
		err = pgp_cert_parse(row->data, &ignored, &last->cert);
		report_release(&ignored);
		if (err != ICS_OK)
			return ICS_ECORRUPT;
		pgp_cert_facts(last->cert, &last->facts);
		memcpy(last->digest, row->digest, 32);
	}
	cert_try(l, last->cert, &last->facts);
	return ICS_OK;
}

/* Is it worth to read the certificate of this summary? Anybody can bind a
 * key to himself as one that does not sign; it costs him, not us. */
static bool
summary_fits(struct look *l, struct bytes summary)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row;

	while (store_summary_next(&cur, &row) == ICS_OK) {
		if (row.kind == STORE_ROW_UID ||
		    !is_named(l->sig, &row.fpr, row.keyid))
			continue;
		l->out->is_known = true;
		if (row.kind == STORE_ROW_KEY ||
		    (row.key_flags & FLAG_SIGN) != 0)
			return true;
	}
	return false;
}

static enum ics_err
hits_try(struct checker *c, struct look *l, const struct store_hits *hits)
{
	struct store_cert row;
	struct bytes summary;
	enum ics_err err = ICS_OK;

	for (size_t i = 0;
	     i < hits->n && l->tried < SIGNER_CERTS_MAX && !is_sure(l->out);
	     i++) {
		TRY(store_summary_get(c->reader, hits->ids[i], &summary));
		if (!summary_fits(l, summary))
			continue;
		TRY(store_cert_get(c->reader, hits->ids[i], &row));
		TRY(stored_try(c, l, &row));
	}
out:
	return err;
}

static enum ics_err
primary_try(struct checker *c, struct look *l)
{
	struct store_cert row;
	enum ics_err err =
	    store_cert_get_primary(c->reader, &l->sig->issuer, &row);

	if (err == ICS_OK)
		return stored_try(c, l, &row);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
signer_find(struct checker *c, const struct pgp_sig *sig,
    const struct pgp_subject *subject, struct signer *out)
{
	struct look l = { .sig = sig, .subject = subject, .out = out };
	struct store_hits hits = { .n = 0 };
	enum ics_err err;

	*out = (struct signer){ .verdict = PGP_UNKNOWN };
	own_try(c, &l);
	if (is_sure(out))
		return ICS_OK;
	if (sig->issuer.version != 0) {
		TRY(primary_try(c, &l));
		if (is_sure(out))
			return ICS_OK;
		TRY(store_find_fpr(c->reader, &sig->issuer, &hits));
	} else {
		TRY(store_find_keyid(c->reader, sig->issuer_keyid, &hits));
	}
	TRY(hits_try(c, &l, &hits));
out:
	return err;
}
