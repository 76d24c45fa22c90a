/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures by issuers that are not here: set aside when their certificate
 * is judged, tried again, all of a certificate at once, when one of the
 * issuers arrives.
 */
#include <stdlib.h>

#include "intake/work.h"

static uint8_t
part_tag(enum pgp_part_kind kind)
{
	switch (kind) {
	case PGP_PART_PRIMARY:
		return PGP_TAG_PUBLIC_KEY;
	case PGP_PART_UID:
		return PGP_TAG_USER_ID;
	case PGP_PART_UAT:
		return PGP_TAG_USER_ATTRIBUTE;
	case PGP_PART_SUBKEY:
		return PGP_TAG_PUBLIC_SUBKEY;
	}
	return 0;
}

static bool
is_kept(const struct pgp_cert *kept, const struct pgp_part *part)
{
	for (size_t i = 0; i < kept->parts_n; i++)
		if (kept->parts[i].kind == part->kind &&
		    bytes_equal(kept->parts[i].body, part->body))
			return true;
	return false;
}

static void
sig_set_aside(const struct pgp_key *primary, const struct pgp_part *part,
    const struct pgp_sig *sig, struct waiting_array *waiting)
{
	struct waiting_sig *w = waiting_array_add(waiting);
	struct buf body;

	buf_init(&body, PGP_SIG_MAX);
	pgp_sig_normalise(sig, &body);
	*w = (struct waiting_sig){
		.issuer_keyid = sig->issuer_keyid,
		.issuer = sig->issuer,
		.cert = primary->fpr,
		.part_tag = part_tag(part->kind),
		/* The primary is known by its fingerprint. */
		.part = alloc_bytes(part->kind == PGP_PART_PRIMARY
					? bytes_of(NULL, 0)
					: part->body),
		.sig = buf_take(&body),
	};
}

void
waiting_collect(const struct pgp_cert *cert, const enum pgp_verdict *verdicts,
    const struct pgp_cert *kept, struct waiting_array *waiting)
{
	for (size_t i = 0; i < cert->parts_n; i++) {
		const struct pgp_part *part = &cert->parts[i];
		size_t end = part->sig_first + part->sig_n;

		if (!is_kept(kept, part))
			continue;
		for (size_t k = part->sig_first; k < end; k++)
			if (verdicts[k] == PGP_UNKNOWN &&
			    cert->sigs[k].issuer_keyid != 0)
				sig_set_aside(pgp_cert_primary(cert), part,
				    &cert->sigs[k], waiting);
	}
}

/* What is to be judged again about one certificate. */
struct gathered {
	struct pgp_fpr cert;
	struct id_array ids; /* rows whose issuer is here by now */
	struct buf packets;  /* its primary, then part, signature, part ... */
	bool is_more;	     /* not all rows fitted: another round is due */
};

#define GATHERED_MAX (PGP_CERT_RAW_MAX / 2) /* octets judged in one round */

/*
 * Append the rows that stand under the primary itself (they must come right
 * behind it) or those under all other parts. Parsing unites repeated parts.
 * Only rows whose issuer is here: what strangers pile up costs no room.
 */
static enum ics_err
rows_gather(struct checker *c, struct gathered *g, bool under_primary)
{
	struct store_pending row = { 0 };
	struct pgp_issuer named;
	struct pgp_key issuer;
	size_t before;
	enum ics_err err;

	while ((err = store_pending_next(c->reader, &g->cert, row.id, &row)) ==
	       ICS_OK) {
		if ((row.part_tag == PGP_TAG_PUBLIC_KEY) != under_primary)
			continue;
		before = g->packets.n;
		if (before + row.part.n + row.sig.n > GATHERED_MAX) {
			g->is_more = true;
			return ICS_OK;
		}
		if (!under_primary)
			pgp_packet_write(&g->packets, row.part_tag, row.part);
		pgp_packet_write(&g->packets, PGP_TAG_SIGNATURE, row.sig);
		/* The views of row are gone after this look-up. */
		named = (struct pgp_issuer){ row.issuer, row.issuer_keyid };
		if (c->keyring.find(c->keyring.arg, &named, &issuer, 1) > 0)
			*id_array_add(&g->ids) = row.id;
		else
			buf_cut(&g->packets, before);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Judge what was gathered like any submission; the rows are then done. */
static enum ics_err
gathered_judge(struct checker *c, struct gathered *g, struct work *w)
{
	struct report ignored = { 0 }; /* it was told when it came in */
	struct pgp_cert *raw = NULL;
	struct intake_item *item = work_item_add(w);
	enum ics_err err;

	item->fpr = g->cert;
	TRY(pgp_cert_parse(buf_bytes(&g->packets), &ignored, &raw));
	TRY(cert_judge(c, raw, item, &w->changes[0]));
	/* What still waits is in the store already. */
	waiting_release(&w->changes[0].waiting);
	w->changes[0].judged = g->ids;
	g->ids = (struct id_array){ 0 };
out:
	pgp_cert_free(raw);
	report_release(&ignored);
	return err;
}

static enum ics_err
cert_again(struct checker *c, struct work *w)
{
	struct gathered g = { .cert = w->job.fpr };
	struct pgp_cert *stored = NULL;
	uint8_t digest[32];
	enum ics_err err;

	buf_init(&g.packets, PGP_CERT_RAW_MAX);
	TRY(stored_get(c, &g.cert, &stored, digest));
	if (stored == NULL)
		goto out;
	pgp_packet_write(&g.packets, PGP_TAG_PUBLIC_KEY,
	    pgp_cert_primary(stored)->body);
	TRY(rows_gather(c, &g, true));
	TRY(rows_gather(c, &g, false));
	TRY(buf_end(&g.packets));
	/* Each round ends rows, so that the rounds end, too. */
	if (g.is_more && g.ids.n > 0)
		*fpr_array_add(&w->ready) = g.cert;
	if (g.ids.n > 0)
		TRY(gathered_judge(c, &g, w));
out:
	id_array_release(&g.ids);
	buf_release(&g.packets);
	pgp_cert_free(stored);
	return err;
}

void
waiting_check(struct checker *c, struct work *w)
{
	enum ics_err err = intake_fpr_is_record(&w->job.fpr)
			       ? record_again(c, w)
			       : cert_again(c, w);

	if (err != ICS_OK)
		work_refuse(w, err, INTAKE_REASON(not_stored));
}
